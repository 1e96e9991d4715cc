"""Footprints, kinds and households: golden cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.clean import clean_layers
from gridplan.clean.footprints import share_whole
from gridplan.schema import CleanLayers, Layers
from gridplan.scheme import Scheme

LayersOf = Callable[..., Layers]


def rows(clean: CleanLayers, code: str) -> pd.DataFrame:
    return clean.issues[clean.issues["code"] == code]


def test_duplicates_merge_and_keep_what_either_tells(scheme: Scheme, layers_of: LayersOf) -> None:
    twice = [shapely.box(100, 100, 120, 120), shapely.box(100, 100, 120, 120.5)]
    clean = clean_layers(layers_of(twice, [], households=[12, 9], floors=[np.nan, 3.0]), scheme)
    assert clean.buildings["households"].tolist() == [12]
    assert clean.buildings["floors"].tolist() == [3.0]
    assert rows(clean, "building_twice")["value"].tolist() == [9.0]


def test_tower_is_cut_out_of_its_podium(scheme: Scheme, layers_of: LayersOf) -> None:
    podium, tower = shapely.box(100, 100, 160, 160), shapely.box(110, 110, 130, 130)
    clean = clean_layers(layers_of([podium, tower], [], households=[0, 60]), scheme)
    assert clean.buildings.area.tolist() == pytest.approx([3200, 400])
    assert clean.buildings["households"].tolist() == [0, 60]


def test_partial_overlap_cuts_the_smaller(scheme: Scheme, layers_of: LayersOf) -> None:
    clean = clean_layers(layers_of([shapely.box(0, 0, 20, 20), shapely.box(15, 0, 30, 10)], []), scheme)
    assert clean.buildings.area.tolist() == pytest.approx([400, 100])


def test_parts_share_households_in_whole_numbers(scheme: Scheme, layers_of: LayersOf) -> None:
    parts = shapely.union_all(shapely.box([100, 200, 300], 100, [120, 210, 302], [120, 110, 102]))
    clean = clean_layers(layers_of([parts], [], households=[11]), scheme)
    assert clean.buildings["households"].to_dict() == {"b000": 9, "b000#2": 2}
    assert rows(clean, "part_tiny")["value"].tolist() == [4.0]


def test_dropped_households_are_listed(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = [
        shapely.box(10, 10, 11, 11),
        None,
        shapely.box(5000, 0, 5020, 20),
        shapely.box(100, 100, 120, 120),
    ]
    clean = clean_layers(layers_of(shapes, [], households=[3, 4, 5, 6]), scheme)
    gone = clean.issues[(clean.issues["layer"] == "buildings") & (clean.issues["action"] == "dropped")]
    assert gone["value"].sum() + clean.buildings["households"].sum() == 18


def test_straddler_belongs_to_the_larger_share(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = [shapely.box(990, 100, 1005, 120), shapely.box(995, 300, 1020, 320)]
    clean = clean_layers(layers_of(shapes, [], households=[8, 8]), scheme)
    assert clean.buildings["households"].to_dict() == {"b000": 8}
    assert clean.buildings.area.tolist() == pytest.approx([200])


@pytest.mark.parametrize(
    ("size", "told", "kind", "households", "source"),
    [
        (12, {"use": "residential", "households": 1}, "selfbuilt", 1, "given"),
        (12, {"use": "residential", "households": 30}, "apartment", 30, "given"),
        (12, {"use": "residential", "floors": 2.0}, "selfbuilt", 2, "estimated"),
        (12, {"use": "residential", "floors": 6.0}, "apartment", 9, "estimated"),
        (20, {"use": "residential", "population": 131}, "apartment", 50, "estimated"),
        (20, {"use": None, "population": 0}, "exclusive", 0, "none"),
        (5, {"use": None}, "empty", 0, "none"),
        (12, {"use": "school", "kind": "exclusive"}, "exclusive", 0, "none"),
        (12, {"kind": "empty"}, "empty", 0, "none"),
        (12, {"kind": "selfbuilt", "floors": 6.0}, "selfbuilt", 6, "estimated"),
    ],
)
def test_kind_and_households_by_rule(
    scheme: Scheme,
    layers_of: LayersOf,
    size: float,
    told: dict[str, object],
    kind: str,
    households: int,
    source: str,
) -> None:
    columns = {name: [value] for name, value in told.items()}
    clean = clean_layers(layers_of([shapely.box(100, 100, 100 + size, 100 + size)], [], **columns), scheme)
    home = clean.buildings.iloc[0]
    assert (home["kind"], home["households"], home["households_source"]) == (kind, households, source)


def test_shed_in_the_yard_of_a_house_holds_none(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = [
        shapely.box(100, 100, 114, 110),
        shapely.box(120, 100, 130, 108),
        shapely.box(300, 300, 310, 308),
    ]
    clean = clean_layers(layers_of(shapes, [], use=["residential", None, None]), scheme)
    assert clean.buildings["kind"].tolist() == ["selfbuilt", "empty", "selfbuilt"]


def test_land_use_tells_that_nobody_lives_there(scheme: Scheme, layers_of: LayersOf) -> None:
    land = gpd.GeoDataFrame(
        {"use": ["industrial"], "name": [None]}, geometry=[shapely.box(0, 0, 500, 500)], crs="EPSG:32650"
    )
    layers = replace(
        layers_of([shapely.box(100, 100, 130, 120), shapely.box(700, 700, 712, 712)], [], use=[None, None]),
        landuse=land,
    )
    assert clean_layers(layers, scheme).buildings["kind"].tolist() == ["exclusive", "selfbuilt"]


def test_a_huge_guess_is_asked(scheme: Scheme, layers_of: LayersOf) -> None:
    clean = clean_layers(layers_of([shapely.box(100, 100, 200, 200)], [], floors=[20.0]), scheme)
    assert clean.buildings["kind"].tolist() == ["exclusive"]
    assert clean.buildings["households"].tolist() == [0]
    asked = rows(clean, "guess_too_large")
    assert asked["action"].tolist() == ["asked"] and asked["value"].tolist() == [2000.0]


def test_a_table_that_counts_homes_leaves_no_room_for_guesses(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = list(shapely.box(x := np.arange(100, 400, 50), 100, x + 12, 112))
    told = {"use": ["residential"] * 5 + [None], "households": [2] * 5 + [pd.NA]}
    clean = clean_layers(layers_of(shapes, [], **told), scheme)
    assert clean.buildings["households"].sum() == 10


def test_people_add_up(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = list(shapely.box(x := np.arange(100, 900, 50), 100, x + 20, 120))
    clean = clean_layers(layers_of(shapes, [], households=[7] * len(shapes)), scheme)
    homes = clean.buildings
    assert abs(homes["population"].sum() - homes["households"].sum() * scheme.dwellings.household_size) < 1
    assert set(homes["population_source"]) == {"estimated"}


def test_sharing_keeps_the_total() -> None:
    group = np.array([0, 0, 0, 1, 1])
    shared = share_whole(np.array([10, 10, 10, 3, 3.0]), np.array([1.0, 1, 1, 5, 1]), group)
    assert np.bincount(group, weights=shared).tolist() == [10, 3]


def test_named_compounds_hold_their_buildings(scheme: Scheme, layers_of: LayersOf) -> None:
    land = gpd.GeoDataFrame(
        {"use": ["residential"], "name": ["望京西园三区"]},
        geometry=[shapely.box(0, 0, 500, 500)],
        crs="EPSG:32650",
    )
    layers = replace(
        layers_of([shapely.box(100, 100, 120, 120), shapely.box(700, 700, 720, 720)], []), landuse=land
    )
    assert clean_layers(layers, scheme).buildings["compound"].tolist() == ["望京西园三区", None]
