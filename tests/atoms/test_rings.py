"""The dissolve: pinches, holes, islands."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridplan.atoms.rings import Edges, cancel_edges, trace_parts


def dissolve(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dissolve the unit squares of a raster."""
    rows, columns = labels.shape
    y, x = np.mgrid[: rows + 1, : columns + 1]
    xy = np.stack([x.ravel(), y.ravel()], axis=1).astype(float)
    i, j = np.mgrid[:rows, :columns]
    low = (i * (columns + 1) + j).ravel()
    corners = np.stack([low, low + 1, low + columns + 2, low + columns + 1], axis=1)
    edges = Edges(corners.ravel(), np.roll(corners, -1, axis=1).ravel(), np.repeat(labels.ravel(), 4))
    parts = trace_parts(cancel_edges(edges, len(xy)), xy)
    return parts.polygons(xy), parts.label


@given(hnp.arrays(np.int64, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 2)))
def test_dissolve_agrees_with_the_union(labels: np.ndarray) -> None:
    polygons, names = dissolve(labels)
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert (np.diff(names) >= 0).all()
    for name in np.unique(labels):
        i, j = np.nonzero(labels == name)
        wanted = shapely.union_all(shapely.box(j, i, j + 1, i + 1))
        mine = polygons[names == name]
        assert shapely.union_all(mine).equals(wanted)
        assert len(mine) == shapely.get_num_geometries(wanted)


def test_part_around_a_part_of_the_same_label() -> None:
    labels = np.zeros((7, 7), dtype=np.int64)
    labels[1:6, 1:6] = 1
    labels[2:5, 2:5] = 0
    labels[3, 3] = 1
    polygons, names = dissolve(labels)
    assert list(names) == [0, 0, 1, 1]
    assert sorted(shapely.area(polygons)) == pytest.approx([1, 8, 16, 24])
