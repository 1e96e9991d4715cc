"""The streets as a net that people walk on."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.arrays import FloatArray, IntArray, ShapeArray

__all__ = [
    "BARRED_CLASSES",
    "BRIDGE_M",
    "MAX_ACCESS_M",
    "Network",
    "Spots",
    "build_network",
    "snap_points",
]


#: Barriers that nobody walks along: railways, water, borders drawn on the map, and motorways
#: (the Road Traffic Safety Law of China, article 67, keeps people on foot off them).
BARRED_CLASSES = frozenset(
    (
        "rail", "river", "canal", "stream", "water", "coastline", "ferry", "area_border", "other",
        "motorway", "motorway_link",
    )
)  # fmt: skip

#: Farthest straight distance from a home or place to a street [m]. Streets shall lie at most 300 m apart
#: (GB 50180-2018, 6.0.2), so that nobody is farther than 150 m from one, and a courtyard's detour is left
#: room; who lives farther off lives by a street that the data lack, and no route is given.
MAX_ACCESS_M = 200.0

#: Longest step from an island of lanes to the street beside it [m]. Lanes are often drawn up to the edge of a
#: main street and not to its centre line: half the width of one of 50 m. Islands farther off stay islands.
BRIDGE_M = 25.0

# Ends of streets this near are one crossing [m]: the net is noded, this is for the last digits of a file.
_SAME_M = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Where points come to the net.

    Parameters
    ----------
    edge
        Piece of street with the nearest point, -1 where none is near enough, shape (n,).
    along
        Distance along that piece from its beginning to the nearest point [m], shape (n,).
    access
        Straight distance from the point to the street [m], NaN where ``edge`` is -1, shape (n,).
    """

    edge: IntArray
    along: FloatArray
    access: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Bridges:
    """Straight steps between parts of a net that do not touch.

    Parameters
    ----------
    node
        Crossing that a step begins at, shape (b,).
    spots
        Where it comes to the other part: ``access`` is its length [m].
    """

    node: IntArray
    spots: Spots


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Pieces of street between crossings.

    Parameters
    ----------
    lines
        A line string per piece, projected [m], shape (m,).
    ends
        Crossing at its beginning and at its end, shape (m, 2).
    length
        [m], shape (m,).
    nodes
        How many crossings there are.
    tree
        Finds the pieces near a point.
    bridges
        Steps from islands to the rest (:data:`BRIDGE_M`): each begins at the crossing ``node`` and comes to
        the net at a spot.
    """

    lines: ShapeArray
    ends: IntArray
    length: FloatArray
    nodes: int
    tree: shapely.STRtree
    bridges: Bridges


def build_network(streets: gpd.GeoDataFrame) -> Network:
    """Make a net of the streets that can be walked.

    Parameters
    ----------
    streets
        Noded lines with ``street_class`` (:data:`BARRED_CLASSES` are left out), projected [m]. Streets of
        all ranks are walked on: a main street bars grids, not people.

    Returns
    -------
    Network
        The same for any order of the rows.
    """
    open_to_all = ~streets["street_class"].isin(BARRED_CLASSES).to_numpy()
    lines = shapely.get_parts(streets.geometry.to_numpy()[open_to_all])
    lines = lines[shapely.length(lines) > 0]
    # one way round and one order, whatever the file's: two equally near streets are then chosen alike
    lines = shapely.normalize(lines)
    lines = lines[np.argsort(shapely.to_wkb(lines), kind="stable")]
    tips = np.stack([shapely.get_coordinates(shapely.get_point(lines, end)) for end in (0, -1)], axis=1)
    rounded = np.round(tips.reshape(-1, 2) / _SAME_M).astype(np.int64)
    crossings, place = np.unique(rounded, axis=0, return_inverse=True)
    ends, tree = place.reshape(-1, 2).astype(np.int64), shapely.STRtree(lines)
    barred = streets.geometry.to_numpy()[~open_to_all]
    bridges = _bridge_islands(lines, ends, (crossings * _SAME_M).astype(np.float64), tree, barred)
    return Network(lines, ends, shapely.length(lines), len(crossings), tree, bridges)


def _bridge_islands(
    lines: ShapeArray, ends: IntArray, crossings: FloatArray, tree: shapely.STRtree, barred: ShapeArray
) -> Bridges:
    """Find the step from each crossing of an island to the nearest street of another part of the net."""
    n = len(crossings)
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    _, part = connected_components(links, directed=False)
    length = np.bincount(part[ends[:, 0]], shapely.length(lines)) if len(lines) else np.zeros(0)
    island = np.flatnonzero(part != length.argmax()) if len(length) else np.zeros(0, dtype=np.int64)
    points = shapely.points(crossings[island])
    who, which = tree.query(points, predicate="dwithin", distance=BRIDGE_M)
    other = part[ends[which, 0]] != part[island[who]]
    who, which = who[other], which[other]
    far = shapely.distance(points[who], lines[which])
    order = np.lexsort((which, far, who))
    first = order[np.flatnonzero(np.diff(who[order], prepend=-1))]
    node, edge, far = island[who[first]], which[first].astype(np.int64), far[first]
    steps = shapely.shortest_line(points[who[first]], lines[edge])
    # over a river or a railway there is no route but a bridge that the data have
    cut = np.zeros(len(steps), dtype=bool)
    cut[shapely.STRtree(barred).query(steps, predicate="intersects")[0]] = True
    along = shapely.line_locate_point(lines[edge], points[who[first]])
    return Bridges(node[~cut], Spots(edge[~cut], along[~cut], far[~cut]))


def snap_points(network: Network, xy: FloatArray, max_access_m: float = MAX_ACCESS_M) -> Spots:
    """Bring points to the nearest point on a street.

    Parameters
    ----------
    network
        The streets.
    xy
        Points [m], shape (n, 2).
    max_access_m
        Farthest straight distance to a street [m].

    Returns
    -------
    Spots
    """
    edge = np.full(len(xy), -1, dtype=np.int64)
    along, access = np.zeros(len(xy)), np.full(len(xy), np.nan)
    points = shapely.points(xy)
    if len(network.lines) and len(xy):
        nearest = network.tree.nearest(points)
        far = shapely.distance(points, network.lines[nearest])
        near = far <= max_access_m
        edge[near], access[near] = nearest[near], far[near]
        along[near] = shapely.line_locate_point(network.lines[nearest[near]], points[near])
    return Spots(edge, along, access)
