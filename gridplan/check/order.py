"""Laws 5 to 7: nesting, buildings kept whole, and codes."""

from __future__ import annotations

import string

import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.check.cover import find_differing, layer_codes
from gridplan.check.findings import NAMED, Finding, count_fault, name_ids, with_ok
from gridplan.check.reading import LevelReading, Reading
from gridplan.check.totals import building_ids

__all__ = ["check_coded", "check_nested", "check_whole"]


def check_nested(reading: Reading) -> list[Finding]:
    """Check that each area lies in its parent: in the atoms, in the table, in the code and on the ground."""

    def check(level: LevelReading) -> list[Finding]:
        above = (reading.find_level(name) for name in (level.rules.parent, *level.rules.within) if name)
        return [fault for up in above if up is not None for fault in _check_parents(reading, level, up)]

    return reading.check_levels(check)


def _check_parents(reading: Reading, level: LevelReading, parent: LevelReading) -> list[Finding]:
    name = level.id
    held = (level.labels >= 0) & (parent.labels >= 0)
    pairs = np.unique(np.column_stack([level.labels[held], parent.labels[held]]), axis=0)
    split = np.bincount(pairs[:, 0], minlength=len(level.codes)) > 1
    faults = []
    for i in np.flatnonzero(split):
        parents = [str(parent.codes[p]) for p in pairs[pairs[:, 0] == i, 1]]
        values = {"parents": parents[:NAMED]}
        faults.append(
            Finding("violation", name, str(level.codes[i]), len(parents), 1, "several_parents", values)
        )
    own = {str(level.codes[c]): str(parent.codes[p]) for c, p in pairs if not split[c]}
    table = reading.plan.areas.get(name)
    if table is not None and "parent" in table.columns and parent.id == level.rules.parent:
        stated = dict(zip(table.index.astype(str), table["parent"].fillna("").astype(str), strict=True))
        faults += [
            Finding(
                "violation",
                name,
                code,
                reason="parent_differs",
                values={"stated": stated[code], "found": found},
            )
            for code, found in own.items()
            if stated.get(code, found) != found
        ]
    form = reading.plan.scheme.codes.formats.get(name, "")
    if parent.id != _find_frame(reading, level) or name in reading.plan.existing:
        form = ""
    faults += [
        Finding("violation", name, code, reason="code_outside_parent", values={"parent": found})
        for code, found in own.items()
        if not _fits_format(code, form, found)
    ]
    return faults + _check_ground(reading, level, parent, own)


def _find_frame(reading: Reading, level: LevelReading) -> str:
    """Return the level inside whose areas the numbers of a level count."""
    return str(reading.plan.scheme.codes.within.get(level.id, level.rules.parent))


def _fits_format(code: str, form: str, parent: str) -> bool:
    """Whether a code begins as its format says for this parent, and a number follows."""
    if "{parent" not in form:
        return True
    head = ""
    for text, field, _, _ in string.Formatter().parse(form):
        head += text
        if field == "seq":
            break
        head += parent if field == "parent" else ""
    return code.startswith(head) and code[len(head) : len(head) + 1].isdigit()


def _check_ground(
    reading: Reading, level: LevelReading, parent: LevelReading, own: dict[str, str]
) -> list[Finding]:
    """Written polygons that are not the union of their atoms are compared with the parent's polygon.

    Those that are need no overlay: their atoms lie in the parent's atoms.
    """
    child_layer = reading.polygons.get(level.id)
    parent_layer = reading.polygons.get(parent.id)
    if child_layer is None or parent_layer is None:
        return []
    odd_parents = set(find_differing(reading, parent, parent_layer))
    odd = set(find_differing(reading, level, child_layer))
    odd |= {code for code, above in own.items() if above in odd_parents}
    above_shapes = dict(zip(layer_codes(parent_layer), parent_layer.geometry, strict=True))
    faults = []
    for code, shape in zip(layer_codes(child_layer), child_layer.geometry, strict=True):
        above = above_shapes.get(own.get(code, ""))
        if code in odd and above is not None:
            beyond = shapely.difference(shapely.make_valid(shape), shapely.make_valid(above))
            outside = float(shapely.area(beyond))
            if outside > 0.1:
                values = {"m2": round(outside, 3), "parent": own[code]}
                faults.append(Finding("violation", level.id, code, outside, 0, "outside_parent", values))
    return faults


def check_whole(reading: Reading) -> list[Finding]:
    """Check that buildings are cut by slices only, and count those cut and those that had to be."""
    home = reading.building != ""
    kinds = reading.plan.atoms["slice_kind"].fillna("").astype(str).to_numpy()
    table = pd.DataFrame({"building": reading.building[home], "unsliced": kinds[home] == ""})
    count = table.groupby("building", sort=True)["unsliced"].agg(["size", "any"])
    broken = count.index[(count["size"] > 1) & count["any"]].tolist()
    faults = count_fault("house_cut", broken) + count_fault("house_elsewhere", _find_elsewhere(reading))
    rows = with_ok("", faults, checked=len(count))
    return rows + [_count_cut(reading, level, home) for level in reading.levels]


