"""Pieces: what a redraw moves as one. Whole blocks where they can be; compounds, zones, buildings whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import AtomGraph, Borders, Setting, find_components, sum_borders
from gridplan.graph.bounds import LoadRule, make_rule
from gridplan.scheme import Level, Scheme
from gridplan.solve.grids.carriers import find_passages, gather_homes
from gridplan.solve.grids.homes import collect_homes
from gridplan.solve.grids.zones import merge_infeasible_zones, start_zones

__all__ = [
    "Grain",
    "count_loads",
    "find_grains",
    "gather_pieces",
    "join_groups",
    "refine_pieces",
    "spread_labels",
]


@dataclass(frozen=True, slots=True)
class Grain:
    """The same ground in pieces from coarse to fine, each nested in the one before.

    Parameters
    ----------
    labels
        Piece of each atom by grain, each of shape (n,): blocks joined by compounds and zones; blocks
        joined by compounds; blocks; buildings with their ground, compounds whole; buildings.
    """

    labels: tuple[IntArray, ...]


def join_groups(pieces: IntArray, groups: IntArray, pairs: IntArray) -> IntArray:
    """Join pieces that share a group, as far as they hang together.

    Parameters
    ----------
    pieces
        Piece 0..p-1 of each atom, shape (n,).
    groups
        Group of each atom, -1 for none, shape (n,).
    pairs
        Atoms side by side, shape (m, 2).

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    member = groups >= 0
    size = int(pieces.max(initial=-1)) + 1
    links = np.stack([pieces[member], size + groups[member]], axis=1)
    joined = find_components(size + int(groups.max(initial=-1)) + 1, links)[pieces]
    same = joined[pairs[:, 0]] == joined[pairs[:, 1]]
    return find_components(len(pieces), pairs[same]).astype(np.int64)


def spread_labels(labels: IntArray, pairs: IntArray, length: FloatArray) -> IntArray:
    """Give nodes without a label that of the neighbour with the longest border, round by round.

    Parameters
    ----------
    labels
        Shape (n,), -1 for none.
    pairs, length
        Nodes side by side and their border [m].

    Returns
    -------
    ndarray of int64, shape (n,)
        -1 only where no label can be reached.
    """
    labels = labels.copy()
    heads, tails = np.r_[pairs[:, 0], pairs[:, 1]], np.r_[pairs[:, 1], pairs[:, 0]]
    metres = np.tile(length, 2)
    while True:
        reach = np.flatnonzero((labels[heads] >= 0) & (labels[tails] < 0))
        if not len(reach):
            return labels
        h, t = labels[heads[reach]], tails[reach]
        key, back = np.unique(np.stack([t, h], axis=1), axis=0, return_inverse=True)
        total = np.bincount(back, metres[reach], minlength=len(key))
        best_first = np.lexsort((key[:, 1], -total, key[:, 0]))
        node = key[best_first, 0]
        first = np.r_[True, node[1:] != node[:-1]]
        labels[node[first]] = key[best_first, 1][first]


def find_grains(graph: AtomGraph, setting: Setting, passage: Borders, scheme: Scheme) -> Grain:
    """Cut the ground into pieces, coarse to fine.

    Parameters
    ----------
    graph, setting
        The atoms.
    passage
        Borders that an area of the level may span.
    scheme
        Its finest level of households says which blocks a grid has to span.
    """
    n, pairs = len(graph), passage.pairs
    in_block = setting.block[pairs[:, 0]] == setting.block[pairs[:, 1]]
    local = Borders(pairs[in_block], passage.length[in_block], passage.street[in_block])
    whole = find_components(n, local.pairs).astype(np.int64)
    by_compound = join_groups(whole, setting.compound, pairs)
    by_zone = join_groups(by_compound, _find_zones(graph, setting, scheme), pairs)
    home = gather_homes(graph, local, np.inf)
    owner = np.where(home >= 0, graph.building[home], -1)
    lone = (home >= 0) & (owner < 0)
    owner[lone] = int(graph.building.max(initial=-1)) + 1 + home[lone]
    compound = np.where(setting.compound >= 0, int(owner.max(initial=-1)) + 1 + setting.compound, owner)
    fine = [_part_blocks(n, local.pairs, key) for key in (compound, owner)]
    return Grain((by_zone, by_compound, whole, fine[0], fine[1]))


def _part_blocks(n: int, pairs: IntArray, key: IntArray) -> IntArray:
    """Label what hangs together with one key inside a block."""
    return find_components(n, pairs[key[pairs[:, 0]] == key[pairs[:, 1]]]).astype(np.int64)


