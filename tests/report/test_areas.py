"""Areas in numbers and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.onemap.colours import colour_areas
from gridplan.plan import Plan
from gridplan.report import describe_areas
from gridplan.report.areas import AREA_COLUMNS, count_buildings

LEVELS = ("subgrid", "grid")


@pytest.mark.parametrize("level", LEVELS)
def test_sums_are_the_districts(town: Plan, level: str) -> None:
    areas = describe_areas(town, level)
    assert list(areas.columns) == [*AREA_COLUMNS, "geometry"]
    assert areas["households"].sum() == town.atoms["households"].sum()
    assert areas["population"].sum() == town.atoms["population"].sum()
    assert areas["buildings"].sum() == town.atoms["building_id"].nunique()
    assert areas["area_m2"].sum() == pytest.approx(town.district.area)
    assert areas["code"].is_monotonic_increasing
    assert not areas.drop(columns="geometry").isna().any().any()


def test_a_cut_building_counts_once_where_most_of_it_lives(town: Plan) -> None:
    # the tower has 30 + 10 households in S001-01 and 30 in S001-02
    counts = count_buildings(town, "grid")
    assert counts["S001-01"] == 19
    assert counts["S001-02"] == 19


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_children_add_up_to_their_parent_however_buildings_are_cut(town: Plan, seed: int) -> None:
    rng = np.random.default_rng(seed)
    atoms = town.atoms.copy()
    homes = atoms["building_id"].notna().to_numpy()
    atoms.loc[homes, "building_id"] = np.char.add("b", rng.integers(0, 40, homes.sum()).astype(str)).astype(
        object
    )
    atoms.loc[homes, "households"] = rng.integers(0, 5, homes.sum())
    plan = replace(town, atoms=atoms)
    grids, subgrids = count_buildings(plan, "grid"), count_buildings(plan, "subgrid")
    assert grids.sum() == subgrids.sum() == atoms["building_id"].nunique()
    sums = grids.groupby(grids.index.str[:4]).sum()
    assert sums.to_dict() == subgrids.to_dict()


def test_row_order_changes_nothing(town: Plan) -> None:
    turned = replace(town, atoms=town.atoms.iloc[::-1])
    for level in LEVELS:
        one, other = describe_areas(town, level), describe_areas(turned, level)
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))


def test_what_is_not_ok_is_explained_with_its_numbers(town: Plan) -> None:
    areas = describe_areas(town, "grid").set_index("code")
    odd = areas[areas["status"] != "ok"]
    assert sorted(odd["certificate"]) == ["structure", "unproven"]
    for lang in ("zh", "en"):
        assert (areas.loc[areas["status"] == "ok", f"reason_{lang}"] == "").all()
        for _, area in odd.iterrows():
            assert str(area["households"]) in area[f"reason_{lang}"]
            assert "30–50" in area[f"reason_{lang}"]
    exempt = odd[odd["certificate"] == "structure"].iloc[0]
    assert "解放路" in exempt["reason_zh"], "the main street that encloses it is named"


def test_numbers_given_with_the_area_come_first(town: Plan) -> None:
    table = town.areas["grid"].copy()
    written = ["exempt", "exact", '{"core_households": 77, "bound": 13}']
    table.loc["S002-01", ["status", "certificate", "reason_values"]] = written
    areas = describe_areas(replace(town, areas={**town.areas, "grid": table}), "grid").set_index("code")
    assert "77" in areas.loc["S002-01", "reason_en"]
    assert "13" in areas.loc["S002-01", "reason_zh"]


def test_neighbours_differ_in_colour(town: Plan) -> None:
    areas = describe_areas(town, "grid")
    colours = colour_areas(areas)
    left, right = shapely.STRtree(areas.geometry.to_numpy()).query(
        areas.geometry.to_numpy(), predicate="touches"
    )
    assert (colours[left] != colours[right]).all()
    assert len(set(colours)) > 4, "the palette is used, not its first colours only"
