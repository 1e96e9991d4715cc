"""Borders measured from polygons: lengths, ranks, detours around houses on a street."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.check.borders import (
    fingerprint_segments,
    measure_borders,
    rank_segments,
    take_segments,
)

Cells = np.ndarray


def box_row(*widths: float) -> Cells:
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    return shapely.box(edges[:-1], 0.0, edges[1:], 10.0)


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


def as_array(*lines: shapely.LineString) -> Cells:
    return np.array(lines, dtype=object)


@given(
    nx=st.integers(1, 6), ny=st.integers(1, 6), step=st.sampled_from([2.5, 10.0]), seed=st.integers(0, 2**16)
)
@settings(max_examples=40, deadline=None)
def test_borders_agree_with_an_overlay(nx: int, ny: int, step: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(nx) * 10.0, np.arange(ny) * 10.0)
    cells = shapely.segmentize(shapely.box(x.ravel(), y.ravel(), x.ravel() + 10, y.ravel() + 10), step)
    cells = cells[rng.permutation(len(cells))]
    borders = measure_borders(cells, as_array(), np.zeros(0, np.int64))
    a, b = shapely.STRtree(cells).query(cells, predicate="intersects")
    length = shapely.length(shapely.intersection(cells[a], cells[b]))
    touching = (a < b) & (length > 0)
    wanted = {(int(i), int(j)): v for i, j, v in zip(a[touching], b[touching], length[touching], strict=True)}
    found = {(int(i), int(j)): v for (i, j), v in zip(borders.pairs, borders.length, strict=True)}
    assert found.keys() == wanted.keys()
    assert all(np.isclose(found[key], wanted[key]) for key in wanted)
    assert len(borders.crowded) == 0


@pytest.mark.parametrize(
    ("street", "rank"),
    [
        (line((10, -5), (10, 15)), 1),
        (line((10.02, -5), (9.98, 15)), 1),
        (line((10.2, -5), (10.2, 15)), 0),
        (line((0, 5), (20, 5)), 0),  # crosses the border, does not run along it
        (line((10, -5), (10, 4)), 0),  # ends below the middle
    ],
)
def test_border_lies_on_a_street_that_runs_along_it(street: shapely.LineString, rank: int) -> None:
    found = rank_segments(np.array([[10.0, 0.0, 10.0, 10.0]]), as_array(street), np.array([1]))
    assert found.tolist() == [rank]


def test_strongest_of_two_streets_counts() -> None:
    both = as_array(line((10, -5), (10, 15)), line((10, 0), (10, 10)))
    assert rank_segments(np.array([[10.0, 0.0, 10.0, 10.0]]), both, np.array([3, 1])).tolist() == [1]


def test_border_around_a_house_on_the_street_keeps_its_rank() -> None:
    # the street x = 10 runs through the house 4 x 4 m in the lower cell of the west, which bulges east
    house = shapely.Polygon([(6, 3), (12, 3), (12, 7), (6, 7)])
    west = shapely.difference(shapely.box(0, 0, 10, 10), house)
    east = shapely.difference(shapely.box(10, 0, 20, 10), house)
    cells = np.array([west, house, east], dtype=object)
    cells[1] = shapely.Polygon([(6, 3), (10, 3), (12, 3), (12, 7), (10, 7), (6, 7)])
    streets = as_array(line((10, 0), (10, 3)), line((10, 3), (10, 7)), line((10, 7), (10, 10)))
    ranks = np.array([1, 1, 1])
    blocks = np.array([0, 0, 1])
    plain = measure_borders(cells, streets, ranks)
    kept = measure_borders(cells, streets, ranks, blocks, np.array([-1, 0, -1]))
    by_pair = {tuple(p): int(r) for p, r in zip(plain.pairs.tolist(), plain.rank, strict=True)}
    assert by_pair == {(0, 1): 0, (0, 2): 1, (1, 2): 0}
    by_pair = {tuple(p): int(r) for p, r in zip(kept.pairs.tolist(), kept.rank, strict=True)}
    assert by_pair == {(0, 1): 0, (0, 2): 1, (1, 2): 1}
    # a wrong block where no house stands on the street bars nothing
    lie = measure_borders(box_row(10, 10, 10), as_array(line((10, 0), (10, 10))), np.array([1]),
                          np.array([0, 1, 2]), np.array([0, 1, 2]))  # fmt: skip
    assert {tuple(p): int(r) for p, r in zip(lie.pairs.tolist(), lie.rank, strict=True)} == {
        (0, 1): 1,
        (1, 2): 0,
    }


def test_overlapping_cells_are_listed() -> None:
    cells = np.concatenate([box_row(10, 10), box_row(10)])
    assert measure_borders(cells, as_array(), np.zeros(0, np.int64)).crowded.tolist() == [0, 1, 2]


def test_cells_on_the_same_side_of_a_segment_overlap() -> None:
    cells = np.array([shapely.box(0, 0, 10, 10), shapely.Polygon([(10, 0), (10, 10), (5, 5)])], dtype=object)
    assert measure_borders(cells, as_array(), np.zeros(0, np.int64)).crowded.tolist() == [0, 1]
    beside = np.array([cells[0], shapely.Polygon([(10, 0), (10, 10), (15, 5)])], dtype=object)
    assert measure_borders(beside, as_array(), np.zeros(0, np.int64)).crowded.tolist() == []


@given(turn=st.booleans())
def test_side_of_a_segment_does_not_depend_on_how_rings_run(turn: bool) -> None:
    frame = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    found = take_segments(np.array([shapely.reverse(frame) if turn else frame], dtype=object))
    sides = dict(zip(map(tuple, found.ends.tolist()), found.left.tolist(), strict=True))
    assert sides[0, 0, 9, 0] and not sides[0, 9, 9, 9]  # the ground is above the lower side of the frame ...
    assert not sides[3, 3, 6, 3] and sides[3, 6, 6, 6]  # ... and below that of its hole


@given(start=st.integers(0, 3), turn=st.booleans())
def test_fingerprint_knows_an_outline_however_it_is_drawn(start: int, turn: bool) -> None:
    ring = np.roll(np.array([(0, 0), (5, 0), (5, 5), (0, 5)], dtype=float), start, axis=0)
    redrawn = shapely.Polygon(ring[::-1] if turn else ring)
    other = shapely.Polygon([(0, 0), (5, 0), (5, 5), (0, 5.001)])
    prints = []
    for shape in (shapely.box(0, 0, 5, 5), redrawn, other):
        segments = take_segments(np.array([shape], dtype=object))
        prints.append(int(fingerprint_segments(segments.ends, segments.owner, 1)[0]))
    assert prints[0] == prints[1] != prints[2]
