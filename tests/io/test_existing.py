"""Areas that stand already: columns in Chinese, words for committees and ground, the plan's table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from raising import raises

from gridplan.crs import to_metres
from gridplan.errors import InputError
from gridplan.io import open_plan, read_layers, write_plan
from gridplan.plan import Plan

MakeTown = Callable[[], Any]


def draw_areas(town: Any, **columns: list[object]) -> gpd.GeoDataFrame:
    west, south, east, north = town.buildings.total_bounds
    middle = (west + east) / 2
    told = {
        "编码": ["610123001001", "610123001201", None],
        "名称": ["甲社区", "乙村", "丙村"],
        "类型": ["居委会", "村委会", "大队"],
        "城乡": ["城区", 220, "111.0"],
        **columns,
    }
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    return gpd.GeoDataFrame(told, geometry=[*halves, halves[0]], crs=town.buildings.crs)


def test_columns_and_words_in_chinese(make_town: MakeTown) -> None:
    town = make_town()
    areas = draw_areas(town, 城乡=["城区", "220", "天上"])
    path = town.folder / "old.gpkg"
    areas.to_crs(4326).to_file(path, layer="社区")
    layers = read_layers(**town.write(), existing={"community": path})
    frame = layers.existing["community"]
    assert frame["code"].fillna("").tolist() == ["610123001001", "610123001201", ""]
    assert frame["type"].fillna("").tolist() == ["residents", "village", ""]
    assert frame["ground"].fillna("").tolist() == ["urban", "rural", ""]
    asked = layers.issues[layers.issues["action"] == "asked"].set_index("code")["detail"]
    assert asked.to_dict() == {"area_type_unknown": "大队", "area_ground_unknown": "天上"}
    assert [source.role for source in layers.sources] == ["buildings", "streets", "existing"]
    moved = to_metres(layers)
    assert moved.existing["community"].crs == moved.buildings.crs
    assert moved.existing["community"].total_bounds == pytest.approx(areas.total_bounds, abs=0.01)


@pytest.mark.parametrize(
    ("word", "ground"),
    [
        *((word, "urban") for word in ("111", "112", "121", "城乡结合区", "城镇", "主城区")),
        *((word, "rural") for word in ("122", "123", "210", "220", "镇乡结合区", "乡村")),
    ],
)
def test_statistics_classes_tell_the_ground(make_town: MakeTown, word: str, ground: str) -> None:
    town = make_town()
    path = town.folder / "old.geojson"
    draw_areas(town, 城乡=[word] * 3).to_crs(4326).to_file(path)
    layers = read_layers(**town.write(), existing={"": path})
    assert set(layers.existing[""]["ground"]) == {ground}


def test_an_empty_or_distant_file_is_refused(make_town: MakeTown) -> None:
    town = make_town()
    path = town.folder / "old.gpkg"
    draw_areas(town).iloc[:0].to_file(path, layer="old")
    with raises(InputError, "no_existing"):
        read_layers(**town.write(), existing={"": path})
    far = draw_areas(town)
    far["geometry"] = far.translate(300_000, 0)
    far.to_file(path, layer="old")
    with raises(InputError, "layers_apart"):
        read_layers(**town.write(), existing={"": path})


def test_a_plan_keeps_what_stood_before(
    plan: Plan, areas: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    old = pd.DataFrame(
        {"name": ["甲", ""], "type": ["residents", "village"], "ground": ["urban", ""]},
        index=pd.Index(["001", "201"], name="code"),
    )
    codes = ["001" if code < "S003" else "201" for code in plan.atoms["subgrid"]]
    kept = replace(plan, existing={"subgrid": old}, atoms=plan.atoms.assign(old_subgrid=codes))
    again = open_plan(write_plan(kept, tmp_path / "plan.gpkg", areas))
    pd.testing.assert_frame_equal(again.existing["subgrid"], old.astype("str"), check_dtype=False)
    assert again.atoms["old_subgrid"].tolist() == codes
    assert not open_plan(write_plan(plan, tmp_path / "bare.gpkg", areas)).existing
