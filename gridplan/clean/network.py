"""Linework as a planar graph: noding on a grid, faces, and lines that bound none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

__all__ = [
    "GRID_M",
    "RIM_RANK",
    "Faces",
    "Net",
    "find_bridges",
    "insert_lines",
    "make_net",
    "node_lines",
    "select_edges",
    "trace_faces",
]

#: All linework stands on this grid [m]: fine against any survey, coarse against float noise (REALGROUND).
GRID_M = 0.01
#: Rank of the district's own outline, which is never dropped or moved.
RIM_RANK = 0

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """Edges that meet only at their ends.

    Parameters
    ----------
    lines
        Shape (m,), LineStrings on the grid [m].
    rank
        Shape (m,), barrier rank; ``RIM_RANK`` for the district's outline.
    source
        Shape (m,), row of the line table that the edge came from, -1 for the outline.
    tail, head
        Shape (m,), node numbers of the first and the last vertex.
    xy
        Shape (n, 2), node coordinates [m].
    """

    lines: Geometries
    rank: IntArray
    source: IntArray
    tail: IntArray
    head: IntArray
    xy: FloatArray

    @property
    def degree(self) -> IntArray:
        """Number of edge ends at each node."""
        return np.bincount(np.concatenate([self.tail, self.head]), minlength=len(self.xy))


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Boundary walks of the faces; half-edge ``h`` is edge ``h % m``, reversed from ``m`` on.

    Parameters
    ----------
    walk
        Shape (2m,), the walk that each half-edge belongs to (face on its left).
    after
        Shape (2m,), the next half-edge of the walk.
    area
        Area inside each walk [m2]: positive for the outer ring of a face, negative for holes.
    perimeter
        Length of each walk [m].
    """

    walk: IntArray
    after: IntArray
    area: FloatArray
    perimeter: FloatArray


def make_net(lines: Geometries, rank: IntArray, source: IntArray) -> Net:
    """Give already noded lines their nodes, in an order that depends on the geometry alone."""
    kept = shapely.length(lines) > 0
    lines, rank, source = lines[kept], rank[kept], source[kept]
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(owner, np.arange(len(lines)), side="left")
    last = np.searchsorted(owner, np.arange(len(lines)), side="right") - 1
    middle = coords[(first + last + 1) // 2] if len(lines) else np.empty((0, 2))
    keys = np.round(np.column_stack([coords[first], coords[last], middle]) / GRID_M).astype(np.int64)
    flip = (keys[:, 0] > keys[:, 2]) | ((keys[:, 0] == keys[:, 2]) & (keys[:, 1] > keys[:, 3]))
    keys[flip] = keys[flip][:, [2, 3, 0, 1, 4, 5]]
    lines = lines.copy()
    lines[flip] = shapely.reverse(lines[flip])
    order = np.lexsort((source, *keys.T[::-1]))
    lines, rank, source, keys = lines[order], rank[order], source[order], keys[order]
    nodes, inverse = np.unique(np.concatenate([keys[:, :2], keys[:, 2:4]]), axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    m = len(lines)
    return Net(lines, rank, source, inverse[:m], inverse[m:], nodes * GRID_M)


def select_edges(net: Net, kept: BoolArray) -> Net:
    """Keep some edges; nodes are numbered anew."""
    return make_net(net.lines[kept], net.rank[kept], net.source[kept])


def node_lines(lines: Geometries, rank: IntArray, source: IntArray) -> Net:
    """Node lines with each other on the grid.

    Where several lines run on the same ground the lowest rank wins, then the lowest source.
    """
    return make_net(*_node(lines, rank, source))


def _node(lines: Geometries, rank: IntArray, source: IntArray) -> tuple[Geometries, IntArray, IntArray]:
    """Cut lines where they meet and give each piece the attributes of the line it lies on."""
    if not len(lines):
        return lines, rank, source
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    order = np.lexsort((source, rank))
    tree = STRtree(lines[order])
    piece, owner = tree.query(middle, predicate="dwithin", distance=3 * GRID_M)
    best = np.full(len(pieces), len(lines), dtype=np.int64)
    np.minimum.at(best, piece, owner)
    lost = np.flatnonzero(best == len(lines))
    if len(lost):
        best[lost] = tree.nearest(middle[lost])
    chosen = order[best]
    return pieces, rank[chosen], source[chosen]


def insert_lines(net: Net, lines: Geometries, rank: IntArray, source: IntArray) -> Net:
    """Add lines and node them with the edges that they touch; the rest of the net stays as it is."""
    if not len(lines):
        return net
    near = np.unique(STRtree(net.lines).query(lines, predicate="dwithin", distance=2 * GRID_M)[1])
    touched = np.zeros(len(net.lines), dtype=bool)
    touched[near] = True
    pieces, piece_rank, piece_source = _node(
        np.concatenate([net.lines[touched], lines]),
        np.concatenate([net.rank[touched], rank]),
        np.concatenate([net.source[touched], source]),
    )
    return make_net(
        np.concatenate([net.lines[~touched], pieces]),
        np.concatenate([net.rank[~touched], piece_rank]),
        np.concatenate([net.source[~touched], piece_source]),
    )


def trace_faces(net: Net) -> Faces:
    """Walk around every face of the net.

    Notes
    -----
    At each node the half-edges are sorted by angle; after arriving on ``h`` the walk leaves on the
    half-edge clockwise before the twin of ``h``, which keeps the face on the left. The walks are
    the cycles of that permutation. O(m log m), arrays only.
    """
    m = len(net.lines)
    if not m:
        nothing = np.zeros(0, dtype=np.int64)
        return Faces(nothing, nothing, np.zeros(0), np.zeros(0))
    coords, owner = shapely.get_coordinates(net.lines, return_index=True)
    coords = coords - net.xy[0]
    first = np.searchsorted(owner, np.arange(m), side="left")
    last = np.searchsorted(owner, np.arange(m), side="right") - 1
    start = np.concatenate([coords[first], coords[last]])
    step = np.concatenate([coords[first + 1], coords[last - 1]]) - start
    angle = np.arctan2(step[:, 1], step[:, 0])
    origin = np.concatenate([net.tail, net.head])
    order = np.lexsort((angle, origin))
    place = np.empty(2 * m, dtype=np.int64)
    place[order] = np.arange(2 * m)
    group_start = np.searchsorted(origin[order], origin, side="left")
    group_end = np.searchsorted(origin[order], origin, side="right") - 1
    before = np.where(place == group_start, group_end, place - 1)
    twin = np.concatenate([np.arange(m, 2 * m), np.arange(m)])
    after = order[before[twin]]
    graph = coo_array((np.ones(2 * m, dtype=np.int8), (np.arange(2 * m), after)), shape=(2 * m, 2 * m))
    walk = connected_components(graph.tocsr(), directed=False)[1].astype(np.int64)
    inside = owner[1:] == owner[:-1]
    cross = coords[:-1, 0] * coords[1:, 1] - coords[1:, 0] * coords[:-1, 1]
    swept = np.bincount(owner[:-1][inside], weights=cross[inside], minlength=m) / 2
    area = np.bincount(walk, weights=np.concatenate([swept, -swept]))
    length = shapely.length(net.lines)
    perimeter = np.bincount(walk, weights=np.concatenate([length, length]))
    return Faces(walk, after, area, perimeter)


def find_bridges(net: Net) -> BoolArray:
    """Tell the edges that bound no face: the same face lies on both sides."""
    walk = trace_faces(net).walk
    m = len(net.lines)
    return walk[:m] == walk[m:]
