"""Lines on a common grid of 1 cm: noding, keys of points, faces."""

from __future__ import annotations

import numpy as np
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.noding import PIXELS, merge_chains, name_pixels, snap_segments

__all__ = [
    "GRID_M",
    "draw_faces",
    "find_holders",
    "find_sides",
    "node_lines",
    "point_keys",
    "ring_edges",
]

#: All linework is noded on a grid of 1 cm: finer than any survey of footprints, coarse enough to close
#: the gaps that reprojecting leaves between walls.
GRID_M = 0.01


def point_keys(xy: FloatArray) -> IntArray:
    """Name each grid point by one integer that sorts west to east, then south to north."""
    cells = np.rint(xy / GRID_M).astype(np.int64)
    return (cells[:, 0] << 32) + cells[:, 1] + (1 << 31)


def node_lines(lines: ShapeArray) -> ShapeArray:
    """Node lines on the grid.

    Parameters
    ----------
    lines
        LineStrings, LinearRings or Polygons (their outlines count) [m].

    Returns
    -------
    ndarray of LineString
        Lines that meet at their ends only, none twice.
    """
    outline = shapely.get_parts(np.where(shapely.get_dimensions(lines) == 2, shapely.boundary(lines), lines))
    xy, line = shapely.get_coordinates(outline, return_index=True)
    if len(xy) == 0:
        return np.empty(0, dtype=object)
    inner = np.flatnonzero(line[:-1] == line[1:])
    pixels, pairs = snap_segments(xy[inner], xy[inner + 1])
    parted = np.flatnonzero(line[:-1] != line[1:])
    tips = np.concatenate([[0], parted, parted + 1, [len(xy) - 1]])
    stops = np.isin(name_pixels(pixels), name_pixels(np.floor(xy[tips] * PIXELS + 0.5).astype(np.int64)))
    vertex, first = merge_chains(pairs, stops)
    drawn: ShapeArray = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, pixels[vertex] / PIXELS, (first,)
    )
    return drawn


def draw_faces(lines: ShapeArray) -> ShapeArray:
    """Return the faces between noded lines as polygons, west to east, each begun at one and the same vertex.

    The order and the first vertices decide between equally good triangulations further on; they must not
    depend on the order of the lines.
    """
    faces: ShapeArray = shapely.normalize(shapely.get_parts(shapely.polygonize(lines)))
    box = shapely.bounds(faces)
    return faces[np.lexsort((shapely.area(faces), box[:, 2], -box[:, 1], -box[:, 3], box[:, 0]))]


def find_holders(points: ShapeArray, polygons: ShapeArray) -> IntArray:
    """Return for each point the first polygon that holds it, -1 where none does."""
    holder = np.full(len(points), len(polygons), dtype=np.int64)
    # the tree is asked with polygons: they are prepared once each, however many points they hold
    polygon, found = shapely.STRtree(points).query(polygons, predicate="intersects")
    np.minimum.at(holder, found, polygon)
    holder[holder == len(polygons)] = -1
    return holder


def ring_edges(polygons: ShapeArray) -> tuple[FloatArray, FloatArray, IntArray]:
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


def find_sides(lines: ShapeArray, faces: ShapeArray) -> IntArray:
    """Return the faces to the left and to the right of noded lines, -1 where there is none.

    Parameters
    ----------
    lines
        Noded lines.
    faces
        Faces between them, or some of these.

    Returns
    -------
    ndarray of int64, shape (n, 2)
    """
    start, end, face = ring_edges(faces)
    ends = [shapely.get_coordinates(shapely.get_point(lines, seat)) for seat in (0, 1)]
    names, vertex = np.unique(point_keys(np.concatenate([start, end, *ends])), return_inverse=True)
    a, b, c, d = np.split(vertex, np.cumsum([len(start), len(start), len(lines)]))
    edge = a * len(names) + b
    order = np.argsort(edge)
    sides = np.full((len(lines), 2), -1, dtype=np.int64)
    for column, wanted in enumerate((c * len(names) + d, d * len(names) + c)):
        seat = np.minimum(np.searchsorted(edge, wanted, sorter=order), len(order) - 1)
        sides[:, column] = np.where(edge[order[seat]] == wanted, face[order[seat]], -1)
    return sides
