"""Levels bounded by their ground: areas below a cap, put together from blocks and finer areas."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import IntArray
from gridplan.graph import AtomGraph, find_components
from gridplan.scheme import Level
from gridplan.solve.grids.carriers import find_passages
from gridplan.solve.grids.counted import Pieces, gather_pieces, share_ground
from gridplan.solve.grids.land import AREA_UNIT_M2, measure_area
from gridplan.solve.partition import Weights, partition
from gridplan.solve.proofs.certify import Certificate

__all__ = ["merge_by_area", "prove_oversize"]


def merge_by_area(
    graph: AtomGraph, blocks: IntArray, finer: IntArray, level: Level, *, seed: int = 0
) -> IntArray:
    """Put pieces together to areas below the cap: few, or as many as asked for, compact, bordered by streets.

    Parameters
    ----------
    graph
        The atoms without borders that no area of the level reaches across.
    blocks
        Face of the streets up to lanes that each atom lies in, shape (n,).
    finer
        Area of the level below that each atom lies in, shape (n,).
    level
        Area cap, count, ranks never crossed.
    seed
        As in :func:`gridplan.solve.partition.partition`.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    pieces = _choose_pieces(graph, blocks, finer, passage.pairs, level)
    if level.count:
        load = measure_area(graph.area)
        return share_ground(graph, pieces, load, level, level.count, cap_m2=level.max_area_m2, seed=seed)
    ground = gather_pieces(graph, pieces, measure_area(graph.area), passage)
    labels = _merge_pieces(ground, np.arange(len(ground.load)), level, seed)
    return _mend_oversize(ground, labels, level, seed)[pieces]


def _merge_pieces(ground: Pieces, chosen: IntArray, level: Level, seed: int) -> IntArray:
    """Put some pieces together to few areas below the cap."""
    part = ground.pick(chosen)
    done = partition(
        measure_area(part.size),
        np.zeros(len(chosen), dtype=np.int64),
        part.borders.pairs,
        part.borders.length,
        lower=[0],
        upper=[int(level.max_area_m2 // AREA_UNIT_M2)],
        lane=part.borders.street >= part.borders.length / 2,
        area=part.size,
        max_area=level.max_area_m2,
        xy=part.centre,
        weights=Weights(**level.weights),
        seed=seed,
    )
    return done.labels.astype(np.int64)


def _mend_oversize(ground: Pieces, labels: IntArray, level: Level, seed: int) -> IntArray:
    """Divide areas that the search over the whole ground left above the cap; their pieces are below it."""
    for turn in range(2):
        size = np.bincount(labels, ground.size)
        several = np.bincount(labels) > 1
        for area in np.flatnonzero((size > level.max_area_m2) & several).tolist():
            chosen = np.flatnonzero(labels == area)
            fresh = _merge_pieces(ground, chosen, level, seed) if turn == 0 else np.arange(len(chosen))
            labels[chosen] = np.where(fresh == 0, area, int(labels.max()) + fresh)
    return labels


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
    chosen = np.where(fits[bundles], bundles, int(bundles.max()) + 1 + finer)
    return np.unique(chosen, return_inverse=True)[1].astype(np.int64)


def prove_oversize(graph: AtomGraph, labels: IntArray, level: Level) -> tuple[Certificate, ...]:
    """List the atoms above the cap on their own (a factory hall, a station): they leave no choice.

    Parameters
    ----------
    graph, labels
        The atoms and their areas.
    level
        Its area cap.
    """
    large = np.flatnonzero(graph.area > level.max_area_m2)
    alone = np.bincount(labels)[labels[large]] == 1
    return tuple(
        Certificate(kind="indivisible", core=(int(atom),), bound=int(graph.households[atom]))
        for atom in large[alone]
    )
