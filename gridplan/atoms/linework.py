"""Lines on a common grid of 1 cm: noding, keys of points, faces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

__all__ = [
    "GRID_M",
    "Geometries",
    "drop_copies",
    "find_holders",
    "node_lines",
    "point_keys",
    "polygonize_segments",
    "ring_edges",
]

#: All linework is noded on a grid of 1 cm: finer than any survey of footprints, coarse enough to close
#: the gaps that reprojecting leaves between walls.
GRID_M = 0.01

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def point_keys(xy: Floats) -> Ints:
    """Name each grid point by one integer that sorts west to east, then south to north."""
    cells = np.rint(xy / GRID_M).astype(np.int64)
    return (cells[:, 0] << 32) + cells[:, 1] + (1 << 31)


def split_lines(lines: Geometries) -> Floats:
    """Return all segments of linestrings or rings, shape (m, 2, 2)."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    inner = owner[:-1] == owner[1:]
    return np.stack([xy[:-1][inner], xy[1:][inner]], axis=1)


def drop_copies(segments: Floats) -> Floats:
    """Keep one of the segments that join the same two grid points, in the order of their keys."""
    keys = np.sort(point_keys(segments.reshape(-1, 2)).reshape(-1, 2), axis=1)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    keys = keys[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    fresh &= keys[:, 0] != keys[:, 1]
    # the ends are put in the order of their keys: row order of the input must leave no trace
    kept = keys[fresh]
    cells = np.stack([kept >> 32, (kept & 0xFFFFFFFF) - (1 << 31)], axis=2)
    return cells * GRID_M


def node_lines(lines: Geometries, *, settle: bool = False) -> Floats:
    """Node lines on the grid.

    Parameters
    ----------
    lines
        LineStrings, LinearRings or Polygons (their outlines count) [m].
    settle
        Node again until nothing moves. One pass of snap rounding can leave a vertex closer to a line
        than the grid; lines that are to be noded once more with others beside them must be settled.

    Returns
    -------
    ndarray, shape (m, 2, 2)
        Segments without copies, crossing each other nowhere.
    """
    outline = np.where(shapely.get_dimensions(lines) == 2, shapely.boundary(lines), lines)
    segments = np.empty((0, 2, 2))
    for _ in range(5 if settle else 1):
        noded = shapely.get_parts(shapely.union_all(outline, grid_size=GRID_M))
        before, segments = segments, drop_copies(split_lines(noded))
        if len(before) == len(segments) and (before == segments).all():
            break
        outline = shapely.linestrings(segments) if settle else outline
    return segments


def polygonize_segments(segments: Floats) -> Geometries:
    """Return the faces between noded segments as polygons, in a fixed order."""
    if len(segments) == 0:
        return np.empty(0, dtype=object)
    return shapely.get_parts(shapely.polygonize(shapely.linestrings(segments)))


def find_holders(points: Geometries, polygons: Geometries) -> Ints:
    """Return for each point the first polygon that holds it, -1 where none does."""
    holder = np.full(len(points), len(polygons), dtype=np.int64)
    found, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    np.minimum.at(holder, found, polygon)
    holder[holder == len(polygons)] = -1
    return holder


def ring_edges(polygons: Geometries) -> tuple[Floats, Floats, Ints]:
    """Return the directed edges of polygons with the inside on the left.

    Returns
    -------
    start, end : ndarray, shape (m, 2)
    index : ndarray, shape (m,)
        Polygon of each edge.
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    first = np.ones(len(rings), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[:-1] == ring[1:]
    start, end, ring = xy[:-1][inner], xy[1:][inner], ring[:-1][inner]
    # shells run counter-clockwise, holes clockwise
    turn = shapely.is_ccw(rings) != first
    flip = turn[ring][:, None]
    return np.where(flip, end, start), np.where(flip, start, end), owner[ring]
