"""Two plans of the same ground: who moves, which areas and borders change, on the map and in tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from raising import raises

from gridplan.compare.comparison import compare_plans, restore_plan
from gridplan.compare.homes import ABSENT, match_buildings, overlay_counts
from gridplan.compare.tables import format_comparison, tabulate_changes
from gridplan.errors import InputError
from gridplan.pipeline import compare_with_existing
from gridplan.plan import Plan


def recode(plan: Plan, codes: pd.Series) -> Plan:
    """Give a plan other areas on its lowest level."""
    table = plan.areas["grid"].iloc[:1]
    index = pd.Index(sorted(set(codes)), name="code")
    areas = pd.concat([table] * len(index)).set_axis(index).assign(name="", status="ok")
    return replace(
        plan, atoms=plan.atoms.assign(grid=codes.astype("str")), areas={**plan.areas, "grid": areas}
    )


@st.composite
def two_plans(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Homes of two plans: other slices, other counts, buildings that one of them lacks."""
    sides = []
    for _ in range(2):
        rows = draw(
            st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from("XYZ")), max_size=8)
        )
        frame = pd.DataFrame(rows, columns=["building", "households", "code"])
        frame["slice"] = frame.groupby("building").cumcount()
        sides.append(frame.sort_values(["building", "slice"], kind="stable", ignore_index=True))
    return sides[0], sides[1]


