"""Where risk gathers beyond chance: Getis-Ord Gi* of areas and their neighbours, by the library esda."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.errors import InputError

__all__ = ["MIN_AREAS", "SPOTS", "find_hot_spots"]

#: Classes of :func:`find_hot_spots` besides "" (not significant): hot at 99, 95 and 90 %, cold at 90 %.
SPOTS = ("hot99", "hot95", "hot90", "cold")
#: Fewer areas are not judged: the statistic is near a normal one with some thirty of them only
#: (the rule of thumb of the usual tools for hot spots).
MIN_AREAS = 30
_LEVELS = (0.01, 0.05, 0.10)


def find_hot_spots(values: FloatArray, pairs: IntArray, areas: pd.Index) -> pd.DataFrame:
    """Find areas that lie among high or low values.

    Gi* (Getis and Ord 1992, Ord and Getis 1995) compares the sum of an area and its neighbours with what
    areas drawn at random would give. ``p`` is that of the normal distribution, two-sided; the classes hold
    back false discoveries over all areas (Benjamini and Hochberg 1995), so that some of 3,343 areas are not
    hot by chance alone. Nothing is drawn at random: the same areas give the same classes.

    Parameters
    ----------
    values
        Score or count of each area, shape (n,); NaN (not known) and areas without neighbours are left out.
    pairs
        Positions of neighbours, each pair once or in both directions, shape (m, 2).
    areas
        The codes, shape (n,).

    Returns
    -------
    DataFrame
        Index ``areas``: ``z`` (0 where not judged), ``p`` (1 there) and ``spot``: one of :data:`SPOTS`, ""
        where not significant, without neighbours, with equal values everywhere, or with fewer than
        :data:`MIN_AREAS` areas.

    Raises
    ------
    InputError
        ``esda_missing`` if the library is not installed.
    """
    n = len(areas)
    z, p, spot = np.zeros(n), np.ones(n), np.full(n, "", dtype="U5")
    judged, near = _take_neighbours(np.isfinite(values), pairs)
    known = values[judged]
    if len(judged) >= MIN_AREAS and np.ptp(known) > 0:
        own_z, own_p, cuts = _judge_sums(known, near)
        hot, cold = ([(own_z * sign > 0) & (own_p <= cut) for cut in cuts] for sign in (1, -1))
        z[judged], p[judged], spot[judged] = own_z, own_p, np.select([*hot, cold[-1]], SPOTS, "")
    return pd.DataFrame({"z": z, "p": p, "spot": spot}, index=areas)


def _take_neighbours(known: BoolArray, pairs: IntArray) -> tuple[IntArray, IntArray]:
    """Return the areas that have neighbours, and the pairs of them in both directions, sorted, each once."""
    kept = pairs[known[pairs].all(axis=1) & (pairs[:, 0] != pairs[:, 1])]
    n = len(known)
    keys = np.unique(np.concatenate([kept @ (n, 1), kept @ (1, n)]))
    both = np.stack(np.divmod(keys, n), axis=1)
    judged = np.unique(both)
    return judged, np.searchsorted(judged, both)


def _judge_sums(values: FloatArray, near: IntArray) -> tuple[FloatArray, FloatArray, list[float]]:
    """Return z, two-sided p and the greatest p that is significant at each of ``_LEVELS``."""
    try:
        from esda import G_Local, fdr
        from libpysal.graph import Graph
    except ImportError:
        raise InputError("esda_missing") from None
    own = np.arange(len(values))
    # an area counts among its own neighbours: that is the star of Gi*
    focal = np.concatenate([own, near[:, 0]])
    order = np.argsort(focal, kind="stable")
    other = np.concatenate([own, near[:, 1]])
    graph = Graph.from_arrays(focal[order], other[order], np.ones(len(focal)))
    # an area that borders on all others has no variance to be judged by
    with np.errstate(divide="ignore", invalid="ignore"):
        found = G_Local(values, graph, transform="B", permutations=0, star=None)
    z = np.where(np.isfinite(found.Zs), found.Zs, 0.0)
    p = np.where(np.isfinite(found.Zs), np.minimum(2 * found.p_norm, 1.0), 1.0)
    return z, p, [float(fdr(p, level)) for level in _LEVELS]
