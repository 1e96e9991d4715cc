"""The search for a redraw: starts, annealing, and neighbourhoods drawn anew with one area less or more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import find_components
from gridplan.solve.deadline import Deadline
from gridplan.solve.kernels.seed import halve
from gridplan.solve.kernels.shares import share_count
from gridplan.solve.partition.search import seed_state
from gridplan.solve.redraw.exact import draw_exactly
from gridplan.solve.redraw.moves import MOVED, anneal_areas
from gridplan.solve.redraw.pieces import spread_labels
from gridplan.solve.redraw.task import Draft, Task, cut_task, find_ill, make_draft, make_layout

__all__ = [
    "RedrawEffort",
    "choose_redraw_effort",
    "improve_draft",
    "keep_heaviest",
    "search_drafts",
    "start_anew",
    "start_from_old",
]


#: Last temperature [m of border]: a tenth of a short side of a block; below it nothing moves any more.
COLD = 10.0
#: First temperature [m]: the side of a block.
HOT = 200.0
#: The search with bounds as a wall mends what the slope left: this share of the trials, from this share of
#: the heat. Chosen on 17 random towns at two levels of effort; no setting was best at both.
HARD, COOLER = 0.3, 0.1
#: Pieces above which less is tried for each, and again.
SMALL, LARGE = 200, 1_500
#: Areas that may be listed and states of the covering programme, in one neighbourhood (some 10 ms) and on the
#: whole ground (some 1 s).
WINDOW, LISTED = (1_000, 20_000), (20_000, 2_000_000)
#: Pieces whose areas are listed, of a neighbourhood and of the whole ground; with more, the budget is spent
#: for nothing.
FEW, WHOLE = 24, 60
#: Neighbourhoods per area before the whole ground is listed: a good plan spares most of that work.
QUICK = 2.0


@dataclass(frozen=True)
class RedrawEffort:
    """How hard to search.

    Attributes
    ----------
    trials
        Boundary moves tried per piece of the whole ground.
    local
        The same in a neighbourhood that is drawn anew.
    tries
        Neighbourhoods per area.
    starts
        Searches with other random numbers, of which the best is kept.
    deadline
        When to stop.
    """

    trials: float
    local: float
    tries: float
    starts: int
    deadline: Deadline


def choose_redraw_effort(n: int, deadline: Deadline) -> RedrawEffort:
    """Choose the effort by the number of pieces, so that a town takes seconds whatever its size."""
    if n <= SMALL:
        return RedrawEffort(150.0, 100.0, 12.0, 2, deadline)
    return (
        RedrawEffort(150.0, 80.0, 8.0, 1, deadline)
        if n <= LARGE
        else RedrawEffort(100.0, 50.0, 5.0, 1, deadline)
    )


def start_from_old(task: Task, old: IntArray, people: IntArray) -> IntArray:
    """Start from the old areas: the heaviest connected part of each, and what lies around joined to them.

    Parameters
    ----------
    task
        The pieces.
    old
        Old area in which most of each piece lies, -1 for none, shape (n,).
    people
        People of each piece, shape (n,).

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    pairs, length = list_borders(task)
    labels = keep_heaviest(old, pairs, people, task.ground.area)
    labels = spread_labels(labels, pairs, length)
    bare = labels < 0
    if bare.any():
        labels = np.where(bare, int(labels.max(initial=-1)) + 1 + start_anew(task, 1, bare), labels)
    return labels


def keep_heaviest(old: IntArray, pairs: IntArray, people: IntArray, area: FloatArray) -> IntArray:
    """Keep the connected part of each old area with most people (then most ground); -1 for the rest."""
    same = (old[pairs[:, 0]] == old[pairs[:, 1]]) & (old[pairs[:, 0]] >= 0)
    part = find_components(len(old), pairs[same]).astype(np.int64)
    _, first = np.unique(part, return_index=True)
    heavy = np.bincount(part, people)
    order = np.lexsort((first, -np.bincount(part, area), -heavy, old[first]))
    owner = old[first][order]
    best = order[np.r_[True, owner[1:] != owner[:-1]]]
    return np.where(np.isin(part, best), old, -1)


