"""Joining neighbouring pieces by the lemma: what a block or an area of today gains by its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.feasibility.cores import Load
from gridplan.feasibility.outlook import Remedy
from gridplan.graph import find_components, sum_borders

__all__ = [
    "ZoneBorders",
    "Zones",
    "choose_ways",
    "link_zones",
    "offer_joins",
    "offer_streets",
    "rank_way",
    "sum_zones",
]


#: How many neighbours one way out may take in: a grid over more than four blocks is no grid of neighbours.
MOST_JOINED = 3
#: Ways out that are listed besides "accept".
WAYS_TOLD = 3


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Pieces that are looked at together, with what they hold.

    Parameters
    ----------
    labels
        Zone of each atom, -1 for none, shape (n,).
    sums
        What each holds by kind, shape (z, K).
    lived_m2
        Ground of its atoms that hold something [m2], shape (z,).
    people
        Shape (z,).
    lost
        What is out of bounds at least if it stays alone, shape (z,).
    block
        Block that holds most of it, shape (z,).
    """

    labels: IntArray
    sums: IntArray
    lived_m2: FloatArray
    people: IntArray
    lost: IntArray
    block: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ZoneBorders:
    """Borders between zones, one row for each street.

    Parameters
    ----------
    pairs
        Zones, the lower number first, shape (l, 2).
    street
        Street or -1, shape (l,).
    metres
        Length [m], shape (l,).
    middle
        A point on it [m], shape (l, 2).
    rows, start
        Rows of each zone one after the other, and where those of a zone begin, shape (2 l,) and (z + 1,).
    """

    pairs: IntArray
    street: IntArray
    metres: FloatArray
    middle: FloatArray
    rows: IntArray
    start: IntArray

    def list_beside(self, zone: int) -> dict[int, tuple[float, tuple[int, ...]]]:
        """Give metres and streets (the longest first, two at most) of each neighbour of a zone."""
        beside: dict[int, list[tuple[float, int]]] = {}
        for row in self.rows[self.start[zone] : self.start[zone + 1]].tolist():
            other = int(self.pairs[row].sum()) - zone
            beside.setdefault(other, []).append((float(self.metres[row]), int(self.street[row])))
        return {
            other: (sum(metres for metres, _ in stretches), _name_longest(stretches))
            for other, stretches in sorted(beside.items())
        }

    def find_middle(self, zone: int, other: int) -> tuple[float, float]:
        """Give a point on the longest border of two zones."""
        rows = self.rows[self.start[zone] : self.start[zone + 1]]
        rows = rows[self.pairs[rows].sum(axis=1) == zone + other]
        x, y = self.middle[rows[self.metres[rows].argmax()]]
        return float(x), float(y)


def _name_longest(stretches: list[tuple[float, int]]) -> tuple[int, ...]:
    named = sorted(((-metres, street) for metres, street in stretches if street >= 0))
    return tuple(street for _, street in named[:2])


def sum_zones(load: Load, labels: IntArray, block: IntArray) -> Zones:
    """Sum up what zones hold.

    Parameters
    ----------
    load
        What the atoms weigh.
    labels
        Zone 0..z-1 of each atom, -1 for none, shape (n,).
    block
        Block of each atom, shape (n,).
    """
    size = int(labels.max(initial=-1)) + 1
    lived = (labels >= 0) & (load.bounds.total > 0)
    held = load.bounds.total[lived]
    sums = load.bounds.sum_by(labels, size)
    names = np.stack([labels[lived], block[lived]], axis=1)
    spread, row = np.unique(names, axis=0, return_inverse=True)
    weight = np.bincount(row.ravel(), held, minlength=len(spread))
    best_last = np.lexsort((-spread[:, 1], weight, spread[:, 0]))
    chief = np.full(size, -1, dtype=np.int64)
    chief[spread[best_last, 0]] = spread[best_last, 1]
    lived_m2 = np.bincount(labels[lived], load.area[lived], minlength=size).astype(np.float64)
    people = np.bincount(labels[lived], load.people[lived], minlength=size).astype(np.int64)
    lost = load.count_lost(sums, lived_m2, people)
    return Zones(labels, sums, lived_m2, people, lost, chief)


