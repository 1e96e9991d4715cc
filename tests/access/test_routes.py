"""Laws of the routes along the streets."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.access import build_network, find_routes, summarise_routes

CRS = "EPSG:4545"


def _streets(lines: list[list[tuple[float, float]]], classes: list[str] | None = None) -> gpd.GeoDataFrame:
    told = classes or ["residential"] * len(lines)
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame({"street_class": told, "rank": 2}, geometry=shapes, crs=CRS)


@st.composite
def towns(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]:
    """Give a lattice of streets with some missing, homes, and places."""
    across, down = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    lines = [
        [(i * 100.0, j * 80.0), (i * 100.0 + 100, j * 80.0)] for i in range(across) for j in range(down + 1)
    ]
    lines += [
        [(i * 100.0, j * 80.0), (i * 100.0, j * 80.0 + 80)] for i in range(across + 1) for j in range(down)
    ]
    kept = draw(st.lists(st.sampled_from(lines), min_size=1, max_size=len(lines), unique_by=str))
    spot = st.tuples(st.floats(-30, across * 100 + 30), st.floats(-30, down * 80 + 30))
    homes = np.array(draw(st.lists(spot, min_size=1, max_size=6)))
    places = np.array(draw(st.lists(spot, min_size=1, max_size=4)))
    return _streets(kept), homes, places


def _walk(streets: gpd.GeoDataFrame, home: np.ndarray, place: np.ndarray) -> float:
    """Measure one route with networkx, home and place put into the net as crossings."""
    net = nx.Graph()
    cuts: dict[int, list[tuple[float, object]]] = {}
    for name, xy in (("home", home), ("place", place)):
        far = streets.distance(shapely.Point(xy)).to_numpy()
        edge = int(far.argmin())
        line = streets.geometry.iloc[edge]
        cuts.setdefault(edge, []).append((line.project(shapely.Point(xy)), ("on", name)))
        net.add_edge(name, ("on", name), weight=float(far[edge]))
    for number, line in enumerate(streets.geometry):
        stops = sorted(
            [(0.0, line.coords[0]), *cuts.get(number, []), (line.length, line.coords[-1])],
            key=lambda one: one[0],
        )
        for (low, a), (high, b) in pairwise(stops):
            if not net.has_edge(a, b) or net[a][b]["weight"] > high - low:
                net.add_edge(a, b, weight=high - low)
    try:
        return float(nx.shortest_path_length(net, "home", "place", weight="weight"))
    except nx.NetworkXNoPath:
        return np.inf


def _is_tied(streets: gpd.GeoDataFrame, points: np.ndarray) -> bool:
    """Tell whether a point is as near to one street as to another: which it takes is then free."""
    far = np.sort([streets.distance(shapely.Point(xy)).to_numpy() for xy in points], axis=1)
    return bool(far.shape[1] > 1 and (far[:, 1] - far[:, 0] < 1e-6).any())


@settings(max_examples=60)
@given(towns())
def test_ways_are_those_of_a_plain_search(town: tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]) -> None:
    streets, homes, places = town
    if _is_tied(streets, np.concatenate([homes, places])):
        return
    routes = find_routes(build_network(streets), homes, places, max_access_m=1e6)
    for row, home in enumerate(homes):
        walked = [_walk(streets, home, place) for place in places]
        if np.isinf(min(walked)):
            assert np.isnan(routes.metres[row])
            assert routes.place[row] == -1
        else:
            assert routes.metres[row] == pytest.approx(min(walked), abs=1e-5)
            assert walked[routes.place[row]] == pytest.approx(min(walked), abs=1e-5)


@settings(max_examples=80)
@given(towns())
def test_no_way_is_shorter_than_the_straight_one(
    town: tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray],
) -> None:
    streets, homes, places = town
    routes = find_routes(build_network(streets), homes, places)
    there = routes.place >= 0
    straight = np.hypot(*(homes[there] - places[routes.place[there]]).T)
    assert (routes.metres[there] >= straight - 1e-6).all()
    assert (routes.metres[there] >= routes.straight[there] - 1e-9).all()


@settings(max_examples=80)
@given(towns(), st.integers(0, 3), st.integers(0, 3))
def test_a_further_street_between_crossings_makes_no_way_longer(
    town: tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray], one: int, other: int
) -> None:
    streets, homes, places = town
    tips = [line.coords[0] for line in streets.geometry] + [line.coords[-1] for line in streets.geometry]
    ends = (tips[one % len(tips)], tips[other % len(tips)])
    if ends[0] == ends[1]:
        return
    # far out, so that nobody lives nearest to it: who moves to another street may walk longer from there
    detour = [ends[0], (-5000.0, -5000.0), ends[1]] if one % 2 else [ends[0], ends[1]]
    more = gpd.GeoDataFrame(
        {"street_class": "path", "rank": 3, "geometry": [shapely.LineString(detour)]}, crs=CRS
    )
    both = pd.concat([streets, more], ignore_index=True)
    points = np.concatenate([homes, places])
    near = [both.distance(shapely.Point(xy)).to_numpy() for xy in points]
    if any(far[-1] <= far[:-1].min() + 1e-9 for far in near):
        return
    before = find_routes(build_network(streets), homes, places).metres
    after = find_routes(build_network(both), homes, places).metres
    known = np.isfinite(before)
    assert (after[known] <= before[known] + 1e-6).all()


@settings(max_examples=40)
@given(towns(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    town: tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray], chance: object
) -> None:
    streets, homes, places = town
    order = list(range(len(streets)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    turned = streets.iloc[order].assign(geometry=streets.geometry.iloc[order].reverse())
    one = find_routes(build_network(streets), homes, places)
    other = find_routes(build_network(turned), homes[::-1], places)
    np.testing.assert_allclose(one.metres, other.metres[::-1], atol=1e-6)


def _cross() -> gpd.GeoDataFrame:
    return _streets([[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)]])


def test_the_own_place_serves_even_where_another_is_nearer() -> None:
    homes, places = np.array([[400.0, 10.0], [1600.0, 10.0]]), np.array([[500.0, 0.0], [1900.0, 20.0]])
    area = np.array([1, 1])
    own = find_routes(build_network(_cross()), homes, places, home_area=area, place_area=np.array([0, 1]))
    assert own.place.tolist() == [1, 1]
    assert own.metres == pytest.approx([10 + 1500 + 20, 10 + 300 + 20])
    assert own.own.all()
    free = find_routes(build_network(_cross()), homes, places)
    assert free.place.tolist() == [0, 1]
    none = find_routes(
        build_network(_cross()), homes, places, home_area=area + 5, place_area=np.array([0, 1])
    )
    assert none.place.tolist() == [0, 1]
    assert not none.own.any()


def test_an_own_place_without_a_way_leaves_the_nearest() -> None:
    streets = _streets([[(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)]])
    homes, places = np.array([[100.0, 0.0]]), np.array([[900.0, 0.0], [100.0, 5000.0]])
    area = np.array([1])
    routes = find_routes(build_network(streets), homes, places, home_area=area, place_area=np.array([0, 1]))
    assert routes.place.tolist() == [0]
    assert not routes.own.any()


def test_nobody_walks_on_water_or_across_the_fields() -> None:
    streets = _streets([[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)]], ["residential", "river"])
    homes, places = np.array([[100.0, 0.0], [1900.0, 0.0], [500.0, 300.0]]), np.array([[900.0, 0.0]])
    routes = find_routes(build_network(streets), homes, places)
    assert routes.metres[0] == pytest.approx(800)
    assert np.isnan(routes.metres[1:]).all()


@pytest.mark.parametrize("lack", ["streets", "homes", "places"])
def test_where_something_is_missing_there_is_no_way(lack: str) -> None:
    streets = _cross().iloc[:0] if lack == "streets" else _cross()
    homes = np.zeros((0 if lack == "homes" else 2, 2))
    places = np.zeros((0 if lack == "places" else 1, 2))
    routes = find_routes(build_network(streets), homes, places)
    assert len(routes.metres) == len(homes)
    assert np.isnan(routes.metres).all()


def test_areas_are_summed_up_by_their_households() -> None:
    homes = np.array([[100.0, 0.0], [600.0, 0.0], [1990.0, 10.0], [300.0, 900.0]])
    routes = find_routes(build_network(_cross()), homes, np.array([[0.0, 0.0]]))
    table = summarise_routes(routes, [30, 10, 5, 2], [90, 30, 15, 4], ["a", "a", "a", "b"])
    first = table.loc["a"]
    assert first["longest_walk_m"] == pytest.approx(2000)
    assert first["door_to_street_m"] == pytest.approx(10)
    assert first["median_walk_m"] == pytest.approx(100)
    assert first[["within_500_m", "within_1000_m", "place", "without_route"]].tolist() == [90, 120, 0, 0]
    assert table.loc["b", ["place", "without_route"]].tolist() == [-1, 2]
    assert np.isnan(table.loc["b", "longest_walk_m"])


def test_an_island_of_lanes_is_joined_to_the_street_beside_it() -> None:
    main, lane = [(0, 0), (1000, 0)], [(500, 12), (500, 200)]
    homes, places = np.array([[500.0, 150.0]]), np.array([[900.0, 0.0]])
    routes = find_routes(build_network(_streets([main, lane])), homes, places)
    assert routes.metres == pytest.approx([150 + 400])
    far = find_routes(build_network(_streets([main, [(500, 40), (500, 200)]])), homes, places)
    assert np.isnan(far.metres).all()


def test_no_step_leads_over_a_railway() -> None:
    lines = [[(0, 0), (1000, 0)], [(500, 12), (500, 200)], [(0, 6), (1000, 6)]]
    net = build_network(_streets(lines, ["residential", "residential", "rail"]))
    assert np.isnan(find_routes(net, np.array([[500.0, 150.0]]), np.array([[900.0, 0.0]])).metres).all()


@pytest.mark.parametrize("homes", [0, 3])
def test_where_nobody_has_a_way_the_tables_say_so(homes: int) -> None:
    streets, no_streets = (build_network(_streets([[(0, 0), (100, 0)]]).iloc[:n]) for n in (1, 0))
    xy, place = np.array([[10.0, 5.0], [90.0, 5.0], [5000.0, 0.0]])[:homes], np.array([[50.0, 1.0]])
    for network, places in ((streets, place[:0]), (streets, place + 9000.0), (no_streets, place)):
        area = np.arange(homes, dtype=np.int64)
        routes = find_routes(
            network, xy, places, home_area=area, place_area=np.zeros(len(places), dtype=np.int64)
        )
        assert np.isnan(routes.metres).all() and (routes.place == -1).all() and not routes.own.any()
        table = summarise_routes(routes, [2, 3, 4][:homes], [5, 6, 7][:homes], ["a", "b", "c"][:homes])
        assert table["without_route"].tolist() == [2, 3, 4][:homes]
        assert table[["longest_walk_m", "median_walk_m", "own_share"]].isna().all(axis=None)
        assert (table["within_500_m"] == 0).all() and (table["place"] == -1).all()
