"""Ground without homes: large pieces become areas of their own, small ones join the area around them."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import AtomGraph, Borders, find_components, sum_borders
from gridplan.scheme import AtomRules, Level
from gridplan.solve.partition import partition

__all__ = ["AREA_UNIT_M2", "measure_area", "settle_land"]


#: Areas are loads in whole units of 100 m2, rounded up, so that a cap holds whatever is summed; a
#: cap of 0.2 km2 then has 2,000 steps and loses at most half a unit a piece.
AREA_UNIT_M2 = 100.0


def measure_area(area: FloatArray) -> IntArray:
    """Return areas [m2] as whole loads of ``AREA_UNIT_M2``, rounded up."""
    return np.ceil(area / AREA_UNIT_M2 - 1e-9).astype(np.int64)


def settle_land(
    graph: AtomGraph, blocks: IntArray, passage: Borders, labels: IntArray, level: Level, rules: AtomRules
) -> IntArray:
    """Give every atom that lies in no area yet to one.

    Parameters
    ----------
    graph, blocks, passage
        The atoms, their blocks, and the borders that an area may span.
    labels
        Area 0..k-1 of each atom, -1 for ground without homes, shape (n,).
    level
        Its area cap holds for land too.
    rules
        From ``own_land_m2`` on, connected land of one block is an area of its own.

    Returns
    -------
    ndarray of int64, shape (n,)
        No -1 left; new areas are numbered from k on.
    """
    land = labels < 0
    if not land.any():
        return labels
    i, j = passage.pairs.T
    inside = land[i] & land[j] & (blocks[i] == blocks[j])
    pieces = find_components(len(graph), passage.pairs[inside]).astype(np.int64)
    pieces = np.where(land, np.unique(np.where(land, pieces, -1), return_inverse=True)[1] - (~land).any(), -1)
    joined = _join_small(graph, passage, labels, pieces, level, rules)
    left = joined < 0
    areas = int(joined.max(initial=-1)) + 1
    joined[left] = areas + _split_large(graph, passage, pieces, left, level)
    return joined


def _join_small(
    graph: AtomGraph, passage: Borders, labels: IntArray, pieces: IntArray, level: Level, rules: AtomRules
) -> IntArray:
    """Join small pieces with the area they have the longest border with, as long as the cap allows."""
    k, p = int(labels.max(initial=-1)) + 1, int(pieces.max()) + 1
    nodes = np.where(pieces >= 0, k + pieces, labels)
    size = np.bincount(nodes, graph.area, minlength=k + p)
    borders = sum_borders(nodes, passage.pairs, passage.length, passage.street)
    area, piece = borders.pairs.T
    wanted = (area < k) & (piece >= k) & (size[piece] < rules.own_land_m2)
    area, piece, length = area[wanted], piece[wanted], borders.length[wanted]
    home = np.full(p, -1, dtype=np.int64)
    cap = level.max_area_m2 or np.inf
    # Longest border first. Few pieces are small and have homes around them: a plain loop will do.
    for row in np.lexsort((area, piece, -length)).tolist():
        one, whole = int(piece[row]) - k, int(area[row])
        if home[one] < 0 and size[whole] + size[k + one] <= cap:
            home[one] = whole
            size[whole] += size[k + one]
    return np.where(pieces >= 0, home[pieces], labels)


def _split_large(
    graph: AtomGraph, passage: Borders, pieces: IntArray, left: BoolArray, level: Level
) -> IntArray:
    """Give the pieces that stay land a number each; divide those above the area cap."""
    atoms = np.flatnonzero(left)
    local = np.full(len(graph), -1, dtype=np.int64)
    local[atoms] = np.arange(len(atoms))
    same = (pieces[passage.pairs[:, 0]] == pieces[passage.pairs[:, 1]]) & left[passage.pairs].all(axis=1)
    pairs = local[passage.pairs[same]]
    if not level.max_area_m2:
        return find_components(len(atoms), pairs).astype(np.int64)
    return partition(
        measure_area(graph.area[atoms]),
        np.zeros(len(atoms), dtype=np.int64),
        pairs,
        passage.length[same],
        lower=[0],
        upper=[int(level.max_area_m2 // AREA_UNIT_M2)],
        xy=graph.xy[atoms],
    ).labels.astype(np.int64)
