"""Hot spots: found where risk gathers, the same at every run, and never a NaN."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from raising import raises

from gridplan.errors import InputError
from gridplan.risk import MIN_AREAS, SPOTS, find_hot_spots

SIDE = 12
AREAS = pd.Index([f"a{i:03d}" for i in range(SIDE * SIDE)], name="code")


def _lattice(side: int = SIDE) -> np.ndarray:
    place = np.arange(side * side).reshape(side, side)
    across = np.stack([place[:, :-1].ravel(), place[:, 1:].ravel()], axis=1)
    down = np.stack([place[:-1].ravel(), place[1:].ravel()], axis=1)
    return np.concatenate([across, down])


def _gathered() -> np.ndarray:
    values = np.random.default_rng(5).poisson(2.0, (SIDE, SIDE)).astype(float)
    values[3:6, 3:6] += 12
    return values.ravel()


def test_a_cluster_is_hot_and_the_far_corner_is_not():
    found = find_hot_spots(_gathered(), _lattice(), AREAS)
    hot = found["spot"].to_numpy().reshape(SIDE, SIDE)
    assert (hot[3:6, 3:6] == "hot99").all() and (hot[9:, 9:] == "").all()
    assert set(found["spot"]) <= {*SPOTS, ""}
    assert not found.isna().any(axis=None)


def test_z_is_that_of_getis_and_ord():
    values, pairs = _gathered(), _lattice()
    found = find_hot_spots(values, pairs, AREAS)
    n = len(values)
    near = np.eye(n)
    near[pairs[:, 0], pairs[:, 1]] = near[pairs[:, 1], pairs[:, 0]] = 1
    count, mean, spread = near.sum(axis=1), values.mean(), values.std()
    z = (near @ values - mean * count) / (spread * np.sqrt((n * count - count**2) / (n - 1)))
    assert np.allclose(found["z"], z)


def test_the_order_and_direction_of_pairs_do_not_matter():
    values, pairs = _gathered(), _lattice()
    mixed = np.random.default_rng(1).permutation(np.concatenate([pairs[:, ::-1], pairs[:40]]))
    assert find_hot_spots(values, pairs, AREAS).equals(find_hot_spots(values, mixed, AREAS))


def test_a_hole_among_high_values_is_cold():
    values = 10 - _gathered() * 10 / 20
    spots = find_hot_spots(values, _lattice(), AREAS)["spot"].to_numpy().reshape(SIDE, SIDE)
    assert spots[4, 4] == "cold" and not (spots == "hot99").any()


def _all_equal(n: int) -> pd.DataFrame:
    return pd.DataFrame({"z": np.zeros(n), "p": np.ones(n), "spot": ""}, index=AREAS[:n])


@pytest.mark.parametrize(
    "values", [np.zeros(SIDE * SIDE), np.full(SIDE * SIDE, 3.0), np.full(SIDE * SIDE, np.nan)]
)
def test_nothing_stands_out_where_all_are_alike(values):
    found = find_hot_spots(values, _lattice(), AREAS)
    pd.testing.assert_frame_equal(found, _all_equal(len(AREAS)), check_dtype=False)


def test_areas_without_neighbours_or_value_are_not_judged():
    values, pairs = _gathered(), _lattice()
    values[7] = np.nan
    alone = 4 * SIDE + 4
    found = find_hot_spots(values, pairs[(pairs != alone).all(axis=1)], AREAS)
    for place in (7, alone):
        assert found.iloc[place].tolist() == [0.0, 1.0, ""]
    assert (found["spot"] == "hot99").any()
    none = find_hot_spots(values, np.empty((0, 2), dtype=np.int64), AREAS)
    assert (none["spot"] == "").all() and not none.isna().any(axis=None)


def test_too_few_areas_are_not_judged():
    side = 5
    assert side * side < MIN_AREAS
    values = np.arange(side * side, dtype=float)
    found = find_hot_spots(values, _lattice(side), AREAS[: side * side])
    pd.testing.assert_frame_equal(found, _all_equal(side * side), check_dtype=False)


def test_areas_that_all_touch_each_other_have_no_variance():
    n = MIN_AREAS + 2
    everyone = np.stack(np.triu_indices(n, 1), axis=1)
    found = find_hot_spots(np.arange(n, dtype=float), everyone, AREAS[:n])
    pd.testing.assert_frame_equal(found, _all_equal(n), check_dtype=False)


def test_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "esda", None)
    with raises(InputError, "esda_missing"):
        find_hot_spots(_gathered(), _lattice(), AREAS)
