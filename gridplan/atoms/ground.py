"""The frame that all tiles share: streets, buildings beside them and open land, noded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.blocks import STREET_STEP_M, Blocks
from gridplan.atoms.land import draw_lattice
from gridplan.atoms.linework import draw_faces, find_holders, find_sides, node_lines

__all__ = ["WALL_STEP_M", "GroundFaces", "find_homes", "find_touching", "lay_ground"]

#: Longest edge of a footprint's outline: the finer, the smoother the borders between cells.
WALL_STEP_M = 10.0
# footprints this near to a street are noded together with it [m]: more than noding moves anything
TOUCH_M = 0.05
# vertices of one face at most, about: GEOS triangulates a face in quadratic time
FACE_VERTICES = 1_000


@dataclass(frozen=True, slots=True)
class GroundFaces:
    """Faces between streets, footprints beside streets and open land.

    Parameters
    ----------
    faces
        They cover the district; no two overlap; vertices on the grid.
    lane_block
        Lane block that each face lies in.
    unit
        Unit (building or slice) that the face is ground of, else -1.
    land
        Number of the piece of open land that the face is, else -1.
    near
        Units whose outlines are in the faces already.
    lines, sides
        Noded outlines of the faces, and the faces to the left and right of each, -1 outside.
    """

    faces: ShapeArray
    lane_block: IntArray
    unit: IntArray
    land: IntArray
    near: IntArray
    lines: ShapeArray
    sides: IntArray


def find_touching(lines: ShapeArray, footprints: ShapeArray) -> tuple[IntArray, IntArray]:
    """Find the footprints beside and across the streets.

    Parameters
    ----------
    lines
        Outlines of the lane blocks.
    footprints
        Polygons of buildings.

    Returns
    -------
    near : ndarray
        Rows of footprints within :data:`TOUCH_M` of a line or of a footprint that a line crosses.
    crossed : ndarray
        Rows of footprints with a line inside or along them.
    """
    row = np.unique(shapely.STRtree(lines).query(footprints, predicate="dwithin", distance=TOUCH_M)[0])
    tree = shapely.STRtree(footprints)
    crossed = row[np.unique(shapely.STRtree(lines).query(footprints[row], predicate="intersects")[0])]
    beside = tree.query(footprints[crossed], predicate="dwithin", distance=TOUCH_M)[1]
    return np.unique(np.concatenate([row, beside])), crossed


def find_homes(
    blocks: ShapeArray, footprints: ShapeArray, points: ShapeArray, crossed: IntArray
) -> tuple[IntArray, FloatArray]:
    """Return the lane block that holds most of each footprint, and how much of it lies elsewhere.

    Returns
    -------
    home : ndarray
        -1 outside the district.
    across : ndarray
        Ground in other lane blocks [m2].
    """
    home = find_holders(points, blocks)
    across = np.zeros(len(footprints))
    if len(crossed):
        block, row = shapely.STRtree(footprints[crossed]).query(blocks, predicate="intersects")
        area = shapely.area(shapely.intersection(footprints[crossed][row], blocks[block]))
        order = np.lexsort((block, -area.round(4), row))
        first = np.concatenate([[True], row[order][1:] != row[order][:-1]])
        best = order[first]
        home[crossed[row[best]]] = np.where(area[best] > 0, block[best], -1)
        across[crossed] = np.bincount(row, area, minlength=len(crossed))
        across[crossed[row[best]]] -= area[best]
    return home, across


def draw_cuts(blocks: ShapeArray, land: ShapeArray, home: IntArray, vertices: IntArray) -> ShapeArray:
    """Draw lines across lane blocks with many footprints, so that no face has too many vertices."""
    load = np.bincount(home[home >= 0], vertices[home >= 0], minlength=len(blocks))
    full = np.flatnonzero(load > 2 * FACE_VERTICES)
    cell = shapely.area(blocks[full]) * FACE_VERTICES / load[full]
    lines = draw_lattice(blocks[full], cell)
    if len(land) == 0 or len(lines) == 0:
        return lines
    line, field = shapely.STRtree(land).query(lines, predicate="intersects")
    touched, first = np.unique(line, return_index=True)
    fields = [shapely.multipolygons(group) for group in np.split(land[field], first[1:])]
    lines[touched] = shapely.difference(lines[touched], np.array(fields, dtype=object))
    parts = shapely.get_parts(lines)
    cuts: ShapeArray = parts[shapely.get_type_id(parts) == 1]
    return cuts


def lay_ground(
    blocks: Blocks,
    units: ShapeArray,
    near: IntArray,
    land: tuple[ShapeArray, float],
    load: tuple[IntArray, IntArray],
) -> GroundFaces:
    """Node the frame once and label its faces.

    Parameters
    ----------
    blocks
        The lane blocks.
    units
        Polygons of all units.
    near
        Units to be noded with the streets.
    land
        Open land, and the largest area of a piece of it [m2].
    load
        Lane block and number of vertices of each unit.

    Returns
    -------
    GroundFaces
    """
    fields, largest = land
    wide = fields[shapely.area(fields) > largest]
    walls = shapely.segmentize(units[near], WALL_STEP_M)
    steps = np.concatenate([fields, draw_lattice(wide, np.full(len(wide), largest))])
    cuts = shapely.segmentize(draw_cuts(blocks.polygons, fields, *load), WALL_STEP_M)
    lines = node_lines(np.concatenate([blocks.lines, walls, shapely.segmentize(steps, STREET_STEP_M), cuts]))
    faces = draw_faces(lines)
    inner = shapely.point_on_surface(faces)
    lane_block = find_holders(inner, blocks.polygons)
    faces, inner, lane_block = faces[lane_block >= 0], inner[lane_block >= 0], lane_block[lane_block >= 0]
    unit = find_holders(inner, units[near])
    unit[unit >= 0] = near[unit[unit >= 0]]
    open_land = (find_holders(inner, fields) >= 0) & (unit < 0)
    piece = np.where(open_land, np.cumsum(open_land) - 1, -1)
    return GroundFaces(faces, lane_block, unit, piece, near, lines, find_sides(lines, faces))
