"""Cells: the ground between footprints shared out along the chordal axis of a constrained triangulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.atoms.linework import point_keys
from gridplan.atoms.rings import Edges

__all__ = ["Cells", "Mesh", "share_ground", "triangulate"]


# a border keeps this share of an edge's length away from its ends
END_SHARE = 0.1
# and smoothing leaves it within this part of the edge, so that yards keep their share of the ground
SLIDE = (0.2, 0.8)
SMOOTH_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles of free ground.

    Parameters
    ----------
    corners
        Nodes of each triangle, counter-clockwise, shape (t, 3). A node is a vertex within a zone.
    vertex
        Vertex of each node.
    zone
        Zone (free ground of one lane block) of each node.
    """

    corners: IntArray
    vertex: IntArray
    zone: IntArray


@dataclass(frozen=True, slots=True)
class Cells:
    """Free ground shared out.

    Parameters
    ----------
    edges
        Outlines of the pieces; labels are owners, ``-1 - i`` on the i-th ground that nobody can reach.
    xy
        Coordinates of all vertices, the new ones behind the old ones.
    lost_zone
        Zone of each piece of ground that nobody can reach.
    """

    edges: Edges
    xy: FloatArray
    lost_zone: IntArray


def triangulate(faces: npt.NDArray[np.object_], zone: IntArray, keys: IntArray) -> Mesh:
    """Triangulate free faces.

    Parameters
    ----------
    faces
        Polygons on the grid.
    zone
        Zone of each face.
    keys
        Sorted keys of all vertices.

    Returns
    -------
    Mesh
    """
    triangles = shapely.constrained_delaunay_triangles(faces)
    face = np.repeat(np.arange(len(faces)), shapely.get_num_geometries(triangles))
    xy = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    a, b, c = xy[:, 0], xy[:, 1], xy[:, 2]
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    xy = np.where((turn < 0)[:, None, None], xy[:, ::-1], xy)
    vertex = np.searchsorted(keys, point_keys(xy.reshape(-1, 2)))
    pairs = zone[np.repeat(face, 3)] * len(keys) + vertex
    names, node = np.unique(pairs, return_inverse=True)
    corners = node.reshape(-1, 3)
    # sums over corners must not depend on where the triangulation begins to list them
    corners = np.take_along_axis(corners, (corners.argmin(axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return Mesh(corners, names % len(keys), names // len(keys))


def find_reach(mesh: Mesh, xy: FloatArray, owned: BoolArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Walk along triangle edges from the owned nodes to all others.

    Returns
    -------
    distance : ndarray
        [m], infinite where no owned node can be reached.
    source : ndarray
        The owned node that is nearest; itself where owned.
    component : ndarray
        Connected piece of free ground that the node lies in.
    """
    a, b = mesh.corners.ravel(), np.roll(mesh.corners, -1, axis=1).ravel()
    step = np.maximum(np.hypot(*(xy[mesh.vertex[a]] - xy[mesh.vertex[b]]).T), 1e-6)
    n = len(mesh.vertex)
    keys, first = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_index=True)
    graph = coo_array((step[first], (keys // n, keys % n)), shape=(n, n)).tocsr()
    component = connected_components(graph, directed=False)[1].astype(np.int64)
    sources = np.flatnonzero(owned)
    if len(sources) == 0:
        return np.full(n, np.inf), np.arange(n), component
    distance, _, source = dijkstra(
        graph, directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    return distance, source.astype(np.int64), component


def pad_sets(node: IntArray, owner: IntArray, n: int) -> IntArray:
    """Lay out sets of owners as rows of a table, ascending, filled up with -1; copies are dropped."""
    order = np.lexsort((owner, node))
    node, owner = node[order], owner[order]
    fresh = np.ones(len(node), dtype=bool)
    fresh[1:] = (node[1:] != node[:-1]) | (owner[1:] != owner[:-1])
    node, owner = node[fresh], owner[fresh]
    count = np.bincount(node, minlength=n)
    seat = np.arange(len(node)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((n, max(int(count.max(initial=1)), 1)), -1, dtype=np.int64)
    table[node, seat] = owner
    return table


def share_owner(sets: IntArray, a: IntArray, b: IntArray) -> IntArray:
    """Return the lowest owner that two nodes have in common, -1 where there is none."""
    low = np.full(len(a), np.iinfo(np.int64).max)
    for i in range(sets.shape[1]):
        mine = sets[a, i]
        for j in range(sets.shape[1]):
            same = (mine >= 0) & (mine == sets[b, j])
            low = np.where(same, np.minimum(low, mine), low)
    return np.where(low == np.iinfo(np.int64).max, -1, low)


def close_rim(mesh: Mesh, sets: IntArray, distance: FloatArray) -> IntArray:
    """Let owners change at vertices only along the rim of free ground, where another zone looks on.

    Of an edge of the rim whose ends have no common owner, the end that is farther from its own owner
    takes the owners of the other as well: both zones keep their vertices, whatever the other one does.
    """
    n = len(mesh.vertex)
    a, b = mesh.corners.ravel(), np.roll(mesh.corners, -1, axis=1).ravel()
    keys = np.minimum(a, b) * n + np.maximum(a, b)
    keys, count = np.unique(keys, return_counts=True)
    low, high = keys[count == 1] // n, keys[count == 1] % n
    apart = share_owner(sets, low, high) < 0
    low, high = low[apart], high[apart]
    taker = np.where(distance[low] >= distance[high], low, high)
    giver = low + high - taker
    node, seat = np.nonzero(sets >= 0)
    extra = np.repeat(taker, sets.shape[1]), sets[giver].ravel()
    real = extra[1] >= 0
    return pad_sets(
        np.concatenate([node, extra[0][real]]), np.concatenate([sets[node, seat], extra[1][real]]), n
    )


def share_ground(mesh: Mesh, xy: FloatArray, node_owner: tuple[IntArray, IntArray]) -> Cells:
    """Give all free ground to the owners around it.

    Parameters
    ----------
    mesh
        The free ground.
    xy
        Coordinates of the vertices.
    node_owner
        Nodes and the owners whose footprints they lie on, one row per pair.

    Returns
    -------
    Cells
    """
    n = len(mesh.vertex)
    owned = np.zeros(n, dtype=bool)
    owned[node_owner[0]] = True
    distance, source, component = find_reach(mesh, xy, owned)
    lost = ~np.isfinite(distance)
    base = pad_sets(*node_owner, n)
    sets = np.where(owned[:, None], base, base[np.where(lost, 0, source)])
    # ground that nobody can reach is its own owner: a number behind all real ones
    behind = int(node_owner[1].max(initial=-1)) + 1
    _, first, number = np.unique(component[lost], return_index=True, return_inverse=True)
    sets[lost] = -1
    sets[lost, 0] = behind + number
    distance = np.where(lost, 0.0, distance)
    sets = close_rim(mesh, sets, distance)
    edges, points = cut_triangles(mesh, xy, sets, distance)
    label = np.where(edges.label >= behind, behind - 1 - edges.label, edges.label)
    return Cells(Edges(edges.start, edges.end, label), points, mesh.zone[lost][first])


def cut_triangles(
    mesh: Mesh, xy: FloatArray, sets: IntArray, distance: FloatArray
) -> tuple[Edges, FloatArray]:
    """Cut triangles between owners: at one, two or three of their edges."""
    n = len(mesh.vertex)
    a, b = mesh.corners, np.roll(mesh.corners, -1, axis=1)
    keys, edge = np.unique((np.minimum(a, b) * n + np.maximum(a, b)).ravel(), return_inverse=True)
    low, high = keys // n, keys % n
    common = share_owner(sets, low, high)
    split = np.flatnonzero(common < 0)
    ends = xy[mesh.vertex[low[split]]], xy[mesh.vertex[high[split]]]
    span = np.maximum(np.hypot(*(ends[1] - ends[0]).T), 1e-6)
    share = np.clip(
        0.5 + (distance[high[split]] - distance[low[split]]) / (2 * span), END_SHARE, 1 - END_SHARE
    )
    middle = ends[0] + (ends[1] - ends[0]) * share[:, None]
    mid = np.full(len(keys), -1, dtype=np.int64)
    mid[split] = len(xy) + np.arange(len(split))
    edge = edge.reshape(-1, 3)
    cut = mid[edge] >= 0
    times = cut.sum(axis=1)
    full = np.flatnonzero(times == 3)
    v, m, owner = mesh.vertex[mesh.corners], mid[edge], common[edge]
    points = smooth_borders(np.concatenate([xy, middle, middle[m[full] - len(xy)].mean(axis=1)]), ends, v, m)
    own = sets[mesh.corners, 0]
    pieces = [cut_none(v, owner, sets[mesh.corners], times == 0)]
    for turn in range(3):
        i, j, k = turn, (turn + 1) % 3, (turn + 2) % 3
        once = (times == 1) & cut[:, i]
        pieces.append((np.stack([v[once, i], m[once, i], v[once, k]], 1), owner[once, k]))
        pieces.append((np.stack([m[once, i], v[once, j], v[once, k]], 1), owner[once, j]))
        two = (times == 2) & ~cut[:, j]
        pieces.append((np.stack([v[two, i], m[two, i], m[two, k]], 1), own[two, i]))
        pieces.append((np.stack([m[two, i], v[two, j], v[two, k], m[two, k]], 1), owner[two, j]))
        hub = len(xy) + len(split) + np.arange(len(full))
        pieces.append((np.stack([v[full, i], m[full, i], hub, m[full, k]], 1), own[full, i]))
    starts = [piece.ravel() for piece, _ in pieces]
    stops = [np.roll(piece, -1, axis=1).ravel() for piece, _ in pieces]
    labels = [np.repeat(label, piece.shape[1]) for piece, label in pieces]
    return Edges(np.concatenate(starts), np.concatenate(stops), np.concatenate(labels)), points


def smooth_borders(
    points: FloatArray, ends: tuple[FloatArray, FloatArray], v: IntArray, m: IntArray
) -> FloatArray:
    """Pull borders straight: every point of a border slides along the edge that it cuts, never past its ends.

    Parameters
    ----------
    points
        Vertices, then the points on cut edges, then the hubs of triangles cut at three edges.
    ends
        Ends of each cut edge, shape (k, 2) each.
    v, m
        Vertices of each triangle, and the points on its edges (-1 where not cut), shape (t, 3).

    Returns
    -------
    ndarray
        All points, those on cut edges and the hubs moved.
    """
    first, times = len(points) - len(ends[0]) - int((m >= 0).all(axis=1).sum()), (m >= 0).sum(axis=1)
    hubs = np.flatnonzero(times == 3)
    hub = len(points) - len(hubs) + np.arange(len(hubs))
    links = [np.stack([m[hubs, i], hub], axis=1) for i in range(3)]
    for i in range(3):
        once = (times == 1) & (m[:, i] >= 0)
        links.append(np.stack([m[once, i], v[once, (i + 2) % 3]], axis=1))
        two = (times == 2) & (m[:, i] < 0)
        pair = np.stack([m[two, (i + 1) % 3], m[two, (i + 2) % 3]], axis=1)
        links += [pair, pair[:, ::-1]]
    link = np.concatenate(links)
    link = link[np.lexsort((link[:, 1], link[:, 0]))]
    seat, count = np.unique(link[:, 0] - first, return_index=True, return_counts=True)[1:]
    # a cut edge lies between two triangles, so its point has two neighbours on the border
    inner = seat[count == 2]
    at, before, after = link[inner, 0], link[inner, 1], link[inner + 1, 1]
    a, span = ends[0][at - first], (ends[1] - ends[0])[at - first]
    points = points.copy()
    for _ in range(SMOOTH_ROUNDS):
        p, line = points[before], points[after] - points[before]
        across = span[:, 0] * line[:, 1] - span[:, 1] * line[:, 0]
        safe = np.where(abs(across) < 1e-9, 1.0, across)
        share = ((p - a)[:, 0] * line[:, 1] - (p - a)[:, 1] * line[:, 0]) / safe
        now = ((points[at] - a) * span).sum(axis=1) / np.maximum((span**2).sum(axis=1), 1e-12)
        goal = np.where(abs(across) < 1e-9, now, np.clip(share, *SLIDE))
        points[at] = a + span * ((now + goal) / 2)[:, None]
        points[hub] = points[m[hubs]].mean(axis=1)
    return points


def cut_none(v: IntArray, owner: IntArray, sets: IntArray, whole: BoolArray) -> tuple[IntArray, IntArray]:
    """Give triangles whose corners agree pairwise to an owner of all three, else to the first edge's."""
    rows = np.flatnonzero(whole)
    label = owner[rows, 0].copy()
    open_rows = np.ones(len(rows), dtype=bool)
    for i in range(3):
        candidate = owner[rows, i]
        everywhere = (sets[rows] == candidate[:, None, None]).any(axis=2).all(axis=1)
        take = open_rows & everywhere
        label[take] = candidate[take]
        open_rows &= ~everywhere
    return v[rows], label
