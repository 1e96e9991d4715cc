"""Redraw a level of communities: legal, connected, over whole blocks, with as few people moved as can be.

The same question is asked with several prices on moving people. What comes of it is a choice of plans,
from the old areas as they stand to the best shape; none of them is worse than another in everything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplan.errors import InputError
from gridplan.graph import AtomGraph, Borders, Setting, find_components, sum_borders
from gridplan.scheme import Level, Scheme
from gridplan.solve.bounds import LoadRule
from gridplan.solve.carriers import find_passages
from gridplan.solve.certificate import Certificate
from gridplan.solve.fences import cut_ground
from gridplan.solve.redraw_pieces import (
    Grain,
    count_loads,
    find_grains,
    gather_pieces,
    refine_pieces,
    spread_labels,
)
from gridplan.solve.redraw_search import (
    Effort,
    choose_effort,
    improve_draft,
    keep_heaviest,
    search_drafts,
    start_anew,
    start_from_old,
)
from gridplan.solve.redraw_task import Aim, Draft, Task, make_draft, make_task

__all__ = ["AIMS", "Alternative", "redraw_level"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: What each alternative weighs. Moving a block of 100 people across a border changes that border by some
#: 100 m: at 100 m a person no border buys anybody, at 2 m a straighter border may move a house or two, at
#: 0 nobody is asked.
AIMS = {"fewest": Aim(100.0), "balanced": Aim(2.0), "shape": Aim(0.0)}
#: How often pieces around areas out of bounds are broken down: once for each step from blocks to buildings.
BREAKS = 4


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
    compactness
        Mean over the areas with people of A^2 / (2 pi I), I the second moment about the centre: 1 for a
        disc (normalised moment of inertia, Li, Goodchild and Church 2013).
    farthest_m
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
    compactness: float
    farthest_m: float
    certificates: tuple[Certificate, ...]
    outside: int


def redraw_level(
    graph: AtomGraph,
    setting: Setting,
    level: Level,
    scheme: Scheme,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    service_m: npt.ArrayLike | None = None,
) -> tuple[Alternative, ...]:
    """Draw a level anew, over whole blocks and near to its old areas.

    Parameters
    ----------
    graph
        The atoms, without borders that no area of the level reaches across.
    setting
        Blocks, people, compounds, and the old areas under ``existing[level.id]`` if there are any.
    level
        Bounds by people, dwellings or households; count; ranks never crossed.
    scheme
        Its finest level of households says which blocks a grid has to span: these stay together.
    seed
        The same input and seed give the same result.
    time_limit
        Seconds after which the best so far is returned. None = none; only without it is the result the same
        on every machine.
    service_m
        Way from each atom to each service place [m], shape (n, places), inf where there is none.

    Returns
    -------
    tuple of Alternative
        The first is recommended: most people within bounds, then fewest moved. The others go from least
        moved to best shape; none is a copy of another or worse in everything.

    Raises
    ------
    InputError
        If ``service_m`` has the wrong shape.
    """
    n = len(graph)
    ways = None if service_m is None else np.asarray(service_m, dtype=np.float64)
    if ways is not None and (ways.ndim != 2 or len(ways) != n):
        raise InputError("partition_input", faults=[f"service_m: shape {ways.shape}, ({n}, places) wanted"])
    if n == 0:
        none = np.zeros(0, dtype=np.int64)
        return (Alternative("shape", none, none, 0, 0, 0, np.nan, np.nan, (), 0),)
    # the order of the points, so that the result does not depend on the order of the rows
    order = np.lexsort((graph.xy[:, 1], graph.xy[:, 0]))
    ground = _read_ground(
        *_sort_ground(graph, setting, order), level, scheme, None if ways is None else ways[order]
    )
    found = _choose_plans(ground, seed, None if time_limit is None else time.monotonic() + time_limit)
    back = np.empty(n, dtype=np.int64)
    back[order] = np.arange(n)
    return tuple(
        replace(
            one,
            labels=one.labels[back],
            certificates=tuple(
                replace(c, core=tuple(sorted(order[list(c.core)].tolist()))) for c in one.certificates
            ),
        )
        for one in found
    )


def _sort_ground(graph: AtomGraph, setting: Setting, order: IntArray) -> tuple[AtomGraph, Setting]:
    """Give the same ground with atom ``order[i]`` in place i."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    edges = np.sort(place[graph.edges], axis=1).reshape(-1, 2)
    rows = np.lexsort((graph.border_rank, edges[:, 1], edges[:, 0]))
    moved = AtomGraph(
        graph.households[order],
        graph.kind[order],
        graph.area[order],
        graph.xy[order],
        graph.building[order],
        edges[rows].astype(np.int32),
        graph.border_length[rows],
        graph.border_rank[rows],
    )
    around = Setting(
        setting.block[order],
        setting.population[order],
        setting.dwellings[order],
        setting.compound[order],
        {name: labels[order] for name, labels in setting.existing.items()},
        setting.urban[order],
    )
    return moved, around


