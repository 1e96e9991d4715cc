"""The arrays that the solver stands on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.errors import InputError
from gridplan.graph import AtomGraph, find_components, kind_codes, sum_borders


def test_a_graph_tells_every_array_that_does_not_fit():
    with pytest.raises(InputError) as caught:
        AtomGraph(
            households=np.array([1, -2]),
            kind=np.zeros(1, np.int8),
            area=np.ones(2),
            xy=np.zeros((2, 2)),
            building=np.zeros(2, np.int64),
            edges=np.array([[0, 5]], np.int32),
            border_length=np.ones(2),
            border_rank=np.zeros(1, np.int8),
        )
    told = str(caught.value.values["faults"])
    assert all(name in told for name in ("kind", "border_length", "edges", "households"))


def test_kind_words():
    assert kind_codes(["apartment", "empty", "selfbuilt", "exclusive"]).tolist() == [0, 3, 1, 2]
    with pytest.raises(InputError, match="castle"):
        kind_codes(["castle"])


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.data())
def test_borders_between_areas_add_up(pairs, data):
    pairs = np.array([p for p in pairs if p[0] != p[1]], dtype=np.int64).reshape(-1, 2)
    labels = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=8, max_size=8)))
    length = np.arange(1.0, len(pairs) + 1)
    street = length / 3
    borders = sum_borders(labels, pairs, length, street)
    ends = labels[pairs]
    between = (ends[:, 0] != ends[:, 1]) & (ends >= 0).all(axis=1)
    assert borders.length.sum() == pytest.approx(length[between].sum())
    assert borders.street.sum() == pytest.approx(street[between].sum())
    assert (borders.pairs[:, 0] < borders.pairs[:, 1]).all()
    assert len(np.unique(borders.pairs, axis=0)) == len(borders.pairs)


def test_components_of_nothing():
    assert find_components(3, []).tolist() == [0, 1, 2]
    assert find_components(3, [[2, 0]]).tolist() == [0, 1, 0]
