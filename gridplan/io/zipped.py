"""Zipped files: what is packed in a zip is unpacked into a folder that goes when it has been read.

GDAL can read inside of a zip, but then nobody sees the language of a shapefile's table, its names in GBK are
taken for Latin-1 and lost, and what lies in a folder of the zip is not found.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gridplan.errors import InputError

__all__ = ["unpack_zip"]

#: Endings of files that can be read, a shapefile by its first part, and of what belongs to one.
_WHOLE = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gml", ".kml", ".sqlite")
_PARTS = (".shx", ".dbf", ".prj", ".cpg")
#: A file geodatabase is a folder.
_FOLDER = ".gdb"
_UTF8_FLAG = 0x800


@contextmanager
def unpack_zip(path: Path) -> Iterator[dict[str, Path]]:
    """Unpack the files that can be read.

    Parameters
    ----------
    path
        The zip.

    Yields
    ------
    dict of str to Path
        Files by their name without folder and ending, in the order of names; the parts of a shapefile lie
        beside it. They are gone afterwards.

    Raises
    ------
    InputError
        If it is no whole zip, has a password, holds nothing that can be read, or two files of one name.
    """
    with tempfile.TemporaryDirectory(prefix="gridplan-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                found = _unpack(archive, Path(folder), path)
        except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, UnicodeError) as error:
            raise InputError("file_damaged", path=str(path), fault=str(error)[:200]) from error
        yield found


def _unpack(archive: zipfile.ZipFile, folder: Path, path: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for info in sorted(archive.infolist(), key=lambda one: one.filename):
        inner = PurePosixPath(_read_name(info).replace("\\", "/"))
        base = next((one for one in inner.parts[:-1] if one.lower().endswith(_FOLDER)), "")
        if info.is_dir() or inner.name.startswith(".") or "__MACOSX" in inner.parts:
            continue
        if not base and inner.suffix.lower() not in (*_PARTS, *_WHOLE):
            continue
        # only the last name counts: a path from outside must not lead out of the folder
        target = folder / base / inner.name
        whole = folder / base if base else target
        is_whole = bool(base) or inner.suffix.lower() in _WHOLE
        if target.exists() or (is_whole and found.get(whole.stem, whole) != whole):
            raise InputError("zip_same_name", path=str(path), name=inner.name)
        target.parent.mkdir(exist_ok=True)
        with archive.open(info) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if is_whole:
            found[whole.stem] = whole
    if not found:
        held = ", ".join(sorted(_read_name(info) for info in archive.infolist())[:5]) or "-"
        raise InputError("zip_without_layer", path=str(path), files=held)
    return found


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
