"""The level of households: areas of a few dozen homes inside the fewest blocks that allow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import AtomGraph, Borders, find_components, sum_borders
from gridplan.graph.bounds import LoadRule, Mixed, make_rule
from gridplan.scheme import Level, Scheme
from gridplan.solve.deadline import Deadline, set_deadline
from gridplan.solve.grids.carriers import find_passages, gather_homes
from gridplan.solve.grids.land import settle_land
from gridplan.solve.grids.zones import join_zones, merge_infeasible_zones, start_zones
from gridplan.solve.partition import Weights, partition
from gridplan.solve.proofs.certify import Certificate, certify

__all__ = ["Homes", "HomesResult", "collect_homes", "solve_homes"]


#: How often zones in trouble join a neighbour and are solved again. After two joins a zone holds some
#: four blocks; what is then still out of bounds is first tried for a proof.
JOINS = 2
JOINS_AFTER_PROOF = 4


@dataclass(frozen=True, slots=True)
class HomesResult:
    """Labels and proofs of one level.

    Parameters
    ----------
    labels
        Area of each atom, shape (n,).
    certificates
        Claims about atoms (not homes).
    timed_out
        Whether the time limit ended the search.
    """

    labels: IntArray
    certificates: tuple[Certificate, ...]
    timed_out: bool


@dataclass(frozen=True)
class Homes:
    """Atoms with households and what goes with them, as the solver sees them."""

    atoms: IntArray
    units: IntArray
    kind: IntArray
    area: FloatArray
    xy: FloatArray
    building: IntArray
    block: IntArray
    borders: Borders
    rule: LoadRule
    level: Level

    def solve(self, zones: IntArray, chosen: IntArray, pieces: IntArray, options: _Options) -> IntArray:
        """Divide the chosen homes zone by zone; homes of one piece stay together."""
        _, first, of_home = np.unique(pieces[chosen], return_index=True, return_inverse=True)
        count = len(first)
        local = np.full(len(self.atoms), -1, dtype=np.int64)
        local[chosen] = of_home
        inside = zones[self.borders.pairs[:, 0]] == zones[self.borders.pairs[:, 1]]
        borders = sum_borders(
            local, self.borders.pairs[inside], self.borders.length[inside], self.borders.street[inside]
        )
        lower, upper = self.level.bound_arrays()
        done = partition(
            np.bincount(of_home, self.units[chosen], minlength=count).astype(np.int64),
            self.kind[chosen[first]],
            borders.pairs,
            borders.length,
            lower=lower,
            upper=np.maximum(upper, 1),
            lane=borders.street >= borders.length / 2,
            area=np.bincount(of_home, self.area[chosen], minlength=count),
            max_area=self.level.max_area_m2 or None,
            xy=self.xy[chosen[first]],
            building=self.building[chosen[first]],
            weights=Weights(**self.level.weights),
            mixed=cast(Mixed, self.level.mixed),
            seed=options.seed,
            workers=options.workers,
            time_limit=options.deadline.seconds_left(),
        )
        return done.labels.astype(np.int64)[of_home]

    def join_slices(self) -> IntArray:
        """Label the pieces that need not be cut: the slices of each building that one area could hold."""
        pairs = self.borders.pairs
        same = (self.building[pairs[:, 0]] == self.building[pairs[:, 1]]) & (
            self.block[pairs[:, 0]] == self.block[pairs[:, 1]]
        )
        fits = self._fitting_buildings[self._building_numbers]
        return find_components(len(self.atoms), pairs[same & fits[pairs].all(axis=1)]).astype(np.int64)

    def pick(self, rows: BoolArray) -> Homes:
        """Take some of the homes, with the borders between them."""
        place = np.where(rows, np.cumsum(rows) - 1, -1)
        inside = rows[self.borders.pairs].all(axis=1)
        return replace(
            self,
            atoms=self.atoms[rows],
            units=self.units[rows],
            kind=self.kind[rows],
            area=self.area[rows],
            xy=self.xy[rows],
            building=self.building[rows],
            block=self.block[rows],
            borders=Borders(
                place[self.borders.pairs[inside]], self.borders.length[inside], self.borders.street[inside]
            ),
        )

    @cached_property
    def _split(self) -> IntArray:
        return self.rule.split_homes(self.units, self.kind)

    @cached_property
    def _building_numbers(self) -> IntArray:
        return np.unique(self.building, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def _by_building(self) -> tuple[IntArray, IntArray]:
        """Homes sorted by building, and where each building starts."""
        order = np.argsort(self._building_numbers, kind="stable")
        return order, np.flatnonzero(np.diff(self._building_numbers[order], prepend=-1))

    @cached_property
    def _fitting_buildings(self) -> BoolArray:
        """Whether a single area could hold each building."""
        order, start = self._by_building
        return ~self.rule.is_too_heavy(np.add.reduceat(self._split[order], start, axis=0))

    def find_illegal(self, labels: IntArray) -> BoolArray:
        """Mark the homes that lie in an area out of bounds."""
        k = int(labels.max(initial=-1)) + 1
        homes = np.stack([np.bincount(labels, of_kind, minlength=k) for of_kind in self._split.T], axis=1)
        illegal = ~self.rule.is_legal(homes.astype(np.int64))
        if self.level.max_area_m2:
            illegal |= np.bincount(labels, self.area, minlength=k) > self.level.max_area_m2
        return illegal[labels]

    def find_cut(self, labels: IntArray) -> BoolArray:
        """Mark the homes of buildings that are cut although a single area could hold them."""
        order, start = self._by_building
        cut = np.minimum.reduceat(labels[order], start) < np.maximum.reduceat(labels[order], start)
        return (cut & self._fitting_buildings)[self._building_numbers]

    def weigh_trouble(self, labels: IntArray, zones: IntArray) -> IntArray:
        """Sum up what is wrong in each zone: households out of bounds first, then homes of cut buildings."""
        bad = np.bincount(zones, np.where(self.find_illegal(labels), self.units, 0))
        cut = np.bincount(zones, self.find_cut(labels))
        return (bad * (len(labels) + 1) + cut).astype(np.int64)

    def prove(self, labels: IntArray) -> tuple[tuple[Certificate, ...], BoolArray]:
        """Return the proofs for areas out of bounds, and the homes in such areas that none covers."""
        illegal = self.find_illegal(labels)
        if not illegal.any():
            return (), illegal
        lower, upper = self.level.bound_arrays()
        proofs = certify(
            self.units,
            self.kind,
            self.borders.pairs,
            labels,
            lower=lower,
            upper=np.maximum(upper, 1),
            area=self.area,
            max_area=self.level.max_area_m2 or None,
            mixed=cast(Mixed, self.level.mixed),
        )
        covered = np.zeros(len(labels), dtype=bool)
        for proof in proofs:
            core = np.asarray(proof.core, dtype=np.int64)
            covered[core] = self.units[core][illegal[core]].sum() == proof.bound
        open_areas = np.unique(labels[illegal & ~covered])
        return proofs, np.isin(labels, open_areas)


@dataclass(frozen=True, slots=True)
class _Options:
    seed: int
    workers: int
    deadline: Deadline


def solve_homes(
    graph: AtomGraph,
    blocks: IntArray,
    level: Level,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
) -> HomesResult:
    """Divide the ground into areas bounded by households.

    Parameters
    ----------
    graph
        The atoms.
    blocks
        Face of the streets up to lanes that each atom lies in, shape (n,).
    level
        Bounds by kind, ranks never crossed, area cap.
    scheme
        Rules for land (``scheme.atoms``).
    seed, workers, time_limit
        As in :func:`gridplan.solve.partition.partition`.

    Returns
    -------
    HomesResult
    """
    options = _Options(seed, workers, set_deadline(time_limit))
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    home = gather_homes(graph, passage, scheme.atoms.carry_land_m2)
    homes = collect_homes(graph, blocks, home, passage, level)
    labels = np.full(len(graph), -1, dtype=np.int64)
    proofs: tuple[Certificate, ...] = ()
    if len(homes.atoms):
        areas, proofs = _divide(homes, options)
        where = np.full(len(graph), -1, dtype=np.int64)
        where[homes.atoms] = np.arange(len(homes.atoms))
        labels[home >= 0] = areas[where[home[home >= 0]]]
        proofs = tuple(
            replace(one, core=tuple(int(a) for a in homes.atoms[np.asarray(one.core)])) for one in proofs
        )
    labels = settle_land(graph, blocks, passage, labels, level, scheme.atoms)
    return HomesResult(labels, proofs, options.deadline.is_over())


def collect_homes(
    graph: AtomGraph, blocks: IntArray, home: IntArray, passage: Borders, level: Level
) -> Homes:
    """Contract every home with the small atoms that go with it."""
    atoms = np.flatnonzero(graph.households > 0)
    where = np.full(len(graph), -1, dtype=np.int64)
    where[atoms] = np.arange(len(atoms))
    label = np.where(home >= 0, where[home], -1)
    with_home = label >= 0
    area = np.bincount(label[with_home], graph.area[with_home], minlength=len(atoms))
    units, kind = graph.households[atoms], graph.kind[atoms].astype(np.int64)
    lower, upper = (np.asarray(bound, dtype=np.int64) for bound in level.bound_arrays())
    return Homes(
        atoms=atoms,
        units=units,
        kind=kind,
        area=area.astype(np.float64),
        xy=graph.xy[atoms],
        building=graph.building[atoms],
        block=blocks[atoms],
        borders=sum_borders(label, passage.pairs, passage.length, passage.street),
        rule=make_rule(units, kind, lower, np.maximum(upper, 1), level.mixed),  # type: ignore[arg-type]
        level=level,
    )


def _divide(homes: Homes, options: _Options) -> tuple[IntArray, tuple[Certificate, ...]]:
    """Solve zone by zone; let zones in trouble join their neighbours until legal or proved."""
    pairs = homes.borders.pairs
    zones = start_zones(homes.block, pairs)
    split = homes.rule.split_homes(homes.units, homes.kind)
    sums = np.zeros((int(zones.max()) + 1, split.shape[1]), dtype=np.int64)
    np.add.at(sums, zones, split)
    between = sum_borders(zones, pairs, homes.borders.length, homes.borders.street)
    zones = merge_infeasible_zones(sums, between, homes.rule)[zones]
    whole, single = homes.join_slices(), np.arange(len(zones))
    labels = homes.solve(zones, single, whole, options)
    labels = _improve(homes, zones, labels, homes.find_illegal(labels), single, options)
    proofs: tuple[Certificate, ...] = ()
    for turn in range(JOINS + JOINS_AFTER_PROOF + 1):
        troubled = homes.find_illegal(labels)
        if turn == JOINS:
            labels = _mend_cuts(homes, labels, whole, options)
        if turn >= JOINS:
            proofs, troubled = homes.prove(labels)
        if turn >= JOINS and not troubled.any():
            break
        if turn == JOINS + JOINS_AFTER_PROOF or options.deadline.is_over():
            break
        between = sum_borders(zones, pairs, homes.borders.length, homes.borders.street)
        zones = join_zones(zones, between, np.unique(zones[troubled]))
        for pieces in (whole, single):
            labels = _improve(homes, zones, labels, troubled, pieces, options)
    return labels, proofs


def _mend_cuts(homes: Homes, labels: IntArray, whole: IntArray, options: _Options) -> IntArray:
    """Look around each building that is cut without need for a plan of its surroundings that keeps it whole.

    One ring of neighbouring areas, then two; a handful of buildings even in a city, so a plain loop.
    """
    for building in np.unique(homes.building[homes.find_cut(labels)]).tolist():
        own = homes.building == building
        for rings in (1, 2):
            if options.deadline.is_over():
                return labels
            chosen = _look_around(homes, labels, own, rings)
            # all that is judged anew: the areas around, and their buildings wherever they stand
            scene = np.isin(homes.building, homes.building[chosen])
            near, before = homes.pick(scene), _number_labels(labels[scene])
            one_zone, inside = np.zeros(len(before), dtype=np.int64), np.flatnonzero(chosen[scene])
            fresh = before.copy()
            fresh[inside] = int(before.max()) + 1 + near.solve(one_zone, inside, whole[scene], options)
            fresh = _number_labels(fresh)
            if near.weigh_trouble(fresh, one_zone)[0] < near.weigh_trouble(before, one_zone)[0]:
                labels = labels.copy()
                labels[chosen] = int(labels.max()) + 1 + fresh[inside]
                labels = _number_labels(labels)
                break
    return labels


def _look_around(homes: Homes, labels: IntArray, own: BoolArray, rings: int) -> BoolArray:
    """Mark the homes of the areas that some homes lie in, and of so many rings of areas around."""
    pairs = homes.borders.pairs
    k = int(labels.max()) + 1
    around = (np.bincount(labels[own], minlength=k) > 0)[labels]
    for _ in range(rings):
        around[pairs[around[pairs].any(axis=1)].ravel()] = True
        around = (np.bincount(labels[around], minlength=k) > 0)[labels]
    return around


def _number_labels(labels: IntArray) -> IntArray:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _improve(
    homes: Homes, zones: IntArray, labels: IntArray, troubled: BoolArray, pieces: IntArray, options: _Options
) -> IntArray:
    """Solve the zones with trouble again and keep what gets better by it.

    Zones that do not get better keep their areas, but stay joined: the next turn looks further out.
    """
    chosen = np.flatnonzero(np.isin(zones, np.unique(zones[troubled])))
    if not len(chosen):
        return labels
    fresh = labels.copy()
    fresh[chosen] = int(labels.max()) + 1 + homes.solve(zones, chosen, pieces, options)
    fresh = _number_labels(fresh)
    better = homes.weigh_trouble(fresh, zones) < homes.weigh_trouble(labels, zones)
    kept = np.where(better[zones], int(labels.max()) + 1 + fresh, labels)
    return _number_labels(kept)
