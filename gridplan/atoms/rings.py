"""Dissolve labelled pieces that share whole edges, with integers only, into parts of one piece each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray

__all__ = ["Edges", "Parts", "cancel_edges", "trace_parts"]


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed edges with the inside of ``label`` on the left.

    Parameters
    ----------
    start, end
        Vertices, shape (m,).
    label
        What lies on the left, shape (m,), >= 0.
    """

    start: IntArray
    end: IntArray
    label: IntArray


@dataclass(frozen=True, slots=True)
class Parts:
    """Pieces connected through edges: one shell with its holes each.

    Parameters
    ----------
    edges
        Their outlines, ring by ring, each ring in its order; ``label`` is the number of the part.
    ring_start
        First edge of each ring, shape (rings + 1,); rings are sorted by part, the shell first.
    label
        Label of each part, ascending.
    """

    edges: Edges
    ring_start: IntArray
    label: IntArray

    def polygons(self, xy: FloatArray) -> ShapeArray:
        """Draw the parts."""
        return draw_rings(self, xy)


def pair_keys(edges: Edges, size: int) -> IntArray:
    """Name the undirected edge that each directed edge lies on."""
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    return low * size + high


def cancel_edges(edges: Edges, size: int) -> Edges:
    """Drop the edges with the same label on both sides.

    Parameters
    ----------
    edges
        All edges of all pieces.
    size
        Number of vertices.

    Returns
    -------
    Edges
        The outlines of the labels.
    """
    keys = pair_keys(edges, size)
    order = np.lexsort((edges.label, keys))
    keys, label = keys[order], edges.label[order]
    same = (keys[1:] == keys[:-1]) & (label[1:] == label[:-1])
    keep = np.ones(len(keys), dtype=bool)
    keep[1:][same] = False
    keep[:-1][same] = False
    kept = np.sort(order[keep])
    return Edges(edges.start[kept], edges.end[kept], edges.label[kept])


def follow_edges(edges: Edges, xy: FloatArray) -> IntArray:
    """Return the edge that follows each edge around its label, by the sharpest left turn."""
    size = len(xy)
    out = edges.label * size + edges.start
    order = np.argsort(out, kind="stable")
    wanted = edges.label * size + edges.end
    first = np.searchsorted(out[order], wanted)
    last = np.searchsorted(out[order], wanted, side="right")
    following = order[np.minimum(first, len(order) - 1)]
    many = np.flatnonzero(last - first > 1)
    if len(many) == 0:
        return following
    times = (last - first)[many]
    edge = np.repeat(many, times)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(times) - times, times)
    choice = order[first[edge] + step]
    back = xy[edges.start[edge]] - xy[edges.end[edge]]
    ahead = xy[edges.end[choice]] - xy[edges.start[choice]]
    turn = np.arctan2(back[:, 1], back[:, 0]) - np.arctan2(ahead[:, 1], ahead[:, 0])
    turn = np.mod(turn, 2 * np.pi)
    turn[turn < 1e-12] = 2 * np.pi
    rank = np.lexsort((turn, edge))
    best = rank[np.concatenate([[True], edge[rank][1:] != edge[rank][:-1]])]
    following[edge[best]] = choice[best]
    return following


def order_cycles(following: IntArray) -> tuple[IntArray, IntArray]:
    """Order the edges of all cycles by doubling jumps.

    Returns
    -------
    order : ndarray
        Edges, cycle by cycle.
    cycle : ndarray
        Cycle of each edge of ``order``, ascending from 0.
    """
    root, jump = np.arange(len(following)), following
    while True:
        smaller = np.minimum(root, root[jump])
        jump = jump[jump]
        if (smaller == root).all() and (root[following] == root).all():
            break
        root = smaller
    # steps left to the end of the cycle, which ends before its smallest edge
    here = np.arange(len(following))
    ends = following == root
    ahead, left = np.where(ends, here, following), np.where(ends, 0, 1)
    while (left[ahead] > 0).any():
        left = left + left[ahead]
        ahead = ahead[ahead]
    order = np.lexsort((-left, root))
    cycle = np.cumsum(np.concatenate([[0], (root[order][1:] != root[order][:-1]).astype(np.int64)]))
    return order, cycle


