"""What every map of areas needs: the areas inside another one, borders above them, classes of a number."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from gridplan.onemap.shown import Shown

__all__ = ["break_values", "find_lineage", "pick_areas", "pick_outlines", "tell_classes"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def find_lineage(shown: Shown, level: str) -> tuple[str, ...]:
    """Return the levels above a level that are shown, the nearest first."""
    line = []
    above = shown.scheme[level].parent
    while above in shown.areas:
        line.append(above)
        above = shown.scheme[above].parent
    return tuple(line)


def pick_areas(shown: Shown, level: str, within: str = "") -> gpd.GeoDataFrame:
    """Return the described areas of a level that lie in an area above it.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    within
        Code of an area of any level above (or of the level itself), "" for all.

    Returns
    -------
    GeoDataFrame
        Rows of ``shown.areas[level]`` in their order, RangeIndex; none where there is no such area.
    """
    frame = shown.areas[level]
    if not within:
        return frame
    above = frame["parent"]
    inside = (frame["code"] == within) | (above == within)
    for upper in find_lineage(shown, level):
        above = above.map(shown.areas[upper].set_index("code")["parent"]).fillna("")
        inside |= above == within
    return frame[inside].reset_index(drop=True)


def pick_outlines(shown: Shown, level: str, within: str = "") -> gpd.GeoDataFrame | None:
    """Return the areas one level up that hold the picked ones, index ``code``; None for no such level."""
    lineage = find_lineage(shown, level)
    if not lineage:
        return None
    upper = shown.areas[lineage[0]]
    holding = upper["code"].isin(pick_areas(shown, level, within)["parent"])
    return upper.loc[holding, ["code", "geometry"]].set_index("code")


def break_values(values: npt.ArrayLike, most: int = 5) -> FloatArray:
    """Choose where the classes of a number begin: about as many values in each, at round numbers.

    Parameters
    ----------
    values
        What is put into classes; NaN is left out.
    most
        Most classes.

    Returns
    -------
    ndarray of float64
        Lower bounds, ascending, the first the smallest value; the class of a value is
        ``numpy.searchsorted(bounds, value, side="right") - 1``. Empty where there is no value.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return known
    cuts = np.quantile(known, np.linspace(0, 1, most + 1)[1:-1], method="higher")
    bounds = np.unique([known.min(), *(_round_figures(cut) for cut in cuts)])
    return np.asarray(bounds[(bounds >= known.min()) & (bounds <= known.max())], dtype=np.float64)


def _round_figures(value: float) -> float:
    """Round to two figures, so that a legend can be read."""
    return float(f"{value:.2g}")


def tell_classes(bounds: FloatArray, *, whole: bool = True) -> list[str]:
    """Name the classes of :func:`break_values`: "1–4", "5–9", "≥10"; with ``whole=False`` "0.5–<2"."""
    if not len(bounds):
        return []
    told = [f"{bound:,.10g}" for bound in bounds]
    names = []
    for lower, after, at, following in zip(bounds, bounds[1:], told, told[1:], strict=False):
        if not whole:
            names.append(f"{at}–<{following}")
        else:
            names.append(at if after - lower <= 1 else f"{at}–{after - 1:,.10g}")
    return [*names, f"≥{told[-1]}"]
