"""Blocks: the faces between barriers, with medians and traffic islands joined to a neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray
from gridplan.atoms.linework import draw_faces, find_holders, find_sides, node_lines
from gridplan.schema import issue_rows
from gridplan.scheme import AtomRules

__all__ = ["STREET_STEP_M", "Blocks", "build_blocks"]

#: Longest edge of a street or rim: cells may change owner along a street at such vertices only.
STREET_STEP_M = 5.0
# a noded segment lies this near to the barrier that it came from [m]: twice the grid
NEAR_M = 0.02


@dataclass(frozen=True, slots=True)
class Blocks:
    """The ground between barriers.

    Parameters
    ----------
    polygons
        Lane blocks: faces of barriers of rank <= 2, and of rank 3 inside large blocks.
    block
        Block (face of rank <= 2) of each lane block.
    lines
        Their noded outlines.
    issues
        Faces that were joined to a neighbour.
    """

    polygons: ShapeArray
    block: IntArray
    lines: ShapeArray
    issues: pd.DataFrame


def rank_lines(lines: ShapeArray, barriers: ShapeArray, rank: npt.NDArray[np.int8]) -> IntArray:
    """Return the strictest rank of the barriers that each noded line lies on."""
    found = np.full(len(lines), 3, dtype=np.int64)
    if len(barriers) and len(lines):
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        barrier, line = shapely.STRtree(middle).query(barriers, predicate="dwithin", distance=NEAR_M)
        np.minimum.at(found, line, rank[barrier])
    return found


def join_slivers(held: BoolArray, sides: IntArray, rank: IntArray, length: FloatArray) -> IntArray:
    """Join faces that nobody lives in to a neighbour, across the least strict, then the longest border.

    Parameters
    ----------
    held
        Faces that stand for themselves, shape (faces,).
    sides
        The faces on either side of each edge, shape (m, 2).
    rank, length
        Rank of the barrier on each edge, and its length [m].

    Returns
    -------
    ndarray of int64
        The face that each face becomes part of.
    """
    faces = np.arange(len(held))
    root = np.where(held, faces, -1)
    both = np.concatenate([sides, sides[:, ::-1]])
    table = pd.DataFrame(
        {"face": both[:, 0], "to": both[:, 1], "rank": np.tile(rank, 2), "length": np.tile(length, 2)}
    )
    table = table[~held[both[:, 0]]].groupby(["face", "to", "rank"], as_index=False)["length"].sum()
    table["length"] = table["length"].round(2)
    table = table.sort_values(["face", "rank", "length", "to"], ascending=[True, False, False, True])
    while (root < 0).any():
        ready = table[(root[table["face"]] < 0) & (root[table["to"]] >= 0)].drop_duplicates("face")
        if ready.empty:
            break
        root[ready["face"]] = root[ready["to"]]
    return np.where(root < 0, faces, root)


def group_faces(count: int, sides: IntArray) -> IntArray:
    """Label faces joined by the given pairs."""
    matrix = coo_array((np.ones(len(sides), dtype=np.int8), (sides[:, 0], sides[:, 1])), shape=(count, count))
    label: IntArray = connected_components(matrix, directed=False)[1].astype(np.int64)
    return label


def choose_lanes(faces: ShapeArray, sides: IntArray, rank: IntArray, largest: float) -> IntArray:
    """Label lane blocks: faces joined across barriers of rank 3, except inside blocks above ``largest``."""
    service = rank == 3
    block = group_faces(len(faces), sides[service])
    wide = np.bincount(block, shapely.area(faces)) > largest
    return group_faces(len(faces), sides[service & ~wide[block[sides[:, 0]]]])


def draw_ground(lines: ShapeArray, district: shapely.Geometry) -> tuple[ShapeArray, IntArray]:
    """Return the faces between lines that lie in the district, and the faces beside each line."""
    faces = draw_faces(lines)
    faces = faces[find_holders(shapely.point_on_surface(faces), np.array([district])) >= 0]
    return faces, find_sides(lines, faces)


def build_blocks(
    barriers: gpd.GeoDataFrame, district: shapely.Geometry, homes: ShapeArray, options: AtomRules
) -> Blocks:
    """Find the blocks and lane blocks of a district.

    Parameters
    ----------
    barriers
        LineStrings with ``rank``, local coordinates [m].
    district
        Polygon or MultiPolygon, local coordinates.
    homes
        A point in each building: a face with a building is never joined away.
    options
        ``land_min_m2`` and ``lane_block_m2``.

    Returns
    -------
    Blocks
    """
    streets = barriers.geometry.to_numpy()
    inside = shapely.intersects(streets, district) if len(streets) else np.empty(0, dtype=bool)
    streets, street_rank = streets[inside], barriers["rank"].to_numpy(np.int8)[inside]
    rim = shapely.get_rings(shapely.get_parts(district))
    lines = node_lines(shapely.segmentize(np.concatenate([streets, rim]), STREET_STEP_M))
    faces, sides = draw_ground(lines, district)
    # dead ends have the same face on both sides or none at all
    lines, sides = lines[(sides >= 0).any(axis=1)], sides[(sides >= 0).any(axis=1)]
    inner = (sides >= 0).all(axis=1)
    sides = sides[inner]
    rank = rank_lines(lines[inner], streets, street_rank)
    lane = choose_lanes(faces, sides, rank, options.lane_block_m2)
    # from here on a "face" is a lane block: its number is its label
    area = np.bincount(lane, shapely.area(faces)).astype(np.float64)
    lived = np.zeros(len(area), dtype=bool)
    holder = find_holders(homes, faces)
    lived[lane[holder[holder >= 0]]] = True
    apart = lane[sides[:, 0]] != lane[sides[:, 1]]
    held = lived | (area >= options.land_min_m2)
    root = join_slivers(held, lane[sides[apart]], rank[apart], shapely.length(lines[inner][apart]))
    final = root[lane]
    parted = final[sides[:, 0]] != final[sides[:, 1]]
    kept = np.concatenate([lines[~inner], lines[inner][parted]])
    polygons, beside = draw_ground(kept, district)
    rank, beside = rank[parted], beside[(~inner).sum() :]
    block = group_faces(len(polygons), beside[rank == 3])
    gone = np.flatnonzero(root != np.arange(len(area)))
    first = np.unique(lane, return_index=True)[1][gone]
    return Blocks(polygons, block, kept, list_joined(faces[first], area[gone]))


def list_joined(faces: ShapeArray, area: FloatArray) -> pd.DataFrame:
    """List the faces that were joined to a neighbour by a point in them."""
    spots = shapely.get_coordinates(shapely.point_on_surface(faces)).round().astype(int)
    names = [f"{x} {y}" for x, y in spots]
    return issue_rows("barriers", names, "face_without_building", "merged", area)
