"""Zipped files: what is packed in a zip is unpacked into a folder that goes when it has been read.

GDAL can read inside of a zip, but then nobody sees the language of a shapefile's table, its names in GBK are
taken for Latin-1 and lost, and what lies in a folder of the zip is not found.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gridplan.errors import InputError

__all__ = ["unpack_zip"]

#: A file geodatabase is a folder.
_FOLDER = ".gdb"
# what a name of a file must not hold on some system, above all a drive
_SIGNS = re.compile(r'[<>:"|?*]')
_UTF8_FLAG = 0x800


@contextmanager
def unpack_zip(path: Path, endings: Collection[str]) -> Iterator[dict[str, Path]]:
    """Unpack the files that can be read.

    Parameters
    ----------
    path
        The zip.
    endings
        Of files that can be read; whatever has the name of such a one belongs to it (the parts of a
        shapefile or a table of MapInfo).

    Yields
    ------
    dict of str to Path
        Files by their name without folder and ending, in the order of names; their parts lie beside them.
        They are gone afterwards.

    Raises
    ------
    InputError
        If it is no whole zip, has a password, holds nothing that can be read or two files of one name, or if
        there is no room to unpack it.
    """
    with tempfile.TemporaryDirectory(prefix="gridplan-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                found = _unpack(archive, Path(folder), path, endings)
        except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, UnicodeError) as error:
            raise InputError("file_damaged", path=str(path), fault=str(error)[:200]) from error
        yield found


def _unpack(archive: zipfile.ZipFile, folder: Path, path: Path, endings: Collection[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    packed = list(_list_packed(archive, endings))
    room, size = shutil.disk_usage(folder).free, sum(info.file_size for info, _ in packed)
    if size > room:
        raise InputError("zip_too_large", path=str(path), size=size // 2**20, room=room // 2**20)
    for info, name in packed:
        target = folder / name
        whole = folder / name.parts[0]
        is_whole = whole.suffix.lower() in endings
        if target.exists() or (is_whole and found.get(whole.stem, whole) != whole):
            raise InputError("zip_same_name", path=str(path), name=target.name)
        target.parent.mkdir(exist_ok=True)
        with archive.open(info) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if is_whole:
            found[whole.stem] = whole
    if not found:
        held = ", ".join(sorted(_read_name(info) for info in archive.infolist())[:5]) or "-"
        raise InputError("zip_without_layer", path=str(path), files=held)
    return found


def _list_packed(
    archive: zipfile.ZipFile, endings: Collection[str]
) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """List what can be read, its parts, and where each is to lie: a file, or a file in a geodatabase."""
    listed = []
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        inner = PurePosixPath(_SIGNS.sub("_", _read_name(info).replace("\\", "/")))
        base = next((part for part in inner.parts[:-1] if part.lower().endswith(_FOLDER)), "")
        if not (info.is_dir() or inner.name.startswith(".") or "__MACOSX" in inner.parts):
            # only the last name counts: a path from outside must not lead out of the folder
            listed.append((info, PurePosixPath(base, inner.name)))
    stems = {name.stem for _, name in listed if name.suffix.lower() in endings}
    for info, name in listed:
        if len(name.parts) > 1 or name.stem in stems:
            yield info, name


def _read_name(info: zipfile.ZipInfo) -> str:
    """Return a name as it was packed; Windows writes it in the country's code page and does not say so."""
    if info.flag_bits & _UTF8_FLAG or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
