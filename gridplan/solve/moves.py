"""Boundary moves under annealing: one atom changes to a part beside it and no part falls apart."""

from __future__ import annotations

from math import exp, log

import numpy as np
from numba import njit

from gridplan.solve.terms import FloatArray, Ground, IntArray, Layout, Terms, draw, measure_part, price_part

__all__ = ["anneal"]


@njit(cache=True, nogil=True)
def stays_whole(
    ground: Ground, labels: IntArray, v: int, stamp: IntArray, queue: IntArray, mark: int
) -> bool:
    """Whether the part of v stays connected without v (search until all its neighbours there are met)."""
    p, wanted, first = labels[v], 0, -1
    for e in range(ground.indptr[v], ground.indptr[v + 1]):
        u = ground.near[e]
        if labels[u] == p:
            wanted += 1
            first = u
            stamp[u] = mark
    if wanted <= 1:
        return True
    stamp[v] = mark + 2
    stamp[first] = mark + 1
    wanted -= 1
    queue[0] = first
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(ground.indptr[u], ground.indptr[u + 1]):
            x = ground.near[e]
            if labels[x] != p or stamp[x] > mark:
                continue
            if stamp[x] == mark:
                wanted -= 1
                if wanted == 0:
                    return True
            stamp[x] = mark + 1
            queue[tail] = x
            tail += 1
    return False


@njit(cache=True, nogil=True)
def weigh_move(ground: Ground, labels: IntArray, v: int, q: int) -> float:
    """Change of the border cost when v goes to part q [m]."""
    p, change = labels[v], 0.0
    for e in range(ground.indptr[v], ground.indptr[v + 1]):
        side = labels[ground.near[e]]
        if side == p:
            change += ground.cut[e]
        elif side == q:
            change -= ground.cut[e]
    return change


@njit(cache=True, nogil=True)
def shift_atom(ground: Ground, layout: Layout, v: int, q: int) -> None:
    """Move v to part q and keep the tallies."""
    p = layout.labels[v]
    layout.labels[v] = q
    for k in range(ground.homes.shape[1]):
        layout.homes[p, k] -= ground.homes[v, k]
        layout.homes[q, k] += ground.homes[v, k]
    layout.load[p] -= ground.load[v]
    layout.load[q] += ground.load[v]
    layout.area[p] -= ground.area[v]
    layout.area[q] += ground.area[v]
    layout.size[p] -= 1
    layout.size[q] += 1


@njit(cache=True, nogil=True)
def list_border(ground: Ground, labels: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Foreign neighbours of each atom, the atoms that have any, and the place of each in that list."""
    n = len(labels)
    foreign, border, place = np.zeros(n, np.int64), np.empty(n + 1, np.int64), np.full(n, -1, np.int64)
    size = 0
    for v in range(n):
        for e in range(ground.indptr[v], ground.indptr[v + 1]):
            if labels[ground.near[e]] != labels[v]:
                foreign[v] += 1
        if foreign[v] > 0 and ground.fixed[v] == 0:
            border[size] = v
            place[v] = size
            size += 1
    border[n] = size
    return foreign, border, place


@njit(cache=True, nogil=True)
def note_border(v: int, foreign: IntArray, border: IntArray, place: IntArray, fixed: IntArray) -> None:
    """Enter v in the list of border atoms or strike it out; the list's length is its last entry."""
    n = len(place)
    if foreign[v] > 0:
        if place[v] < 0 and fixed[v] == 0:
            place[v] = border[n]
            border[border[n]] = v
            border[n] += 1
    elif place[v] >= 0:
        border[n] -= 1
        last = border[border[n]]
        border[place[v]] = last
        place[last] = place[v]
        place[v] = -1


@njit(cache=True, nogil=True)
def renew_border(
    ground: Ground, labels: IntArray, v: int, p: int, foreign: IntArray, border: IntArray, place: IntArray
) -> None:
    """Bring the border list up to date after v has left part p."""
    q, own = labels[v], 0
    for e in range(ground.indptr[v], ground.indptr[v + 1]):
        u = ground.near[e]
        if labels[u] == p:
            foreign[u] += 1
            own += 1
            note_border(u, foreign, border, place, ground.fixed)
        elif labels[u] == q:
            foreign[u] -= 1
            note_border(u, foreign, border, place, ground.fixed)
        else:
            own += 1
    foreign[v] = own
    note_border(v, foreign, border, place, ground.fixed)


@njit(cache=True, nogil=True)
def anneal(
    ground: Ground, terms: Terms, layout: Layout, schedule: FloatArray, keep_parts: bool, state: IntArray
) -> float:
    """Anneal the borders in place.

    Parameters
    ----------
    ground, terms, layout
        Region, rule and prices, and the parts to improve.
    schedule
        Trials per atom, first and last temperature [m of border].
    keep_parts
        Whether a part must keep its last atom.
    state
        Random state, shape (1,).

    Returns
    -------
    float
        Change of the total price [m of border].
    """
    n, parts = len(layout.labels), len(layout.size)
    price = np.zeros(parts)
    for p in range(parts):
        if layout.size[p] > 0:
            price[p] = measure_part(layout, p, terms)
    stamp, queue, mark = np.zeros(n, np.int64), np.empty(n, np.int64), 1
    foreign, border, place = list_border(ground, layout.labels)
    trials = int(schedule[0] * n)
    heat, cool = schedule[1], exp(log(schedule[2] / schedule[1]) / max(1, trials // 64))
    gained = 0.0
    for trial in range(trials):
        if trial & 63 == 0:
            heat *= cool
            if border[n] == 0:
                break
        v = border[int(draw(state) * border[n])]
        e = ground.indptr[v] + int(draw(state) * (ground.indptr[v + 1] - ground.indptr[v]))
        p, q = layout.labels[v], layout.labels[ground.near[e]]
        if p == q or layout.load[q] < 0 or (keep_parts and layout.size[p] == 1):
            continue
        change = weigh_move(ground, layout.labels, v, q)
        after_p = 0.0
        if layout.size[p] > 1:
            after_p = price_part(
                layout.homes,
                p,
                ground.homes,
                v,
                -1,
                layout.load[p] - ground.load[v],
                layout.area[p] - ground.area[v],
                terms,
            )
        after_q = price_part(
            layout.homes,
            q,
            ground.homes,
            v,
            1,
            layout.load[q] + ground.load[v],
            layout.area[q] + ground.area[v],
            terms,
        )
        change += after_p + after_q - price[p] - price[q]
        if change > 0.0 and draw(state) >= exp(-change / heat):
            continue
        mark += 3
        if not stays_whole(ground, layout.labels, v, stamp, queue, mark):
            continue
        shift_atom(ground, layout, v, q)
        renew_border(ground, layout.labels, v, p, foreign, border, place)
        price[p], price[q] = after_p, after_q
        gained += change
    return gained
