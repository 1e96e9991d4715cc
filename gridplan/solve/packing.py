"""Set partitioning and set packing over listed groups, by HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix

from gridplan.solve.groups import list_groups, price_groups
from gridplan.solve.terms import FloatArray, Ground, IntArray, Terms

__all__ = ["pack_groups", "solve_exactly"]


def _choose(
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


def solve_exactly(ground: Ground, terms: Terms, most_steps: int, nodes: int) -> tuple[IntArray, bool] | None:
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
    tuple or None
        Part of each atom and whether it is proved optimal; None where the budget does not suffice.
    """
    n = len(ground.load)
    atoms, ptr, whole = list_groups(ground, terms, np.arange(n), False, most_steps, 40 * most_steps)
    if not whole:
        return None
    cost, _ = price_groups(ground, terms, atoms, ptr)
    chosen, proved, _ = _choose(n, atoms, ptr, cost, True, nodes)
    if chosen is None:
        return None
    labels = np.full(n, -1, np.int64)
    for part, g in enumerate(np.flatnonzero(chosen > 0.5)):
        labels[atoms[ptr[g] : ptr[g + 1]]] = part
    return (labels, proved) if (labels >= 0).all() else None


def pack_groups(n: int, atoms: IntArray, ptr: IntArray, households: IntArray, nodes: int) -> int:
    """Upper bound on the households that disjoint groups can cover, each group counting ``households``."""
    if len(ptr) == 1:
        return 0
    _, proved, bound = _choose(n, atoms, ptr, -households.astype(np.float64), False, nodes)
    # the bound of an unfinished search still holds; 1e-6 is HiGHS's own tolerance
    return int(np.floor(-bound + 1e-6)) if proved or np.isfinite(bound) else int(households.sum())
