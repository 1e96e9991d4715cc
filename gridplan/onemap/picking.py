"""What every map of areas needs: the areas inside another one, borders above them, classes of a number."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.onemap.cells import in_column
from gridplan.onemap.shown import Shown

__all__ = [
    "break_values",
    "count_inside",
    "find_level",
    "find_lineage",
    "has_homes",
    "label_classes",
    "pick_areas",
    "pick_outlines",
]

# A class narrower than a tenth of its numbers, and than a twelfth of the span of all of them, says nothing.
_NARROW_OF_VALUE, _NARROW_OF_SPAN = 0.1, 0.08
# A last class that reaches to more than so many times its beginning hides the differences in it.
_WIDE = 3.0
# From here on decimals say nothing.
_LARGE = 10.0


def find_lineage(shown: Shown, level: str) -> tuple[str, ...]:
    """Return the levels that are shown and hold the areas of a level whole, the nearest (finest) first."""
    frame = shown.areas[level]
    holding = [other for other in reversed(shown.levels) if in_column(other) in frame]
    return tuple(sorted(holding, key=lambda other: -len(shown.areas[other])))


def find_level(shown: Shown, code: str, below: str = "") -> str:
    """Return the coarsest level with an area of this code, "" for none.

    Parameters
    ----------
    shown
        What may be seen.
    code
        Code of an area.
    below
        Where codes of several levels are alike: only levels that hold the areas of this one whole.
    """
    levels = (*reversed(find_lineage(shown, below)), below) if below else shown.levels
    return next((level for level in levels if (shown.areas[level]["code"] == code).any()), "")


def pick_areas(shown: Shown, level: str, within: str = "") -> gpd.GeoDataFrame:
    """Return the described areas of a level that lie in an area above it.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    within
        Code of an area of any level that holds those of this one whole (or of the level itself), "" for all.

    Returns
    -------
    GeoDataFrame
        Rows of ``shown.areas[level]`` in their order, RangeIndex; none where there is no such area.
    """
    frame = shown.areas[level]
    if not within:
        return frame
    above = find_level(shown, within, level)
    column = "code" if above in ("", level) else in_column(above)
    return frame[(frame[column] == within).to_numpy()].reset_index(drop=True)


def pick_outlines(shown: Shown, level: str, within: str = "") -> gpd.GeoDataFrame | None:
    """Return the areas one level up that hold the picked ones (``name`` by ``code``); None for no level."""
    lineage = find_lineage(shown, level)
    if not lineage:
        return None
    upper = shown.areas[lineage[0]]
    # an index of codes: Series.isin takes a hundred times as long on text
    picked = pd.Index(pick_areas(shown, level, within)[in_column(lineage[0])].unique())
    return upper.loc[picked.get_indexer(upper["code"]) >= 0, ["code", "name", "geometry"]].set_index("code")


def has_homes(areas: pd.DataFrame) -> BoolArray:
    """Return which areas have homes, shape (n,): where the count is withheld there are some."""
    households = areas["households"]
    return np.asarray((households.isna() | (households > 0)).to_numpy(), dtype=bool)


def count_inside(areas: pd.DataFrame, codes: pd.Series) -> IntArray:
    """Count by area how many of some things lie in it, shape (n,).

    Parameters
    ----------
    areas
        With ``code``.
    codes
        Code of the area that each thing lies in; others count nowhere.
    """
    at = pd.Index(areas["code"]).get_indexer(codes)
    return np.bincount(at[at >= 0], minlength=len(areas)).astype(np.int64)


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
    whole = bool((known % 1 == 0).all())
    cuts = np.quantile(known, np.linspace(0, 1, most + 1)[1:-1], method="higher")
    low, high = np.quantile(known, [0.05, 0.95])
    bounds = [float(known.min())]
    for cut in cuts:
        begin = _round_figures(float(cut), whole=whole)
        room = min(_NARROW_OF_VALUE * begin, _NARROW_OF_SPAN * float(high - low))
        if bounds[0] < begin <= known.max() and (len(bounds) == 1 or begin - bounds[-1] >= room):
            bounds.append(begin)
    if len(bounds) < most and bounds[-1] > 0 and known.max() > _WIDE * bounds[-1]:
        # a few far above all others (the communities of the county town) are a class of their own
        bounds.append(_round_figures(float(np.sqrt(bounds[-1] * known.max())), whole=whole))
    starts = np.array(bounds)
    held = np.bincount(np.searchsorted(starts, known, side="right") - 1, minlength=len(starts)) > 0
    return starts[held]


def _round_figures(value: float, *, whole: bool) -> float:
    """Round to a step of 1, 2 or 5 that is about a tenth of the value, so that a legend can be read.

    Whole numbers begin at whole ones: nobody counts 2.8 people.
    """
    if value <= 0:
        return value
    power = 10.0 ** np.floor(np.log10(value / 10))
    step = max(factor * power for factor in (1, 2, 5) if factor * power <= value / 10 * (1 + 1e-12))
    rounded = float(f"{round(value / step) * step:.6g}")
    return float(np.ceil(rounded)) if whole else rounded


def label_classes(bounds: FloatArray, *, whole: bool = True) -> list[str]:
    """Name the classes of :func:`break_values`: "1–4", "≥5"; with ``whole=False`` "<2", "2–<5", "≥5"."""
    if not len(bounds):
        return []
    if not whole and len(bounds) == 1:
        # a class alone begins at the least value itself, which is no round number as borders of classes are
        places = 0 if bounds[0] >= _LARGE else 2
        bounds = np.floor(bounds * 10**places) / 10**places
    texts = [f"{bound:,.10g}" for bound in bounds]
    names: list[str] = []
    for lower, after, at, following in zip(bounds, bounds[1:], texts, texts[1:], strict=False):
        if not whole:
            names.append(f"{at}–<{following}" if names else f"<{following}")
        else:
            names.append(at if after - lower <= 1 else f"{at}–{after - 1:,.10g}")
    return [*names, f"≥{texts[-1]}"]
