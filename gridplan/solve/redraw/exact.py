"""The best plan over all connected legal areas, where these can be listed."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.cover import WIDTH, cover_cheapest, order_narrow
from gridplan.solve.kernels.groups import list_groups, price_groups
from gridplan.solve.redraw.moves import MOVED, RING, SHAPE
from gridplan.solve.redraw.task import Draft, Task, price_draft

__all__ = ["draw_exactly"]

STEPS = 20  # groups visited for each one kept: light ones lead to legal ones


def draw_exactly(task: Task, most: int, states: int, ceiling: float = np.inf) -> tuple[Draft | None, bool]:
    """Find the plan of legal areas with the least price.

    Parameters
    ----------
    task
        Pieces and prices; without a count.
    most, states
        Budgets: areas to list, and states of the covering programme.
    ceiling
        Plans above this price are of no interest.

    Returns
    -------
    draft : Draft or None
        The best among all plans whose areas are all legal; None where there is none below the ceiling.
    proved : bool
        Whether that is proved; not where a count is asked for or the budget does not suffice.
    """
    n, terms = len(task.ground.load), task.make_terms(False)
    if task.count or n + task.olds > WIDTH:
        return None, False
    atoms, ptr, whole = list_groups(task.ground, terms, np.arange(n), True, STEPS * most, 20 * most)
    if not whole or not 1 < len(ptr) <= most:
        return None, bool(whole) and len(ptr) == 1
    cost, _ = price_groups(task.ground, terms, atoms, ptr)
    cost += task.matter.price[SHAPE] * _measure_rings(task, atoms, ptr)
    group, old, stay = _count_stay(task, atoms, ptr)
    moving = float(task.matter.price[MOVED])
    if moving == 0.0:
        group, old, stay = group[:0], old[:0], stay[:0]
    cost += moving * np.bincount(group, stay, minlength=len(cost))
    # every group by itself, and once more for each old area that it may continue: that one is then a row
    # beside the pieces, to be covered at most once
    column = np.r_[np.arange(len(cost)), group]
    value = cost[column] - np.r_[np.zeros(len(cost)), moving * stay]
    width = np.diff(ptr)[column] + (np.arange(len(column)) >= len(cost))
    starts = np.concatenate(([0], np.cumsum(width))).astype(np.int64)
    members = np.empty(int(starts[-1]), np.int64)
    rows, ends = _list_members(atoms, ptr, column)
    members[starts[ends] + np.arange(len(ends)) - np.searchsorted(ends, ends)] = rows
    members[starts[len(cost) + 1 :] - 1] = n + old
    rank = np.r_[order_narrow(task.ground, np.arange(n)), n + np.arange(task.olds)]
    skip = np.r_[np.full(n, np.inf), np.zeros(task.olds)]
    _, picked, state = cover_cheapest(rank, members, starts, value, skip, states, ceiling)
    if state != 1:
        return None, state == 0
    labels, anchor = np.full(n, -1, np.int64), np.full(len(picked), -1, np.int64)
    for area, one in enumerate(picked.tolist()):
        labels[atoms[ptr[column[one]] : ptr[column[one] + 1]]] = area
        anchor[area] = -1 if one < len(cost) else old[one - len(cost)]
    return Draft(labels, anchor, price_draft(task, labels, anchor)), True


def _list_members(atoms: IntArray, ptr: IntArray, column: IntArray) -> tuple[IntArray, IntArray]:
    """List the pieces of the group of each column, and the column of each."""
    width = ptr[column + 1] - ptr[column]
    at = np.repeat(ptr[column + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
    return atoms[at], np.repeat(np.arange(len(column)), width)


def _measure_rings(task: Task, atoms: IntArray, ptr: IntArray) -> FloatArray:
    """Circumference of the disc that is spread as far as each group [m]."""
    total = np.add.reduceat(task.matter.moment[atoms], ptr[:-1], axis=0)
    spread = total[:, 3] - (total[:, 1] ** 2 + total[:, 2] ** 2) / total[:, 0]
    return np.asarray(RING * np.sqrt(np.maximum(spread, 0.0) / total[:, 0]))


def _count_stay(task: Task, atoms: IntArray, ptr: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """List (group, old area, people of it in the group), people above 0."""
    width = np.diff(task.matter.ptr)[atoms]
    ends = np.repeat(task.matter.ptr[atoms + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
    owner = np.repeat(np.repeat(np.arange(len(ptr) - 1), np.diff(ptr)), width)
    key, row = np.unique(owner * max(task.olds, 1) + task.matter.old[ends], return_inverse=True)
    people = np.zeros(len(key), np.int64)
    np.add.at(people, row.reshape(-1), task.matter.people[ends])
    return key // max(task.olds, 1), key % max(task.olds, 1), people