def _find_elsewhere(reading: Reading) -> list[str]:
    """Find buildings of which more than half stands outside their own atoms."""
    ids = building_ids(reading.plan.buildings)
    footprints = reading.plan.buildings.geometry.to_numpy()
    unique = np.flatnonzero(~ids.duplicated())
    row = pd.Series(unique, index=ids[unique]).reindex(reading.building).to_numpy(dtype=np.float64)
    atom = np.flatnonzero(~np.isnan(row))
    house = row[atom].astype(np.int64)
    inner = shapely.point_on_surface(footprints)
    settled = np.ones(len(ids), dtype=bool)
    settled[house] = False
    settled[house[shapely.intersects(reading.geometry[atom], inner[house])]] = True
    left = ~settled[house]
    own = np.zeros(len(ids))
    common = shapely.intersection(reading.geometry[atom[left]], footprints[house[left]])
    np.add.at(own, house[left], shapely.area(common))
    elsewhere = ~settled & (own < shapely.area(footprints) / 2)
    return [str(name) for name in ids[elsewhere]]


def _count_cut(reading: Reading, level: LevelReading, home: BoolArray) -> Finding:
    """Count buildings in several areas against those whose households demand it."""
    rule = reading.make_rule(level.rules)
    weight = (rule.loads @ rule.upper_weight) if rule.kinds else np.zeros(len(home), dtype=np.int64)
    cap = rule.cap if rule.kinds else 1
    table = pd.DataFrame(
        {"name": reading.building[home], "label": level.labels[home], "weight": weight[home]}
    )
    houses = table.groupby("name", sort=True).agg({"label": "nunique", "weight": "sum"})
    cut = houses["label"] > 1
    forced = int((cut & (houses["weight"] > cap)).sum())
    free = houses.index[cut & (houses["weight"] <= cap)].tolist()
    values = name_ids(free) | {"cut": int(cut.sum()), "forced": forced}
    verdict = "warning" if free else "ok"
    return Finding(verdict, level.id, "", float(cut.sum()), float(forced), "buildings_cut", values)


def check_coded(reading: Reading) -> list[Finding]:
    """Check that codes are unique and run west to east, then north to south."""
    xy = shapely.get_coordinates(shapely.point_on_surface(reading.geometry))

    def check(level: LevelReading) -> list[Finding]:
        name = level.id
        tables = (reading.plan.areas.get(name), reading.polygons.get(name))
        written = [layer_codes(table) for table in tables if table is not None]
        doubled = sorted(
            {code for codes in written for code in pd.Index(codes)[pd.Index(codes).duplicated()]}
        )
        faults = [Finding("violation", name, code, reason="code_twice") for code in doubled]
        if any(code.strip() == "" for codes in written for code in codes):
            faults.append(Finding("violation", name, reason="code_empty"))
        return faults + _check_order(reading, level, xy)

    return reading.check_levels(check)


def _check_order(reading: Reading, level: LevelReading, xy: FloatArray) -> list[Finding]:
    """Warn of numbers out of order.

    No more than that: areas that were drawn or retired later keep their numbers. Levels that go on from
    existing areas keep the codes of these.
    """
    if level.id in reading.plan.existing:
        return []
    frame = _find_frame(reading, level)
    parent = reading.find_level(frame) if frame else None
    group = parent.labels if parent is not None else np.zeros(len(level.labels), dtype=np.int64)
    held = (level.labels >= 0) & (group >= 0)
    wrong: list[str] = []
    order = np.flatnonzero(held)[np.argsort(group[held], kind="stable")]
    for atoms in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if not len(atoms):
            continue
        members, local = np.unique(level.labels[atoms], return_inverse=True)
        rank = _rank_areas(xy[atoms], local)
        wanted = np.argsort(np.argsort([_code_number(str(level.codes[m])) for m in members], kind="stable"))
        wrong += [str(level.codes[m]) for m in members[rank != wanted]]
    return count_fault("codes_unordered", wrong, level.id, "warning")


def _rank_areas(xy: FloatArray, area: IntArray) -> IntArray:
    """Rank areas as the unit-grid standards number them: along rows from west to east, southernmost row last.

    Written apart from the code that numbers, on purpose. The height of a row is the side of a square of the
    mean ground of an area.
    """
    count = int(area.max()) + 1
    middle = np.zeros((count, 2))
    np.add.at(middle, area, xy)
    middle /= np.bincount(area, minlength=count)[:, None]
    width, height = xy.max(axis=0) - xy.min(axis=0) + 1.0
    row = np.floor((middle[:, 1].max() - middle[:, 1]) / np.sqrt(width * height / count))
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((middle[:, 1], middle[:, 0], row))] = np.arange(count)
    return rank


def _code_number(code: str) -> int:
    """Take the number at the end of a code, so that 100 comes after 99."""
    digits = code[len(code.rstrip("0123456789")) :]
    return int(digits) if digits else 0
