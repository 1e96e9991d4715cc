"""All connected groups of atoms that a part could be, each once, within a budget of counts."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.terms import CAP, Ground, Terms, judge, price_part

__all__ = ["list_groups", "price_groups"]


@njit(cache=True, nogil=True)
def fits(tally: IntArray, homes: IntArray, v: int, rule: IntArray) -> bool:
    """Whether atom v may join without making the group heavier than any legal one.

    Atoms without households always may, and a group without households may take any atom, so that an
    atom above the bound alone is a group too.
    """
    total, added, up, kinds, most = 0, 0, 0, 0, 0
    for k in range(rule.shape[0] - 1):
        h = tally[0, k] + homes[v, k]
        total += tally[0, k]
        added += homes[v, k]
        up += h * rule[1 + k, 0]
        most = max(most, rule[1 + k, 3])
        if h > 0:
            kinds += 1
            if rule[0, 0] == 1 and h > rule[1 + k, 3]:
                up = -1
                break
    if total == 0 or added == 0:
        return True
    if rule[0, 0] == 0:
        return bool(up <= rule[0, 1])
    if rule[0, 0] == 1:
        return kinds == 1 and up >= 0
    return bool(total + added <= most)


@njit(cache=True, nogil=True)
def is_ill(tally: IntArray, area: float, terms: Terms) -> bool:
    """Whether a group is out of bounds."""
    return bool(area > terms.price[CAP] or judge(tally, 0, tally, 0, 0, terms.rule)[2] > 0.0)


@njit(cache=True, nogil=True)
def make_room(row: IntArray, size: int) -> IntArray:
    """Double a row until it holds a number of entries."""
    while size > len(row):
        row = np.concatenate((row, np.zeros(len(row), np.int64)))
    return row


@njit(cache=True, nogil=True)
def queue_near(ground: Ground, v: int, queued: IntArray, front: IntArray, length: int) -> int:
    """Append the neighbours of v that are not queued yet; give the new length of the front."""
    for e in range(ground.indptr[v], ground.indptr[v + 1]):
        u = ground.near[e]
        if queued[u] == 0:
            queued[u] = 1
            front[length] = u
            length += 1
    return length


@njit(cache=True, nogil=True)
def list_groups(
    ground: Ground, terms: Terms, roots: IntArray, only_legal: bool, most_steps: int, most_atoms: int
) -> tuple[IntArray, IntArray, int]:
    """List the connected groups that hold at least one of the roots and are not too heavy.

    Parameters
    ----------
    ground, terms
        Region and rule. Atoms that are ``fixed`` belong to no group.
    roots
        Atoms of which a group holds at least one; all atoms for all groups.
    only_legal
        Whether to keep groups within bounds only.
    most_steps, most_atoms
        Budget: groups visited, and atoms written in all.

    Returns
    -------
    tuple
        Atoms of the groups one after another, their starts (groups + 1), and 1 if the budget sufficed.
    """
    n = len(ground.load)
    out, ptr, size, groups, steps = np.empty(1024, np.int64), np.zeros(256, np.int64), 0, 0, 0
    queued = np.zeros(n, np.int64)
    for v in range(n):
        queued[v] = ground.fixed[v]
    front, chosen = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    at, length = np.empty(n + 2, np.int64), np.empty(n + 2, np.int64)
    tally = np.zeros((1, ground.homes.shape[1]), np.int64)
    for root in roots:
        if queued[root] != 0:
            continue
        front[0], queued[root] = root, 1
        depth, at[0], length[0] = 0, 0, 1
        tally[0, :] = 0
        area = 0.0
        while depth >= 0:
            i = at[depth]
            if i >= length[depth] or (depth == 0 and i > 0):
                depth -= 1
                if depth >= 0:  # take back the atom that opened this level, with what it brought to the front
                    queued[front[length[depth] : length[depth + 1]]] = 0
                    tally[0] -= ground.homes[chosen[depth]]
                    area -= ground.area[chosen[depth]]
                continue
            at[depth] = i + 1
            x = front[i]
            steps += 1
            if steps > most_steps:
                return out[:size].copy(), ptr[: groups + 1].copy(), 0
            over = area + ground.area[x] > terms.price[CAP]
            if depth > 0 and (over or not fits(tally, ground.homes, x, terms.rule)):
                continue
            chosen[depth] = x
            tally[0] += ground.homes[x]
            area += ground.area[x]
            length[depth + 1] = queue_near(ground, x, queued, front, length[depth])
            depth += 1
            at[depth] = i + 1
            if only_legal and is_ill(tally, area, terms):
                continue
            if size + depth > most_atoms:
                return out[:size].copy(), ptr[: groups + 1].copy(), 0
            out, ptr = make_room(out, size + depth), make_room(ptr, groups + 2)
            out[size : size + depth] = chosen[:depth]
            size += depth
            groups += 1
            ptr[groups] = size
        queued[root] = 1  # later groups do without this root
    return out[:size].copy(), ptr[: groups + 1].copy(), 1


@njit(cache=True, nogil=True)
def price_groups(ground: Ground, terms: Terms, atoms: IntArray, ptr: IntArray) -> tuple[FloatArray, IntArray]:
    """Price of each group as a part plus half its border [m], and its households if it is out of bounds."""
    groups, kinds = len(ptr) - 1, ground.homes.shape[1]
    cost, ill = np.zeros(groups), np.zeros(groups, np.int64)
    inside = np.full(len(ground.load), -1, np.int64)
    tally = np.zeros((1, kinds), np.int64)
    for g in range(groups):
        tally[0, :] = 0
        load, area, border = 0, 0.0, 0.0
        for t in range(ptr[g], ptr[g + 1]):
            v = atoms[t]
            inside[v] = g
            for k in range(kinds):
                tally[0, k] += ground.homes[v, k]
            load += ground.load[v]
            area += ground.area[v]
        for t in range(ptr[g], ptr[g + 1]):
            for e in range(ground.indptr[atoms[t]], ground.indptr[atoms[t] + 1]):
                if inside[ground.near[e]] != g:
                    border += ground.cut[e]
        total, _, gap = judge(tally, 0, tally, 0, 0, terms.rule)
        cost[g] = price_part(tally, 0, tally, 0, 0, load, area, terms) + border / 2.0
        if gap > 0.0 or area > terms.price[CAP]:
            ill[g] = total
    return cost, ill
