"""The best plan over all connected legal areas, where these can be listed."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix

from gridplan.solve.groups import list_groups, price_groups
from gridplan.solve.redraw_moves import MOVED, RING, SHAPE
from gridplan.solve.redraw_task import Draft, Task, price_draft
from gridplan.solve.terms import FloatArray, IntArray

__all__ = ["GROUPS", "draw_exactly"]

#: Areas that may be listed; HiGHS takes some seconds for the programme over 20,000 of them.
GROUPS = 20_000
STEPS = 20  # groups visited for each one kept: light ones lead to legal ones
NODES = 5_000  # branching nodes, not seconds: the same answer on any machine


def draw_exactly(task: Task, most: int = GROUPS) -> Draft | None:
    """Find the plan of legal areas with the least price.

    Parameters
    ----------
    task
        Pieces and prices; without a count.
    most
        Budget of areas to list.

    Returns
    -------
    Draft or None
        Proved best among all plans whose areas are all legal; None where there is no such plan, a count is
        asked for, or the budget does not suffice.
    """
    n, terms = len(task.ground.load), task.make_terms(False)
    if task.count:
        return None
    atoms, ptr, whole = list_groups(task.ground, terms, np.arange(n), True, STEPS * most, 20 * most)
    if not whole or not 1 < len(ptr) <= most:
        return None
    cost, _ = price_groups(task.ground, terms, atoms, ptr)
    cost += task.matter.price[SHAPE] * _measure_rings(task, atoms, ptr)
    group, old, stay = _count_stay(task, atoms, ptr)
    price = float(task.matter.price[MOVED])
    # columns: every group by itself, and once more for each old area that it may continue
    column = np.r_[np.arange(len(cost)), group]
    gain = np.r_[np.zeros(len(cost)), price * stay]
    rows, ends = _list_members(atoms, ptr, column)
    olds, place = np.unique(old, return_inverse=True)
    entries = np.r_[rows, n + place.reshape(-1)]
    columns = np.r_[ends, len(cost) + np.arange(len(group))]
    shape = (n + len(olds), len(column))
    matrix = csc_matrix((np.ones(len(entries)), (entries, columns)), shape=shape)
    low = np.r_[np.ones(n), np.zeros(len(olds))]
    found = milp(
        cost[column] - gain,
        constraints=LinearConstraint(matrix, low, 1.0),
        integrality=np.ones(len(column)),
        bounds=Bounds(0, 1),
        options={"node_limit": NODES, "mip_rel_gap": 1e-7},
    )
    if found.status != 0:
        return None
    labels, anchor = np.full(n, -1, np.int64), []
    for area, one in enumerate(np.flatnonzero(found.x > 0.5).tolist()):
        labels[atoms[ptr[column[one]] : ptr[column[one] + 1]]] = area
        anchor.append(-1 if one < len(cost) else int(old[one - len(cost)]))
    named = np.array(anchor, np.int64)
    return Draft(labels, named, price_draft(task, labels, named))


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
