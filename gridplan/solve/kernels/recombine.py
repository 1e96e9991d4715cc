"""Neighbourhoods of a few parts are merged and cut anew along fresh trees (ReCom with an exact cut)."""

from __future__ import annotations

from math import exp, log

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.seed import grow_tree
from gridplan.solve.kernels.terms import Ground, Layout, Terms, draw, judge, measure_part
from gridplan.solve.kernels.tree_cut import cut_tree

__all__ = ["recombine"]

LARGEST = 600  # atoms in one neighbourhood; keeps a re-solve near a millisecond


@njit(cache=True, nogil=True)
def gather_part(ground: Ground, labels: IntArray, v: int, atoms: IntArray, size: int, place: IntArray) -> int:
    """Append the atoms of v's part, by neighbourhood from v; give the new size."""
    p = labels[v]
    place[v] = size
    atoms[size] = v
    head, size = size, size + 1
    while head < size:
        x = atoms[head]
        head += 1
        for e in range(ground.indptr[x], ground.indptr[x + 1]):
            u = ground.near[e]
            if labels[u] == p and place[u] < 0:
                place[u] = size
                atoms[size] = u
                size += 1
    return size


@njit(cache=True, nogil=True)
def gather_neighbourhood(
    ground: Ground,
    layout: Layout,
    held: IntArray,
    first: tuple[int, int],
    atoms: IntArray,
    place: IntArray,
    state: IntArray,
) -> tuple[int, int]:
    """Gather the part of an atom (``first[0]``) and up to ``first[1]`` parts: atoms and parts found."""
    start, wanted = first
    size = gather_part(ground, layout.labels, start, atoms, 0, place)
    parts, misses = 1, 0
    while parts < wanted and misses < 60:
        x = atoms[int(draw(state) * size)]
        e = ground.indptr[x] + int(draw(state) * (ground.indptr[x + 1] - ground.indptr[x]))
        misses += 1
        if e == ground.indptr[x + 1]:
            continue
        u = ground.near[e]
        if place[u] >= 0 or held[layout.labels[u]] != 0 or size + layout.size[layout.labels[u]] > LARGEST:
            continue
        size = gather_part(ground, layout.labels, u, atoms, size, place)
        parts += 1
    return size, parts


@njit(cache=True, nogil=True)
def inner_cut(
    ground: Ground, atoms: IntArray, size: int, place: IntArray, labels: IntArray, local: bool
) -> float:
    """Border cost between different parts of a neighbourhood [m]; labels by atom or by place in it."""
    total = 0.0
    for i in range(size):
        for e in range(ground.indptr[atoms[i]], ground.indptr[atoms[i] + 1]):
            j = place[ground.near[e]]
            if 0 <= j < i:
                if local:
                    if labels[i] != labels[j]:
                        total += ground.cut[e]
                elif labels[atoms[i]] != labels[atoms[j]]:
                    total += ground.cut[e]
    return total


@njit(cache=True, nogil=True)
def tally_parts(ground: Ground, atoms: IntArray, size: int, labels: IntArray, parts: int) -> Layout:
    """Sum up the parts of a neighbourhood."""
    kinds = ground.homes.shape[1]
    homes, load = np.zeros((parts, kinds), np.int64), np.zeros(parts, np.int64)
    area, count = np.zeros(parts), np.zeros(parts, np.int64)
    for i in range(size):
        p, v = labels[i], atoms[i]
        for k in range(kinds):
            homes[p, k] += ground.homes[v, k]
        load[p] += ground.load[v]
        area[p] += ground.area[v]
        count[p] += 1
    return Layout(labels, homes, load, area, count)


