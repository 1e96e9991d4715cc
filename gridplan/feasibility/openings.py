"""Opening closed ground: what a street that may be crossed, or land that may carry, makes possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.feasibility.cores import Core, Load, find_cores
from gridplan.feasibility.ground import LevelGround
from gridplan.feasibility.joins import choose_ways
from gridplan.feasibility.outlook import Remedy
from gridplan.graph import AtomGraph

__all__ = ["Openings"]


#: Atoms judged again for all ways out together: a count, so that every machine finds the same. Two million
#: take some ten seconds.
MOST_JUDGED = 2_000_000
#: Neighbours of an obstacle that are tried, those with the longest border first.
MOST_TRIED = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    """How two pieces could be joined: over a street, over open land, or both."""

    pieces: tuple[int, int]
    streets: tuple[int, ...]
    land: int
    pairs: IntArray
    metres: float


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows put together by a key, so that those of one key are found at once."""

    rows: IntArray
    start: IntArray

    def at(self, key: int) -> IntArray:
        """Give the rows of a key, ascending."""
        return self.rows[self.start[key] : self.start[key + 1]]


def _gather_rows(keys: IntArray, rows: IntArray, size: int) -> _Rows:
    """Put rows together by keys 0..size-1; a key below 0 is left out."""
    known = keys >= 0
    order = np.lexsort((rows[known], keys[known]))
    start = np.searchsorted(keys[known][order], np.arange(size + 1))
    return _Rows(rows[known][order], start.astype(np.int64))


