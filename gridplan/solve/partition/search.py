"""The search over one connected component: start, anneal, recombine, block by block, keep the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.solve.deadline import Deadline
from gridplan.solve.kernels.groups import price_groups
from gridplan.solve.kernels.moves import anneal
from gridplan.solve.kernels.recombine import recombine
from gridplan.solve.kernels.seed import halve
from gridplan.solve.kernels.terms import GAP, HOME, Ground, Layout, Terms
from gridplan.solve.problem import Problem, renumber

R = TypeVar("R")

__all__ = ["Effort", "SearchTask", "search_component", "tally_layout"]

# Temperatures [m]; a border between two houses is some 10 m (village5k, median). Hot melts what the start got
# wrong. Which part lies where is decided between hot and set, so the trials go there: 2,000 per atom, cooled
# from 5 to 2.7, give village5k's cut (270 parts) that 5,000 give when cooled from 6 to 1. Below set, a tenth
# as many smooth the borders; below cold nothing moves any more.
HOT, SET, COLD = 5.0, 2.7, 0.5
QUENCH = 0.1
# Neighbourhoods re-cut per part where all is in order below an area cap: annealing leaves more to gain there.
# 20 end at the price of 180 a component in a third of the time (nantes_centre tiled to 96,088 buildings).
POLISH = 20.0


@dataclass(frozen=True)
class Effort:
    """How hard to search.

    Attributes
    ----------
    trials
        Boundary moves tried per atom. 400 take about 25 microseconds an atom (60 ns each).
    merges
        Neighbourhoods re-cut per part. 3 take about 1 ms a part.
    rounds
        Rounds of one cooling, each on other blocks, so that seams move.
    block
        Atoms in one block.
    repairs
        Neighbourhoods re-cut per part out of bounds, at the end. 60 reaches the proven minimum of bubenec,
        mix500 and mix5k; fewer were not measured.

    What is chosen by size, and why: :func:`gridplan.solve.partition.counts.choose_effort`.
    """

    trials: float
    merges: float = 0.0
    rounds: int = 1
    block: int = 6_000
    repairs: int = 60


@dataclass(frozen=True)
class SearchTask:
    """One component to search, self-contained so that it can run in any thread.

    Attributes
    ----------
    problem
        The whole problem.
    atoms
        Atoms of the component, ascending.
    parts
        Wanted number of parts; None = free.
    first_parts
        Number of parts to start from.
    start
        Labels to start from, shape of ``atoms``; None = from scratch.
    fixed
        Atoms that must stay in their part, shape of ``atoms``.
    seed
        Seed of this component.
    deadline
        When to stop.
    """

    problem: Problem
    atoms: IntArray
    parts: int | None
    first_parts: int
    start: IntArray | None
    fixed: BoolArray
    seed: int
    deadline: Deadline


def seed_state(seed: int, *path: int) -> IntArray:
    """Make a kernel's random state from the seed and the place in the work."""
    words = np.random.SeedSequence([seed, *path]).generate_state(1, np.uint64)
    return (words | np.uint64(1)).view(np.int64).copy()


def tally_layout(ground: Ground, labels: IntArray, spare: int = 0) -> Layout:
    """Sum up parts 0..k-1 and leave room for some more."""
    size = int(labels.max(initial=-1)) + 1 + spare
    homes = np.zeros((size, ground.homes.shape[1]), np.int64)
    np.add.at(homes, labels, ground.homes)
    load = np.zeros(size, np.int64)
    np.add.at(load, labels, ground.load)
    area = np.bincount(labels, ground.area, minlength=size).astype(np.float64)
    return Layout(labels, homes, load, area, np.bincount(labels, minlength=size).astype(np.int64))


def price_layout(ground: Ground, terms: Terms, labels: IntArray) -> float:
    """Price a whole labelling [m of border]."""
    order = np.argsort(labels, kind="stable").astype(np.int64)
    sizes = np.bincount(labels)
    ptr = np.concatenate(([0], np.cumsum(sizes[sizes > 0]))).astype(np.int64)
    return float(price_groups(ground, terms, order, ptr)[0].sum())