@njit(cache=True, nogil=True)
def install_parts(
    layout: Layout, atoms: IntArray, size: int, old: IntArray, fresh: Layout, spare: IntArray
) -> bool:
    """Put new parts in the place of old ones; spare[-1] counts the free numbers in spare."""
    parts, n_old = len(fresh.size), len(old)
    if parts - n_old > spare[-1]:
        return False
    names = np.empty(parts, np.int64)
    for t in range(parts):
        if t < n_old:
            names[t] = old[t]
        else:
            spare[-1] -= 1
            names[t] = spare[spare[-1]]
    for t in range(parts, n_old):
        spare[spare[-1]] = old[t]
        spare[-1] += 1
        layout.size[old[t]] = 0
        layout.homes[old[t]] = 0
        layout.load[old[t]] = 0
        layout.area[old[t]] = 0.0
    for t in range(parts):
        layout.size[names[t]] = fresh.size[t]
        layout.homes[names[t]] = fresh.homes[t]
        layout.load[names[t]] = fresh.load[t]
        layout.area[names[t]] = fresh.area[t]
    for i in range(size):
        layout.labels[atoms[i]] = names[fresh.labels[i]]
    return True


@njit(cache=True, nogil=True)
def pick_start(layout: Layout, held: IntArray, terms: Terms, ill_first: bool, state: IntArray) -> int:
    """Pick the atom whose part is re-solved: of a part out of bounds where wanted and found, else any."""
    n = len(layout.labels)
    start = -1
    for _ in range(40 if ill_first else 8):
        v = int(draw(state) * n)
        p = layout.labels[v]
        if held[p] != 0:
            continue
        start = v
        if not ill_first or judge(layout.homes, p, layout.homes, p, 0, terms.rule)[2] > 0.0:
            break
    return start


@njit(cache=True, nogil=True)
def recombine(
    ground: Ground, terms: Terms, layout: Layout, schedule: FloatArray, keep_parts: bool, state: IntArray
) -> float:
    """Merge and re-cut neighbourhoods in place; a result is kept if it is better, or by chance while hot.

    Parameters
    ----------
    ground, terms, layout
        Region, rule and prices, and the parts to improve; part numbers whose count is 0 are free.
    schedule
        Re-solves in all, first and last temperature [m], fewest and most parts in a neighbourhood, weight of
        the tree's border estimate, share of re-solves that start from a part out of bounds.
    keep_parts
        Whether the number of parts must stay.
    state
        Random state, shape (1,).

    Returns
    -------
    float
        Change of the total price [m of border].
    """
    n, capacity = len(layout.labels), len(layout.size)
    atoms, place = np.empty(n, np.int64), np.full(n, -1, np.int64)
    spare = np.zeros(capacity + 1, np.int64)
    for p in range(capacity):
        if layout.size[p] == 0:
            spare[spare[-1]] = p
            spare[-1] += 1
    held = np.zeros(capacity, np.int64)  # parts with a fixed atom are never merged
    for v in range(n):
        held[layout.labels[v]] |= ground.fixed[v]
    rounds, heat = int(schedule[0]), schedule[1]
    cool = exp(log(schedule[2] / schedule[1]) / max(1, rounds))
    gained = 0.0
    for _ in range(rounds):
        heat *= cool
        start = pick_start(layout, held, terms, draw(state) < schedule[6], state)
        if start < 0:
            break
        wanted = int(schedule[3] + draw(state) * (schedule[4] - schedule[3] + 1.0))
        size, _ = gather_neighbourhood(ground, layout, held, (start, wanted), atoms, place, state)
        here = atoms[:size].copy()
        order, parent, border = grow_tree(ground, here, place, 0.9, state)
        labels, parts = cut_tree(ground, terms, here, order, parent, border * schedule[5])
        old = np.unique(layout.labels[here])
        if not keep_parts or parts == len(old):
            fresh = tally_parts(ground, here, size, labels, parts)
            change = inner_cut(ground, here, size, place, labels, True)
            change -= inner_cut(ground, here, size, place, layout.labels, False)
            for t in range(parts):
                change += measure_part(fresh, t, terms)
            for t in range(len(old)):
                change -= measure_part(layout, old[t], terms)
            if (change < -1e-9 or draw(state) < exp(-max(change, 0.0) / heat)) and install_parts(
                layout, here, size, old, fresh, spare
            ):
                gained += change
        for i in range(size):
            place[here[i]] = -1
    return gained
