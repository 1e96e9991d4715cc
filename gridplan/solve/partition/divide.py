"""Split atoms into connected parts within bounds: the front door of this room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.arrays import IntArray
from gridplan.errors import InputError
from gridplan.graph.bounds import Mixed
from gridplan.solve.deadline import Deadline, set_deadline
from gridplan.solve.kernels.packing import solve_exactly
from gridplan.solve.partition.counts import choose_effort, fit_count, guess_parts, share_parts
from gridplan.solve.partition.hold import Hold, make_hold
from gridplan.solve.partition.search import SearchTask, map_threads, search_component
from gridplan.solve.problem import Problem, Weights, label_components, make_problem, renumber
from gridplan.solve.proofs.certificate import Certificate
from gridplan.solve.proofs.certify import certify_problem

__all__ = ["Partition", "Weights", "partition"]

Status = Literal["optimal", "feasible", "time_limit"]

# Groups up to which a component is solved exactly: some 0.1 s each at 10,000, so in large inputs only the
# small ones (mix50k: at most 106 groups in every compound of whole slabs).
EXACT_GROUPS, EXACT_GROUPS_LARGE, LARGE = 10_000, 1_000, 20_000


@dataclass(frozen=True)
class Partition:
    """A labelling and what is proved about it.

    Attributes
    ----------
    labels
        Part of each atom, shape (n,), int32, numbered 0..k-1 by first atom.
    status
        ``optimal``: proved for every component under the prices given; ``feasible``: best of the search;
        ``time_limit``: best when the time was up.

    Examples
    --------
    >>> result = gridplan.partition(
    ...     [20] * 4, [1] * 4, [[0, 1], [1, 2], [2, 3]], [9.0] * 3, lower=[50, 30], upper=[80, 50]
    ... )
    >>> result.labels.tolist()
    [0, 0, 1, 1]
    """

    labels: npt.NDArray[np.int32]
    status: Status
    _problem: Problem | None = field(default=None, repr=False, compare=False)

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Proofs that households out of bounds cannot be avoided, found when first asked for.

        See :mod:`gridplan.solve.proofs.certify`.
        """
        return () if self._problem is None else certify_problem(self._problem, self.labels.astype(np.int64))


DEFAULT_WEIGHTS = Weights()


def partition(  # noqa: PLR0913 - keyword options of a front door
    units: npt.ArrayLike,
    kind: npt.ArrayLike,
    edges: npt.ArrayLike,
    border_length: npt.ArrayLike,
    *,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    lane: npt.ArrayLike | None = None,
    area: npt.ArrayLike | None = None,
    max_area: float | None = None,
    xy: npt.ArrayLike | None = None,
    building: npt.ArrayLike | None = None,
    target_parts: int | None = None,
    initial: npt.ArrayLike | None = None,
    locked: Sequence[int] | npt.ArrayLike | None = None,
    pinned: npt.ArrayLike | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    mixed: Mixed = "weighted",
    seed: int = 0,
    time_limit: float | None = None,
    workers: int = 1,
) -> Partition:
    """Split atoms into connected parts within bounds at the least price.

    Parameters
    ----------
    units
        Households of each atom, whole numbers >= 0, shape (n,).
    kind
        Kind of each atom, an index into ``lower`` and ``upper``, shape (n,).
    edges
        Pairs of atoms that may share a part, shape (m, 2).
    border_length
        Length of each shared border [m], shape (m,).
    lower, upper
        Bounds of a part by kind [households].
    lane
        Whether the border lies on a lane: a good border, so its metres count less, shape (m,).
    area, max_area
        Area of each atom [m2], shape (n,), and the hard cap of a part's area [m2].
    xy
        A point of each atom [m], shape (n, 2). Not used for distances: atoms are brought into the order of
        these points first, so that the result does not depend on the order of the input.
    building
        Building of each atom; atoms of one building are kept together by a price.
    target_parts
        None: fewest households out of bounds, then the least price of cut buildings, parts and borders.
        A number: that many parts in all, evenly loaded. No fewer than there are components.
    initial, locked, pinned
        Re-solve from labels (-1 = not assigned yet): parts named in ``locked`` stay exactly, and an atom
        stays in the part that ``pinned`` names (-1 = free). The result is numbered anew by first atom.
    weights
        Prices, see :class:`Weights`.
    mixed
        Rule for parts with several kinds, see :func:`gridplan.graph.bounds.make_rule`.
    seed
        Seed of the search; the same input and seed give the same result with any number of workers.
    time_limit
        Seconds after which the best so far is returned. None = none; only without it is the result
        the same on every machine.
    workers
        Threads.

    Returns
    -------
    Partition
        Labels, status and certificates.

    Raises
    ------
    InputError
        With all faults of the input at once.

    Notes
    -----
    Components are solved apart. Where the connected groups can be listed, set partitioning is exact.
    Elsewhere: repeated halving along spanning trees, boundary moves under annealing, and neighbourhoods
    re-cut by an exact programme over fresh trees; no optimality is promised there.

    Examples
    --------
    Six houses in a row, of 20 households each, in areas of 30 to 50:

    >>> row = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    >>> result = gridplan.partition([20] * 6, [1] * 6, row, [10.0] * 5, lower=[50, 30], upper=[80, 50])
    >>> result.labels.tolist()
    [0, 0, 1, 1, 2, 2]
    """
    deadline = set_deadline(time_limit)
    problem = make_problem(
        units,
        kind,
        edges,
        border_length,
        lower=lower,
        upper=upper,
        lane=lane,
        area=area,
        max_area=max_area,
        building=building,
        weights=weights,
        mixed=mixed,
    )
    n = len(problem.units)
    if n == 0:
        return Partition(np.zeros(0, np.int32), "optimal")
    given = problem
    order = _order_atoms(problem, xy)
    if not np.array_equal(order, np.arange(n)):
        problem = problem.reorder(order)
    hold = make_hold(problem, initial, locked, pinned, order)
    tasks = _make_tasks(problem, hold, target_parts, seed, deadline)
    labels, proved = _solve_tasks(problem, hold, tasks, workers)
    late: Status = "time_limit" if deadline.is_over() else "feasible"
    status: Status = "optimal" if proved else late
    back = np.empty(n, np.int64)
    back[order] = labels
    return Partition(renumber(back).astype(np.int32), status, given)


