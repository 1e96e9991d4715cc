"""One tile: lane blocks worked on together, from footprints to the cells of their units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.ground import WALL_STEP_M
from gridplan.atoms.linework import draw_faces, find_holders, node_lines, point_keys, ring_edges
from gridplan.atoms.rings import Edges, Parts, cancel_edges, trace_parts
from gridplan.atoms.tessellation import share_ground, triangulate

__all__ = ["Tile", "TileCells", "fill_tile"]


@dataclass(frozen=True, slots=True)
class Tile:
    """What one tile needs to know.

    Parameters
    ----------
    faces, face_block, face_owner
        Faces of the frame, the lane block of each and its owner: an owner's number, -1 for free ground.
    fixed, loose
        Noded outlines of these faces; the loose ones may be noded again with the footprints.
    owner_block
        Lane block of each owner.
    units, unit_owner
        Footprints that are not in the frame yet, and the number of each.
    anchors
        A point in the footprint of each owner that has one, else empty.
    land_min_m2
        Free ground out of everybody's reach that is smaller is given to a neighbour.
    """

    faces: ShapeArray
    face_block: IntArray
    face_owner: IntArray
    fixed: ShapeArray
    loose: ShapeArray
    owner_block: IntArray
    units: ShapeArray
    unit_owner: IntArray
    anchors: ShapeArray
    land_min_m2: float


@dataclass(frozen=True, slots=True)
class TileCells:
    """Cells of one tile.

    Parameters
    ----------
    polygons
        One single-part cell per row.
    owner
        Owner of each, ascending; -1 for open land that was not known before.
    block
        Lane block of each.
    moved, moved_m2
        Owners that lost loose pieces of their cell to a neighbour, and how much.
    """

    polygons: ShapeArray
    owner: IntArray
    block: IntArray
    moved: IntArray
    moved_m2: FloatArray


def label_faces(tile: Tile) -> tuple[ShapeArray, IntArray, IntArray]:
    """Node the footprints into the frame; return all faces with their owners and lane blocks.

    Streets and open land, and all that another tile may look on, go through untouched: no footprint
    that is not in the frame yet comes near them, and noding them again could move them.
    """
    walls = shapely.segmentize(tile.units, WALL_STEP_M)
    faces = draw_faces(np.concatenate([tile.fixed, node_lines(np.concatenate([tile.loose, walls]))]))
    point = shapely.point_on_surface(faces)
    frame = find_holders(point, tile.faces)
    faces, point, frame = faces[frame >= 0], point[frame >= 0], frame[frame >= 0]
    block, owner = tile.face_block[frame], tile.face_owner[frame]
    if len(tile.units):
        unit = find_holders(point, tile.units)
        free = (owner < 0) & (unit >= 0)
        owner = np.where(free, tile.unit_owner[unit], owner)
    return faces, owner, block


def own_nodes(
    zone_vertex: tuple[IntArray, IntArray], vertex: IntArray, owner: IntArray, home: IntArray, size: int
) -> tuple[IntArray, IntArray]:
    """Pair the nodes of the mesh with the owners whose footprints they lie on, within one lane block."""
    zone, mesh_vertex = zone_vertex
    wanted = home * size + vertex
    names = zone * size + mesh_vertex
    seat = np.minimum(np.searchsorted(names, wanted), max(len(names) - 1, 0))
    hit = names[seat] == wanted if len(names) else np.zeros(len(wanted), dtype=bool)
    return seat[hit], owner[hit]


def settle_parts(parts: Parts, xy: FloatArray, tile: Tile, block: IntArray) -> tuple[IntArray, IntArray]:
    """Decide which label each part bears: its own, or that of the neighbour that takes it.

    Returns
    -------
    label : ndarray
        Part that each part goes with.
    loose : ndarray
        Parts that went.
    """
    polygons = parts.polygons(xy)
    area = shapely.area(polygons)
    stays = np.ones(len(area), dtype=bool)
    land = parts.label < 0
    land |= shapely.is_empty(tile.anchors)[np.maximum(parts.label, 0)] if len(tile.anchors) else True
    stays[land] = area[land] >= tile.land_min_m2
    _, first, count = np.unique(parts.label, return_index=True, return_counts=True)
    for at, times in zip(first[count > 1], count[count > 1], strict=True):
        rows = np.arange(at, at + times)
        if land[at]:
            continue
        anchor = tile.anchors[parts.label[at]]
        main = rows[shapely.intersects(polygons[rows], anchor)]
        stays[rows] = False
        stays[main[0] if len(main) else rows[area[rows].argmax()]] = True
    takes = np.arange(len(area))
    left, right, length = pair_parts(parts, xy)
    same = block[left] == block[right]
    left, right, length = left[same], right[same], length[same]
    goal = np.where(stays, takes, -1)
    while (goal < 0).any():
        ready = (goal[left] < 0) & (goal[right] >= 0)
        if not ready.any():
            # a lane block without an owner: its largest piece becomes land of its own
            rest = np.flatnonzero(goal < 0)
            goal[rest[area[rest].argmax()]] = rest[area[rest].argmax()]
            continue
        # like goes to like: a corner of open land to open land
        other = land[left[ready]] != land[right[ready]]
        order = np.lexsort((right[ready], -length[ready].round(6), other, left[ready]))
        giver = left[ready][order]
        best = np.concatenate([[True], giver[1:] != giver[:-1]])
        goal[giver[best]] = goal[right[ready][order][best]]
    return goal, np.flatnonzero(goal != takes)


def pair_parts(parts: Parts, xy: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Sum the borders between parts; each pair is listed in both directions."""
    edges, size = parts.edges, len(xy)
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    order = np.lexsort((edges.label, low * size + high))
    keys = (low * size + high)[order]
    same = np.flatnonzero(keys[1:] == keys[:-1])
    a, b = order[same], order[same + 1]
    length = np.hypot(*(xy[edges.start[a]] - xy[edges.end[a]]).T)
    n = len(parts.label)
    names, pair = np.unique(edges.label[a] * n + edges.label[b], return_inverse=True)
    total = np.bincount(pair, length, minlength=len(names))
    left, right = names // n, names % n
    return np.concatenate([left, right]), np.concatenate([right, left]), np.concatenate([total, total])


