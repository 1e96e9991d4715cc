"""How many parts: a first guess, a wanted count shared out over components, and effort by size."""

from __future__ import annotations

import numpy as np

from gridplan.solve.problem import Problem, renumber
from gridplan.solve.search import BLOCK, Effort
from gridplan.solve.seed import halve
from gridplan.solve.terms import BoolArray, IntArray

# Trials per atom where the count is fixed: village5k's cut is 9.2 % below METIS' at 1,000, 9.8 % at 3,000,
# 10.3 % at 6,000 (270 parts); more takes longer than ten calls of METIS.
FIXED_TRIALS = 5_000.0

__all__ = ["choose_effort", "fit_count", "guess_parts", "share_parts"]


def guess_parts(problem: Problem, atoms: IntArray) -> int:
    """Guess how many parts a component takes when few are wanted.

    The lemma's bound, plus 1 % (what annealing could fill on village5k), plus 30 % of an atom's share in
    a full part (mix5k_entrance: atoms of a quarter part, proven optimum 6 % above the bound).
    """
    homes = problem.homes[atoms]
    tally = homes.sum(axis=0)
    bound = problem.rule.count_bound(tally)
    load = problem.load[atoms]
    bound = max(bound, -(-int(load.sum()) // problem.limit))
    grain = float(load[load > 0].mean()) / problem.limit if (load > 0).any() else 0.0
    guess = int(np.ceil(bound * (1.01 + 0.3 * grain)))
    need = problem.rule.need
    most = int(tally @ problem.rule.lower_weight) // need if need else guess
    return int(np.clip(guess, 1, max(1, min(len(atoms), max(bound, most)))))


def share_parts(loads: IntArray, sizes: IntArray, parts: int) -> list[int]:
    """Share a count over components by load, largest remainder first; each gets one and at most its atoms."""
    weight = loads.astype(np.float64) if loads.sum() > 0 else sizes.astype(np.float64)
    ideal = weight * parts / weight.sum()
    given = np.clip(np.floor(ideal).astype(np.int64), 1, sizes)
    while given.sum() != parts:
        step = 1 if given.sum() < parts else -1
        able = given < sizes if step > 0 else given > 1
        if not able.any():
            break
        wish = np.where(able, step * (ideal - given), -np.inf)
        much = int(min(abs(parts - int(given.sum())), able.sum()))
        given[np.argsort(-wish, kind="stable")[:much]] += step
    return [int(g) for g in given]


def fit_count(problem: Problem, atoms: IntArray, labels: IntArray, parts: int, pinned: BoolArray) -> IntArray:
    """Bring a start to a wanted count: halve the fullest part, or join the emptiest to a neighbour."""
    labels = renumber(labels)
    ground = problem.cut_region(atoms)
    rows = np.repeat(np.arange(len(atoms)), np.diff(ground.indptr))
    while (count := int(labels.max()) + 1) != parts:
        load = np.bincount(labels, ground.load, minlength=count)
        size = np.bincount(labels, minlength=count)
        free = np.ones(count, np.bool_)
        free[labels[pinned]] = False
        if count < parts:
            able = free & (size > 1)
            if not able.any():
                break
            inside = np.flatnonzero(labels == int(np.argmax(np.where(able, load, -1.0))))
            piece = problem.cut_region(atoms[inside])
            split, _ = halve(piece, np.maximum(piece.load, 1), 2, 1, 3, np.array([count * 2 + 1], np.int64))
            labels[inside[split == 1]] = count
        else:
            if not free.any():
                break
            least = int(np.argmin(np.where(free, load, np.inf)))
            beside = np.unique(labels[ground.near[(labels[rows] == least) & (labels[ground.near] != least)]])
            if not len(beside):
                break
            labels[labels == least] = beside[int(np.argmin(load[beside]))]
            labels = renumber(labels)
    return renumber(labels)


def choose_effort(n: int, fixed_count: bool) -> Effort:
    """Choose the effort.

    A fixed count gains nothing by merging. In small components of large buildings merging finds the fewer
    parts (mix5k_entrance: 4 re-cuts a part and one round beat 2 at the same time by 0.2 %); in large ones a
    second round over other seams is worth more (village5k: 1 re-cut and two rounds beat 2 and one by 0.2 %).
    """
    if fixed_count:
        rounds = 1 if n < 1.5 * BLOCK else 4
        return Effort(trials=FIXED_TRIALS / rounds, merges=0.0, rounds=rounds)
    return Effort(trials=300.0, merges=4.0) if n <= 1_000 else Effort(merges=1.0, rounds=2)
