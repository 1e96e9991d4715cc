"""The first page, without a browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gridplan.plan import Plan
from gridplan.report import describe_plan
from gridplan.ui.maps import encode_map

APP = Path(__file__).parents[2] / "app.py"


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: object, lang: str = "zh") -> AppTest:
    monkeypatch.setenv("GRIDPLAN_LANG", lang)
    monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not app.exception
    return app


def test_the_page_asks_for_a_plan_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _run(monkeypatch)
    assert "plan.gpkg" in app.info[0].value


def test_the_page_tells_what_is_wrong_with_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "no.gpkg" in _run(monkeypatch, tmp_path / "no.gpkg").error[0].value
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no plan")
    assert "broken.gpkg" in _run(monkeypatch, broken).error[0].value


def test_the_page_shows_the_figures_of_a_plan(monkeypatch: pytest.MonkeyPatch, plan_file: Path) -> None:
    app = _run(monkeypatch, plan_file)
    assert [metric.value for metric in app.metric] == ["524", "11", "9", "1", "1"]
    areas = app.dataframe[0].value
    assert len(areas) == 12
    assert app.dataframe[0].value.columns[0] == "编码"
    app.toggle(key="only_odd").set_value(True).run()
    assert len(app.dataframe[0].value) == 2


def test_the_level_and_the_language_can_be_changed(monkeypatch: pytest.MonkeyPatch, plan_file: Path) -> None:
    app = _run(monkeypatch, plan_file)
    app.radio(key="lang").set_value("en").run()
    assert not app.exception
    assert app.metric[0].label == "Households"
    assert app.dataframe[0].value.columns[0] == "code"
    app.segmented_control(key="level").set_value("subgrid").run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 6


def test_the_overview_can_be_drawn_and_kept(monkeypatch: pytest.MonkeyPatch, plan_file: Path) -> None:
    app = _run(monkeypatch, plan_file, lang="en")
    app.button(key="draw").click().run(timeout=60)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_the_map_gets_whole_numbers_and_words(town: Plan, level: str) -> None:
    areas = describe_plan(town)
    content = json.loads(json.dumps(encode_map(town, areas, level, "zh")))
    assert [area["code"] for area in content["areas"]] == areas[level]["code"].tolist()
    width, height = content["size"]
    steps = np.array([x for area in content["areas"] for ring in area["rings"] for x in ring])
    assert steps.min() >= 0
    assert steps.max() <= max(width, height)
    first = areas[level].geometry.iloc[0]
    west, _, _, north = town.district.bounds
    ring = np.reshape(content["areas"][0]["rings"][0], (-1, 2)) * content["step"]
    assert ring[:, 0].min() == pytest.approx(first.bounds[0] - west, abs=content["step"])
    assert ring[:, 1].min() == pytest.approx(north - first.bounds[3], abs=content["step"])
    assert len(content["buildings"]) == len(town.buildings)
    assert {group["rank"] for group in content["streets"]} == {1, 2, 3}
