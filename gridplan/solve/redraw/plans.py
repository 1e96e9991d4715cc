"""What a redraw hands back: plans with their figures and proofs, ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.graph import find_components
from gridplan.solve.proofs.certificate import Certificate
from gridplan.solve.redraw.ground import RedrawRequest, fill_up
from gridplan.solve.redraw.task import match_old

__all__ = ["Alternative", "make_alternative", "rank_plans"]


@dataclass(frozen=True)
class Alternative:
    """One plan to choose from.

    Attributes
    ----------
    key
        ``keep`` (the old areas, mended), ``fewest`` people moved, ``balanced`` or ``shape``.
    labels
        Area 0..k-1 of each atom, shape (n,).
    anchor
        Old area that each area continues, -1 for none, shape (k,).
    moved
        People whose area does not continue the one that they live in.
    legal, areas
        Areas within their bounds, and areas in all.
    inertia_compactness
        Mean over the areas with people of A^2 / (2 pi I), I the second moment about the centre: 1 for a
        disc (normalised moment of inertia, Li, Goodchild and Church 2013).
    farthest_straight_m
        Longest way to the service place of one's area [m], each area going to the place that makes its own
        longest way the shortest; nan where no ways are given.
    certificates
        Proofs for people out of bounds.
    outside
        What the level counts, in areas out of bounds.
    """

    key: str
    labels: IntArray
    anchor: IntArray
    moved: int
    legal: int
    areas: int
    inertia_compactness: float
    farthest_straight_m: float
    certificates: tuple[Certificate, ...]
    outside: int


def make_alternative(request: RedrawRequest, key: str, labels: IntArray) -> Alternative:
    """Work out the figures of a plan from its atoms alone."""
    labels = fill_up(labels, request.passage.pairs)
    k = int(labels.max()) + 1
    held = (request.old >= 0) & (request.people > 0)
    anchor = match_old(labels[held], request.old[held], request.people[held], k)
    moved = (request.old >= 0) & (request.old != anchor[labels])
    ill = _find_ill(request, labels)
    return Alternative(
        key=key,
        labels=labels,
        anchor=anchor,
        moved=int(request.people[moved].sum()),
        legal=int((~ill).sum()),
        areas=k,
        inertia_compactness=_measure_compactness(request, labels),
        farthest_straight_m=_measure_ways(request, labels),
        certificates=_prove_parts(request, ill[labels]),
        outside=int(request.units[ill[labels]].sum()),
    )


def _find_ill(request: RedrawRequest, labels: IntArray) -> BoolArray:
    """Mark the areas out of bounds, shape (k,)."""
    k = int(labels.max()) + 1
    sums = np.zeros((k, request.loads.shape[1]), dtype=np.int64)
    np.add.at(sums, labels, request.loads)
    ill = ~request.rule.is_legal(sums)
    if request.level.max_area_m2:
        ill |= np.bincount(labels, request.graph.area, minlength=k) > request.level.max_area_m2
    if request.level.max_people:
        ill |= np.bincount(labels, request.setting.population, minlength=k) > request.level.max_people
    return np.asarray(ill)


def _measure_compactness(request: RedrawRequest, labels: IntArray) -> float:
    """Mean of A^2 / (2 pi I) over the areas with people, nan without any."""
    area, xy = request.graph.area, request.graph.xy - request.graph.xy.mean(axis=0)
    total = np.bincount(labels, area)
    mean = [np.bincount(labels, area * xy[:, axis]) / np.maximum(total, 1e-9) for axis in (0, 1)]
    off = xy - np.stack(mean, axis=1)[labels]
    second = np.bincount(labels, area * (off**2).sum(axis=1) + area**2 / (2.0 * np.pi))
    lived = np.bincount(labels, request.people) > 0
    return float((total[lived] ** 2 / (2.0 * np.pi * second[lived])).mean()) if lived.any() else np.nan


def _measure_ways(request: RedrawRequest, labels: IntArray) -> float:
    """Longest way to the service place of one's area [m]."""
    home = request.people > 0
    if request.ways is None or not request.ways.shape[1] or not home.any():
        return np.nan
    farthest = np.zeros((int(labels.max()) + 1, request.ways.shape[1]))
    np.maximum.at(farthest, labels[home], request.ways[home])
    return float(farthest.min(axis=1).max())


def _prove_parts(request: RedrawRequest, outside: BoolArray) -> tuple[Certificate, ...]:
    """Prove by the lemma what cannot be within bounds in any plan: all that hangs together fails it.

    Only what holds for single atoms is claimed; that a piece is too heavy to go anywhere is no proof, since
    another plan might cut it.
    """
    if not outside.any():
        return ()
    solid = np.flatnonzero(request.solid)
    part = find_components(len(solid), request.inner.pairs).astype(np.int64)
    sums = np.zeros((int(part.max()) + 1, request.loads.shape[1]), dtype=np.int64)
    np.add.at(sums, part, request.loads[solid])
    found = np.bincount(part, np.where(outside, request.units, 0)[solid]).astype(np.int64)
    proofs = []
    for one in np.flatnonzero(found).tolist():
        if request.rule.floor_households(sums[one]) == found[one]:
            core = solid[(part == one) & (request.units[solid] > 0)]
            proofs.append(Certificate("arithmetic", tuple(core.tolist()), int(found[one])))
    return tuple(proofs)


def rank_plans(plans: list[Alternative]) -> tuple[Alternative, ...]:
    """Drop copies and plans that another one beats in everything; put the recommended one first."""
    kept: list[Alternative] = []
    for one in plans:
        others = [other for other in plans if other is not one]
        copy = any(np.array_equal(one.labels, other.labels) for other in kept)
        if not copy and (one.key == "keep" or not any(_beats(other, one) for other in others)):
            kept.append(one)
    best = min(
        kept, key=lambda one: (one.outside, one.areas - one.legal, one.moved, -one.inertia_compactness)
    )
    return (best, *(one for one in kept if one is not best))


def _beats(one: Alternative, other: Alternative) -> bool:
    """Whether a plan is nowhere worse than another and somewhere better."""
    mine, its = (
        (plan.outside, plan.moved, -plan.inertia_compactness, np.nan_to_num(plan.farthest_straight_m))
        for plan in (one, other)
    )
    return all(a <= b for a, b in zip(mine, its, strict=True)) and mine != its
