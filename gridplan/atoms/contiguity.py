"""The one door from geometry to arrays: shared borders of atoms and the barriers that they lie on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import FloatArray, IntArray
from gridplan.graph import AtomGraph, kind_codes

__all__ = ["build_graph"]

#: A border lies on a barrier when both thirds of an edge are this near to it [m]: five times the grid of
#: 1 cm on which atoms are noded, so that a barrier may be given in more or less detail than the atoms.
ON_BARRIER_M = 0.05

Ranks = npt.NDArray[np.int8]


def find_shared_edges(polygons: npt.NDArray[np.object_]) -> tuple[IntArray, FloatArray]:
    """Find the edges that two polygons share, vertex for vertex.

    Parameters
    ----------
    polygons
        A coverage, shape (n,).

    Returns
    -------
    pairs : ndarray of int64, shape (m, 2)
        The polygons on either side, the lower number first.
    ends : ndarray, shape (m, 2, 2)
        Coordinates of the edge.
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(ring[:-1] == ring[1:])
    # equal coordinates are equal to the last bit in a coverage: no tolerance is wanted here
    vertex = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)[1]
    a, b = vertex[inner], vertex[inner + 1]
    low, high = np.minimum(a, b), np.maximum(a, b)
    atom = owner[ring[inner]]
    order = np.lexsort((atom, high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    first, second = order[:-1][same], order[1:][same]
    apart = atom[first] != atom[second]
    first, second = first[apart], second[apart]
    ends = np.stack([xy[inner[first]], xy[inner[first] + 1]], axis=1)
    return np.stack([atom[first], atom[second]], axis=1), ends


def rank_edges(ends: FloatArray, barriers: gpd.GeoDataFrame) -> Ranks:
    """Return the strictest rank of the barriers that each edge lies on, 0 where it lies on none."""
    rank = barriers["rank"].to_numpy(np.int8)
    found = np.full(len(ends), 99, dtype=np.int8)
    if len(rank) and len(ends):
        span = ends[:, 1] - ends[:, 0]
        lines = barriers.geometry.to_numpy()
        edge, line = shapely.STRtree(lines).query(
            shapely.points(ends[:, 0] + span * (1 / 3)), predicate="dwithin", distance=ON_BARRIER_M
        )
        farther = shapely.points((ends[:, 0] + span * (2 / 3))[edge])
        along = shapely.dwithin(farther, lines[line], ON_BARRIER_M)
        np.minimum.at(found, edge[along], rank[line[along]])
    found[found == 99] = 0
    return found


def rank_detours(rank: Ranks, blocks: IntArray) -> Ranks:
    """Let a border that leaves the street around a building keep the street's rank.

    Parameters
    ----------
    rank
        Rank of each edge, 0 where it lies on no barrier.
    blocks
        Blocks on either side of each edge, shape (m, 2).

    Returns
    -------
    ndarray of int8
        Where an edge of rank 0 parts two blocks: the strictest rank between these two blocks, else the
        strictest around either.
    """
    pair = np.sort(blocks, axis=1)
    table = pd.DataFrame({"low": pair[:, 0], "high": pair[:, 1], "rank": rank})
    open_edges = (rank == 0) & (pair[:, 0] != pair[:, 1])
    if not open_edges.any():
        return rank
    known = table[table["rank"] > 0]
    between = known.groupby(["low", "high"])["rank"].min()
    around = (
        pd.concat([known.set_index("low")["rank"], known.set_index("high")["rank"]]).groupby(level=0).min()
    )
    wanted = table[open_edges]
    best = between.reindex(pd.MultiIndex.from_frame(wanted[["low", "high"]])).to_numpy()
    either = np.fmin(around.reindex(wanted["low"]).to_numpy(), around.reindex(wanted["high"]).to_numpy())
    fixed = rank.copy()
    fixed[open_edges] = np.nan_to_num(np.where(np.isnan(best), either, best), nan=0).astype(np.int8)
    return fixed


def build_graph(atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> AtomGraph:
    """Turn a coverage of atoms into the arrays that the solver works on.

    Parameters
    ----------
    atoms
        ``Atoms.frame``: index 0..n-1, columns ``building_id``, ``kind``, ``households`` and geometry; with
        ``block``, borders that leave the street around a building keep the rank of the street. ``lane_block``
        saves looking for barriers inside one lane block.
    barriers
        The LineStrings with ``rank`` that the atoms were built with, same CRS.

    Returns
    -------
    AtomGraph
        One row of ``edges`` for each pair of neighbours and rank: a pair that shares 30 m on a lane and
        20 m on no street has two rows. Sorted by pair, then rank.

    Examples
    --------
    >>> graph = gridplan.build_graph(plan.atoms, plan.streets)
    >>> graph.edges.shape[1]
    2
    """
    polygons = atoms.geometry.to_numpy()
    pairs, ends = find_shared_edges(polygons)
    rank = np.zeros(len(pairs), dtype=np.int8)
    asked = np.ones(len(pairs), dtype=bool)
    if "lane_block" in atoms:
        lane_block = atoms["lane_block"].to_numpy(np.int64)
        asked = lane_block[pairs[:, 0]] != lane_block[pairs[:, 1]]
    rank[asked] = rank_edges(ends[asked], barriers)
    if "block" in atoms:
        rank = rank_detours(rank, atoms["block"].to_numpy(np.int64)[pairs])
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    names, row = np.unique((pairs[:, 0] * len(atoms) + pairs[:, 1]) * 4 + rank, return_inverse=True)
    pair = names // 4
    return AtomGraph(
        households=atoms["households"].to_numpy(np.int64),
        kind=kind_codes(atoms["kind"].to_numpy(object)),
        area=shapely.area(polygons),
        xy=shapely.get_coordinates(shapely.point_on_surface(polygons)),
        building=pd.factorize(atoms["building_id"], sort=True)[0].astype(np.int64),
        edges=np.stack([pair // len(atoms), pair % len(atoms)], axis=1).astype(np.int32),
        border_length=np.bincount(row, length, minlength=len(names)).astype(np.float64),
        border_rank=(names % 4).astype(np.int8),
    )
