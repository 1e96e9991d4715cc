"""Footprints that lie on each other: the same house twice, a tower on its podium, sloppy drawing."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import STRtree

from gridplan.arrays import FloatArray, IntArray
from gridplan.clean.footprints import MIN_FOOTPRINT_M2, largest_polygon
from gridplan.schema import issue_rows, join_issues

__all__ = ["separate_footprints"]


#: Two footprints with more than this share of their union in common are one house (docs/sources.md, fault 8).
_SAME = 0.8
#: A footprint with more than this share inside another stands on it and is cut out of it.
_NESTED = 0.8
#: What the kept one of two rows takes over from the other; the greater of two counts stays.
_COUNTS = ("households", "population", "dwellings")
_CARRIED = ("name", "use", "kind", "floors", "height", "stairwells", "compound", "compound_type", *_COUNTS)
#: Overlaps below this are slivers of drawing that no later room notices [m2].
_OVERLAP_M2 = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Overlapping footprints: row numbers ``a < b`` and the area in common [m2]."""

    a: IntArray
    b: IntArray
    common: FloatArray


def separate_footprints(buildings: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Merge duplicates and cut overlaps until no two footprints share more than a sliver.

    Parameters
    ----------
    buildings
        Sorted by ``building_id``, single valid polygons, in metres.

    Returns
    -------
    buildings, issues
        Of duplicates the row with most cells filled stays (then the lowest id) and takes over what only
        the other has; where both have households the larger number stays and the smaller is the
        ``value`` of the issue. A footprint that stands on another (a tower on its podium) is cut out of
        it. Of a partial overlap the smaller one is cut, ties cut the later id.
    """
    pairs = _find_overlaps(buildings.geometry.to_numpy())
    buildings, pairs, same = _merge_duplicates(buildings, pairs)
    if not len(pairs.a):
        return buildings, same
    buildings, cut = _cut(buildings, pairs)
    return buildings, join_issues(same, cut)


def _find_overlaps(geometry: npt.NDArray[np.object_]) -> _Pairs:
    """Find pairs that share more than a sliver; walls in common are sorted out before areas are computed."""
    a, b = STRtree(geometry).query(geometry, predicate="intersects")
    a, b = a[a < b], b[a < b]
    meets = shapely.relate_pattern(geometry[a], geometry[b], "T********")
    a, b = a[meets], b[meets]
    common = shapely.area(shapely.intersection(geometry[a], geometry[b]))
    real = common > _OVERLAP_M2
    order = np.lexsort((b[real], a[real]))
    return _Pairs(a[real][order], b[real][order], common[real][order])


def _merge_duplicates(
    buildings: gpd.GeoDataFrame, pairs: _Pairs
) -> tuple[gpd.GeoDataFrame, _Pairs, pd.DataFrame]:
    """Merge footprints that are the same house; return the pairs that are left, by new row number."""
    area = shapely.area(buildings.geometry.to_numpy())
    same = pairs.common > _SAME * (area[pairs.a] + area[pairs.b] - pairs.common)
    filled = buildings[["households", "population", "floors", "use", "kind"]].notna().sum(axis=1).to_numpy()
    frame = buildings.copy()
    gone = np.zeros(len(frame), dtype=bool)
    rows: list[tuple[str, float, str]] = []
    ids = frame["building_id"].to_numpy(dtype=object)
    for a, b in zip(pairs.a[same].tolist(), pairs.b[same].tolist(), strict=True):
        if gone[a] or gone[b]:
            continue
        keep, lose = (a, b) if filled[a] >= filled[b] else (b, a)
        gone[lose] = True
        rows.append((ids[lose], _take_over(frame, keep, lose), ids[keep]))
    issues = issue_rows(
        "buildings",
        [r[0] for r in rows],
        "building_twice",
        "merged",
        [r[1] for r in rows],
        [r[2] for r in rows],
    )
    row = np.cumsum(~gone) - 1
    left = ~gone[pairs.a] & ~gone[pairs.b]
    rest = _Pairs(row[pairs.a[left]], row[pairs.b[left]], pairs.common[left])
    return frame[~gone].reset_index(drop=True), rest, issues


def _take_over(frame: gpd.GeoDataFrame, keep: int, lose: int) -> float:
    """Fill what is missing in the kept row; return the households that are not carried over."""
    left = np.nan
    for column in _CARRIED:
        mine, other = frame.at[keep, column], frame.at[lose, column]
        if pd.isna(other):
            continue
        if pd.isna(mine):
            frame.at[keep, column] = other
        elif column in _COUNTS:
            frame.at[keep, column] = max(mine, other)
            left = float(min(mine, other)) if column == "households" else left
    return left


def _cut(buildings: gpd.GeoDataFrame, pairs: _Pairs) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Cut the loser of every pair by the winner's footprint as it was, so that the order has no influence."""
    geometry = buildings.geometry.to_numpy()
    area = shapely.area(geometry)
    a_smaller = area[pairs.a] < area[pairs.b]
    small = np.where(a_smaller, pairs.a, pairs.b)
    large = np.where(a_smaller, pairs.b, pairs.a)
    nested = pairs.common > _NESTED * area[small]
    loser, winner = np.where(nested, large, small), np.where(nested, small, large)
    order = np.lexsort((winner, loser))
    loser, winner = loser[order], winner[order]
    turn = np.arange(len(loser)) - np.searchsorted(loser, loser, side="left")
    result = geometry.copy()
    for step in range(int(turn.max()) + 1):
        at = turn == step
        result[loser[at]] = shapely.difference(result[loser[at]], geometry[winner[at]])
    hit = np.unique(loser)
    pieces = largest_polygon(result[hit])
    ids = buildings["building_id"].to_numpy(dtype=object)
    left = shapely.area(pieces)
    kept = left >= MIN_FOOTPRINT_M2
    geometry = geometry.copy()
    geometry[hit[kept]] = pieces[kept]
    gone = np.zeros(len(buildings), dtype=bool)
    gone[hit[~kept]] = True
    frame = buildings.set_geometry(geometry)
    first = pd.Series(winner).groupby(loser).min().reindex(hit).to_numpy()
    stays = ~gone[winner]
    alive = pd.Series(winner[stays], index=loser[stays])
    heir = alive.groupby(level=0).min().reindex(hit[~kept]).fillna(-1).to_numpy(dtype=np.int64)
    trimmed = np.round((area[hit] - left)[kept], 2)
    tables = [
        issue_rows("buildings", ids[hit[kept]], "overlap_cut", "repaired", trimmed, ids[first[kept]]),
        _merge_covered(frame, hit[~kept], heir),
    ]
    return frame[~gone].reset_index(drop=True), join_issues(*tables)


def _merge_covered(frame: gpd.GeoDataFrame, gone: IntArray, heir: IntArray) -> pd.DataFrame:
    """Hand households and people of footprints that others cover altogether to the first that stays.

    Without an heir (row -1) they are dropped with their households as value.
    """
    ids = frame["building_id"].to_numpy(dtype=object)
    for lose, keep in zip(gone.tolist(), heir.tolist(), strict=True):
        for column in _COUNTS if keep >= 0 else ():
            mine, other = frame.at[keep, column], frame.at[lose, column]
            if not pd.isna(other):
                frame.at[keep, column] = other if pd.isna(mine) else mine + other
    merged = heir >= 0
    lost = frame["households"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)[gone[~merged]]
    return join_issues(
        issue_rows("buildings", ids[gone[merged]], "building_covered", "merged", np.nan, ids[heir[merged]]),
        issue_rows("buildings", ids[gone[~merged]], "building_covered", "dropped", lost),
    )
