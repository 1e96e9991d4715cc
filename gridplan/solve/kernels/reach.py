"""What a legal part through an atom could reach at most: proofs without listing groups."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridplan.graph.reach import fill_densest, find_within
from gridplan.solve.kernels.terms import CAP, Ground, Terms

__all__ = ["lacks_reach"]


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
    cost = np.full(n, np.inf)
    within, whole = find_within(ground.indptr, ground.near, up, start, top, most, cost)
    if not whole:
        return False
    if cap < np.inf:
        by_area, whole = find_within(ground.indptr, ground.near, ground.area, start, cap, most, cost)
        if whole:
            near = np.zeros(n, np.bool_)
            near[by_area] = True
            within = within[near[within]]
    total = 0.0
    for v in within:
        total += gain[v]
    if total < need or cap == np.inf:
        return total < need
    return bool(fill_densest(gain, ground.area, within, start, cap) < need - 0.5)
