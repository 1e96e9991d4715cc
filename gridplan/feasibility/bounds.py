"""The bounds of a level in whole numbers, for any number of pieces of ground at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import lcm

import numpy as np

from gridplan.arrays import IntArray
from gridplan.errors import InputError
from gridplan.graph import AtomGraph, Setting
from gridplan.kinds import KINDS
from gridplan.scheme import Level

__all__ = ["LoadBounds", "count_loads", "make_bounds"]


#: Name in a scheme for bounds that know no kind.
ANY = "any"
#: Households times weight must stay far from 2**63.
LARGEST_SCALE = 2**40


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
    lower, upper
        Bounds by kind, shape (K,).
    mixed
        ``weighted``, ``forbid`` or ``majority``.
    upper_weight, cap
        ``sums @ upper_weight <= cap`` is not too much for one area.
    lower_weight, need
        ``sums @ lower_weight >= need`` is enough for one area.

    Notes
    -----
    The weights are those of ``weighted``. What is legal under ``forbid`` is legal under them too; under
    ``majority`` they are the widest bounds of any kind. A claim that is made with them alone therefore
    holds for every rule.
    """

    kinds: tuple[str, ...]
    loads: IntArray
    total: IntArray
    lower: IntArray
    upper: IntArray
    mixed: str
    upper_weight: IntArray
    cap: int
    lower_weight: IntArray
    need: int

    def with_loads(self, loads: IntArray) -> LoadBounds:
        """Keep the bounds and count other atoms, shape (n, K)."""
        return replace(self, loads=loads, total=np.asarray(loads.sum(axis=1), dtype=np.int64))

    def sum_by(self, labels: IntArray, size: int) -> IntArray:
        """Sum what is counted by label; atoms with a label below 0 are left out, shape (size, K)."""
        sums = np.zeros((size, self.loads.shape[1]), dtype=np.int64)
        known = labels >= 0
        np.add.at(sums, labels[known], self.loads[known])
        return sums

    def count_areas(self, sums: IntArray) -> tuple[IntArray, IntArray]:
        """Give the fewest and the most legal areas that pieces could be divided into.

        Parameters
        ----------
        sums
            What each piece holds by kind, shape (p, K).

        Returns
        -------
        fewest, most : ndarray of int64, shape (p,)
            0 and 0 where nothing is held. Where ``fewest > most`` no number of areas is legal.
        """
        if not self.loads.shape[1]:
            return np.zeros(len(sums), np.int64), np.zeros(len(sums), np.int64)
        if self.mixed == "forbid":
            return _ceil(sums, self.upper).sum(axis=1), (sums // np.maximum(self.lower, 1)).sum(axis=1)
        return _ceil(sums @ self.upper_weight, self.cap), sums @ self.lower_weight // self.need

    def count_lost(self, sums: IntArray) -> IntArray:
        """Give what cannot lie in legal areas at least, piece by piece (the lemma).

        Parameters
        ----------
        sums
            What each closed piece holds by kind, shape (p, K).

        Returns
        -------
        ndarray of int64, shape (p,)
            m legal areas hold at least m lower and at most m upper bounds. Exact for households of one
            kind that could be placed one by one, a valid least for any others; 0 proves nothing.
        """
        if self.mixed == "forbid":
            most = sums // np.maximum(self.lower, 1)
            return np.asarray(np.maximum(sums - most * self.upper, 0).sum(axis=1), dtype=np.int64)
        most = sums @ self.lower_weight // self.need if len(self.upper) else np.zeros(len(sums), np.int64)
        excess = np.maximum(sums @ self.upper_weight - most * self.cap, 0)
        heaviest = np.where(sums > 0, self.upper_weight, 0).max(axis=1, initial=1)
        total = sums.sum(axis=1)
        return np.asarray(np.where(most == 0, total, _ceil(excess, heaviest)), dtype=np.int64)


def _ceil(value: IntArray, by: IntArray | int) -> IntArray:
    return np.asarray(-(-value // by), dtype=np.int64)


def count_loads(graph: AtomGraph, setting: Setting, measure: str) -> IntArray:
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
    counted = count_loads(graph, setting, level.measure)
    names = tuple(name for name in (ANY, *KINDS) if name in level.bounds and level.measure != "area")
    loads = np.zeros((len(counted), len(names)), dtype=np.int64)
    for k, name in enumerate(names):
        loads[:, k] = counted if name == ANY else np.where(graph.kind == KINDS.index(name), counted, 0)
    total = np.asarray(loads.sum(axis=1), dtype=np.int64)
    lower = np.array([level.bounds[name][0] for name in names], dtype=np.int64)
    upper = np.maximum(np.array([level.bounds[name][1] for name in names], dtype=np.int64), 1)
    if level.mixed == "majority" and names:
        ones = np.ones(len(names), dtype=np.int64)
        cap, need = int(upper.max()), max(int(lower.min()), 1)
        return LoadBounds(names, loads, total, lower, upper, level.mixed, ones, cap, ones, need)
    need, cap = lcm(*lower[lower > 0].tolist()), lcm(*upper.tolist())
    if max(need, cap) > LARGEST_SCALE:
        raise InputError("bounds_too_large", bounds=[*lower.tolist(), *upper.tolist()])
    # a kind without a lower bound fills an area with its first household
    lower_weight = np.where(lower > 0, need // np.maximum(lower, 1), need)
    return LoadBounds(names, loads, total, lower, upper, level.mixed, cap // upper, cap, lower_weight, need)
