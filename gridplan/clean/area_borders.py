"""Borders of given areas that run off the streets cut the ground; along streets the street is the border."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import IntArray, ShapeArray
from gridplan.clean.barriers import rebuild_district
from gridplan.clean.network import GRID_M, RIM_RANK, find_bridges, node_lines, select_edges
from gridplan.clean.streets import LINE_COLUMNS
from gridplan.schema import issue_rows

__all__ = ["AREA_BORDER", "draw_area_borders"]


#: Class of the lines that are drawn.
AREA_BORDER = "area_border"
#: Their rank: as strong as a lane.
_RANK = 2
#: A border this near to a street of rank 1 or 2 or to the rim is meant to run on it [m]: half of the widest
#: pair of carriageways on the shared cities (20 m) and a pavement.
_STREET_M = 15.0
#: An end is drawn on by this much beyond the street, so that it is noded with it; the rest is cut off [m].
_BEYOND_M = 0.05


def draw_area_borders(
    level: str, areas: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, district: BaseGeometry
) -> tuple[gpd.GeoDataFrame, BaseGeometry, pd.DataFrame]:
    """Add the borders of given areas to the barriers, as far as no street runs there.

    Parameters
    ----------
    level
        Id of the level.
    areas
        Disjoint areas.
    barriers
        Noded lines with ``LINE_COLUMNS``.
    district
        The ground, noded with the barriers.

    Returns
    -------
    barriers, district, issues
        With lines ``existing:<level>:<n>`` of class "area_border" and rank 2; the district with a vertex
        wherever one of them meets its outline. One row per line with its metres.
    """
    lines = barriers.geometry.to_numpy()
    rank = barriers["rank"].to_numpy(dtype=np.int64)
    rim = shapely.get_parts(shapely.boundary(shapely.get_parts(district)))
    drawn, number = _leave_streets(areas.geometry.to_numpy(), np.concatenate([lines[rank <= _RANK], rim]))
    if not len(drawn):
        return barriers, district, issue_rows("existing", [], "area_border_drawn", "noted")
    first = len(barriers)
    net = node_lines(
        np.concatenate([lines, rim, drawn]),
        np.concatenate([rank, np.full(len(rim), RIM_RANK), np.full(len(drawn), _RANK)]),
        np.concatenate([np.arange(first), np.full(len(rim), -1), first + number]),
    )
    while (loose := find_bridges(net) & (net.source >= first)).any():
        net = select_edges(net, ~loose)
    ids = [f"existing:{level}:{n}" for n in range(1, int(number.max()) + 2)]
    added = pd.DataFrame({"street_id": ids, "name": None, "street_class": AREA_BORDER, "rank": _RANK})
    table = pd.concat([pd.DataFrame(barriers.drop(columns="geometry")), added], ignore_index=True)
    kept = net.rank != RIM_RANK
    named = table.iloc[net.source[kept]].reset_index(drop=True).assign(rank=net.rank[kept])
    frame = gpd.GeoDataFrame(named, geometry=net.lines[kept], crs=barriers.crs)[list(LINE_COLUMNS)]
    new = frame[frame["street_id"].isin(ids)]
    metres = new.geometry.length.groupby(new["street_id"]).sum()
    issues = issue_rows(
        "existing", metres.index, "area_border_drawn", "noted", np.round(metres.to_numpy(), 1)
    )
    return frame, rebuild_district(net, district), issues


def _leave_streets(areas: ShapeArray, trusted: ShapeArray) -> tuple[ShapeArray, IntArray]:
    """Cut the borders of areas where a trusted line runs beside them; join what is left to these lines.

    Returns
    -------
    lines, number
        The lines, and which border each is a part of.
    """
    edges = shapely.union_all(shapely.boundary(areas), grid_size=GRID_M)
    tree = STRtree(trusted)
    near = tree.query(edges, predicate="dwithin", distance=_STREET_M)
    zone = shapely.union_all(shapely.buffer(trusted[near], _STREET_M))
    rest: ShapeArray = shapely.get_parts(shapely.line_merge(shapely.difference(edges, zone)))
    rest = rest[(shapely.get_type_id(rest) == 1) & (shapely.length(rest) >= _STREET_M)]
    own = np.arange(len(rest))
    if not len(rest):
        return rest, own
    rest = rest[np.lexsort(shapely.bounds(rest).T)]
    ends = shapely.get_point(np.concatenate([rest, rest]), np.repeat([0, -1], len(rest)))
    _, which, times = np.unique(
        np.round(shapely.get_coordinates(ends), 3), axis=0, return_inverse=True, return_counts=True
    )
    # an end that other borders share is a junction in the open
    free = np.flatnonzero(times[which.ravel()] == 1)
    end, line = tree.query_nearest(ends[free], max_distance=2 * _STREET_M, all_matches=False)
    bridges = shapely.get_coordinates(shapely.shortest_line(ends[free[end]], trusted[line])).reshape(-1, 2, 2)
    span = bridges[:, 1] - bridges[:, 0]
    length = np.hypot(*span.T)
    lies = length > 0
    bridges[lies, 1] += (span[lies].T / length[lies] * _BEYOND_M).T
    joined = free[end[lies]] % len(rest)
    return np.concatenate([rest, shapely.linestrings(bridges[lies])]), np.concatenate([own, joined])
