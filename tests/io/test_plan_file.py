"""plan.gpkg: what is written is what is opened; whole or not at all; equal plans are equal files."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from raising import raises

from gridplan.check import check_plan
from gridplan.errors import InputError, WriteError
from gridplan.io import open_plan, write_plan
from gridplan.plan import Plan
from gridplan.schema import ALTERNATIVE_COLUMNS

Areas = dict[str, gpd.GeoDataFrame]


@pytest.fixture
def file(plan: Plan, areas: Areas, tmp_path: Path) -> Path:
    return write_plan(plan, tmp_path / "plan.gpkg", areas)


def edit(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as base:
        # the triggers of GDAL's spatial index need functions that plain SQLite does not have
        for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute(statement)
    base.close()


def test_written_is_opened(plan: Plan, file: Path) -> None:
    opened = open_plan(file)
    pd.testing.assert_frame_equal(
        pd.DataFrame(opened.atoms.drop(columns="geometry")),
        pd.DataFrame(plan.atoms.drop(columns="geometry")),
        check_index_type=False,
    )
    assert shapely.equals_exact(opened.atoms.geometry.to_numpy(), plan.atoms.geometry.to_numpy()).all()
    assert opened.crs == plan.crs and opened.district.equals(plan.district)
    assert opened.scheme == plan.scheme
    for level, table in plan.areas.items():
        pd.testing.assert_frame_equal(opened.areas[level], table, check_dtype=False)
    pd.testing.assert_frame_equal(opened.certificates, plan.certificates, check_dtype=False)
    assert {**opened.provenance} == {
        **plan.provenance,
        "format_version": "2",
        "scheme_toml": plan.scheme.text,
    }
    assert opened.buildings["households"].sum() == plan.buildings["households"].sum()


def test_equal_plans_are_equal_files(plan: Plan, areas: Areas, file: Path, tmp_path: Path) -> None:
    again = write_plan(plan, tmp_path / "again.gpkg", areas)
    opened = open_plan(file)
    third = write_plan(opened, tmp_path / "third.gpkg", opened.polygons)
    digests = {hashlib.sha256(one.read_bytes()).hexdigest() for one in (file, again, third)}
    assert len(digests) == 1


def test_settings_of_gdal_are_left_alone(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    names = ("OGR_CURRENT_DATE", "OGR_SQLITE_SYNCHRONOUS")
    before = [pyogrio.get_gdal_config_option(name) for name in names]
    write_plan(plan, tmp_path / "plan.gpkg", areas)
    assert [pyogrio.get_gdal_config_option(name) for name in names] == before


def test_layers_and_columns_of_the_contract(plan: Plan, file: Path) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(file)}
    assert {"subgrid", "grid", "atoms", "buildings", "streets", "district"} <= {
        n for n, k in layers.items() if k
    }
    assert {n for n, k in layers.items() if not k} == {
        "certificates", "findings", "issues", "provenance", "layer_styles",
    }  # fmt: skip
    described = (
        "reason_zh",
        "reason_en",
        "borders_zh",
        "borders_en",
        "area_m2",
        "perimeter_m",
        "compactness",
    )
    counted = ("households", "population", "buildings")
    wanted = ("code", "name", "parent", "kind", "status", "certificate", *counted, *described)
    grid = pyogrio.read_info(file, layer="grid")
    assert set(wanted) <= set(grid["fields"])
    types = dict(zip(grid["fields"], grid["dtypes"], strict=True))
    assert {types[name] for name in counted} == {"int64"}
    atoms = pyogrio.read_info(file, layer="atoms")
    assert {"atom_id", "building_id", "slice", "subgrid", "grid"} <= set(atoms["fields"])


def test_qgis_finds_a_style_for_every_layer(file: Path) -> None:
    styles = pyogrio.read_dataframe(file, layer="layer_styles")
    assert set(styles["f_table_name"]) == {"subgrid", "grid", "atoms", "buildings", "streets", "district"}
    assert (styles["f_geometry_column"] == "geom").all() and styles["useAsDefault"].all()
    with sqlite3.connect(file) as base:
        # QGIS looks for an empty schema, not for a missing one
        assert base.execute("select distinct f_table_schema from layer_styles").fetchall() == [("",)]
    base.close()
    for text in styles["styleQML"]:
        root = ET.fromstring(text.split("\n", 1)[1])
        rules = root.findall("renderer-v2/rules/rule")
        symbols = {one.get("name") for one in root.findall("renderer-v2/symbols/symbol")}
        assert rules and {one.get("symbol") for one in rules} == symbols


def test_every_area_has_one_colour(plan: Plan, file: Path) -> None:
    grid = open_plan(file).polygons["grid"]
    styles = pyogrio.read_dataframe(file, layer="layer_styles").set_index("f_table_name")["styleQML"]
    root = ET.fromstring(styles["grid"].split("\n", 1)[1])
    filters = [one.get("filter", "") for one in root.findall("renderer-v2/rules/rule")]
    steps = [
        one.replace('"', "").replace("AND", "and").replace(" = ", " == ")
        for one in filters
        if "households" in one
    ]
    hits = sum(grid.eval(one).astype(int) for one in steps)
    assert (hits == 1).all()


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_written_areas_must_fit(plan: Plan, areas: Areas, tmp_path: Path, level: str) -> None:
    with raises(WriteError, "areas_missing"):
        write_plan(plan, tmp_path / "x.gpkg", {name: one for name, one in areas.items() if name != level})
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(
    plan: Plan, areas: Areas, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def run_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gridplan.io.write.style_table", run_full)
    with pytest.raises(WriteError) as caught:
        write_plan(plan, file, areas)
    assert caught.value.key == "disk_full"
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == ["plan.gpkg"]


def test_no_folder_to_write_in(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    with raises(WriteError, "write_folder_missing"):
        write_plan(plan, tmp_path / "nowhere" / "plan.gpkg", areas)


# files that are no plan, or were changed


def test_other_files_are_no_plans(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4547)
    pyogrio.write_dataframe(frame, tmp_path / "other.gpkg")
    (tmp_path / "text.gpkg").write_text("hello")
    for name, key in (
        ("other.gpkg", "plan_not_one"),
        ("text.gpkg", "plan_not_gpkg"),
        ("none.gpkg", "file_missing"),
    ):
        with raises(InputError, key):
            open_plan(tmp_path / name)


def test_a_cut_off_plan_is_told(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5000])
    with raises(InputError, "file_truncated"):
        open_plan(file)


@pytest.mark.parametrize(
    ("version", "key"), [("0", "plan_too_old"), ("99", "plan_too_new"), ("x", "plan_too_old")]
)
def test_other_versions(file: Path, version: str, key: str) -> None:
    edit(file, f"update provenance set value = '{version}' where key = 'format_version'")
    with raises(InputError, key):
        open_plan(file)


def test_a_plan_of_the_first_version_is_read_and_saved_as_one_of_today(plan: Plan, tmp_path: Path) -> None:
    alternatives = pd.DataFrame(
        [("grid", "keep", True, 12, 9, 60, 0, 0.71, 430.5)], columns=list(ALTERNATIVE_COLUMNS)
    )
    path = replace(plan, alternatives=alternatives).save(tmp_path / "old.gpkg")
    for new, old in (("inertia_compactness", "compactness"), ("farthest_straight_m", "farthest_m")):
        edit(path, f"alter table alternatives rename column {new} to {old}")
    edit(path, "update provenance set value = '1' where key = 'format_version'")
    opened = open_plan(path)
    pd.testing.assert_frame_equal(opened.alternatives, alternatives, check_dtype=False)
    again = open_plan(opened.save(tmp_path / "new.gpkg"))
    pd.testing.assert_frame_equal(again.alternatives, alternatives, check_dtype=False)
    assert again.provenance["format_version"] == "2"
    edit(path, "alter table alternatives drop column farthest_m")
    with raises(InputError, "plan_columns_missing"):
        open_plan(path)


def test_a_lost_column_is_named(file: Path) -> None:
    edit(file, "alter table atoms drop column households_source")
    with raises(InputError, "plan_columns_missing"):
        open_plan(file)


@pytest.mark.parametrize(
    "statement",
    [
        "update atoms set grid = 'S999-99' where atom_id = 3",
        "update atoms set grid = null where atom_id = 3",
        "update atoms set households = 'many' where atom_id = 3",
        "update atoms set kind = 'castle' where atom_id = 3",
        "update atoms set geom = null where atom_id = 3",
        "update grid set code = null",
        "update grid set certificate_id = 'x'",
        "alter table grid drop column status",
        "delete from grid",
        "delete from findings",
        "delete from atoms where atom_id = 3",
    ],
)
def test_a_tampered_plan_opens(plan: Plan, file: Path, statement: str) -> None:
    edit(file, statement)
    assert len(open_plan(file).atoms) >= len(plan.atoms) - 1


def test_a_tampered_plan_is_judged_as_it_stands(file: Path) -> None:
    honest = check_plan(open_plan(file))
    edit(file, "update atoms set households = households + 1 where atom_id = 3")
    assert not check_plan(open_plan(file)).equals(honest)


def test_atoms_come_in_their_order(plan: Plan, areas: Areas, tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(len(plan.atoms))
    shuffled = replace(plan, atoms=plan.atoms.iloc[order])
    opened = open_plan(write_plan(shuffled, tmp_path / "plan.gpkg", areas))
    assert opened.atoms.index.tolist() == plan.atoms.index.tolist()
