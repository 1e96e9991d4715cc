"""Whole numbers that add up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def share_out(total: int, weights: npt.ArrayLike, *, least: int = 0) -> npt.NDArray[np.int64]:
    """Share a whole number out by weight, each at least ``least``, by largest remainder.

    Parameters
    ----------
    total
        What is shared out.
    weights
        Shape (n,), not negative.
    least
        What everyone gets first.
    """
    weight = np.asarray(weights, dtype=float)
    rest = total - least * len(weight)
    if rest < 0 or not weight.sum() > 0:
        raise ValueError(f"{total} cannot give each of {len(weight)} at least {least}")
    exact = rest * weight / weight.sum()
    given = np.floor(exact).astype(np.int64)
    order = np.lexsort((np.arange(len(weight)), -(exact - given)))
    given[order[: rest - int(given.sum())]] += 1
    shared: npt.NDArray[np.int64] = given + least
    return shared
