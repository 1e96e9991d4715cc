"""Pieces of the search: the chance of a dearer move, the order of a tree's borders, the cooling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.solve.kernels.moves import RANGE, STEPS, is_taken, list_odds
from gridplan.solve.kernels.seed import sort_roughly
from gridplan.solve.partition.counts import choose_effort
from gridplan.solve.partition.search import HOT, SET, plan_heats


@pytest.mark.parametrize("heats", [0.05, 0.5, 1.0, 2.0, 5.0])
def test_dearer_moves_are_taken_as_often_as_the_temperature_says(heats):
    """``heats``: how many temperatures dearer."""
    odds = list_odds()
    chances = np.arange(100_000, dtype=np.uint64) * np.uint64(2**32 // 100_000)
    taken = sum(is_taken(heats * STEPS, chance, odds) for chance in chances) / len(chances)
    assert taken == pytest.approx(np.exp(-heats), rel=0.02)


def test_saving_moves_are_always_taken_and_hopeless_ones_never():
    odds = list_odds()
    most, least = np.uint64(2**32 - 1), np.uint64(0)
    assert is_taken(0.0, most, odds)
    assert is_taken(-1e9, most, odds)
    assert not is_taken(float(STEPS * RANGE), least, odds)
    assert not is_taken(1e300, least, odds)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=200))
def test_rough_order_is_a_permutation_off_by_a_step_at_most(values):
    key = np.array(values, np.float64)
    order = sort_roughly(key)
    assert sorted(order.tolist()) == list(range(len(key)))
    if len(key) > 1:
        step = (key.max() - key.min()) / (len(key) - 1)
        highest = np.maximum.accumulate(key[order])
        assert (highest - key[order] <= step * (1 + 1e-9) + 1e-9).all()


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_rounds_are_one_cooling(rounds):
    heats = plan_heats(rounds)
    assert len(heats) == rounds
    assert heats[0][0] == pytest.approx(HOT)
    assert heats[-1][1] == SET
    assert all(before[1] == after[0] for before, after in pairwise(heats))
    assert all(first > last for first, last in heats)


def test_merging_is_for_small_components_with_a_free_count():
    assert choose_effort(500, 100, False).merges > choose_effort(500, 20, False).merges > 0
    assert choose_effort(5_000, 230, False).merges == choose_effort(500, 20, True).merges == 0
