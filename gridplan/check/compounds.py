"""Law 6 for compounds (小区): kept whole, unless a bound, a main street or an area above demands a cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.check.findings import Finding
from gridplan.check.reading import LevelReading, Reading
from gridplan.check.rule import MIXED_KINDS, TOO_MANY
from gridplan.graph import find_components

__all__ = ["check_compounds"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """Compounds as far as their homes hang together: what lies apart anyway is a part of its own.

    Parameters
    ----------
    names
        Compounds in sorted order.
    compound
        Place of each part's compound in ``names``, shape (p,).
    part
        Part of each atom with households in a compound, -1 elsewhere, shape (n,).
    """

    names: npt.NDArray[np.object_]
    compound: IntArray
    part: IntArray


def check_compounds(reading: Reading) -> list[Finding]:
    """Check that no area cuts a compound without need.

    Returns
    -------
    list of Finding
        Nothing where there are no compounds or a level does not draw its areas itself. A compound is whole
        if one area holds its homes, or if the areas that hold them hold nobody else's. Each one cut although
        its homes would fit one area, or areas of their own, is a warning; one row per level counts the
        cuts (``value``) and those that are demanded (``bound``).
    """
    if "compound" not in reading.plan.atoms:
        return []
    compound = reading.plan.atoms["compound"].fillna("").astype(str).to_numpy(dtype=object)
    held = (compound != "") & (reading.households > 0)
    if not held.any():
        return []
    rows: list[Finding] = []
    for level in reading.levels:
        if level.rules.make == "bounded" and len(level.codes):
            rows += _check_level(reading, level, compound, held)
    return rows


def _check_level(
    reading: Reading, level: LevelReading, compound: npt.NDArray[np.object_], held: BoolArray
) -> list[Finding]:
    parts = _find_parts(reading, level, compound, held & (level.labels >= 0) & reading.applies(level.rules))
    if not len(parts.compound):
        return []
    inside = parts.part >= 0
    pairs, pair = np.unique(
        np.stack([parts.part[inside], level.labels[inside]], axis=1), axis=0, return_inverse=True
    )
    areas = np.bincount(pairs[:, 0], minlength=len(parts.compound))
    mine = np.bincount(pair.reshape(-1), reading.households[inside], minlength=len(pairs))
    shared = level.count_by_area(reading.households)[pairs[:, 1]] > mine
    cut = (areas > 1) & (np.bincount(pairs[:, 0], shared, minlength=len(parts.compound)) > 0)
    large, divisible = _weigh(reading, level, parts)
    demanded = cut & large & ~divisible
    rows = [
        Finding(
            "warning",
            level.id,
            value=float(areas[part]),
            bound=1.0,
            reason="compound_cut_divisible" if large[part] else "compound_cut",
            values={"name": str(parts.names[parts.compound[part]]), "areas": int(areas[part])},
        )
        for part in np.flatnonzero(cut & ~demanded)
    ]
    whole = len(parts.names) - len(np.unique(parts.compound[cut]))
    parted = int((np.bincount(parts.compound) > 1).sum())
    values = {"whole": whole, "cut": int(cut.sum()), "demanded": int(demanded.sum()), "parted": parted}
    return [
        *rows,
        Finding("ok", level.id, "", float(cut.sum()), float(demanded.sum()), "compounds_cut", values),
    ]


def _find_parts(
    reading: Reading, level: LevelReading, compound: npt.NDArray[np.object_], held: BoolArray
) -> _Parts:
    """Take compounds apart where no area of the level could hold them together."""
    names, name = np.unique(compound[held].astype(str), return_inverse=True)
    ground = find_components(len(compound), reading.passable_pairs(level.rules)).astype(np.int64)
    keys, part = np.unique(np.stack([name, ground[held]], axis=1), axis=0, return_inverse=True)
    labels = np.full(len(compound), -1, dtype=np.int64)
    labels[held] = part.reshape(-1)
    return _Parts(names.astype(object), keys[:, 0].astype(np.int64), labels)


def _weigh(reading: Reading, level: LevelReading, parts: _Parts) -> tuple[BoolArray, BoolArray]:
    """Mark the parts too large for one area, and the parts that fill areas of their own by the lemma."""
    count, rules = len(parts.compound), level.rules
    inside = parts.part >= 0

    def total(values: npt.ArrayLike) -> FloatArray:
        mine = np.asarray(values, dtype=np.float64)[inside]
        return np.bincount(parts.part[inside], mine, minlength=count).astype(np.float64)

    large = np.zeros(count, dtype=bool)
    if rules.max_people:
        large |= total(reading.population) > rules.max_people
    if rules.max_area_m2 and rules.statistic == "each":
        large |= total(reading.area) > rules.max_area_m2
    rule = reading.make_rule(rules)
    if not rule.kinds:
        # an even share of the homes is all that a mere count asks for
        uneven = total(reading.households) > reading.households.sum() / len(level.codes)
        return large | (uneven & bool(rules.count)), ~(uneven & bool(rules.count))
    sums = np.stack([total(rule.loads[:, k]) for k in range(len(rule.kinds))], axis=1).astype(np.int64)
    large |= np.isin(rule.check(sums), (TOO_MANY, MIXED_KINDS))
    divisible = np.array([rule.count_unplaceable(part_sums) == 0 for part_sums in sums], dtype=bool)
    return large, divisible
