"""Boundary moves of the redraw: a piece changes to the area beside it and no area falls apart.

What an area costs here that a grid does not: people taken from the old area that it continues, and a
shape far from round. Both are kept as sums, so that a trial costs some 200 ns.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.moves import (
    FROM,
    TO,
    list_border,
    pack_links,
    renew_border,
    stays_whole,
    weigh_move,
)
from gridplan.solve.kernels.terms import Ground, Layout, Terms, draw, measure_part, price_part

__all__ = ["MOVED", "SHAPE", "Areas", "Matter", "anneal_areas", "measure_areas"]

# Places in Matter.price
MOVED = 0  # m of border per person whose area does not continue the old one
SHAPE = 1  # m per metre of the ring of the same spread

#: Circumference of a disc by the root of its second moment over its area: I = pi r^4 / 2, so sqrt(I / A) is
#: r / sqrt(2), and the circumference 2 pi sqrt(2) times that.
RING = 2.0 * np.pi * sqrt(2.0)


class Matter(NamedTuple):
    """What pieces bring along: second moments, and people by old area in compressed rows.

    ``moment`` (n, 4) area [m2], first moments in x and y, second moment about the origin; ``old`` and
    ``people`` at ``ptr[v]:ptr[v+1]`` the old areas of piece v and its people in them; ``price`` see above.
    """

    moment: FloatArray
    ptr: IntArray
    old: IntArray
    people: IntArray
    price: FloatArray


class Areas(NamedTuple):
    """Second moments of areas (k, 4) and the old area that each continues (k,), -1 for none."""

    moment: FloatArray
    anchor: IntArray


@njit(cache=True, nogil=True)
def count_stay(ptr: IntArray, old: IntArray, people: IntArray, v: int, anchor: int) -> int:
    """Count the people of a piece that lived in the old area."""
    for t in range(ptr[v], ptr[v + 1]):
        if old[t] == anchor:
            return int(people[t])
    return 0


@njit(cache=True, nogil=True)
def measure_ring(total: FloatArray, p: int, add: FloatArray, v: int, sign: int) -> float:
    """Circumference of the disc that is spread as far as an area with a piece added or taken away [m]."""
    area = total[p, 0] + sign * add[v, 0]
    if area <= 0.0:
        return 0.0
    x, y = total[p, 1] + sign * add[v, 1], total[p, 2] + sign * add[v, 2]
    spread = total[p, 3] + sign * add[v, 3] - (x * x + y * y) / area
    return float(RING * sqrt(max(spread, 0.0) / area))


@njit(cache=True, nogil=True)
def price_areas(terms: Terms, layout: Layout, matter: Matter, areas: Areas) -> FloatArray:
    """Price of each area's bounds and shape [m of border], shape (k,)."""
    worth = np.zeros(len(layout.size))
    for p in range(len(worth)):
        if layout.size[p] > 0:
            ring = measure_ring(areas.moment, p, areas.moment, p, 0)
            worth[p] = measure_part(layout, p, terms) + matter.price[SHAPE] * ring
    return worth


@njit(cache=True, nogil=True)
def measure_areas(ground: Ground, terms: Terms, layout: Layout, matter: Matter, areas: Areas) -> float:
    """Price a whole plan [m of border]: bounds, borders, people moved, shapes."""
    total = price_areas(terms, layout, matter, areas).sum()
    labels = layout.labels
    for v in range(len(labels)):
        for t in range(matter.ptr[v], matter.ptr[v + 1]):
            if matter.old[t] != areas.anchor[labels[v]]:
                total += matter.price[MOVED] * matter.people[t]
        for e in range(ground.indptr[v], ground.indptr[v + 1]):
            if labels[ground.near[e]] != labels[v]:
                total += ground.cut[e] / 2.0
    return float(total)


@njit(cache=True, nogil=True)
def shift_piece(ground: Ground, layout: Layout, matter: Matter, areas: Areas, v: int, q: int) -> None:
    """Move a piece to area q and bring all sums up to date."""
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
    for t in range(4):
        areas.moment[p, t] -= matter.moment[v, t]
        areas.moment[q, t] += matter.moment[v, t]


@njit(cache=True, nogil=True)
def anneal_areas(
    ground: Ground,
    terms: Terms,
    layout: Layout,
    matter: Matter,
    areas: Areas,
    schedule: FloatArray,
    state: IntArray,
) -> float:
    """Anneal the borders in place; the areas keep their number and what they continue.

    Parameters
    ----------
    ground, terms, layout, matter, areas
        Pieces, rule and prices, and the areas to improve.
    schedule
        Trials per piece, first and last temperature [m of border].
    state
        Random state, shape (1,).

    Returns
    -------
    float
        Change of the total price [m of border].
    """
    n = len(layout.labels)
    labels = layout.labels.astype(np.uint32)
    links = pack_links(ground)
    row, ends, saved, cut, ring = links
    border = list_border(links, labels, ground.fixed)
    stamp, queue, gained = np.zeros(n + 1, np.int64), labels.copy(), 0.0
    trials, worth = int(schedule[0] * n), price_areas(terms, layout, matter, areas)
    # plain arrays in the loop: handing on a tuple of arrays counts a reference to each, atomically
    tally, load, land, homes, units, size = (
        layout.homes,
        layout.load,
        layout.area,
        ground.homes,
        ground.load,
        ground.area,
    )
    here, mine, anchor = areas.moment, matter.moment, areas.anchor
    ptr, old, people = matter.ptr, matter.old, matter.people
    moving, shape = matter.price[MOVED], matter.price[SHAPE]
    heat, cool = schedule[1], exp(log(schedule[2] / schedule[1]) / max(1, trials // 64))
    for trial in range(trials):
        if trial & 63 == 0:
            heat *= cool
        if border[-1, 0] == 0:
            break
        e = border[int(draw(state) * border[-1, 0]), 0]
        v = ends[e, FROM]
        p, q = labels[v], labels[ends[e, TO]]
        if layout.size[p] == 1:
            continue
        change = weigh_move(ends, cut, labels, (row[v], row[v + 1]), p, q)
        if moving > 0.0:
            change += moving * count_stay(ptr, old, people, v, anchor[p])
            change -= moving * count_stay(ptr, old, people, v, anchor[q])
        after_p = price_part(tally, p, homes, v, -1, load[p] - units[v], land[p] - size[v], terms)
        after_q = price_part(tally, q, homes, v, 1, load[q] + units[v], land[q] + size[v], terms)
        after_p += shape * measure_ring(here, p, mine, v, -1)
        after_q += shape * measure_ring(here, q, mine, v, 1)
        change += after_p + after_q - worth[p] - worth[q]
        if change > 16.0 * heat or (change > 0.0 and draw(state) >= exp(-change / heat)):
            continue
        if not stays_whole(row, ends, ring, labels, v, stamp, queue):
            continue
        shift_piece(ground, layout, matter, areas, v, q)
        labels[v], worth[p], worth[q] = q, after_p, after_q
        renew_border(row, ends, saved, border, labels, ground.fixed, v, p)
        gained += change
    return gained
