"""The overview map."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from PIL import Image

from gridplan.errors import InputError, WriteError
from gridplan.onemap.pictures import fonts
from gridplan.onemap.pictures.overview import draw_overview
from gridplan.plan import Plan


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_CHINESE", ("No Such Font",))
    fonts._chinese_families.cache_clear()
    yield
    fonts._chinese_families.cache_clear()


def test_map_is_drawn_in_the_size_asked_for(town: Plan, tmp_path: Path) -> None:
    path = draw_overview(town, tmp_path / "map.png", lang="en", size=(1200, 800))
    with Image.open(path) as picture:
        assert picture.size == (1200, 800)
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.png"]


def test_map_is_the_same_for_the_same_plan(town: Plan, tmp_path: Path) -> None:
    turned = replace(town, atoms=town.atoms.iloc[::-1])
    one = draw_overview(town, tmp_path / "one.png", lang="en", size=(600, 400))
    other = draw_overview(turned, tmp_path / "other.png", lang="en", size=(600, 400))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_every_level_can_be_drawn(town: Plan, tmp_path: Path, level: str) -> None:
    assert (
        draw_overview(town, tmp_path / "map.svg", level=level, lang="en", size=(600, 400)).stat().st_size > 0
    )


def test_chinese_map_has_every_letter(town: Plan, tmp_path: Path) -> None:
    try:
        fonts.find_fonts("网格", "zh")
    except InputError:
        pytest.skip("no Chinese font on this machine")
    # pytest turns matplotlib's "glyph missing" warning into an error
    draw_overview(town, tmp_path / "map.png", lang="zh", size=(600, 400))


@pytest.mark.usefixtures("no_chinese_font")
def test_without_a_font_there_is_a_message_and_no_map(town: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        draw_overview(town, tmp_path / "map.png", lang="zh", size=(600, 400))
    assert caught.value.key == "font_missing"
    assert not list(tmp_path.iterdir())
    draw_overview(town, tmp_path / "map.png", lang="en", size=(600, 400))


def test_a_named_font_file_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    latin = font_manager.findfont("DejaVu Serif")
    for value, key in ((str(tmp_path / "none.ttf"), "font_file_missing"), (str(latin), "font_missing")):
        monkeypatch.setenv(fonts.FONT_VARIABLE, value)
        fonts._chinese_families.cache_clear()
        with pytest.raises(InputError) as caught:
            fonts.find_fonts("网格", "zh")
        assert caught.value.key == key
    fonts._chinese_families.cache_clear()


def test_what_cannot_be_written_leaves_nothing(town: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="map_format"):
        draw_overview(town, tmp_path / "map.bmp", lang="en")
    with pytest.raises(WriteError, match="map_not_written"):
        draw_overview(town, tmp_path / "nowhere" / "map.png", lang="en", size=(300, 200))


def test_dollars_in_the_name_of_a_file_are_no_formula(town: Plan, tmp_path: Path) -> None:
    inputs = json.dumps([{"file": "a$^$b.gpkg", "role": "buildings"}])
    told = replace(town, provenance={**town.provenance, "inputs": inputs})
    with mpl.rc_context({"svg.fonttype": "none"}):
        path = draw_overview(told, tmp_path / "map.svg", lang="en", size=(600, 400))
    assert "a$^$b.gpkg" in path.read_text(encoding="utf-8")
