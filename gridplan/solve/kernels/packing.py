"""Set partitioning and set packing over listed groups, by a covering programme or by HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_matrix

from gridplan.arrays import FloatArray, IntArray
from gridplan.solve.kernels.cover import cover_cheapest, order_narrow
from gridplan.solve.kernels.groups import list_groups, price_groups
from gridplan.solve.kernels.terms import Ground, Terms

__all__ = ["pack_groups", "solve_exactly"]


STATES = 20_000  # states of the covering programme before HiGHS takes over; some 5 ms
FEW = 300  # groups up to which the covering programme needs no guide
FIRST_STEP = 25.0  # m of border; a quarter of the price of a part


def _call_highs(n: int, atoms: IntArray, ptr: IntArray, gain: FloatArray, nodes: int) -> float:
    """Bound from above what disjoint groups gain together."""
    groups = len(ptr) - 1
    rows = csc_matrix((np.ones(len(atoms)), atoms, ptr), shape=(n, groups))
    sizes = np.diff(ptr)
    least = int(sizes.min())
    # a group of size s stands for s // least of the smallest ones, and only n // least of those find room;
    # without this a search over pairs of an odd number of atoms (123 slices in vologda) does not end
    room = LinearConstraint((sizes // least)[None, :], -np.inf, n // least)
    # a limit of nodes, not of seconds: the same answer on any machine
    found = milp(
        -gain,
        constraints=[LinearConstraint(rows, -np.inf, 1.0), room],
        integrality=np.ones(groups),
        bounds=Bounds(0, 1),
        # without presolve: what HiGHS repairs after it, it tells on the standard output
        options={"node_limit": nodes, "mip_rel_gap": 1e-9, "presolve": False},
    )
    return np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)


def _cover_by_duals(rank: IntArray, atoms: IntArray, ptr: IntArray, cost: FloatArray) -> IntArray | None:
    """Cover every atom exactly at the least cost, with the linear relaxation's prices as a guide.

    Reduced costs are not negative and those of a cover add up to its distance from the relaxation, so
    all covers within a step of it are made of few groups. The step grows until a cover is found,
    which is then the cheapest there is. None where the budget of states does not suffice.
    """
    n, groups = len(rank), len(ptr) - 1
    rows = csc_matrix((np.ones(groups and len(atoms)), atoms, ptr), shape=(n, groups))
    relaxed = linprog(cost, A_eq=rows, b_eq=np.ones(n), bounds=(0, None), method="highs")
    if relaxed.status != 0:
        return None
    reduced = np.maximum(cost - rows.T @ relaxed.eqlin.marginals, 0.0)
    step = FIRST_STEP
    while step <= max(cost.max(), FIRST_STEP):
        near = np.flatnonzero(reduced <= step)
        width = ptr[near + 1] - ptr[near]
        ends = np.repeat(ptr[near + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
        starts = np.concatenate(([0], np.cumsum(width))).astype(np.int64)
        _, picked, state = cover_cheapest(
            rank, atoms[ends], starts, reduced[near], np.full(n, np.inf), 50 * STATES, step
        )
        if state == 1:
            return near[picked]
        if state < 0:
            break
        step *= 1.4
    return None


def solve_exactly(ground: Ground, terms: Terms, most_groups: int) -> IntArray | None:
    """Solve a region over all its connected groups.

    Parameters
    ----------
    ground, terms
        Region, rule and prices.
    most_groups
        Budget of groups; more than that is left to the search.

    Returns
    -------
    IntArray or None
        Part of each atom, proved optimal; None where the budget does not suffice.
    """
    n = len(ground.load)
    atoms, ptr, whole = list_groups(ground, terms, np.arange(n), False, 20 * most_groups, 10 * most_groups)
    if not whole or len(ptr) > most_groups:
        return None
    cost, _ = price_groups(ground, terms, atoms, ptr)
    rank, must = order_narrow(ground, np.arange(n)), np.full(n, np.inf)
    picked, state = np.zeros(0, np.int64), -1
    if len(ptr) <= FEW:
        _, picked, state = cover_cheapest(rank, atoms, ptr, cost, must, STATES, np.inf)
    if state != 1:
        found = _cover_by_duals(rank, atoms, ptr, cost)
        if found is None:
            return None
        picked = found
    labels = np.full(n, -1, np.int64)
    for part, g in enumerate(picked):
        labels[atoms[ptr[g] : ptr[g + 1]]] = part
    return labels if (labels >= 0).all() else None


def pack_groups(ground: Ground, atoms: IntArray, ptr: IntArray, gain: IntArray, nodes: int) -> int:
    """Bound from above the households that disjoint groups can cover.

    Parameters
    ----------
    ground
        The region.
    atoms, ptr
        Groups.
    gain
        Households that covering each atom counts for, shape (n,); 0 outside the core.
    nodes
        Budget of branching nodes; the bound of an unfinished search still holds.
    """
    if len(ptr) == 1:
        return 0
    used, local = np.unique(atoms, return_inverse=True)
    rank = order_narrow(ground, used)
    lost, _, state = cover_cheapest(
        rank, local, ptr, np.zeros(len(ptr) - 1), gain[used].astype(np.float64), STATES, np.inf
    )
    covered = int(gain[used].sum())
    if state == 1:
        return covered - round(lost)
    # the bound of an unfinished search still holds; 1e-6 is HiGHS's own tolerance
    most = _call_highs(
        len(used), local, ptr, np.add.reduceat(gain[atoms], ptr[:-1]).astype(np.float64), nodes
    )
    return min(covered, int(np.floor(most + 1e-6))) if np.isfinite(most) else covered