def list_borders(task: Task) -> tuple[IntArray, FloatArray]:
    """List the borders of the pieces once each, with their price."""
    ground = task.ground
    row = np.repeat(np.arange(len(ground.load)), np.diff(ground.indptr))
    once = row < ground.near
    return np.stack([row[once], ground.near[once]], axis=1), ground.cut[once]


def start_anew(task: Task, seed: int, chosen: BoolArray | None = None) -> IntArray:
    """Start from even halves of whatever hangs together.

    Parameters
    ----------
    task
        The pieces.
    seed
        Seed of the halving.
    chosen
        Pieces to divide, shape (n,); all by default. The others get 0 too and are of no concern.
    """
    n = len(task.ground.load)
    pairs, _ = list_borders(task)
    chosen = np.ones(n, bool) if chosen is None else chosen
    pairs = pairs[chosen[pairs].all(axis=1)]
    part = find_components(n, pairs).astype(np.int64)
    part = np.where(
        chosen, np.unique(np.where(chosen, part, -1), return_inverse=True)[1] - (~chosen).any(), -1
    )
    parts = int(part.max()) + 1
    shares = share_areas(task, part, parts)
    labels, base = np.zeros(n, np.int64), 0
    for one in range(parts):
        nodes = np.flatnonzero(part == one)
        labels[nodes] = base + _halve(cut_task(task, nodes), int(shares[one]), seed_state(seed, 3, one))
        base = int(labels[nodes].max()) + 1
    return labels


