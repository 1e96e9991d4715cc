"""The fonts of a map: the machine's own first, the bundled one where it has none or lacks a character."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager
from raising import raises

from gridplan.errors import InputError
from gridplan.onemap.pictures import fonts

PACKAGE = Path(fonts.__file__).parents[2]
OURS = "Gridplan Sans SC"
# characters of real place names that GB 2312 does not have
RARE = "垟埗塱"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this a machine that has the fonts of matplotlib and no others."""
    own = [entry for entry in fontManager.ttflist if "mpl-data" in entry.fname]
    monkeypatch.setattr(fontManager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    monkeypatch.delenv(fonts.FONT_VARIABLE, raising=False)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in (
        fonts._find_chinese,
        fonts._register_bundled,
        fonts._glyphs,
        fonts._is_truetype,
        fonts._has_bold,
    ):
        cached.cache_clear()
    fontManager._findfont_cached.cache_clear()


def _all_sentences() -> str:
    files = sorted((PACKAGE / "locales").glob("*.zh.json"))
    assert files
    return "".join("".join(json.loads(file.read_text(encoding="utf-8")).values()) for file in files)


def _draw(text: str, family: FontProperties, kind: str = "png") -> bytes:
    figure = plt.figure(figsize=(6, 1))
    figure.text(0, 0.5, text, fontproperties=family)
    file = io.BytesIO()
    with plt.rc_context({"pdf.fonttype": 42}):
        figure.savefig(file, format=kind)
    plt.close(figure)
    return file.getvalue()


@pytest.mark.usefixtures("bare")
def test_a_machine_without_a_chinese_font_writes_every_sentence_and_place() -> None:
    text = _all_sentences() + RARE
    family = fonts.find_fonts(text, "zh")
    assert family.get_family()[0] == OURS
    # pytest turns matplotlib's "glyph missing" warning into an error
    assert _draw("".join(sorted({char for char in text if not char.isspace()})), family)


@pytest.mark.usefixtures("bare")
def test_digits_of_a_chinese_map_are_of_the_same_font() -> None:
    assert fonts.find_fonts("1,350", "zh", bold=True).get_family()[0] == OURS


@pytest.mark.usefixtures("bare")
def test_bold_is_not_asked_of_a_font_without_it(caplog: pytest.LogCaptureFixture) -> None:
    assert fonts.find_fonts("households", "en", bold=True).get_weight() == "bold"
    family = fonts.find_fonts("网格", "zh", bold=True)
    assert _draw("网格", family)
    assert not caplog.records, "matplotlib says so of every text"


@pytest.mark.usefixtures("bare")
def test_the_bundled_font_is_embedded_as_letters_that_can_be_searched() -> None:
    assert fonts.is_truetype("网格", "zh")
    assert b"/FontFile2" in _draw("网格", fonts.find_fonts("网格", "zh"), "pdf")


@pytest.mark.usefixtures("bare")
def test_what_no_font_holds_is_an_error_and_no_box() -> None:
    with raises(InputError, "font_missing") as caught:
        fonts.find_fonts("网格\U00013000", "zh")
    assert caught.value.values["characters"] == "\U00013000"


def test_the_font_of_the_machine_comes_first_and_ours_fills_its_gaps(
    bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # DejaVu stands for a Chinese font that lacks characters: it holds digits, and no Chinese
    monkeypatch.setattr(fonts, "_CHINESE", ("DejaVu Serif",))
    assert fonts.find_fonts("1,350", "zh").get_family() == ["DejaVu Serif", "DejaVu Sans"]
    assert fonts.find_fonts("1,350 户", "zh").get_family() == ["DejaVu Serif", OURS, "DejaVu Sans"]


def test_english_needs_no_chinese_font(bare: None) -> None:
    assert fonts.find_fonts("1,350 households", "en").get_family() == ["DejaVu Sans"]
    assert fonts.find_fonts("凤凰 Road", "en").get_family()[0] == OURS


def test_the_licence_stands_beside_the_font() -> None:
    text = fonts._BUNDLED.with_name("GridplanSansSC.LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Reserved Font Name 'Source'" in text
    assert "Source" not in OURS and "Noto" not in OURS


def test_a_named_font_file_that_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(fonts.FONT_VARIABLE, str(tmp_path / "none.ttf"))
    _forget()
    with raises(InputError, "font_file_missing"):
        fonts.find_fonts("网格", "zh")
    monkeypatch.undo()
    _forget()
