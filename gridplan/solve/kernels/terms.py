"""What the search sees: the ground (graph and loads), the terms (rule and prices), and a part's price.

All kernels of this room take these two tuples. They hold contiguous int64 and float64 arrays only, so
that each kernel is compiled for one signature.

numba's cache goes by the time of a kernel's own file, not of those it calls. An installation writes all files
anew, so it is never out of date there; in a working tree, delete ``__pycache__`` after changing a kernel
that others call.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridplan.arrays import FloatArray, IntArray

__all__ = ["Ground", "Layout", "Terms", "draw", "judge", "measure_part", "price_part"]


# Places in Terms.price
HOME = 0  # m of border per household out of bounds
GAP = 1  # m per relative distance from the nearest bound
PART = 2  # m per part
MIX = 3  # m per household that is not of the part's chief kind
BALANCE = 4  # m per squared relative deviation from the target load
TARGET = 5  # target load, same unit as Ground.load; 0 = none
AREA = 6  # m per squared hectare
CAP = 7  # hard cap of a part's area [m2]; inf = none
PRICES = 8


class Ground(NamedTuple):
    """Atoms and borders of one region, in compressed rows.

    ``near[indptr[v]:indptr[v+1]]`` are the neighbours of atom v and ``cut`` what it costs to part from
    them [m]; ``homes`` (n, K) households by kind; ``load`` (n,) what a part may hold at most
    ``Terms.limit`` of; ``area`` (n,) m2; ``fixed`` (n,) 1 where the atom must stay in its part.
    """

    indptr: IntArray
    near: IntArray
    cut: FloatArray
    homes: IntArray
    load: IntArray
    area: FloatArray
    fixed: IntArray


class Terms(NamedTuple):
    """Rule and prices: ``rule[0]`` mode, cap, need, limit; ``rule[1+k]`` weights above and below, bounds."""

    rule: IntArray
    price: FloatArray


class Layout(NamedTuple):
    """Parts of one region: labels of atoms and tallies of parts, kept up to date by the kernels."""

    labels: IntArray
    homes: IntArray
    load: IntArray
    area: FloatArray
    size: IntArray


@njit(cache=True, nogil=True)
def draw(state: IntArray) -> float:
    """Draw a uniform number of [0, 1) and advance the state (xorshift64*, one state per region)."""
    x = np.uint64(state[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = np.int64(x)
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def judge(
    base: IntArray, i: int, other: IntArray, j: int, sign: int, rule: IntArray
) -> tuple[int, int, float]:
    """Judge the tally ``base[i] + sign * other[j]``: total, households not of the chief kind, distance.

    The distance is 0 for a legal part, else how far it is from the nearest bound, relative to it.
    """
    total, chief, most, kinds = 0, 0, -1, 0
    up, low = 0, 0
    for k in range(rule.shape[0] - 1):
        h = base[i, k] + sign * other[j, k]
        total += h
        up += h * rule[1 + k, 0]
        low += h * rule[1 + k, 1]
        if h > most:
            most, chief = h, k
        if h > 0:
            kinds += 1
    if total == 0:
        return 0, 0, 0.0
    if rule[0, 0] == 0:
        top, bottom = rule[0, 1], rule[0, 2]
    else:
        up, low, top, bottom = total, total, rule[1 + chief, 3], rule[1 + chief, 2]
    gap = 0.0
    if up > top:
        gap = (up - top) / top
    elif low < bottom:
        gap = (bottom - low) / bottom
    if rule[0, 0] == 1 and kinds > 1:
        gap += (total - most) / max(1, bottom)
    return total, total - most, gap


@njit(cache=True, nogil=True)
def price_part(
    base: IntArray, i: int, other: IntArray, j: int, sign: int, load: int, area: float, terms: Terms
) -> float:
    """Price the part with tally ``base[i] + sign * other[j]`` and the given load and area [m of border]."""
    price = terms.price
    total, minor, gap = judge(base, i, other, j, sign, terms.rule)
    cost = price[PART] + price[MIX] * minor
    over = area / price[CAP] - 1.0
    if over > 0.0:
        # one household stands in for parts that hold none: the cap is hard for them too
        cost += price[HOME] * (total + 1) + price[GAP] * over
    elif gap > 0.0:
        cost += price[HOME] * total
        if load > terms.rule[0, 3]:
            # else parts out of bounds would melt into one another to save their price and border
            cost += price[HOME]
    if gap > 0.0:
        cost += price[GAP] * gap
    if price[TARGET] > 0.0:
        cost += price[BALANCE] * (load / price[TARGET] - 1.0) ** 2
    return float(cost + price[AREA] * (area / 1e4) ** 2)


@njit(cache=True, nogil=True)
def measure_part(layout: Layout, p: int, terms: Terms) -> float:
    """Price a part as it stands [m of border]."""
    return price_part(layout.homes, p, layout.homes, p, 0, layout.load[p], layout.area[p], terms)
