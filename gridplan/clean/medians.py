"""Faces that are road, not block: medians, roundabout islands and slip-lane triangles.

A median between two barred carriageways belongs to nobody, so one carriageway is taken out: the
lesser side of the face goes, and the streets that ended on it are drawn across to the side that stays.
Every step removes at least one face, so the rounds end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.clean.network import (
    GRID_M,
    RIM_RANK,
    FaceWalks,
    Net,
    find_bridges,
    insert_lines,
    select_edges,
    trace_faces,
)

__all__ = ["Collapse", "collapse_slivers"]


#: Cost of losing a metre of line by rank; a slip road or a shore is never *the* street. Own choice.
_LOSS = {1: 8.0, 2: 3.0, 3: 1.0}
_LESSER_LOSS = {1: 5.0, 2: 1.0, 3: 0.5}
#: A face up to ``_WIDE`` times the thin width is a median too where it is this elongated (isoperimetric
#: quotient; 0.4 is a rectangle of 1 to 6). Looked at on wangjing, whose carriageways stand 25 m apart.
_WIDE = 2.0
_ELONGATED = 0.4
#: Land inside junctions, with main streets all around, is no block up to this many times the size.
_INNER = 10.0
#: District outline longer than this share of a sliver's ring is one of its sides, not its end.
_RIM_SIDE = 0.25
#: What stays may take over a better rank over at most this many times the metres that go.
_RAISE = 1.5
#: Of two like sides the one to this direction (east, and a little north so that no street is level) goes.
_HAND = 0.15
_SLANT = 0.37
#: A connector may leave the face by this much [m]; it is noded anyway.
_ROOM_M = 3.0
#: A connector across a face is never longer than this [m].
_LONGEST_CONNECTOR_M = 60.0
#: Rounds until nothing is left to do; real cities need fewer than 15.
_MAX_ROUNDS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Collapse:
    """The net without slivers.

    Parameters
    ----------
    net
        The net afterwards.
    source, length
        Line and length [m] of every edge that was taken out.
    promoted, promoted_length
        Line and length [m] of every edge that took over the rank of what was taken out.
    """

    net: Net
    source: IntArray
    length: FloatArray
    promoted: IntArray
    promoted_length: FloatArray


@dataclass(slots=True)
class _Edits:
    """What one round wants done to the net."""

    dropped: list[int] = field(default_factory=list)
    raised: dict[int, int] = field(default_factory=dict)
    connectors: list[shapely.LineString] = field(default_factory=list)
    connector_rank: list[int] = field(default_factory=list)
    connector_source: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Ring:
    """Boundary of one sliver: edges in walking order, the node where each starts, and what leaves there."""

    edges: list[int]
    nodes: list[int]
    outer: list[list[int]]
    polygon: shapely.Polygon


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """One way to open a sliver: what goes, what is drawn from which junction, what is raised; the cost."""

    cost: float
    side: list[int]
    connectors: dict[int, shapely.LineString]
    raised: list[int]


def collapse_slivers(
    net: Net,
    buildings: npt.NDArray[np.object_],
    lesser: BoolArray,
    *,
    sliver_m2: float,
    thin_m: float,
) -> Collapse:
    """Take out one side of every face that is too small or too thin to be a block.

    Parameters
    ----------
    net
        Noded net with its rim.
    buildings
        Points inside buildings that make a face a block, however small it is.
    lesser
        By line: True for slip roads and shores, which give way to streets of the same rank.
    sliver_m2
        Faces below this area are no blocks [m2].
    thin_m
        Faces whose mean width (twice the area over the perimeter) is below this are no blocks [m].
    """
    tree = STRtree(buildings)
    taken: list[tuple[int, float]] = []
    raised: list[tuple[int, float]] = []
    stuck: set[bytes] = set()
    for _ in range(_MAX_ROUNDS):
        faces = trace_faces(net)
        rings = _find_slivers(net, faces, tree, sliver_m2, thin_m)
        edits, blocked = _plan_round(net, rings, lesser, stuck)
        stuck |= blocked
        if not edits.dropped:
            break
        length = net.length
        taken += [(int(net.source[e]), float(length[e])) for e in edits.dropped]
        raised += [(int(net.source[e]), float(length[e])) for e in edits.raised]
        net = _apply(net, edits)
    return Collapse(
        net,
        np.array([s for s, _ in taken], dtype=np.int64),
        np.array([x for _, x in taken], dtype=np.float64),
        np.array([s for s, _ in raised], dtype=np.int64),
        np.array([x for _, x in raised], dtype=np.float64),
    )


def _find_slivers(net: Net, faces: FaceWalks, tree: STRtree, sliver_m2: float, thin_m: float) -> list[_Ring]:
    """Walk around every sliver without a building, smallest first."""
    m = len(net.lines)
    width = 2 * faces.area / np.maximum(faces.perimeter, GRID_M)
    round_ = 4 * np.pi * faces.area / np.maximum(faces.perimeter, GRID_M) ** 2
    lesser_rank = np.concatenate([net.rank, net.rank]) > 1
    inner = np.bincount(faces.walk, weights=lesser_rank, minlength=len(faces.area)) == 0
    small = (faces.area < sliver_m2) | (width < thin_m)
    length = net.length
    rim_m = np.where(net.rank == RIM_RANK, length, 0.0)
    at_rim = np.bincount(faces.walk, weights=np.concatenate([rim_m, rim_m]), minlength=len(faces.area))
    small |= (width < _WIDE * thin_m) & (round_ < _ELONGATED) & (at_rim <= _WIDE * thin_m)
    small |= inner & (faces.area < _INNER * sliver_m2)
    small &= faces.area > 0
    halves = np.flatnonzero(small[faces.walk])
    first = halves[np.unique(faces.walk[halves], return_index=True)[1]]
    after = faces.after
    walks = []
    for start in first.tolist():
        walk = [start]
        while (following := int(after[walk[-1]])) != start:
            walk.append(following)
        walks.append(walk)
    polygons = _ring_polygons(net, walks)
    valid = shapely.is_valid(polygons)
    housed = np.zeros(len(walks), dtype=bool)
    housed[tree.query(polygons[valid], predicate="intersects")[0]] = True
    built = np.zeros(len(walks), dtype=bool)
    built[np.flatnonzero(valid)] = housed[: valid.sum()]
    free = np.flatnonzero(~built & valid)
    x0, y0, *_ = shapely.bounds(polygons).T
    free = free[np.lexsort((y0[free], x0[free], np.round(shapely.area(polygons[free]), 2)))]
    leaving = _leaving(
        net,
        np.unique(
            [net.tail[h % m] for i in free for h in walks[i]]
            + [net.head[h % m] for i in free for h in walks[i]]
        ).astype(np.int64),
    )
    rings = []
    for i in free.tolist():
        edges = [h % m for h in walks[i]]
        nodes = [int(net.tail[h] if h < m else net.head[h - m]) for h in walks[i]]
        own = set(edges)
        outer = [[e for e in leaving[n] if e not in own] for n in nodes]
        rings.append(_Ring(edges, nodes, outer, polygons[i]))
    return rings


def _ring_polygons(net: Net, walks: list[list[int]]) -> npt.NDArray[np.object_]:
    """Build the polygons of boundary walks."""
    m = len(net.lines)
    if not walks:
        return np.empty(0, dtype=object)
    flat = np.concatenate([np.asarray(walk, dtype=np.int64) for walk in walks])
    owner = np.repeat(np.arange(len(walks)), [len(walk) for walk in walks])
    lines = net.lines[flat % m].copy()
    back = flat >= m
    lines[back] = shapely.reverse(lines[back])
    coords, part = shapely.get_coordinates(lines, return_index=True)
    last = np.concatenate([part[1:] != part[:-1], [True]])
    closing = last & np.isin(part, np.flatnonzero(np.concatenate([owner[1:] != owner[:-1], [True]])))
    kept = ~last | closing
    face = owner[part]
    polygons: npt.NDArray[np.object_] = shapely.polygons(
        shapely.linearrings(coords[kept], indices=face[kept])
    )
    return polygons


def _leaving(net: Net, nodes: IntArray) -> dict[int, list[int]]:
    """List the edges at some nodes."""
    wanted = np.zeros(len(net.xy), dtype=bool)
    wanted[nodes] = True
    table: dict[int, list[int]] = {int(n): [] for n in nodes}
    for ends in (net.tail, net.head):
        for edge in np.flatnonzero(wanted[ends]).tolist():
            table[int(ends[edge])].append(edge)
    return table


def _plan_round(
    net: Net, rings: list[_Ring], lesser: BoolArray, stuck: set[bytes]
) -> tuple[_Edits, set[bytes]]:
    """Choose what to take out of slivers that do not touch each other."""
    edits = _Edits()
    blocked: set[bytes] = set()
    locked: set[int] = set()
    loss = _price_edges(net, lesser)
    for ring in rings:
        if not locked.isdisjoint(ring.nodes):
            continue
        key = ring.polygon.normalize().wkb
        if key in stuck:
            continue
        if not _plan_face(net, ring, loss, edits):
            blocked.add(key)
            continue
        locked.update(ring.nodes)
    return edits, blocked


def _price_edges(net: Net, lesser: BoolArray) -> FloatArray:
    """Return what losing each edge costs; the district's outline is never lost."""
    gives_way = (
        (net.source >= 0) & lesser[np.maximum(net.source, 0)]
        if len(lesser)
        else np.zeros(len(net.rank), bool)
    )
    full = np.array([np.inf, *_LOSS.values()])[net.rank]
    less = np.array([np.inf, *_LESSER_LOSS.values()])[net.rank]
    price: FloatArray = np.where(gives_way, less, full) * net.length
    return price


