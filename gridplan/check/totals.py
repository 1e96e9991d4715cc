"""Law 2, complete: everything is in exactly one area of each level, and all sums agree."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.check.cover import layer_codes
from gridplan.check.findings import Finding, count_fault, with_ok
from gridplan.check.reading import LevelReading, Reading, read_numbers

__all__ = ["building_ids", "check_complete"]


#: Columns of a level layer that are sums over the atoms, in whole numbers.
SUMS = ("households", "population")
#: A written area may differ from the polygon's by this share: the rounding of a written number.
AREA_SHARE = 1e-6


def check_complete(reading: Reading) -> list[Finding]:
    """Check that every atom, building, household and person is in one area of each level."""
    rows = with_ok("", _check_atoms(reading) + _check_buildings(reading), checked=len(reading.plan.buildings))
    present = {level.id for level in reading.levels}
    rows += [
        Finding("violation", name, reason="level_missing")
        for name in (rules.id for rules in reading.plan.scheme.levels)
        if name not in present
    ]

    def check(level: LevelReading) -> list[Finding]:
        layer = reading.polygons.get(level.id)
        faults = _check_labels(reading, level)
        return faults if layer is None else faults + _check_layer_rows(reading, level, layer)

    return rows + reading.check_levels(check)


def _check_atoms(reading: Reading) -> list[Finding]:
    atoms = reading.plan.atoms
    doubled = atoms.index[atoms.index.duplicated()].tolist()
    slices = read_numbers(atoms["slice"], -1)
    home = pd.DataFrame({"building": reading.building, "slice": slices})[reading.building != ""]
    twice = sorted(set(home["building"][home.duplicated()]))
    return (
        count_fault("counts_missing", reading.gaps.tolist())
        + count_fault("kind_unknown", np.flatnonzero(reading.kind < 0).tolist())
        + count_fault("atom_id_twice", doubled)
        + count_fault("slice_twice", twice)
    )


def _check_buildings(reading: Reading) -> list[Finding]:
    """Slices sum to their building, and both tables name the same buildings."""
    buildings = reading.plan.buildings
    ids = building_ids(buildings)
    faults = count_fault("building_id_twice", sorted(set(ids[ids.duplicated()])))
    home = reading.building != ""
    inside = pd.DataFrame(
        {"households": reading.households[home], "population": reading.population[home]},
        index=pd.Index(reading.building[home], dtype=object),
    )
    sums = inside.groupby(level=0, sort=True).sum()
    unique = buildings[~ids.duplicated()]
    unique_ids = ids[~ids.duplicated()]
    faults += count_fault("building_without_atom", sorted(set(unique_ids) - set(sums.index)))
    faults += count_fault("atom_without_building", sorted(set(sums.index) - set(unique_ids)))
    for column in SUMS:
        stated = read_numbers(unique[column])
        have = sums[column].reindex(unique_ids).to_numpy(dtype=np.float64)
        differs = ~np.isnan(have) & (stated != have)
        faults += count_fault(f"slices_differ_{column}", unique_ids[differs].tolist())
    on_land = int(reading.households[~home].sum() + reading.population[~home].sum())
    if on_land:
        ids_land = np.flatnonzero(~home & ((reading.households > 0) | (reading.population > 0))).tolist()
        faults += count_fault("people_without_building", ids_land)
    return faults


def building_ids(buildings: gpd.GeoDataFrame) -> pd.Index:
    """Ids of the buildings layer, from its column or its index, as text."""
    ids = buildings["building_id"] if "building_id" in buildings.columns else buildings.index
    return pd.Index([str(name) for name in ids], dtype=object)


def _check_labels(reading: Reading, level: LevelReading) -> list[Finding]:
    """Every atom has a code, and codes and the areas table name the same areas."""
    name = level.id
    faults = count_fault("code_missing", np.flatnonzero(level.labels < 0).tolist(), name)
    table = reading.plan.areas.get(name)
    if table is None:
        return [*faults, Finding("violation", name, reason="areas_missing")]
    listed = {str(code) for code in table.index}
    faults += [
        Finding("violation", name, code, reason="area_unlisted") for code in level.codes if code not in listed
    ]
    used = set(level.codes)
    faults += [
        Finding("violation", name, code, reason="area_empty") for code in sorted(listed) if code not in used
    ]
    return faults


def _check_layer_rows(reading: Reading, level: LevelReading, layer: gpd.GeoDataFrame) -> list[Finding]:
    """Compare the numbers written beside each polygon with the sums of its atoms."""
    name = level.id
    codes = layer_codes(layer)
    drawn = set(codes)
    row = {code: i for i, code in enumerate(level.codes)}
    faults = [
        Finding("violation", name, code, reason="polygon_missing")
        for code in level.codes
        if code not in drawn
    ]
    faults += [
        Finding("violation", name, code, reason="polygon_unknown")
        for code in sorted(drawn)
        if code not in row
    ]
    sums = {
        "households": level.count_by_area(reading.households),
        "population": level.count_by_area(reading.population),
        "buildings": _count_buildings(reading, level),
        "area": level.sum_by_area(reading.area),
    }
    place = np.array([row.get(code, -1) for code in codes], dtype=np.int64)
    known = np.flatnonzero(place >= 0)
    for key, sums_by_area in sums.items():
        column = "area_m2" if key == "area" else key
        if column not in layer.columns:
            continue
        stated, wanted = read_numbers(layer[column])[known], sums_by_area[place[known]]
        slack = np.maximum(0.1, AREA_SHARE * wanted) if key == "area" else 0
        faults += [
            Finding("violation", name, codes[known[i]], stated[i], float(wanted[i]), f"sum_differs_{key}")
            for i in np.flatnonzero(~(np.abs(stated - wanted) <= slack))
        ]
    return faults


def _count_buildings(reading: Reading, level: LevelReading) -> IntArray:
    """Count the buildings of each area, each once.

    One that is cut counts where most of its households live, then where most of its ground is, then
    under the first code; chosen from the top level down, so that children add up to their parent.
    """
    lineage = [level]
    while lineage[0].rules.parent and (above := reading.find_level(lineage[0].rules.parent)) is not None:
        lineage.insert(0, above)
    house = pd.factorize(reading.building)[0]
    left = (reading.building != "") & (level.labels >= 0)
    for step in lineage:
        table = pd.DataFrame(
            {
                "house": house[left],
                "label": step.labels[left],
                "homes": -reading.households[left],
                "ground": -reading.area[left],
            }
        )
        sums = table.groupby(["house", "label"], as_index=False).sum()
        first = sums.sort_values(["house", "homes", "ground", "label"]).drop_duplicates("house")
        chosen = np.full(house.max(initial=0) + 1, -1, dtype=np.int64)
        chosen[first["house"]] = first["label"]
        left &= step.labels == chosen[house]
    atoms = np.flatnonzero(left)
    once = atoms[np.unique(house[atoms], return_index=True)[1]]
    return np.bincount(level.labels[once], minlength=len(level.codes)).astype(np.int64)