def fill_tile(tile: Tile) -> TileCells:
    """Share the ground of a tile out to its owners.

    Parameters
    ----------
    tile
        Frame, footprints and owners.

    Returns
    -------
    TileCells
        They cover the tile exactly and share all vertices of their borders.
    """
    faces, owner, block = label_faces(tile)
    start, end, face = ring_edges(faces)
    start_key, end_key = point_keys(start), point_keys(end)
    keys, seat = np.unique(start_key, return_index=True)
    xy = start[seat]
    u, v = np.searchsorted(keys, start_key), np.searchsorted(keys, end_key)
    free = owner < 0
    held = ~free[face]
    edges = Edges(u[held], v[held], owner[face[held]])
    lost_block: IntArray = np.empty(0, dtype=np.int64)
    if free.any():
        mesh = triangulate(faces[free], block[free], keys)
        has_anchor = ~shapely.is_empty(tile.anchors)
        seed = held & has_anchor[np.maximum(owner[face], 0)]
        label = owner[face[seed]]
        nodes = own_nodes((mesh.zone, mesh.vertex), u[seed], label, tile.owner_block[label], len(keys))
        cells = share_ground(mesh, xy, nodes)
        edges = Edges(
            np.concatenate([edges.start, cells.edges.start]),
            np.concatenate([edges.end, cells.edges.end]),
            np.concatenate([edges.label, cells.edges.label]),
        )
        xy = cells.xy
        lost_block = cells.lost_zone
    # labels below 0 are made non-negative for the dissolve
    shift = len(lost_block)
    outline = cancel_edges(Edges(edges.start, edges.end, edges.label + shift), len(xy))
    traced = trace_parts(outline, xy)
    parts = Parts(traced.edges, traced.ring_start, traced.label - shift)
    home = np.concatenate([lost_block[::-1], tile.owner_block])
    part_block = home[traced.label]
    goal, loose = settle_parts(parts, xy, tile, part_block)
    merged = cancel_edges(Edges(parts.edges.start, parts.edges.end, goal[parts.edges.label]), len(xy))
    final = trace_parts(merged, xy)
    label = parts.label[final.label]
    area = shapely.area(parts.polygons(xy)[loose])
    known = parts.label[loose] >= 0
    moved, pair = np.unique(parts.label[loose][known], return_inverse=True)
    return TileCells(
        final.polygons(xy),
        np.maximum(label, -1),
        part_block[final.label],
        moved,
        np.bincount(pair, area[known], minlength=len(moved)).astype(np.float64),
    )