def _plan_face(net: Net, ring: _Ring, loss: FloatArray, edits: _Edits) -> bool:
    """Choose what to take out of one sliver; False where nothing can be."""
    hooks = [i for i in range(len(ring.edges)) if ring.outer[i]]
    if len(hooks) < 2:
        free = [e for e in ring.edges if np.isfinite(loss[e])]
        edits.dropped += free
        return bool(free)
    for sides in (_split_sides(net, ring, hooks, loss), _split_chains(ring, hooks, loss)):
        handicap = _prefer_one_hand(net, sides)
        weighed = [_weigh(net, ring, side, loss, more) for side, more in zip(sides, handicap, strict=True)]
        options = [choice for choice in weighed if choice is not None]
        if options:
            _record(net, ring, min(options, key=lambda choice: choice.cost), edits)
            return True
    return False


def _split_sides(net: Net, ring: _Ring, hooks: list[int], loss: FloatArray) -> list[list[int]]:
    """Cut the ring in two sides at the junctions farthest apart.

    A short piece of the district's outline is the end of a median, a long one is a side that stays.
    """
    size = len(ring.edges)
    fixed = {i for i in range(size) if not np.isfinite(loss[ring.edges[i]])}
    points = net.xy[[ring.nodes[i] for i in hooks]]
    if not fixed:
        gap = ((points[:, None] - points[None]) ** 2).sum(axis=2)
        i, j = np.unravel_index(int(np.argmax(gap)), gap.shape)
        low, high = sorted((hooks[int(i)], hooks[int(j)]))
        return [ring.edges[low:high], ring.edges[high:] + ring.edges[:low]]
    runs = [i for i in fixed if (i + 1) % size not in fixed]
    if len(runs) != 1:
        return []
    start = (runs[0] + 1) % size
    order = [(start + k) % size for k in range(size - len(fixed))]
    rim_m = net.length[[ring.edges[i] for i in sorted(fixed)]].sum()
    if rim_m > _RIM_SIDE * ring.polygon.length:
        return [[ring.edges[i] for i in order]]
    far = ((points - net.xy[ring.nodes[start]]) ** 2).sum(axis=1)
    turn = order.index(hooks[int(np.argmax(far))]) if hooks[int(np.argmax(far))] in order else 0
    return [
        side
        for side in ([ring.edges[i] for i in order[:turn]], [ring.edges[i] for i in order[turn:]])
        if side
    ]


