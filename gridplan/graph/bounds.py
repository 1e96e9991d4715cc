"""Bounds by kind in whole numbers: the one arithmetic that solving and feasibility share.

A part is judged from what it holds by kind. All comparisons are between integers: bounds by kind
are brought to one scale by the lowest common multiple, so that ``5a + 8s <= 400`` and
``3a + 5s >= 150`` (apartments 50-80, self-built 30-50) are decided without rounding.

The lemma: j legal parts hold at least j lower and at most j upper bounds, so T households that hang
together fit only if ceil(T / U) <= floor(T / L). ``gridplan.check`` has its own copy on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

import numpy as np

from gridplan.arrays import BoolArray, IntArray
from gridplan.errors import InputError

__all__ = ["MODES", "LoadRule", "Mixed", "make_rule", "scale_bounds"]

Mixed = Literal["weighted", "forbid", "majority"]

#: How kernels know the rules for several kinds.
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

    def widen(self) -> LoadRule:
        """Give a rule under whose weights everything is legal that is legal under this one.

        What is legal under ``forbid`` is legal under the weights of ``weighted`` too. Under ``majority``
        the weights become those of the widest bounds of any kind.
        """
        if self.mixed != "majority" or not len(self.kinds):
            return self
        each = np.ones(len(self.kinds), np.int64)
        cap, need = int(self.upper.max()), max(int(self.lower.min()), 1)
        return replace(self, upper_weight=each, lower_weight=each, cap=cap, need=need)

    def count_parts(self, sums: IntArray) -> tuple[IntArray, IntArray]:
        """Give the fewest and the most legal parts that closed sets could be divided into.

        Parameters
        ----------
        sums
            What each set holds by kind, shape (p, K).

        Returns
        -------
        fewest, most : ndarray of int64, shape (p,)
            0 and 0 where nothing is held. Where ``fewest > most`` no number of parts is legal.
        """
        if self.mixed == "forbid":
            return _ceil(sums, self.upper).sum(axis=1), (sums // np.maximum(self.lower, 1)).sum(axis=1)
        return _ceil(sums @ self.upper_weight, self.cap), sums @ self.lower_weight // self.need

    def count_bound(self, homes: IntArray) -> int:
        """Fewest legal parts that could hold these households (the lemma's ceil(T/U)), shape (K,) in."""
        return max(1, int(self.widen().count_parts(homes[None, :])[0][0]))

    def count_lost(self, sums: IntArray) -> IntArray:
        """Give what cannot lie in legal parts at least, set by set (the lemma, by the weights).

        Parameters
        ----------
        sums
            What each closed set holds by kind, shape (p, K).

        Returns
        -------
        ndarray of int64, shape (p,)
            Exact for households of one kind that could be placed one by one, a valid least for any
            others; 0 proves nothing.
        """
        if self.mixed == "forbid":
            return np.asarray(_count_lost_by_kind(sums, self.lower, self.upper).sum(axis=1), dtype=np.int64)
        most = sums @ self.lower_weight // self.need
        excess = np.maximum(sums @ self.upper_weight - most * self.cap, 0)
        heaviest = np.where(sums > 0, self.upper_weight, 0).max(axis=1, initial=1)
        return np.asarray(np.where(most == 0, sums.sum(axis=1), _ceil(excess, heaviest)), dtype=np.int64)

    def floor_households(self, homes: IntArray) -> int:
        """Households that no plan of a closed set can bring within bounds, as certificates claim it.

        Parameters
        ----------
        homes
            Households of the set by kind, shape (K,).

        Returns
        -------
        int
            As :meth:`count_lost`. Under ``majority`` a set of several kinds is only lost as a whole, where
            it is below the lower bound of each of them.
        """
        homes = np.asarray(homes, np.int64)
        if self.mixed != "majority":
            return int(self.count_lost(homes[None, :])[0])
        present = np.flatnonzero(homes)
        if len(present) > 1:
            total = int(homes.sum())
            return total if total < int(self.lower[present].min()) else 0
        return int(_count_lost_by_kind(homes, self.lower, self.upper).sum())


def _ceil(value: IntArray, by: IntArray | int) -> IntArray:
    return np.asarray(-(-value // by), dtype=np.int64)


def _count_lost_by_kind(sums: IntArray, lower: IntArray, upper: IntArray) -> IntArray:
    """Give what is left over of each kind when as many parts as there can be are full."""
    return np.asarray(np.maximum(sums - sums // np.maximum(lower, 1) * upper, 0), dtype=np.int64)


def _pad(bounds: IntArray) -> IntArray:
    """Bounds that can be indexed even when no kind has households."""
    return bounds if len(bounds) else np.zeros(1, np.int64)


def scale_bounds(kinds: IntArray, lower: IntArray, upper: IntArray, mixed: Mixed = "weighted") -> LoadRule:
    """Bring the bounds of kinds to one scale.

    Parameters
    ----------
    kinds
        Numbers of the kinds, ascending, shape (K,).
    lower, upper
        Their bounds, shape (K,); ``upper`` >= 1, ``lower`` <= ``upper``.
    mixed
        As in :func:`make_rule`.

    Raises
    ------
    InputError
        ``bounds_too_large`` if their common multiple would overflow exact arithmetic.
    """
    # a kind without a lower bound satisfies the need with its first household
    need, cap = lcm(*lower[lower > 0].tolist()), lcm(*upper.tolist())
    if max(need, cap) > LARGEST_SCALE:
        raise InputError("bounds_too_large", bounds=[*lower.tolist(), *upper.tolist()])
    lower_weight = np.where(lower > 0, need // np.maximum(lower, 1), need)
    return LoadRule(mixed, kinds, lower, upper, cap // np.maximum(upper, 1), lower_weight, cap, need)


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
    return scale_bounds(kinds, low, high, mixed)