def absorb_empty(labels: IntArray, lived: BoolArray, pairs: IntArray, metres: FloatArray) -> IntArray:
    """Let zones without anybody go with the zone that they border on longest, so that nothing lies between.

    Parameters
    ----------
    labels
        Zone of each atom, -1 for none, shape (n,).
    lived
        Atoms that hold something, shape (n,).
    pairs, metres
        Borders that may be spanned, shape (m, 2) and (m,).

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    labels, inhabited = labels.copy(), np.unique(labels[lived])
    while True:
        sums = sum_borders(labels, pairs, metres, metres)
        ends = np.concatenate([sums.pairs, sums.pairs[:, ::-1]])
        length = np.tile(sums.length, 2)
        full = np.isin(ends, inhabited)
        step = full[:, 0] & ~full[:, 1]
        if not step.any():
            return labels
        ends, length = ends[step], length[step]
        best_last = np.lexsort((-ends[:, 0], length, ends[:, 1]))
        target = np.arange(int(labels.max()) + 1)
        target[ends[best_last, 1]] = ends[best_last, 0]
        labels = np.where(labels >= 0, target[labels], -1)


def link_zones(
    labels: IntArray, pairs: IntArray, street: IntArray, metres: FloatArray, xy: FloatArray
) -> ZoneBorders:
    """Sum the borders between zones by street.

    Parameters
    ----------
    labels
        Zone of each atom, -1 for none, shape (n,).
    pairs, street, metres
        Borders between atoms, shape (m, 2), (m,) and (m,).
    xy
        A point in each atom [m], shape (n, 2).
    """
    ends = np.sort(labels[pairs], axis=1)
    keep = (ends[:, 0] != ends[:, 1]) & (ends[:, 0] >= 0)
    names = np.column_stack([ends[keep], street[keep]])
    rows, inverse = np.unique(names, axis=0, return_inverse=True)
    length = np.bincount(inverse.ravel(), metres[keep], minlength=len(rows))
    halfway = xy[pairs[keep]].mean(axis=1) * metres[keep, None]
    sums = [np.bincount(inverse.ravel(), halfway[:, axis], minlength=len(rows)) for axis in (0, 1)]
    middle = np.stack(sums, axis=1) / np.maximum(length, 1e-9)[:, None]
    ends_of_rows = rows[:, :2].ravel()
    by_zone = np.argsort(ends_of_rows, kind="stable")
    start = np.searchsorted(ends_of_rows[by_zone], np.arange(int(labels.max(initial=-1)) + 2))
    return ZoneBorders(
        rows[:, :2],
        rows[:, 2],
        length.astype(np.float64),
        middle.astype(np.float64),
        by_zone // 2,
        start.astype(np.int64),
    )


def offer_joins(load: Load, zones: Zones, links: ZoneBorders, zone: int) -> list[Remedy]:
    """Offer the neighbours that mend a zone: one alone where that is enough, else several.

    Parameters
    ----------
    load, zones, links
        The zones and the borders that may be spanned.
    zone
        The zone that cannot be legal alone.
    """
    beside = links.list_beside(zone)
    ways = [
        replace(_describe_join(load, zones, zone, (other,), *found), at=links.find_middle(zone, other))
        for other, found in beside.items()
    ]
    ways = [way for way in ways if way.gained > 0]
    if beside and not any(way.left == 0 for way in ways):
        ways += _offer_chain(load, zones, links, zone)
    return ways


def rank_way(way: Remedy) -> tuple[float, ...]:
    """Give the order of ways out: those that leave nothing, then by what is gained per thing changed."""
    # of equals the least land, the longest border, the lowest number
    gain = way.gained / max(way.things, 1)
    return (way.left > 0, -gain, way.land_m2, -way.metres, *way.beside, *way.streets)


def choose_ways(ways: Sequence[Remedy]) -> tuple[Remedy, ...]:
    """Choose the ways out that are listed, the best first.

    Parameters
    ----------
    ways
        All that were found. Two that read the same are listed once; a street that has one stretch only is
        crossed, not lowered.
    """
    crossed = {(way.streets, way.gained) for way in ways if way.action == "cross" and way.things == 1}
    chosen: dict[tuple[object, ...], Remedy] = {}
    for way in sorted(ways, key=rank_way):
        if way.action == "lower" and way.things == 1 and (way.streets, way.gained) in crossed:
            continue
        chosen.setdefault((way.action, way.streets, way.blocks), way)
    return tuple(chosen.values())[:WAYS_TOLD]


def _describe_join(
    load: Load, zones: Zones, zone: int, others: tuple[int, ...], metres: float, streets: tuple[int, ...]
) -> Remedy:
    members = np.array([zone, *others])
    union = (
        zones.sums[members].sum(axis=0, keepdims=True),
        zones.lived_m2[members].sum(keepdims=True),
        zones.people[members].sum(keepdims=True),
    )
    left = int(load.count_lost(*union)[0])
    fewest, most = load.count_areas(*union)
    return Remedy(
        "cross",
        streets=streets,
        beside=others,
        blocks=tuple(int(b) for b in zones.block[list(others)]),
        metres=metres,
        held=int(union[0].sum()),
        fewest=int(fewest[0]),
        most=int(most[0]),
        gained=int(zones.lost[members].sum()) - left,
        left=left,
        things=len(others),
    )


def _offer_chain(load: Load, zones: Zones, links: ZoneBorders, zone: int) -> list[Remedy]:
    """Join the neighbour that leaves the least again and again, until the union can be legal."""
    joined: list[int] = []
    streets: list[int] = []
    metres = 0.0
    for _ in range(MOST_JOINED):
        near: dict[int, tuple[float, tuple[int, ...]]] = {}
        for member in (zone, *joined):
            for other, found in links.list_beside(member).items():
                if other != zone and other not in joined and other not in near:
                    near[other] = found
        if not near:
            break
        tried = {
            other: _describe_join(load, zones, zone, (*joined, other), metres + found[0], ())
            for other, found in near.items()
        }
        chosen = min(tried, key=lambda other: (tried[other].left, -near[other][0], other))
        joined.append(chosen)
        metres += near[chosen][0]
        streets += [one for one in near[chosen][1] if one not in streets]
        way = _describe_join(load, zones, zone, tuple(joined), metres, tuple(streets))
        if way.left == 0:
            return [way] if len(joined) > 1 else []
    return []


def offer_streets(load: Load, zones: Zones, links: ZoneBorders) -> dict[int, Remedy]:
    """Tell for each street what opening it along its whole length would mend.

    Parameters
    ----------
    load, zones, links
        The zones and the borders that may be spanned.

    Returns
    -------
    dict of int to Remedy
        By street; streets that mend nothing are left out.
    """
    known = links.street >= 0
    ends, street = links.pairs[known], links.street[known]
    nodes, place = np.unique(
        np.column_stack([np.repeat(street, 2), ends.ravel()]), axis=0, return_inverse=True
    )
    if not len(nodes):
        return {}
    union = find_components(len(nodes), place.reshape(-1, 2))
    size = int(union.max()) + 1
    sums = np.zeros((size, zones.sums.shape[1]), dtype=np.int64)
    np.add.at(sums, union, zones.sums[nodes[:, 1]])
    lived = np.bincount(union, zones.lived_m2[nodes[:, 1]], minlength=size).astype(np.float64)
    people = np.bincount(union, zones.people[nodes[:, 1]], minlength=size).astype(np.int64)
    fewest, most = load.count_areas(sums, lived, people)
    left, before = load.count_lost(sums, lived, people), np.zeros(size, dtype=np.int64)
    np.add.at(before, union, zones.lost[nodes[:, 1]])
    of_union = np.zeros(size, dtype=np.int64)
    of_union[union] = nodes[:, 0]
    ways = {}
    for name in np.unique(street).tolist():
        mine = of_union == name
        gained = int((before - left)[mine].sum())
        if gained > 0:
            ways[name] = Remedy(
                "lower",
                streets=(name,),
                metres=float(links.metres[known][street == name].sum()),
                held=int(sums[mine].sum()),
                fewest=int(fewest[mine].sum()),
                most=int(most[mine].sum()),
                gained=gained,
                left=int(left[mine].sum()),
                things=int((street == name).sum()),
            )
    return ways