def soften(terms: Terms) -> Terms:
    """Terms under which bounds are a slope, not a wall: for a start that is far from legal."""
    price = terms.price.copy()
    price[HOME] = 0.0
    price[GAP] = 2_000.0
    return Terms(terms.rule, price)


def split_blocks(task: SearchTask, labels: IntArray, size: int, turn: int) -> list[IntArray]:
    """Group parts into blocks of some ``size`` atoms; other turns give other seams."""
    n = len(labels)
    count = round(n / size)
    if count < 2:
        return [np.arange(n)]
    problem = task.problem
    ground = problem.cut_region(task.atoms)
    rows = np.repeat(np.arange(n), np.diff(ground.indptr))
    tail, head = labels[rows], labels[ground.near]
    keep = tail < head
    parts = int(labels.max()) + 1
    pair, back = np.unique(tail[keep] * parts + head[keep], return_inverse=True)
    weight = np.bincount(back, ground.cut[keep], minlength=len(pair))
    a, b = pair // parts, pair % parts
    ends, near = np.r_[a, b], np.r_[b, a]
    order = np.lexsort((near, ends))
    indptr = np.zeros(parts + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=parts), out=indptr[1:])
    atoms = np.bincount(labels, minlength=parts).astype(np.int64)
    quotient = Ground(
        indptr,
        near[order].astype(np.int64),
        np.r_[weight, weight][order],
        atoms[:, None].copy(),
        atoms,
        np.zeros(parts),
        np.zeros(parts, np.int64),
    )
    block, _ = halve(quotient, atoms, count, 1, 1, seed_state(task.seed, 1, turn))
    member = block[labels]
    order = np.argsort(member, kind="stable")
    return np.split(order, np.cumsum(np.bincount(member))[:-1])


