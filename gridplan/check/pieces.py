"""Law 3, contiguous: each area is one piece through real borders, without crossing what bars it."""

from __future__ import annotations

import numpy as np
import shapely

from gridplan.arrays import BoolArray, IntArray
from gridplan.check.cover import layer_codes
from gridplan.check.findings import Finding, with_ok
from gridplan.check.reading import LevelReading, Reading
from gridplan.graph import find_components

__all__ = ["judge_contiguous"]


def judge_contiguous(reading: Reading) -> list[Finding]:
    """Judge every area of every level.

    Parameters
    ----------
    reading
        The plan.
    """
    rows: list[Finding] = []
    for one in reading.levels:
        faults = _judge_areas(reading, one) + _judge_written(reading, one)
        rows += with_ok(one.level.id, faults, judged=len(one.codes))
    return rows


def count_pieces(one: LevelReading, pairs: IntArray, chosen: BoolArray) -> IntArray:
    """Count the connected pieces of the chosen atoms of each area.

    Parameters
    ----------
    one
        The level.
    pairs
        Atoms that may be joined.
    chosen
        Atoms that are counted and that carry, shape (n,).

    Returns
    -------
    ndarray of int64, shape (k,)
    """
    inside = (one.labels[pairs[:, 0]] == one.labels[pairs[:, 1]]) & chosen[pairs].all(axis=1)
    piece = find_components(len(one.labels), pairs[inside])
    counted = chosen & (one.labels >= 0)
    found = np.unique(np.column_stack([one.labels[counted], piece[counted]]), axis=0)
    return np.bincount(found[:, 0], minlength=len(one.codes)).astype(np.int64)


def count_dwelling_groups(reading: Reading, one: LevelReading, pairs: IntArray) -> IntArray:
    """Count the groups of dwellings of each area that only large empty land holds together, shape (k,)."""
    dwelling = (reading.households > 0) & reading.applies(one.level)
    large = ~dwelling & (reading.area > reading.plan.scheme.atoms.carry_land_m2)
    carrying = ~large
    inside = (one.labels[pairs[:, 0]] == one.labels[pairs[:, 1]]) & carrying[pairs].all(axis=1)
    group = find_components(len(one.labels), pairs[inside])
    counted = dwelling & (one.labels >= 0)
    found = np.unique(np.column_stack([one.labels[counted], group[counted]]), axis=0)
    return np.bincount(found[:, 0], minlength=len(one.codes)).astype(np.int64)


def find_taken(reading: Reading, one: LevelReading) -> BoolArray:
    """Mark the areas that were taken as they stood, enclaves (飞地) and all: told of, not forbidden."""
    if one.level.make == "given":
        return np.ones(len(one.codes), dtype=bool)
    taken = np.zeros(len(one.codes), dtype=bool)
    if one.level.id in reading.plan.existing:
        elsewhere = ~reading.applies(one.level) & (one.labels >= 0)
        taken[one.labels[elsewhere]] = True
    return taken


def _judge_areas(reading: Reading, one: LevelReading) -> list[Finding]:
    name = one.level.id
    everything = np.ones(len(one.labels), dtype=bool)
    pairs = reading.passable_pairs(one.level)
    n = len(one.labels)
    pieces = count_pieces(one, pairs, everything)
    borders = reading.borders
    any_rank = np.ones(len(borders.pairs), dtype=bool)
    unbarred = count_pieces(one, borders.join_pairs(any_rank, n, one.level.min_border_m), everything)
    faults = []
    taken = find_taken(reading, one)
    for i in np.flatnonzero(pieces > 1):
        if unbarred[i] == 1:
            reason = "crosses_barrier"
        else:
            reason = "corner_contact" if _touches(reading, one, int(i)) else "several_pieces"
        values = {
            "pieces": int(pieces[i]),
            "ranks": list(one.level.never_cross),
            "min_border_m": one.level.min_border_m,
        }
        verdict = "warning" if taken[i] else "violation"
        faults.append(Finding(verdict, name, str(one.codes[i]), float(pieces[i]), 1.0, reason, values))
    if not one.level.joins_homes:
        # whole blocks stand side by side, parks and all
        return faults
    groups = count_dwelling_groups(reading, one, pairs)
    carry = reading.plan.scheme.atoms.carry_land_m2
    faults += [
        Finding("violation", name, str(one.codes[i]), float(groups[i]), 1.0, "carried_by_land", {"m2": carry})
        for i in np.flatnonzero((groups > 1) & (pieces == 1))
    ]
    return faults


def _touches(reading: Reading, one: LevelReading, label: int) -> bool:
    """Whether an area in several pieces hangs together by points."""
    atoms = np.flatnonzero(one.labels == label)
    a, b = shapely.STRtree(reading.geometry[atoms]).query(reading.geometry[atoms], predicate="intersects")
    return int(find_components(len(atoms), np.column_stack([a, b])).max()) == 0


def _judge_written(reading: Reading, one: LevelReading) -> list[Finding]:
    """Each written polygon is a single part."""
    layer = reading.polygons.get(one.level.id)
    if layer is None:
        return []
    parts = shapely.get_num_geometries(layer.geometry.to_numpy())
    codes = layer_codes(layer)
    enclaves = set(one.codes[find_taken(reading, one)].astype(str))
    return [
        Finding(
            "warning" if codes[i] in enclaves else "violation",
            one.level.id,
            codes[i],
            float(parts[i]),
            1.0,
            "polygon_parts",
            {"pieces": int(parts[i])},
        )
        for i in np.flatnonzero(parts != 1)
    ]
