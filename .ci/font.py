"""Write the Chinese font of the maps again: a subset of Noto Sans CJK SC with TrueType outlines.

Takes the regular faces of Noto Sans CJK (SIL Open Font License 1.1; on Debian
``/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc`` of the package ``fonts-noto-cjk``) and the file
``Unihan_OtherMappings.txt`` of the Unicode Character Database (package ``unicode-data``), which knows the
8,105 characters of the table of general standard Chinese characters (通用规范汉字表, 2013): places and
persons are named with these.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "gridplan" / "onemap" / "pictures" / "assets"
FAMILY = "Gridplan Sans SC"
#: How far a curve may stray from the original [1/1000 em]: at 10 pt this is 0.02 pt, finer than 600 dpi.
TOLERANCE = 2.0
#: The moment that is written into the file, so that the same sources give the same bytes.
EPOCH = 3_700_000_000


def list_characters(unihan: Path) -> set[str]:
    """List the characters of the table, those of GB 2312 and of Latin-1, and what our own sentences need."""
    table = re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", unihan.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {chr(int(code, 16)) for code in table}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            found |= set(bytes((row, cell)).decode("gb2312", errors="ignore"))
    found |= {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2040))}
    for path in sorted((ROOT / "gridplan").rglob("*")):
        if path.suffix in {".json", ".toml"}:
            found |= set(path.read_text(encoding="utf-8"))
    return {char for char in found if char.isprintable()}


def draw_glyphs(source: TTFont, names: dict[int, str]) -> dict[str, Glyph]:
    """Draw each glyph with quadratic curves."""
    glyphs = source.getGlyphSet()
    drawn = {}
    for name in sorted({".notdef", *names.values()}):
        pen = TTGlyphPen(None)
        # outlines of CFF run the other way round than those of TrueType
        glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        drawn[name] = pen.glyph()
    return drawn


def write_font(source: TTFont, characters: set[str], target: Path) -> None:
    """Write the font; the family has a name of its own, for the subset is not what its makers released."""
    cmap = source.getBestCmap()
    names = {ord(char): cmap[ord(char)] for char in sorted(characters) if ord(char) in cmap}
    drawn = draw_glyphs(source, names)
    order = [".notdef", *sorted(set(drawn) - {".notdef"})]
    head, old = source["hhea"], source["OS/2"]
    font = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(names)
    font.setupGlyf(drawn)
    # the bounds of the glyphs are known once they are in the font
    metrics = {
        name: (source["hmtx"][name][0], drawn[name].xMin if drawn[name].numberOfContours else 0)
        for name in order
    }
    font.setupHorizontalMetrics(metrics)
    font.setupHorizontalHeader(ascent=head.ascent, descent=head.descent, lineGap=head.lineGap)
    old_names = source["name"]
    font.setupNameTable(
        {
            "copyright": old_names.getDebugName(0),
            "familyName": FAMILY,
            "styleName": "Regular",
            "uniqueFontIdentifier": f"{FAMILY} Regular",
            "fullName": f"{FAMILY} Regular",
            "psName": FAMILY.replace(" ", "") + "-Regular",
            "version": "Version 1.000; subset of Noto Sans CJK SC " + old_names.getDebugName(5).split(";")[0],
            "licenseDescription": old_names.getDebugName(13),
            "licenseInfoURL": old_names.getDebugName(14),
        },
        mac=False,
    )
    font.setupOS2(
        sTypoAscender=old.sTypoAscender,
        sTypoDescender=old.sTypoDescender,
        sTypoLineGap=old.sTypoLineGap,
        usWinAscent=old.usWinAscent,
        usWinDescent=old.usWinDescent,
        sxHeight=old.sxHeight,
        sCapHeight=old.sCapHeight,
        usWeightClass=400,
    )
    font.setupPost(keepGlyphNames=False)
    font.font["head"].created = font.font["head"].modified = EPOCH
    font.font.recalcTimestamp = False
    font.save(target)


def main() -> None:
    """Write the font into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", type=Path, help="NotoSansCJK-Regular.ttc")
    parser.add_argument("unihan", type=Path, help="Unihan_OtherMappings.txt")
    given = parser.parse_args()
    faces = TTCollection(given.font).fonts
    source = next(face for face in faces if face["name"].getDebugName(1) == "Noto Sans CJK SC")
    target = ASSETS / "GridplanSansSC-Regular.ttf"
    target.parent.mkdir(exist_ok=True)
    write_font(source, list_characters(given.unihan), target)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
