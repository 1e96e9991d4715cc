"""The synthetic town is what data/SOURCES.md says it is, and comes out the same every time."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from make_town import write_town
from town.assemble import draw_town

STORED = Path(__file__).resolve().parents[2] / "data" / "xiao_cheng.gpkg"
LAYERS = {"buildings", "streets", "river", "landuse", "compounds", "boundary"}


@pytest.fixture(scope="module")
def town() -> dict[str, gpd.GeoDataFrame]:
    return draw_town()


def test_stored_file_is_small_and_whole() -> None:
    assert STORED.stat().st_size < 1_000_000
    assert {name for name, _ in pyogrio.list_layers(STORED)} == LAYERS


def test_generator_writes_the_stored_content(tmp_path: Path) -> None:
    written = tmp_path / "town.gpkg"
    write_town(written)
    for layer in sorted(LAYERS):
        fresh, stored = gpd.read_file(written, layer=layer), gpd.read_file(STORED, layer=layer)
        assert_frame_equal(pd.DataFrame(fresh.drop(columns="geometry")), stored.drop(columns="geometry"))
        # 2 cm: another GEOS may round a constructed point to the neighbouring centimetre
        assert shapely.equals_exact(fresh.geometry.values, stored.geometry.values, tolerance=0.02).all()
    assert list(tmp_path.iterdir()) == [written]


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_shapes_are_valid_and_simple(town: dict[str, gpd.GeoDataFrame], layer: str) -> None:
    frame = town[layer]
    assert frame.crs == "EPSG:4547"
    assert frame.is_valid.all() and not frame.is_empty.any()
    assert frame.geom_type.nunique() == 1


def test_buildings_stand_free_on_dry_ground(town: dict[str, gpd.GeoDataFrame]) -> None:
    buildings = town["buildings"]
    left, right = shapely.STRtree(buildings.geometry.values).query(
        buildings.geometry.values, predicate="intersects"
    )
    shared = shapely.area(
        shapely.intersection(buildings.geometry.values[left], buildings.geometry.values[right])
    )
    assert shared[left != right].sum() == 0
    assert not buildings.intersects(town["river"].union_all()).any()
    assert buildings.within(town["boundary"].union_all()).all()


def test_every_kind_of_place_is_there(town: dict[str, gpd.GeoDataFrame]) -> None:
    buildings = town["buildings"]
    assert buildings["编号"].is_unique
    assert set(buildings["类型"]) == {"居民楼", "自建房", "学校", "医院", "商业", "厂房", "公园"}
    homes = buildings[buildings["类型"].isin(["居民楼", "自建房"])]
    assert (homes["户数"].dropna() > 0).all()
    assert 0.01 < homes["户数"].isna().mean() < 0.1, (
        "a few homes have lost their number, so that it is estimated"
    )
    assert buildings.loc[~buildings.index.isin(homes.index), "户数"].isna().all()
    assert (buildings["户数"] > 80).any(), "towers that hold more than a grid may"
    assert set(town["streets"]["道路等级"]) == {"主干路", "次干路", "支路", "巷道", "小区路", "步道"}
