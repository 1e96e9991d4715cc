"""What a legal part through an atom could reach at most: proofs without listing groups."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.terms import CAP, Ground, Terms

__all__ = ["lacks_reach"]


@njit(cache=True, nogil=True)
def sift_up(heap: IntArray, place: IntArray, cost: FloatArray, i: int) -> None:
    """Move an entry of a heap of atoms toward the root while it is cheaper than its parent."""
    while i > 0:
        up = (i - 1) // 2
        if cost[heap[up]] <= cost[heap[i]]:
            break
        heap[up], heap[i] = heap[i], heap[up]
        place[heap[up]], place[heap[i]] = up, i
        i = up


@njit(cache=True, nogil=True)
def sift_down(heap: IntArray, place: IntArray, cost: FloatArray, size: int) -> None:
    """Move the root of a heap of atoms to where it belongs."""
    i = 0
    while True:
        least = i
        for child in (2 * i + 1, 2 * i + 2):
            if child < size and cost[heap[child]] < cost[heap[least]]:
                least = child
        if least == i:
            break
        heap[least], heap[i] = heap[i], heap[least]
        place[heap[least]], place[heap[i]] = least, i
        i = least


@njit(cache=True, nogil=True)
def reach_within(
    ground: Ground, start: int, weight: FloatArray, limit: float, most: int
) -> tuple[IntArray, bool]:
    """Atoms that a path of total weight <= limit reaches, both ends counted; whether all were found."""
    n = len(weight)
    cost, place = np.full(n, np.inf), np.full(n, -1, np.int64)
    heap, found = np.empty(n, np.int64), np.empty(n, np.int64)
    cost[start] = weight[start]
    heap[0], place[start], size, done = start, 0, 1, 0
    while size > 0:
        if done >= most:
            return found[:done].copy(), False
        v = heap[0]
        size -= 1
        heap[0] = heap[size]
        place[heap[0]] = 0
        place[v] = n
        sift_down(heap, place, cost, size)
        found[done] = v
        done += 1
        for e in range(ground.indptr[v], ground.indptr[v + 1]):
            u = ground.near[e]
            far = cost[v] + weight[u]
            if far <= limit and far < cost[u] and place[u] < n:
                cost[u] = far
                if place[u] < 0:
                    place[u] = size
                    heap[size] = u
                    size += 1
                sift_up(heap, place, cost, place[u])
    return found[:done].copy(), True


@njit(cache=True, nogil=True)
def lacks_reach(ground: Ground, terms: Terms, start: int, most: int) -> bool:
    """Whether everything a legal part through an atom could reach is still below the lower bound.

    Parameters
    ----------
    ground, terms
        Region and rule.
    start
        The atom.
    most
        Budget: atoms looked at. False (nothing proved) beyond.

    Notes
    -----
    An atom shares a part only with atoms to which some path stays below the upper bound and the area
    cap. Under a cap the densest of them are filled in up to the cap, the last one in part.
    """
    n, kinds = len(ground.load), ground.homes.shape[1]
    up, gain = np.zeros(n), np.zeros(n)
    top, need = 0.0, np.inf
    majority = terms.rule[0, 0] != 0
    for k in range(kinds):
        top = max(top, float(terms.rule[1 + k, 3]))
        need = min(need, float(terms.rule[1 + k, 2]))
        for v in range(n):
            up[v] += ground.homes[v, k] * (1.0 if majority else float(terms.rule[1 + k, 0]))
            gain[v] += ground.homes[v, k] * (1.0 if majority else float(terms.rule[1 + k, 1]))
    if not majority:
        top, need = float(terms.rule[0, 1]), float(terms.rule[0, 2])
    cap = terms.price[CAP]
    if up[start] > top or ground.area[start] > cap:
        return True
    within, whole = reach_within(ground, start, up, top, most)
    if not whole:
        return False
    if cap < np.inf:
        by_area, whole = reach_within(ground, start, ground.area, cap, most)
        if whole:
            near = np.zeros(n, np.bool_)
            near[by_area] = True
            within = within[near[within]]
    total = 0.0
    for v in within:
        total += gain[v]
    if total < need or cap == np.inf:
        return total < need
    return fill_densest(gain, ground.area, within, start, cap) < need - 0.5


@njit(cache=True, nogil=True)
def fill_densest(gain: FloatArray, area: FloatArray, within: IntArray, start: int, cap: float) -> float:
    """Most that fits below an area cap with one atom in and the last one in part: an upper bound."""
    room, total = cap - area[start], gain[start]
    density = np.empty(len(within))
    for i in range(len(within)):
        density[i] = -gain[within[i]] / max(area[within[i]], 1e-9)
    for i in np.argsort(density):
        v = within[i]
        if v == start:
            continue
        share = min(1.0, room / max(area[v], 1e-9))
        total += gain[v] * share
        room -= area[v] * share
        if room <= 0.0:
            break
    return float(total)
