"""Who lives where in two plans: buildings matched by id or by place, people and households counted once."""

from __future__ import annotations

from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import IntArray
from gridplan.plan import Plan

__all__ = ["ABSENT", "Homes", "match_buildings", "overlay_counts", "read_homes"]


#: Buildings of one id that stand farther apart than this are not the same [m].
_NEAR_M = 50.0

#: A plan's homes by building and slice: ``building, slice, households, population, code``.
Homes: TypeAlias = pd.DataFrame

#: Stands for what one of the plans does not have; no code holds a line feed.
ABSENT = "\n"


def match_buildings(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """Find for each building of the second plan the same one in the first.

    Buildings are matched one by one, by id or by place; which *area* continues which old one is decided by
    the people in them (:func:`gridplan.plan.succession.match_areas`).

    Parameters
    ----------
    before, after
        Footprints by ``building_id``, in one coordinate system.

    Returns
    -------
    Series
        Id in the first plan by id in the second: the same id where it stands in the same place, else the
        building that the middle of the footprint lies in. Buildings without a partner are not in it.
    """
    common = after.index.intersection(before.index, sort=True)
    away = shapely.distance(
        before.geometry.reindex(common).to_numpy(), after.geometry.reindex(common).to_numpy()
    )
    same = common[away <= _NEAR_M]
    by_id = pd.Series(same, index=same, dtype=object)
    rest_before = before.geometry.drop(index=same).sort_index()
    rest_after = after.geometry.drop(index=same).sort_index()
    points = shapely.point_on_surface(rest_after.to_numpy())
    mine, other = shapely.STRtree(rest_before.to_numpy()).query(points, predicate="within")
    pairs = pd.DataFrame({"after": rest_after.index[mine], "before": rest_before.index[other]})
    pairs = pairs.sort_values(["after", "before"]).drop_duplicates("after").drop_duplicates("before")
    by_place = pd.Series(pairs["before"].to_numpy(), index=pairs["after"].to_numpy(), dtype=object)
    return pd.concat([by_id, by_place])


def read_homes(plan: Plan, level: str, names: pd.Series | None = None) -> Homes:
    """List the homes of a plan with their area on one level.

    Parameters
    ----------
    plan, level
        A plan and one of its levels.
    names
        Names to give to buildings, those without one are named so that they match nothing.
    """
    lived = plan.atoms[plan.atoms["building_id"].notna()]
    columns = ["building_id", "slice", "households", "population", level]
    table = pd.DataFrame(lived[columns]).rename(columns={"building_id": "building", level: "code"})
    table["building"] = table["building"].astype(str)
    if names is not None:
        table["building"] = table["building"].map(names).fillna(ABSENT + table["building"])
    return table.sort_values(["building", "slice"], kind="stable", ignore_index=True)


def overlay_counts(before: Homes, after: Homes, column: str) -> pd.DataFrame:
    """Lay the slices of every building over each other and count what lies in which pair of areas.

    Parameters
    ----------
    before, after
        As of :func:`read_homes`, sorted by building and slice.
    column
        "households" or "population".

    Returns
    -------
    DataFrame
        ``before, after, count``. The homes of a building differ by their turn only: the n-th of one
        plan is the n-th of the other, so buildings may be sliced differently. What one plan counts more than
        the other stands with :data:`ABSENT` on the other side.
    """
    sides = (before, after)
    buildings = np.union1d(before["building"].unique(), after["building"].unique())
    counts = [homes[column].to_numpy(dtype=np.int64) for homes in sides]
    rows = [np.searchsorted(buildings, homes["building"].to_numpy()) for homes in sides]
    size = np.zeros((2, len(buildings)), dtype=np.int64)
    for total, row, count in zip(size, rows, counts, strict=True):
        np.add.at(total, row, count)
    # every building has room for the homes of the plan that counts more; each plan fills it from the start
    first = np.concatenate([[0], np.cumsum(size.max(axis=0))])
    begins = [
        np.cumsum(count) - count - np.concatenate([[0], np.cumsum(total)])[row] + first[row]
        for total, row, count in zip(size, rows, counts, strict=True)
    ]
    ends = [begin + count for begin, count in zip(begins, counts, strict=True)]
    points = np.unique(np.concatenate([first, *begins, *ends]))
    owners = [
        _find_owners(points[:-1], begin, count, homes["code"].to_numpy())
        for begin, count, homes in zip(begins, counts, sides, strict=True)
    ]
    table = pd.DataFrame({"before": owners[0], "after": owners[1], "count": np.diff(points)})
    return table.groupby(["before", "after"], sort=True)["count"].sum().reset_index()


def _find_owners(
    points: IntArray, begin: IntArray, count: IntArray, codes: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Find the code of the interval that each point starts in."""
    held = count > 0
    begin, count, codes = begin[held], count[held], codes[held]
    at = np.searchsorted(begin, points, side="right") - 1
    inside = (at >= 0) & (points < (begin + count)[at]) if len(begin) else np.zeros(len(points), dtype=bool)
    owners: npt.NDArray[np.object_] = np.full(len(points), ABSENT, dtype=object)
    owners[inside] = codes[at[inside]]
    return owners
