"""Set partitioning and set packing over listed groups, by a covering programme or by HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix

from gridplan.solve.cover import cover_cheapest, order_narrow
from gridplan.solve.groups import list_groups, price_groups
from gridplan.solve.terms import FloatArray, Ground, IntArray, Terms

__all__ = ["pack_groups", "solve_exactly"]


STATES = 20_000  # states of the covering programme before HiGHS takes over; some 5 ms
COLUMNS = 1_000  # groups up to which HiGHS takes some 0.1 s to partition


def _call_highs(
    n: int, atoms: IntArray, ptr: IntArray, value: FloatArray, cover: bool, nodes: int
) -> tuple[FloatArray | None, bool, float]:
    """Choose groups at least total value: chosen (or None), whether proved, and the proven lower bound."""
    groups = len(ptr) - 1
    rows = csc_matrix((np.ones(len(atoms)), atoms, ptr), shape=(n, groups))
    touched = np.flatnonzero(np.diff(rows.tocsr().indptr))
    limits = LinearConstraint(rows[touched], 1.0 if cover else -np.inf, 1.0)
    # a limit of nodes, not of seconds: the same answer on any machine
    options = {"node_limit": nodes, "mip_rel_gap": 1e-9}
    found = milp(value, constraints=limits, integrality=np.ones(groups), bounds=Bounds(0, 1), options=options)
    bound = float(found.mip_dual_bound) if found.mip_dual_bound is not None else -np.inf
    return found.x, bool(found.status == 0), bound


def solve_exactly(ground: Ground, terms: Terms, most_steps: int, nodes: int) -> IntArray | None:
    """Solve a region over all its connected groups.

    Parameters
    ----------
    ground, terms
        Region, rule and prices.
    most_steps
        Budget of groups; more than that is left to the search.
    nodes
        Budget of branching nodes.

    Returns
    -------
    IntArray or None
        Part of each atom, proved optimal; None where the budget does not suffice.
    """
    n = len(ground.load)
    atoms, ptr, whole = list_groups(ground, terms, np.arange(n), False, most_steps, 40 * most_steps)
    if not whole:
        return None
    cost, _ = price_groups(ground, terms, atoms, ptr)
    _, picked, proved = cover_cheapest(order_narrow(ground, np.arange(n)), atoms, ptr, cost, np.full(n, np.inf), STATES)
    if not proved:
        if len(ptr) > COLUMNS:
            return None
        chosen, proved, _ = _call_highs(n, atoms, ptr, cost, True, nodes)
        if chosen is None or not proved:
            return None
        picked = np.flatnonzero(chosen > 0.5)
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
    n, total = len(gain), int(gain.sum())
    if len(ptr) == 1:
        return 0
    used, local = np.unique(atoms, return_inverse=True)
    rank = order_narrow(ground, used)
    lost, _, proved = cover_cheapest(
        rank, local, ptr, np.zeros(len(ptr) - 1), gain[used].astype(np.float64), STATES
    )
    covered = int(gain[used].sum())
    if proved:
        return covered - round(lost)
    value = -np.add.reduceat(gain[atoms], ptr[:-1]).astype(np.float64)
    _, proved, bound = _call_highs(n, atoms, ptr, value, False, nodes)
    return min(total, int(np.floor(-bound + 1e-6))) if proved or np.isfinite(bound) else total
