"""The sums that tie counts of areas together: levels inside each other and levels across each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, IntArray
from gridplan.privacy.suppress import TiedCounts

__all__ = ["Ties"]


@dataclass(slots=True)
class Ties:
    """Cells and sums as they are put together.

    Parameters
    ----------
    columns
        How many counts each cell has.
    """

    columns: int
    _values: list[IntArray] = field(default_factory=list)
    _printed: list[BoolArray] = field(default_factory=list)
    _totals: list[IntArray] = field(default_factory=list)
    _sums: list[IntArray] = field(default_factory=list)
    _members: list[IntArray] = field(default_factory=list)
    _judged: list[BoolArray] = field(default_factory=list)
    _size: int = 0
    _count: int = 0

    def add_cells(self, values: IntArray, *, printed: bool = True) -> IntArray:
        """Add cells and return their numbers, shape (n,)."""
        numbers = np.arange(self._size, self._size + len(values))
        self._size += len(values)
        self._values.append(values.reshape(len(values), self.columns).astype(np.int64))
        self._printed.append(np.full(len(values), printed))
        return numbers

    def add_sums(
        self, totals: IntArray, members: IntArray, owners: IntArray, judged: Sequence[bool] | None = None
    ) -> None:
        """Add sums: ``members[i]`` belongs to the sum of ``totals[owners[i]]``; ``judged`` columns only."""
        used, places = np.unique(owners, return_inverse=True)
        self._totals.append(totals[used])
        self._sums.append(places + self._count)
        self._members.append(members)
        holds = np.ones(self.columns, dtype=bool) if judged is None else np.asarray(judged, dtype=bool)
        self._judged.append(np.tile(holds, (len(used), 1)))
        self._count += len(used)

    def add_levels(
        self,
        pieces: pd.DataFrame,
        values: IntArray,
        *,
        printed: Mapping[str, BoolArray],
    ) -> dict[str, pd.Series]:
        """Add a cell for each area of each level, and the sums between them.

        Parameters
        ----------
        pieces
            Codes of the ground by level, the coarser levels first, one row per piece; "" for no area.
        values
            Counts of each piece, shape (n, columns).
        printed
            By level which of its areas (codes in sorted order) are published, all for those not named.

        Returns
        -------
        dict of Series
            By level the numbers of the cells, index code.
        """
        labels, cells = {}, {}
        for level in pieces.columns:
            codes, labels[level] = np.unique(pieces[level].to_numpy(dtype=str), return_inverse=True)
            counts = np.stack([np.bincount(labels[level], column, len(codes)) for column in values.T], axis=1)
            numbers = self.add_cells(counts.astype(np.int64))
            if level in printed:
                self._printed[-1] = printed[level]
            cells[level] = pd.Series(numbers, index=pd.Index(codes, name="code"))
        nests = _find_nests(labels)
        for fine, holders in nests.items():
            for coarse in holders:
                self._tie(cells[coarse], cells[fine], labels[coarse], labels[fine])
        ends = [level for level in labels if not any(level in holders for holders in nests.values())]
        if len(ends) > 1:
            self._tie_across(cells, labels, ends, values)
        return cells

    def _tie(self, coarse: pd.Series, fine: pd.Series, above: IntArray, below: IntArray) -> None:
        """Add the sums of the areas of one level over those of a level inside it."""
        _, first = np.unique(below, return_index=True)
        self.add_sums(coarse.to_numpy(), fine.to_numpy(), above[first])

    def _tie_across(
        self,
        cells: Mapping[str, pd.Series],
        labels: Mapping[str, IntArray],
        ends: Sequence[str],
        values: IntArray,
    ) -> None:
        """Tie levels that lie across each other by their overlaps, which are published to nobody."""
        keys, overlap = np.unique(
            np.stack([labels[level] for level in ends], axis=1), axis=0, return_inverse=True
        )
        overlap = overlap.ravel()
        counts = np.stack([np.bincount(overlap, column, len(keys)) for column in values.T], axis=1)
        numbers = self.add_cells(counts.astype(np.int64), printed=False)
        for at, level in enumerate(ends):
            self.add_sums(cells[level].to_numpy(), numbers, keys[:, at])

    def make_cells(self) -> TiedCounts:
        """Put the cells together."""
        return TiedCounts(
            values=np.concatenate(self._values),
            printed=np.concatenate(self._printed),
            totals=np.concatenate([np.empty(0, dtype=np.int64), *self._totals]),
            sums=np.concatenate([np.empty(0, dtype=np.int64), *self._sums]),
            members=np.concatenate([np.empty(0, dtype=np.int64), *self._members]),
            judged=np.concatenate([np.empty((0, self.columns), dtype=bool), *self._judged]),
        )


def _find_nests(labels: Mapping[str, IntArray]) -> dict[str, list[str]]:
    """Tell which levels hold each level's areas whole, the nearest only."""
    names = list(labels)
    holders: dict[str, list[str]] = {name: [] for name in names}
    for at, coarse in enumerate(names):
        for fine in names[at + 1 :]:
            pairs = np.unique(np.stack([labels[fine], labels[coarse]], axis=1), axis=0)
            if len(pairs) == labels[fine].max() + 1:
                holders[fine].append(coarse)
    return {
        fine: [level for level in above if not any(level in holders[other] for other in above)]
        for fine, above in holders.items()
    }
