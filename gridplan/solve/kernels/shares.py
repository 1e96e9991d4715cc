"""A count that is asked for, shared out over parts of the ground that are drawn apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.arrays import IntArray

__all__ = ["share_count"]


def share_count(loads: npt.ArrayLike, least: npt.ArrayLike, most: npt.ArrayLike, count: int) -> IntArray:
    """Share a count over parts in proportion to their loads, largest remainder first.

    Parameters
    ----------
    loads
        What each part holds, shape (p,).
    least, most
        Fewest and most areas that each part can be divided into, shape (p,).
    count
        How many areas there shall be in all.

    Returns
    -------
    ndarray of int64, shape (p,)
        Areas of each part, within ``least`` and ``most``. They sum to ``count`` where that is possible, else
        to the nearest sum that is.
    """
    load = np.asarray(loads, dtype=np.float64)
    low, high = (np.asarray(bound, dtype=np.int64) for bound in (least, most))
    high = np.maximum(low, high)
    total = load.sum()
    ideal = load * count / total if total > 0 else np.full(len(load), count / max(len(load), 1))
    given = np.clip(np.floor(ideal).astype(np.int64), low, high)
    while given.sum() != count:
        step = 1 if given.sum() < count else -1
        able = given < high if step > 0 else given > low
        if not able.any():
            break
        wish = np.where(able, step * (ideal - given), -np.inf)
        much = int(min(abs(count - int(given.sum())), able.sum()))
        given[np.argsort(-wish, kind="stable")[:much]] += step
    return np.asarray(given, dtype=np.int64)
