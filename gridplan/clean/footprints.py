"""Building footprints made single, valid, flat polygons; every id that goes in comes out or is listed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray
from gridplan.schema import issue_rows, join_issues

__all__ = [
    "MIN_FOOTPRINT_M2",
    "MIN_PART_M2",
    "clip_footprints",
    "largest_polygon",
    "name_buildings",
    "repair_footprints",
    "share_whole",
]


#: Smaller footprints are drawing errors or pieces cut by a map edge [m2]; nantes has 311 of up to 5 m2.
MIN_FOOTPRINT_M2 = 4.0
#: A part of a multi-part building from this size on is a house of its own [m2]; own choice: a small room.
MIN_PART_M2 = 20.0
#: Footprints stand on this grid [m], as the linework does.
_GRID_M = 0.01
#: A building belongs to the district that holds at least this share of it (docs/sources.md, fault 9).
_SHARE_INSIDE = 0.5


def name_buildings(buildings: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Sort by id and make ids unique: the second row of an id becomes ``id#2``.

    Rows of one id are ordered by their geometry, so that the order of the file has no influence.
    """
    ids = buildings["building_id"].astype(str).to_numpy(dtype=object)
    geometry = buildings.geometry.to_numpy()
    order = np.argsort(ids, kind="stable")
    twice = pd.Series(ids).duplicated(keep=False).to_numpy()
    if twice.any():
        wkb = np.full(len(ids), b"", dtype=object)
        there = twice & ~shapely.is_missing(geometry)
        wkb[there] = shapely.to_wkb(geometry[there])
        order = (
            pd.DataFrame({"id": ids, "wkb": wkb}).sort_values(["id", "wkb"], kind="stable").index.to_numpy()
        )
    frame = buildings.iloc[order].reset_index(drop=True)
    ids = ids[order]
    turn = pd.Series(ids).groupby(ids, sort=False).cumcount().to_numpy()
    again = turn > 0
    named = ids.copy()
    taken = set(ids)
    for row in np.flatnonzero(again).tolist():
        number = int(turn[row]) + 1
        while f"{ids[row]}#{number}" in taken:
            number += 1
        named[row] = f"{ids[row]}#{number}"
        taken.add(named[row])
    frame["building_id"] = named
    issues = issue_rows("buildings", named[again], "id_repeated", "repaired", detail=ids[again])
    return frame, issues


