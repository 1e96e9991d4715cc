"""The best cut of a spanning tree into parts: an exact programme over (node, load of the open part)."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.terms import CAP, Ground, Terms, price_part

__all__ = ["BUCKETS", "cut_tree"]

# Loads are kept apart in this many steps of the limit; within a step the cheapest is kept. 100 keeps one-kind
# bounds up to 100 exact and the mixed rule's 400 quarters to within one household.
BUCKETS = 100


@njit(cache=True, nogil=True)
def close_best(
    m_state: IntArray,
    cost: FloatArray,
    homes: IntArray,
    load: IntArray,
    area: FloatArray,
    i: int,
    terms: Terms,
) -> tuple[float, int]:
    """Close node i's open part at its cheapest bucket: whole cost and bucket."""
    best, at = np.inf, -1
    for b in range(m_state[i, 0], m_state[i, 1] + 1):
        if cost[i, b] == np.inf:
            continue
        total = cost[i, b] + price_part(homes[i], b, homes[i], b, 0, load[i, b], area[i, b], terms)
        if total < best:
            best, at = total, b
    return best, at


@njit(cache=True, nogil=True)
def find_bucket(a: int, b: int, limit: int) -> int:
    """Find the bucket of two loads together; -1 where a load above the limit would grow."""
    if a + b <= limit:
        return (a + b) * BUCKETS // limit
    return BUCKETS + 1 if a == 0 or b == 0 else -1


@njit(cache=True, nogil=True)
def add_homes(out: IntArray, b: int, homes: IntArray, i: int, j: int, keep: int) -> None:
    """Write the households of node i's bucket j to ``out[b]``, added to what is there where ``keep`` is 1."""
    for k in range(out.shape[1]):
        out[b, k] = keep * out[b, k] + homes[i, j, k]


@njit(cache=True, nogil=True)
def cut_tree(
    ground: Ground, terms: Terms, atoms: IntArray, order: IntArray, parent: IntArray, border: FloatArray
) -> tuple[IntArray, int]:
    """Cut a spanning tree into parts at the least price of parts and (estimated) borders.

    Parameters
    ----------
    ground, terms
        Region, rule and prices.
    atoms
        Atoms of the tree, shape (m,).
    order, parent
        The tree from its root, as :func:`gridplan.solve.kernels.seed.grow_tree` gives it.
    border
        What cutting above each node of that order is taken to cost [m]. A whole subtree's border is
        exact; a part between several cuts is priced approximately, so the caller measures the result.

    Returns
    -------
    tuple
        Part of each atom (0..parts-1), shape (m,), and the number of parts.
    """
    m, kinds = len(atoms), ground.homes.shape[1]
    limit = max(1, terms.rule[0, 3])
    top = BUCKETS + 1  # the last bucket holds a single atom above the limit
    reach = np.empty((m, 2), np.int64)
    cost = np.full((m, top + 1), np.inf)
    # what stands beside an infinite cost is never read, so it is not cleared
    homes = np.empty((m, top + 1, kinds), np.int64)
    load, area = np.empty((m, top + 1), np.int64), np.empty((m, top + 1))
    from_own, from_child = np.empty((m, top + 1), np.int64), np.empty((m, top + 1), np.int64)
    closing = np.full(m, -1, np.int64)
    new_cost, new_load = np.empty(top + 1), np.empty(top + 1, np.int64)
    new_homes, new_area = np.empty((top + 1, kinds), np.int64), np.empty(top + 1)
    for i in range(m):
        v = atoms[order[i]]
        b = find_bucket(ground.load[v], 0, limit)
        reach[i, 0], reach[i, 1] = b, b
        cost[i, b] = 0.0
        for k in range(kinds):
            homes[i, b, k] = ground.homes[v, k]
        load[i, b] = ground.load[v]
        area[i, b] = ground.area[v]
    for c in range(m - 1, 0, -1):
        v = parent[c]
        best, closing[c] = close_best(reach, cost, homes, load, area, c, terms)
        best += border[c]
        low, high = reach[v, 0], reach[v, 1]
        new_cost[:] = np.inf
        new_high = high
        for i in range(low, high + 1):
            if cost[v, i] == np.inf:
                continue
            if cost[v, i] + best < new_cost[i]:
                new_cost[i], new_load[i], new_area[i] = cost[v, i] + best, load[v, i], area[v, i]
                add_homes(new_homes, i, homes, v, i, 0)
                from_own[c, i], from_child[c, i] = i, -1
            for j in range(reach[c, 0], reach[c, 1] + 1):
                if cost[c, j] == np.inf:
                    continue
                both = load[v, i] + load[c, j]
                b = find_bucket(load[v, i], load[c, j], limit)
                if b < 0:
                    break  # loads ascend with the buckets
                land = area[v, i] + area[c, j]
                if cost[v, i] + cost[c, j] < new_cost[b] and land <= terms.price[CAP]:
                    new_cost[b], new_load[b], new_area[b] = cost[v, i] + cost[c, j], both, land
                    add_homes(new_homes, b, homes, v, i, 0)
                    add_homes(new_homes, b, homes, c, j, 1)
                    from_own[c, b], from_child[c, b] = i, j
                    new_high = max(new_high, b)
        for b in range(low, new_high + 1):
            cost[v, b] = new_cost[b]
            if new_cost[b] < np.inf:
                load[v, b], area[v, b] = new_load[b], new_area[b]
                for k in range(kinds):
                    homes[v, b, k] = new_homes[b, k]
        reach[v, 1] = new_high
    _, closing[0] = close_best(reach, cost, homes, load, area, 0, terms)
    return trace_parts(order, parent, closing, from_own, from_child)


@njit(cache=True, nogil=True)
def trace_parts(
    order: IntArray, parent: IntArray, closing: IntArray, from_own: IntArray, from_child: IntArray
) -> tuple[IntArray, int]:
    """Read the parts back from the choices, root first."""
    m = len(order)
    part = np.empty(m, np.int64)
    state = closing.copy()
    part[0], parts = 0, 1
    # children were merged from the last to the first, so the choices of a node unfold from the first child on
    for c in range(1, m):
        v = parent[c]
        b = state[v]
        child = from_child[c, b]
        state[v] = from_own[c, b]
        if child < 0:
            part[c] = parts
            parts += 1
            state[c] = closing[c]
        else:
            part[c] = part[v]
            state[c] = child
    labels = np.empty(m, np.int64)
    labels[order] = part
    return labels, parts
