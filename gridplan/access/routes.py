"""The route from each home to the service place that it uses, along the streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridplan.access.network import MAX_ACCESS_M, Network, Spots, snap_points
from gridplan.arrays import BoolArray, FloatArray, IntArray

__all__ = ["Routes", "find_routes"]


# Sparse graphs take a link of length 0 for none [m].
_LEAST = 1e-9
# Own places are first looked for within this many times the diagonal of the area, then everywhere.
_DETOUR = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """Walking routes of homes to service places.

    Parameters
    ----------
    metres
        Walking distance along the streets, the straight parts to and from them included [m]; NaN for none:
        no street near enough, or none that leads to a place. Shape (n,).
    place
        Row of the place, -1 where there is no route, shape (n,).
    straight
        The straight part of ``metres`` from the home to its street [m], shape (n,).
    own
        Whether the place lies in the home's own area, shape (n,).
    """

    metres: FloatArray
    place: IntArray
    straight: FloatArray
    own: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Net:
    """The net with the places on it: streets are cut where places come to them.

    Pieces lie in the order of their streets, ``first`` is the first piece of each street and ``start``
    how far along the street a piece begins.
    """

    graph: csr_array
    first: IntArray
    start: FloatArray
    ends: IntArray
    length: FloatArray
    place_node: IntArray


def find_routes(
    network: Network,
    homes: FloatArray,
    places: FloatArray,
    *,
    home_area: IntArray | None = None,
    place_area: IntArray | None = None,
    max_access_m: float = MAX_ACCESS_M,
) -> Routes:
    """Find the route from each home to the place that serves it.

    Parameters
    ----------
    network
        The streets.
    homes, places
        Points [m], shapes (n, 2) and (p, 2).
    home_area, place_area
        The area (a community, say) that each home and place lies in, -1 for none. A home is served by the
        nearest place of its own area that has a route to it, else by the nearest of all.
        None: by the nearest of all.
    max_access_m
        Farthest straight distance to a street [m] (:data:`~gridplan.access.network.MAX_ACCESS_M`).

    Returns
    -------
    Routes
    """
    at_home = snap_points(network, homes, max_access_m)
    at_place = snap_points(network, places, max_access_m)
    net = _cut_streets(network, at_place)
    served = np.flatnonzero(at_place.edge >= 0)
    metres, place = _measure(net, at_home, np.arange(len(homes)), served)
    own = np.zeros(len(homes), dtype=bool)
    if home_area is not None and place_area is not None and len(places):
        own = (place >= 0) & (home_area >= 0) & (place_area[place] == home_area)
        for area in np.unique(home_area[(~own) & (home_area >= 0) & (at_home.edge >= 0)]):
            mine = served[place_area[served] == area]
            if len(mine):
                asking = np.flatnonzero((home_area == area) & ~own & (at_home.edge >= 0))
                _serve_by_own(net, at_home, asking, mine, (homes, places), (metres, place, own))
    return Routes(metres, place, np.where(place >= 0, at_home.access, np.nan), own)


def _serve_by_own(
    net: _Net,
    at_home: Spots,
    asking: IntArray,
    mine: IntArray,
    where: tuple[FloatArray, FloatArray],
    found: tuple[FloatArray, IntArray, BoolArray],
) -> None:
    """Let homes go to the places of their own area; those without a route to them keep the nearest of all."""
    corners = np.concatenate([where[0][asking], where[1][mine]])
    near = _DETOUR * float(np.hypot(*np.ptp(corners, axis=0))) + 1.0
    far, to = _measure(net, at_home, asking, mine, limit=near)
    # what lies beyond the limit is not known for sure: look there again, everywhere
    if not (far <= near).all():
        far, to = _measure(net, at_home, asking, mine)
    there = to >= 0
    metres, place, own = found
    metres[asking[there]], place[asking[there]], own[asking[there]] = far[there], to[there], True


def _cut_streets(network: Network, at_place: Spots) -> _Net:
    """Cut streets where places and steps from islands come to them, and hang these on."""
    served, steps = np.flatnonzero(at_place.edge >= 0), network.bridges
    edge = np.concatenate([at_place.edge[served], steps.spots.edge])
    along = np.concatenate([at_place.along[served], steps.spots.along])
    n, cut = network.nodes, np.arange(len(edge)) + network.nodes
    place_node = np.full(len(at_place.edge), -1, dtype=np.int64)
    place_node[served] = np.arange(len(served)) + n + len(edge)
    # a piece begins at each street's beginning and at each cut
    street = np.concatenate([np.arange(len(network.lines)), edge])
    start = np.concatenate([np.zeros(len(network.lines)), along])
    begin = np.concatenate([network.ends[:, 0], cut])
    rank = np.lexsort((np.arange(len(street)), start, street))
    street, start, begin = street[rank], start[rank], begin[rank]
    last = np.append(street[1:] != street[:-1], True) if len(street) else np.zeros(0, dtype=bool)
    end = np.where(last, network.ends[street, 1], np.roll(begin, -1))
    stop = np.where(last, network.length[street], np.roll(start, -1))
    length = np.maximum(stop - start, 0.0)
    left = np.concatenate([begin, cut])
    right = np.concatenate([end, place_node[served], steps.node])
    weight = np.concatenate([length, at_place.access[served], steps.spots.access])
    graph = _link(left, right, weight, n + len(edge) + len(served))
    first = np.searchsorted(street, np.arange(len(network.lines) + 1))
    return _Net(graph, first, start, np.column_stack([begin, end]), length, place_node)


def _link(left: IntArray, right: IntArray, weight: FloatArray, nodes: int) -> csr_array:
    """Make a graph; of several links between two nodes the shortest counts."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((weight, high, low))
    low, high, weight = low[order], high[order], weight[order]
    fresh = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0)) if len(low) else np.zeros(0, bool)
    fresh &= low != high
    low, high, weight = low[fresh], high[fresh], np.maximum(weight[fresh], _LEAST)
    return csr_array((weight, (low, high)), shape=(nodes, nodes))


