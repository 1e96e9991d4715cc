"""Compounds, service places and walking distances as they may be shown; files of a page for each audience."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from forbidden import list_forbidden
from guarded_town import OWN, SMALL, TELLTALE, build_guarded_town
from raising import raises

from gridplan.cli import main
from gridplan.errors import InputError
from gridplan.onemap.catalogue import MAPS, MapOrder
from gridplan.onemap.compounds import (
    COMPOUNDS,
    DISTANCE_COLUMNS,
    SERVICE_COLUMNS,
    list_distances,
    list_services,
    tabulate_estates,
    view_compounds,
)
from gridplan.onemap.exports import EXPORT_KINDS, export_layers, export_view
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.maps import make_map
from gridplan.onemap.pictures import render_poster
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.pipeline import write_plan
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report import describe_plan


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Give the guarded town with two compounds, the one in one grid, the other over two."""
    town = build_guarded_town(tmp_path_factory.mktemp("things"))
    atoms = town.atoms.copy()
    mine = np.flatnonzero((atoms["grid"] == OWN).to_numpy())[:6]
    across = np.concatenate(
        [np.flatnonzero((atoms["grid"] == code).to_numpy())[:3] for code in ("S001-01", "S001-02")]
    )
    compound = atoms["compound"].fillna("").astype(str).to_numpy(dtype=object)
    compound[mine], compound[across] = "甲苑", "乙苑"
    atoms["compound"] = compound
    houses = town.buildings.copy()
    houses["compound"] = houses.index.map(
        atoms.drop_duplicates("building_id").set_index("building_id")["compound"]
    )
    houses["compound_type"] = houses["compound"].map({"甲苑": "old", "乙苑": "property"})
    return replace(town, atoms=atoms, buildings=houses)


def _show(plan: Plan, audience: str = "office") -> Shown:
    return show_plan_to(plan, describe_plan(plan), parse_audience(audience), name="town")


@pytest.fixture(scope="module")
def shown(guarded: Plan) -> Shown:
    """Give what the office sees of it."""
    return _show(guarded)


def test_compounds_are_drawn_by_type_with_the_service_places(shown: Shown) -> None:
    view = view_compounds(shown, "en", imprint=make_imprint(shown, "x", "en"))
    assert view.areas.level == COMPOUNDS
    assert list(view.areas.shapes.index) == ["乙苑", "甲苑"]
    assert [one.pattern for one in (view.areas.legend[which] for which in view.areas.classes)] == [
        "",
        "lines",
    ]
    assert len(view.points[0].xy) == 3
    assert any("not cut" in line for line in view.areas.lines[1])
    inside = view_compounds(shown, "en", imprint=view.imprint, within="S002")
    assert list(inside.areas.shapes.index) == ["甲苑"]


def test_a_worker_sees_the_own_ground_only(guarded: Plan) -> None:
    own = _show(guarded, f"worker:{OWN}")
    assert list(own.compound_shapes.index) == ["甲苑"]
    assert own.compound_shapes.geometry.iloc[0].within(own.areas["grid"].geometry.iloc[0].buffer(0.01))
    assert list_distances(own, "grid")["code"].tolist() == [OWN]
    assert own.access is not None and list(own.access.distances) == ["grid"]


def test_a_place_that_a_worker_may_not_see_is_not_named(guarded: Plan) -> None:
    named: set[str] = set()
    areas = describe_plan(guarded)
    for code in guarded.areas["grid"].index:
        own = show_plan_to(guarded, areas, parse_audience(f"worker:{code}"), name="town")
        mine = set(own.attached["services"]["name"])
        assert set(list_services(own)["name"]) == mine
        places = set(list_distances(own, "grid")["place"])
        assert places <= {"", *mine}
        named |= places
    assert "" in named and named != {""}


def test_distances_are_given_without_small_counts(shown: Shown) -> None:
    distances = list_distances(shown, "grid")
    assert tuple(distances.columns) == DISTANCE_COLUMNS
    small = distances[distances["code"] == SMALL].iloc[0]
    assert small[["households", "share_500_m", "share_1000_m", "without_route"]].isna().all()
    known = distances[distances["households"].notna()]
    assert (known["longest_walk_m"] >= known["median_walk_m"]).all()
    assert (known["longest_walk_m"] >= known["door_to_street_m"]).all()
    assert distances["longest_walk_m"].is_monotonic_decreasing
    services = list_services(shown)
    assert tuple(services.columns) == SERVICE_COLUMNS
    assert set(services["name"]) == {"东站", "西站", "北站"}


def test_without_service_places_there_are_no_distances(guarded: Plan) -> None:
    bare = _show(replace(guarded, attached={}))
    assert bare.access is None
    assert list_distances(bare, "grid").empty
    assert list_services(bare).empty
    assert len(tabulate_estates(bare, "grid", "en")) == 2
    assert not view_compounds(bare, "en", imprint=make_imprint(bare, "x", "en")).points


