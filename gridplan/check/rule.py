"""The household rule of a level, in whole numbers: what is legal, and the lemma.

Written apart from the solver on purpose: a slip in one of the two does not pass the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, lcm

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gridplan.arrays import BoolArray, IntArray
from gridplan.kinds import KINDS
from gridplan.scheme import Level

__all__ = ["LEGAL", "MIXED_KINDS", "TOO_FEW", "TOO_MANY", "BoundedLoads", "make_load_rule"]


LEGAL, TOO_FEW, TOO_MANY, MIXED_KINDS = 0, 1, 2, 3
#: Name in a scheme for bounds that know no kind.
ANY = "any"


@dataclass(frozen=True, slots=True)
class BoundedLoads:
    """Bounds by kind, and the households that they bound.

    Parameters
    ----------
    kinds
        The kinds that have bounds, in the order of ``KINDS`` (or ``any`` alone), K names.
    loads
        What counts of each atom under each kind, shape (n, K).
    lower, upper
        Bounds of those kinds, shape (K,).
    mixed
        ``weighted``, ``forbid`` or ``majority``.
    need, lower_weight
        Enough is ``sums @ lower_weight >= need``.
    cap, upper_weight
        Not too much is ``sums @ upper_weight <= cap``.
    """

    kinds: tuple[str, ...]
    loads: IntArray
    lower: IntArray
    upper: IntArray
    mixed: str
    need: int
    lower_weight: IntArray
    cap: int
    upper_weight: IntArray

    @property
    def total(self) -> IntArray:
        """What counts of each atom under all kinds, shape (n,)."""
        return np.asarray(self.loads.sum(axis=1), dtype=np.int64)

    def check(self, sums: IntArray) -> IntArray:
        """Check areas from their sums by kind.

        Parameters
        ----------
        sums
            Shape (k, K).

        Returns
        -------
        ndarray of int64, shape (k,)
            ``LEGAL``, ``TOO_FEW``, ``TOO_MANY`` or ``MIXED_KINDS``. An area that holds nothing to be
            bounded is legal.
        """
        total = sums.sum(axis=1)
        if not self.kinds:
            return np.zeros(len(sums), dtype=np.int64)
        if self.mixed == "weighted":
            few, many = sums @ self.lower_weight < self.need, sums @ self.upper_weight > self.cap
        else:
            chief = sums.argmax(axis=1)
            few, many = total < self.lower[chief], total > self.upper[chief]
        verdict = np.where(many, TOO_MANY, np.where(few, TOO_FEW, LEGAL))
        if self.mixed == "forbid":
            verdict = np.where((sums > 0).sum(axis=1) > 1, MIXED_KINDS, verdict)
        return np.where(total > 0, verdict, LEGAL)

    def count_unplaceable(self, sums: IntArray) -> int:
        """Return the households of a closed set that no legal areas can hold together (the lemma).

        Parameters
        ----------
        sums
            What the set holds by kind, shape (K,).

        Returns
        -------
        int
            m legal areas hold together between m lower and m upper bounds; the most that can be held
            over all m is taken from the whole. 0 proves nothing.
        """
        if self.mixed == "forbid":
            alone = np.diag(sums)
            return sum(self._count_weighted(alone[k]) for k in range(len(self.kinds)))
        if self.mixed == "majority":
            return self._count_majority(sums)
        return self._count_weighted(sums)

    def _count_weighted(self, sums: IntArray) -> int:
        total = int(sums.sum())
        least = sum(Fraction(int(s), int(u)) for s, u in zip(sums, self.upper, strict=True))
        most = floor(sum(Fraction(int(s), int(lo)) for s, lo in zip(sums, self.lower, strict=True)))
        if least <= most:
            return 0
        best = 0
        for areas in range(most, 0, -1):
            # no m areas hold more than m of the widest upper bound
            if areas * int(self.upper.max()) <= best:
                break
            best = max(best, self._fill(sums, areas))
        return total - best

    def _fill(self, sums: IntArray, areas: int) -> int:
        """Most households, taken one by one, whose sums fit a number of areas."""
        if len(self.kinds) == 1:
            fits = int(sums[0]) >= areas * int(self.lower[0])
            return min(int(sums[0]), areas * int(self.upper[0])) if fits else 0
        limits = [
            LinearConstraint(self.upper_weight[None, :], -np.inf, areas * self.cap),
            LinearConstraint(self.lower_weight[None, :], areas * self.need, np.inf),
        ]
        whole = np.ones(len(sums))
        found = milp(-whole, constraints=limits, bounds=Bounds(0, sums), integrality=whole)
        if found.status == 2:
            return 0
        # what is not solved to the end proves nothing, so nothing is claimed
        return floor(-found.mip_dual_bound + 1e-6) if found.status == 0 else int(sums.sum())

    def _count_majority(self, sums: IntArray) -> int:
        """Lemma with the widest bounds of the kinds at hand, since any of them may have the majority."""
        held = sums > 0
        total = int(sums.sum())
        if not held.any():
            return 0
        lower, upper = int(self.lower[held].min()), int(self.upper[held].max())
        return total - max((min(total, m * upper) for m in range(1, total // lower + 1)), default=0)


def make_load_rule(level: Level, counted: IntArray, kind: IntArray, applies: BoolArray) -> BoundedLoads:
    """Build the rule of a level over the atoms.

    Parameters
    ----------
    level
        Its measure, bounds and mixed rule; a level without bounds on what it counts has a rule without kinds.
    counted
        What the level counts, whole numbers per atom, shape (n,).
    kind
        Index into ``KINDS`` per atom, shape (n,).
    applies
        Atoms on ground that the level applies to; the others count for nothing, shape (n,).
    """
    if level.measure == "area" or level.make != "bounded":
        kinds: tuple[str, ...] = ()
    elif ANY in level.bounds:
        kinds = (ANY,)
    else:
        kinds = tuple(name for name in KINDS if name in level.bounds)
    loads = np.zeros((len(counted), len(kinds)), dtype=np.int64)
    for k, name in enumerate(kinds):
        held = applies if name == ANY else applies & (kind == KINDS.index(name))
        loads[:, k] = np.where(held, counted, 0)
    lower = np.array([level.bounds[name][0] for name in kinds], dtype=np.int64)
    upper = np.array([level.bounds[name][1] for name in kinds], dtype=np.int64)
    need, cap = lcm(*lower.tolist()), lcm(*upper.tolist())
    return BoundedLoads(kinds, loads, lower, upper, level.mixed, need, need // lower, cap, cap // upper)
