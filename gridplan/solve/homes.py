"""The level of households: areas of a few dozen homes inside the fewest blocks that allow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplan.graph import AtomGraph, Borders, sum_borders
from gridplan.scheme import Level, Scheme
from gridplan.solve.bounds import LoadRule, make_rule
from gridplan.solve.carriers import find_passages, gather_homes
from gridplan.solve.certify import Certificate, certify
from gridplan.solve.land import settle_land
from gridplan.solve.partition import Weights, partition
from gridplan.solve.zones import join_zones, merge_infeasible_zones, start_zones

__all__ = ["HomesResult", "solve_homes"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

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


@dataclass(frozen=True, slots=True)
class _Homes:
    """Atoms with households and what goes with them, as the solver sees them."""

    atoms: IntArray
    units: IntArray
    kind: IntArray
    area: npt.NDArray[np.float64]
    xy: npt.NDArray[np.float64]
    building: IntArray
    block: IntArray
    borders: Borders
    rule: LoadRule
    level: Level

    def solve(self, inside: BoolArray, chosen: IntArray, options: _Options) -> tuple[IntArray, bool]:
        """Divide the chosen homes, using the borders marked as inside only."""
        local = np.full(len(self.atoms), -1, dtype=np.int64)
        local[chosen] = np.arange(len(chosen))
        use = inside & (local[self.borders.pairs] >= 0).all(axis=1)
        lower, upper = self.level.bound_arrays()
        done = partition(
            self.units[chosen],
            self.kind[chosen],
            local[self.borders.pairs[use]],
            self.borders.length[use],
            lower=lower,
            upper=np.maximum(upper, 1),
            lane=self.borders.street[use] >= self.borders.length[use] / 2,
            area=self.area[chosen],
            max_area=self.level.max_area_m2 or None,
            xy=self.xy[chosen],
            building=self.building[chosen],
            weights=Weights(**self.level.weights),
            mixed=self.level.mixed,
            seed=options.seed,
            workers=options.workers,
            time_limit=options.time_limit,
        )
        return done.labels.astype(np.int64), done.status == "time_limit"

    def find_illegal(self, labels: IntArray) -> BoolArray:
        """Mark the homes that lie in an area out of bounds."""
        k = int(labels.max(initial=-1)) + 1
        split = self.rule.split_homes(self.units, self.kind)
        homes = np.zeros((k, split.shape[1]), dtype=np.int64)
        np.add.at(homes, labels, split)
        illegal = ~self.rule.is_legal(homes)
        if self.level.max_area_m2:
            illegal |= np.bincount(labels, self.area, minlength=k) > self.level.max_area_m2
        return illegal[labels]

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
            mixed=self.level.mixed,
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
    time_limit: float | None


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
    options = _Options(seed, workers, time_limit)
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    home = gather_homes(graph, passage, scheme.atoms.carry_land_m2)
    homes = _collect_homes(graph, blocks, home, passage, level)
    labels = np.full(len(graph), -1, dtype=np.int64)
    proofs: tuple[Certificate, ...] = ()
    timed_out = False
    if len(homes.atoms):
        areas, proofs, timed_out = _divide(homes, options)
        where = np.full(len(graph), -1, dtype=np.int64)
        where[homes.atoms] = np.arange(len(homes.atoms))
        labels[home >= 0] = areas[where[home[home >= 0]]]
        proofs = tuple(
            replace(one, core=tuple(int(a) for a in homes.atoms[np.asarray(one.core)])) for one in proofs
        )
    labels = settle_land(graph, blocks, passage, labels, level, scheme.atoms)
    return HomesResult(labels, proofs, timed_out)


def _collect_homes(
    graph: AtomGraph, blocks: IntArray, home: IntArray, passage: Borders, level: Level
) -> _Homes:
    """Contract every home with the small atoms that go with it."""
    atoms = np.flatnonzero(graph.households > 0)
    where = np.full(len(graph), -1, dtype=np.int64)
    where[atoms] = np.arange(len(atoms))
    label = np.where(home >= 0, where[home], -1)
    with_home = label >= 0
    area = np.bincount(label[with_home], graph.area[with_home], minlength=len(atoms))
    units, kind = graph.households[atoms], graph.kind[atoms].astype(np.int64)
    lower, upper = (np.asarray(bound, dtype=np.int64) for bound in level.bound_arrays())
    return _Homes(
        atoms=atoms,
        units=units,
        kind=kind,
        area=area,
        xy=graph.xy[atoms],
        building=graph.building[atoms],
        block=blocks[atoms],
        borders=sum_borders(label, passage.pairs, passage.length, passage.street),
        rule=make_rule(units, kind, lower, np.maximum(upper, 1), level.mixed),  # type: ignore[arg-type]
        level=level,
    )


def _divide(homes: _Homes, options: _Options) -> tuple[IntArray, tuple[Certificate, ...], bool]:
    """Solve zone by zone; let zones in trouble join their neighbours until legal or proved."""
    pairs = homes.borders.pairs
    zones = start_zones(homes.block, pairs)
    split = homes.rule.split_homes(homes.units, homes.kind)
    sums = np.zeros((int(zones.max()) + 1, split.shape[1]), dtype=np.int64)
    np.add.at(sums, zones, split)
    between = sum_borders(zones, pairs, homes.borders.length, homes.borders.street)
    zones = merge_infeasible_zones(sums, between, homes.rule)[zones]
    inside = zones[pairs[:, 0]] == zones[pairs[:, 1]]
    labels, timed_out = homes.solve(inside, np.arange(len(zones)), options)
    proofs: tuple[Certificate, ...] = ()
    for turn in range(JOINS + JOINS_AFTER_PROOF + 1):
        troubled = homes.find_illegal(labels)
        if turn >= JOINS:
            proofs, troubled = homes.prove(labels)
        if not troubled.any() or timed_out or turn == JOINS + JOINS_AFTER_PROOF:
            break
        zones, labels = _join_and_solve(homes, zones, labels, troubled, options)
    return labels, proofs, timed_out


def _join_and_solve(
    homes: _Homes, zones: IntArray, labels: IntArray, troubled: BoolArray, options: _Options
) -> tuple[IntArray, IntArray]:
    """Join troubled zones with a neighbour and keep what gets better by it."""
    pairs = homes.borders.pairs
    between = sum_borders(zones, pairs, homes.borders.length, homes.borders.street)
    joined = join_zones(zones, between, np.unique(zones[troubled]))
    chosen = np.flatnonzero(np.isin(joined, np.unique(joined[troubled])))
    inside = joined[pairs[:, 0]] == joined[pairs[:, 1]]
    fresh = labels.copy()
    fresh[chosen] = int(labels.max()) + 1 + homes.solve(inside, chosen, options)[0]
    before = np.bincount(joined, np.where(homes.find_illegal(labels), homes.units, 0))
    fresh_labels = np.unique(fresh, return_inverse=True)[1].astype(np.int64)
    after = np.bincount(joined, np.where(homes.find_illegal(fresh_labels), homes.units, 0))
    better = after < before
    # What does not get better keeps its areas, but stays joined: the next turn looks further out.
    mixed = np.where(better[joined], fresh, labels)
    return joined, np.unique(mixed, return_inverse=True)[1].astype(np.int64)
