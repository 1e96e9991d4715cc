"""Boundary moves under annealing: one atom changes to a part beside it and no part falls apart.

A trial costs some 50 ns (village5k): it draws a cut border, so that it always means a real move, looks the
parts' prices up in a table, and keeps what the move saves in border until something moves nearby.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.terms import AREA, CAP, Ground, Layout, Terms, measure_part, price_part

__all__ = ["anneal"]

WordArray = npt.NDArray[np.uint32]
WideArray = npt.NDArray[np.uint64]

# Columns of Links.ends; one row of 16 bytes is all that a trial has to fetch of a border
FROM, TO, BACK, SAVED = 0, 1, 2, 3
TABLE = 1 << 16  # most entries of a price table: it has to stay in a processor's cache
BITS = 64  # most neighbours of an atom whose ring fits a word
# The chance of a dearer move is looked up by steps of 1/64 of the temperature, within 1 % of the exponential
# that took a fifth of a trial's time; beyond 16 temperatures it is one in nine million and taken for none.
STEPS, RANGE = 64, 16


class Links(NamedTuple):
    """Borders in both directions, packed for the annealing.

    ``row`` (n + 1,) starts of the atoms' borders; ``ends`` (m, 4) from, to, the same border seen from the
    other side, and the bits of ``saved``; ``saved`` the same memory as float32: in column 3 what moving the
    first atom over this border costs [m], nan = not known; ``cut`` (m,) [m]; ``ring`` (m,) which of the
    first atom's neighbours touch the second, as bits.
    """

    row: WordArray
    ends: WordArray
    saved: npt.NDArray[np.float32]
    cut: npt.NDArray[np.float32]
    ring: WideArray


class Table(NamedTuple):
    """Prices of parts by households: part ``p`` has ``price[key[p]]`` while its load is at most ``top``."""

    price: FloatArray
    atom: IntArray
    key: IntArray
    top: int


@njit(cache=True, nogil=True)
def pack_links(ground: Ground) -> Links:
    """Pack the borders of a region; the rows of ``ground`` are ascending."""
    n, m = len(ground.load), len(ground.near)
    row, ends = ground.indptr.astype(np.uint32), np.empty((m, 4), np.uint32)
    ring, at, fill = np.zeros(m, np.uint64), np.full(n, -1, np.int64), ground.indptr.copy()
    for v in range(n):
        first, last = ground.indptr[v], ground.indptr[v + 1]
        for e in range(first, last):
            u = ground.near[e]
            ends[e, FROM], ends[e, TO] = v, u
            # atoms come in ascending order, so v is the next one in the row of each neighbour
            ends[fill[u], BACK] = e
            fill[u] += 1
            at[u] = e - first
        if last - first <= BITS:
            for e in range(first, last):
                u = ground.near[e]
                for f in range(ground.indptr[u], ground.indptr[u + 1]):
                    if at[ground.near[f]] >= 0:
                        ring[e] |= np.uint64(1) << np.uint64(at[ground.near[f]])
        for e in range(first, last):
            at[ground.near[e]] = -1
    saved = ends.view(np.float32)
    saved[:, SAVED] = np.nan
    return Links(row, ends, saved, ground.cut.astype(np.float32), ring)


@njit(cache=True, nogil=True)
def list_border(links: Links, labels: WordArray, fixed: IntArray) -> WordArray:
    """List the cut borders whose first atom may move: (m + 1, 2) the list, and the place of each in it.

    The last row holds the length of the list.
    """
    m = len(links.cut)
    border = np.zeros((m + 1, 2), np.uint32)
    for e in range(m):
        v = links.ends[e, FROM]
        if labels[v] != labels[links.ends[e, TO]] and fixed[v] == 0:
            enter_border(border, e)
    return border


@njit(cache=True, nogil=True)
def enter_border(border: WordArray, e: int) -> None:
    """Add a border to the list."""
    length = border[-1, 0]
    border[e, 1] = length
    border[length, 0] = e
    border[-1, 0] = length + np.uint32(1)


@njit(cache=True, nogil=True)
def strike_border(border: WordArray, e: int) -> None:
    """Take a border off the list."""
    length = border[-1, 0] - np.uint32(1)
    last, place = border[length, 0], border[e, 1]
    border[place, 0] = last
    border[last, 1] = place
    border[-1, 0] = length


@njit(cache=True, nogil=True)
def make_table(ground: Ground, terms: Terms, layout: Layout, most: int) -> Table:
    """Price all parts of up to twice the limit in advance; an empty table where load is not households.

    A region of one kind is priced to its end where that fits: then nothing has to be asked in the loop.
    """
    n, kinds = ground.homes.shape
    top, held = 2 * terms.rule[0, 3], 0
    for k in range(kinds):
        held += int(ground.homes[:, k].any())
    if held <= 1 and ground.load.sum() < most:
        top = max(top, ground.load.sum())
    step, wide, size = np.zeros(kinds, np.int64), np.ones(kinds, np.int64), 1
    weight = np.ones(kinds, np.int64)
    for k in range(kinds):
        if terms.rule[0, 0] == 0:
            weight[k] = max(1, terms.rule[1 + k, 0])
        if ground.homes[:, k].any():
            wide[k] = top // weight[k] + 1
            if wide[k] > most // size:
                top = -1
                break
        step[k] = size
        size *= wide[k]
    for v in range(n):
        load = 0
        for k in range(kinds):
            load += ground.homes[v, k] * weight[k]
        if load != ground.load[v]:
            top = -1
            break
    if top < 0:
        return Table(np.zeros(0), np.zeros(n, np.int64), np.zeros(len(layout.size), np.int64), -1)
    price, homes = np.zeros(size), np.zeros((1, kinds), np.int64)
    for i in range(size):
        load = 0
        for k in range(kinds):
            homes[0, k] = i // step[k] % wide[k]
            load += homes[0, k] * weight[k]
        price[i] = price_part(homes, 0, homes, 0, 0, load, 0.0, terms)
    atom, key = np.zeros(n, np.int64), np.zeros(len(layout.size), np.int64)
    for k in range(kinds):
        atom += ground.homes[:, k] * step[k]
        key += layout.homes[:, k] * step[k]
    return Table(price, atom, key, top)


@njit(cache=True, nogil=True)
def look_up(price: FloatArray, key: int, load: int, area: float, top: int, cap: float, rate: float) -> float:
    """Price a part from the table, plus what its area costs [m of border]; nan above ``top`` or ``cap``."""
    if load > top or area > cap:
        return np.nan
    return float(price[key] + rate * area * area)


@njit(cache=True, nogil=True)
def list_odds() -> npt.NDArray[np.float32]:
    """List the chances of dearer moves by steps of the temperature, as shares of 2**32."""
    odds = np.empty(STEPS * RANGE, np.float32)
    for i in range(len(odds)):
        odds[i] = 4294967296.0 * exp(-(i + 0.5) / STEPS)
    return odds


@njit(cache=True, nogil=True)
def is_taken(dear: float, chance: np.uint64, odds: npt.NDArray[np.float32]) -> bool:
    """Whether a move is made: one that saves always, one dearer by so many steps by chance.

    The low half of the random word decides; the high half has chosen the border.
    """
    if dear <= 0.0:
        return True
    return bool(dear < len(odds) and np.float32(chance & np.uint64(0xFFFFFFFF)) < odds[np.uint32(dear)])


@njit(cache=True, nogil=True)
def price_after(ground: Ground, terms: Terms, layout: Layout, v: int, p: int, sign: int) -> float:
    """Price part p with atom v added (1) or taken away (-1) [m of border]."""
    load = layout.load[p] + sign * ground.load[v]
    area = layout.area[p] + sign * ground.area[v]
    return price_part(layout.homes, p, ground.homes, v, sign, load, area, terms)


@njit(cache=True, nogil=True)
def weigh_move(
    ends: WordArray, cut: npt.NDArray[np.float32], labels: WordArray, span: tuple[int, int], p: int, q: int
) -> float:
    """Change of the border cost when an atom with the borders ``span`` goes from part p to q [m]."""
    change, none = np.float32(0.0), np.float32(0.0)
    for e in range(span[0], span[1]):
        # selections, not branches: which side a neighbour is on cannot be foretold
        side = labels[ends[e, TO]]
        change += (cut[e] if side == p else none) - (cut[e] if side == q else none)
    return float(change)


@njit(cache=True, nogil=True)
def search_part(
    row: WordArray, ends: WordArray, labels: WordArray, v: int, stamp: IntArray, queue: WordArray
) -> bool:
    """Whether the part of v stays connected without v (search until all its neighbours there are met)."""
    p, wanted, first = labels[v], 0, v
    stamp[-1] += 3
    mark = stamp[-1]
    for e in range(row[v], row[v + 1]):
        u = ends[e, TO]
        if labels[u] == p:
            wanted += 1
            first = u
            stamp[u] = mark
    stamp[v], stamp[first], queue[0] = mark + 2, mark + 1, first
    wanted -= 1
    head, tail = 0, 1
    while head < tail and wanted > 0:
        u = queue[head]
        head += 1
        for e in range(row[u], row[u + 1]):
            x = ends[e, TO]
            if labels[x] != p or stamp[x] > mark:
                continue
            if stamp[x] == mark:
                wanted -= 1
            stamp[x] = mark + 1
            queue[tail] = x
            tail += 1
    return wanted == 0


@njit(cache=True, nogil=True)
def stays_whole(
    row: WordArray,
    ends: WordArray,
    ring: WideArray,
    labels: WordArray,
    v: int,
    stamp: IntArray,
    queue: WordArray,
) -> bool:
    """Whether the part of v stays connected without v: by the ring of neighbours, else by a search."""
    p, first, last = labels[v], row[v], row[v + 1]
    if last - first <= BITS:
        mine = np.uint64(0)
        for e in range(first, last):
            if labels[ends[e, TO]] == p:
                mine |= np.uint64(1) << np.uint64(e - first)
        met = mine & (~mine + np.uint64(1))
        before = np.uint64(0)
        while met not in (before, mine):
            before = met
            for e in range(first, last):
                if met >> np.uint64(e - first) & np.uint64(1):
                    met |= ring[e] & mine
        if met == mine:
            return True
    return search_part(row, ends, labels, v, stamp, queue)


@njit(cache=True, nogil=True)
def renew_border(
    row: WordArray,
    ends: WordArray,
    saved: npt.NDArray[np.float32],
    border: WordArray,
    labels: WordArray,
    fixed: IntArray,
    v: int,
    p: int,
) -> None:
    """Bring the border list up to date after v has left part p; forget what moves nearby cost."""
    q = labels[v]
    for e in range(row[v], row[v + 1]):
        u = ends[e, TO]
        saved[e, SAVED] = np.nan
        for f in range(row[u], row[u + 1]):
            saved[f, SAVED] = np.nan
        if labels[u] == p:
            enter_border(border, e)
            if fixed[u] == 0:
                enter_border(border, ends[e, BACK])
        elif labels[u] == q:
            strike_border(border, e)
            if fixed[u] == 0:
                strike_border(border, ends[e, BACK])


@njit(cache=True, nogil=True)
def shift_tally(tally: IntArray, atom: IntArray, v: int, p: int, q: int) -> None:
    """Move the households of v from part p to part q."""
    for k in range(atom.shape[1]):
        tally[p, k] -= atom[v, k]
        tally[q, k] += atom[v, k]


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
    n, trials = len(layout.labels), int(schedule[0] * len(layout.labels))
    price = np.zeros(len(layout.size))
    for p in range(len(layout.size)):
        if layout.size[p] > 0:
            price[p] = measure_part(layout, p, terms)
    links, labels = pack_links(ground), layout.labels.astype(np.uint32)
    table = make_table(ground, terms, layout, min(TABLE, trials))
    border, stamp, queue = list_border(links, labels, ground.fixed), np.zeros(n + 1, np.int64), labels.copy()
    heat, cool, odds = schedule[1], exp(log(schedule[2] / schedule[1]) / max(1, trials // 64)), list_odds()
    # plain arrays in the loop: handing on a tuple of arrays counts a reference to each, atomically
    (row, ends, saved, cut, ring), fixed = links, ground.fixed
    prices, step, key = table.price, table.atom, table.key
    top, cap, rate = table.top, terms.price[CAP], terms.price[AREA] / 1e8
    plain = top >= ground.load.sum() and not ground.area.any()
    load, area, size, homes, land = layout.load, layout.area, layout.size, ground.load, ground.area
    gained, per_step, word = 0.0, STEPS / heat, np.uint64(state[0])
    for trial in range(trials):
        if trial & 63 == 0:
            heat *= cool
            per_step = STEPS / heat
        if border[-1, 0] == 0:
            break
        word ^= word >> np.uint64(12)
        word ^= word << np.uint64(25)
        word ^= word >> np.uint64(27)
        chance = word * np.uint64(2685821657736338717)
        e = border[(chance >> np.uint64(32)) * np.uint64(border[-1, 0]) >> np.uint64(32), 0]
        v = ends[e, FROM]
        p, q = labels[v], labels[ends[e, TO]]
        if size[p] == 1 and keep_parts:
            continue
        change = float(saved[e, SAVED])
        if np.isnan(change):
            change = weigh_move(ends, cut, labels, (row[v], row[v + 1]), p, q)
            saved[e, SAVED] = change
        if plain:
            after_p, after_q = prices[key[p] - step[v]], prices[key[q] + step[v]]
        else:
            after_p = look_up(prices, key[p] - step[v], load[p] - homes[v], area[p] - land[v], top, cap, rate)
            after_q = look_up(prices, key[q] + step[v], load[q] + homes[v], area[q] + land[v], top, cap, rate)
            if np.isnan(after_p):
                after_p = price_after(ground, terms, layout, v, p, -1)
            if np.isnan(after_q):
                after_q = price_after(ground, terms, layout, v, q, 1)
        if size[p] == 1:
            after_p = 0.0
        change += after_p + after_q - price[p] - price[q]
        if not is_taken(change * per_step, chance, odds):
            continue
        if size[p] > 1 and not stays_whole(row, ends, ring, labels, v, stamp, queue):
            continue
        labels[v] = q
        renew_border(row, ends, saved, border, labels, fixed, v, p)
        shift_tally(layout.homes, ground.homes, v, p, q)
        load[p], load[q] = load[p] - homes[v], load[q] + homes[v]
        area[p], area[q] = area[p] - land[v], area[q] + land[v]
        size[p], size[q] = size[p] - 1, size[q] + 1
        key[p], key[q] = key[p] - step[v], key[q] + step[v]
        price[p], price[q] = after_p, after_q
        gained += change
    layout.labels[:] = labels
    state[0] = np.int64(word)
    return gained
