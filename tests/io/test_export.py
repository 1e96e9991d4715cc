"""Levels for other programs."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from raising import raises

from gridplan.crs import LOCAL_METRES
from gridplan.errors import InputError, WriteError
from gridplan.io import export_plan
from gridplan.io.export import FORMATS, _as_gbk_bytes, disarm
from gridplan.plan import Plan

Areas = dict[str, gpd.GeoDataFrame]
SUFFIXES = {name: suffix for name, (suffix, _) in FORMATS.items()}


@pytest.mark.parametrize("fmt", FORMATS)
def test_one_level_is_one_file(plan: Plan, areas: Areas, tmp_path: Path, fmt: str) -> None:
    (path,) = export_plan(plan, tmp_path / "grids.any", fmt, {"grid": areas["grid"]})
    assert path == tmp_path / f"grids{SUFFIXES[fmt]}" and path.is_file()
    if fmt == "csv":
        table = pd.read_csv(path, encoding="utf-8-sig")
    else:
        table = gpd.read_parquet(path) if fmt == "geoparquet" else pyogrio.read_dataframe(path)
    assert table["code"].tolist() == areas["grid"]["code"].tolist()
    assert table["households"].sum() == plan.atoms["households"].sum()
    assert table["borders_zh"].tolist() == areas["grid"]["borders_zh"].tolist()


@pytest.mark.parametrize("fmt", FORMATS)
def test_several_levels_are_several_files(plan: Plan, areas: Areas, tmp_path: Path, fmt: str) -> None:
    beside = export_plan(plan, tmp_path / "plan.any", fmt, areas)
    inside = export_plan(plan, tmp_path, fmt, areas)
    suffix = SUFFIXES[fmt]
    assert [one.name for one in beside] == [f"plan-subgrid{suffix}", f"plan-grid{suffix}"]
    assert [one.name for one in inside] == [f"subgrid{suffix}", f"grid{suffix}"]
    assert all(one.is_file() for one in (*beside, *inside))
    assert not [one for one in tmp_path.iterdir() if one.is_dir()]


@pytest.mark.parametrize("fmt", FORMATS)
def test_equal_plans_give_equal_files(plan: Plan, areas: Areas, tmp_path: Path, fmt: str) -> None:
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        export_plan(plan, folder, fmt, areas)
        contents.append({one.name: one.read_bytes() for one in folder.iterdir()})
    assert contents[0] == contents[1]


def test_geojson_is_of_the_standard(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    (path,) = export_plan(plan, tmp_path / "grids.geojson", "geojson", {"grid": areas["grid"]})
    told = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in told
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    west, south, east, north = frame.total_bounds
    assert 107.9 < west < east < 108.1 and 33 < south < north < 34
    assert all(shapely.is_ccw(one.exterior) for one in frame.geometry)
    assert frame.to_crs(plan.crs).area.sum() == pytest.approx(plan.district.area, rel=1e-4)


def test_a_local_plane_has_no_geojson(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    from dataclasses import replace

    local = replace(plan, atoms=plan.atoms.set_crs(LOCAL_METRES, allow_override=True))
    with raises(WriteError, "export_local_plane"):
        export_plan(local, tmp_path / "grids", "geojson", {"grid": areas["grid"]})
    assert list(tmp_path.iterdir()) == []


def test_unknown_format(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    with raises(InputError, "format_unknown"):
        export_plan(plan, tmp_path / "x", "dwg", areas)


def test_shapefile_fields_are_safe_and_explained(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    (path,) = export_plan(plan, tmp_path / "grids.shp", "shapefile", {"grid": areas["grid"]})
    names = pyogrio.read_info(path)["fields"]
    assert all(str(name).isascii() and len(str(name)) <= 10 for name in names)
    assert path.with_suffix(".cpg").read_text() == "GBK"
    assert path.with_suffix(".dbf").read_bytes()[29] == 0x4D
    told = pd.read_csv(tmp_path / "grids_字段说明.csv", encoding="utf-8-sig")
    assert told.iloc[:, 0].tolist() == [str(name) for name in names]
    assert told.iloc[:, 1].tolist() == [one for one in areas["grid"].columns if one != "geometry"]


def test_long_and_rare_texts_in_a_shapefile(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    grid = areas["grid"].copy()
    grid["borders_zh"] = "东" * 300
    grid["name"] = "𬭎路"
    (path,) = export_plan(plan, tmp_path / "grids.shp", "shapefile", {"grid": grid})
    frame = pyogrio.read_dataframe(path)
    assert set(frame["borders_zh"]) == {"东" * 127}
    assert set(frame["name"]) == {"〓路"}
    told = pd.read_csv(tmp_path / "grids_字段说明.csv", encoding="utf-8-sig").set_index("全名 full name")
    assert told.loc["borders_zh"].iloc[-1] == len(grid)


@given(st.text())
def test_a_cell_is_cut_between_characters(text: str) -> None:
    raw = _as_gbk_bytes(text).encode("latin-1")
    assert len(raw) <= 254
    whole = "".join(one if _in_gbk(one) else "〓" for one in text)
    assert whole.startswith(raw.decode("gbk"))


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    safe = disarm(text)
    assert safe.endswith(text)
    assert not safe or safe[0] not in "=+-@\t\r"
