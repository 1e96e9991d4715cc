"""What became of hazards (隐患): found, fixed on site, fixed later, open, or not reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, IntArray

__all__ = ["Funnel", "count_funnel", "count_funnels", "format_share"]

#: Where a hazard stands; every one stands in exactly one place.
_PLACES = ("on_site", "fixed_later", "fixed_unspecified", "open", "unreported")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of hazards; the five places add up to ``found``.

    Parameters
    ----------
    found
        All of them.
    on_site
        Fixed on site (现场整改).
    fixed_later
        Not fixed on site, fixed since.
    fixed_unspecified
        Fixed, but the list does not say whether on site.
    open
        Not fixed: as the list says, or not on site and not reported as fixed since.
    unreported
        Nothing is reported of their fixing: they may be fixed or open.
    """

    found: int
    on_site: int
    fixed_later: int
    fixed_unspecified: int
    open: int
    unreported: int

    @property
    def unspecified(self) -> int:
        """How many may or may not have been fixed on site; what is open was not."""
        return self.fixed_unspecified + self.unreported

    @property
    def share(self) -> str:
        """Share fixed on site (现场整改率) of those where it is reported, "" where it is of none."""
        return format_share(self.on_site, self.found - self.unspecified)

    @property
    def fixed(self) -> int:
        """How many are reported as fixed by now."""
        return self.on_site + self.fixed_later + self.fixed_unspecified


def format_share(part: int, whole: int) -> str:
    """Write a share in percent with two decimals, exactly: whole numbers, rounded half up.

    A share that is not all never reads "100.00 %", one that is not none never "0.00 %".

    Parameters
    ----------
    part, whole
        Counts, 0 <= ``part`` <= ``whole``.

    Returns
    -------
    str
        "99.46 %" for 95,198 of 95,714; "" where there is nothing to take a share of.
    """
    if whole <= 0:
        return ""
    hundredths = (2 * part * 10_000 + whole) // (2 * whole)
    if 0 < part < whole:
        hundredths = min(max(hundredths, 1), 9_999)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def count_funnel(hazards: pd.DataFrame) -> Funnel:
    """Count hazards by where they stand.

    Parameters
    ----------
    hazards
        ``on_site`` (truth value or NA), ``fixed`` (date or "") and, where a status says it, ``is_fixed``
        (truth value or NA; a "no" outweighs the others).
    """
    counts = np.bincount(_place_hazards(hazards), minlength=len(_PLACES)).tolist()
    return Funnel(found=len(hazards), **dict(zip(_PLACES, counts, strict=True)))


def count_funnels(hazards: pd.DataFrame, codes: pd.Series, areas: pd.Index) -> pd.DataFrame:
    """Count the hazards of each area.

    Parameters
    ----------
    hazards
        As in :func:`count_funnel`.
    codes
        Code of the area of each hazard, in the order of ``hazards``.
    areas
        The areas wanted; hazards elsewhere are left out.

    Returns
    -------
    DataFrame
        Index ``areas``: ``found, on_site, fixed_later, fixed_unspecified, open, unreported, unspecified`` and
        ``share`` (text).
    """
    where = areas.get_indexer(codes)
    place = _place_hazards(hazards)
    known = where >= 0
    width = len(_PLACES)
    cells = np.bincount(where[known] * width + place[known], minlength=len(areas) * width)
    table = pd.DataFrame(cells.reshape(len(areas), width), index=areas, columns=list(_PLACES))
    table.insert(0, "found", table.sum(axis=1))
    table["unspecified"] = table["fixed_unspecified"] + table["unreported"]
    reported = (table["found"] - table["unspecified"]).tolist()
    table["share"] = [
        format_share(part, whole) for part, whole in zip(table["on_site"], reported, strict=True)
    ]
    return table


def _place_hazards(hazards: pd.DataFrame) -> IntArray:
    """Return where each hazard stands (place in ``_PLACES``)."""
    here, not_here = _read_truth(hazards["on_site"])
    fixed, left = np.zeros((2, len(hazards)), dtype=bool)
    if "is_fixed" in hazards:
        fixed, left = _read_truth(hazards["is_fixed"])
    fixed = fixed | (hazards["fixed"].fillna("") != "").to_numpy(dtype=bool)
    place = np.select([left, here, fixed & not_here, fixed, not_here], [3, 0, 1, 2, 3], 4)
    return place.astype(np.int64)


def _read_truth(column: pd.Series) -> tuple[BoolArray, BoolArray]:
    """Return where a nullable truth value is true, and where it is false."""
    truth = column.astype("boolean")
    yes, no = (truth.eq(value).fillna(False).to_numpy(dtype=bool) for value in (True, False))
    return yes, no
