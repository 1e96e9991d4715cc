"""Which ground changes hands between two divisions, and which borders are new."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray

__all__ = ["ChangedBorders", "SharedGround", "compare_borders", "overlay_areas"]


#: A border this near to one of the other plan is the same [m]: atoms of another run differ by as much where
#: nothing was changed.
_SAME_M = 1.0
#: ChangedBorders are compared in steps of this [m].
_STEP_M = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class SharedGround:
    """Ground that an area of one division has in common with one of another.

    Parameters
    ----------
    before, after
        Rows of the two areas, shape (p,).
    shapes
        The ground.
    area_m2
        Its size.
    """

    before: IntArray
    after: IntArray
    shapes: ShapeArray
    area_m2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ChangedBorders:
    """Borders inside the district.

    Parameters
    ----------
    before_m, after_m
        All borders of either division [m].
    gone, new
        Lines that only the first, and only the second has.
    gone_m, new_m
        Their length.
    """

    before_m: float
    after_m: float
    gone: BaseGeometry
    new: BaseGeometry
    gone_m: float
    new_m: float


def overlay_areas(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> SharedGround:
    """Find the ground that areas of two divisions share; pieces of drawing noise are left out.

    Parameters
    ----------
    before, after
        Disjoint areas in one coordinate system in metres.
    """
    old, new = (shapely.normalize(frame.geometry.to_numpy()) for frame in (before, after))
    i, j = STRtree(new).query(old, predicate="intersects")
    whole = shapely.equals_exact(old[i], new[j], tolerance=1e-6)
    # areas that did not change share nothing with others
    kept = whole | ~(np.isin(i, i[whole]) | np.isin(j, j[whole]))
    i, j, whole = i[kept], j[kept], whole[kept]
    shapes = new[j].copy()
    shapes[~whole] = shapely.intersection(old[i[~whole]], new[j[~whole]])
    thick = whole | ~shapely.is_empty(shapely.buffer(shapes, -_SAME_M, quad_segs=1))
    order = np.lexsort((j[thick], i[thick]))
    i, j, shapes = i[thick][order], j[thick][order], shapes[thick][order]
    return SharedGround(i.astype(np.int64), j.astype(np.int64), shapes, shapely.area(shapes))


def compare_borders(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, district: BaseGeometry
) -> ChangedBorders:
    """Compare the borders of two divisions; the district's own outline is none.

    Parameters
    ----------
    before, after
        Areas in one coordinate system in metres.
    district
        The ground.
    """
    rim = shapely.get_parts(shapely.boundary(district))
    old, new = (_step_borders(frame.geometry.to_numpy(), rim) for frame in (before, after))
    kept_old, kept_new = _lie_on(old, new), _lie_on(new, old)
    lengths = [shapely.length(lines) for lines in (old, new)]
    # both areas beside a border draw it
    return ChangedBorders(
        before_m=float(lengths[0].sum()) / 2,
        after_m=float(lengths[1].sum()) / 2,
        gone=_join(old[~kept_old]),
        new=_join(new[~kept_new]),
        gone_m=float(lengths[0][~kept_old].sum()) / 2,
        new_m=float(lengths[1][~kept_new].sum()) / 2,
    )


def _step_borders(areas: ShapeArray, rim: ShapeArray) -> ShapeArray:
    """Cut the borders of areas into short steps, without those on the rim."""
    rings = shapely.get_rings(shapely.get_parts(areas))
    xy, ring = shapely.get_coordinates(shapely.segmentize(rings, _STEP_M), return_index=True)
    step = np.flatnonzero(ring[1:] == ring[:-1])
    middle = shapely.points((xy[step] + xy[step + 1]) / 2)
    outer, outer_ring = shapely.get_coordinates(shapely.get_parts(rim), return_index=True)
    side = np.flatnonzero(outer_ring[1:] == outer_ring[:-1])
    sides = shapely.linestrings(np.stack([outer[side], outer[side + 1]], axis=1))
    on_rim = np.zeros(len(step), dtype=bool)
    on_rim[STRtree(sides).query(middle, predicate="dwithin", distance=_SAME_M)[0]] = True
    step = step[~on_rim]
    lines: ShapeArray = shapely.linestrings(np.stack([xy[step], xy[step + 1]], axis=1))
    return lines


def _lie_on(lines: ShapeArray, others: ShapeArray) -> BoolArray:
    """Find which steps lie on one of the others: their middle does."""
    on = np.zeros(len(lines), dtype=bool)
    if len(lines) and len(others):
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        on[STRtree(others).query(middle, predicate="dwithin", distance=_SAME_M)[0]] = True
    return on


def _join(steps: ShapeArray) -> BaseGeometry:
    return shapely.line_merge(shapely.union_all(steps)) if len(steps) else shapely.MultiLineString()
