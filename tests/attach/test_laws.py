"""Laws of attaching: each thing is placed or listed once, its codes are those of the ground it lies on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lattice_town import ORIGIN, build_town

from gridplan.attach import build_directory, place_things
from gridplan.check.attached import check_attached
from gridplan.check.reading import read_plan
from gridplan.io import open_plan
from gridplan.pipeline import attach_things, write_plan
from gridplan.schema import Source, Things, empty_issues

TOWN = build_town()
DIRECTORY = build_directory(TOWN)
X, Y = ORIGIN
WIDTH, HEIGHT = 400.0, 240.0
REASONS = {
    "thing_outside", "thing_building_unknown", "thing_area_unknown", "thing_area_several", "thing_nowhere",
    "thing_owner_unknown", "thing_owner_unplaced",
}  # fmt: skip
CODES = [*TOWN.areas["subgrid"].index, *TOWN.areas["grid"].index]

places = st.one_of(
    st.tuples(st.floats(-60, WIDTH + 60), st.floats(-60, HEIGHT + 60)),
    # on the corners and sides of atoms
    st.tuples(st.integers(0, 20).map(lambda n: 20.0 * n), st.integers(0, 12).map(lambda n: 20.0 * n)),
    st.just((np.nan, np.nan)),
)
rows = st.lists(
    st.tuples(
        places,
        st.sampled_from(["", "", "b0003", "b0100", "tower", "b0007-2-301", "nowhere"]),
        st.sampled_from(["", "", *CODES, "S999"]),
        st.sampled_from(["steady", "attention", "contact", ""]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=25,
)


def _make(role: str, drawn: list[tuple[tuple[float, float], str, str, str, int]]) -> Things:
    n = len(drawn)
    xy = np.array([place for place, *_ in drawn]).reshape(n, 2) + np.array([X, Y])
    frame = pd.DataFrame(
        {
            "id": pd.array([f"t{i:03d}" for i in range(n)], dtype="str"),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "lon": np.nan,
            "lat": np.nan,
            "house": pd.array([house for _, house, *_ in drawn], dtype="str"),
            "area": pd.array([area for _, _, area, *_ in drawn], dtype="str"),
        }
    )
    if role == "care":
        frame["care_class"] = pd.array([one[3] for one in drawn], dtype="str")
        frame["households"] = [float(one[4]) for one in drawn]
    elif role == "staff":
        frame["post"] = ""
    else:
        for name in ("name", "kind", "level", "date"):
            frame[name] = pd.array([""] * n, dtype="str")
        for name in ("likelihood", "exposure", "consequence", "severity"):
            frame[name] = np.nan
    return Things(role, frame, Source(role, "f", "", "", n, ""), "", empty_issues())


@settings(max_examples=20)
@given(rows)
def test_each_thing_is_in_the_table_once_and_listed_once_where_it_was_not_placed(drawn) -> None:
    table, issues = place_things(DIRECTORY, _make("enterprises", drawn))
    assert sorted(table["id"]) == [f"t{i:03d}" for i in range(len(drawn))]
    unplaced = sorted(table.loc[table["placed"] == "", "id"])
    assert sorted(issues.loc[issues["code"].isin(REASONS), "id"]) == unplaced
    codes = table[list(DIRECTORY.levels)]
    assert ((codes != "").any(axis=1) == (table["placed"] != "")).all()


@settings(max_examples=20)
@given(rows)
def test_codes_are_those_of_the_atom_that_contains_the_point(drawn) -> None:
    table, _ = place_things(DIRECTORY, _make("enterprises", drawn))
    assert isinstance(table, gpd.GeoDataFrame)
    by_point = table[table["placed"] == "point"]
    around = gpd.sjoin(
        by_point[["id", "geometry"]], TOWN.atoms[["subgrid", "grid", "geometry"]].reset_index()
    )
    for one in by_point.itertuples():
        options = around[around["id"] == one.id]
        assert (one.subgrid, one.grid) in set(zip(options["subgrid"], options["grid"], strict=True))


@settings(max_examples=20)
@given(rows)
def test_codes_are_nested(drawn) -> None:
    for role in ("enterprises", "staff"):
        table, _ = place_things(DIRECTORY, _make(role, drawn))
        fine = table[table["grid"] != ""]
        assert (fine["subgrid"] == fine["grid"].map(TOWN.areas["grid"]["parent"])).all()


@settings(max_examples=20)
@given(rows)
def test_the_check_finds_nothing_wrong_with_what_was_placed(drawn) -> None:
    roles = ("enterprises", "staff", "care")
    placed = {role: place_things(DIRECTORY, _make(role, drawn))[0] for role in roles}
    findings = check_attached(read_plan(replace(TOWN, attached=placed)))
    assert [one.reason for one in findings] == ["judged"]


@settings(max_examples=20)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(drawn, random) -> None:
    things = _make("care", drawn)
    turn = list(range(len(drawn)))
    random.shuffle(turn)
    other = Things("care", things.frame.iloc[turn].reset_index(drop=True), things.source, "", empty_issues())
    (one, _), (two, _) = place_things(DIRECTORY, things), place_things(DIRECTORY, other)
    pd.testing.assert_frame_equal(one, two)


@settings(max_examples=20)
@given(rows)
def test_care_is_counted_and_no_household_is_kept(drawn) -> None:
    counts, issues = place_things(DIRECTORY, _make("care", drawn))
    households = pd.DataFrame([(one[3], one[4]) for one in drawn], columns=["care_class", "households"])
    wanted = households[households["care_class"] != ""].groupby("care_class")["households"].sum()
    found = counts.groupby("care_class")["households"].sum()
    assert found.to_dict() == wanted[wanted > 0].to_dict()
    assert not counts.duplicated(["care_class", "placed", *DIRECTORY.levels]).any()
    assert set(counts["building_id"]) <= {""}
    assert "id" not in counts
    # what is left out is listed row by row, what has no place too
    lost = {f"t{i:03d}" for i, one in enumerate(drawn) if one[3] == "" or one[4] == 0}
    assert set(issues.loc[issues["code"] == "care_not_counted", "id"]) == lost
    assert set(issues["detail"]) <= {""}, "a building of a household is not listed either"


@settings(max_examples=20)
@given(rows)
def test_staff_have_an_area_and_no_home(drawn) -> None:
    table, _ = place_things(DIRECTORY, _make("staff", drawn))
    assert "geometry" not in table
    assert set(table["building_id"]) <= {""}
    areas = [one[2] for one in drawn]
    for area, row in zip(areas, table.itertuples(), strict=True):
        if area in CODES:
            assert row.placed == "code"
            assert area in (row.subgrid, row.grid)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_with_things_is_written_and_read_alike(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    table = pd.DataFrame(
        {"企业编号": [f"Q{i}" for i in range(n)], "风险等级": rng.choice(["红", "", "低"], n)}
    )
    table["x"], table["y"] = X + rng.uniform(1, WIDTH, n), Y + rng.uniform(1, HEIGHT, n)
    table.loc[n // 2 + 1 :, ["x", "y"]] = np.nan
    file = tmp_path / "e.csv"
    table.to_csv(file, index=False, encoding="gb18030")
    hazards = tmp_path / "h.csv"
    table = pd.DataFrame(
        {"编号": range(n), "企业编号": table["企业编号"], "现场整改": rng.choice(["是", "否", ""], n)}
    )
    table.to_csv(hazards, index=False)
    plan = attach_things(TOWN, {"enterprises": file, "hazards": hazards}, date="2026-01-02")
    paths = [write_plan(plan, tmp_path / f"{name}.gpkg") for name in "ab"]
    again = open_plan(paths[0])
    assert Path(paths[0]).read_bytes() == Path(paths[1]).read_bytes()
    assert list(again.attached) == list(plan.attached)
    for role, one in plan.attached.items():
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(again.attached[role]))
    assert again.provenance["attached"] == plan.provenance["attached"]
    styles = pyogrio.read_dataframe(paths[0], layer="layer_styles").set_index("f_table_name")["styleQML"]
    assert "triangle" in styles["enterprises"] and "hazards" not in styles


def test_a_point_on_the_rim_is_inside() -> None:
    rim = np.array([[X, Y], [X + WIDTH, Y + HEIGHT], [X - 0.005, Y + 7], [X - 0.5, Y + 7]])
    assert (DIRECTORY.find_atoms(rim) >= 0).tolist() == [True, True, True, False]
    assert DIRECTORY.measure_outside(rim)[3] == 0.5
    assert shapely.covers(TOWN.district, shapely.Point(rim[0]))
