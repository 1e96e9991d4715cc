"""Parts of the ground that are drawn apart: fences that no area reaches across, and cut-outs of the graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplan.arrays import IntArray

__all__ = ["cross_labels"]


def cross_labels(n: int, labels: Sequence[IntArray]) -> IntArray:
    """Label the combinations of several labellings.

    Parameters
    ----------
    n
        Number of atoms.
    labels
        Labellings of the atoms, each of shape (n,).

    Returns
    -------
    ndarray of int64, shape (n,)
        0..k-1, all 0 without a labelling.
    """
    crossed = np.zeros(n, dtype=np.int64)
    for one in labels:
        crossed = np.unique(crossed * (int(one.max(initial=0)) + 2) + one + 1, return_inverse=True)[1]
    return crossed.astype(np.int64)
