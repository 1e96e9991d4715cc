"""Zones: the fewest blocks that must be looked at together so that their households can be legal.

A grid should not reach over a lane. It may only where a block alone cannot be divided legally, so
each block (or what hangs together in it) starts as a zone, and a zone that fails the lemma joins a
neighbour. The main streets are never crossed, because no passage leads over them.
"""

from __future__ import annotations

import heapq

import numpy as np

from gridplan.arrays import IntArray
from gridplan.graph import Borders, find_components
from gridplan.graph.bounds import LoadRule

__all__ = ["join_zones", "merge_infeasible_zones", "start_zones"]


def start_zones(blocks: IntArray, pairs: IntArray) -> IntArray:
    """Label what hangs together inside one block.

    Parameters
    ----------
    blocks
        Block of each home, shape (n,).
    pairs
        Homes side by side, shape (p, 2).

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    inside = blocks[pairs[:, 0]] == blocks[pairs[:, 1]]
    return find_components(len(blocks), pairs[inside]).astype(np.int64)


class _Zones:
    """Zones under union, with their households by kind and their neighbours."""

    def __init__(self, homes: IntArray, borders: Borders) -> None:
        k = len(homes)
        self.root = list(range(k))
        self.homes = homes.copy()
        self.near: list[dict[int, float]] = [{} for _ in range(k)]
        for (a, b), metres in zip(borders.pairs.tolist(), borders.length.tolist(), strict=True):
            self.near[a][b] = metres
            self.near[b][a] = metres

    def find(self, zone: int) -> int:
        while self.root[zone] != zone:
            self.root[zone] = self.root[self.root[zone]]
            zone = self.root[zone]
        return zone

    def join(self, a: int, b: int) -> int:
        """Join b into a."""
        self.root[b] = a
        self.homes[a] += self.homes[b]
        for other, metres in self.near[b].items():
            if other != a:
                self.near[a][other] = self.near[a].get(other, 0.0) + metres
                self.near[other][a] = self.near[other].get(a, 0.0) + metres
            del self.near[other][b]
        self.near[b] = {}
        return a

    def labels(self) -> IntArray:
        roots = np.array([self.find(zone) for zone in range(len(self.root))], dtype=np.int64)
        return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def merge_infeasible_zones(homes: IntArray, borders: Borders, rule: LoadRule) -> IntArray:
    """Join zones that no plan could make legal alone with the neighbour that mends it best.

    Parameters
    ----------
    homes
        Households by kind of each zone, shape (z, K).
    borders
        Borders between zones.
    rule
        The bounds.

    Returns
    -------
    ndarray of int64, shape (z,)
        Merged zone of each zone. Zones that stay infeasible have no neighbour left.

    Notes
    -----
    Smallest first; a neighbour that makes the union feasible is preferred, then the longest common
    border. O(z log z) for bounded numbers of neighbours.
    """
    zones = _Zones(homes, borders)
    queue = [(int(row.sum()), zone) for zone, row in enumerate(homes) if rule.floor_households(row) > 0]
    heapq.heapify(queue)
    while queue:
        size, zone = heapq.heappop(queue)
        if zones.find(zone) != zone or zones.homes[zone].sum() != size or not zones.near[zone]:
            continue
        floor = {
            other: rule.floor_households(zones.homes[zone] + zones.homes[other]) for other in zones.near[zone]
        }
        chosen = min(zones.near[zone], key=lambda o: (floor[o] > 0, -zones.near[zone][o], o))
        root = zones.join(zone, chosen)
        if floor[chosen] > 0:
            heapq.heappush(queue, (int(zones.homes[root].sum()), root))
    return zones.labels()


def join_zones(zones: IntArray, borders: Borders, troubled: IntArray) -> IntArray:
    """Join each troubled zone with the neighbour that it has the longest border with.

    Parameters
    ----------
    zones
        Zone of each home, shape (n,).
    borders
        Borders between zones.
    troubled
        Zones with areas out of bounds.

    Returns
    -------
    ndarray of int64, shape (n,)
        New zones, numbered 0..z-1.
    """
    a, b = borders.pairs.T
    heads, tails, metres = np.r_[a, b], np.r_[b, a], np.tile(borders.length, 2)
    wanted = np.isin(heads, troubled)
    heads, tails, metres = heads[wanted], tails[wanted], metres[wanted]
    longest_first = np.lexsort((tails, -metres, heads))
    heads, tails = heads[longest_first], tails[longest_first]
    first = np.r_[True, heads[1:] != heads[:-1]] if len(heads) else np.zeros(0, dtype=bool)
    size = int(zones.max(initial=-1)) + 1
    joined = find_components(size, np.stack([heads[first], tails[first]], axis=1))
    return joined[zones].astype(np.int64)