def _find_zones(graph: AtomGraph, setting: Setting, scheme: Scheme) -> IntArray:
    """Zone of each home under the finest level of households, -1 for all other atoms (and without one)."""
    zone = np.full(len(graph), -1, dtype=np.int64)
    parents = {level.parent for level in scheme.levels}
    finest = [
        level
        for level in scheme.levels
        if level.make == "bounded"
        and level.measure == "households"
        and level.bounds
        and level.id not in parents
    ]
    if not finest or not graph.households.any():
        return zone
    level = finest[-1]
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    home = gather_homes(graph, passage, scheme.atoms.carry_land_m2)
    # a grid is first sought inside a compound, so a compound counts as a block of its own here
    blocks = int(setting.block.max()) + 1
    precinct = np.where(setting.compound >= 0, blocks + setting.compound, setting.block)
    homes = collect_homes(graph, precinct, home, passage, level)
    start = start_zones(homes.block, homes.borders.pairs)
    split = homes.rule.split_homes(homes.units, homes.kind)
    sums = np.zeros((int(start.max()) + 1, split.shape[1]), dtype=np.int64)
    np.add.at(sums, start, split)
    between = sum_borders(start, homes.borders.pairs, homes.borders.length, homes.borders.street)
    zone[homes.atoms] = merge_infeasible_zones(sums, between, homes.rule)[start]
    return zone


def count_loads(units: IntArray, kind: npt.NDArray[np.int8], level: Level) -> tuple[LoadRule, IntArray]:
    """Make the rule of a level and split what it counts by kind.

    Parameters
    ----------
    units
        Households, dwellings or people of each atom, shape (n,).
    kind
        Kinds, shape (n,); they do not matter where the bounds are for any kind.
    level
        The level. Without bounds anything is legal.

    Returns
    -------
    rule : LoadRule
    loads : ndarray of int64, shape (n, K)
    """
    if set(level.bounds) & {"apartment", "selfbuilt"}:
        lower, upper = (np.asarray(bound, dtype=np.int64) for bound in level.bound_arrays())
        kinds = kind.astype(np.int64)
    else:
        low, high = level.bounds.get("any", (0, max(1, int(units.sum()))))
        lower, upper = np.array([low]), np.array([high])
        kinds = np.zeros(len(units), dtype=np.int64)
    rule = make_rule(units, kinds, lower, np.maximum(upper, 1), level.mixed)  # type: ignore[arg-type]
    return rule, rule.split_homes(units, kinds)


def gather_pieces(
    grain: Grain, loads: IntArray, rule: LoadRule, area: FloatArray, max_area: float
) -> IntArray:
    """Choose the coarsest pieces that fit below the upper bound and the area cap.

    Parameters
    ----------
    grain
        Pieces from coarse to fine.
    loads, rule
        What is counted of each atom by kind, shape (n, K), and the bounds.
    area, max_area
        Area of each atom and the cap [m2], 0 for none.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    labels = grain.labels[0]
    for finer in grain.labels[1:]:
        size = int(labels.max(initial=-1)) + 1
        sums = np.zeros((size, loads.shape[1]), dtype=np.int64)
        np.add.at(sums, labels, loads)
        heavy = rule.is_too_heavy(sums)
        if max_area:
            heavy = heavy | (np.bincount(labels, area, minlength=size) > max_area)
        labels = _break_down(labels, heavy, finer)
    return labels


def refine_pieces(grain: Grain, pieces: IntArray, chosen: BoolArray) -> IntArray:
    """Break the chosen pieces down to the next finer grain.

    Parameters
    ----------
    grain, pieces
        As given by :func:`find_grains` and :func:`gather_pieces`.
    chosen
        Pieces to break down, shape (p,).

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    left = chosen.copy()
    for finer in grain.labels[1:]:
        low = np.full(len(left), np.iinfo(np.int64).max)
        high = np.full(len(left), -1, dtype=np.int64)
        np.minimum.at(low, pieces, finer)
        np.maximum.at(high, pieces, finer)
        parts = left & (high > low)
        fresh = _break_down(pieces, parts, finer)
        # a piece that falls apart here is fine enough for this turn
        left = np.zeros(int(fresh.max(initial=-1)) + 1, dtype=bool) | _carry(pieces, fresh, left & ~parts)
        pieces = fresh
    return pieces


def _carry(before: IntArray, after: IntArray, mark: BoolArray) -> BoolArray:
    carried = np.zeros(int(after.max(initial=-1)) + 1, dtype=bool)
    carried[after] = mark[before]
    return carried


def _break_down(labels: IntArray, chosen: BoolArray, finer: IntArray) -> IntArray:
    """Replace chosen labels by finer ones, numbered by first atom."""
    raw = np.where(chosen[labels], len(chosen) + finer, labels)
    _, first, back = np.unique(raw, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[back.reshape(-1)]