@settings(max_examples=40)
@given(two_plans())
def test_every_household_of_both_plans_is_counted_once(plans: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    before, after = plans
    table = overlay_counts(before, after, "households")
    for side, homes in (("before", before), ("after", after)):
        counts = table[table[side] != ABSENT].groupby(side)["count"].sum()
        wanted = homes.groupby("code")["households"].sum()
        assert counts.to_dict() == wanted[wanted > 0].to_dict()
    per_building = [one.groupby("building")["households"].sum() for one in plans]
    both = pd.concat(per_building, axis=1).fillna(0).min(axis=1).sum()
    inside = table[(table["before"] != ABSENT) & (table["after"] != ABSENT)]
    assert inside["count"].sum() == both


def test_a_plan_compared_with_itself_moves_nobody(town: Plan) -> None:
    for one in compare_plans(town, town).values():
        figures = one.figures
        assert figures["population"] == town.atoms["population"].sum()
        assert figures["buildings"] == town.atoms["building_id"].nunique()
        changing = ("changed", "new", "gone", "border_new_m", "border_gone_m", "ground_moved_m2", "recoded")
        for key in ("moved", "population_moved", "buildings_moved", "only_before", "only_after", *changing):
            assert figures[key] == 0, key
        assert not len(one.moved)
        assert set(one.areas["change"]) == {"same"}


def test_a_row_of_houses_that_changes_hands(town: Plan) -> None:
    west = town.atoms.index[town.atoms["grid"] == "S004-01"]
    x = town.atoms.geometry.loc[west].centroid.x
    column = west[(x >= x.max() - 1).to_numpy()]
    codes = town.atoms["grid"].copy()
    codes.loc[column] = "S004-02"
    one = compare_plans(town, recode(town, codes), ["grid"])["grid"]
    people = int(town.atoms.loc[column, "population"].sum())
    assert one.figures["population_moved"] == people
    assert one.figures["buildings_moved"] == town.atoms.loc[column, "building_id"].nunique()
    areas = one.areas.set_index("after")
    assert areas.loc["S004-01", ["change", "population_out", "population_in"]].tolist() == [
        "changed",
        people,
        0,
    ]
    assert areas.loc["S004-02", ["change", "population_in"]].tolist() == ["changed", people]
    assert one.figures["changed"] == 2
    assert one.moved.area.sum() == pytest.approx(town.atoms.loc[column].area.sum())
    # the border of four houses moved by one house
    height = 80
    assert (one.figures["border_new_m"], one.figures["border_gone_m"]) == (height, height)
    assert shapely.length(one.borders.new) == pytest.approx(height)


def test_areas_that_are_new_gone_or_renamed(town: Plan) -> None:
    codes = town.atoms["grid"].replace({"S001-01": "S001-02"})  # a merger
    north = (
        town.atoms.geometry.centroid.y > town.atoms.geometry[codes == "S005-01"].centroid.y.mean()
    ).to_numpy()
    codes[(codes == "S005-01") & north] = "S005-09"  # a split
    codes = codes.replace({"S006-01": "T"})  # another name
    one = compare_plans(town, recode(town, codes), ["grid"])["grid"]
    areas = one.areas
    assert areas.loc[areas["change"] == "new", "after"].isin(["S005-01", "S005-09"]).all()
    assert areas.loc[areas["change"] == "gone", "before"].isin(["S001-01", "S001-02"]).all()
    assert areas.set_index("after").loc["T", "change"] == "same"
    assert one.figures["recoded"] >= town.atoms.loc[town.atoms["grid"] == "S006-01", "households"].sum()
    for flow in ("population", "households"):
        kept = one.flows[one.flows["moved"]][flow].sum()
        assert areas[f"{flow}_in"].sum() == areas[f"{flow}_out"].sum() == kept


def test_other_atoms_and_other_ids_are_matched_by_place(town: Plan) -> None:
    renamed = town.atoms["building_id"].map(lambda one: f"x{one}" if isinstance(one, str) else one)
    other = replace(
        town,
        atoms=town.atoms.assign(building_id=renamed),
        buildings=town.buildings.rename(index=lambda one: f"x{one}"),
    )
    names = match_buildings(town.buildings, other.buildings)
    assert (("x" + names) == names.index).all()
    assert len(names) == len(town.buildings)
    # ids that stand elsewhere are not the same building
    shifted = town.buildings.set_geometry(town.buildings.translate(5000, 0))
    assert not len(match_buildings(town.buildings, shifted))
    assert compare_plans(town, other)["grid"].figures["moved"] == 0
    # the same areas from atoms that are pairs of those before
    merged = town.atoms.dissolve(
        ["grid", "subgrid", "building_id"], aggfunc="first", dropna=False, as_index=False
    )
    coarse = replace(town, atoms=merged)
    figures = compare_plans(town, coarse)["grid"].figures
    assert (figures["border_new_m"], figures["ground_moved_m2"]) == (0, 0)


def test_another_coordinate_system_is_no_obstacle(town: Plan) -> None:
    there = replace(town, atoms=town.atoms.to_crs(32649), buildings=town.buildings.to_crs(32649))
    west, south, east, north = there.atoms.total_bounds
    there = replace(there, district=shapely.box(west, south, east, north))
    figures = compare_plans(town, there)["grid"].figures
    assert (figures["moved"], figures["border_new_m"], figures["changed"]) == (0, 0, 0)


def test_plans_of_other_places_or_levels_are_refused(town: Plan) -> None:
    with raises(InputError, "compare_no_level"):
        compare_plans(town, town, ["community"])
    away = replace(town, district=shapely.box(0, 0, 1, 1))
    with raises(InputError, "compare_apart"):
        compare_plans(town, away)


def test_a_plan_and_what_stood_before(town: Plan) -> None:
    old = town.atoms["grid"].replace({"S001-01": "S001-02"})
    old.iloc[:3] = ""
    table = pd.DataFrame(
        {"name": "", "type": "", "ground": ""}, index=pd.Index(sorted(set(old) - {""}), name="code")
    )
    plan = replace(town, existing={"grid": table}, atoms=town.atoms.assign(old_grid=old))
    before = restore_plan(plan, "grid")
    assert list(before.areas) == ["grid"]
    one = compare_plans(before, plan)["grid"]
    assert one.figures["areas_before"] == len(table)
    # people in no area before are not moved; they come in
    stray = int(town.atoms["population"].iloc[:3].sum())
    moved = one.figures["population_moved"]
    assert one.areas["population_in"].sum() == one.areas["population_out"].sum() + stray == moved + stray
    checked = compare_with_existing(plan)["grid"]
    assert checked.flows.equals(one.flows)
    # restored areas are "ok" until they are checked against the rules
    assert checked.figures["legal_before"] < one.figures["legal_before"]
    assert compare_with_existing(plan, ["grid"])["grid"].figures == checked.figures
    with raises(InputError, "level_without_existing"):
        restore_plan(town, "grid")
    with raises(InputError, "compare_nothing_before"):
        compare_with_existing(town)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables(town: Plan, lang: str) -> None:
    codes = town.atoms["grid"].replace({"S001-01": "S001-02", "S006-01": "T"})
    after = recode(town, codes)
    compared = compare_plans(town, after)
    text = format_comparison(compared, after, lang)
    assert f"{compared['grid'].figures['population_moved']:,}" in text
    tables = tabulate_changes(compared, after, lang)
    assert len(tables) == 2
    areas = next(iter(tables.values()))
    assert len(areas) == sum(len(one.areas) for one in compared.values())
    assert not any("compare." in name for table in tables.values() for name in table)


@settings(max_examples=4)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(town: Plan, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = town.atoms["grid"].copy()
    codes[rng.random(len(codes)) < 0.2] = "S004-02"
    after = recode(town, codes)
    order = rng.permutation(len(town.atoms))
    mixed = replace(after, atoms=after.atoms.iloc[order].reset_index(drop=True))
    a, b = (compare_plans(town, one, ["grid"])["grid"] for one in (after, mixed))
    assert a.figures == b.figures
    pd.testing.assert_frame_equal(a.areas, b.areas)
