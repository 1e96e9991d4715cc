"""Which atoms no legal area can contain, because too little lies within reach of them."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt
from numba import njit

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph.reach import fill_densest, find_within

__all__ = ["HELD_BACK", "REACHED", "TOO_SPARSE", "judge_reach"]


#: What :func:`judge_reach` says of an atom: nothing, too few within the area cap, too few before the
#: upper bound is used up by what stands between.
REACHED, TOO_SPARSE, HELD_BACK = 0, 1, 2


@njit(cache=True, nogil=True)
def grow_legal(
    indptr: IntArray,
    near: IntArray,
    press: FloatArray,
    ease: FloatArray,
    area: FloatArray,
    limits: FloatArray,
    start: int,
    seen: BoolArray,
) -> tuple[IntArray, bool]:
    """Grow from an atom, the smallest cells first, until a legal area stands; ``seen`` is left clean."""
    cap, need, max_area = limits[0], limits[1], limits[2]
    held = [np.int64(start)]
    held.clear()
    touched = [np.int64(start)]
    heap = [(0.0, np.int64(start))]
    seen[start] = True
    load, gain, size = 0.0, 0.0, 0.0
    while len(heap) > 0 and gain < need:
        _, v = heapq.heappop(heap)
        if load + press[v] > cap or size + area[v] > max_area:
            continue
        held.append(v)
        load += press[v]
        gain += ease[v]
        size += area[v]
        for e in range(indptr[v], indptr[v + 1]):
            u = near[e]
            if not seen[u]:
                seen[u] = True
                touched.append(u)
                heapq.heappush(heap, (area[u] if max_area < np.inf else press[u], u))
    for v in touched:
        seen[v] = False
    return np.array(held, dtype=np.int64), gain >= need


@njit(cache=True, nogil=True)
def judge_reach(
    indptr: IntArray,
    near: IntArray,
    press: FloatArray,
    ease: FloatArray,
    area: FloatArray,
    limits: FloatArray,
    asked: BoolArray,
) -> npt.NDArray[np.int8]:
    """Judge for each atom whether enough for a legal area lies within its reach.

    Parameters
    ----------
    indptr, near
        Neighbours of each atom in rows, as in a CSR matrix.
    press, ease
        What each atom weighs against the upper and the lower bound, shape (n,).
    area
        Square metres, shape (n,).
    limits
        Upper bound, lower bound and area cap (infinite for none), shape (3,).
    asked
        Atoms to be judged, shape (n,).

    Returns
    -------
    ndarray of int8, shape (n,)
        :data:`REACHED` proves nothing. The verdict on an atom is the same in whatever order atoms are looked
        at: a legal area that was found for a neighbour only saves work.
    """
    n = len(press)
    verdict = np.zeros(n, np.int8)
    settled, seen = ~asked, np.zeros(n, np.bool_)
    cost, inside = np.full(n, np.inf), np.zeros(n, np.bool_)
    cap, need, max_area = limits[0], limits[1], limits[2]
    for v in range(n):
        if settled[v]:
            continue
        held, legal = grow_legal(indptr, near, press, ease, area, limits, v, seen)
        if legal:
            for u in held:
                settled[u] = True
            continue
        by_load, _ = find_within(indptr, near, press, v, cap, n, cost)
        total = 0.0
        for u in by_load:
            total += ease[u]
        if total < need:
            verdict[v] = 2
        elif max_area < np.inf:
            by_area, _ = find_within(indptr, near, area, v, max_area, n, cost)
            for u in by_load:
                inside[u] = True
            both = by_area[inside[by_area]]
            for u in by_load:
                inside[u] = False
            if len(both) == 0 or fill_densest(ease, area, both, v, max_area) < need - 0.5:
                verdict[v] = 1
    return verdict