@dataclass(slots=True, eq=False)
class Openings:
    """Ways out for ground that is closed, each judged anew with what it opens.

    Parameters
    ----------
    graph, ground, load
        The atoms, what may be spanned, and what the atoms weigh.
    lost
        What each piece loses as it stands, by its number, shape (n,).
    street
        Street of each row of ``graph.edges``, shape (m,).
    fixed
        Streets that nobody may open, shape (number of streets,).
    slice_households
        Size of the pieces that a building is cut into.
    """

    graph: AtomGraph
    ground: LevelGround
    load: Load
    lost: IntArray
    street: IntArray
    fixed: BoolArray
    slice_households: int
    _members: _Rows = field(init=False)
    _inside: _Rows = field(init=False)
    _shut: _Rows = field(init=False)
    _by_land: _Rows = field(init=False)
    _at: _Rows = field(init=False)
    _left: dict[tuple[object, ...], int] = field(default_factory=dict)
    _judged: int = 0

    def __post_init__(self) -> None:
        """Put atoms, passages, closed borders and borders on open land together by piece."""
        ground, piece, n = self.ground, self.ground.piece, len(self.graph)
        edges = self.graph.edges.astype(np.int64)
        self._members = _gather_rows(piece, np.arange(n), n)
        self._inside = _gather_rows(piece[ground.pairs[:, 0]], np.arange(len(ground.pairs)), n)
        shut = np.tile(np.arange(len(ground.closed.pairs)), 2)
        self._shut = _gather_rows(piece[ground.closed.pairs.T.ravel()], shut, n)
        rows = np.flatnonzero(self.graph.border_length >= ground.level.min_border_m)
        ends, twice = edges[rows].T.ravel(), np.tile(rows, 2)
        others = edges[rows][:, ::-1].T.ravel()
        self._at = _gather_rows(ends, twice, n)
        open_land = ~ground.carries[others] & ground.drawn[others]
        self._by_land = _gather_rows(np.where(open_land, piece[ends], -1), twice, n)

    def offer(self, core: Core, block: IntArray) -> tuple[Remedy, ...]:
        """Offer ways out for a core, the best first.

        Parameters
        ----------
        core
            Part of the ground that cannot be legal.
        block
            Block of each atom, shape (n,).
        """
        piece = int(self.ground.piece[core.atoms[0]])
        links = self._find_links(piece, core)
        ways = [way for link in links if (way := self._try_link(link, piece, block)).gained > 0]
        streets = sorted({one for link in links if link.land < 0 for one in link.streets})
        ways += [way for one in streets if (way := self._try_street(one)).gained > 0]
        if core.cause in ("building", "choke"):
            ways += [way for way in (self._try_split(core, piece),) if way.gained > 0]
        return choose_ways(ways)

    def _find_links(self, piece: int, core: Core) -> list[_Link]:
        """Find the neighbours across closed borders and across one piece of open land."""
        found = self._find_direct(piece) + self._find_over_land(core)
        found = [link for link in found if not self.fixed[list(link.streets)].any()]
        best: dict[tuple[int, tuple[int, ...], bool], _Link] = {}
        for link in found:
            key = (link.pieces[1], link.streets, link.land >= 0)
            if key not in best or link.metres > best[key].metres:
                best[key] = link
        direct = [link for link in best.values() if link.land < 0]
        over = [link for link in best.values() if link.land >= 0]
        chosen = sorted(direct, key=lambda link: (-link.metres, link.pieces))[:MOST_TRIED]
        area = self.graph.area
        chosen += sorted(over, key=lambda link: (len(link.streets), area[link.land], link.pieces))[
            :MOST_TRIED
        ]
        return chosen

    def _find_direct(self, piece: int) -> list[_Link]:
        closed = self.ground.closed
        rows = self._shut.at(piece)
        other = self.ground.piece[closed.pairs[rows]].sum(axis=1) - piece
        links = []
        for name in np.unique(np.column_stack([other, closed.street[rows]]), axis=0).tolist():
            mine = rows[(other == name[0]) & (closed.street[rows] == name[1])]
            streets = () if name[1] < 0 else (name[1],)
            metres = float(closed.length[mine].sum())
            links.append(_Link((piece, name[0]), streets, -1, closed.pairs[mine], metres))
        return links

    def _find_over_land(self, core: Core) -> list[_Link]:
        """Find what lies beyond one piece of open land, with the streets on either side of it."""
        own, ground = int(self.ground.piece[core.atoms[0]]), self.ground
        links = []
        for land, near in self._list_land(own).items():
            rows = self._at.at(land)
            ends = self.graph.edges[rows].astype(np.int64)
            beyond = ends.sum(axis=1) - land
            pieces = ground.piece[beyond]
            for other in np.unique(pieces[(pieces >= 0) & (pieces != own)]).tolist():
                there = rows[pieces == other]
                far = there[int(self.graph.border_length[there].argmax())]
                streets = {int(self.street[row]) for row in (near, far) if self._is_barred(int(row))}
                pairs = self.graph.edges[[near, far]].astype(np.int64)
                metres = float(self.graph.border_length[[near, far]].min())
                known = tuple(sorted(streets - {-1}))
                links.append(_Link((own, other), known, land, pairs, metres))
        return links

    def _list_land(self, piece: int) -> dict[int, int]:
        """Give the pieces of open land beside a piece, each with its longest border row."""
        beside: dict[int, int] = {}
        length = self.graph.border_length
        for row in self._by_land.at(piece).tolist():
            ends = self.graph.edges[row].astype(np.int64)
            land = int(ends[~self.ground.carries[ends]][0])
            if land not in beside or length[row] > length[beside[land]]:
                beside[land] = row
        return dict(sorted(beside.items()))

    def _is_barred(self, row: int) -> bool:
        return bool(np.isin(self.graph.border_rank[row], self.ground.level.never_cross))

    def _try_link(self, link: _Link, piece: int, block: IntArray) -> Remedy:
        land = [link.land] if link.land >= 0 else []
        left = self._judge(link.pieces, link.pairs, land)
        other = link.pieces[1]
        members = self._members.at(other)
        lived = members[self.load.bounds.total[members] > 0]
        middle = self.graph.xy[link.pairs].mean(axis=(0, 1))
        way = Remedy(
            "cross" if link.streets or not land else "carry",
            streets=link.streets,
            beside=(other,),
            blocks=(int(block[lived[0] if len(lived) else members[0]]),),
            metres=link.metres,
            at=(float(middle[0]), float(middle[1])),
            land=tuple(land),
            land_m2=float(self.graph.area[land].sum()),
            gained=int(self.lost[list(link.pieces)].sum()) - left,
            left=left,
            things=max(1, len(link.streets) + len(land)),
        )
        return self._count(way, link.pieces)

    def _try_street(self, street: int) -> Remedy:
        closed = self.ground.closed
        rows = np.flatnonzero(closed.street == street)
        sides = np.sort(self.ground.piece[closed.pairs[rows]], axis=1)
        pieces = tuple(np.unique(sides).tolist())
        left = self._judge(pieces, closed.pairs[rows], ())
        way = Remedy(
            "lower",
            streets=(street,),
            beside=pieces,
            metres=float(closed.length[rows].sum()),
            gained=int(self.lost[list(pieces)].sum()) - left,
            left=left,
            things=len(np.unique(sides, axis=0)),
        )
        return self._count(way, pieces)

    def _count(self, way: Remedy, pieces: Iterable[int]) -> Remedy:
        members = np.concatenate([self._members.at(one) for one in pieces])
        lived = members[self.load.bounds.total[members] > 0]
        sums = self.load.bounds.loads[lived].sum(axis=0, keepdims=True)
        fewest, most = self.load.count_areas(
            sums, np.array([self.load.area[lived].sum()]), np.array([self.load.people[lived].sum()])
        )
        return replace(way, held=int(sums.sum()), fewest=int(fewest[0]), most=int(most[0]))

    def _judge(self, pieces: tuple[int, ...], opened: IntArray, land: Iterable[int]) -> int:
        """Judge pieces anew with what is opened; beyond the budget nothing is gained."""
        key = (tuple(sorted(pieces)), opened.tobytes(), tuple(land))
        if key not in self._left:
            atoms = np.concatenate(
                [*(self._members.at(one) for one in pieces), np.array(list(land), np.int64)]
            )
            self._judged += len(atoms)
            if self._judged > MOST_JUDGED:
                return int(self.lost[list(pieces)].sum())
            atoms = np.sort(atoms)
            inside = self.ground.pairs[np.concatenate([self._inside.at(one) for one in pieces])]
            # what is opened may touch land that was not asked for: only what lies inside counts
            opened = np.sort(opened[np.isin(opened, atoms).all(axis=1)], axis=1)
            pairs = np.searchsorted(atoms, np.concatenate([inside, opened]))
            cores = find_cores(self.load.take(atoms), pairs, np.ones(len(atoms), dtype=bool))
            self._left[key] = sum(core.lost for core in cores)
        return self._left[key]

    def _try_split(self, core: Core, piece: int) -> Remedy:
        """Cut the largest building of a core into slices that all touch what it touches: at best so much."""
        total = self.load.bounds.total
        heavy = int(core.atoms[total[core.atoms].argmax()])
        parts = -(-int(self.graph.households[heavy]) // self.slice_households)
        if self.graph.building[heavy] < 0 or parts < 2:
            return Remedy("split")
        members = self._members.at(piece)
        twins = len(members) + np.arange(parts - 1)
        pairs = np.searchsorted(members, self.ground.pairs[self._inside.at(piece)])
        own = int(np.searchsorted(members, heavy))
        touching = pairs[(pairs == own).any(axis=1)].sum(axis=1) - own
        cut = np.concatenate([[own], twins])
        first, second = np.triu_indices(parts, 1)
        more = [np.column_stack([cut[first], cut[second]])]
        more += [np.column_stack([touching, np.full(len(touching), twin)]) for twin in twins]
        load = self.load.take(np.concatenate([members, np.full(parts - 1, heavy)]))
        loads, area, people = load.bounds.loads.copy(), load.area.copy(), load.people.copy()
        for k in range(loads.shape[1]):
            loads[cut, k] = _share(int(loads[own, k]), parts)
        area[cut], people[cut] = area[own] / parts, _share(int(people[own]), parts)
        load = replace(load, bounds=load.bounds.with_loads(loads), area=area, people=people)
        cores = find_cores(load, np.concatenate([pairs, *more]), np.ones(len(load.area), dtype=bool))
        left = sum(one.lost for one in cores)
        way = Remedy("split", gained=int(self.lost[piece]) - left, left=left, things=1)
        return self._count(way, (piece,))


def _share(whole: int, parts: int) -> IntArray:
    """Share a whole number out evenly, the first parts getting one more."""
    return np.asarray(whole // parts + (np.arange(parts) < whole % parts), dtype=np.int64)