def _measure(
    net: _Net, at_home: Spots, asking: IntArray, places: IntArray, limit: float = np.inf
) -> tuple[FloatArray, IntArray]:
    """Measure the distance from some homes to the nearest of some places."""
    metres = np.full(len(asking), np.nan)
    place = np.full(len(asking), -1, dtype=np.int64)
    known = np.flatnonzero(at_home.edge[asking] >= 0)
    if not len(places) or not len(known):
        return metres, place
    far, _, source = dijkstra(
        net.graph,
        directed=False,
        indices=net.place_node[places],
        min_only=True,
        return_predecessors=True,
        limit=limit,
    )
    who = asking[known]
    piece = _find_pieces(net, at_home.edge[who], at_home.along[who])
    along = np.clip(at_home.along[who] - net.start[piece], 0.0, net.length[piece])
    by_end = np.column_stack([along, net.length[piece] - along]) + far[net.ends[piece]]
    chosen = by_end.argmin(axis=1)
    rows = np.arange(len(known))
    distance = by_end[rows, chosen] + at_home.access[who]
    there = np.isfinite(distance)
    owner = np.full(net.graph.shape[0], -1, dtype=np.int64)
    owner[net.place_node[places]] = places
    metres[known[there]] = distance[there]
    place[known[there]] = owner[source[net.ends[piece, chosen][there]]]
    return metres, place


def _find_pieces(net: _Net, edge: IntArray, along: FloatArray) -> IntArray:
    """Find the piece of its street that each point lies on."""
    # pieces are sorted by street, then by where they begin: one search finds both
    span = float(max(along.max(), net.start.max())) + 1.0
    street = np.repeat(np.arange(len(net.first) - 1), np.diff(net.first))
    keys = street * span + net.start
    piece = np.searchsorted(keys, edge * span + along, side="right") - 1
    return np.clip(piece, net.first[edge], net.first[edge + 1] - 1).astype(np.int64)
