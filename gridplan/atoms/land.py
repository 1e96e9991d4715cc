"""Open land: what lies far from every dwelling of its lane block, and blocks without a building."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.cutting import find_axes
from gridplan.atoms.linework import find_holders
from gridplan.scheme import AtomRules

__all__ = ["draw_lattice", "find_open_land"]


# lattice on which land out of reach is looked for before any outline is drawn [m]
LATTICE_M = 20.0
# necks of open land narrower than twice this stay with the cells [m]
NECK_M = 8.0
# outlines of reach are drawn no finer than this [m]
OUTLINE_M = 2.0


def find_wide_blocks(
    blocks: ShapeArray, buildings: ShapeArray, home: IntArray, reach: FloatArray, least: float
) -> IntArray:
    """Return the lane blocks in which the lattice finds about ``least`` m2 out of reach.

    Distances are taken to vertices: a rough test, that may only name too many blocks.
    """
    west, south, east, north = shapely.total_bounds(blocks)
    x, y = np.meshgrid(np.arange(west, east, LATTICE_M), np.arange(south, north, LATTICE_M))
    lattice = np.stack([x.ravel(), y.ravel()], axis=1) + LATTICE_M / 2
    block = find_holders(shapely.points(lattice), blocks)
    lattice, block = lattice[block >= 0], block[block >= 0]
    free = np.ones(len(lattice), dtype=bool)
    # a third axis keeps the lane blocks apart: only a block's own buildings are near
    apart = 2 * reach.max() + 1
    query = np.column_stack([lattice, block * apart])
    for far in np.unique(reach):
        vertex, building = shapely.get_coordinates(buildings[reach == far], return_index=True)
        tree = cKDTree(np.column_stack([vertex, home[reach == far][building] * apart]))
        free &= ~np.isfinite(tree.query(query, distance_upper_bound=far)[0])
    return np.flatnonzero(np.bincount(block[free], minlength=len(blocks)) * LATTICE_M**2 > least / 2)


def find_open_land(
    blocks: ShapeArray, buildings: ShapeArray, home: IntArray, reach: FloatArray, options: AtomRules
) -> ShapeArray:
    """Find the open land of each lane block.

    Parameters
    ----------
    blocks
        Lane blocks.
    buildings
        Footprints.
    home
        Lane block that each footprint belongs to.
    reach
        How far each building's surroundings reach [m].
    options
        ``land_min_m2``.

    Returns
    -------
    ndarray of Polygon
        They do not overlap.
    """
    count = np.bincount(home, minlength=len(blocks))
    land = [blocks[count == 0]]
    order = np.argsort(home, kind="stable")
    ends = np.searchsorted(home[order], np.arange(len(blocks) + 1))
    some = np.empty(0, dtype=np.int64)
    if len(buildings):
        some = find_wide_blocks(blocks, buildings, home, reach, options.land_min_m2)
    for block in some[count[some] > 0]:
        mine = order[ends[block] : ends[block + 1]]
        around = shapely.buffer(
            shapely.simplify(buildings[mine], OUTLINE_M),
            reach[mine] + NECK_M,
            join_style="mitre",
            mitre_limit=1.2,
        )
        near = shapely.buffer(shapely.union_all(around), -NECK_M, join_style="mitre", mitre_limit=1.2)
        pieces = shapely.get_parts(shapely.difference(blocks[block], shapely.simplify(near, OUTLINE_M)))
        land.append(
            pieces[(shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) >= options.land_min_m2)]
        )
    return np.concatenate(land)


def draw_lattice(polygons: ShapeArray, cell: FloatArray) -> ShapeArray:
    """Draw lines along and across polygons so that no mesh is larger than a cell.

    Parameters
    ----------
    polygons
        What is to be cut.
    cell
        Largest area of a mesh for each [m2].

    Returns
    -------
    ndarray of LineString
        Within the polygons.
    """
    lines = [np.empty(0, dtype=object)]
    middle, axis, size = find_axes(polygons)
    for polygon, at, along, sides, area in zip(polygons, middle, axis, size, cell, strict=True):
        across = np.array([-along[1], along[0]])
        meshes = np.maximum(np.ceil(sides / np.sqrt(area)), 1).astype(int)
        for cut, run, number, width, length in (
            (along, across, meshes[0], sides[0], sides[1]),
            (across, along, meshes[1], sides[1], sides[0]),
        ):
            offsets = (np.arange(1, number) / number - 0.5) * width
            foot = at + offsets[:, None] * cut
            raw = shapely.linestrings(np.stack([foot - run * length, foot + run * length], axis=1))
            parts = shapely.get_parts(shapely.intersection(raw, polygon))
            lines.append(parts[shapely.get_type_id(parts) == 1])
    return np.concatenate(lines)
