"""Find fonts that hold every character of a map: those of the machine first, then the one that we ship.

The packages of Chinese fonts on the Python Package Index are a few months old, kept by one person or one
company, weigh 17 MB and more, and have outlines of CFF, which no PDF of matplotlib can embed as letters. So
a subset of Noto Sans CJK SC comes with gridplan (2.4 MB, SIL Open Font License, TrueType): the 8,105
characters of the table of general standard characters (通用规范汉字表, 2013), by which places and persons
are named.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font

from gridplan.errors import InputError

__all__ = ["FONT_VARIABLE", "find_fonts", "is_truetype"]

#: Environment variable that names a font file to use before any other.
FONT_VARIABLE = "GRIDPLAN_FONT"

# Families with simplified Chinese glyphs, the ones that look best on a map first. What the usual
# systems carry: Linux (Noto, Source Han, WenQuanYi), macOS (PingFang, Hiragino), Windows (YaHei, ...).
_CHINESE = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "SimHei",
    "DengXian",
    "STHeiti",
    "Arial Unicode MS",
    "SimSun",
    "Songti SC",
)
_LATIN = "DejaVu Sans"  # comes with matplotlib
_BUNDLED = Path(__file__).with_name("assets") / "GridplanSansSC-Regular.ttf"


def find_fonts(text: str, lang: str, *, size: float = 10.0, bold: bool = False) -> FontProperties:
    """Find the fonts for a text.

    Parameters
    ----------
    text
        Everything that is to be written.
    lang
        "zh" writes digits and Latin letters with the Chinese font too, so that a map looks of one piece.
    size
        Font size [pt].
    bold
        Take the bold faces where every family has one.

    Returns
    -------
    FontProperties
        A list of families that together hold every character of the text. The bundled font is among them only
        where the machine has no Chinese font, or its font lacks a character.

    Raises
    ------
    InputError
        ``font_missing`` with the first characters that neither the fonts of this machine nor the bundled one
        hold.
    """
    needed = frozenset(char for char in text if not char.isspace())
    latin = lang != "zh" and needed <= _glyphs(_LATIN)
    families = [_LATIN] if latin else [_find_chinese() or _register_bundled(), _LATIN]
    if _list_missing(needed, families):  # a rare character in a name, which the machine's own font lacks
        families.insert(-1, _register_bundled())
    if missing := _list_missing(needed, families):
        raise InputError("font_missing", characters="".join(missing[:8]), variable=FONT_VARIABLE)
    weight = "bold" if bold and all(map(_has_bold, families)) else "normal"
    return FontProperties(family=families, size=size, weight=weight)


@lru_cache(maxsize=32)
def _has_bold(family: str) -> bool:
    # matplotlib complains of each text whose family has no bold face
    return any(entry.name == family and entry.weight in ("bold", 700) for entry in fontManager.ttflist)


def _list_missing(needed: frozenset[str], families: list[str]) -> list[str]:
    return sorted(needed.difference(*(_glyphs(family) for family in families)))


def is_truetype(text: str, lang: str) -> bool:
    """Return whether the fonts for a text (:func:`find_fonts`) have TrueType outlines, not those of CFF."""
    return all(_is_truetype(family) for family in find_fonts(text, lang).get_family())


@lru_cache(maxsize=32)
def _is_truetype(family: str) -> bool:
    path = font_manager.findfont(FontProperties(family=family), fallback_to_default=False)
    with Path(str(path)).open("rb") as file:
        head = file.read(16)
        if head[:4] == b"ttcf":  # several faces in one file: look at the first
            file.seek(int.from_bytes(head[12:16], "big"))
            head = file.read(4)
    return head[:4] != b"OTTO"


@lru_cache(maxsize=1)
def _find_chinese() -> str:
    """Find the family of this machine to write Chinese with, "" if it has none."""
    if chosen := os.environ.get(FONT_VARIABLE):
        if not Path(chosen).is_file():
            raise InputError("font_file_missing", path=chosen, variable=FONT_VARIABLE)
        return _register(chosen)
    for rescan in (False, True):
        if rescan:
            _register_new_fonts()
        known = set(fontManager.get_font_names())
        for family in _CHINESE:
            if family in known:
                return family
    return ""


@lru_cache(maxsize=1)
def _register_bundled() -> str:
    return _register(str(_BUNDLED))


def _register(path: str) -> str:
    before = len(fontManager.ttflist)
    fontManager.addfont(path)
    return str(fontManager.ttflist[before].name)


def _register_new_fonts() -> None:
    # matplotlib keeps a list of the fonts from its first run; a font installed since is not in it
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError):
            continue  # a font file that cannot be read is no candidate


@lru_cache(maxsize=32)
def _glyphs(family: str) -> frozenset[str]:
    path = font_manager.findfont(FontProperties(family=family), fallback_to_default=False)
    index = getattr(path, "face_index", 0)  # matplotlib before 3.11 knows the first face only
    face = FT2Font(path, face_index=index) if index else FT2Font(path)
    return frozenset(chr(code) for code in face.get_charmap())