def share_areas(task: Task, part: IntArray, parts: int) -> IntArray:
    """Choose how many areas each part takes: its share of the count, else the middle of the bounds."""
    held = part >= 0
    sums = np.zeros((parts, task.ground.homes.shape[1]), np.int64)
    np.add.at(sums, part[held], task.ground.homes[held])
    nodes = np.bincount(part[held], minlength=parts)
    rule = task.rule
    least = np.array([rule.count_bound(row) for row in sums], np.int64)
    need = max(rule.need, 1)
    most = np.clip(sums @ rule.lower_weight // need, 1, nodes) if rule.need else nodes
    least = np.minimum(least, np.maximum(most, 1))
    load = sums @ rule.upper_weight if rule.mixed == "weighted" else sums.sum(axis=1)
    if task.count:
        return share_count(load, np.minimum(least, 1), nodes, task.count)
    # areas in the middle of their bounds leave room on both sides
    full = sums @ rule.upper_weight / max(rule.cap, 1)
    scant = sums @ rule.lower_weight / need if rule.need else full
    middle = np.round(2.0 * full * scant / np.maximum(full + scant, 1e-9)).astype(np.int64)
    return np.clip(middle, np.maximum(least, 1), np.maximum(most, 1))


def _halve(task: Task, parts: int, state: IntArray) -> IntArray:
    """Halve a connected region into a number of parts with even loads."""
    n = len(task.ground.load)
    if parts <= 1 or n == 1:
        return np.zeros(n, np.int64)
    load = task.ground.load if task.ground.load.any() else np.ones(n, np.int64)
    return np.asarray(halve(task.ground, load, min(parts, n), 1, 3, state)[0])


def anneal_draft(
    task: Task, draft: Draft, trials: float, heat: float, allowed: BoolArray, state: IntArray
) -> Draft:
    """Move boundaries, first with the bounds as a slope, then as a wall; what is not better is dropped."""
    labels, anchor = draft.labels.copy(), draft.anchor
    layout, areas = make_layout(task, labels, anchor)
    soft = np.array([trials, heat, COLD])
    anneal_areas(task.ground, task.make_terms(True), layout, task.matter, areas, soft, state)
    hard = np.array([trials * HARD, max(heat * COOLER, COLD), COLD])
    anneal_areas(task.ground, task.make_terms(False), layout, task.matter, areas, hard, state)
    found = make_draft(task, layout.labels, allowed)
    return found if found.price < draft.price - 1e-6 else draft


def improve_draft(task: Task, labels: IntArray, effort: RedrawEffort, seed: int, melt: bool = True) -> Draft:
    """Search from a start.

    Parameters
    ----------
    task
        The pieces and the prices.
    labels
        Connected areas to start from, shape (n,).
    effort
        How hard.
    seed
        Seed of this search.
    melt
        Whether all borders are set in motion first, or mended here and there as they stand.
    """
    allowed = np.ones(task.olds, bool)
    state, rng = seed_state(seed, 4), np.random.default_rng([seed, 5])
    draft = fit_draft(task, make_draft(task, labels, allowed), allowed, state)
    heat = _find_heat(task) if melt else COLD * 2
    draft = anneal_draft(task, draft, effort.trials, heat, allowed, state)
    turns = int(effort.tries * (int(draft.labels.max(initial=0)) + 1))
    for turn in range(turns):
        if effort.deadline.is_over():
            break
        draft = _redraw_around(task, draft, effort, turn, rng, state)
    if effort.deadline.is_over():
        return draft
    return anneal_draft(task, draft, effort.trials, COLD * 2, allowed, state)


def search_drafts(
    task: Task, starts: list[IntArray], effort: RedrawEffort, seed: int, melts: tuple[bool, ...] = (True,)
) -> Draft:
    """Search from several starts, each with several random numbers, and give the best plan.

    Parameters
    ----------
    task, effort, seed
        As in :func:`improve_draft`.
    starts
        Connected areas to start from, each of shape (n,).
    melts
        Whether to melt them first, see :func:`improve_draft`; each is tried.
    """
    first = None
    if len(starts[0]) <= WHOLE:
        first = improve_draft(task, starts[0], replace(effort, tries=QUICK), seed)
        best, proved = draw_exactly(task, *LISTED, first.price - 1e-6)
        if best is not None:
            return best
        if proved and not find_ill(task, first.labels).any():
            return first
    found = [
        improve_draft(task, start, effort, seed + 1_000 * turn, melt)
        for start in starts
        for turn in range(effort.starts)
        for melt in melts
    ]
    return min([*found, first] if first else found, key=lambda one: one.price)


def _find_heat(task: Task) -> float:
    """First temperature [m]: a block's side, or half of what moving a common piece costs in people."""
    matter = task.matter
    return max(
        HOT, 0.5 * float(matter.price[MOVED]) * float(matter.people.sum()) / max(len(matter.ptr) - 1, 1)
    )


def fit_draft(task: Task, draft: Draft, allowed: BoolArray, state: IntArray) -> Draft:
    """Bring a start to the count that is asked for: drop the lightest area, or halve the heaviest."""
    pairs, length = list_borders(task)
    labels = draft.labels.copy()
    while task.count and (k := int(labels.max()) + 1) != task.count:
        load, size = np.bincount(labels, task.ground.load), np.bincount(labels)
        if k < task.count:
            able = size > 1
            if not able.any():
                break
            nodes = np.flatnonzero(labels == int(np.argmax(np.where(able, load, -1.0))))
            labels[nodes[_halve(cut_task(task, nodes), 2, state) > 0]] = k
        else:
            rim = np.unique(labels[pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]])
            if not len(rim):
                break
            labels[labels == rim[np.argmin(load[rim])]] = -1
            labels = np.unique(spread_labels(labels, pairs, length), return_inverse=True)[1].astype(np.int64)
    return make_draft(task, labels, allowed)


