"""Every level of a scheme, from the finest up: an area of a level is a union of its children.

Nesting then holds by construction, and a coarser level can never be drawn so that its children
become impossible. Streets stay the borders of the coarser level because the finer one crosses a
lane only where its bounds demand it (see :mod:`gridplan.solve.zones`), and because whole blocks are
the pieces that are put together wherever they fit below the cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.errors import SchemeError
from gridplan.graph import AtomGraph, find_components, sum_borders
from gridplan.scheme import Level, Scheme
from gridplan.solve.carriers import find_passages
from gridplan.solve.certify import Certificate
from gridplan.solve.homes import solve_homes
from gridplan.solve.land import AREA_UNIT_M2, measure_area
from gridplan.solve.partition import Weights, partition

__all__ = ["LevelsResult", "solve_levels"]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LevelsResult:
    """Labels per level, and what is proved about them.

    Parameters
    ----------
    labels
        Area 0..k-1 of each atom by level id.
    certificates
        Claims about atoms by level id.
    timed_out
        Whether the time limit ended the search.
    """

    labels: Mapping[str, IntArray]
    certificates: Mapping[str, tuple[Certificate, ...]]
    timed_out: bool


def solve_levels(
    graph: AtomGraph,
    blocks: IntArray,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
) -> LevelsResult:
    """Divide the ground on every level of a scheme.

    Parameters
    ----------
    graph
        The atoms.
    blocks
        Face of the streets up to lanes that each atom lies in, shape (n,).
    scheme
        Levels from coarse to fine.
    seed, workers, time_limit
        As in :func:`gridplan.solve.partition.partition`.

    Raises
    ------
    SchemeError
        If a level bounds something that cannot be solved for.
    """
    labels: dict[str, IntArray] = {}
    proofs: dict[str, tuple[Certificate, ...]] = {}
    timed_out = False
    for level in reversed(scheme.levels):
        children = [child.id for child in scheme.levels if child.parent == level.id]
        if level.measure == "households" and not children:
            done = solve_homes(
                graph, blocks, level, scheme, seed=seed, workers=workers, time_limit=time_limit
            )
            labels[level.id], proofs[level.id] = _number(done.labels), done.certificates
            timed_out |= done.timed_out
        elif level.measure == "area" and len(children) <= 1:
            finer = labels[children[0]] if children else np.arange(len(graph), dtype=np.int64)
            labels[level.id] = _number(_merge_by_area(graph, blocks, finer, level, seed))
            proofs[level.id] = _prove_oversize(graph, labels[level.id], level)
        else:
            raise SchemeError("level_not_solvable", level=level.id, measure=level.measure)
    return LevelsResult(labels, proofs, timed_out)


def _number(labels: IntArray) -> IntArray:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _merge_by_area(graph: AtomGraph, blocks: IntArray, finer: IntArray, level: Level, seed: int) -> IntArray:
    """Put pieces together to areas below the cap: few, compact, bordered by streets."""
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    pieces = _choose_pieces(graph, blocks, finer, passage.pairs, level)
    size = np.bincount(pieces, graph.area).astype(np.float64)
    k = len(size)
    borders = sum_borders(pieces, passage.pairs, passage.length, passage.street)
    centre = np.stack(
        [np.bincount(pieces, graph.area * graph.xy[:, axis], minlength=k) / size for axis in (0, 1)], axis=1
    )
    done = partition(
        measure_area(size),
        np.zeros(k, dtype=np.int64),
        borders.pairs,
        borders.length,
        lower=[0],
        upper=[int(level.max_area_m2 // AREA_UNIT_M2)],
        lane=borders.street >= borders.length / 2,
        area=size,
        max_area=level.max_area_m2,
        xy=centre,
        weights=Weights(**level.weights),
        seed=seed,
    )
    return done.labels.astype(np.int64)[pieces]


def _choose_pieces(
    graph: AtomGraph, blocks: IntArray, finer: IntArray, pairs: IntArray, level: Level
) -> IntArray:
    """Whole blocks, with those that one finer area spans, where they fit; else the finer areas."""
    k = int(finer.max()) + 1
    b = int(blocks.max()) + 1
    spans = np.unique(np.stack([finer, k + blocks], axis=1), axis=0)
    bundles = find_components(k + b, spans)[finer].astype(np.int64)
    whole = bundles[pairs[:, 0]] == bundles[pairs[:, 1]]
    bundles = find_components(len(finer), pairs[whole]).astype(np.int64)
    fits = np.bincount(bundles, graph.area) <= level.max_area_m2
    return _number(np.where(fits[bundles], bundles, int(bundles.max()) + 1 + finer))


def _prove_oversize(graph: AtomGraph, labels: IntArray, level: Level) -> tuple[Certificate, ...]:
    """List the atoms above the cap on their own (a factory hall, a station): they leave no choice."""
    large = np.flatnonzero(graph.area > level.max_area_m2)
    alone = np.bincount(labels)[labels[large]] == 1
    return tuple(
        Certificate(kind="indivisible", core=(int(atom),), bound=int(graph.households[atom]))
        for atom in large[alone]
    )
