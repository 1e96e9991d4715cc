"""Areas that stand already: an exact cover of what they cover, every fault listed, the rule as documented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from raising import raises

from gridplan.atoms.overlay import place_atoms
from gridplan.clean import clean_layers
from gridplan.clean.area_borders import draw_area_borders
from gridplan.clean.existing import clean_existing, clean_level, sort_levels
from gridplan.crs import to_metres
from gridplan.errors import InputError
from gridplan.io import read_layers
from gridplan.scheme import Level, Scheme, Text, load_preset
from shangnan.uses import FLAWS, GAP, OLD_AREAS, OVERLAP

CRS = "EPSG:32650"
DISTRICT = shapely.box(0, 0, 1000, 1000)
NO_STREETS: list[tuple[list[tuple[float, float]], int]] = []


def make_areas(*rows: tuple[str | None, str, shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    told = {
        "code": [code for code, _, _ in rows],
        "name": [name for _, name, _ in rows],
        **{name: [None] * len(rows) for name in ("level", "parent", "type", "ground")},
        **columns,
    }
    frame = pd.DataFrame({name: pd.array(values, dtype="str") for name, values in told.items()})
    return gpd.GeoDataFrame(frame, geometry=[shape for _, _, shape in rows], crs=CRS)


def make_streets(lines: list[tuple[list[tuple[float, float]], int]]) -> gpd.GeoDataFrame:
    told = {
        "street_id": [f"s{i}" for i in range(len(lines))],
        "name": None,
        "street_class": "primary",
        "rank": [rank for _, rank in lines],
    }
    return gpd.GeoDataFrame(told, geometry=[shapely.LineString(xy) for xy, _ in lines], crs=CRS)


def settle(
    *rows: tuple[str | None, str, shapely.Geometry],
    streets: list[tuple[list[tuple[float, float]], int]] = NO_STREETS,
    **columns: list[object],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return clean_level("community", make_areas(*rows, **columns), DISTRICT, make_streets(streets))


def told(issues: pd.DataFrame, code: str) -> list[tuple[str, float, str]]:
    rows = issues[issues["code"] == code]
    return list(zip(rows["id"], rows["value"], rows["detail"], strict=True))


def test_an_overlap_goes_to_the_area_on_whose_side_of_the_street_it_lies() -> None:
    west = ("1", "甲社区", shapely.box(0, 0, 520, 1000))
    east = ("2", "乙社区", shapely.box(480, 0, 1000, 1000))
    for street_x, widths in ((480, (480, 520)), (520, (520, 480))):
        areas, issues = settle(west, east, streets=[([(street_x, 0), (street_x, 1000)], 1)])
        assert tuple(areas.geometry.area / 1000) == widths
        ((name, m2, detail),) = told(issues, "area_overlap")
        assert name == "1+2"
        assert m2 == pytest.approx(40_000)
        winner = "乙社区" if street_x == 480 else "甲社区"
        assert detail.startswith(f"甲社区 + 乙社区 > {winner} (x=")


def test_an_area_inside_another_keeps_its_ground() -> None:
    areas, issues = settle(
        ("1", "大村", shapely.box(0, 0, 1000, 1000)), ("2", "小社区", shapely.box(400, 400, 500, 520))
    )
    assert areas.geometry.area.tolist() == [988_000, 12_000]
    assert len(told(issues, "area_overlap")) == 1


def test_a_strip_along_a_street_is_shared_along_its_centre_line() -> None:
    areas, issues = settle(
        ("1", "甲", shapely.box(0, 0, 485, 1000)),
        ("2", "乙", shapely.box(515, 0, 1000, 1000)),
        streets=[([(500, 0), (500, 1000)], 1)],
    )
    assert areas.geometry.area.tolist() == [500_000, 500_000]
    ((_, m2, takers),) = told(issues, "area_gap")
    assert m2 == 30_000
    assert takers in ("甲 + 乙", "乙 + 甲")


def test_a_gap_goes_to_the_longest_border_and_a_large_one_stays_nobodys() -> None:
    areas, issues = settle(
        ("1", "甲", shapely.box(0, 0, 500, 1000) - shapely.box(490, 500, 500, 560)),
        ("2", "乙", shapely.box(500, 0, 1000, 800)),
    )
    # 70 m of its rim lie on 甲 (two ends and the far side), 60 m on 乙
    assert areas.geometry.area.tolist() == [500_000, 400_000]
    ((place, m2, takers),) = told(issues, "area_gap")
    assert (m2, takers) == (600, "甲")
    assert place.startswith("x=")
    ((_, left, _),) = told(issues, "area_gap_left")
    assert left == 100_000


def test_rows_of_one_code_are_one_area_and_codes_are_made_up_where_missing() -> None:
    areas, issues = settle(
        ("c7", "甲", shapely.box(0, 0, 300, 1000)),
        ("c7", "甲", shapely.box(700, 0, 1000, 1000)),
        ("c7", "乙", shapely.box(300, 0, 500, 1000)),
        (None, "丙", shapely.box(500, 0, 700, 1000)),
        (None, "丙二", shapely.box(500, 0, 700, 990)),
    )
    assert set(areas["code"]) == {"c7", "c7#2", "community001"}
    assert shapely.get_num_geometries(areas.geometry).max() == 2
    found = set(issues["code"])
    assert {"area_rows_joined", "area_code_twice", "area_code_made", "area_twice", "area_parts"} <= found


def test_the_series_of_the_code_tells_the_committee() -> None:
    areas, issues = settle(
        ("610123001001", "甲", shapely.box(0, 0, 300, 1000)),
        ("610123001201", "乙", shapely.box(300, 0, 600, 1000)),
        ("610123001202", "丙", shapely.box(600, 0, 1000, 1000)),
        type=[None, None, "residents"],
    )
    assert areas["type"].tolist() == ["residents", "village", "residents"]
    assert len(told(issues, "area_type_by_code")) == 2
    assert told(issues, "area_type_against_code")[0][0] == "610123001202"


def test_outlines_are_mended_clipped_or_dropped() -> None:
    bow = shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    areas, issues = settle(
        ("1", "蝶", bow),
        ("2", "外", shapely.box(2000, 2000, 2100, 2100)),
        ("3", "半", shapely.box(900, 900, 1100, 1100)),
        ("4", "无", shapely.Polygon([(1, 1), (2, 2), (3, 3)])),
    )
    assert areas["code"].tolist() == ["1", "3"]
    assert {"area_invalid", "area_outside", "area_clipped", "area_empty"} <= set(issues["code"])
    with raises(InputError, "existing_outside"):
        settle(("2", "外", shapely.box(2000, 2000, 2100, 2100)))


@st.composite
def sloppy_areas(draw: st.DrawFn) -> list[tuple[str, str, shapely.Geometry]]:
    """Boxes in a lattice whose corners were each drawn anew, so that they overlap and leave gaps."""
    n = draw(st.integers(2, 4))
    off = st.integers(-60, 60)
    step = 1000 // n
    rows = []
    for i in range(n):
        for j in range(n):
            corners = [
                (min(max(x + draw(off), 0), 1000), min(max(y + draw(off), 0), 1000))
                for x, y in (
                    (i * step, j * step), ((i + 1) * step, j * step),
                    ((i + 1) * step, (j + 1) * step), (i * step, (j + 1) * step),
                )
            ]  # fmt: skip
            rows.append((f"{i}{j}", f"n{i}{j}", shapely.Polygon(corners)))
    return rows


@settings(max_examples=15)
@given(sloppy_areas(), st.randoms(use_true_random=False))
def test_laws_of_settled_areas(rows: list[tuple[str, str, shapely.Geometry]], random: object) -> None:
    areas, issues = settle(*rows)
    shapes = areas.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    # nobody loses ground that is claimed: all that was covered stays covered, and nothing beyond the gaps
    before = shapely.union_all([shape for _, _, shape in rows])
    after = shapely.union_all(shapes)
    assert shapely.difference(before, after).area < 25
    listed = issues.groupby("code")["value"].sum()
    assert after.area - before.area == pytest.approx(float(listed.get("area_gap", 0.0)), abs=25)
    claimed = sum(shape.area for _, _, shape in rows)
    once = shapely.union_all([shape for _, _, shape in rows]).area
    # a place that three areas claim is listed once and counts twice here
    assert float(listed.get("area_overlap", 0.0)) <= claimed - once + 25
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, _ = settle(*shuffled)
    assert again["code"].tolist() == areas["code"].tolist()
    assert all(
        shapely.equals(shapely.normalize(a), shapely.normalize(b))
        for a, b in zip(again.geometry, shapes, strict=True)
    )


def test_settled_areas_are_left_as_they_are() -> None:
    rows = [(f"{i}", f"n{i}", shapely.box(i * 250, 0, i * 250 + 250, 1000)) for i in range(4)]
    areas, issues = settle(*rows)
    assert not len(issues)
    assert shapely.equals(areas.geometry.to_numpy(), [shape for _, _, shape in rows]).all()


@pytest.fixture(scope="module")
def ladder() -> Scheme:
    levels = (
        Level("town", Text("镇", "town"), make="given"),
        Level("community", Text("社区", "community"), parent="town", redraw=True),
    )
    return replace(load_preset("gridplan"), levels=levels)


def test_one_file_may_hold_several_levels(ladder: Scheme) -> None:
    mixed = make_areas(
        ("t", "镇", DISTRICT), ("a", "甲", DISTRICT), ("x", "乙", DISTRICT), level=["镇", "community", "星球"]
    )
    frames, issues = sort_levels({"": mixed}, ladder)
    assert {level: frame["code"].tolist() for level, frame in frames.items()} == {
        "town": ["t"], "community": ["a"],
    }  # fmt: skip
    assert told(issues, "area_level_unknown")[0][2] == "星球"
    plain = make_areas(("a", "甲", DISTRICT))
    with raises(InputError, "existing_level_unclear"):
        sort_levels({"": plain}, ladder)
    with raises(InputError, "existing_level_unknown"):
        sort_levels({"village": plain}, ladder)
    one = replace(ladder, levels=ladder.levels[1:])
    assert list(sort_levels({"": plain}, one)[0]) == ["community"]


def test_borders_of_given_areas_cut_the_ground_off_the_streets(ladder: Scheme) -> None:
    streets = [
        ([(0, 500), (500, 500)], 1), ([(500, 500), (1000, 500)], 1), ([(500, 500), (500, 1000)], 2),
    ]  # fmt: skip
    towns = make_areas(
        ("1", "西镇", shapely.Polygon([(0, 0), (400, 0), (400, 490), (490, 510), (490, 1000), (0, 1000)])),
        (
            "2",
            "东镇",
            shapely.Polygon([(400, 0), (1000, 0), (1000, 1000), (490, 1000), (490, 510), (400, 490)]),
        ),
    )
    areas, barriers, district, issues = clean_existing(
        {"town": towns}, ladder, make_streets(streets), DISTRICT
    )
    new = barriers[barriers["street_class"] == "area_border"]
    # along the street to the north nothing is drawn; in the south the border runs from rim to street
    assert set(new["street_id"]) == {"existing:town:1"}
    assert new.geometry.length.sum() == pytest.approx(500, abs=2)
    assert set(new["rank"]) == {2}
    lines = np.concatenate([barriers.geometry.to_numpy(), [shapely.boundary(district)]])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines)).tolist()))
    assert len(faces) == 4
    assert shapely.area(faces).sum() == pytest.approx(1e6)
    assert len(told(issues, "area_border_drawn")) == 1
    # drawing them again changes nothing: now they are barriers themselves
    again, _, _ = draw_area_borders("town", areas["town"], barriers, district)
    assert len(again) == len(barriers)


def test_a_building_goes_as_a_whole_where_most_of_it_stands() -> None:
    areas, _ = settle(("1", "甲", shapely.box(0, 0, 500, 1000)), ("2", "乙", shapely.box(500, 0, 900, 1000)))
    footprints = [shapely.box(x, 100, x + 20, 120) for x in (100, 487, 493, 950)]
    buildings = gpd.GeoDataFrame(
        {"households": pd.array([10, 20, 30, 40], dtype="Int64")},
        index=pd.Index(["a", "b", "c", "d"], name="building_id"),
        geometry=footprints,
        crs=CRS,
    )
    # building c is two slices, one of which lies wholly on the other side
    cells = [*footprints[:2], shapely.box(493, 100, 503, 120), shapely.box(503, 100, 513, 120), footprints[3]]
    land = [shapely.box(400, 200, 520, 300), shapely.box(920, 0, 990, 50)]
    atoms = gpd.GeoDataFrame(
        {"building_id": ["a", "b", "c", "c", "d", None, None]}, geometry=[*cells, *land], crs=CRS
    )
    labels, issues = place_atoms(atoms, areas, buildings)
    assert labels.tolist() == [0, 0, 1, 1, -1, 0, -1]
    assert told(issues, "building_across_areas") == [("b", 140.0, "甲"), ("c", 140.0, "乙")]
    assert told(issues, "building_in_no_area") == [("d", 40.0, "")]


def test_every_flaw_planted_in_xiao_shangnan_is_found() -> None:
    path = Path(__file__).resolve().parents[2] / "data" / "xiao_shangnan.gpkg"
    layers = to_metres(
        read_layers(
            buildings=f"{path}#buildings",
            streets=f"{path}#streets",
            boundary=f"{path}#boundary",
            existing={"community": f"{path}#existing"},
        )
    )
    clean = clean_layers(layers, load_preset("shangnan"))
    areas, found = clean.existing["community"], clean.issues[clean.issues["value"] >= 1]
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    assert len(areas) == len(OLD_AREAS)
    overlaps = found[found["code"] == "area_overlap"]
    gaps = found[found["code"].isin(["area_gap", "area_gap_left"])]
    planted = [flaw.kind for flaw in FLAWS]
    assert (len(overlaps), len(gaps)) == (planted.count(OVERLAP), planted.count(GAP))
    for flaw in FLAWS:
        if flaw.kind == OVERLAP:
            assert overlaps["detail"].str.contains(flaw.area).any()
