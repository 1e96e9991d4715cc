"""Own noding against GEOS on random linework, and what it leaves behind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.arrays import ShapeArray
from gridplan.atoms.linework import GRID_M, node_lines, point_keys


def name_segments(lines: ShapeArray) -> set[tuple[int, int]]:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    keys: npt.NDArray[np.int64] = point_keys(xy)
    inner = line[:-1] == line[1:]
    a, b = keys[:-1][inner], keys[1:][inner]
    return set(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 60), span=st.sampled_from([0.3, 5.0, 80.0]))
def test_segments_are_those_of_geos(seed: int, count: int, span: float) -> None:
    rng = np.random.default_rng(seed)
    lines = shapely.linestrings(rng.uniform(-span, span, (count, 3, 2)))
    rounds = shapely.buffer(shapely.points(rng.uniform(-span, span, (5, 2))), span / 9)
    lines = np.concatenate([lines, rounds])
    outline = np.where(shapely.get_dimensions(lines) == 2, shapely.boundary(lines), lines)
    wanted = shapely.get_parts(shapely.union_all(outline, grid_size=GRID_M))
    assert name_segments(node_lines(lines)) == name_segments(wanted)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_lines_meet_at_ends_only_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = shapely.linestrings(rng.uniform(0, 3, (30, 2, 2)))
    noded = node_lines(lines)
    left, right = shapely.STRtree(noded).query(noded, predicate="intersects")
    pairs = left < right
    shared = shapely.intersection(noded[left[pairs]], noded[right[pairs]])
    ends = shapely.boundary(noded)
    assert (shapely.get_dimensions(shared) == 0).all()
    assert shapely.covers(ends[left[pairs]], shared).all()
    assert name_segments(noded) == name_segments(node_lines(lines[rng.permutation(len(lines))]))


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_a_point_leave_nothing(count: int) -> None:
    lines = np.array([shapely.LineString([(0, 0), (0.001, 0.001)])] * count, dtype=object)
    assert len(node_lines(lines)) == 0


def test_a_ring_alone_stays_one_line() -> None:
    assert shapely.get_num_coordinates(node_lines(np.array([shapely.box(0, 0, 9, 9)]))).tolist() == [5]