def _split_chains(ring: _Ring, hooks: list[int], loss: FloatArray) -> list[list[int]]:
    """List the pieces between neighbouring junctions that may go."""
    size = len(ring.edges)
    chains = []
    for start, stop in zip(hooks, [*hooks[1:], hooks[0]], strict=True):
        chain = [ring.edges[(start + k) % size] for k in range((stop - start) % size or size)]
        if all(np.isfinite(loss[e]) for e in chain):
            chains.append(chain)
    return chains


def _prefer_one_hand(net: Net, sides: list[list[int]]) -> list[float]:
    """Weigh two like sides so that the same hand goes all along a street, without jogs from face to face."""
    if len(sides) != 2:
        return [1.0] * len(sides)
    middle = [(net.xy[net.tail[side]] + net.xy[net.head[side]]).mean(axis=0) for side in sides]
    step = middle[1] - middle[0]
    return [1.0 - _HAND, 1.0] if step[0] + _SLANT * step[1] < 0 else [1.0, 1.0 - _HAND]


def _weigh(net: Net, ring: _Ring, side: list[int], loss: FloatArray, handicap: float) -> _Choice | None:
    """Work out what dropping a side entails; None where it cannot be done well."""
    gone = set(side)
    kept = [e for e in ring.edges if e not in gone]
    size = range(len(ring.edges))
    inner = [i for i in size if ring.outer[i] and ring.edges[i] in gone and ring.edges[i - 1] in gone]
    connectors = _draw_connectors(net, ring, inner, kept)
    if connectors is None:
        return None
    raised = _find_raised(net, ring, gone, kept, connectors)
    dropped_m = float(net.length[side].sum())
    raised_m = float(net.length[np.array(raised, dtype=np.int64)].sum())
    if raised_m > _RAISE * dropped_m + _LONGEST_CONNECTOR_M / 2:
        return None
    drawn = sum(
        _LOSS[max(min(int(net.rank[e]) for e in ring.outer[i]), 1)] * x.length for i, x in connectors.items()
    )
    cost = float(loss[side].sum()) * handicap + drawn + _LOSS[2] * raised_m
    return _Choice(cost, side, connectors, raised)


