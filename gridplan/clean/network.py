"""Linework as a planar graph: noding on a grid, faces, and lines that bound none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray

__all__ = [
    "GRID_M",
    "RIM_RANK",
    "FaceWalks",
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

#: Vertex keys hold both coordinates in centimetres: room for northings of 20,000 km.
_KEY_BITS = 32


@dataclass(frozen=True, eq=False)
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

    lines: ShapeArray
    rank: IntArray
    source: IntArray
    tail: IntArray
    head: IntArray
    xy: FloatArray

    @cached_property
    def length(self) -> FloatArray:
        """Length of each edge [m]."""
        return np.asarray(shapely.length(self.lines), dtype=np.float64)

    @property
    def degree(self) -> IntArray:
        """Number of edge ends at each node."""
        return np.bincount(np.concatenate([self.tail, self.head]), minlength=len(self.xy))


@dataclass(frozen=True, slots=True, eq=False)
class FaceWalks:
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


def make_net(lines: ShapeArray, rank: IntArray, source: IntArray) -> Net:
    """Give already noded lines their nodes, in an order that depends on the geometry alone."""
    kept = shapely.length(lines) > 0
    lines, rank, source = lines[kept], rank[kept], source[kept]
    if not len(lines):
        none = np.zeros(0, dtype=np.int64)
        return Net(lines, rank, source, none, none, np.zeros((0, 2)))
    first, last, middle = _key_points(lines)
    flip = first > last
    lines = lines.copy()
    lines[flip] = shapely.reverse(lines[flip])
    first, last = np.where(flip, last, first), np.where(flip, first, last)
    order = np.lexsort((source, middle, last, first))
    keys = np.concatenate([first[order], last[order]])
    _, at, inverse = np.unique(keys, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    m = len(lines)
    lines = lines[order]
    coords, starts = shapely.get_coordinates(lines), _line_starts(lines)
    xy = np.round(coords[np.concatenate([starts[:-1], starts[1:] - 1])[at]] / GRID_M) * GRID_M
    return Net(lines, rank[order], source[order], inverse[:m], inverse[m:], xy)


def _key_points(lines: ShapeArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the first, the last and the middle vertex of each line as one whole number each."""
    keys, starts = _vertex_keys(lines)
    first, last = starts[:-1], starts[1:] - 1
    return keys[first], keys[last], keys[(first + last + 1) // 2]


def _vertex_keys(lines: ShapeArray) -> tuple[IntArray, IntArray]:
    """Return one whole number per vertex on the grid, and where each line starts (one more than lines)."""
    cells = np.round(shapely.get_coordinates(lines) / GRID_M).astype(np.int64)
    return (cells[:, 0] << _KEY_BITS) + cells[:, 1], _line_starts(lines)


def _line_starts(lines: ShapeArray) -> IntArray:
    """Return where each line starts among all coordinates, and their number at the end."""
    return np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))])


def select_edges(net: Net, kept: BoolArray) -> Net:
    """Keep some edges; node numbers stay as they are."""
    return Net(net.lines[kept], net.rank[kept], net.source[kept], net.tail[kept], net.head[kept], net.xy)


def node_lines(lines: ShapeArray, rank: IntArray, source: IntArray) -> Net:
    """Node lines with each other on the grid.

    Where several lines run on the same ground the lowest rank wins, then the lowest source.
    """
    return make_net(*_node(lines, rank, source))


def _node(lines: ShapeArray, rank: IntArray, source: IntArray) -> tuple[ShapeArray, IntArray, IntArray]:
    """Cut lines where they meet and give each piece the attributes of the line it lies on.

    A piece that is a whole line is known by its vertices; only lines that were cut are searched.
    """
    if not len(lines):
        return lines, rank, source
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    order = np.lexsort((source, rank))
    ordered = lines[order]
    best = np.full(len(pieces), len(lines), dtype=np.int64)
    whole = np.zeros(len(lines), dtype=bool)
    piece_key, line_key = _whole_keys(pieces), _whole_keys(ordered)
    by_key = np.argsort(piece_key, kind="stable")
    at = np.minimum(np.searchsorted(piece_key[by_key], line_key), len(pieces) - 1)
    same = piece_key[by_key][at] == line_key
    whole[same] = True
    np.minimum.at(best, by_key[at[same]], np.flatnonzero(same))
    cut = np.flatnonzero(~whole)
    if len(cut):
        middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        tree = STRtree(ordered[cut])
        piece, owner = tree.query(middle, predicate="dwithin", distance=3 * GRID_M)
        np.minimum.at(best, piece, cut[owner])
        lost = np.flatnonzero(best == len(lines))
        if len(lost):
            best[lost] = cut[tree.nearest(middle[lost])]
    chosen = order[best]
    return pieces, rank[chosen], source[chosen]


def _whole_keys(lines: ShapeArray) -> IntArray:
    """Return one number per line that equal lines share, in whatever direction: a sum over vertices."""
    keys, starts = _vertex_keys(lines)
    mixed = (keys ^ (keys >> 29)) * np.int64(0x1F58476D1CE4E5B9)
    sums: IntArray = np.add.reduceat(mixed ^ (mixed >> 32), starts[:-1])
    return sums


def insert_lines(net: Net, lines: ShapeArray, rank: IntArray, source: IntArray) -> Net:
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


def trace_faces(net: Net) -> FaceWalks:
    """Walk around every face of the net.

    Notes
    -----
    At each node the half-edges are sorted by angle; after arriving on ``h`` the walk leaves on the
    half-edge clockwise before the twin of ``h``, which keeps the face on the left. The walks are
    the cycles of that permutation. O(m log m), arrays only.
    """
    m = len(net.lines)
    if not m:
        nothing, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
        return FaceWalks(nothing, nothing, nowhere, nowhere)
    coords, owner = shapely.get_coordinates(net.lines, return_index=True)
    coords = coords - net.xy[0]
    starts = _line_starts(net.lines)
    first, last = starts[:-1], starts[1:] - 1
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
    area = np.bincount(walk, weights=np.concatenate([swept, -swept])).astype(np.float64)
    length = net.length
    perimeter = np.bincount(walk, weights=np.concatenate([length, length])).astype(np.float64)
    return FaceWalks(walk, after, area, perimeter)


def find_bridges(net: Net) -> BoolArray:
    """Find the edges that bound no face: the same face lies on both sides."""
    walk = trace_faces(net).walk
    m = len(net.lines)
    bridges: BoolArray = walk[:m] == walk[m:]
    return bridges
