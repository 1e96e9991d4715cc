"""What a shapefile's table says about itself: its length and the encoding of its text.

GDAL believes the ``.cpg`` file or takes Latin-1, and fails on names that were cut in the middle of a
character. So the text of shapefiles is read as bytes (Latin-1 keeps every byte) and decoded here.
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

__all__ = ["TableText", "decode_frame", "decode_name", "find_encoding", "find_part", "missing_bytes"]

#: Language driver bytes that name an encoding beyond doubt; 0x57 ("ANSI") stands in files of any language.
_DRIVERS = {0x4D: "gb18030", 0x4F: "big5", 0x7A: "gb18030", 0x78: "big5", 0x7B: "shift_jis", 0x4E: "cp949"}

#: Sample of the table that the encoding is guessed from [bytes].
_SAMPLE = 4_000_000


@dataclass(frozen=True, slots=True)
class TableText:
    """The encoding of a table's text.

    Parameters
    ----------
    encoding
        Name of a Python codec.
    guessed
        Whether no file says so, or what it says does not fit the bytes.
    """

    encoding: str
    guessed: bool


def find_part(path: Path, suffix: str) -> Path | None:
    """Return the sidecar of a shapefile with a suffix in either case, or None."""
    for ending in (suffix, suffix.upper()):
        part = path.with_suffix(ending)
        if part.is_file():
            return part
    return None


def find_encoding(path: Path) -> TableText:
    """Find the encoding of a shapefile's text.

    Parameters
    ----------
    path
        The ``.shp`` file; its ``.dbf`` is read, and its ``.cpg`` where there is one.

    Returns
    -------
    TableText
        What the ``.cpg`` or the table's language byte says if the bytes agree; else UTF-8 if they
        decode as such, else GB18030, else Latin-1.
    """
    table = find_part(path, ".dbf")
    if table is None:
        return TableText("utf-8", False)
    with table.open("rb") as file:
        sample = file.read(_SAMPLE)
    declared = _find_declared(path, sample)
    text = _text_bytes(sample)
    if declared and _decodes(text, declared):
        return TableText(declared, False)
    if text.isascii():
        return TableText("utf-8", False)
    for encoding in ("utf-8", "gb18030"):
        if _decodes(text, encoding):
            return TableText(encoding, True)
    return TableText("latin-1", True)


def _find_declared(path: Path, sample: bytes) -> str:
    note = find_part(path, ".cpg")
    word = note.read_text("latin-1").strip().strip("\x00") if note else ""
    word = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "65001": "utf-8"}.get(word.lower(), word)
    for name in (word, f"cp{word.lower().removeprefix('ansi ')}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return _DRIVERS.get(sample[29] if len(sample) > 29 else 0, "")


def _text_bytes(sample: bytes) -> bytes:
    """Return field names and text cells of a table, one a line, without the padding."""
    if len(sample) < 33:
        return b""
    start, width = struct.unpack("<HH", sample[8:12])
    fields = [sample[at : at + 32] for at in range(32, min(start, len(sample)) - 1, 32) if sample[at] != 0x0D]
    parts = [field[:11].split(b"\x00")[0] for field in fields if len(field) == 32]
    spans: list[tuple[int, int]] = []
    at = 1
    for field in (field for field in fields if len(field) == 32):
        if field[11:12] == b"C":
            spans.append((at, at + field[16]))
        at += field[16]
    for row in range(start, len(sample) - width + 1, max(width, 1)):
        parts += [sample[row + a : row + b].rstrip(b" \x00") for a, b in spans]
    return b"\n".join(part for part in parts if not part.isascii())


def _decodes(lines: bytes, encoding: str) -> bool:
    """Tell whether every line decodes, but for a character cut off at its end."""
    for line in lines.split(b"\n"):
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        try:
            decoder.decode(line, final=False)
        except UnicodeDecodeError:
            return False
    return True


def decode_name(name: str, encoding: str) -> str:
    """Decode a name that was read as Latin-1; a character that was cut off at its end is dropped."""
    raw = name.encode("latin-1")
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(raw, final=False)


def decode_frame(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Decode names and text cells of a frame that was read as Latin-1."""
    decoded = frame.copy(deep=False)
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_string_dtype(column) and name != "geometry":
            codes, uniques = pd.factorize(column, use_na_sentinel=True)
            words = [decode_name(str(word), encoding) for word in uniques]
            decoded[name] = (
                pd.Series([*words, None], dtype=object).iloc[codes].set_axis(frame.index).astype("str")
            )
    return decoded.rename(columns={name: decode_name(str(name), encoding) for name in frame.columns})


def missing_bytes(path: Path) -> int:
    """Return how many bytes a shapefile's or a GeoPackage's header promises beyond the end of its file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    suffix = path.suffix.lower()
    if suffix in (".shp", ".shx") and len(head) >= 28:
        return max(int(struct.unpack(">i", head[24:28])[0]) * 2 - size, 0)
    if suffix == ".dbf" and len(head) >= 12:
        rows, start, width = struct.unpack("<IHH", head[4:12])
        return max(int(start + rows * width) - size, 0)
    if suffix == ".gpkg" and head[:6] == b"SQLite":
        page = struct.unpack(">H", head[16:18])[0]
        pages = struct.unpack(">I", head[28:32])[0]
        return max((65536 if page == 1 else int(page)) * int(pages) - size, 0)
    return 0
