"""The atom graph: everything that the solver knows of the ground, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.errors import InputError
from gridplan.kinds import KINDS

__all__ = [
    "AtomGraph",
    "Borders",
    "Setting",
    "fence_graph",
    "find_components",
    "kind_codes",
    "sum_borders",
    "take_ground",
]


@dataclass(frozen=True, slots=True)
class AtomGraph:
    """Atoms and their shared borders.

    Parameters
    ----------
    households
        Households per atom, shape (n,), int64, >= 0.
    kind
        Index into :data:`KINDS`, shape (n,), int8.
    area
        Area of the atom's cell [m2], shape (n,).
    xy
        A point inside each atom [m, projected CRS], shape (n, 2).
    building
        Number of the building that the atom is or is a slice of, -1 for land, shape (n,), int64.
    edges
        Pairs of atoms with a shared border, i < j, sorted, shape (m, 2), int32. A pair whose border
        lies on barriers of several ranks has one row per rank.
    border_length
        Length of the shared border [m], shape (m,).
    border_rank
        0 where the border lies on no barrier, else the barrier's rank 1-3, shape (m,), int8.
    """

    households: IntArray
    kind: npt.NDArray[np.int8]
    area: FloatArray
    xy: FloatArray
    building: IntArray
    edges: npt.NDArray[np.int32]
    border_length: FloatArray
    border_rank: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together, all faults at once."""
        n, m = len(self.households), len(self.edges)
        faults = [
            f"{name}: {len(getattr(self, name))} rows, {size} wanted"
            for names, size in (
                (("kind", "area", "xy", "building"), n),
                (("border_length", "border_rank"), m),
            )
            for name in names
            if len(getattr(self, name)) != size
        ]
        if m and (self.edges.min() < 0 or self.edges.max() >= n):
            faults.append("edges: an atom outside 0..n-1")
        if n and self.households.min() < 0:
            faults.append("households: negative")
        if faults:
            raise InputError("graph_invalid", faults="; ".join(faults))

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.households)

    def __repr__(self) -> str:
        """Tell the size and the households."""
        return f"<AtomGraph {len(self)} atoms, {len(self.edges)} borders, {self.households.sum()} households>"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the atoms stand in besides their borders.

    Parameters
    ----------
    block
        Face of the barriers up to rank 2 that each atom lies in, shape (n,).
    population
        People, whole numbers >= 0, shape (n,).
    dwellings
        Dwellings (also the empty ones), whole numbers >= 0, shape (n,).
    compound
        Compound (小区) that each atom belongs to, -1 for none, shape (n,).
    existing
        Area of an existing layer that each atom lies in by level id, -1 for none, shape (n,).
    urban
        Whether each atom lies in an area of class urban, shape (n,).
    """

    block: IntArray
    population: IntArray
    dwellings: IntArray
    compound: IntArray
    existing: Mapping[str, IntArray]
    urban: BoolArray


def kind_codes(kinds: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Turn kind words into their codes.

    Parameters
    ----------
    kinds
        Words of :data:`KINDS`, shape (n,).

    Returns
    -------
    ndarray of int8, shape (n,)

    Raises
    ------
    InputError
        If a word is not a kind.
    """
    words = np.asarray(kinds, dtype=object)
    codes = np.full(len(words), -1, dtype=np.int8)
    for code, word in enumerate(KINDS):
        codes[words == word] = code
    if (codes < 0).any():
        raise InputError("kind_unknown", values=sorted({str(w) for w in words[codes < 0]})[:5])
    return codes


def find_components(n: int, edges: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Label the connected components of n nodes.

    Parameters
    ----------
    n
        Number of nodes.
    edges
        Pairs of nodes, shape (m, 2).

    Returns
    -------
    ndarray of int32, shape (n,)
        Component of each node, numbered by first node.
    """
    pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(pairs), dtype=np.int8)
    matrix = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels: npt.NDArray[np.int32] = connected_components(matrix, directed=False)[1].astype(np.int32)
    return labels


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


def take_ground(graph: AtomGraph, setting: Setting, atoms: IntArray) -> tuple[AtomGraph, Setting]:
    """Take atoms out of the ground, with what they stand in.

    Parameters
    ----------
    graph, setting
        The whole ground.
    atoms
        Atoms to keep in the order wanted, shape (k,).

    Returns
    -------
    graph, setting
        Atom ``atoms[i]`` is atom i; borders to atoms that were not taken are gone.
    """
    place = np.full(len(graph), -1, dtype=np.int64)
    place[atoms] = np.arange(len(atoms))
    edges = np.sort(place[graph.edges], axis=1).reshape(-1, 2)
    inside = np.flatnonzero(edges[:, 0] >= 0)
    rows = inside[np.lexsort((graph.border_rank[inside], edges[inside, 1], edges[inside, 0]))]
    part = AtomGraph(
        households=graph.households[atoms],
        kind=graph.kind[atoms],
        area=graph.area[atoms],
        xy=graph.xy[atoms],
        building=graph.building[atoms],
        edges=edges[rows].astype(np.int32),
        border_length=graph.border_length[rows],
        border_rank=graph.border_rank[rows],
    )
    around = Setting(
        block=setting.block[atoms],
        population=setting.population[atoms],
        dwellings=setting.dwellings[atoms],
        compound=setting.compound[atoms],
        existing={name: labels[atoms] for name, labels in setting.existing.items()},
        urban=setting.urban[atoms],
    )
    return part, around


@dataclass(frozen=True, slots=True)
class Borders:
    """Borders between areas: one row per pair of neighbours.

    Parameters
    ----------
    pairs
        Neighbours, i < j, sorted, shape (p, 2), int64.
    length
        Border between them [m], shape (p,).
    street
        Part of it that lies on barriers [m], shape (p,).
    """

    pairs: IntArray
    length: FloatArray
    street: FloatArray


def sum_borders(labels: IntArray, pairs: npt.ArrayLike, length: FloatArray, street: FloatArray) -> Borders:
    """Sum the borders between atoms to borders between areas.

    Parameters
    ----------
    labels
        Area of each atom, shape (n,); borders of an atom with a label below 0 are left out.
    pairs
        Atoms side by side, shape (p, 2).
    length, street
        Border of each pair, and the part of it that lies on barriers [m], shape (p,).

    Returns
    -------
    Borders
    """
    ends = np.sort(labels[np.asarray(pairs, dtype=np.int64).reshape(-1, 2)], axis=1)
    keep = (ends[:, 0] != ends[:, 1]) & (ends[:, 0] >= 0)
    size = int(labels.max(initial=0)) + 1
    keys, inverse = np.unique(ends[keep, 0] * size + ends[keep, 1], return_inverse=True)
    total, on_street = (
        np.bincount(inverse, metres[keep], minlength=len(keys)).astype(np.float64)
        for metres in (length, street)
    )
    return Borders(np.stack([keys // size, keys % size], axis=1), total, on_street)
