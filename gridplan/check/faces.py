"""Levels that are read off the streets, and counts that a scheme asks for."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import BoolArray
from gridplan.check.findings import Finding, with_ok
from gridplan.check.reading import LevelReading, Reading
from gridplan.graph import find_components

__all__ = ["check_counts", "check_faces"]


def check_faces(reading: Reading) -> list[Finding]:
    """Check that areas which are faces of barriers lie between barriers, all of them and nothing else."""
    rows: list[Finding] = []
    for level in reading.levels:
        if level.rules.make == "faces":
            rows += with_ok(level.id, _check_level(reading, level), checked=len(level.codes))
    return rows


def _check_level(reading: Reading, level: LevelReading) -> list[Finding]:
    rules, borders = level.rules, reading.borders
    n = len(level.labels)
    applies = reading.applies(rules) & (level.labels >= 0)
    open_ = borders.join_pairs(~np.isin(borders.rank, rules.ranks), n, rules.min_border_m)
    for fence in reading.find_fences(rules):
        open_ = open_[fence[open_[:, 0]] == fence[open_[:, 1]]]
    open_ = open_[applies[open_].all(axis=1)]
    same = level.labels[open_[:, 0]] == level.labels[open_[:, 1]]
    # an area is one face; only slivers may have joined it over a barrier
    face = find_components(n, open_[same])
    size = np.bincount(face[applies], reading.area[applies], minlength=n)
    held = np.unique(np.stack([level.labels[applies], face[applies]], axis=1), axis=0)
    large = held[size[held[:, 1]] >= rules.merge_m2]
    crossed = (
        np.bincount(large[:, 0], minlength=len(level.codes)) if rules.merge_m2 else np.bincount(held[:, 0])
    )
    ranks = {"ranks": list(rules.ranks)}
    faults = [
        Finding("violation", rules.id, str(level.codes[i]), float(crossed[i]), 1.0, "face_crossed", ranks)
        for i in np.flatnonzero(crossed > 1)
    ]
    parted = np.unique(np.sort(level.labels[open_[~same]], axis=1), axis=0)
    faults += [
        Finding(
            "violation", rules.id, str(level.codes[a]), reason="face_parted",
            values=ranks | {"other": str(level.codes[b])},
        )
        for a, b in parted
    ]  # fmt: skip
    return faults


def check_counts(reading: Reading) -> list[Finding]:
    """Check that each level has as many areas as the scheme asks for.

    Notes
    -----
    Where people or homes are counted, only areas that hold some count: parks and schools have areas of
    their own beside them.
    """
    rows: list[Finding] = []
    for level in reading.levels:
        rules = level.rules
        applies = reading.applies(rules)
        asked = [(rules.count, applies)] if rules.count else []
        asked += [(rules.count_elsewhere, ~applies)] if rules.count_elsewhere else []
        faults = []
        for wanted, ground in asked:
            found = _count_areas(reading, level, ground)
            if found != wanted:
                values = {"found": found, "wanted": wanted}
                faults.append(Finding("violation", rules.id, "", found, wanted, "count_differs", values))
        if asked:
            rows += with_ok(rules.id, faults, checked=len(level.codes))
    return rows


def _count_areas(reading: Reading, level: LevelReading, ground: BoolArray) -> int:
    counted = ground & (level.labels >= 0)
    if level.rules.make == "bounded" and level.rules.measure != "area":
        counted &= reading.households > 0
    return len(np.unique(level.labels[counted]))
