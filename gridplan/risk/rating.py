"""How dangerous a thing is: as it was given, by LEC or by the matrix of likelihood and severity."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import FloatArray
from gridplan.scheme import RiskRules

__all__ = ["RATINGS", "rate"]

#: The four ratings (重大、较大、一般、低), the highest first; "" stands for not known, which is not blue.
RATINGS = ("red", "orange", "yellow", "blue")


def rate(things: pd.DataFrame, rules: RiskRules) -> pd.DataFrame:
    """Rate things.

    Parameters
    ----------
    things
        ``level`` (one of :data:`RATINGS`, else not given), and where they are known ``likelihood``,
        ``exposure``, ``consequence`` and ``severity``. A factor counts if it is finite and above 0: both
        methods start their scales above it.
    rules
        The cut-offs.

    Returns
    -------
    DataFrame
        Index of ``things``: ``rating`` (one of :data:`RATINGS`, "" for not known), ``rated_by`` ("given",
        "lec", "matrix" or ""), ``points`` (D or R that the rating comes from, NaN where it was given or is
        not known).
    """
    likelihood, exposure, consequence, severity = (
        _read_factor(things, name) for name in ("likelihood", "exposure", "consequence", "severity")
    )
    given = _read_given(things)
    danger = likelihood * exposure * consequence
    matrix = likelihood * severity
    methods = (given != "", np.isfinite(danger), np.isfinite(matrix))
    by_points = [_rate_points(danger, rules.lec), _rate_points(matrix, rules.matrix)]
    return pd.DataFrame(
        {
            "rating": np.select(methods, [given, *by_points], ""),
            "rated_by": np.select(methods, ["given", "lec", "matrix"], ""),
            "points": np.select(methods, [np.full(len(things), np.nan), danger, matrix], np.nan),
        },
        index=things.index,
    )


def _read_given(things: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return the ratings that were given, "" where none of the four was."""
    if "level" not in things.columns:
        return np.full(len(things), "", dtype="U6")
    place = pd.Index(RATINGS).get_indexer(things["level"])
    ratings: npt.NDArray[np.str_] = np.asarray((*RATINGS, ""), dtype="U6")[place]
    return ratings


def _read_factor(things: pd.DataFrame, name: str) -> FloatArray:
    if name not in things.columns:
        return np.full(len(things), np.nan)
    value = pd.to_numeric(things[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(value) & (value > 0), value, np.nan)


def _rate_points(points: FloatArray, cuts: Mapping[str, float]) -> npt.NDArray[np.str_]:
    """Rate D or R; NaN comes out as blue and must not be taken."""
    # D is a product of decimal fractions: 0.7 x 100 must not fall short of 70 by a rounding error
    reached = [points >= cuts[rating] * (1 - 1e-12) for rating in RATINGS[:3]]
    return np.select(reached, RATINGS[:3], RATINGS[3]).astype("U6")