def split_pinches(order: IntArray, cycle: IntArray, start: IntArray) -> tuple[IntArray, IntArray]:
    """Split cycles that pass a vertex twice, so that each ring is simple."""
    size = int(start.max(initial=0)) + 1
    seen = np.sort(cycle * size + start[order])
    pinched = np.unique(seen[1:][seen[1:] == seen[:-1]] // size)
    if len(pinched) == 0:
        return order, cycle
    bounds = np.searchsorted(cycle, np.stack([pinched, pinched + 1], axis=1))
    fresh, ring = order.copy(), cycle.copy()
    number = int(cycle[-1]) + 1
    for low, high in bounds:
        rings: list[list[int]] = []
        stack: list[int] = []
        at: dict[int, int] = {}
        for edge in order[low:high]:
            vertex = int(start[edge])
            if vertex in at:
                loop = stack[at[vertex] :]
                del stack[at[vertex] :]
                for gone in loop:
                    del at[int(start[gone])]
                rings.append(loop)
            at[vertex] = len(stack)
            stack.append(int(edge))
        rings.append(stack)
        fresh[low:high] = [edge for loop in rings for edge in loop]
        ring[low:high] = np.repeat(np.arange(len(rings)) + number, [len(loop) for loop in rings])
        number += len(rings)
    again = np.argsort(ring, kind="stable")
    dense = np.unique(ring[again], return_inverse=True)[1]
    return fresh[again], dense


def trace_parts(edges: Edges, xy: FloatArray) -> Parts:
    """Trace outlines into parts.

    Parameters
    ----------
    edges
        Result of :func:`cancel_edges`.
    xy
        Coordinates of the vertices.

    Returns
    -------
    Parts
    """
    if len(edges.start) == 0:
        return Parts(edges, np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    order, ring = split_pinches(*order_cycles(follow_edges(edges, xy)), edges.start)
    start, end, label = edges.start[order], edges.end[order], edges.label[order]
    first = np.flatnonzero(np.concatenate([[True], ring[1:] != ring[:-1]]))
    local = xy[start] - xy[start[first]][ring]
    ahead = xy[end] - xy[start[first]][ring]
    area = np.add.reduceat(local[:, 0] * ahead[:, 1] - local[:, 1] * ahead[:, 0], first) / 2
    size = np.diff(np.append(first, len(start)))
    part = assign_holes(area > 0, label[first], (first, size), xy[start])
    rank = np.lexsort((np.arange(len(first)), area <= 0, part, label[first]))
    numbers, dense = np.unique(np.stack([label[first], part], axis=1)[rank], axis=0, return_inverse=True)
    ring_start = np.concatenate([[0], np.cumsum(size[rank])])
    take = np.repeat(first[rank] - ring_start[:-1], size[rank]) + np.arange(len(start))
    outline = Edges(start[take], end[take], np.repeat(dense.ravel(), size[rank]))
    return Parts(outline, ring_start, numbers[:, 0])


def assign_holes(
    shell: BoolArray, label: IntArray, rings: tuple[IntArray, IntArray], xy: FloatArray
) -> IntArray:
    """Return for each ring the shell that it belongs to: itself, the only one of its label, or around it."""
    part = np.arange(len(shell))
    shells = np.flatnonzero(shell)
    shells = shells[np.argsort(label[shells], kind="stable")]
    holes = np.flatnonzero(~shell)
    low = np.searchsorted(label[shells], label[holes])
    high = np.searchsorted(label[shells], label[holes], side="right")
    part[holes] = shells[np.minimum(low, len(shells) - 1)]
    first, size = rings

    def draw(ring: int) -> shapely.Polygon:
        return shapely.Polygon(xy[first[ring] : first[ring] + size[ring]])

    for i in np.flatnonzero(high - low > 1):
        hole = draw(holes[i])
        around = [s for s in shells[low[i] : high[i]] if shapely.covers(draw(s), hole)]
        if around:
            part[holes[i]] = min(around, key=lambda s: draw(s).area)
    return part


def draw_rings(parts: Parts, xy: FloatArray) -> ShapeArray:
    """Draw parts as polygons, each ring closed."""
    if len(parts.label) == 0:
        return np.empty(0, dtype=object)
    count = np.diff(parts.ring_start)
    ring = np.repeat(np.arange(len(count)), count)
    seat = np.arange(len(ring)) + ring
    coords = np.empty((len(ring) + len(count), 2))
    coords[seat] = xy[parts.edges.start]
    last = parts.ring_start[1:] + np.arange(len(count))
    coords[last] = xy[parts.edges.start[parts.ring_start[:-1]]]
    offsets = np.concatenate([[0], last + 1])
    part_of_ring = parts.edges.label[parts.ring_start[:-1]]
    rings = np.searchsorted(part_of_ring, np.arange(len(parts.label) + 1))
    drawn: ShapeArray = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (offsets, rings))
    return drawn
