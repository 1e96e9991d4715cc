"""On which street each border between atoms lies, so that a way out can name it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import IntArray
from gridplan.atoms.contiguity import find_shared_edges
from gridplan.graph import AtomGraph

__all__ = ["find_border_streets"]

#: A border lies on the line that its middle is this near to [m]: what snapping of the network may move.
ON_STREET_M = 1.0
#: Classes of lines that are no streets.
FIXED_CLASSES = ("rail", "river", "canal", "water", "coastline", "area_border")


def find_border_streets(
    atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, graph: AtomGraph
) -> tuple[IntArray, pd.DataFrame]:
    """Find the street that each border between atoms lies on.

    Parameters
    ----------
    atoms
        Frame with ``block`` and the cells that ``graph`` was built from.
    barriers
        Lines with ``name``, ``street_id``, ``street_class`` and ``rank``, same CRS.
    graph
        The borders.

    Returns
    -------
    street : ndarray of int64, shape (m,)
        Row of ``streets`` for each row of ``graph.edges``, -1 where it lies on no barrier.
    streets : DataFrame
        ``name`` ("" where unknown), ``street_class``, ``rank`` and ``fixed`` (a river, a railway, a given
        border: nothing that could be crossed or given another rank), a row for each name, and for each id
        where there is no name; in the order of names, then of ids.
    """
    number, streets = _number_streets(barriers)
    street = np.full(len(graph.edges), -1, dtype=np.int64)
    ranked = np.flatnonzero(graph.border_rank > 0)
    if len(ranked) and len(number):
        street[ranked] = _find_streets(atoms, barriers, graph, ranked, number)
        street = _fill_by_block(street, graph, ranked, atoms["block"].to_numpy(np.int64))
    return street, streets


def _number_streets(barriers: gpd.GeoDataFrame) -> tuple[IntArray, pd.DataFrame]:
    table = pd.DataFrame(
        {
            "name": barriers["name"].fillna("").astype(str).str.strip().to_numpy(),
            "street_id": barriers["street_id"].astype(str).to_numpy(),
            "street_class": barriers["street_class"].fillna("").astype(str).to_numpy(),
            "rank": barriers["rank"].to_numpy(np.int64),
        }
    )
    # ids are unique within a layer only: a railway may have the number of a lane
    by_id = table["street_class"] + "/" + table["street_id"]
    table["group"] = table["name"].where(table["name"] != "", by_id)
    table["unnamed"] = table["name"] == ""
    keys = ["unnamed", "group"]
    number = table.groupby(keys, sort=True).ngroup().to_numpy(np.int64)
    # a street whose stretches differ has the class of its strongest one
    first = table.sort_values([*keys, "rank", "street_class"]).drop_duplicates(keys)
    first["fixed"] = first["street_class"].isin(FIXED_CLASSES)
    return number, first[["name", "street_class", "rank", "fixed"]].reset_index(drop=True)


def _find_streets(
    atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, graph: AtomGraph, ranked: IntArray, number: IntArray
) -> IntArray:
    """Give each ranked border the street of its own rank that most of its length lies on, else -1."""
    ends = graph.edges[ranked].astype(np.int64)
    beside = np.unique(ends)
    pairs, edges = find_shared_edges(atoms.geometry.to_numpy()[beside])
    n = len(graph)
    row_of = pd.Series(ranked, index=(ends[:, 0] * n + ends[:, 1]) * 4 + graph.border_rank[ranked])
    middle = shapely.points(edges.mean(axis=1))
    metres = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    edge, line = shapely.STRtree(barriers.geometry.to_numpy()).query(
        middle, predicate="dwithin", distance=ON_STREET_M
    )
    pair = np.sort(beside[pairs[edge]], axis=1)
    key = (pair[:, 0] * n + pair[:, 1]) * 4 + barriers["rank"].to_numpy(np.int64)[line]
    row = row_of.reindex(key).fillna(-1).to_numpy(np.int64)
    table = pd.DataFrame({"row": row, "street": number[line], "metres": metres[edge]})[row >= 0]
    sums = table.groupby(["row", "street"], sort=True)["metres"].sum().reset_index()
    best = sums.sort_values(["row", "metres", "street"], ascending=[True, False, True]).drop_duplicates("row")
    found: IntArray = best.set_index("row")["street"].reindex(ranked).fillna(-1).to_numpy(np.int64)
    return found


def _fill_by_block(street: IntArray, graph: AtomGraph, ranked: IntArray, block: IntArray) -> IntArray:
    """Let a border that leaves the street around a building keep the street between the two blocks."""
    sides = np.sort(block[graph.edges[ranked]], axis=1)
    table = pd.DataFrame(
        {
            "low": sides[:, 0],
            "high": sides[:, 1],
            "rank": graph.border_rank[ranked],
            "street": street[ranked],
            "metres": graph.border_length[ranked],
        }
    )
    keys = ["low", "high", "rank"]
    sums = table[table["street"] >= 0].groupby([*keys, "street"], sort=True)["metres"].sum().reset_index()
    best = sums.sort_values([*keys, "metres", "street"], ascending=[True] * 3 + [False, True])
    known = best.drop_duplicates(keys).set_index(keys)["street"]
    wanted = known.reindex(pd.MultiIndex.from_frame(table[keys])).fillna(-1).to_numpy(np.int64)
    filled = street.copy()
    filled[ranked] = np.where(table["street"].to_numpy() >= 0, table["street"].to_numpy(), wanted)
    return filled