@dataclass(frozen=True)
class _Ground:
    """All that is asked, on atoms.

    ``solid`` atoms carry contiguity; ``units`` are what the level counts, ``loads`` the same by kind;
    ``old`` is the old area of each atom, -1 for none.
    """

    graph: AtomGraph
    setting: Setting
    level: Level
    passage: Borders
    solid: BoolArray
    inner: Borders
    grain: Grain
    units: IntArray
    loads: IntArray
    rule: LoadRule
    people: IntArray
    old: IntArray
    ways: FloatArray | None


def _read_ground(
    graph: AtomGraph, setting: Setting, level: Level, scheme: Scheme, ways: FloatArray | None
) -> _Ground:
    counted = {
        "population": setting.population,
        "dwellings": setting.dwellings,
        "households": graph.households,
    }
    units = counted[level.measure]
    rule, loads = count_loads(units, graph.kind, level)
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    solid = np.ones(len(graph), dtype=bool)
    if level.joins_homes:
        # large land carries nothing between homes (law 3): it is given away when they stand
        solid = (graph.households > 0) | (graph.area <= scheme.atoms.carry_land_m2)
        solid |= ~solid.any()
    core, around = cut_ground(graph, setting, solid)
    inner = find_passages(core, level.never_cross, level.min_border_m)
    old = setting.existing.get(level.id, np.full(len(graph), -1, dtype=np.int64))
    people = setting.population if setting.population.any() else graph.households
    return _Ground(
        graph,
        setting,
        level,
        passage,
        solid,
        inner,
        find_grains(core, around, inner, scheme),
        units,
        loads,
        rule,
        people,
        old,
        ways,
    )


