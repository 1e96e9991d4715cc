"""Compounds: names, types, overlaps, who lives in them, lanes behind their walls; and dwellings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.clean import clean_layers
from gridplan.clean.compounds import infer_compounds, lower_lanes, name_compounds
from gridplan.schema import CleanLayers, Layers
from gridplan.scheme import Scheme

LayersOf = Callable[..., Layers]
CRS = "EPSG:32650"
HOUSE = shapely.box(100, 100, 120, 112)


def compounds_of(*rows: tuple[str | None, shapely.Geometry], types: object = None) -> gpd.GeoDataFrame:
    names, shapes = zip(*rows, strict=True)
    ids = [f"c{number}" for number in range(len(rows))]
    return gpd.GeoDataFrame(
        {"compound_id": ids, "name": list(names), "type": types}, geometry=list(shapes), crs=CRS
    )


def barriers_of(*lines: tuple[int, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "street_id": [f"s{number}" for number in range(len(lines))],
            "name": None,
            "street_class": "residential",
            "rank": [rank for rank, _ in lines],
        },
        geometry=[shapely.LineString(xy) for _, xy in lines],
        crs=CRS,
    )


def codes(clean: CleanLayers, layer: str) -> list[str]:
    return clean.issues.loc[clean.issues["layer"] == layer, "code"].tolist()


def test_parts_of_one_name_are_joined_and_far_ones_told_apart() -> None:
    frame, issues = name_compounds(
        compounds_of(
            ("怡园", shapely.box(0, 0, 100, 100)),
            ("怡园", shapely.box(2000, 0, 2100, 100)),
            ("怡园", shapely.box(120, 0, 220, 100)),
            (None, shapely.box(500, 0, 600, 100)),
        )
    )
    assert frame["name"].tolist() == ["c3", "怡园", "怡园#2"]
    assert frame.set_index("name").area.to_dict() == {"c3": 10_000, "怡园": 20_000, "怡园#2": 10_000}
    assert set(issues["code"]) == {"compound_parts_joined", "compound_name_repeated"}


@settings(max_examples=30)
@given(st.permutations(range(5)))
def test_names_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    rows = compounds_of(
        ("甲", shapely.box(0, 0, 100, 100)),
        ("甲", shapely.box(50, 50, 150, 150)),
        ("甲", shapely.box(3000, 0, 3100, 100)),
        ("乙", shapely.box(20, 20, 90, 90)),
        ("乙", shapely.box(900, 20, 990, 90)),
        types=["old", "unit", None, "property", None],
    )
    frame, issues = name_compounds(rows)
    other, others = name_compounds(rows.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(frame.drop(columns="geometry"), other.drop(columns="geometry"))
    assert shapely.equals(frame.geometry.to_numpy(), other.geometry.to_numpy()).all()
    assert sorted(issues["code"]) == sorted(others["code"])


def test_a_building_in_two_compounds_belongs_to_the_smaller(scheme: Scheme, layers_of: LayersOf) -> None:
    given_ = compounds_of(("大院", shapely.box(0, 0, 400, 400)), ("小院", shapely.box(50, 50, 200, 200)))
    clean = clean_layers(replace(layers_of([HOUSE], []), compounds=given_), scheme)
    assert clean.buildings["compound"].tolist() == ["小院"]
    assert codes(clean, "compounds") == ["compounds_overlap"]
    assert "building_in_two_compounds" in codes(clean, "buildings")


def test_the_row_of_a_building_comes_before_its_place(scheme: Scheme, layers_of: LayersOf) -> None:
    given_ = compounds_of(("甲", shapely.box(0, 0, 400, 400)), types=["unit"])
    shapes = [HOUSE, shapely.box(200, 100, 220, 112), shapely.box(800, 100, 820, 112)]
    layers = layers_of(
        shapes, [], compound=["乙 ", None, "乙"], compound_type=["old", None, "old"], households=[1, 1, 1]
    )
    clean = clean_layers(replace(layers, compounds=given_), scheme)
    assert clean.buildings["compound"].tolist() == ["乙", "甲", "乙"]
    assert clean.buildings["compound_type"].tolist() == ["old", "unit", "old"]
    told = clean.issues[clean.issues["code"] == "compound_disagrees"]
    assert told["detail"].tolist() == ["乙 / 甲"]


def test_lanes_behind_the_walls_are_lowered_and_the_rest_is_kept() -> None:
    wall = compounds_of(("怡园", shapely.box(0, 0, 200, 200)))
    barriers = barriers_of(
        (2, [(-100, 100), (300, 100)]),  # through the compound
        (2, [(-2, -50), (-2, 250)]),  # along its wall
        (1, [(50, -50), (50, 250)]),  # a main street
        (2, [(100, 190), (100, 197), (100, 300)]),  # a gateway
        (2, [(150, -50), (150, 250)]),  # ranked by the planner
    )
    lowered, issues = lower_lanes(barriers, wall, ["s4"])
    length = lowered.assign(length=lowered.length).groupby(["street_id", "rank"])["length"].sum().to_dict()
    assert length[("s0", 3)] == pytest.approx(184) and length[("s0", 2)] == pytest.approx(216)
    assert {key for key in length if key[0] != "s0"} == {("s1", 2), ("s2", 1), ("s3", 2), ("s4", 2)}
    assert lowered.length.sum() == pytest.approx(barriers.length.sum())
    told = issues.set_index("id")["code"].to_dict()
    assert told == {
        "s0": "lane_in_compound", "s2": "main_street_in_compound", "s4": "lane_in_compound_kept",
    }  # fmt: skip


def test_a_lane_through_a_compound_no_longer_parts_its_blocks(scheme: Scheme, layers_of: LayersOf) -> None:
    lane = [shapely.LineString([(0, 500), (1000, 500)])]
    layers = layers_of([HOUSE], lane, "residential")
    walls = compounds_of(("怡园", shapely.box(-50, 300, 1050, 700)))
    assert set(clean_layers(layers, scheme).barriers["rank"]) == {2}
    assert set(clean_layers(replace(layers, compounds=walls), scheme).barriers["rank"]) == {3}


def test_a_quarter_with_a_street_in_it_is_no_compound() -> None:
    land = gpd.GeoDataFrame(
        {"landuse_id": ["1", "2", "3"], "use": "residential", "name": ["甲里", "乙里", "丙里"]},
        geometry=[shapely.box(0, 0, 300, 300), shapely.box(400, 0, 700, 300), shapely.box(800, 0, 999, 300)],
        crs=CRS,
    )
    streets = barriers_of(
        (1, [(100, -10), (100, 310)]), (2, [(500, 0), (500, 300)]), (2, [(900, 0), (900, 300)])
    ).assign(name=["环路", None, "书院巷"])
    frame, issues = infer_compounds(land, streets)
    # a lane without a name is one of the compound's own
    assert frame is not None and frame["name"].tolist() == ["乙里"]
    assert issues["value"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("told", "households", "dwellings", "source"),
    [
        ({"households": [30], "dwellings": [40]}, 30, 40, "given"),
        ({"households": [30]}, 30, 30, "estimated"),
        ({"dwellings": [40]}, 40, 40, "given"),
        ({"dwellings": [40], "population": [52]}, 20, 40, "given"),
        ({"households": [0], "dwellings": [40]}, 0, 40, "given"),
        ({"kind": ["exclusive"]}, 0, 0, "none"),
        ({"kind": ["exclusive"], "dwellings": [0]}, 0, 0, "given"),
    ],
)
def test_dwellings_are_measured_or_the_households(
    scheme: Scheme,
    layers_of: LayersOf,
    told: dict[str, list[object]],
    households: int,
    dwellings: int,
    source: str,
) -> None:
    clean = clean_layers(layers_of([HOUSE], [], **told), scheme)
    home = clean.buildings.iloc[0]
    assert (home["households"], home["dwellings"], home["dwellings_source"]) == (
        households,
        dwellings,
        source,
    )
    estimated = (clean.issues["code"] == "households_from_dwellings").any()
    assert estimated == ("dwellings" in told and not {"households", "population", "kind"} & set(told))


def test_empty_flats_are_homes(scheme: Scheme, layers_of: LayersOf) -> None:
    clean = clean_layers(layers_of([HOUSE], [], use=[None], households=[0], dwellings=[40]), scheme)
    assert clean.buildings["kind"].tolist() == ["apartment"]


def test_parts_and_doubles_keep_the_dwellings(scheme: Scheme, layers_of: LayersOf) -> None:
    parts = shapely.union_all([shapely.box(100, 100, 120, 120), shapely.box(200, 100, 210, 110)])
    clean = clean_layers(
        layers_of([parts, HOUSE], [], dwellings=[11, np.nan], households=[11, np.nan]), scheme
    )
    assert clean.buildings["dwellings"].sum() == clean.buildings["households"].sum()
    assert clean.buildings.loc[["b000", "b000#2"], "dwellings"].sum() == 11
