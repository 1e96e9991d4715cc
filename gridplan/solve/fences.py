"""Parts of the ground that are drawn apart: fences that no area reaches across, and cut-outs of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gridplan.graph import AtomGraph, Setting

__all__ = ["cross_labels", "cut_ground", "fence_graph"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def cross_labels(n: int, labels: Sequence[IntArray]) -> IntArray:
    """Label the combinations of several labellings.

    Parameters
    ----------
    n
        Number of atoms.
    labels
        Labellings of the atoms, each of shape (n,).

    Returns
    -------
    ndarray of int64, shape (n,)
        0..k-1, all 0 without a labelling.
    """
    crossed = np.zeros(n, dtype=np.int64)
    for one in labels:
        crossed = np.unique(crossed * (int(one.max(initial=0)) + 2) + one + 1, return_inverse=True)[1]
    return crossed.astype(np.int64)


def fence_graph(graph: AtomGraph, fence: IntArray) -> AtomGraph:
    """Take the borders between atoms on different sides of a fence out of the graph.

    Parameters
    ----------
    graph
        The atoms.
    fence
        Side of each atom, shape (n,).
    """
    inside = fence[graph.edges[:, 0]] == fence[graph.edges[:, 1]]
    if inside.all():
        return graph
    return replace(
        graph,
        edges=graph.edges[inside],
        border_length=graph.border_length[inside],
        border_rank=graph.border_rank[inside],
    )


def cut_ground(graph: AtomGraph, setting: Setting, chosen: BoolArray) -> tuple[AtomGraph, Setting]:
    """Cut some atoms out of the ground, with what they stand in.

    Parameters
    ----------
    graph, setting
        The whole ground.
    chosen
        Atoms to keep, in their order, shape (n,).
    """
    local = np.cumsum(chosen) - 1
    inside = chosen[graph.edges].all(axis=1)
    part = AtomGraph(
        households=graph.households[chosen],
        kind=graph.kind[chosen],
        area=graph.area[chosen],
        xy=graph.xy[chosen],
        building=graph.building[chosen],
        edges=local[graph.edges[inside]].astype(np.int32).reshape(-1, 2),
        border_length=graph.border_length[inside],
        border_rank=graph.border_rank[inside],
    )
    around = Setting(
        block=setting.block[chosen],
        population=setting.population[chosen],
        dwellings=setting.dwellings[chosen],
        compound=setting.compound[chosen],
        existing={name: labels[chosen] for name, labels in setting.existing.items()},
        urban=setting.urban[chosen],
    )
    return part, around
