"""What lies within reach of an atom: the search that proofs of solving and of feasibility share."""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray

__all__ = ["fill_densest", "find_within"]


@njit(cache=True, nogil=True)
def find_within(
    indptr: IntArray,
    near: IntArray,
    weight: FloatArray,
    start: int,
    limit: float,
    most: int,
    cost: FloatArray,
) -> tuple[IntArray, bool]:
    """Find the atoms that a path of total weight <= limit reaches, both ends counted.

    Parameters
    ----------
    indptr, near
        Neighbours of each atom in rows, as in a CSR matrix.
    weight
        Shape (n,), not negative.
    start, limit
        Where the paths begin, and what they may weigh.
    most
        Budget: atoms looked at.
    cost
        Room to work in, all inf, shape (n,); it is left so.

    Returns
    -------
    atoms : ndarray of int64
    whole : bool
        Whether all were found within the budget.
    """
    found = [np.int64(start)]
    found.clear()
    touched = [np.int64(start)]
    heap = [(weight[start], np.int64(start))]
    cost[start] = weight[start]
    whole = True
    if weight[start] > limit:
        heap.clear()
    while len(heap) > 0:
        far, v = heapq.heappop(heap)
        if far > cost[v]:
            continue
        if len(found) >= most:
            whole = False
            break
        found.append(v)
        for e in range(indptr[v], indptr[v + 1]):
            u = near[e]
            there = far + weight[u]
            if there <= limit and there < cost[u]:
                cost[u] = there
                touched.append(u)
                heapq.heappush(heap, (there, u))
    for v in touched:
        cost[v] = np.inf
    return np.array(found, dtype=np.int64), whole


@njit(cache=True, nogil=True)
def fill_densest(gain: FloatArray, area: FloatArray, atoms: IntArray, first: int, room: float) -> float:
    """Most that fits below an area with one atom in and the last one in part: never too little."""
    total, room = gain[first], room - area[first]
    density = np.empty(len(atoms))
    for i in range(len(atoms)):
        density[i] = -gain[atoms[i]] / max(area[atoms[i]], 1e-9)
    for i in np.argsort(density):
        v = atoms[i]
        if v == first or gain[v] <= 0:
            continue
        share = min(1.0, room / max(area[v], 1e-9))
        total += gain[v] * share
        room -= area[v] * share
        if room <= 0.0:
            break
    return float(total)