def improve_block(
    task: SearchTask,
    ground: Ground,
    labels: IntArray,
    terms: Terms,
    effort: Effort,
    state: IntArray,
    heats: tuple[float, float],
) -> IntArray:
    """Anneal one block; once set, smooth and recombine it: the result is then no dearer than what came in."""
    keep = task.parts is not None
    before = price_layout(ground, terms, labels)
    work = renumber(labels)
    layout = tally_layout(ground, work, spare=8 + (int(work.max(initial=0)) + 1) // 4)
    trials = effort.trials / effort.rounds
    if task.start is None and before >= terms.price[HOME]:
        anneal(ground, soften(terms), layout, np.array([trials / 4, 1.2 * heats[0], heats[0]]), True, state)
    anneal(ground, terms, layout, np.array([trials, *heats]), keep, state)
    if heats[1] > SET:
        return layout.labels
    anneal(ground, terms, layout, np.array([effort.trials * QUENCH, SET, COLD]), keep, state)
    parts = int((layout.size > 0).sum())
    if effort.merges > 0 and parts > 1:
        schedule = np.array([max(8.0, effort.merges * parts), 1.0, 0.1, 2.0, 6.0, 0.6, 0.3])
        recombine(ground, terms, layout, schedule, keep, state)
        anneal(ground, terms, layout, np.array([effort.trials / 4, 2.0, 0.2]), keep, state)
    after = price_layout(ground, terms, layout.labels)
    return layout.labels if after < before else labels


def plan_heats(rounds: int) -> list[tuple[float, float]]:
    """First and last temperature of each round: one cooling whose seams move on the way."""
    steps = np.geomspace(HOT, SET, rounds + 1)
    steps[-1] = SET
    return list(zip(steps[:-1].tolist(), steps[1:].tolist(), strict=True))


def repair_block(
    task: SearchTask, ground: Ground, labels: IntArray, terms: Terms, effort: Effort, state: IntArray
) -> IntArray:
    """Re-cut around parts out of bounds, near and far."""
    work = renumber(labels)
    layout = tally_layout(ground, work, spare=16)
    before = price_layout(ground, terms, labels)
    ill = int((~task.problem.rule.is_legal(layout.homes) | (layout.area > task.problem.max_area)).sum())
    parts = int((layout.size > 0).sum())
    if ill == 0 and (parts == 1 or np.isinf(task.problem.max_area)):
        return labels
    passes = [(effort.repairs * ill, widest) for widest in (4.0, 8.0, 12.0)]
    for count, widest in passes if ill else [(POLISH * parts, 8.0)]:
        schedule = np.array([count, 20.0, 0.5, 2.0, widest, 0.6, 1.0])
        recombine(ground, terms, layout, schedule, task.parts is not None, state)
        anneal(ground, terms, layout, np.array([effort.trials / 4, 1.0, 0.2]), task.parts is not None, state)
    after = price_layout(ground, terms, layout.labels)
    return layout.labels if after < before else labels


def start_labels(task: SearchTask, ground: Ground, state: IntArray) -> IntArray:
    """Start from the given labels or from repeated halving at the wanted count."""
    if task.start is not None:
        return task.start.copy()
    load = ground.load if int(ground.load.sum()) > 0 else np.ones(len(ground.load), np.int64)
    labels, _ = halve(ground, load, min(task.first_parts, len(load)), 1, 1, state)
    return labels


def map_threads(func: Callable[[int], R], count: int, workers: int) -> Iterable[R]:
    """Run numbered pieces of work in threads (the kernels release the interpreter lock), in order."""
    if workers <= 1 or count <= 1:
        yield from map(func, range(count))
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(func, range(count))


def run_blocks(
    task: SearchTask,
    labels: IntArray,
    terms: Terms,
    effort: Effort,
    turn: int,
    workers: int,
    work: Callable[[SearchTask, Ground, IntArray, Terms, Effort, IntArray], IntArray],
) -> IntArray:
    """Apply one kind of work to every block and join the parts again."""
    blocks = split_blocks(task, labels, effort.block, turn)

    def solve_one(i: int) -> IntArray:
        inside = blocks[i]
        if task.deadline.is_over():
            return labels[inside]
        ground = task.problem.cut_region(task.atoms[inside], None if not task.fixed.any() else _spread(task))
        return work(task, ground, renumber(labels[inside]), terms, effort, seed_state(task.seed, 2, turn, i))

    fresh = np.empty_like(labels)
    base = 0
    for inside, found in zip(blocks, map_threads(solve_one, len(blocks), workers), strict=True):
        named = renumber(found)
        fresh[inside] = named + base
        base += int(named.max()) + 1
    return fresh


def _spread(task: SearchTask) -> BoolArray:
    """Mark the fixed atoms of the component, over all atoms of the problem."""
    fixed = np.zeros(len(task.problem.units), np.bool_)
    fixed[task.atoms] = task.fixed
    return fixed


def search_component(task: SearchTask, effort: Effort, workers: int = 1) -> IntArray:
    """Search one component.

    Parameters
    ----------
    task
        The component and what is wanted of it.
    effort
        How hard to search.
    workers
        Threads for the blocks of a large component; the result does not depend on it.

    Returns
    -------
    IntArray
        Labels 0.., shape of ``task.atoms``; every part connected.
    """
    problem = task.problem
    ground = problem.cut_region(task.atoms, _spread(task) if task.fixed.any() else None)
    target = int(ground.load.sum()) / task.parts if task.parts else 0.0
    terms = problem.make_terms(target)
    start = best = start_labels(task, ground, seed_state(task.seed, 0))
    for turn, heats in enumerate(plan_heats(effort.rounds)):
        if task.deadline.is_over():
            break
        improve = partial(improve_block, heats=heats)
        best = run_blocks(task, best, terms, effort, turn, workers, improve)
    if price_layout(ground, terms, best) > price_layout(ground, terms, start):
        best = start
    return (
        best
        if task.deadline.is_over()
        else run_blocks(task, best, terms, effort, effort.rounds, workers, repair_block)
    )
