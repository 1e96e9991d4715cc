"""Law 10, placed: attached things lie in the areas whose codes they have, and no row of a list is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, IntArray
from gridplan.check.findings import Finding, count_fault, with_ok
from gridplan.check.reading import LevelReading, Reading, read_texts
from gridplan.check.totals import building_ids
from gridplan.schema import ATTACHED_COLUMNS, PLACED_COLUMNS

__all__ = ["check_attached"]


#: A point this near to an area counts as in it [m]: coordinates are written to the centimetre.
TOUCH_M = 0.011
#: The words of the column ``placed``: how a thing was placed.
PLACED_BY = ("", "point", "building", "code", "enterprise")
#: Actions of issues by which a row of a list does not come to stand in the plan.
GONE = ("dropped", "merged")
#: Issues of these codes are about a cell, not about a row that is gone.
OF_CELLS = ("thing_id_personal",)


@dataclass(frozen=True, slots=True, eq=False)
class _Things:
    """The things of a role as they are written, with what each is called in a message.

    ``labels`` is the area of each on each level, -1 where none is given, -2 for one that the plan lacks.
    """

    role: str
    table: pd.DataFrame
    ids: npt.NDArray[np.object_]
    labels: IntArray

    def fault(self, reason: str, wrong: BoolArray, **values: Any) -> list[Finding]:
        """Return one row for a kind of fault, none where there is none."""
        return count_fault(reason, self.ids[wrong], role=self.role, **values)

    def texts(self, column: str) -> npt.NDArray[np.object_]:
        """Return the texts of a column, "" for none."""
        return read_texts(self.table[column])


def check_attached(reading: Reading) -> list[Finding]:
    """Check that attached things lie where their codes say.

    Returns
    -------
    list of Finding
        Nothing where nothing was attached. Of each role: it is there with its columns, ids are unique, each
        code is that of an area, some piece of ground has all codes of a thing together, and this is where
        its point, its building or its enterprise is. Rows of the list are in the plan or listed as left out.
    """
    plan = reading.plan
    given = _read_given(str(plan.provenance.get("attached", "")))
    roles = [role for role in ATTACHED_COLUMNS if role in plan.attached]
    if not roles and not given:
        return []
    faults = [
        Finding("violation", reason="things_gone", values={"role": role})
        for role in given
        if role not in plan.attached
    ]
    levels = [level for level in reading.levels if level.id in plan.areas]
    for role in roles:
        faults += _check_role(reading, levels, role, given.get(role))
    return with_ok("", faults, checked=sum(len(plan.attached[role]) for role in roles))


def _read_given(text: str) -> dict[str, int]:
    """Return how many rows the list of each role had, as the provenance says."""
    try:
        listed = json.loads(text or "[]")
        counts = {str(row["role"]): int(row["rows"]) for row in listed}
    except (ValueError, TypeError, KeyError):
        return {}
    return {role: rows for role, rows in counts.items() if role in ATTACHED_COLUMNS}


def _check_role(reading: Reading, levels: list[LevelReading], role: str, given: int | None) -> list[Finding]:
    table = reading.plan.attached[role]
    needed = (*ATTACHED_COLUMNS[role], *PLACED_COLUMNS, *(level.id for level in levels))
    lacking = [name for name in needed if name not in table]
    if lacking:
        return count_fault("things_columns_missing", lacking, role=role)
    things = _read_things(table, role, levels)
    names = things.texts("id") if role != "care" else things.ids
    twice = sorted(set(names[pd.Series(names).duplicated().to_numpy()]))
    faults = count_fault("things_id_twice", twice, role=role)
    faults += things.fault("things_id_empty", names == "")
    faults += _check_codes(reading, levels, things)
    return faults + _check_count(reading.plan.issues, things, given)


def _read_things(table: pd.DataFrame, role: str, levels: list[LevelReading]) -> _Things:
    labels = np.full((len(table), len(levels)), -1, dtype=np.int64)
    for place, level in enumerate(levels):
        codes = read_texts(table[level.id])
        found = pd.Index(level.codes.astype(object)).get_indexer(codes)
        labels[:, place] = np.where(codes == "", -1, np.where(found < 0, -2, found))
    named = ["id"] if role != "care" else ["care_class", *(level.id for level in levels)]
    words = zip(*(read_texts(table[name]) for name in named), strict=True)
    ids = np.array([" ".join(filter(None, row)) for row in words], dtype=object)
    return _Things(role, table, ids, labels)


def _check_codes(reading: Reading, levels: list[LevelReading], things: _Things) -> list[Finding]:
    """Check the codes of things: there, together, and where the things are."""
    placed = things.texts("placed")
    unknown = ~pd.Series(placed).isin(PLACED_BY).to_numpy(dtype=bool) | (
        (placed == "") & (things.labels != -1).any(axis=1)
    )
    gone = (things.labels == -2).any(axis=1)
    words = [
        str(code)
        for place, level in enumerate(levels)
        for code in sorted(set(things.table.loc[things.labels[:, place] == -2, level.id]))
    ]
    ground = np.column_stack([level.labels for level in levels])
    apart = ~gone & ~_stand_together(things.labels, ground)
    sound = ~gone & ~apart & ~unknown
    faults = things.fault("things_placed_unknown", unknown)
    faults += things.fault("things_area_gone", gone, codes=words[:10])
    faults += things.fault("things_codes_apart", apart)
    faults += _check_points(reading, ground, things, sound & (placed == "point"))
    faults += _check_buildings(reading, ground, things, sound & (placed == "building"))
    return faults + _check_followers(reading, things, sound & (placed == "enterprise"))


def _stand_together(labels: IntArray, ground: IntArray) -> BoolArray:
    """Mark the things whose given codes all belong to one atom together."""
    fits = np.ones(len(labels), dtype=bool)
    masks, which = np.unique(labels >= 0, axis=0, return_inverse=True)
    for number, mask in enumerate(masks):
        mine = np.flatnonzero(which.reshape(-1) == number)
        if mask.any():
            there = pd.MultiIndex.from_arrays(np.unique(ground[:, mask], axis=0).T)
            fits[mine] = pd.MultiIndex.from_arrays(labels[mine][:, mask].T).isin(there)
    return fits


def _find_astray(
    things: _Things, ground: IntArray, asked: BoolArray, pairs: IntArray, *, whole: bool
) -> BoolArray:
    """Mark the things asked for that agree with none of the atoms that they are paired with.

    ``whole``: a thing must have all codes of the atom, as one placed by its point does.
    """
    thing, atom = pairs
    given = things.labels[thing]
    agree = ((given == ground[atom]) | ((given < 0) & (not whole))).all(axis=1)
    found = np.zeros(len(things.ids), dtype=bool)
    found[thing[agree]] = True
    return asked & ~found


def _check_points(reading: Reading, ground: IntArray, things: _Things, asked: BoolArray) -> list[Finding]:
    """Check things by their points; the table of staff has none."""
    if not isinstance(things.table, gpd.GeoDataFrame):
        return []
    rows = np.flatnonzero(asked)
    tree = shapely.STRtree(reading.geometry)
    row, atom = tree.query(things.table.geometry.to_numpy()[rows], predicate="dwithin", distance=TOUCH_M)
    astray = _find_astray(things, ground, asked, np.array([rows[row], atom]), whole=True)
    return things.fault("things_elsewhere", astray)


def _check_buildings(reading: Reading, ground: IntArray, things: _Things, asked: BoolArray) -> list[Finding]:
    """Check things by the atoms of their building; staff and care keep none."""
    house = things.texts("building_id")
    known = np.asarray(pd.Series(house).isin(building_ids(reading.plan.buildings)), dtype=bool)
    faults = things.fault("things_building_gone", (house != "") & ~known)
    rows = np.flatnonzero(asked & known)
    atoms = pd.DataFrame({"house": reading.building, "atom": np.arange(len(reading.building))})
    pairs = pd.DataFrame({"house": house[rows], "thing": rows}).merge(atoms, on="house")
    held = np.zeros(len(house), dtype=bool)
    held[rows] = True
    both = pairs[["thing", "atom"]].to_numpy(dtype=np.int64).T
    return faults + things.fault("things_elsewhere", _find_astray(things, ground, held, both, whole=False))


def _check_followers(reading: Reading, things: _Things, asked: BoolArray) -> list[Finding]:
    """Check things that have no place of their own by that of their enterprise."""
    owners = reading.plan.attached.get("enterprises")
    levels = [name for name in things.table if name in {level.id for level in reading.levels}]
    if owners is None or not asked.any() or not {"id", "name", *levels} <= set(owners):
        return things.fault("things_ownerless", asked)
    issues = reading.plan.issues
    merged = issues[(issues["layer"] == "enterprises") & (issues["code"] == "enterprise_merged")]
    named = pd.Series(things.texts("enterprise")[asked])
    named = named.replace(dict(zip(merged["id"], merged["detail"], strict=True)))
    by_id = pd.Index(owners["id"].astype(str))
    names = owners["name"].fillna("").astype(str)
    single = names.where(~names.duplicated(keep=False), "")
    row = np.where(
        named.isin(by_id),
        _find_first(by_id, named),
        np.where(named == "", -1, _find_first(pd.Index(single), named)),
    )
    mine = things.table.loc[asked, levels].fillna("").astype(str).to_numpy(dtype=object)
    # one row more stands for no enterprise
    nobody = np.full((1, len(levels)), "?", dtype=object)
    theirs = np.concatenate([owners[levels].fillna("").astype(str).to_numpy(dtype=object), nobody])[row]
    wrong = asked.copy()
    wrong[asked] = (mine != theirs).any(axis=1)
    return things.fault("things_ownerless", wrong)


def _find_first(index: pd.Index, texts: pd.Series) -> IntArray:
    """Return the first place of each text in an index that may hold it twice, -1 for none."""
    first = np.flatnonzero(~index.duplicated())
    at = index[first].get_indexer(texts)
    return np.where(at < 0, -1, first[np.maximum(at, 0)]) if len(first) else np.full(len(texts), -1)


def _check_count(issues: pd.DataFrame, things: _Things, given: int | None) -> list[Finding]:
    """Check that each row of a list is in the plan or listed as left out; care is counted by households."""
    if given is None or things.role == "care":
        return []
    listed = issues[(issues["layer"] == things.role) & issues["action"].isin(GONE)]
    left = int((~listed["code"].isin(OF_CELLS)).sum())
    kept = len(things.table)
    if kept + left == given:
        return []
    values = {"role": things.role, "given": given, "kept": kept, "left": left}
    return [Finding("violation", "", "", kept + left, given, "things_lost", values)]
