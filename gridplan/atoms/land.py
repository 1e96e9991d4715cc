"""Open land: what lies far from every dwelling of its lane block, and blocks without a building."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from gridplan.atoms.cutting import cut_polygons
from gridplan.atoms.linework import Geometries, find_holders
from gridplan.atoms.options import AtomOptions

__all__ = ["find_open_land"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# lattice on which land out of reach is looked for before any outline is drawn [m]
LATTICE_M = 20.0
# necks of open land narrower than twice this stay with the cells [m]
NECK_M = 8.0
# outlines of reach are drawn no finer than this [m]
OUTLINE_M = 2.0


def find_wide_blocks(blocks: Geometries, buildings: Geometries, home: Ints, reach: Floats, least: float) -> Ints:
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


def find_open_land(blocks: Geometries, buildings: Geometries, home: Ints, reach: Floats, options: AtomOptions) -> Geometries:
    """Find the open land of each lane block, cut into pieces below the largest area.

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
        ``land_min_m2`` and ``land_max_m2``.

    Returns
    -------
    ndarray of Polygon
        Pieces of one part each; they do not overlap.
    """
    count = np.bincount(home, minlength=len(blocks))
    land = [blocks[count == 0]]
    order = np.argsort(home, kind="stable")
    ends = np.searchsorted(home[order], np.arange(len(blocks) + 1))
    some = find_wide_blocks(blocks, buildings, home, reach, options.land_min_m2) if len(buildings) else []
    for block in some:
        if count[block] == 0:
            continue
        mine = order[ends[block] : ends[block + 1]]
        around = shapely.buffer(shapely.simplify(buildings[mine], OUTLINE_M), reach[mine] + NECK_M, quad_segs=3)
        near = shapely.buffer(shapely.union_all(around), -NECK_M, quad_segs=3)
        pieces = shapely.get_parts(shapely.difference(blocks[block], shapely.simplify(near, OUTLINE_M)))
        land.append(pieces[(shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) >= options.land_min_m2)])
    whole = np.concatenate(land)
    if len(whole) == 0:
        return whole
    parts = np.maximum(np.ceil(shapely.area(whole) / options.land_max_m2), 1).astype(np.int64)
    return cut_polygons(whole, parts)[0]