def _draw_connectors(
    net: Net, ring: _Ring, inner: list[int], kept: list[int]
) -> dict[int, shapely.LineString] | None:
    """Draw the streets of the dropped side across; None where that would leave the face."""
    if not inner:
        return {}
    streets = [e for e in kept if net.rank[e] != RIM_RANK] or kept
    if not streets:
        return None
    points = shapely.points(net.xy[[ring.nodes[i] for i in inner]])
    lines = shapely.shortest_line(points, shapely.multilinestrings(net.lines[streets]))
    if shapely.length(lines).max() > _LONGEST_CONNECTOR_M:
        return None
    along = shapely.line_interpolate_point(lines[:, None], [[0.25, 0.5, 0.75]], normalized=True)
    if not shapely.dwithin(along, ring.polygon, _ROOM_M).all():
        return None
    return dict(zip(inner, lines, strict=True))


def _find_raised(
    net: Net, ring: _Ring, gone: set[int], kept: list[int], connectors: dict[int, shapely.LineString]
) -> list[int]:
    """Find the edges that stay and must take over the rank of what goes, so that a main street goes on."""
    best = min(int(net.rank[e]) for e in gone)
    if not kept or max(int(net.rank[e]) for e in kept) <= best:
        return []
    ends = []
    for i in range(len(ring.edges)):
        touches = ring.edges[i] in gone or ring.edges[i - 1] in gone
        if touches and any(int(net.rank[e]) <= best for e in ring.outer[i]):
            line = connectors.get(i)
            ends.append(shapely.Point(line.coords[-1]) if line else shapely.Point(net.xy[ring.nodes[i]]))
    path = shapely.line_merge(shapely.multilinestrings(net.lines[kept]))
    if len(ends) < 2 or path.geom_type != "LineString":
        return []
    at = shapely.line_locate_point(path, np.array(ends))
    middle = shapely.line_interpolate_point(net.lines[kept], 0.5, normalized=True)
    where = shapely.line_locate_point(path, middle)
    between = (at.min() < where) & (where < at.max())
    return [e for e, inside in zip(kept, between.tolist(), strict=True) if inside and net.rank[e] > best]


def _record(net: Net, ring: _Ring, choice: _Choice, edits: _Edits) -> None:
    """Note what goes, what is drawn, and what inherits the rank of what goes."""
    edits.dropped += choice.side
    best = min(int(net.rank[e]) for e in choice.side)
    edits.raised.update(dict.fromkeys(choice.raised, best))
    for i, line in choice.connectors.items():
        outer = min(ring.outer[i], key=lambda e: (max(int(net.rank[e]), 1), int(net.source[e])))
        if line.length > GRID_M and net.source[outer] >= 0:
            edits.connectors.append(line)
            edits.connector_rank.append(int(net.rank[outer]))
            edits.connector_source.append(int(net.source[outer]))


def _apply(net: Net, edits: _Edits) -> Net:
    """Carry out one round."""
    rank = net.rank.copy()
    for edge, value in edits.raised.items():
        rank[edge] = value
    kept = np.ones(len(net.lines), dtype=bool)
    kept[edits.dropped] = False
    raised = Net(net.lines, rank, net.source, net.tail, net.head, net.xy)
    net = insert_lines(
        select_edges(raised, kept),
        np.array(edits.connectors, dtype=object),
        np.array(edits.connector_rank, dtype=np.int64),
        np.array(edits.connector_source, dtype=np.int64),
    )
    loose = find_bridges(net) & (net.rank > 1)
    return select_edges(net, ~loose)
