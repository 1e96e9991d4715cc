"""Levels that are read off the streets, and counts that a scheme asks for."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import BoolArray
from gridplan.check.findings import Finding, with_ok
from gridplan.check.reading import LevelReading, Reading
from gridplan.graph import find_components

__all__ = ["judge_counts", "judge_faces"]


def judge_faces(reading: Reading) -> list[Finding]:
    """Judge that areas which are faces of barriers lie between barriers, all of them and nothing else.

    Parameters
    ----------
    reading
        The plan.
    """
    rows: list[Finding] = []
    for one in reading.levels:
        if one.level.make == "faces":
            rows += with_ok(one.level.id, _judge_level(reading, one), judged=len(one.codes))
    return rows


def _judge_level(reading: Reading, one: LevelReading) -> list[Finding]:
    level, borders = one.level, reading.borders
    n = len(one.labels)
    applies = reading.applies(level) & (one.labels >= 0)
    open_ = borders.join_pairs(~np.isin(borders.rank, level.ranks), n, level.min_border_m)
    for fence in reading.find_fences(level):
        open_ = open_[fence[open_[:, 0]] == fence[open_[:, 1]]]
    open_ = open_[applies[open_].all(axis=1)]
    same = one.labels[open_[:, 0]] == one.labels[open_[:, 1]]
    # an area is one face; only slivers may have joined it over a barrier
    face = find_components(n, open_[same])
    size = np.bincount(face[applies], reading.area[applies], minlength=n)
    held = np.unique(np.stack([one.labels[applies], face[applies]], axis=1), axis=0)
    large = held[size[held[:, 1]] >= level.merge_m2]
    crossed = (
        np.bincount(large[:, 0], minlength=len(one.codes)) if level.merge_m2 else np.bincount(held[:, 0])
    )
    ranks = {"ranks": list(level.ranks)}
    faults = [
        Finding("violation", level.id, str(one.codes[i]), float(crossed[i]), 1.0, "face_crossed", ranks)
        for i in np.flatnonzero(crossed > 1)
    ]
    parted = np.unique(np.sort(one.labels[open_[~same]], axis=1), axis=0)
    faults += [
        Finding(
            "violation", level.id, str(one.codes[a]), reason="face_parted",
            values=ranks | {"other": str(one.codes[b])},
        )
        for a, b in parted
    ]  # fmt: skip
    return faults


def judge_counts(reading: Reading) -> list[Finding]:
    """Judge that each level has as many areas as the scheme asks for.

    Parameters
    ----------
    reading
        The plan.

    Notes
    -----
    Where people or homes are counted, only areas that hold some count: parks and schools have areas of
    their own beside them.
    """
    rows: list[Finding] = []
    for one in reading.levels:
        level = one.level
        applies = reading.applies(level)
        asked = [(level.count, applies)] if level.count else []
        asked += [(level.count_elsewhere, ~applies)] if level.count_elsewhere else []
        faults = []
        for wanted, ground in asked:
            found = _count_areas(reading, one, ground)
            if found != wanted:
                values = {"found": found, "wanted": wanted}
                faults.append(Finding("violation", level.id, "", found, wanted, "count_differs", values))
        if asked:
            rows += with_ok(level.id, faults, judged=len(one.codes))
    return rows


def _count_areas(reading: Reading, one: LevelReading, ground: BoolArray) -> int:
    counted = ground & (one.labels >= 0)
    if one.level.make == "bounded" and one.level.measure != "area":
        counted &= reading.households > 0
    return len(np.unique(one.labels[counted]))