@pytest.mark.parametrize("kind", [kind for kind in EXPORT_KINDS if kind != "pdf"])
@pytest.mark.parametrize("name", ["population", "compounds"])
def test_a_page_is_the_same_file_every_time(shown: Shown, name: str, kind: str) -> None:
    view, tables = make_map(shown, MapOrder(name, "grid"), "en")
    one, other = (export_view(shown, view, tables, kind, size=(640, 360)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("name", [kind.key for kind in MAPS])
def test_every_map_has_tables_that_are_read_again(shown: Shown, name: str) -> None:
    view, tables = make_map(shown, MapOrder(name), "zh")
    book = openpyxl.load_workbook(io.BytesIO(export_view(shown, view, tables, "xlsx")))
    assert len(book.sheetnames) == len(tables)
    for sheet, table in zip(book, tables.values(), strict=True):
        assert [cell.value for cell in sheet[1]] == list(table.columns)
        assert sheet.max_row == len(table) + 1


def test_layers_hold_what_is_told_and_null_for_the_rest(shown: Shown, tmp_path: Path) -> None:
    view, _ = make_map(shown, MapOrder("population", "grid"), "en")
    path = tmp_path / "x.gpkg"
    path.write_bytes(export_view(shown, view, {}, "gpkg"))
    areas = pyogrio.read_dataframe(path, layer="grid").set_index("code")
    assert areas.loc[SMALL, ["households", "population"]].isna().all()
    told = areas["population"].dropna()
    pd.testing.assert_series_equal(
        told.astype(int),
        shown.areas["grid"].set_index("code")["population"].dropna().astype(int).loc[told.index],
        check_index_type=False,
        check_names=False,
    )
    assert (areas["class"] != "").any()


def test_things_are_layers_of_their_own(shown: Shown) -> None:
    view, _ = make_map(shown, MapOrder("risk", "grid"), "en")
    layers = export_layers(shown, view)
    assert {"grid", "enterprises", "risk_points"} == set(layers)
    drawn = {points.id: len(points.xy) for points in view.points}
    assert {name: len(layers[name]) for name in drawn} == drawn


def test_the_public_gets_no_risk_and_no_grids(guarded: Plan) -> None:
    public = _show(guarded, "public")
    with raises(InputError, "export_not_shown"):
        make_map(public, MapOrder("risk"), "en")
    with raises(InputError, "export_level"):
        make_map(public, MapOrder("population", "grid"), "en")


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (MapOrder("weather"), "export_map_unknown"),
        (MapOrder("risk", rule="feeling"), "export_rule"),
        (MapOrder("population", within="nowhere"), "area_unknown"),
    ],
)
def test_what_is_not_known_is_said(shown: Shown, order: MapOrder, key: str) -> None:
    with raises(InputError, key):
        make_map(shown, order, "en")


def test_a_page_without_a_map_is_no_picture(shown: Shown) -> None:
    with raises(InputError, "export_no_map"):
        export_view(shown, None, {}, "png")
    with raises(InputError, "export_unknown"):
        export_view(shown, None, {}, "docx")


@pytest.mark.parametrize("audience", ["public", f"worker:{OWN}"])
@pytest.mark.parametrize("kind", ["html", "svg", "xlsx", "gpkg"])
def test_no_file_holds_what_its_audience_may_not_see(
    guarded: Plan, audience: str, kind: str, tmp_path: Path
) -> None:
    cut = _show(guarded, audience)
    forbidden = list_forbidden(guarded, cut.audience)
    assert forbidden
    for name in (kind.key for kind in MAPS):
        if name == "risk" and audience == "public":
            continue
        view, tables = make_map(cut, MapOrder(name), "zh")
        if kind == "svg":
            content = render_poster(view, "svg", size=(640, 360)).decode()
        elif kind == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(export_view(cut, view, tables, kind)))
            content = repr([[cell.value for cell in row] for sheet in book for row in sheet])
        elif kind == "gpkg":
            path = tmp_path / f"{name}.gpkg"
            path.write_bytes(export_view(cut, view, tables, kind))
            layers = pyogrio.list_layers(path)[:, 0]
            content = "".join(
                pyogrio.read_dataframe(path, layer=layer).drop(columns="geometry").to_csv()
                for layer in layers
            )
        else:
            content = export_view(cut, view, tables, kind).decode()
        assert [text for text in forbidden if text in content] == []


@pytest.fixture(scope="module")
def file(guarded: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of the guarded town."""
    return write_plan(guarded, tmp_path_factory.mktemp("file") / "town.gpkg")


@pytest.mark.parametrize(
    ("audience", "form"),
    [("office", "html"), ("public", "xlsx"), (f"worker:{OWN}", "gpkg"), ("public", "geojson")],
)
def test_the_command_line_writes_for_an_audience(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], audience: str, form: str
) -> None:
    words = ["export", str(file), "--format", form, "--out", str(tmp_path / "x"), "--audience", audience]
    code = main([*words, "--lang", "en", "--json"])
    written = json.loads(capsys.readouterr().out)["written"]
    assert code == 0
    assert written
    content = b"".join(Path(one).read_bytes() for one in written)
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        content = repr([[cell.value for cell in row] for sheet in book for row in sheet]).encode()
    assert str(TELLTALE).encode() not in content
    if audience != "office":
        assert b"S003-01" not in content
