"""Xiao-Shangnan's main town holds every published number at once, by its own layers and through the rooms."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gridplan.atoms import build_atoms
from gridplan.atoms.contiguity import build_graph
from gridplan.clean import clean_layers
from gridplan.crs import to_metres
from gridplan.graph import AtomGraph, find_components
from gridplan.io import read_layers
from gridplan.scheme import load_preset
from shangnan.assemble import Town, draw_town, list_layers
from shangnan.uses import COMMUNITY, FLAWS, GAP, OLD_AREAS

STORED = Path(__file__).resolve().parents[2] / "data" / "xiao_shangnan.gpkg"
GRIDS = 1350
PEOPLE = 120_600


@pytest.fixture(scope="module")
def town() -> Town:
    return draw_town()


@pytest.fixture(scope="module")
def stored() -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_file(STORED, layer=name) for name, _ in pyogrio.list_layers(STORED)}


@pytest.fixture(scope="module")
def net() -> tuple[AtomGraph, pd.Series]:
    """The main town as the rooms see it."""
    scheme = load_preset("gridplan")
    layers = to_metres(
        read_layers(
            buildings=f"{STORED}#buildings", streets=f"{STORED}#streets", boundary=f"{STORED}#boundary"
        )
    )
    clean = clean_layers(layers, scheme)
    atoms = build_atoms(clean.buildings, clean.barriers, clean.district, scheme.atoms, workers=1)
    return build_graph(atoms.frame, clean.barriers), atoms.frame["kind"]


def bound_grids(apartment: int, selfbuilt: int) -> tuple[int, int]:
    """Fewest and most grids of 50-80 and 30-50 households, mixed by weight, in whole numbers."""
    fewest = -(-(5 * apartment + 8 * selfbuilt) // 400)
    return fewest, (3 * apartment + 5 * selfbuilt) // 150


def test_generator_writes_the_stored_content(town: Town, stored: dict[str, gpd.GeoDataFrame]) -> None:
    fresh = list_layers(town)
    assert STORED.stat().st_size < 4_000_000
    assert set(fresh) == set(stored)
    for name, frame in fresh.items():
        kept = stored[name]
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        for column in plain.columns[plain.dtypes.astype(str) == "Int32"]:
            plain[column] = plain[column].astype(kept[column].dtype)
        assert_frame_equal(plain, kept.drop(columns="geometry"), check_dtype=False)
        assert shapely.equals_exact(frame.geometry.values, kept.geometry.values, tolerance=0.02).all()
        assert frame.crs == "EPSG:4546"
        assert frame.is_valid.all() and frame.geom_type.nunique() == 1


def test_six_streets_and_thirty_five_lanes_make_16_regions_and_100_sections(
    stored: dict[str, gpd.GeoDataFrame],
) -> None:
    streets, edge = stored["streets"], stored["boundary"].geometry[0]
    main = streets["道路等级"].isin(["主干路", "次干路"])
    lanes = streets["道路等级"] == "巷道"
    assert streets.loc[main, "名称"].nunique() == 6
    assert streets.loc[lanes, "名称"].nunique() == 35
    for chosen, count in ((main, 16), (main | lanes, 100)):
        lines = [*streets.geometry[chosen], edge.exterior]
        faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=0.01)]))
        inside = edge.buffer(0.1).contains(faces)
        assert inside.sum() == count
        assert shapely.area(faces[inside]).min() > 20_000


def test_every_street_is_one_line(stored: dict[str, gpd.GeoDataFrame]) -> None:
    streets = stored["streets"]
    named = streets[streets["道路等级"].isin(["主干路", "次干路", "巷道"])]
    for _, pieces in named.groupby("名称"):
        assert pieces["道路等级"].nunique() == 1
        assert shapely.line_merge(shapely.union_all(pieces.geometry.values)).geom_type == "LineString"


@pytest.mark.slow
def test_the_rooms_see_16_regions_and_100_sections(net: tuple[AtomGraph, pd.Series]) -> None:
    graph, _ = net
    for rank, count in ((1, 16), (2, 100)):
        open_border = (graph.border_rank == 0) | (graph.border_rank > rank)
        assert len(np.unique(find_components(len(graph), graph.edges[open_border]))) == count


def test_every_section_can_be_cut_into_legal_grids_and_1350_lies_well_inside(
    net: tuple[AtomGraph, pd.Series],
) -> None:
    graph, kind = net
    open_border = (graph.border_rank == 0) | (graph.border_rank > 2)
    # land without households carries no contiguity between homes
    land = (graph.households == 0) & (graph.area > 1000.0)
    walkable = open_border & ~land[graph.edges].any(axis=1) & (graph.border_length >= 1.0)
    piece = find_components(len(graph), graph.edges[walkable])
    flats = pd.Series(graph.households).where((kind == "apartment").to_numpy(), 0).groupby(piece).sum()
    houses = pd.Series(graph.households).where((kind == "selfbuilt").to_numpy(), 0).groupby(piece).sum()
    bounds = [bound_grids(a, s) for a, s in zip(flats.tolist(), houses.tolist(), strict=True) if a + s > 0]
    assert len(bounds) == 100, "the homes of a section hang together"
    assert all(1 <= fewest < most for fewest, most in bounds)
    fewest, most = map(sum, zip(*bounds, strict=True))
    assert fewest < GRIDS - 150 and most > GRIDS + 150


def test_people_and_households_add_up(stored: dict[str, gpd.GeoDataFrame]) -> None:
    buildings = stored["buildings"]
    homes = buildings["类型"].isin(["居民楼", "自建房"])
    assert buildings["人口"].sum() == PEOPLE == sum(area.people for area in OLD_AREAS)
    assert buildings.loc[homes, ["户数", "人口"]].notna().all(axis=None)
    assert buildings.loc[~homes, ["户数", "人口"]].isna().all(axis=None)
    assert (buildings.loc[homes, "人口"] >= buildings.loc[homes, "户数"]).all()
    assert 2.05 < PEOPLE / buildings["户数"].sum() < 2.3
    assert buildings["编号"].is_unique and buildings["名称"].is_unique


def test_buildings_stand_free_inside_the_town(stored: dict[str, gpd.GeoDataFrame]) -> None:
    shapes = stored["buildings"].geometry.values
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    assert shared[left != right].sum() == 0
    assert stored["buildings"].within(stored["boundary"].geometry[0]).all()
    assert stored["river"].disjoint(stored["boundary"].geometry[0]).all()
    streets = stored["streets"]
    barring = streets[streets["道路等级"].isin(["主干路", "次干路", "巷道"])]
    assert not len(shapely.STRtree(shapes).query(barring.geometry.values, predicate="intersects")[0])


def test_old_areas_cover_the_town_but_for_the_planted_flaws(
    town: Town, stored: dict[str, gpd.GeoDataFrame]
) -> None:
    meant = list(town.old_areas.values())
    assert shapely.coverage_is_valid(meant)
    assert abs(sum(area.area for area in meant) - town.edge.area) < 1
    filed = stored["existing"].geometry
    gaps = stored["boundary"].geometry[0].difference(filed.union_all())
    overlap = filed.area.sum() - filed.union_all().area
    planted = sum(flaw.kind == GAP for flaw in FLAWS)
    assert sum(part.area > 100 for part in shapely.get_parts(gaps)) == planted
    assert 15_000 < gaps.area < 25_000
    assert 20_000 < overlap < 30_000


def test_thirteen_communities_follow_from_the_old_eleven() -> None:
    kinds = [area.kind for area in OLD_AREAS]
    assert kinds.count(COMMUNITY) == 7 and len(kinds) == 11
    people = np.array([area.people for area in OLD_AREAS])
    assert (people > 12_000).sum() == 2, "two that must be split, so two new ones"
    # 12 communities of 10,000 cannot hold everyone, 13 can
    assert 12 * 10_000 < people.sum() < 13 * 10_000
    few = people[people <= 12_000]
    assert (few > 10_000).sum() == 1 and (few < 6_000).sum() == 1


def test_codes_say_what_an_area_is(stored: dict[str, gpd.GeoDataFrame]) -> None:
    existing = stored["existing"]
    assert existing["编码"].is_unique and existing["编码"].str.fullmatch(r"990127001\d{3}").all()
    assert (existing["城乡"] == "城区").all(), "a village in town may become a community"
    series = existing["编码"].str[9]
    assert (series[existing["类型"] == "居委会"] == "0").all()
    assert (series[existing["类型"] == "村委会"] == "2").all()


def test_posts_are_called_as_the_scheme_calls_them(stored: dict[str, gpd.GeoDataFrame]) -> None:
    wanted = {rule.post["zh"] for rule in load_preset("shangnan").staffing}
    assert set(stored["staff"]["岗位"]) == wanted


def test_staff_and_places_carry_no_personal_data(stored: dict[str, gpd.GeoDataFrame]) -> None:
    staff = stored["staff"]
    assert staff["岗位"].value_counts().to_dict() == {
        "A岗片长": GRIDS,
        "B岗片长": GRIDS,
        "大区片长": 100,
        "区域总长": 16,
    }
    assert staff["编号"].str.fullmatch(r"片长\d{4}").all() and staff["编号"].is_unique
    text = " ".join(
        str(value)
        for frame in stored.values()
        for column in frame.columns.drop("geometry")
        for value in frame[column].dropna().unique()
    )
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]|@", text), "no telephone, identity or mail address"


def test_compounds_have_a_type_and_hold_their_buildings(stored: dict[str, gpd.GeoDataFrame]) -> None:
    compounds, buildings = stored["compounds"], stored["buildings"]
    assert set(compounds["类型"]) == {"物业小区", "老旧院落", "拆迁安置", "单位宿舍"}
    assert compounds["名称"].is_unique
    assert set(buildings["小区"].dropna()) <= set(compounds["名称"])