def _order_atoms(problem: Problem, xy: npt.ArrayLike | None) -> IntArray:
    """Give the canonical order of the atoms: by point, then by content; without points as they stand."""
    n = len(problem.units)
    if xy is None:
        return np.arange(n)
    points = np.asarray(xy, np.float64)
    if points.shape != (n, 2) or not np.isfinite(points).all():
        raise InputError("partition_input", faults=[f"xy: shape {points.shape}, or not finite"])
    return np.lexsort((problem.kind, problem.units, points[:, 1], points[:, 0])).astype(np.int64)


def _make_tasks(
    problem: Problem, hold: Hold, target_parts: int | None, seed: int, deadline: Deadline
) -> list[SearchTask]:
    """One task per component of what is not locked, largest first."""
    free = np.flatnonzero(~hold.locked)
    if not len(free):
        return []
    place = np.full(len(problem.units), -1, np.int64)
    place[free] = np.arange(len(free))
    inside = ~hold.locked[problem.tail] & ~hold.locked[problem.head]
    component = label_components(len(free), place[problem.tail[inside]], place[problem.head[inside]])
    order = np.argsort(component, kind="stable")
    sizes = np.bincount(component)
    groups = [free[g] for g in np.split(order, np.cumsum(sizes)[:-1])]
    shares: list[int | None] = [None] * len(groups)
    if target_parts is not None:
        if target_parts < 1:
            raise InputError("partition_input", faults=[f"target_parts: {target_parts}"])
        left = target_parts - hold.locked_parts
        shares = list(share_parts(np.array([problem.load[g].sum() for g in groups]), sizes, left))
    tasks = []
    for c, (atoms, parts) in enumerate(zip(groups, shares, strict=True)):
        start = None if hold.start is None else renumber(hold.start[atoms])
        if start is not None and parts is not None:
            start = fit_count(problem, atoms, start, parts, hold.pinned[atoms])
        first = parts or guess_parts(problem, atoms)
        tasks.append(
            SearchTask(
                problem, atoms, parts, first, start, hold.pinned[atoms], seed + 1_000_003 * c, deadline
            )
        )
    return sorted(tasks, key=lambda t: -len(t.atoms))


def _solve_tasks(
    problem: Problem, hold: Hold, tasks: list[SearchTask], workers: int
) -> tuple[IntArray, bool]:
    """Solve the components: many small ones side by side, a giant one block by block."""
    labels = np.full(len(problem.units), -1, np.int64)
    base = 0
    if hold.start is not None and hold.locked.any():
        labels[hold.locked] = renumber(hold.start[hold.locked])
        base = int(labels.max()) + 1
    solved = map_threads(lambda i: _solve_component(tasks[i], workers), len(tasks), workers)
    proved = True
    for task, (found, exact) in zip(tasks, solved, strict=True):
        labels[task.atoms] = found + base
        base += int(found.max()) + 1
        proved &= exact
    return renumber(labels), proved and not hold.locked.any()


def _solve_component(task: SearchTask, workers: int) -> tuple[IntArray, bool]:
    """Solve one component, exactly where that is cheap; say whether it is proved."""
    problem, n = task.problem, len(task.atoms)
    if n == 1:
        return np.zeros(1, np.int64), True
    free = task.parts is None and task.start is None
    if free and _is_one_part(problem, task.atoms):
        return np.zeros(n, np.int64), True
    if free and not task.deadline.is_over():
        most = EXACT_GROUPS if len(problem.units) <= LARGE else EXACT_GROUPS_LARGE
        exact = solve_exactly(problem.cut_region(task.atoms), problem.make_terms(), most)
        if exact is not None:
            return renumber(exact), True
    effort = choose_effort(n, task.first_parts, task.parts is not None)
    return renumber(search_component(task, effort, workers)), False


def _is_one_part(problem: Problem, atoms: IntArray) -> bool:
    """Whether leaving a component whole cannot be beaten: legal or light, nothing speaks for a division."""
    homes = problem.homes[atoms]
    tally = homes.sum(axis=0)
    plain = len(np.flatnonzero(tally)) <= 1 and not (problem.weights.area and problem.area[atoms].any())
    if problem.area[atoms].sum() > problem.max_area or not plain:
        return False
    total = int(tally.sum())
    floor = problem.rule.floor_households(tally)
    return (
        total == 0
        or bool(problem.rule.is_legal(tally)[0])
        or (floor == total and not bool(problem.rule.is_too_heavy(tally)[0]))
    )
