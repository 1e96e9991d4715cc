"""What may join dwellings into one area, for every plan at once: the graph that certificates speak of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.check.groups import GroupSearch
from gridplan.check.rule import BoundedLoads
from gridplan.graph import find_components
from gridplan.scheme import Level

__all__ = ["Carriers", "find_carriers"]


@dataclass(frozen=True, slots=True)
class Carriers:
    """The dwellings of a level and who may be joined with whom.

    Small land without households joins its neighbours and costs nothing, in as many areas as like:
    that is more than any real plan may do, so what is impossible here is impossible.

    Parameters
    ----------
    dwelling
        Atoms that hold something to be counted, shape (n,).
    households
        What a claim counts of each atom (its load, or its households where only area is bounded).
    search
        Neighbour lists over all atoms, of which only dwellings have any, and the household rule.
    """

    dwelling: BoolArray
    households: IntArray
    search: GroupSearch


def find_carriers(
    level: Level,
    rule: BoundedLoads,
    pairs: IntArray,
    *,
    households: IntArray,
    kind: IntArray,
    area: FloatArray,
    carry_land_m2: float,
) -> Carriers:
    """Build the graph of dwellings that a level's areas may join.

    Parameters
    ----------
    level
        Its mixed rule and area cap.
    rule
        Its household rule over the atoms.
    pairs
        Atoms that an area of the level may join, shape (p, 2).
    households, kind, area
        As in :class:`~gridplan.check.reading.Reading`.
    carry_land_m2
        Atoms without households above this carry no contiguity [m2].
    """
    counted = rule.total if rule.kinds else households
    n = len(counted)
    dwelling = counted > 0
    free = ~dwelling & ((households > 0) | (area <= carry_land_m2))
    both_free = free[pairs].all(axis=1)
    cluster = find_components(n, pairs[both_free])
    direct = pairs[dwelling[pairs].all(axis=1)]
    touching = _orient_touching(pairs, dwelling, free)
    ones = np.ones(len(touching), dtype=np.int32)
    touch = csr_array((ones, (touching[:, 0], cluster[touching[:, 1]])), shape=(n, n))
    beside = csr_array((np.ones(len(direct), dtype=np.int32), (direct[:, 0], direct[:, 1])), shape=(n, n))
    joined = (beside + beside.T + touch @ touch.T).tocoo()
    kept = joined.row != joined.col
    if level.mixed == "forbid":
        kept &= kind[joined.row] == kind[joined.col]
    near = csr_array((np.ones(kept.sum(), np.int8), (joined.row[kept], joined.col[kept])), shape=(n, n))
    near.sort_indices()
    cap = level.max_area_m2 if level.max_area_m2 and level.hard and level.statistic == "each" else np.inf
    search = GroupSearch(
        near.indptr.astype(np.int64), near.indices.astype(np.int64), rule.loads, area, rule, float(cap)
    )
    return Carriers(dwelling, counted, search)


def _orient_touching(pairs: IntArray, dwelling: BoolArray, free: BoolArray) -> IntArray:
    """Pairs of a dwelling and a free atom beside it, in this order."""
    forward = dwelling[pairs[:, 0]] & free[pairs[:, 1]]
    backward = free[pairs[:, 0]] & dwelling[pairs[:, 1]]
    return np.vstack([pairs[forward], pairs[backward][:, ::-1]])
