"""Exact legality of a part: the one arithmetic that search, proof and test share.

A part is judged from its households by kind. All comparisons are between integers: bounds by kind
are brought to one scale by the lowest common multiple, so that ``5a + 8s <= 400`` and
``3a + 5s >= 150`` (apartments 50-80, self-built 30-50) are decided without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Literal

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.errors import InputError

__all__ = ["LoadRule", "Mixed", "make_rule"]

Mixed = Literal["weighted", "forbid", "majority"]

MODES: dict[str, int] = {"weighted": 0, "forbid": 1, "majority": 2}
LARGEST_SCALE = 2**40  # households x scale must stay far from 2**63


@dataclass(frozen=True)
class LoadRule:
    """Bounds by kind, ready for exact tests.

    Attributes
    ----------
    mixed
        How a part with households of several kinds is judged, see :func:`make_rule`.
    kinds
        The kinds that have households, ascending, shape (K,).
    lower, upper
        Bounds of those kinds [households], shape (K,).
    upper_weight, lower_weight
        What one household of each kind weighs against ``cap`` and ``need``, shape (K,).
    cap, need
        A weighted part is legal iff ``homes @ upper_weight <= cap`` and ``homes @ lower_weight >= need``.
    """

    mixed: Mixed
    kinds: IntArray
    lower: IntArray
    upper: IntArray
    upper_weight: IntArray
    lower_weight: IntArray
    cap: int
    need: int

    def split_homes(self, units: IntArray, kind: IntArray) -> IntArray:
        """Give the households of each atom by kind, shape (n, K)."""
        return np.ascontiguousarray(np.where(kind[:, None] == self.kinds[None, :], units[:, None], 0))

    def is_legal(self, homes: IntArray) -> BoolArray:
        """Judge parts from their households by kind.

        Parameters
        ----------
        homes
            Households by kind, shape (p, K).

        Returns
        -------
        BoolArray
            Shape (p,); a part without households has nothing to bound and is legal.
        """
        homes = np.atleast_2d(homes)
        total = homes.sum(axis=1)
        if self.mixed == "weighted":
            legal = (homes @ self.upper_weight <= self.cap) & (homes @ self.lower_weight >= self.need)
        else:
            chief = homes.argmax(axis=1) if homes.shape[1] else np.zeros(len(homes), np.int64)
            low, high = _pad(self.lower)[chief], _pad(self.upper)[chief]
            legal = (total >= low) & (total <= high)
            if self.mixed == "forbid":
                legal &= (homes > 0).sum(axis=1) <= 1
        return np.asarray(legal | (total == 0))

    def is_too_heavy(self, homes: IntArray) -> BoolArray:
        """Whether a set can only be made legal by taking households away, shape (p,).

        Under ``majority`` a set above its own bound may come back under that of another kind, so
        only a set above every bound is called too heavy.
        """
        homes = np.atleast_2d(homes)
        total = homes.sum(axis=1)
        if self.mixed == "weighted":
            return np.asarray(homes @ self.upper_weight > self.cap)
        if self.mixed == "forbid":
            over = (homes > self.upper[None, :]).any(axis=1)
            return np.asarray(over | ((homes > 0).sum(axis=1) > 1))
        return np.asarray(total > max(self.upper, default=0))

    def count_bound(self, homes: IntArray) -> int:
        """Fewest legal parts that could hold these households (the lemma's ceil(T/U)), shape (K,) in."""
        if not len(self.kinds):
            return 1
        if self.mixed == "weighted":
            return max(1, -(-int(homes @ self.upper_weight) // self.cap))
        if self.mixed == "forbid":
            parts = [-(-int(h) // int(u)) for h, u in zip(homes, self.upper, strict=True)]
            return max(1, sum(parts))
        return max(1, -(-int(homes.sum()) // int(self.upper.max())))

    def floor_households(self, homes: IntArray) -> int:
        """Households that no plan of a closed set can bring within bounds (the lemma).

        Parameters
        ----------
        homes
            Households of the set by kind, shape (K,).

        Returns
        -------
        int
            Proven minimum of households out of bounds: j legal parts hold at most j times the upper
            bound and at least j times the lower one. Exact for one kind of indivisible single
            households; a valid bound for atoms of any size. 0 where nothing is proved.
        """
        homes = np.asarray(homes, np.int64)
        total = int(homes.sum())
        if total == 0 or bool(self.is_legal(homes)[0]):
            return 0
        present = np.flatnonzero(homes)
        if len(present) == 1:
            k = int(present[0])
            return _floor_one_kind(int(homes[k]), int(self.lower[k]), int(self.upper[k]))
        if self.mixed == "forbid":
            return sum(
                _floor_one_kind(int(homes[k]), int(self.lower[k]), int(self.upper[k])) for k in present
            )
        if self.mixed == "majority":
            return total if total < int(self.lower[present].min()) else 0
        return self._floor_weighted(homes, total)

    def _floor_weighted(self, homes: IntArray, total: int) -> int:
        """Lemma for several kinds: the relaxation where households may be taken out one by one."""
        most = int(homes @ self.lower_weight) // self.need if self.need else total
        if most == 0:
            return total
        load = int(homes @ self.upper_weight)
        if most * self.cap >= load:
            return 0
        heaviest = int(self.upper_weight[homes > 0].max())
        return max(1, -(-(load - most * self.cap) // heaviest))


def _pad(bounds: IntArray) -> IntArray:
    """Bounds that can be indexed even when no kind has households."""
    return bounds if len(bounds) else np.zeros(1, np.int64)


def _floor_one_kind(total: int, lower: int, upper: int) -> int:
    """Least households left over when j parts of [lower, upper] are filled from a total."""
    if total == 0:
        return 0
    if total < lower:
        return total
    most = total // lower if lower else total
    return max(0, total - most * upper)


def _find_multiple(values: IntArray) -> int:
    """Lowest common multiple of positive integers, refused where exact arithmetic would overflow."""
    multiple = 1
    for value in values.tolist():
        multiple = multiple // gcd(multiple, value) * value
        if multiple > LARGEST_SCALE:
            raise InputError("bounds_too_large", bounds=values.tolist())
    return multiple


def make_rule(
    units: IntArray, kind: IntArray, lower: IntArray, upper: IntArray, mixed: Mixed = "weighted"
) -> LoadRule:
    """Build the rule for the kinds that have households.

    Parameters
    ----------
    units, kind
        Households and kind of each atom, shape (n,).
    lower, upper
        Bounds [households] indexed by kind; ``upper`` >= 1, ``lower`` <= ``upper``.
    mixed
        ``weighted``: sum of h/upper <= 1 <= sum of h/lower; ``forbid``: one kind with households in a
        part; ``majority``: the bounds of the kind with most households (the first of equals).

    Raises
    ------
    InputError
        If the common multiple of the bounds would overflow exact arithmetic.
    """
    kinds = np.unique(kind[units > 0]).astype(np.int64)
    low, high = np.asarray(lower, np.int64)[kinds], np.asarray(upper, np.int64)[kinds]
    cap = _find_multiple(high)
    # A kind without a lower bound satisfies the need with its first household.
    need = _find_multiple(low[low > 0])
    lower_weight = np.where(low > 0, need // np.maximum(low, 1), need)
    upper_weight = cap // np.maximum(high, 1)
    return LoadRule(mixed, kinds, low, high, upper_weight, lower_weight, cap, need)
