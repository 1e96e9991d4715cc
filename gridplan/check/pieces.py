"""Law 3, contiguous: each area is one piece through real borders, without crossing what bars it."""

from __future__ import annotations

import numpy as np
import shapely

from gridplan.arrays import BoolArray, IntArray
from gridplan.check.cover import layer_codes
from gridplan.check.findings import Finding
from gridplan.check.reading import LevelReading, Reading
from gridplan.graph import find_components

__all__ = ["check_contiguous"]


def check_contiguous(reading: Reading) -> list[Finding]:
    """Check every area of every level."""
    return reading.check_levels(lambda level: _check_areas(reading, level) + _check_written(reading, level))


def _count_pieces(level: LevelReading, pairs: IntArray, carries: BoolArray, counts: BoolArray) -> IntArray:
    """Count the connected pieces of each area.

    Of the pairs that may be joined count those of which both atoms carry; pieces of which no atom counts are
    left out.
    """
    inside = (level.labels[pairs[:, 0]] == level.labels[pairs[:, 1]]) & carries[pairs].all(axis=1)
    piece = find_components(len(level.labels), pairs[inside])
    counted = counts & (level.labels >= 0)
    found = np.unique(np.column_stack([level.labels[counted], piece[counted]]), axis=0)
    return np.bincount(found[:, 0], minlength=len(level.codes)).astype(np.int64)


def _find_taken(reading: Reading, level: LevelReading) -> BoolArray:
    """Mark the areas that were taken as they stood: their enclaves (飞地) are a warning, not a violation."""
    if level.rules.make == "given":
        return np.ones(len(level.codes), dtype=bool)
    taken = np.zeros(len(level.codes), dtype=bool)
    if level.id in reading.plan.existing:
        elsewhere = ~reading.applies(level.rules) & (level.labels >= 0)
        taken[level.labels[elsewhere]] = True
    return taken


def _check_areas(reading: Reading, level: LevelReading) -> list[Finding]:
    name = level.id
    everything = np.ones(len(level.labels), dtype=bool)
    pairs = reading.passable_pairs(level.rules)
    n = len(level.labels)
    pieces = _count_pieces(level, pairs, everything, everything)
    borders = reading.borders
    meeting = borders.join_pairs(np.ones(len(borders.pairs), dtype=bool), n, level.rules.min_border_m)
    unbarred = _count_pieces(level, meeting, everything, everything)
    faults = []
    taken = _find_taken(reading, level)
    for i in np.flatnonzero(pieces > 1):
        if unbarred[i] == 1:
            reason = "crosses_barrier"
        else:
            reason = "corner_contact" if _touches(reading, level, int(i)) else "several_pieces"
        values = {
            "pieces": int(pieces[i]),
            "ranks": list(level.rules.never_cross),
            "min_border_m": level.rules.min_border_m,
        }
        verdict = "warning" if taken[i] else "violation"
        faults.append(Finding(verdict, name, str(level.codes[i]), float(pieces[i]), 1.0, reason, values))
    if not level.rules.joins_homes:
        # whole blocks stand side by side, parks and all
        return faults
    # dwellings that only large empty land holds together
    carry = reading.plan.scheme.atoms.carry_land_m2
    dwelling = (reading.households > 0) & reading.applies(level.rules)
    groups = _count_pieces(level, pairs, dwelling | (reading.area <= carry), dwelling)
    faults += [
        Finding(
            "violation", name, str(level.codes[i]), float(groups[i]), 1.0, "carried_by_land", {"m2": carry}
        )
        for i in np.flatnonzero((groups > 1) & (pieces == 1))
    ]
    return faults


def _touches(reading: Reading, level: LevelReading, label: int) -> bool:
    """Whether an area in several pieces hangs together by points."""
    atoms = np.flatnonzero(level.labels == label)
    a, b = shapely.STRtree(reading.geometry[atoms]).query(reading.geometry[atoms], predicate="intersects")
    return int(find_components(len(atoms), np.column_stack([a, b])).max()) == 0


def _check_written(reading: Reading, level: LevelReading) -> list[Finding]:
    """Each written polygon is a single part."""
    layer = reading.polygons.get(level.id)
    if layer is None:
        return []
    parts = shapely.get_num_geometries(layer.geometry.to_numpy())
    codes = layer_codes(layer)
    enclaves = set(level.codes[_find_taken(reading, level)].astype(str))
    return [
        Finding(
            "warning" if codes[i] in enclaves else "violation",
            level.id,
            codes[i],
            float(parts[i]),
            1.0,
            "polygon_parts",
            {"pieces": int(parts[i])},
        )
        for i in np.flatnonzero(parts != 1)
    ]