def _make_question(ground: _Ground, pieces: IntArray) -> Task:
    """Sum up the solid atoms by piece."""
    area, xy = ground.graph.area[ground.solid], ground.graph.xy[ground.solid]
    xy = xy - xy.mean(axis=0)
    k = int(pieces.max()) + 1
    # an atom's own second moment is taken as that of a disc
    second = area * (xy**2).sum(axis=1) + area**2 / (2.0 * np.pi)
    moments = np.stack(
        [np.bincount(pieces, w, minlength=k) for w in (area, area * xy[:, 0], area * xy[:, 1], second)],
        axis=1,
    )
    loads = np.zeros((k, ground.loads.shape[1]), dtype=np.int64)
    np.add.at(loads, pieces, ground.loads[ground.solid])
    old, people = ground.old[ground.solid], ground.people[ground.solid]
    held = (old >= 0) & (people > 0)
    size = int(old.max(initial=0)) + 1
    key, row = np.unique(pieces[held] * size + old[held], return_inverse=True)
    sums = np.zeros(len(key), dtype=np.int64)
    np.add.at(sums, row, people[held])
    borders = sum_borders(pieces, ground.inner.pairs, ground.inner.length, ground.inner.street)
    return make_task(
        loads,
        ground.rule,
        borders,
        moments.astype(np.float64),
        (key // size, key % size, sums),
        max_area=ground.level.max_area_m2,
        count=ground.level.count,
    )


def _find_majority(ground: _Ground, pieces: IntArray) -> tuple[IntArray, IntArray]:
    """Find the old area of most people (then most ground) of each piece, -1 for none; and its people."""
    old, people = ground.old[ground.solid], ground.people[ground.solid]
    k, held = int(pieces.max()) + 1, old >= 0
    size = int(old.max(initial=0)) + 1
    key, row = np.unique(pieces[held] * size + old[held], return_inverse=True)
    heads = np.bincount(row, people[held], minlength=len(key))
    land = np.bincount(row, ground.graph.area[ground.solid][held], minlength=len(key))
    best_first = np.lexsort((key, -land, -heads, key // size))
    piece = key[best_first] // size
    first = np.r_[True, piece[1:] != piece[:-1]] if len(piece) else np.zeros(0, dtype=bool)
    major = np.full(k, -1, dtype=np.int64)
    major[piece[first]] = key[best_first[first]] % size
    return major, np.bincount(pieces, people, minlength=k).astype(np.int64)


def _choose_plans(ground: _Ground, seed: int, deadline: float | None) -> tuple[Alternative, ...]:
    """Draw all alternatives and put the recommended one first."""
    drawn = (ground.old >= 0).any()
    pieces = gather_pieces(
        ground.grain,
        ground.loads[ground.solid],
        ground.rule,
        ground.graph.area[ground.solid],
        ground.level.max_area_m2,
    )
    effort = choose_effort(int(pieces.max()) + 1, deadline)
    first = "fewest" if drawn else "shape"
    task, best = _draw_first(ground, pieces, first, effort, seed)
    for _ in range(BREAKS):
        trouble = _find_trouble(task, best.labels)
        if not trouble.any() or effort.is_late():
            break
        finer = refine_pieces(ground.grain, pieces, trouble)
        if finer.max() == pieces.max():
            break
        _, rep = np.unique(finer, return_index=True)
        start = best.labels[pieces[rep]]
        fresh_task = _make_question(ground, finer)
        fresh = improve_draft(fresh_task.weigh(AIMS[first]), start, effort, seed)
        pieces = finer
        task, best = fresh_task, fresh
    drafts = {first: best}
    if drawn:
        drafts |= _draw_others(task, best, effort, seed)
    plans = [
        _tell_plan(ground, key, _spread_over(ground, draft.labels[pieces])) for key, draft in drafts.items()
    ]
    if drawn:
        plans.insert(0, _tell_plan(ground, "keep", _keep_old(ground)))
    return _rank_plans(plans)


def _draw_first(ground: _Ground, pieces: IntArray, key: str, effort: Effort, seed: int) -> tuple[Task, Draft]:
    task = _make_question(ground, pieces)
    weighed = task.weigh(AIMS[key])
    if key == "fewest":
        start = start_from_old(weighed, *_find_majority(ground, pieces))
        return task, search_drafts(weighed, [start], effort, seed)
    return task, search_drafts(weighed, [start_anew(weighed, seed)], effort, seed)


def _draw_others(task: Task, fewest: Draft, effort: Effort, seed: int) -> dict[str, Draft]:
    """Draw the alternatives that move more people for the sake of shape."""
    shaped = task.weigh(AIMS["shape"])
    shape = search_drafts(shaped, [start_anew(shaped, seed)], effort, seed)
    balanced = search_drafts(task.weigh(AIMS["balanced"]), [fewest.labels], effort, seed)
    # where a border counts too, the search gets past plans that stop it where only people count
    again = improve_draft(task.weigh(AIMS["fewest"]), balanced.labels, effort, seed + 1)
    fewest = min((fewest, again), key=lambda one: one.price)
    return {"fewest": fewest, "balanced": balanced, "shape": shape}


def _find_trouble(task: Task, labels: IntArray) -> BoolArray:
    """Mark the pieces of areas out of bounds and of the areas around them."""
    sums = np.zeros((int(labels.max()) + 1, task.ground.homes.shape[1]), dtype=np.int64)
    np.add.at(sums, labels, task.ground.homes)
    ill = ~task.rule.is_legal(sums) | (np.bincount(labels, task.ground.area) > task.max_area)
    row = np.repeat(np.arange(len(labels)), np.diff(task.ground.indptr))
    around = ill.copy()
    around[labels[task.ground.near[ill[labels[row]]]]] = True
    return np.asarray(around[labels])


def _spread_over(ground: _Ground, labels: IntArray) -> IntArray:
    """Give ground that carries nothing to the areas beside it; what none can reach is an area for itself."""
    whole = np.full(len(ground.graph), -1, dtype=np.int64)
    whole[ground.solid] = labels
    whole = spread_labels(whole, ground.passage.pairs, ground.passage.length)
    return _fill_up(whole, ground.passage.pairs)


def _fill_up(labels: IntArray, pairs: IntArray) -> IntArray:
    """Make areas of what hangs together without a label; number all by first atom."""
    bare = labels < 0
    part = find_components(len(labels), pairs[bare[pairs].all(axis=1)])
    raw = np.where(bare, int(labels.max(initial=-1)) + 1 + part, labels)
    _, first, back = np.unique(raw, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[back.reshape(-1)]


def _keep_old(ground: _Ground) -> IntArray:
    """Keep the old areas; what does not hang together with them, and ground in none, joins a neighbour.

    It joins as whole pieces of block, so that holes do not get a border across a yard.
    """
    pairs = ground.inner.pairs
    people, area = ground.people[ground.solid], ground.graph.area[ground.solid]
    labels = keep_heaviest(ground.old[ground.solid], pairs, people, area)
    block = ground.setting.block[ground.solid]
    loose = (labels < 0)[pairs].all(axis=1) & (block[pairs[:, 0]] == block[pairs[:, 1]])
    same = (labels[pairs[:, 0]] == labels[pairs[:, 1]]) & (labels[pairs[:, 0]] >= 0)
    nodes = find_components(len(labels), pairs[loose | same]).astype(np.int64)
    _, rep = np.unique(nodes, return_index=True)
    borders = sum_borders(nodes, pairs, ground.inner.length, ground.inner.street)
    return _spread_over(ground, spread_labels(labels[rep], borders.pairs, borders.length)[nodes])


def _tell_plan(ground: _Ground, key: str, labels: IntArray) -> Alternative:
    """Work out the figures of a plan from its atoms alone."""
    labels = _fill_up(labels, ground.passage.pairs)
    k = int(labels.max()) + 1
    single = _make_question(ground, np.arange(int(ground.solid.sum()), dtype=np.int64))
    allowed = np.ones(single.olds, dtype=bool)
    anchor = np.full(k, -1, dtype=np.int64)
    names, inside = np.unique(labels[ground.solid], return_inverse=True)
    anchor[names] = make_draft(single, inside.reshape(-1).astype(np.int64), allowed).anchor
    moved = (ground.old >= 0) & (ground.old != anchor[labels])
    ill = _find_ill(ground, labels)
    return Alternative(
        key=key,
        labels=labels,
        anchor=anchor,
        moved=int(ground.people[moved].sum()),
        legal=int((~ill).sum()),
        areas=k,
        compactness=_measure_compactness(ground, labels),
        farthest_m=_measure_ways(ground, labels),
        certificates=_prove_parts(ground, ill[labels]),
        outside=int(ground.units[ill[labels]].sum()),
    )


def _find_ill(ground: _Ground, labels: IntArray) -> BoolArray:
    """Mark the areas out of bounds, shape (k,)."""
    k = int(labels.max()) + 1
    sums = np.zeros((k, ground.loads.shape[1]), dtype=np.int64)
    np.add.at(sums, labels, ground.loads)
    ill = ~ground.rule.is_legal(sums)
    if ground.level.max_area_m2:
        ill |= np.bincount(labels, ground.graph.area, minlength=k) > ground.level.max_area_m2
    if ground.level.max_people:
        ill |= np.bincount(labels, ground.setting.population, minlength=k) > ground.level.max_people
    return np.asarray(ill)


def _measure_compactness(ground: _Ground, labels: IntArray) -> float:
    """Mean of A^2 / (2 pi I) over the areas with people, nan without any."""
    area, xy = ground.graph.area, ground.graph.xy - ground.graph.xy.mean(axis=0)
    total = np.bincount(labels, area)
    mean = [np.bincount(labels, area * xy[:, axis]) / np.maximum(total, 1e-9) for axis in (0, 1)]
    off = xy - np.stack(mean, axis=1)[labels]
    second = np.bincount(labels, area * (off**2).sum(axis=1) + area**2 / (2.0 * np.pi))
    lived = np.bincount(labels, ground.people) > 0
    return float((total[lived] ** 2 / (2.0 * np.pi * second[lived])).mean()) if lived.any() else np.nan


def _measure_ways(ground: _Ground, labels: IntArray) -> float:
    """Longest way to the service place of one's area [m]."""
    home = ground.people > 0
    if ground.ways is None or not ground.ways.shape[1] or not home.any():
        return np.nan
    farthest = np.zeros((int(labels.max()) + 1, ground.ways.shape[1]))
    np.maximum.at(farthest, labels[home], ground.ways[home])
    return float(farthest.min(axis=1).max())


def _prove_parts(ground: _Ground, outside: BoolArray) -> tuple[Certificate, ...]:
    """Prove by the lemma what cannot be within bounds in any plan: all that hangs together fails it.

    Only what holds for single atoms is claimed; that a piece is too heavy to go anywhere is no proof, since
    another plan might cut it.
    """
    if not outside.any():
        return ()
    solid = np.flatnonzero(ground.solid)
    part = find_components(len(solid), ground.inner.pairs).astype(np.int64)
    sums = np.zeros((int(part.max()) + 1, ground.loads.shape[1]), dtype=np.int64)
    np.add.at(sums, part, ground.loads[solid])
    found = np.bincount(part, np.where(outside, ground.units, 0)[solid]).astype(np.int64)
    proofs = []
    for one in np.flatnonzero(found).tolist():
        if ground.rule.floor_households(sums[one]) == found[one]:
            core = solid[(part == one) & (ground.units[solid] > 0)]
            proofs.append(Certificate("arithmetic", tuple(core.tolist()), int(found[one])))
    return tuple(proofs)


def _rank_plans(plans: list[Alternative]) -> tuple[Alternative, ...]:
    """Drop copies and plans that another one beats in everything; put the recommended one first."""
    kept: list[Alternative] = []
    for one in plans:
        others = [other for other in plans if other is not one]
        copy = any(np.array_equal(one.labels, other.labels) for other in kept)
        if not copy and (one.key == "keep" or not any(_beats(other, one) for other in others)):
            kept.append(one)
    best = min(kept, key=lambda one: (one.outside, one.areas - one.legal, one.moved, -one.compactness))
    return (best, *(one for one in kept if one is not best))


def _beats(one: Alternative, other: Alternative) -> bool:
    """Whether a plan is nowhere worse than another and somewhere better."""
    mine, its = (
        (plan.outside, plan.moved, -plan.compactness, np.nan_to_num(plan.farthest_m)) for plan in (one, other)
    )
    return all(a <= b for a, b in zip(mine, its, strict=True)) and mine != its
