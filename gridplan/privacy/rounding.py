"""Counts rounded to tens, where so many sums hold that exact ones would give the small ones away."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.privacy.audience import MIN_CELL

__all__ = ["STEP", "is_few", "round_counts", "round_parts", "withhold_counts"]

#: Counts are published in steps of this: rounding hides any count below ``MIN_CELL`` added to it or taken
#: from it.
STEP = 2 * MIN_CELL

# tens closer to the whole than this are not published beside it
_ROOM = 3


def is_few(counts: FloatArray | IntArray) -> BoolArray:
    """Mark the counts of people that are too small to be published; nobody (0) is not few."""
    return np.asarray((counts > 0) & (counts < MIN_CELL), dtype=bool)


def withhold_counts(counts: npt.ArrayLike, hidden: BoolArray) -> pd.arrays.IntegerArray:
    """Withhold counts.

    Parameters
    ----------
    counts
        Whole numbers, shape (n,).
    hidden
        Which of them are withheld, shape (n,).

    Returns
    -------
    IntegerArray
        NA where withheld, and 0 in the memory below: a table in the format of Arrow, as it goes to a browser,
        carries the numbers under its NAs along.
    """
    hidden = np.array(hidden, dtype=bool)
    return pd.arrays.IntegerArray(np.where(hidden, 0, np.asarray(counts, dtype=np.int64)), hidden)


def round_counts(counts: IntArray) -> pd.arrays.IntegerArray:
    """Round counts to tens.

    Parameters
    ----------
    counts
        People or households, shape (n,).

    Returns
    -------
    IntegerArray
        0 where there is nobody, NA below ``MIN_CELL``, else the nearest ten, a half upwards.
    """
    counts = np.asarray(counts, dtype=np.int64)
    return withhold_counts((counts + MIN_CELL) // STEP * STEP, is_few(counts))


def round_parts(parts: IntArray, wholes: IntArray) -> IntArray:
    """Round parts of known wholes to tens.

    Parameters
    ----------
    parts, wholes
        Counts, 0 <= ``parts`` <= ``wholes``, shape (n,).

    Returns
    -------
    ndarray of int64, shape (n,)
        The nearest ten; 0 for fewer than ``MIN_CELL``, and the whole where fewer than that are left over or
        the next ten would show too well how many are. Each published number may stand for at least four.
    """
    parts, wholes = np.asarray(parts, dtype=np.int64), np.asarray(wholes, dtype=np.int64)
    tens = (parts + MIN_CELL) // STEP * STEP
    rests = wholes - parts
    nearly_all = ((rests < MIN_CELL) & (parts >= rests)) | (tens > wholes - _ROOM)
    return np.where((parts < MIN_CELL) & (parts < rests), 0, np.where(nearly_all, wholes, tens))
