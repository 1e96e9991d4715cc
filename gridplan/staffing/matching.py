"""People to places at least distance: as many placed as can be, then as few metres as can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

__all__ = ["match_nearest"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Pairs of people and places up to which every pair is looked at: a tenth of a second.
_ALL_PAIRS = 250_000
#: Places near each person that are looked at first where there are more pairs; four times as many
#: whenever somebody finds no place among them.
_NEAR = 96
# distances count in whole decimetres, so that ties are ties on every machine
_STEP_M = 0.1


def match_nearest(
    people: FloatArray,
    places: FloatArray,
    room: IntArray,
    *,
    load: FloatArray,
    capacity: FloatArray,
    barred: IntArray,
) -> IntArray:
    """Give people places.

    Parameters
    ----------
    people
        Where each person is [m], shape (n, 2).
    places
        Where each place is [m], shape (k, 2).
    room
        People that each place takes, shape (k,).
    load, capacity
        What each place asks of a person, shape (k,), and the most that each person can bear, shape (n,).
    barred
        A place that each person must not get, -1 for none, shape (n,).

    Returns
    -------
    ndarray of int64, shape (n,)
        Place of each person, -1 for none. As many people as can be are placed; of these choices the
        sum of distances is least among the places looked at (all of them up to 250,000 pairs).
    """
    open_places = np.flatnonzero(room > 0)
    placed = np.full(len(people), -1, dtype=np.int64)
    if not len(open_places) or not len(people):
        return placed
    tree = cKDTree(places[open_places])
    k = len(open_places) if len(people) * len(open_places) <= _ALL_PAIRS else _NEAR
    while True:
        k = min(k, len(open_places))
        metres, near = tree.query(people, k=np.arange(1, k + 1))
        person = np.repeat(np.arange(len(people)), k)
        place, cost = open_places[near.ravel()], np.rint(metres.ravel() / _STEP_M) + 1
        keep = (load[place] <= capacity[person]) & (place != barred[person])
        person, place, cost = person[keep], place[keep], cost[keep]
        placed = _match_sparse(person, place, cost, room, len(people))
        if k == len(open_places) or (placed >= 0).sum() == min(len(people), int(room.sum())):
            return placed
        k *= 4


def _match_sparse(person: IntArray, place: IntArray, cost: FloatArray, room: IntArray, n: int) -> IntArray:
    """Match over the pairs given; every person has a way out that costs more than all pairs together."""
    slots = int(room.sum())
    first = np.cumsum(room) - room
    times = room[place]
    row, price = np.repeat(person, times), np.repeat(cost, times)
    column = np.repeat(first[place], times) + _count_up(times)
    out = (cost.max(initial=1.0) + 1) * (min(n, slots) + 1)
    matrix = csr_array(
        (
            np.concatenate((price, np.full(n, out))),
            (np.concatenate((row, np.arange(n))), np.concatenate((column, slots + np.arange(n)))),
        ),
        shape=(n, slots + n),
    )
    rows, columns = min_weight_full_bipartite_matching(matrix)
    owner = np.append(np.repeat(np.arange(len(room)), room), np.full(n, -1))
    placed = np.full(n, -1, dtype=np.int64)
    placed[rows] = owner[columns]
    return placed


def _count_up(times: IntArray) -> IntArray:
    """Return 0..t-1 for each t, one after the other."""
    ends = np.cumsum(times)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) - np.repeat(ends - times, times), dtype=np.int64)
