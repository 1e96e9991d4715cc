"""The ground of a redraw: what is counted, what is moved and what hangs together, by atoms and by pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import AtomGraph, Borders, Setting, find_components, sum_borders, take_ground
from gridplan.graph.bounds import LoadRule
from gridplan.scheme import Level, Scheme
from gridplan.solve.grids.carriers import find_passages
from gridplan.solve.redraw.pieces import Grain, count_loads, find_grains, spread_labels
from gridplan.solve.redraw.search import keep_heaviest
from gridplan.solve.redraw.task import Task, make_task

__all__ = [
    "RedrawRequest",
    "fill_up",
    "find_majority",
    "keep_old",
    "make_question",
    "read_request",
    "spread_over",
]


@dataclass(frozen=True)
class RedrawRequest:
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


def read_request(
    graph: AtomGraph, setting: Setting, level: Level, scheme: Scheme, ways: FloatArray | None
) -> RedrawRequest:
    """Work out what a level asks of the ground.

    Parameters
    ----------
    graph, setting, level, scheme
        As in :func:`gridplan.solve.redraw.level.redraw_level`, atoms in canonical order.
    ways
        Way from each atom to each service place [m], shape (n, places); None for none.
    """
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
    core, around = take_ground(graph, setting, np.flatnonzero(solid))
    inner = find_passages(core, level.never_cross, level.min_border_m)
    old = setting.existing.get(level.id, np.full(len(graph), -1, dtype=np.int64))
    people = setting.population if setting.population.any() else graph.households
    return RedrawRequest(
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


def make_question(request: RedrawRequest, pieces: IntArray) -> Task:
    """Sum up the solid atoms by piece."""
    area, xy = request.graph.area[request.solid], request.graph.xy[request.solid]
    xy = xy - xy.mean(axis=0)
    k = int(pieces.max()) + 1
    # an atom's own second moment is taken as that of a disc
    second = area * (xy**2).sum(axis=1) + area**2 / (2.0 * np.pi)
    moments = np.stack(
        [np.bincount(pieces, w, minlength=k) for w in (area, area * xy[:, 0], area * xy[:, 1], second)],
        axis=1,
    )
    loads = np.zeros((k, request.loads.shape[1]), dtype=np.int64)
    np.add.at(loads, pieces, request.loads[request.solid])
    old, people = request.old[request.solid], request.people[request.solid]
    held = (old >= 0) & (people > 0)
    size = int(old.max(initial=0)) + 1
    key, row = np.unique(pieces[held] * size + old[held], return_inverse=True)
    sums = np.zeros(len(key), dtype=np.int64)
    np.add.at(sums, row, people[held])
    borders = sum_borders(pieces, request.inner.pairs, request.inner.length, request.inner.street)
    return make_task(
        loads,
        request.rule,
        borders,
        moments.astype(np.float64),
        (key // size, key % size, sums),
        max_area=request.level.max_area_m2,
        count=request.level.count,
    )


def find_majority(request: RedrawRequest, pieces: IntArray) -> tuple[IntArray, IntArray]:
    """Find the old area of most people (then most ground) of each piece, -1 for none; and its people."""
    old, people = request.old[request.solid], request.people[request.solid]
    k, held = int(pieces.max()) + 1, old >= 0
    size = int(old.max(initial=0)) + 1
    key, row = np.unique(pieces[held] * size + old[held], return_inverse=True)
    heads = np.bincount(row, people[held], minlength=len(key))
    land = np.bincount(row, request.graph.area[request.solid][held], minlength=len(key))
    best_first = np.lexsort((key, -land, -heads, key // size))
    piece = key[best_first] // size
    first = np.r_[True, piece[1:] != piece[:-1]] if len(piece) else np.zeros(0, dtype=bool)
    major = np.full(k, -1, dtype=np.int64)
    major[piece[first]] = key[best_first[first]] % size
    return major, np.bincount(pieces, people, minlength=k).astype(np.int64)


def spread_over(request: RedrawRequest, labels: IntArray) -> IntArray:
    """Give ground that carries nothing to the areas beside it; what none can reach is an area for itself."""
    whole = np.full(len(request.graph), -1, dtype=np.int64)
    whole[request.solid] = labels
    whole = spread_labels(whole, request.passage.pairs, request.passage.length)
    return fill_up(whole, request.passage.pairs)


def fill_up(labels: IntArray, pairs: IntArray) -> IntArray:
    """Make areas of what hangs together without a label; number all by first atom."""
    bare = labels < 0
    part = find_components(len(labels), pairs[bare[pairs].all(axis=1)])
    raw = np.where(bare, int(labels.max(initial=-1)) + 1 + part, labels)
    _, first, back = np.unique(raw, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[back.reshape(-1)]


def keep_old(request: RedrawRequest) -> IntArray:
    """Keep the old areas; what does not hang together with them, and ground in none, joins a neighbour.

    It joins as whole pieces of block, so that holes do not get a border across a yard.
    """
    pairs = request.inner.pairs
    people, area = request.people[request.solid], request.graph.area[request.solid]
    labels = keep_heaviest(request.old[request.solid], pairs, people, area)
    block = request.setting.block[request.solid]
    loose = (labels < 0)[pairs].all(axis=1) & (block[pairs[:, 0]] == block[pairs[:, 1]])
    same = (labels[pairs[:, 0]] == labels[pairs[:, 1]]) & (labels[pairs[:, 0]] >= 0)
    nodes = find_components(len(labels), pairs[loose | same]).astype(np.int64)
    _, rep = np.unique(nodes, return_index=True)
    borders = sum_borders(nodes, pairs, request.inner.length, request.inner.street)
    return spread_over(request, spread_labels(labels[rep], borders.pairs, borders.length)[nodes])
