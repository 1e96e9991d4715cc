"""Blocks: the faces between barriers, with medians and traffic islands joined to a neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.atoms.linework import (
    Geometries,
    drop_copies,
    find_holders,
    node_lines,
    point_keys,
    polygonize_segments,
    ring_edges,
)
from gridplan.atoms.options import AtomOptions

__all__ = ["STREET_STEP_M", "Blocks", "build_blocks", "pair_edges"]

#: Longest edge of a street or rim: cells may change owner along a street at such vertices only.
STREET_STEP_M = 5.0
# a noded segment lies this near to the barrier that it came from [m]: twice the grid
NEAR_M = 0.02

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """The ground between barriers.

    Parameters
    ----------
    polygons
        Lane blocks: faces of barriers of rank <= 2, and of rank 3 inside large blocks.
    block
        Block (face of rank <= 2) of each lane block.
    main
        Face of rank 1 of each lane block: the tiles that work is shared out by.
    segments
        Noded outlines of the lane blocks, shape (m, 2, 2).
    issues
        Faces that were joined to a neighbour.
    """

    polygons: Geometries
    block: Ints
    main: Ints
    segments: Floats
    issues: pd.DataFrame


def pair_edges(faces: Geometries) -> tuple[Ints, Ints, Floats]:
    """Find the edges that two faces share.

    Returns
    -------
    left, right : ndarray of int64
        The two faces of each shared edge.
    ends : ndarray, shape (m, 2, 2)
    """
    start, end, face = ring_edges(faces)
    keys = np.stack([point_keys(start), point_keys(end)], axis=1)
    low, high = keys.min(axis=1), keys.max(axis=1)
    order = np.lexsort((face, high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    first, second = order[:-1][same], order[1:][same]
    return face[first], face[second], np.stack([start[first], end[first]], axis=1)


def rank_segments(segments: Floats, lines: Geometries, rank: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the strictest rank of the lines that each segment lies on; the rim counts as rank 0."""
    found = np.full(len(segments), 3, dtype=np.int8)
    middle = shapely.points(segments.mean(axis=1))
    segment, line = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=NEAR_M)
    np.minimum.at(found, segment, rank[line])
    return found


def join_slivers(faces: Geometries, held: npt.NDArray[np.bool_], rank_of: Ints, pairs: Ints) -> Ints:
    """Join faces without an owner of the ground to a neighbour, across the least strict longest border.

    Parameters
    ----------
    faces
        Faces of the barriers.
    held
        Faces that stand for themselves.
    rank_of
        Rank of the barrier on each shared edge.
    pairs
        The faces on either side and the edge's length [cm], shape (m, 3).

    Returns
    -------
    ndarray of int64
        The face that each face becomes part of.
    """
    root = np.where(held, np.arange(len(faces)), -1)
    left, right, length = pairs.T
    both = np.concatenate([left, right]), np.concatenate([right, left])
    table = pd.DataFrame(
        {"face": both[0], "to": both[1], "rank": np.tile(rank_of, 2), "length": np.tile(length, 2)}
    )
    table = table[~held[table["face"]]].groupby(["face", "to", "rank"], as_index=False)["length"].sum()
    table = table.sort_values(["face", "rank", "length", "to"], ascending=[True, False, False, True])
    while (root < 0).any():
        open_rows = table[(root[table["face"]] < 0) & (root[table["to"]] >= 0)]
        best = open_rows.drop_duplicates("face")
        if best.empty:
            break
        root[best["face"]] = root[best["to"]]
    return np.where(root < 0, np.arange(len(faces)), root)


def merge_faces(
    faces: Geometries, ranks: tuple[Floats, npt.NDArray[np.int8]], homes: Geometries, options: AtomOptions
) -> tuple[npt.NDArray[np.bool_], pd.DataFrame]:
    """Tell which outlines are left when small faces without a building are joined to a neighbour."""
    left, right, ends = pair_edges(faces)
    segments, rank = ranks
    lookup = pd.Series(rank, index=pd.MultiIndex.from_arrays(edge_keys(segments).T))
    edge_rank = lookup.reindex(pd.MultiIndex.from_arrays(edge_keys(ends).T)).fillna(0).to_numpy(np.int64)
    lived = np.zeros(len(faces), dtype=bool)
    home = find_holders(homes, faces)
    lived[home[home >= 0]] = True
    area = shapely.area(faces)
    held = lived | (area >= options.land_min_m2)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    root = join_slivers(faces, held, edge_rank, np.stack([left, right, np.rint(length * 100).astype(np.int64)], 1))
    gone = np.flatnonzero(root != np.arange(len(faces)))
    inner = pd.MultiIndex.from_arrays(edge_keys(ends[root[left] == root[right]]).T)
    kept = ~pd.MultiIndex.from_arrays(edge_keys(segments).T).isin(inner)
    spot = shapely.get_coordinates(shapely.point_on_surface(faces[gone])).round().astype(int)
    issues = pd.DataFrame(
        {
            "layer": "barriers",
            "id": [f"{x} {y}" for x, y in spot],
            "code": "face_without_building",
            "action": "joined_to_neighbour",
            "value": area[gone],
        }
    )
    return kept, issues


def edge_keys(segments: Floats) -> Ints:
    """Name segments by the keys of their ends, the lower first, shape (m, 2)."""
    return np.sort(point_keys(segments.reshape(-1, 2)).reshape(-1, 2), axis=1)


def order_faces(faces: Geometries) -> Geometries:
    """Sort faces west to east, then north to south, by their first corner's box."""
    box = shapely.bounds(faces)
    return faces[np.lexsort((box[:, 2], -box[:, 1], -box[:, 3], box[:, 0]))]


def build_blocks(
    barriers: gpd.GeoDataFrame, district: shapely.Geometry, homes: Geometries, options: AtomOptions
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
    lines = barriers.geometry.to_numpy()
    rank = barriers["rank"].to_numpy(np.int8)
    inside = shapely.intersects(lines, district) if len(lines) else np.empty(0, dtype=bool)
    lines, rank = lines[inside], rank[inside]
    rim = shapely.get_parts(shapely.get_rings(shapely.get_parts(district)))
    lines, rank = np.concatenate([lines, rim]), np.append(rank, np.zeros(len(rim), dtype=np.int8))
    segments = node_lines(shapely.segmentize(lines, STREET_STEP_M), settle=True)
    on_rank = rank_segments(segments, lines, rank)
    shapely.prepare(district)

    def faces_of(chosen: npt.NDArray[np.bool_]) -> Geometries:
        faces = polygonize_segments(segments[chosen])
        return order_faces(faces[shapely.intersects(district, shapely.point_on_surface(faces))])

    blocks = faces_of(on_rank <= 2)
    wide = blocks[shapely.area(blocks) > options.lane_block_m2]
    use = on_rank <= 2
    service = np.flatnonzero(on_rank == 3)
    use[service[find_holders(shapely.points(segments[service].mean(axis=1)), wide) >= 0]] = True
    faces = faces_of(use) if use.sum() > (on_rank <= 2).sum() else blocks
    kept, issues = merge_faces(faces, (segments[use], on_rank[use]), homes, options)
    segments, on_rank = segments[use][kept], on_rank[use][kept]
    faces = faces_of(np.ones(len(segments), dtype=bool))
    inner = shapely.point_on_surface(faces)
    block = find_holders(inner, faces_of(on_rank <= 2))
    main = find_holders(inner, faces_of(on_rank <= 1))
    start, end, _ = ring_edges(faces)
    return Blocks(faces, block, main, drop_copies(np.stack([start, end], axis=1)), issues)
