"""Small grounds of square cells, as arrays."""

import numpy as np

from gridplan.graph import AtomGraph, Setting, find_components


def make_lattice(side, households, *, kind=None, area=None, main=(), lanes=(), cell=40.0):
    """A town of square cells; a street of rank 1 or 2 runs left of each column named."""
    n = side * side
    at = np.arange(n).reshape(side, side)
    right = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    down = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    column = right[:, 1] % side
    rank = np.select([np.isin(column, main), np.isin(column, lanes)], [1, 2], 0)
    edges = np.concatenate([right, down])
    order = np.lexsort(edges.T[::-1])
    households = np.asarray(households, dtype=np.int64)
    kind = np.where(households > 0, 0, 3) if kind is None else np.asarray(kind)
    graph = AtomGraph(
        households=households,
        kind=kind.astype(np.int8),
        area=np.full(n, cell**2 if area is None else area, dtype=float),
        xy=np.stack([np.tile(np.arange(side), side), -np.repeat(np.arange(side), side)], axis=1) * cell,
        building=np.where(households > 0, np.arange(n), -1).astype(np.int64),
        edges=edges[order].astype(np.int32),
        border_length=np.full(len(edges), cell),
        border_rank=np.r_[rank, np.zeros(len(down), int)][order].astype(np.int8),
    )
    streets = np.sort([*main, *lanes])
    blocks = np.tile(np.searchsorted(streets, np.arange(side), side="right"), side)
    return graph, stand_in(blocks.astype(np.int64), households)


def stand_in(blocks, households):
    """People three to a household, no compounds, no old areas."""
    n = len(blocks)
    return Setting(
        block=blocks,
        population=households * 3,
        dwellings=households,
        compound=np.full(n, -1),
        existing={},
        urban=np.full(n, True),
    )


def pieces_of(labels, graph):
    open_ = (labels[graph.edges[:, 0]] == labels[graph.edges[:, 1]]) & (graph.border_rank != 1)
    return len(np.unique(find_components(len(graph), graph.edges[open_])))
