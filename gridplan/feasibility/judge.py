"""What can be said of every plan of a ground before one is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.feasibility.bounds import count_measure, make_bounds
from gridplan.feasibility.cores import Core, Load, find_cores, split_groups
from gridplan.feasibility.ground import LevelGround, lay_grounds, list_capped
from gridplan.feasibility.joins import (
    Zones,
    absorb_empty,
    choose_ways,
    link_zones,
    offer_joins,
    offer_streets,
    rank_way,
    sum_zones,
)
from gridplan.feasibility.openings import Openings
from gridplan.feasibility.outlook import LevelOutlook, Obstacle, Outlook, Remedy
from gridplan.feasibility.reckon import reckon
from gridplan.graph import AtomGraph, Setting, find_components
from gridplan.scheme import Level, Scheme

__all__ = ["judge_feasibility"]


_SCOPES = ("ground", "existing", "block")


def judge_feasibility(
    graph: AtomGraph,
    setting: Setting,
    scheme: Scheme,
    *,
    border_street: IntArray | None = None,
    fixed_streets: BoolArray | None = None,
) -> Outlook:
    """Say what no plan can make legal, why, and what would help, before anything is drawn.

    Parameters
    ----------
    graph
        The atoms.
    setting
        What they stand in.
    scheme
        The rules.
    border_street
        Street that each row of ``graph.edges`` lies on, -1 for none, shape (m,). Without it ways out name
        no streets and no street is offered to be lowered.
    fixed_streets
        Streets that are none (rivers, railways): crossing them or giving them another rank is no
        way out, shape (number of streets,). Default: none.

    Returns
    -------
    Outlook
        What it calls impossible is impossible; the reverse is not claimed: a plan may still fail where
        buildings are large and few.
    """
    street = np.full(len(graph.edges), -1, np.int64) if border_street is None else border_street
    fixed = np.zeros(int(street.max(initial=-1)) + 1, dtype=bool) if fixed_streets is None else fixed_streets
    grounds = lay_grounds(graph, setting, scheme, street)
    levels: dict[str, LevelOutlook] = {}
    obstacles: list[Obstacle] = []
    for level in scheme.levels:
        if level.make != "bounded" or not (level.bounds or level.max_area_m2 or level.count):
            continue
        judge = _LevelJudge(graph, setting, scheme, grounds[level.id], (street, fixed))
        levels[level.id] = judge.sum_up()
        obstacles += judge.list_obstacles()
        for scope, zones in judge.scopes.items():
            alone = int((zones.lost == 0).sum())
            levels[level.id] = replace(
                levels[level.id], scope=scope, zones=len(zones.lost), zones_alone=alone
            )
    rank = {level.id: place for place, level in enumerate(scheme.levels)}
    obstacles.sort(key=lambda one: (rank[one.level], _SCOPES.index(one.scope), -one.held, int(one.atoms[0])))
    reckonings = reckon(graph, setting, scheme, grounds, levels)
    return Outlook(tuple(levels.values()), tuple(obstacles), reckonings)


class _LevelJudge:
    """Everything that is asked of one level."""

    def __init__(
        self,
        graph: AtomGraph,
        setting: Setting,
        scheme: Scheme,
        ground: LevelGround,
        streets: tuple[IntArray, BoolArray],
    ) -> None:
        self.graph, self.setting, self.scheme, self.ground = graph, setting, scheme, ground
        self.street, self.fixed = streets
        self.level = ground.level
        self.load = _weigh(graph, setting, scheme, self.level)
        self.cores = self._find_cores()
        self.lost = np.zeros(len(graph), dtype=np.int64)
        for core in self.cores:
            self.lost[ground.piece[core.atoms[0]]] += core.lost
        self.scopes: dict[str, Zones] = {}
        self._on_street = np.flatnonzero(self.street >= 0)

    def _find_cores(self) -> list[Core]:
        if self.level.measure == "area":
            large = self.ground.drawn & (self.graph.area > self.load.max_area)
            # an atom of land above the cap is a fact of the atoms, and nobody's household
            homes = np.flatnonzero(large & (self.graph.households > 0))
            return [
                Core("building", np.array([v]), int(self.graph.households[v]), {"by_area": 1}) for v in homes
            ]
        return find_cores(self.load, self.ground.pairs, self.ground.carries)

    def sum_up(self) -> LevelOutlook:
        """Count areas piece by piece."""
        ground, area_only = self.ground, self.level.measure == "area"
        counted = count_measure(self.graph, self.setting, self.level.measure)
        counted = self.load.bounds.total if self.load.bounds.loads.shape[1] else counted
        lived = ground.carries & (area_only | (counted > 0))
        pieces, row = np.unique(ground.piece[lived], return_inverse=True)
        sums = np.zeros((len(pieces), self.load.bounds.loads.shape[1]), dtype=np.int64)
        np.add.at(sums, row, self.load.bounds.loads[lived])
        by_piece = [
            np.bincount(row, values[lived], minlength=len(pieces))
            for values in (self.graph.area, self.setting.population, counted)
        ]
        fewest, most = self.load.count_areas(
            sums, by_piece[0].astype(np.float64), by_piece[1].astype(np.int64)
        )
        if not sums.shape[1]:
            # nothing but the ground is bounded: one area a piece at least, one an atom at most
            fewest, most = np.maximum(fewest, 1), np.bincount(row, minlength=len(pieces)).astype(np.int64)
        return LevelOutlook(
            level=self.level.id,
            hard=self.level.hard,
            held=int(counted[ground.drawn].sum()),
            piece=ground.piece,
            pieces=pieces.astype(np.int64),
            piece_held=by_piece[2].astype(np.int64),
            piece_fewest=fewest,
            piece_most=most,
            piece_lost=self.lost[pieces],
        )

    def list_obstacles(self) -> list[Obstacle]:
        """List what cannot be legal in any plan, then what cannot be legal alone."""
        slices = self.scheme.atoms.slice_households
        openings = Openings(
            self.graph, self.ground, self.load, self.lost, self.street, self.fixed, slice_households=slices
        )
        block = self.setting.block
        found = []
        for core in sorted(self.cores, key=lambda one: (-one.lost, int(one.atoms[0]))):
            piece = int(self.ground.piece[core.atoms[0]])
            if core.cause == "pocket" and self.ground.cornered[core.atoms].any():
                core.values["cornered"] = 1
            ways = openings.offer(core, block) if self.level.measure != "area" else ()
            found.append(self._describe("ground", core, piece, ways))
        if self.level.redraw and self.level.id in self.setting.existing:
            found += self._list_alone("existing", self.setting.existing[self.level.id])
        elif self.level.measure != "area" and not self._has_children():
            found += self._list_alone("block", self._find_blocks())
        return found

    def _has_children(self) -> bool:
        return any(self.level.id in (one.parent, *one.within) for one in self.scheme.levels)

    def _find_blocks(self) -> IntArray:
        """Label what hangs together inside one block."""
        pairs, block = self.ground.pairs, self.setting.block
        inside = block[pairs[:, 0]] == block[pairs[:, 1]]
        zone = find_components(len(block), pairs[inside]).astype(np.int64)
        return np.where(self.ground.carries, zone, -1)

    def _list_alone(self, scope: str, zone: IntArray) -> list[Obstacle]:
        """List the zones that cannot be legal alone though the ground around them can."""
        known = (zone >= 0) & self.ground.drawn
        lived = known & (self.load.bounds.total > 0)
        if not lived.any():
            return []
        borders = self._list_open_borders()
        zone = absorb_empty(np.where(known, zone, -1), lived, borders[0], borders[2])
        names = np.unique(zone[lived])
        labels = np.where(np.isin(zone, names), np.searchsorted(names, zone), -1).astype(np.int64)
        zones = self.scopes[scope] = sum_zones(self.load, labels, self.setting.block)
        links = link_zones(labels, *borders, self.graph.xy)
        streets = offer_streets(self.load, zones, links)
        known = np.zeros(len(zone), dtype=bool)
        for core in self.cores:
            known[core.atoms] = True
        found = []
        for atoms in split_groups(labels, lived & (zones.lost > 0)[labels]):
            if scope == "block" and known[atoms].all():
                continue
            number_here = int(labels[atoms[0]])
            near = {one for _, told_of in links.list_beside(number_here).values() for one in told_of}
            ways = offer_joins(self.load, zones, links, number_here)
            ways += sorted((streets[one] for one in near if one in streets), key=rank_way)[:1]
            here = np.array([number_here])
            counts = self.load.count_areas(zones.sums[here], zones.lived_m2[here], zones.people[here])
            fewest, most = int(counts[0][0]), int(counts[1][0])
            capped = not self.load.bounds.rule.count_lost(zones.sums[here])[0]
            cause = "density" if capped else ("pocket" if most == 0 else "lemma")
            values = {"fewest": fewest, "most": most}
            core = Core(cause, atoms, int(zones.lost[number_here]), values)
            found.append(self._describe(scope, core, int(names[number_here]), choose_ways(ways)))
        return found

    def _list_open_borders(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Give the borders that an area may span: atoms on either side, street, metres."""
        n, pairs = len(self.graph), self.ground.pairs
        edges = self.graph.edges.astype(np.int64)
        names = np.sort(edges, axis=1) @ np.array([n, 1])
        rows = np.isin(names, pairs[:, 0] * n + pairs[:, 1])
        rows &= ~np.isin(self.graph.border_rank, self.level.never_cross)
        return edges[rows], self.street[rows], self.graph.border_length[rows]

    def _describe(self, scope: str, core: Core, piece: int, ways: tuple[Remedy, ...]) -> Obstacle:
        atoms = core.atoms
        sums = self.load.bounds.loads[atoms].sum(axis=0, keepdims=True)
        fewest, most = (int(one[0]) for one in self.load.bounds.rule.count_parts(sums))
        held = self.load.bounds.total[atoms] if sums.size else self.graph.households[atoms]
        blocks, row = np.unique(self.setting.block[atoms], return_inverse=True)
        middle = np.average(self.graph.xy[atoms], axis=0, weights=np.maximum(held, 1))
        accept = Remedy("accept", held=int(held.sum()), left=core.lost, things=0)
        return Obstacle(
            level=self.level.id,
            scope=scope,
            cause=core.cause,
            piece=piece,
            block=int(blocks[np.bincount(row, held).argmax()]),
            atoms=atoms,
            held=int(held.sum()),
            households=int(self.graph.households[atoms].sum()),
            people=int(self.setting.population[atoms].sum()),
            kinds=tuple(name for name, one in zip(self.load.bounds.kinds, sums[0], strict=True) if one),
            area_m2=float(self.graph.area[atoms].sum()),
            xy=(float(middle[0]), float(middle[1])),
            fewest=fewest,
            most=most,
            lost=core.lost,
            around=self._name_around(atoms),
            values=core.values,
            ways=(*ways, accept),
        )

    def _name_around(self, atoms: IntArray) -> tuple[int, ...]:
        """Give the two streets that some atoms border on longest."""
        chosen = np.zeros(len(self.graph), dtype=bool)
        chosen[atoms] = True
        rows = self._on_street
        rows = rows[chosen[self.graph.edges[rows]].any(axis=1)]
        names, number = np.unique(self.street[rows], return_inverse=True)
        metres = np.bincount(number, self.graph.border_length[rows], minlength=len(names))
        return tuple(names[np.lexsort((names, -metres))][:2].tolist())


def _weigh(graph: AtomGraph, setting: Setting, scheme: Scheme, level: Level) -> Load:
    """Put together what the atoms weigh; a cap of a level above holds for what nests in it too."""
    caps = [one.max_area_m2 for one in list_capped(scheme, level)]
    each = level.statistic == "each"
    bounded = level if each else replace(level, bounds={})
    return Load(
        bounds=make_bounds(bounded, graph, setting),
        area=graph.area,
        people=setting.population,
        max_area=min(caps, default=np.inf),
        max_people=float(level.max_people or np.inf),
    )
