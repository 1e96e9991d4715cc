"""What became of hazards (隐患): found, fixed on site, fixed later, open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Funnel", "count_funnel", "count_funnels", "tell_share"]

#: Where a hazard stands; every one stands in exactly one place.
_PLACES = ("on_site", "fixed_later", "fixed_untold", "open")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of hazards; the four places add up to ``found``.

    Parameters
    ----------
    found
        All of them.
    on_site
        Fixed on site (现场整改).
    fixed_later
        Not fixed on site, fixed since.
    fixed_untold
        Fixed, but it is not told whether on site.
    open
        No fixing is told.
    untold
        Those of which it is not told whether they were fixed on site (``fixed_untold`` and some of ``open``).
    """

    found: int
    on_site: int
    fixed_later: int
    fixed_untold: int
    open: int
    untold: int

    @property
    def share(self) -> str:
        """Share fixed on site (现场整改率) of those where it is told, "" where it is told of none."""
        return tell_share(self.on_site, self.found - self.untold)

    @property
    def fixed(self) -> int:
        """How many are fixed by now."""
        return self.found - self.open


def tell_share(part: int, whole: int) -> str:
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
        ``on_site`` (truth value or NA) and ``fixed`` (date or "").
    """
    place, untold = _place_hazards(hazards)
    counts = np.bincount(place, minlength=len(_PLACES)).tolist()
    return Funnel(found=len(hazards), untold=int(untold.sum()), **dict(zip(_PLACES, counts, strict=True)))


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
        Index ``areas``: ``found, on_site, fixed_later, fixed_untold, open, untold`` and ``share`` (text).
    """
    where = areas.get_indexer(codes)
    place, untold = _place_hazards(hazards)
    known = where >= 0
    width = len(_PLACES)
    cells = np.bincount(where[known] * width + place[known], minlength=len(areas) * width)
    table = pd.DataFrame(cells.reshape(len(areas), width), index=areas, columns=list(_PLACES))
    table.insert(0, "found", table.sum(axis=1))
    table["untold"] = np.bincount(where[known & untold], minlength=len(areas))
    told = (table["found"] - table["untold"]).tolist()
    table["share"] = [tell_share(part, whole) for part, whole in zip(table["on_site"], told, strict=True)]
    return table


def _place_hazards(hazards: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return where each hazard stands (place in ``_PLACES``), and whether fixing on site is not told."""
    told = hazards["on_site"].astype("boolean")
    untold = told.isna().to_numpy(dtype=bool)
    on_site = told.fillna(False).to_numpy(dtype=bool)
    fixed = (hazards["fixed"].fillna("") != "").to_numpy(dtype=bool)
    place = np.select([on_site, fixed & ~untold, fixed], [0, 1, 2], 3)
    return place.astype(np.int64), untold
