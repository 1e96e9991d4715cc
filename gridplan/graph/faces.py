"""Areas that are faces of the barriers: regions between main streets, sections between streets and lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gridplan.arrays import FloatArray, IntArray
from gridplan.graph.atoms import AtomGraph, find_components, sum_borders

__all__ = ["Faces", "find_faces"]


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of one level.

    Parameters
    ----------
    labels
        Face 0..k-1 of each atom, shape (n,).
    merged
        An atom of each sliver that joined a neighbour, shape (s,).
    merged_m2
        Area of those slivers [m2], shape (s,).
    """

    labels: IntArray
    merged: IntArray
    merged_m2: FloatArray


class FaceRules(Protocol):
    """How a level is made of faces; a :class:`gridplan.scheme.Level` has all of it."""

    @property
    def ranks(self) -> Sequence[int]:
        """Ranks of the barriers that part faces."""

    @property
    def min_border_m(self) -> float:
        """Shorter borders do not connect [m]."""

    @property
    def merge_m2(self) -> float:
        """A face below this area joins the neighbour that it has the longest border with [m2]."""


def find_faces(graph: AtomGraph, rules: FaceRules) -> Faces:
    """Find what hangs together without crossing a barrier of the ranks that part faces.

    Parameters
    ----------
    graph
        The atoms; borders that no face reaches across are not in it.
    rules
        What parts faces; slivers join a neighbour, smallest first.
    """
    crossed = np.isin(graph.border_rank, rules.ranks)
    open_ = sum_borders(
        np.arange(len(graph)),
        graph.edges[~crossed],
        graph.border_length[~crossed],
        graph.border_length[~crossed],
    )
    long = open_.length >= rules.min_border_m
    faces = find_components(len(graph), open_.pairs[long]).astype(np.int64)
    size = np.bincount(faces, graph.area)
    around = sum_borders(faces, graph.edges, graph.border_length, graph.border_length)
    target = np.arange(len(size))
    merged: list[int] = []
    # few faces are slivers: a plain loop will do
    for face in np.argsort(size, kind="stable").tolist():
        if size[face] >= rules.merge_m2:
            break
        beside = (target[around.pairs] == face).any(axis=1) & (
            target[around.pairs[:, 0]] != target[around.pairs[:, 1]]
        )
        if not beside.any():
            continue
        others = target[around.pairs[beside]].sum(axis=1) - face
        metres = np.bincount(others, around.length[beside])
        chosen = int(metres.argmax())
        merged.append(face)
        size[chosen] += size[face]
        target[target == face] = chosen
    first = np.full(len(size), len(graph), dtype=np.int64)
    np.minimum.at(first, faces, np.arange(len(graph)))
    own = np.bincount(faces, graph.area).astype(np.float64)
    joined = np.array(merged, dtype=np.int64)
    labels = np.unique(target[faces], return_inverse=True)[1].astype(np.int64)
    return Faces(labels, first[joined], own[joined])