def repair_footprints(buildings: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Turn every footprint into one valid polygon, or list why it cannot be one.

    Parameters
    ----------
    buildings
        Result of :func:`name_buildings`, in metres.

    Returns
    -------
    buildings, issues
        Closed lines become polygons; other lines and points, missing and endless coordinates and
        footprints below ``MIN_FOOTPRINT_M2`` go. Of a multi-part building, parts from
        ``MIN_PART_M2`` on become buildings ``id``, ``id#2``, ... that share households and people
        in whole numbers by area; lesser parts go. ``value`` of a dropped row is its households.
    """
    geometry = shapely.force_2d(buildings.geometry.to_numpy())
    tables: list[pd.DataFrame] = []
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    buildings, geometry = _drop(buildings, geometry, missing, "geometry_missing", tables)
    coords, owner = shapely.get_coordinates(geometry, return_index=True)
    endless = np.zeros(len(geometry), dtype=bool)
    endless[owner[~np.isfinite(coords).all(axis=1)]] = True
    buildings, geometry = _drop(buildings, geometry, endless, "geometry_not_finite", tables)
    geometry, drawn = _close_lines(geometry)
    tables.append(_list(buildings[drawn], "geometry_line_closed", "repaired"))
    flat = shapely.get_dimensions(geometry) < 2
    buildings, geometry = _drop(buildings, geometry, flat, "geometry_not_area", tables)
    invalid = ~shapely.is_valid(geometry)
    tables.append(_list(buildings[invalid], "geometry_invalid", "repaired"))
    geometry = _snap(geometry)
    buildings, geometry, parted = _split_parts(buildings, geometry)
    tables.append(parted)
    small = shapely.area(geometry) < MIN_FOOTPRINT_M2
    buildings, geometry = _drop(buildings, geometry, small, "footprint_tiny", tables)
    return buildings.set_geometry(geometry).reset_index(drop=True), join_issues(*tables)


def clip_footprints(
    buildings: gpd.GeoDataFrame, district: BaseGeometry
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Keep the buildings of the district: those at least half inside, cut at its edge.

    They keep all their households; buildings with less inside are listed as another district's.
    """
    geometry = buildings.geometry.to_numpy().copy()
    shapely.prepare(district)
    inside = shapely.covers(district, geometry)
    rim = np.flatnonzero(~inside)
    area = shapely.area(geometry[rim])
    cut = largest_polygon(shapely.intersection(geometry[rim], district))
    held = shapely.area(cut)
    stays = (held >= _SHARE_INSIDE * area) & (held >= MIN_FOOTPRINT_M2)
    geometry[rim[stays]] = cut[stays]
    tables: list[pd.DataFrame] = []
    trimmed = rim[stays & (area - held > _GRID_M)]
    removed = (area - held)[stays & (area - held > _GRID_M)]
    tables.append(
        issue_rows(
            "buildings", buildings["building_id"].to_numpy()[trimmed], "building_clipped", "repaired", removed
        )
    )
    gone = np.zeros(len(geometry), dtype=bool)
    gone[rim[~stays]] = True
    buildings, geometry = _drop(buildings, geometry, gone, "building_outside", tables)
    return buildings.set_geometry(geometry).reset_index(drop=True), join_issues(*tables)


def share_whole(total: FloatArray, weight: FloatArray, group: IntArray) -> IntArray:
    """Share whole numbers inside groups by weight, by largest remainder, ties to the earlier row.

    Parameters
    ----------
    total
        What the group of each row has to share (the same on all its rows).
    weight
        Share of each row, > 0.
    group
        Group number of each row.

    Returns
    -------
    numpy.ndarray
        Whole numbers whose sums by group are the totals.
    """
    whole = np.bincount(group, weights=weight)[group]
    exact = total * weight / whole
    low = np.floor(exact + 1e-9)
    left = np.rint(total - np.bincount(group, weights=low)[group]).astype(np.int64)
    order = np.lexsort((np.arange(len(group)), -(exact - low), group))
    starts = np.searchsorted(group[order], group[order], side="left")
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - starts
    shared: IntArray = low.astype(np.int64) + (place < left)
    return shared


def _list(frame: pd.DataFrame, code: str, action: str, value: npt.ArrayLike = np.nan) -> pd.DataFrame:
    """List buildings by id."""
    return issue_rows("buildings", frame["building_id"], code, action, value)


def _drop(
    buildings: gpd.GeoDataFrame,
    geometry: ShapeArray,
    gone: BoolArray,
    code: str,
    tables: list[pd.DataFrame],
) -> tuple[gpd.GeoDataFrame, ShapeArray]:
    """Take buildings out and list them with the households that go with them."""
    households = buildings["households"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    tables.append(_list(buildings[gone], code, "dropped", households[gone]))
    return buildings[~gone], geometry[~gone]


def _close_lines(geometry: ShapeArray) -> tuple[ShapeArray, BoolArray]:
    """Turn closed lines into polygons."""
    geometry = geometry.copy()
    single = shapely.get_type_id(geometry) == 5
    alone = single & (shapely.get_num_geometries(geometry) == 1)
    geometry[alone] = shapely.get_geometry(geometry[alone], 0)
    drawn = np.isin(shapely.get_type_id(geometry), (1, 2)) & shapely.is_closed(geometry)
    drawn &= shapely.get_num_coordinates(geometry) >= 4
    if drawn.any():
        coords, owner = shapely.get_coordinates(geometry[drawn], return_index=True)
        geometry[drawn] = shapely.polygons(shapely.linearrings(coords, indices=owner))
    return geometry, drawn


def _snap(geometry: ShapeArray) -> ShapeArray:
    """Round coordinates to the grid and make the result valid; what is valid on the grid stays as it is."""
    rounded: ShapeArray = shapely.transform(geometry, lambda xy: np.round(xy / _GRID_M) * _GRID_M)
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = shapely.make_valid(rounded[broken], method="structure", keep_collapsed=False)
    rounded[broken] = shapely.set_precision(rounded[broken], _GRID_M)
    return rounded


def _split_parts(
    buildings: gpd.GeoDataFrame, geometry: ShapeArray
) -> tuple[gpd.GeoDataFrame, ShapeArray, pd.DataFrame]:
    """Make single polygons; real parts become buildings, lesser ones go."""
    tables: list[pd.DataFrame] = []
    parts, row = shapely.get_parts(geometry, return_index=True)
    polygon = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)
    parts, row = parts[polygon], row[polygon]
    lost = ~np.isin(np.arange(len(geometry)), row)
    _drop(buildings, geometry, lost, "geometry_not_area", tables)
    area = shapely.area(parts)
    order = np.lexsort((*shapely.bounds(parts).T[:2], -area, row))
    parts, row, area = parts[order], row[order], area[order]
    head = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    real = head | (area >= MIN_PART_M2)
    ids = buildings["building_id"].to_numpy(dtype=object)
    lesser = pd.Series(area[~real]).groupby(row[~real]).sum()
    tables.append(
        issue_rows("buildings", ids[lesser.index], "part_tiny", "repaired", np.round(lesser.to_numpy(), 2))
    )
    parts, row, area, head = parts[real], row[real], area[real], head[real]
    frame = buildings.iloc[row].reset_index(drop=True)
    several = np.bincount(row, minlength=len(geometry))[row] > 1
    if several.any():
        for column in ("households", "population", "dwellings"):
            frame[column] = _share_column(frame[column], several, area, row)
        named = frame["building_id"].to_numpy(dtype=object).copy()
        taken = set(ids)
        for at in np.flatnonzero(several & ~head).tolist():
            number = 2
            while f"{ids[row[at]]}#{number}" in taken:
                number += 1
            named[at] = f"{ids[row[at]]}#{number}"
            taken.add(named[at])
        tables.append(
            issue_rows(
                "buildings",
                named[several & ~head],
                "part_own_building",
                "split",
                area[several & ~head],
                ids[row[several & ~head]],
            )
        )
        frame["building_id"] = named
        by_id = np.argsort(named.astype(str), kind="stable")
        frame, parts = frame.iloc[by_id].reset_index(drop=True), parts[by_id]
    return frame, parts, join_issues(*tables)


def _share_column(
    values: pd.Series,
    several: BoolArray,
    area: FloatArray,
    row: IntArray,
) -> pd.Series:
    """Share a count of the whole building among its parts."""
    at = np.flatnonzero(several & values.notna().to_numpy())
    if not len(at):
        return values
    group = np.unique(row[at], return_inverse=True)[1].reshape(-1)
    shared = values.copy()
    total = values.iloc[at].astype("float64").to_numpy()
    shared.iloc[at] = share_whole(total, area[at], group)
    return shared


def largest_polygon(geometry: ShapeArray) -> ShapeArray:
    """Take the largest polygon of each geometry; an empty one where there is none."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    deeper, inner = shapely.get_parts(parts, return_index=True)
    parts, row = deeper, row[inner]
    polygon = shapely.get_type_id(parts) == 3
    parts, row = parts[polygon], row[polygon]
    order = np.lexsort((*shapely.bounds(parts).T[:2], -shapely.area(parts), row))
    largest = np.full(len(geometry), shapely.Polygon(), dtype=object)
    kept = order[np.concatenate([[True], row[order][1:] != row[order][:-1]])] if len(order) else order
    largest[row[kept]] = parts[kept]
    return largest
