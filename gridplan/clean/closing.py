"""Main streets that end in the open: joined to what they nearly touch, drawn to the rim, or closed."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.clean.network import RIM_RANK, Net, insert_lines

__all__ = ["Closing", "close_main_ends", "find_main_ends", "join_free_ends", "lower_stubs"]

#: A detour along main streets shorter than this many times the closing path already closes the end;
#: promoting the path would only cut a pocket off. Own choice.
_DETOUR = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Closing:
    """What was done at open ends.

    Parameters
    ----------
    net
        The net afterwards.
    source
        Line that each repair belongs to, or that was promoted.
    length
        Length of each repair [m].
    """

    net: Net
    source: IntArray
    length: FloatArray


def join_free_ends(net: Net, reach_m: float, *, rim_only: bool) -> Closing:
    """Join free ends to the nearest other line, or main streets to the rim.

    Parameters
    ----------
    net
        Noded net with its rim.
    reach_m
        Longest connector [m].
    rim_only
        True joins rank-1 ends to the district's outline only; False joins any end to any line.
    """
    edge_of, node = _free_ends(net)
    if rim_only:
        main = net.rank[edge_of] == 1
        edge_of, node = edge_of[main], node[main]
        targets = np.flatnonzero(net.rank == RIM_RANK)
    else:
        targets = np.arange(len(net.lines))
    points = shapely.points(net.xy[node])
    end, hit = STRtree(net.lines[targets]).query(points, predicate="dwithin", distance=reach_m)
    other = targets[hit] != edge_of[end]
    end, hit = end[other], targets[hit[other]]
    distance = shapely.distance(points[end], net.lines[hit])
    order = np.lexsort((hit, distance, end))
    end, hit = end[order], hit[order]
    first = np.concatenate([[True], end[1:] != end[:-1]]) if len(end) else np.zeros(0, dtype=bool)
    end, hit = end[first], hit[first]
    connectors = shapely.shortest_line(points[end], net.lines[hit])
    length = shapely.length(connectors)
    owner = edge_of[end]
    joined = insert_lines(net, connectors, net.rank[owner], net.source[owner])
    return Closing(joined, net.source[owner], length)


def _free_ends(net: Net) -> tuple[IntArray, IntArray]:
    """Return the edge and the node of every end that touches nothing."""
    m = len(net.lines)
    ends = np.concatenate([net.tail, net.head])
    free = np.flatnonzero(net.degree[ends] == 1)
    return free % m, ends[free]


def find_main_ends(net: Net) -> IntArray:
    """Return the nodes where a rank-1 line ends without meeting another one or the rim."""
    barred = net.rank <= 1
    ends = np.concatenate([net.tail[barred], net.head[barred]])
    degree = np.bincount(ends, minlength=len(net.xy))
    return np.flatnonzero(degree == 1)


def close_main_ends(net: Net, longest_m: float) -> Closing:
    """Promote the shortest lesser streets that lead from an open main end to the next main street.

    Parameters
    ----------
    net
        Noded net with its rim.
    longest_m
        Longest path that is promoted [m].

    Returns
    -------
    Closing
        ``source`` and ``length`` name the edges that became rank 1. Ends without such a path, or
        whose path would only cut off a pocket beside the street itself, stay open.
    """
    neighbours = _neighbours(net)
    length = net.length
    rank = net.rank.copy()
    for node in find_main_ends(net):
        if sum(rank[edge] <= 1 for edge, _ in neighbours[node]) != 1:
            continue
        for edge in _closing_path(int(node), neighbours, rank, length, longest_m):
            rank[edge] = 1
    raised = np.flatnonzero(rank != net.rank)
    promoted = Net(net.lines, rank, net.source, net.tail, net.head, net.xy)
    return Closing(promoted, net.source[raised], length[raised])


def lower_stubs(net: Net, longest_m: float) -> Closing:
    """Give short main pieces that end on lesser streets the rank of those streets.

    What is left of a crossing after its second carriageway went is no main street of its own.

    Parameters
    ----------
    net
        Noded net with its rim.
    longest_m
        Longest stub [m].
    """
    neighbours = _neighbours(net)
    length = net.length
    rank = net.rank.copy()
    for end in find_main_ends(net).tolist():
        lesser = [int(rank[e]) for e, _ in neighbours[end] if rank[e] > 1]
        node, edge, far = end, -1, 0.0
        path: list[int] = []
        while lesser:
            onward = [(e, n) for e, n in neighbours[node] if rank[e] <= 1 and e != edge]
            if len(onward) != 1:
                break
            edge, node = onward[0]
            far += float(length[edge])
            if far > longest_m:
                path = []
                break
            path.append(edge)
        rank[path] = min(lesser, default=1)
    lowered = np.flatnonzero(rank != net.rank)
    changed = Net(net.lines, rank, net.source, net.tail, net.head, net.xy)
    return Closing(changed, net.source[lowered], length[lowered])


def _neighbours(net: Net) -> list[list[tuple[int, int]]]:
    """List (edge, other node) at every node."""
    table: list[list[tuple[int, int]]] = [[] for _ in range(len(net.xy))]
    for edge, (u, v) in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True)):
        table[u].append((edge, v))
        table[v].append((edge, u))
    return table


def _closing_path(
    start: int,
    neighbours: list[list[tuple[int, int]]],
    rank: IntArray,
    length: FloatArray,
    longest_m: float,
) -> list[int]:
    """Find the edges from an open end to the nearest main street that is not its own near part."""
    came: dict[int, tuple[int, int]] = {}
    for node, far, edge, back in _nearest(start, neighbours, rank > 1, length, longest_m):
        if node in came:
            continue
        came[node] = (edge, back)
        if node == start or not any(rank[e] <= 1 for e, _ in neighbours[node]):
            continue
        limit = _DETOUR * far
        if any(n == node for n, *_ in _nearest(start, neighbours, rank <= 1, length, limit)):
            continue
        path: list[int] = []
        at = node
        while at != start:
            step, at = came[at]
            path.append(step)
        return path
    return []


def _nearest(
    start: int,
    neighbours: list[list[tuple[int, int]]],
    usable: BoolArray,
    length: FloatArray,
    limit: float,
) -> list[tuple[int, float, int, int]]:
    """Visit nodes by distance up to ``limit``: (node, distance, edge, node before)."""
    heap = [(0.0, start, -1, start)]
    done: set[int] = set()
    visited = []
    while heap:
        far, node, edge, back = heapq.heappop(heap)
        if node in done:
            continue
        done.add(node)
        visited.append((node, far, edge, back))
        for step, other in neighbours[node]:
            if usable[step] and other not in done and far + length[step] <= limit:
                heapq.heappush(heap, (far + float(length[step]), other, step, node))
    return visited
