"""What is counted of atoms, and between which bounds an area must hold it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from gridplan.arrays import IntArray
from gridplan.graph import AtomGraph, Setting
from gridplan.graph.bounds import LoadRule, Mixed, scale_bounds
from gridplan.kinds import KINDS
from gridplan.scheme import Level

__all__ = ["LoadBounds", "count_measure", "make_bounds"]


#: Name in a scheme for bounds that know no kind.
ANY = "any"


@dataclass(frozen=True, slots=True, eq=False)
class LoadBounds:
    """What is counted of each atom, and between which bounds an area must hold it.

    Parameters
    ----------
    kinds
        Names of the kinds that have bounds, ``any`` for all of them, K names.
    loads
        What is counted by kind, shape (n, K); K is 0 where nothing but the area is bounded.
    total
        What is counted of each atom under all kinds, shape (n,).
    rule
        The bounds of the kinds. What is legal under any rule for several kinds is legal under its weights,
        so that a claim that is made with them alone holds for every rule.
    """

    kinds: tuple[str, ...]
    loads: IntArray
    total: IntArray
    rule: LoadRule

    def with_loads(self, loads: IntArray) -> LoadBounds:
        """Keep the bounds and count other atoms, shape (n, K)."""
        return replace(self, loads=loads, total=np.asarray(loads.sum(axis=1), dtype=np.int64))

    def sum_by(self, labels: IntArray, size: int) -> IntArray:
        """Sum what is counted by label; atoms with a label below 0 are left out, shape (size, K)."""
        sums = np.zeros((size, self.loads.shape[1]), dtype=np.int64)
        known = labels >= 0
        np.add.at(sums, labels[known], self.loads[known])
        return sums


def count_measure(graph: AtomGraph, setting: Setting, measure: str) -> IntArray:
    """Give what a measure counts of each atom, shape (n,); households where only area is bounded."""
    if measure == "population":
        return np.asarray(setting.population, dtype=np.int64)
    return np.asarray(setting.dwellings if measure == "dwellings" else graph.households, dtype=np.int64)


def make_bounds(level: Level, graph: AtomGraph, setting: Setting) -> LoadBounds:
    """Bring the bounds of a level into whole numbers.

    Parameters
    ----------
    level
        Its measure, bounds and rule for several kinds.
    graph, setting
        The atoms.

    Raises
    ------
    InputError
        If the common multiple of the bounds would overflow.
    """
    counted = count_measure(graph, setting, level.measure)
    names = tuple(name for name in (ANY, *KINDS) if name in level.bounds and level.measure != "area")
    loads = np.zeros((len(counted), len(names)), dtype=np.int64)
    for k, name in enumerate(names):
        loads[:, k] = counted if name == ANY else np.where(graph.kind == KINDS.index(name), counted, 0)
    total = np.asarray(loads.sum(axis=1), dtype=np.int64)
    lower = np.array([level.bounds[name][0] for name in names], dtype=np.int64)
    upper = np.maximum(np.array([level.bounds[name][1] for name in names], dtype=np.int64), 1)
    rule = scale_bounds(np.arange(len(names)), lower, upper, cast("Mixed", level.mixed))
    return LoadBounds(names, loads, total, rule.widen())
