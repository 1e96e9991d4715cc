"""The county around xiao-Shangnan: made on demand, and every published number of it exact."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from make_town import main, write_town
from shangnan.county import list_county

STORED = Path(__file__).resolve().parents[2] / "data" / "xiao_shangnan.gpkg"
PEOPLE, VILLAGES, OLD_AREAS = 238_400, 113, 11

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> dict[str, gpd.GeoDataFrame]:
    path = tmp_path_factory.mktemp("county") / "county.gpkg"
    write_town(path, "xiao_shangnan_county")
    assert path.stat().st_size < 12_000_000
    return {name: gpd.read_file(path, layer=name) for name, _ in pyogrio.list_layers(path)}


def test_the_generator_gives_the_same_content_again(county: dict[str, gpd.GeoDataFrame]) -> None:
    for name, frame in list_county().items():
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        assert_frame_equal(plain, county[name].drop(columns="geometry"), check_dtype=False)
        assert shapely.equals_exact(frame.geometry.values, county[name].geometry.values, tolerance=0.02).all()


def test_shapes_are_valid_and_simple(county: dict[str, gpd.GeoDataFrame]) -> None:
    for frame in county.values():
        assert frame.crs == "EPSG:4546"
        assert frame.is_valid.all() and not frame.is_empty.any() and frame.geom_type.nunique() == 1


def test_ten_towns_and_their_villages_cover_the_county_exactly(county: dict[str, gpd.GeoDataFrame]) -> None:
    towns, villages, whole = county["towns"], county["villages"], county["boundary"].geometry[0]
    assert len(towns) == 10 and towns["编码"].is_unique
    assert shapely.coverage_is_valid(towns.geometry.values)
    assert towns.union_all().symmetric_difference(whole).area < 1e-3
    rural = villages[villages["所属乡镇"] != "城关街道"]
    assert len(rural) == VILLAGES and len(villages) == VILLAGES + OLD_AREAS
    assert shapely.coverage_is_valid([*rural.geometry, towns.geometry[0]])
    for town, members in rural.groupby("所属乡镇"):
        ground = towns.geometry[towns["名称"] == town].iloc[0]
        assert members.union_all().symmetric_difference(ground).area < 1e-3
    assert villages["名称"].is_unique and villages["编码"].is_unique
    assert villages["编码"].str.fullmatch(r"990127\d{6}").all()


def test_people_compounds_and_staff_add_up(county: dict[str, gpd.GeoDataFrame]) -> None:
    buildings = county["buildings"]
    homes = buildings["类型"].isin(["居民楼", "自建房"])
    assert buildings["人口"].sum() == PEOPLE
    assert buildings.loc[homes, ["户数", "人口"]].notna().all(axis=None)
    assert (buildings.loc[homes, "人口"] >= buildings.loc[homes, "户数"]).all()
    assert 25_000 < len(buildings) < 32_000
    assert buildings["编号"].is_unique and buildings["名称"].is_unique
    assert len(county["compounds"]) == 109 and county["compounds"]["名称"].is_unique
    assert set(buildings["小区"].dropna()) <= set(county["compounds"]["名称"])
    workers = county["staff"]["岗位"].isin(["A岗片长", "村片长"])
    assert workers.sum() == 3343 and (county["staff"]["岗位"] == "村片长").sum() == 1993


def test_the_main_town_is_the_stored_one(county: dict[str, gpd.GeoDataFrame]) -> None:
    stored = gpd.read_file(STORED, layer="buildings")
    first = county["buildings"].iloc[: len(stored)]
    assert_frame_equal(
        pd.DataFrame(first.drop(columns="geometry")), stored.drop(columns="geometry"), check_dtype=False
    )
    edge = gpd.read_file(STORED, layer="boundary").geometry[0]
    assert edge.equals(county["towns"].geometry[0])
    assert county["limits"].geometry[0].equals(edge.exterior)
    outside = county["buildings"].iloc[len(stored) :]
    assert not outside.intersects(edge).any()


def test_every_village_is_settled_in_hamlets(county: dict[str, gpd.GeoDataFrame]) -> None:
    buildings, villages = county["buildings"], county["villages"]
    rural = villages[villages["所属乡镇"] != "城关街道"]
    spots = shapely.point_on_surface(buildings.geometry.values)
    village, building = shapely.STRtree(spots).query(rural.geometry.values, predicate="contains")
    people = buildings["人口"].fillna(0).to_numpy()[building]
    households = buildings["户数"].fillna(0).to_numpy()[building]
    each = np.bincount(village, weights=people, minlength=VILLAGES)
    assert each.min() >= 350 and each.max() < 5_000
    assert each.sum() == PEOPLE - 120_600
    # 1,993 grids, about 20 households each, are a count and no bound; each village has room for several
    assert np.bincount(village, weights=households, minlength=VILLAGES).min() > 100


def test_buildings_stand_free_of_each_other_of_roads_and_water(county: dict[str, gpd.GeoDataFrame]) -> None:
    shapes = county["buildings"].geometry.values
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    assert shared[left != right].sum() == 0
    roads = county["streets"][county["streets"]["道路等级"].isin(["乡道", "村道"])]
    assert not len(shapely.STRtree(shapes).query(roads.geometry.values, predicate="intersects")[0])
    assert not county["buildings"].intersects(county["river"].geometry[0]).any()


def test_the_county_needs_a_path() -> None:
    with pytest.raises(SystemExit):
        main(["xiao_shangnan_county"])
    with pytest.raises(SystemExit):
        main(["nowhere"])
