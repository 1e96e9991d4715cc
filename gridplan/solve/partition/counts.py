"""How many parts: a first guess, a wanted count shared out over components, and effort by size."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.solve.kernels.seed import halve
from gridplan.solve.partition.search import Effort
from gridplan.solve.problem import Problem, renumber

# Trials per atom where the count is fixed: village5k's cut (270 parts) is 9.8 % below METIS' at 2,000, 10.0 %
# at 3,000, 10.2 % at 6,000.
FIXED_TRIALS = 3_000.0

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


def choose_effort(n: int, parts: int, fixed_count: bool) -> Effort:
    """Choose the effort by atoms, parts to start from, and whether their number must stay.

    Merging finds the fewer parts where few atoms make a part: mix5k_entrance (4 atoms a part) ends 0.8 %
    above the optimum with 2 re-cuts, 0.65 % with 4 to 8, 0.5 % with 20; mix50k is 0.1 % dearer with 2 than
    with 4, and 0.1 % cheaper with 6. It finds nothing in large components (village5k) or where the count is
    fixed. More trials buy less: none on mix50k; village5k's border is 1 % shorter with 250 than with 180,
    which take the time of one call of METIS.
    """
    if fixed_count:
        return Effort(FIXED_TRIALS, rounds=1 if n < 3_750 else 4, block=2_500)
    if n <= 1_000:
        return Effort(250.0, merges=8.0 if n < 8 * parts else 4.0)
    return Effort(180.0) if n < 9_000 else Effort(400.0, rounds=2)
