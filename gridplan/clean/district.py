"""The ground to be divided: the outline given, or one derived from buildings and the blocks they stand in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import FloatArray
from gridplan.clean.network import GRID_M
from gridplan.errors import InputError
from gridplan.schema import issue_rows

__all__ = ["derive_district", "take_boundary"]

#: Holes of a given outline below this are drawing errors [m2]; own choice, a football pitch and a half.
_HOLE_M2 = 10_000.0
#: Buildings within twice this distance belong to one district [m]. Chosen on the maps of nantes_centre,
#: karhula, wangjing and longgang: with 60 m they fell into islands with bays and holes.
_REACH_M = 200.0
#: The derived outline keeps this far from the last building [m].
_MARGIN_M = 20.0
#: Blocks above this are open country, not blocks of a town [m2].
_BLOCK_M2 = 200_000.0
#: Cells of the closing [m]; a vector closing of 100,000 footprints takes 20 s, this one 0.3 s.
_CELL_M = 10.0
#: At most so many cells; beyond, cells grow.
_MOST_CELLS = 20_000_000


def take_boundary(boundary: gpd.GeoDataFrame) -> tuple[BaseGeometry, pd.DataFrame]:
    """Dissolve a given outline into one district.

    Returns
    -------
    district, issues
        Union of the polygons on the grid; holes below one hectare are closed and listed.

    Raises
    ------
    InputError
        If the outline has no area.
    """
    shapes = shapely.force_2d(boundary.geometry.to_numpy())
    shapes = shapely.make_valid(shapes[~shapely.is_missing(shapes)])
    district = shapely.union_all(shapes)
    parts = shapely.get_parts(district)
    parts = parts[shapely.get_type_id(parts) == 3]
    if not len(parts):
        raise InputError("boundary_without_area", layer="boundary", rows=len(boundary))
    filled, holes = _fill_holes(parts, _HOLE_M2)
    issues = issue_rows(
        "boundary", ["district"] * len(holes), "district_hole_closed", "repaired", np.round(holes, 1)
    )
    return _on_grid(filled), issues


def derive_district(
    buildings: npt.NDArray[np.object_], lines: npt.NDArray[np.object_]
) -> tuple[BaseGeometry, pd.DataFrame]:
    """Derive the outline where none is given.

    Parameters
    ----------
    buildings
        Footprints in metres.
    lines
        Border lines in metres, noded.

    Returns
    -------
    district, issues
        The closing of the buildings (they belong together within twice 200 m, the outline stays 20 m
        away from them) and the street blocks of up to 0.2 km2 that hold a building, without holes.
        Each part holds a building. One row marks it as estimated, ``value`` its area.

    Raises
    ------
    InputError
        If there is no building to derive it from.
    """
    if not len(buildings):
        raise InputError("district_unknown", layer="buildings", rows=0)
    near = _close_gaps(buildings)
    blocks = shapely.get_parts(shapely.polygonize(lines))
    blocks = blocks[shapely.area(blocks) <= _BLOCK_M2]
    held = np.unique(
        shapely.STRtree(blocks).query(shapely.point_on_surface(buildings), predicate="within")[1]
    )
    whole = shapely.union_all(np.concatenate([near, blocks[held]]))
    whole = shapely.buffer(shapely.buffer(whole, -_MARGIN_M / 2, quad_segs=2), _MARGIN_M / 2, quad_segs=2)
    shapely.prepare(whole)
    sticking = buildings[~shapely.covers(whole, buildings)]
    whole = shapely.union_all([whole, *shapely.buffer(sticking, 2.0, join_style="mitre")])
    parts = shapely.get_parts(shapely.simplify(whole, 0.5))
    filled, _ = _fill_holes(parts[shapely.get_type_id(parts) == 3], np.inf)
    district = _on_grid(filled)
    issues = issue_rows("boundary", ["district"], "district_derived", "estimated", np.round(district.area, 1))
    return district, issues


def _close_gaps(buildings: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Close the gaps between buildings on a raster; return polygons without its steps."""
    outline = shapely.get_coordinates(shapely.segmentize(buildings, _CELL_M))
    low, high = outline.min(axis=0) - 2 * _REACH_M, outline.max(axis=0) + 2 * _REACH_M
    cell = max(_CELL_M, float(np.sqrt(np.prod(high - low) / _MOST_CELLS)))
    shape = tuple(np.ceil((high - low) / cell).astype(np.int64) + 1)
    built = np.zeros(shape, dtype=bool)
    built[tuple(((outline - low) / cell).astype(np.int64).T)] = True
    reached = ndimage.distance_transform_edt(~built) <= _REACH_M / cell
    kept = ndimage.distance_transform_edt(reached) > (_REACH_M - _MARGIN_M) / cell
    step = np.diff(np.pad(kept, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    column, start = np.nonzero(step == 1)
    stop = np.nonzero(step == -1)[1]
    x, y0, y1 = low[0] + column * cell, low[1] + start * cell, low[1] + stop * cell
    merged = shapely.get_parts(shapely.union_all(shapely.box(x, y0, x + cell, y1)))
    simple: npt.NDArray[np.object_] = shapely.get_parts(shapely.make_valid(shapely.simplify(merged, cell)))
    return simple


def _fill_holes(
    parts: npt.NDArray[np.object_], below_m2: float
) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Close the holes below a size; return the polygons and the areas closed."""
    rings, owner = shapely.get_rings(parts, return_index=True)
    outer = np.concatenate([[True], owner[1:] != owner[:-1]])
    area = shapely.area(shapely.polygons(rings))
    small = ~outer & (area < below_m2)
    filled = shapely.polygons(rings[outer])
    for row in np.unique(owner[~outer & ~small]).tolist():
        filled[row] = shapely.polygons(rings[outer][row], rings[(owner == row) & ~outer & ~small])
    return filled, area[small]


def _on_grid(parts: npt.NDArray[np.object_]) -> BaseGeometry:
    """Unite parts on the grid of the linework; parts in a fixed order."""
    district = shapely.normalize(shapely.union_all(shapely.set_precision(parts, GRID_M), grid_size=GRID_M))
    return shapely.normalize(district)
