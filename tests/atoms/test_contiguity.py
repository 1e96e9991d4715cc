"""From a coverage to arrays."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from gridplan.atoms.contiguity import build_graph
from gridplan.kinds import KINDS

CRS = "EPSG:32650"


def make_cells(cells: list[shapely.Polygon], **columns: object) -> gpd.GeoDataFrame:
    n = len(cells)
    table = {"building_id": [f"b{i}" for i in range(n)], "kind": ["apartment"] * n, "households": [1] * n}
    return gpd.GeoDataFrame(table | columns, geometry=cells, crs=CRS)


def make_lines(*streets: tuple[int, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    ranks = np.array([rank for rank, _ in streets], dtype=np.int8)
    return gpd.GeoDataFrame({"rank": ranks}, geometry=[shapely.LineString(xy) for _, xy in streets], crs=CRS)


def rows(graph: object) -> list[tuple[int, int, float, int]]:
    return [
        (*edge, length, rank)
        for edge, length, rank in zip(
            graph.edges.tolist(), graph.border_length.tolist(), graph.border_rank.tolist(), strict=True
        )
        for edge in [tuple(edge)]
    ]


def test_borders_of_a_square_of_four() -> None:
    cells = [box(x, y, x + 10, y + 10) for x in (0, 10) for y in (0, 10)]
    graph = build_graph(make_cells(cells), make_lines((2, [(10, -5), (10, 25)])))
    assert rows(graph) == [(0, 1, 10, 0), (0, 2, 10, 2), (1, 3, 10, 2), (2, 3, 10, 0)]
    assert graph.area.tolist() == [100] * 4
    assert graph.edges.dtype == np.int32
    assert graph.border_rank.dtype == np.int8


def test_a_corner_is_no_border() -> None:
    assert len(build_graph(make_cells([box(0, 0, 1, 1), box(1, 1, 2, 2)]), make_lines()).edges) == 0


def test_one_row_for_each_rank_on_a_border() -> None:
    left = shapely.Polygon([(0, 0), (10, 0), (10, 4), (10, 7), (10, 10), (0, 10)])
    right = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 7), (10, 4)])
    lines = make_lines((3, [(10, 0), (10, 4)]), (1, [(10, 4), (10, 7)]), (2, [(10, 4), (10, 7)]))
    assert rows(build_graph(make_cells([left, right]), lines)) == [
        (0, 1, 3, 0),
        (0, 1, 3, 1),
        (0, 1, 4, 3),
    ]


def test_a_street_that_only_crosses_bars_nothing() -> None:
    cells = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    lines = make_lines((1, [(0, 5), (20, 5)]), (1, [(10.2, 0), (10.2, 10)]))
    assert rows(build_graph(make_cells(cells), lines)) == [(0, 1, 10, 0)]


def test_street_within_a_lane_block_is_not_asked_for() -> None:
    cells = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    lines = make_lines((3, [(10, 0), (10, 10)]))
    assert rows(build_graph(make_cells(cells, lane_block=[0, 0]), lines)) == [(0, 1, 10, 0)]


def test_border_around_a_house_keeps_the_rank_of_the_street() -> None:
    west = shapely.Polygon([(0, 0), (10, 0), (10, 4), (12, 4), (12, 6), (10, 6), (10, 10), (0, 10)])
    east = box(0, 0, 20, 10).difference(west)
    graph = build_graph(
        make_cells([west, east], block=[0, 1], lane_block=[0, 1]), make_lines((1, [(10, 0), (10, 10)]))
    )
    assert rows(graph) == [(0, 1, pytest.approx(14), 1)]


def test_kinds_households_and_buildings_are_carried() -> None:
    cells = [box(i, 0, i + 1, 1) for i in range(4)]
    frame = make_cells(cells, building_id=["z", "z", None, "a"], kind=list(KINDS), households=[30, 12, 0, 0])
    graph = build_graph(frame, make_lines())
    assert graph.building.tolist() == [1, 1, -1, 0]
    assert graph.kind.tolist() == [0, 1, 2, 3]
    assert graph.households.tolist() == [30, 12, 0, 0]
    assert shapely.contains_xy(np.array(cells), graph.xy[:, 0], graph.xy[:, 1]).all()


@given(st.lists(st.integers(0, 4), min_size=36, max_size=36), st.integers(-(10**6), 10**6))
def test_borders_add_up_to_the_perimeters(labels: list[int], shift: int) -> None:
    raster = pd.Series(labels).groupby(pd.Series(labels)).groups
    squares = np.array([box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(36)], dtype=object)
    squares = shapely.transform(squares, lambda xy: xy + shift + 0.1)
    cells = [
        part
        for rows in raster.values()
        for part in shapely.get_parts(shapely.coverage_union_all(squares[np.asarray(rows)]))
    ]
    graph = build_graph(make_cells(list(cells)), make_lines())
    around = 24.0
    assert 2 * graph.border_length.sum() + around == pytest.approx(float(shapely.length(cells).sum()))
    assert (graph.edges[:, 0] < graph.edges[:, 1]).all()
    keys = graph.edges[:, 0].astype(np.int64) * len(cells) + graph.edges[:, 1]
    assert (np.diff(keys) > 0).all()
