"""The cheapest exact cover by listed groups, atom by atom along a narrow order (dynamic programme).

Atoms are numbered so that groups are short in the order. A state is the set of atoms already covered
beyond the current one, as bits of one word; of equal states the cheapest is kept. The number of
states depends on the width of the ground, not on its size, so that compounds of a hundred atoms are
solved in milliseconds where branch and bound takes seconds.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import reverse_cuthill_mckee

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.terms import Ground

__all__ = ["cover_cheapest", "order_narrow"]

WIDTH = 62  # bits of a word that a state may use


def order_narrow(ground: Ground, atoms: IntArray) -> IntArray:
    """Rank some atoms so that neighbours are near each other (reverse Cuthill-McKee), shape of ``atoms``."""
    m = len(atoms)
    place = np.full(len(ground.load), -1, np.int64)
    place[atoms] = np.arange(m)
    width = ground.indptr[atoms + 1] - ground.indptr[atoms]
    ends = np.repeat(ground.indptr[atoms + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
    row, column = np.repeat(np.arange(m), width), place[ground.near[ends]]
    inside = column >= 0
    graph = csr_matrix((np.ones(int(inside.sum()), np.int8), (row[inside], column[inside])), shape=(m, m))
    rank = np.empty(m, np.int64)
    rank[reverse_cuthill_mckee(graph, symmetric_mode=True)] = np.arange(m)
    return rank


@njit(cache=True, nogil=True)
def list_by_first(
    rank: IntArray, atoms: IntArray, ptr: IntArray
) -> tuple[IntArray, IntArray, IntArray, bool]:
    """Sort groups by their first atom: starts by rank, groups, bits from the first on; whether all fit."""
    n, groups = len(rank), len(ptr) - 1
    first, bits = np.full(groups, n, np.int64), np.zeros(groups, np.int64)
    for g in range(groups):
        for t in range(ptr[g], ptr[g + 1]):
            first[g] = min(first[g], rank[atoms[t]])
        for t in range(ptr[g], ptr[g + 1]):
            off = rank[atoms[t]] - first[g]
            if off >= WIDTH:
                return bits, bits, bits, False
            bits[g] |= np.int64(1) << off
    starts = np.zeros(n + 1, np.int64)
    for g in range(groups):
        starts[first[g] + 1] += 1
    for i in range(n):
        starts[i + 1] += starts[i]
    fill, members = starts[:-1].copy(), np.empty(groups, np.int64)
    for g in range(groups):
        members[fill[first[g]]] = g
        fill[first[g]] += 1
    return starts, members, bits, True


@njit(cache=True, nogil=True)
def thin_out(bits: IntArray, cost: FloatArray, back: IntArray, by: IntArray, size: int) -> int:
    """Keep the cheapest of equal states, in ascending order of the states; give their number."""
    order = np.argsort(bits[:size])
    new_bits, new_cost = np.empty(size, np.int64), np.empty(size)
    new_back, new_by = np.empty(size, np.int64), np.empty(size, np.int64)
    kept = 0
    for s in order:
        if kept > 0 and new_bits[kept - 1] == bits[s]:
            if cost[s] >= new_cost[kept - 1]:
                continue
            kept -= 1
        new_bits[kept], new_cost[kept], new_back[kept], new_by[kept] = bits[s], cost[s], back[s], by[s]
        kept += 1
    bits[:kept], cost[:kept], back[:kept], by[:kept] = (
        new_bits[:kept],
        new_cost[:kept],
        new_back[:kept],
        new_by[:kept],
    )
    return kept


@njit(cache=True, nogil=True)
def expand_states(
    states: tuple[IntArray, FloatArray],
    groups: tuple[IntArray, IntArray, FloatArray],
    ends: tuple[int, int],
    skip: float,
    ceiling: float,
    out: tuple[IntArray, FloatArray, IntArray, IntArray],
) -> int:
    """Carry states over one atom: covered already, left out, or covered by a group that starts here.

    Gives the number of new states written to ``out``, or -1 where there is no room for them.
    """
    bits, cost = states
    members, relative, value = groups
    new_bits, new_cost, new_back, new_by = out
    room, size, choices = len(new_bits), 0, ends[1] - ends[0] + 1
    for s in range(len(bits)):
        if size + choices > room:
            size = thin_out(new_bits, new_cost, new_back, new_by, size)
            if size > room // 2 or size + choices > room:
                return -1  # nearly all differ: thinning again and again would not end
        covered = bits[s] & 1
        if covered or skip < np.inf:
            new_bits[size], new_back[size], new_by[size] = bits[s] >> 1, s, -1
            new_cost[size] = cost[s] if covered else cost[s] + skip
            size += 1
        if covered:
            continue
        for t in range(ends[0], ends[1]):
            g = members[t]
            if relative[g] & bits[s] or cost[s] + value[g] > ceiling:
                continue
            new_bits[size], new_cost[size] = (relative[g] | bits[s]) >> 1, cost[s] + value[g]
            new_back[size], new_by[size] = s, g
            size += 1
    return size


@njit(cache=True, nogil=True)
def cover_cheapest(
    rank: IntArray,
    atoms: IntArray,
    ptr: IntArray,
    value: FloatArray,
    skip: FloatArray,
    most_states: int,
    ceiling: float,
) -> tuple[float, IntArray, int]:
    """Cover every atom once at the least value.

    Parameters
    ----------
    rank
        Place of each atom in the order, shape (n,).
    atoms, ptr, value
        Groups and their values.
    skip
        What leaving an atom out costs, shape (n,); inf where it must be covered.
    most_states
        Budget of states in all.
    ceiling
        Covers above this value are of no interest; values below 0 want inf.

    Returns
    -------
    tuple
        Least value, groups chosen, and 1 if found, 0 if there is no such cover, -1 beyond the budget.
    """
    n = len(rank)
    starts, members, relative, fits = list_by_first(rank, atoms, ptr)
    nothing = np.empty(0, np.int64)
    if not fits:
        return np.inf, nothing, -1
    atom_at = np.empty(n, np.int64)
    for v in range(n):
        atom_at[rank[v]] = v
    all_back, all_by = np.empty(4096, np.int64), np.empty(4096, np.int64)
    bits, cost, first = np.zeros(1, np.int64), np.zeros(1), 0
    all_back[0], all_by[0], used = -1, -1, 1
    for i in range(n):
        # an upper bound: most states lead to few others
        room = min(len(bits) * (starts[i + 1] - starts[i] + 1), most_states - used)
        new_bits, new_cost = np.empty(room, np.int64), np.empty(room)
        new_back, new_by = np.empty(room, np.int64), np.empty(room, np.int64)
        ends = (starts[i], starts[i + 1])
        size = expand_states(
            (bits, cost),
            (members, relative, value),
            ends,
            skip[atom_at[i]],
            ceiling,
            (new_bits, new_cost, new_back, new_by),
        )
        if size < 0:
            return np.inf, nothing, -1
        size = thin_out(new_bits, new_cost, new_back, new_by, size)
        if size == 0:
            return np.inf, nothing, 0
        for t in range(size):
            new_back[t] += first
        while used + size > len(all_back):
            all_back = np.concatenate((all_back, np.empty(len(all_back), np.int64)))
            all_by = np.concatenate((all_by, np.empty(len(all_by), np.int64)))
        all_back[used : used + size] = new_back[:size]
        all_by[used : used + size] = new_by[:size]
        bits, cost, first = new_bits[:size].copy(), new_cost[:size].copy(), used
        used += size
    chosen, kept, at = np.empty(n, np.int64), 0, first
    while at >= 0:
        if all_by[at] >= 0:
            chosen[kept] = all_by[at]
            kept += 1
        at = all_back[at]
    return cost[0], chosen[:kept].copy(), 1
