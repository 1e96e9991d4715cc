"""Every way of breaking a sound plan is caught by the law that it breaks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.check import check_plan, read_reason
from gridplan.i18n import LANGUAGES, t
from gridplan.plan import Plan

sys.path.insert(0, str(Path(__file__).parent))
import towns

Row = tuple[str, str]


def violations(plan: Plan) -> set[Row]:
    findings = check_plan(plan)
    for text in findings["reason"]:
        key, values = read_reason(text)
        assert all(t(f"reason.{key}", lang, **values) for lang in LANGUAGES)
    bad = findings[findings["verdict"] == "violation"]
    return {(key, read_reason(text)[0]) for key, text in zip(bad["key"], bad["reason"], strict=True)}


def with_layer(plan: Plan, level: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Plan:
    return replace(plan, polygons={**plan.polygons, level: change(plan.polygons[level].copy())})


def with_shape(plan: Plan, level: str, row: int, shape: shapely.Geometry) -> Plan:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = layer.geometry.to_numpy().copy()
        shapes[row] = shape
        return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))

    return with_layer(plan, level, change)


def with_atoms(plan: Plan, **columns: object) -> Plan:
    return replace(plan, atoms=plan.atoms.assign(**columns))


def with_atom_shape(plan: Plan, atom: int, shape: shapely.Geometry) -> Plan:
    shapes = plan.atoms.geometry.to_numpy().copy()
    shapes[atom] = shape
    return replace(plan, atoms=plan.atoms.set_geometry(gpd.GeoSeries(shapes, crs=plan.atoms.crs)))


def code_of(plan: Plan, atom: int, level: str = "grid") -> str:
    return str(plan.atoms[level].iloc[atom])


def move_atom(plan: Plan) -> Plan:
    return towns.recode(plan, "grid", 2, code_of(plan, 3))


def move_atom_in_all_layers(plan: Plan) -> Plan:
    return towns.write_polygons(towns.recode(plan, "grid", 0, code_of(plan, 5)))


def swap_codes(plan: Plan) -> Plan:
    codes = plan.atoms["grid"].to_numpy(dtype=object).copy()
    codes[[0, 40]] = codes[[40, 0]]
    return towns.write_polygons(with_atoms(plan, grid=pd.array(codes, dtype="str")))


def swap_polygons(plan: Plan) -> Plan:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = layer.geometry.to_numpy().copy()
        shapes[[0, 1]] = shapes[[1, 0]]
        return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))

    return with_layer(plan, "grid", change)


def cut_hole_in_atoms(plan: Plan) -> Plan:
    shape = plan.atoms.geometry.iloc[40]
    return with_atom_shape(plan, 40, shapely.difference(shape, shapely.buffer(shapely.centroid(shape), 3)))


def shrink_atom_at_rim(plan: Plan) -> Plan:
    x0, y0, x1, y1 = plan.atoms.geometry.iloc[0].bounds
    return with_atom_shape(plan, 0, shapely.Polygon([(x0 + 5, y0), (x1, y0), (x1, y1), (x0, y1)]))


def let_atoms_overlap(plan: Plan) -> Plan:
    x0, y0, x1, y1 = plan.atoms.geometry.iloc[40].bounds
    return with_atom_shape(plan, 40, shapely.box(x0, y0, x1 + 4, y1))


def leave_out_a_vertex(plan: Plan) -> Plan:
    """Two cells of a building become one, so that a neighbour has a node that it has not."""
    x0, y0, x1, y1 = plan.atoms.geometry.iloc[40].bounds
    shape = shapely.Polygon([(x0, y0), (x1, y0), (x1, (y0 + y1) / 2), (x1, y1), (x0, y1)])
    return with_atom_shape(plan, 40, shape)


def let_polygons_overlap(plan: Plan) -> Plan:
    return with_shape(plan, "grid", 3, shapely.buffer(plan.polygons["grid"].geometry.iloc[3], 2))


def cut_hole_in_polygon(plan: Plan) -> Plan:
    shape = plan.polygons["grid"].geometry.iloc[3]
    return with_shape(plan, "grid", 3, shapely.difference(shape, shapely.buffer(shapely.centroid(shape), 3)))


def write_wrong_sum(plan: Plan) -> Plan:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        layer.iloc[2, layer.columns.get_loc("households")] += 1
        return layer

    return with_layer(plan, "grid", change)


def write_wrong_building(plan: Plan) -> Plan:
    buildings = plan.buildings.copy()
    buildings.iloc[5, buildings.columns.get_loc("households")] += 1
    return replace(plan, buildings=buildings)


def lose_person(plan: Plan) -> Plan:
    population = plan.atoms["population"].to_numpy().copy()
    population[7] -= 1
    return towns.write_polygons(with_atoms(plan, population=population))


def lose_count(plan: Plan) -> Plan:
    households = plan.atoms["households"].astype("Int64").copy()
    households.iloc[7] = pd.NA
    return with_atoms(plan, households=households)


def lose_building(plan: Plan) -> Plan:
    return replace(plan, provenance={**plan.provenance, "buildings_in": "95"})


def lose_building_row(plan: Plan) -> Plan:
    return replace(plan, buildings=plan.buildings.iloc[1:])


def lose_code(plan: Plan) -> Plan:
    codes = plan.atoms["grid"].astype(object).copy()
    codes.iloc[9] = None
    return with_atoms(plan, grid=codes)


def lose_level(plan: Plan) -> Plan:
    return replace(plan, atoms=plan.atoms.drop(columns="subgrid"))


def invent_area(plan: Plan) -> Plan:
    table = plan.areas["grid"]
    extra = table.iloc[[0]].rename(index={table.index[0]: "S009-01"})
    return replace(plan, areas={**plan.areas, "grid": pd.concat([table, extra])})


def give_two_codes_one_name(plan: Plan) -> Plan:
    table = plan.areas["grid"]
    return replace(plan, areas={**plan.areas, "grid": pd.concat([table, table.iloc[[0]]])})


def empty_a_code(plan: Plan) -> Plan:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return layer.rename(index={layer.index[0]: ""})

    return with_layer(plan, "grid", change)


def join_by_corner(plan: Plan) -> Plan:
    """Cell 14 and the grid of cell 27 touch in a point only; households stay within bounds."""
    return towns.write_polygons(towns.recode(plan, "grid", 14, code_of(plan, 27)))


def cross_main_street(plan: Plan) -> Plan:
    """A cell west of the main street joins a grid east of it, in both levels."""
    moved = towns.recode(plan, "grid", 5, code_of(plan, 6))
    return towns.write_polygons(towns.recode(moved, "subgrid", 5, code_of(plan, 6, "subgrid")))


def put_child_outside_parent(plan: Plan) -> Plan:
    return towns.write_polygons(towns.recode(plan, "grid", 5, code_of(plan, 6)))


def write_wrong_parent(plan: Plan) -> Plan:
    table = plan.areas["grid"].copy()
    table.iloc[0, table.columns.get_loc("parent")] = "S002"
    return replace(plan, areas={**plan.areas, "grid": table})


def rename_child(plan: Plan) -> Plan:
    old = code_of(plan, 0)
    codes = plan.atoms["grid"].replace({old: "S002-77"})
    table = plan.areas["grid"].rename(index={old: "S002-77"})
    return towns.write_polygons(replace(with_atoms(plan, grid=codes), areas={**plan.areas, "grid": table}))


def write_two_parts(plan: Plan) -> Plan:
    shape = plan.polygons["grid"].geometry.iloc[3]
    x0, y0, x1, y1 = shape.bounds
    parts = shapely.MultiPolygon([shapely.box(x0, y0, x0 + 20, y1), shapely.box(x0 + 40, y0, x1, y1)])
    return with_shape(plan, "grid", 3, parts)


def tamper_scheme(plan: Plan) -> Plan:
    text = plan.provenance["scheme_toml"].replace("[50, 80]", "[50, 90]")
    return replace(plan, provenance={**plan.provenance, "scheme_toml": text})


def spoil_scheme(plan: Plan) -> Plan:
    return replace(plan, provenance={**plan.provenance, "scheme_toml": "levels = 3"})


def forget_seed(plan: Plan) -> Plan:
    rest = {key: value for key, value in plan.provenance.items() if key != "seed"}
    return replace(plan, provenance=rest)


def forget_digest(plan: Plan) -> Plan:
    return replace(plan, provenance={**plan.provenance, "inputs": '[{"role": "buildings"}]'})


def cut_house(plan: Plan) -> Plan:
    kinds = plan.atoms["slice_kind"].copy()
    kinds.iloc[0] = ""
    return with_atoms(plan, slice_kind=kinds)


def put_house_elsewhere(plan: Plan) -> Plan:
    shapes = plan.buildings.geometry.to_numpy().copy()
    shapes[[10, 70]] = shapes[[70, 10]]
    return replace(plan, buildings=plan.buildings.set_geometry(gpd.GeoSeries(shapes, plan.buildings.index)))


def write_wrong_status(plan: Plan) -> Plan:
    return with_layer(plan, "grid", lambda layer: layer.assign(status="exempt"))


BROKEN: list[tuple[Callable[[Plan], Plan], Row]] = [
    (move_atom, ("seamless", "polygon_differs")),
    (move_atom, ("complete", "sum_differs_households")),
    (move_atom_in_all_layers, ("contiguous", "several_pieces")),
    (swap_codes, ("contiguous", "several_pieces")),
    (swap_polygons, ("seamless", "polygon_differs")),
    (cut_hole_in_atoms, ("seamless", "hole")),
    (shrink_atom_at_rim, ("seamless", "hole")),
    (let_atoms_overlap, ("seamless", "overlap")),
    (leave_out_a_vertex, ("seamless", "borders_unmatched")),
    (let_polygons_overlap, ("seamless", "polygons_overlap")),
    (cut_hole_in_polygon, ("seamless", "polygon_differs")),
    (write_wrong_sum, ("complete", "sum_differs_households")),
    (write_wrong_building, ("complete", "slices_differ_households")),
    (lose_person, ("complete", "slices_differ_population")),
    (lose_count, ("complete", "counts_missing")),
    (lose_building, ("accounted", "buildings_lost")),
    (lose_building_row, ("complete", "atom_without_building")),
    (lose_building_row, ("accounted", "buildings_lost")),
    (lose_code, ("complete", "code_missing")),
    (lose_level, ("complete", "level_missing")),
    (invent_area, ("complete", "area_empty")),
    (give_two_codes_one_name, ("coded", "code_twice")),
    (empty_a_code, ("coded", "code_empty")),
    (join_by_corner, ("contiguous", "corner_contact")),
    (cross_main_street, ("contiguous", "crosses_barrier")),
    (put_child_outside_parent, ("nested", "several_parents")),
    (let_polygons_overlap, ("nested", "outside_parent")),
    (write_wrong_parent, ("nested", "parent_differs")),
    (rename_child, ("nested", "code_outside_parent")),
    (write_two_parts, ("contiguous", "polygon_parts")),
    (tamper_scheme, ("reproducible", "scheme_tampered")),
    (tamper_scheme, ("reproducible", "scheme_other")),
    (spoil_scheme, ("reproducible", "scheme_unreadable")),
    (forget_seed, ("reproducible", "provenance_missing")),
    (forget_digest, ("reproducible", "digest_missing")),
    (cut_house, ("whole", "house_cut")),
    (put_house_elsewhere, ("whole", "house_elsewhere")),
    (write_wrong_status, ("bounded", "status_differs")),
]


@pytest.mark.parametrize(("spoil", "caught"), BROKEN, ids=[f"{s.__name__}-{r[1]}" for s, r in BROKEN])
def test_broken_plan_is_caught_by_its_law(spoil: Callable[[Plan], Plan], caught: Row) -> None:
    assert caught in violations(spoil(towns.build_sound_town()))


def test_building_dropped_and_listed_is_accounted_for() -> None:
    from gridplan.schema import issue_rows

    plan = lose_building(towns.build_sound_town())
    listed = issue_rows("buildings", ["gone"], "no_footprint", "dropped")
    assert violations(replace(plan, issues=listed)) == set()


def test_pieces_of_a_split_building_did_not_come_in() -> None:
    from gridplan.schema import issue_rows

    plan = towns.build_sound_town()
    split = issue_rows("buildings", ["B00005"], "part_own_building", "split", detail="B00004")
    listed = replace(plan, issues=split)
    assert ("accounted", "buildings_lost") in violations(listed)
    assert violations(replace(listed, provenance={**plan.provenance, "buildings_in": "93"})) == set()


def test_hole_is_named_with_its_code_and_size() -> None:
    plan = cut_hole_in_atoms(towns.build_sound_town())
    findings = check_plan(plan)
    row = findings[(findings["key"] == "seamless") & (findings["verdict"] == "violation")].iloc[0]
    _, values = read_reason(row["reason"])
    lost = shapely.area(plan.district) - plan.atoms.area.sum()
    assert np.isclose(row["value"], lost, atol=1e-3)
    assert code_of(plan, 40) in values["ids"]


def test_area_over_the_cap() -> None:
    plan = towns.build_sound_town()
    one = np.zeros((8, 12))
    households = plan.atoms["households"].to_numpy().reshape(8, 12)
    labels = {"subgrid": one, "grid": towns.tile_labels(12, 8, 3, 2)}
    assert ("bounded", "over_cap") in violations(towns.build_town(households, labels))


@pytest.mark.parametrize(("statistic", "caught"), [("mean", True), ("p95", True)])
def test_statistic_of_the_level_over_the_cap(statistic: str, caught: bool) -> None:
    scheme = towns.SCHEME.replace(
        "max_area_m2 = 20000.0\n[[", f'max_area_m2 = 19000.0\nstatistic = "{statistic}"\n[['
    )
    plan = towns.build_sound_town()
    households = plan.atoms["households"].to_numpy().reshape(8, 12)
    labels = {"subgrid": towns.tile_labels(12, 8, 6, 8), "grid": towns.tile_labels(12, 8, 3, 2)}
    found = violations(towns.build_town(households, labels, scheme=scheme))
    assert (("bounded", "statistic_over_cap") in found) == caught


def test_soft_level_only_warns() -> None:
    scheme = towns.SCHEME.replace("max_area_m2 = 20000.0\n[[", "max_area_m2 = 19000.0\nhard = false\n[[")
    plan = towns.build_sound_town()
    households = plan.atoms["households"].to_numpy().reshape(8, 12)
    labels = {"subgrid": towns.tile_labels(12, 8, 6, 8), "grid": towns.tile_labels(12, 8, 3, 2)}
    findings = check_plan(towns.build_town(households, labels, scheme=scheme))
    soft = findings[(findings["key"] == "bounded") & (findings["level"] == "subgrid")]
    assert set(soft["verdict"]) == {"warning", "ok"}