def _redraw_around(
    task: Task, draft: Draft, effort: RedrawEffort, turn: int, rng: np.random.Generator, state: IntArray
) -> Draft:
    """Draw a few areas side by side anew and keep what is cheaper; areas out of bounds come first."""
    k, ill = len(draft.anchor), np.flatnonzero(find_ill(task, draft.labels))
    focus = _pick_focus(task, draft, ill, turn, rng)
    beside = _find_beside(task, draft.labels, focus)
    ways = _list_ways(task, focus in ill, len(draft.labels) <= FEW * k / 3)
    way = int(rng.choice(ways))
    if way:
        beside = rng.permutation(beside)[: int(rng.integers(1, 4))]
    chosen = np.unique(np.r_[focus, beside])
    nodes = np.flatnonzero(np.isin(draft.labels, chosen))
    part = cut_task(task, nodes)
    before = np.searchsorted(chosen, draft.labels[nodes])
    centre = int(np.searchsorted(chosen, focus))
    fresh = _propose(part, before, centre, way, rng, state)
    if fresh is None:
        return draft
    allowed = np.ones(task.olds, bool)
    outside = np.delete(draft.anchor, chosen)
    allowed[outside[outside >= 0]] = False
    current = make_draft(part, before, allowed)
    found = make_draft(part, fresh, allowed)
    if way < 3:
        found = anneal_draft(part, found, effort.local, _find_heat(part), allowed, state)
    if found.price >= current.price - 1e-6:
        return draft
    labels = draft.labels.copy()
    labels[nodes] = k + found.labels
    # numbers and what they continue stay together: areas that stand, then those drawn anew
    stands = np.setdiff1d(np.arange(k), chosen)
    names = np.r_[stands, k + np.arange(len(found.anchor))]
    anchor = np.r_[draft.anchor[stands], found.anchor]
    return Draft(np.searchsorted(names, labels), anchor, draft.price + found.price - current.price)


def _pick_focus(task: Task, draft: Draft, ill: IntArray, turn: int, rng: np.random.Generator) -> int:
    """Pick the area to start from: one out of bounds, one that continues nothing, or any."""
    loose = np.flatnonzero(draft.anchor < 0)
    if len(ill) and turn % 4:
        return int(rng.choice(ill))
    if len(loose) and task.matter.price[MOVED] > 0 and turn % 2:
        return int(rng.choice(loose))
    return int(rng.integers(len(draft.anchor)))


def _list_ways(task: Task, ill: bool, coarse: bool) -> list[int]:
    """List the ways of :func:`_propose` that can lead anywhere."""
    ways = [2] if task.count else [0, 2]
    if ill and not task.count:
        ways.append(1)
    return [*ways, 3] if coarse and not task.count else ways


def _find_beside(task: Task, labels: IntArray, focus: int) -> IntArray:
    """List the areas side by side with one."""
    nodes = np.flatnonzero(labels == focus)
    ground = task.ground
    width = ground.indptr[nodes + 1] - ground.indptr[nodes]
    ends = np.repeat(ground.indptr[nodes + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
    beside = np.unique(labels[ground.near[ends]])
    return np.asarray(beside[beside != focus])


def _propose(
    task: Task, labels: IntArray, focus: int, way: int, rng: np.random.Generator, state: IntArray
) -> IntArray | None:
    """Propose other areas for a neighbourhood: one less, one more, or all cut anew; None where there is none.

    ``way`` 0 gives the focus away to all its neighbours, 1 halves it, 2 cuts the whole neighbourhood anew, 3
    looks for its best plan where all areas in it can be listed.
    """
    k = int(labels.max()) + 1
    if way == 0:
        if k == 1:
            return None
        pairs, length = list_borders(task)
        return spread_labels(np.where(labels == focus, -1, labels), pairs, length)
    if way == 3:
        if len(labels) > FEW:
            return None
        best, _ = draw_exactly(task, *WINDOW)
        return None if best is None else best.labels
    if way == 1:
        nodes = np.flatnonzero(labels == focus)
        if len(nodes) == 1:
            return None
        fresh = labels.copy()
        fresh[nodes[_halve(cut_task(task, nodes), 2, state) > 0]] = k
        return fresh
    parts = k if task.count else k + int(rng.integers(-1, 2))
    return _halve(task, max(parts, 1), state) if k > 1 or parts > 1 else None
