"""Old and new areas: as few people recoded as can be, every person in the books once, codes append-only."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lattice_town import build_town
from raising import raises
from scipy.optimize import linear_sum_assignment

from gridplan.compare.crosswalk import (
    classify_changes,
    list_levels,
    list_moves,
    stand_areas,
    tabulate_crosswalk,
    trace_areas,
)
from gridplan.errors import InputError, SchemeError
from gridplan.plan import Plan
from gridplan.plan.codes import code_areas, code_house, code_houses
from gridplan.plan.succession import Standing, match_areas, trace_succession
from gridplan.scheme import CodeRules, Level, Scheme, Text, load_preset

IntArray = npt.NDArray[np.int64]
STEM = "611023001"


@st.composite
def two_divisions(draw: st.DrawFn) -> tuple[IntArray, IntArray, IntArray]:
    n = draw(st.integers(1, 30))
    label = st.integers(-1, 5)
    old = draw(st.lists(label, min_size=n, max_size=n))
    new = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    people = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    _, fresh = np.unique(new, return_inverse=True)
    return np.array(old), fresh.astype(np.int64), np.array(people)


@given(two_divisions())
def test_the_matching_keeps_most_people_and_is_one_to_one(case: tuple[IntArray, IntArray, IntArray]) -> None:
    old, new, people = case
    continues = match_areas(old, new, people, np.full(len(old), 10.0))
    taken = continues[continues >= 0]
    assert len(set(taken.tolist())) == len(taken)
    kept = int(people[(continues[new] == old) & (old >= 0)].sum())
    table = np.zeros((6, 6))
    np.add.at(table, (new[old >= 0], old[old >= 0]), people[old >= 0])
    assert kept == int(table[linear_sum_assignment(table, maximize=True)].sum())


@cache
def _town() -> Plan:
    return build_town()


def make_plan(old: list[str], new: list[str], people: list[int], types: dict[str, tuple[str, str]]) -> Plan:
    """Make a plan of one level over the town's first atoms, each a building of its own."""
    town = _town()
    n = len(old)
    atoms = town.atoms.iloc[:n].assign(
        community=pd.array(new, dtype="str"),
        old_community=pd.array(old, dtype="str"),
        population=np.array(people),
        households=np.array(people) // 3,
        building_id=[f"h{i}" for i in range(n)],
    )
    table = pd.DataFrame(
        [(f"名{code}", kind, ground) for code, (kind, ground) in types.items()],
        columns=["name", "type", "ground"],
        index=pd.Index(list(types), name="code"),
    )
    scheme = replace(town.scheme, levels=(Level("community", Text("社区", "community"), redraw=True),))
    return replace(
        town,
        atoms=gpd.GeoDataFrame(atoms),
        scheme=scheme,
        existing={"community": table},
        areas={"community": None},
    )


def test_every_class_of_change_is_found() -> None:
    plan = make_plan(
        old=["a", "a", "b", "b", "c", "c", "d", "e", "e", ""],
        new=["A", "A", "B", "B", "C", "C", "B", "N", "A", "C"],
        people=[10, 10, 10, 10, 10, 10, 5, 3, 4, 2],
        types={
            "a": ("residents", "urban"), "b": ("residents", "urban"), "c": ("village", "urban"),
            "d": ("residents", ""), "e": ("", ""),
        },
    )  # fmt: skip
    changes = classify_changes(plan, "community")
    assert changes["change"].to_dict() == {"A": "adjusted", "B": "merged", "C": "converted", "N": "adjusted"}
    assert changes["continues"].to_dict() == {"A": "a", "B": "b", "C": "c", "N": "e"}
    assert changes.loc["B", "absorbs"] == "d"
    assert changes.loc["C", ["type", "people_in", "people_out"]].tolist() == ["residents", 2, 0]
    assert changes.loc["N", ["people_in", "people_out", "buildings_out"]].tolist() == [0, 4, 1]
    fates = trace_areas(plan, "community")
    assert fates.loc["d", ["fate", "goes_to"]].tolist() == ["retired", "B"]
    assert list_levels(plan) == ["community"]
    moves = list_moves(plan, "community")
    assert len(moves) == 10
    still = make_plan(["a", "b"], ["a", "b"], [5, 6], {"a": ("", ""), "b": ("", "")})
    assert set(classify_changes(still, "community")["change"]) == {"same"}
    with raises(InputError, "level_without_existing"):
        stand_areas(build_town(), "grid")


@settings(max_examples=12)
@given(two_divisions())
def test_people_moved_out_are_people_moved_in(case: tuple[IntArray, IntArray, IntArray]) -> None:
    old, new, people = case
    plan = make_plan(
        [f"o{i}" if i >= 0 else "" for i in old], [f"n{i}" for i in new], people.tolist(),
        {f"o{i}": ("", "") for i in range(6)},
    )  # fmt: skip
    table = tabulate_crosswalk(plan, "community")
    for column in ("households", "population"):
        assert table[column].sum() == plan.atoms[column].sum()
    assert table["buildings"].sum() == plan.atoms["building_id"].nunique()
    changes = classify_changes(plan, "community")
    goes_on = set(zip(changes["continues"], changes.index, strict=True))
    stays = [pair in goes_on and pair[0] != "" for pair in zip(table["old"], table["new"], strict=True)]
    moved = table[np.logical_not(stays)]
    left = moved[moved["old"] != ""]
    for short, column in (("people", "population"), ("households", "households"), ("buildings", "buildings")):
        nowhere = moved.loc[moved["old"] == "", column].sum()
        assert changes[f"{short}_in"].sum() == left[column].sum() + nowhere
        retired = left.loc[~left["old"].isin(set(changes["continues"])), column].sum()
        assert changes[f"{short}_out"].sum() == left[column].sum() - retired
    fates = trace_areas(plan, "community")
    assert fates["population"].sum() + table.loc[table["old"] == "", "population"].sum() == people.sum()


# -- codes -------------------------------------------------------------------------------------------------


def lay(old: IntArray, people: IntArray, types: list[str], grounds: list[str], codes: list[str]) -> Standing:
    return Standing(
        codes=np.array(codes, dtype=object),
        types=np.array(types, dtype=object),
        grounds=np.array(grounds, dtype=object),
        place=old,
        people=people,
        ground_m2=np.full(len(old), 100.0),
    )


def scheme_of(*levels: Level, **codes: object) -> Scheme:
    return replace(load_preset("gridplan"), levels=levels, codes=CodeRules(**codes))  # type: ignore[arg-type]


COMMUNITY = Level("community", Text("社区", "community"), redraw=True)


def test_codes_on_redraw_are_append_only_and_villages_change_their_series() -> None:
    # old: two residents' areas (the second is retired), a village that stays rural, one that becomes urban
    codes = [STEM + "001", STEM + "007", STEM + "201", STEM + "202"]
    old = np.array([0, 0, 1, 2, 2, 3, 3, 3])
    standing = lay(
        old,
        np.full(8, 100),
        ["residents", "residents", "village", "village"],
        ["urban", "urban", "rural", "urban"],
        codes,
    )
    new = np.array([0, 0, 0, 1, 1, 2, 2, 3])
    xy = np.stack([np.arange(8) * 100.0, np.zeros(8)], axis=1)
    coded = code_areas({"community": new}, xy, scheme_of(COMMUNITY), {"community": standing})["community"]
    assert coded.tolist() == [
        STEM + "001", STEM + "001", STEM + "001", STEM + "201", STEM + "201",
        STEM + "008", STEM + "008", STEM + "009",
    ]  # fmt: skip
    # the old code of the village, 007 and numbers that were used once do not come back
    later = code_areas(
        {"community": new}, xy, scheme_of(COMMUNITY), {"community": standing}, used=[STEM + "012"]
    )["community"]
    assert sorted(set(later)) == [STEM + "001", STEM + "013", STEM + "014", STEM + "201"]
    # given levels keep their codes, villages or not
    given_level = replace(COMMUNITY, redraw=False, make="given")
    kept = code_areas({"community": old}, xy, scheme_of(given_level), {"community": standing})["community"]
    assert kept.tolist() == [codes[i] for i in old]


@given(two_divisions(), st.lists(st.sampled_from(["residents", "village", ""]), min_size=6, max_size=6))
def test_no_code_comes_back_for_something_else(
    case: tuple[IntArray, IntArray, IntArray], types: list[str]
) -> None:
    old, new, people = case
    codes = [f"{STEM}{(200 if kind == 'village' else 0) + 2 * i + 1:03d}" for i, kind in enumerate(types)]
    order = np.argsort(codes)
    standing = lay(old, people, [types[i] for i in order], ["urban"] * 6, [codes[i] for i in order])
    xy = np.random.default_rng(1).random((len(old), 2)) * 1000
    coded = code_areas({"community": new}, xy, scheme_of(COMMUNITY), {"community": standing})["community"]
    succession = trace_succession(standing, new, redrawn=True)
    for area in range(int(new.max()) + 1):
        code = coded[new == area][0]
        continued = succession.continues[area]
        if code in codes:
            assert code == standing.codes[continued]
        elif continued >= 0:
            assert standing.types[continued] == "village"
            assert int(code[9:]) < 200
    assert len(set(coded)) == int(new.max()) + 1


def test_a_full_series_and_codes_of_other_making() -> None:
    xy = np.arange(6.0).reshape(3, 2)
    people = np.full(3, 5)
    new = np.array([0, 1, 2])
    full = lay(np.zeros(3, dtype=np.int64), people, ["village"], ["rural"], [STEM + "399"])
    coded = code_areas({"community": new}, xy, scheme_of(COMMUNITY), {"community": full})["community"]
    assert {code[9:] for code in coded} == {"399", "400", "401"}
    over = lay(np.zeros(3, dtype=np.int64), people, ["village"], ["rural"], [STEM + "399"])
    used = [f"{STEM}{n}" for n in range(400, 600)]
    with raises(SchemeError, "codes_exhausted"):
        code_areas({"community": new}, xy, scheme_of(COMMUNITY), {"community": over}, used)
    own = lay(np.zeros(3, dtype=np.int64), people, [""], [""], ["SQ09"])
    coded = code_areas({"community": new}, xy, scheme_of(COMMUNITY), {"community": own})["community"]
    assert sorted(coded) == ["SQ09", "SQ10", "SQ11"]


@pytest.mark.parametrize(
    ("form", "first", "length"),
    [
        ("{statcode}{seq:03d}", STEM + "001001", 15),  # Beijing DB11: 6 + 3 + 3 + 3
        ("100101{statcode}{part:02d}", "100101" + STEM + "00101", 20),  # CJ/T 349: class 6 + 6 + 3 + 3 + 2
    ],
)
def test_formats_of_the_standards(form: str, first: str, length: int) -> None:
    section = Level("section", Text("片区", "section"), make="faces")
    grid = Level("grid", Text("网格", "grid"), parent="section", within=("community",))
    # the order of the levels does not matter: grids count inside communities, which come last
    scheme = scheme_of(
        section, grid, COMMUNITY, formats={"section": "P{seq}", "grid": form}, within={"grid": "community"}
    )
    standing = lay(np.array([0, 0, 0, 1]), np.full(4, 9), ["", ""], ["", ""], [STEM + "001", STEM + "002"])
    labels = {"section": np.array([0, 1, 1, 1]), "grid": np.arange(4), "community": np.array([0, 0, 0, 1])}
    xy = np.stack([np.arange(4) * 10.0, np.zeros(4)], axis=1)
    coded = code_areas(labels, xy, scheme, {"community": standing})["grid"]
    assert coded[0] == first
    assert {len(code) for code in coded} == {length}
    # an area that is not divided ends in 00 by CJ/T 349, and counts from 1 in Beijing
    assert coded[3] == form.replace("{statcode}", STEM + "002").replace("{seq:03d}", "001").replace(
        "{part:02d}", "00"
    )
    with raises(SchemeError, "code_statcode_missing"):
        code_areas(labels, xy, scheme)


def test_a_format_that_is_not_unique_is_refused() -> None:
    grid = Level("grid", Text("网格", "grid"), parent="subgrid")
    subgrid = Level("subgrid", Text("小分格", "sub-grid"))
    scheme = scheme_of(subgrid, grid, formats={"grid": "G{seq:02d}"})
    labels = {"subgrid": np.array([0, 0, 1, 1]), "grid": np.arange(4)}
    with raises(SchemeError, "code_not_unique"):
        code_areas(labels, np.arange(8.0).reshape(4, 2), scheme)


# -- houses ------------------------------------------------------------------------------------------------


def test_houses_count_in_their_community_and_stairwells_in_their_house() -> None:
    town = build_town()
    table = code_houses(town)
    assert table["code"].str.len().nunique() == 1
    tower = table[table["building_id"] == "tower"]
    assert tower["stair"].max() == (tower.groupby("parent").size().max())
    whole = table[table["stair"] == 0]
    assert (
        whole.groupby("parent")["building"].max() <= table.groupby("parent")["building_id"].nunique()
    ).all()
    assert not table.duplicated(["parent", "building", "slice"]).any()
    x = town.buildings.geometry.centroid.x
    first_row = whole[whole["parent"] == whole["parent"].iloc[0]].sort_values("building").head(3)
    assert x[first_row["building_id"]].is_monotonic_increasing


def test_house_numbers_are_append_only() -> None:
    town = build_town()
    lost, kept = town.atoms["building_id"].dropna().iloc[0], town.atoms["building_id"].dropna().iloc[1]
    before = code_houses(replace(town, atoms=town.atoms[town.atoms["building_id"] != kept]))
    after = code_houses(replace(town, atoms=town.atoms[town.atoms["building_id"] != lost]), before)
    known = before.set_index(["parent", "building_id"])["building"].groupby(level=[0, 1]).first()
    again = after.set_index(["parent", "building_id"])["building"].groupby(level=[0, 1]).first()
    assert known.equals(again.reindex(known.index).astype(known.dtype))
    assert after[after["retired"]]["building_id"].tolist() == [lost]
    fresh = after[after["building_id"] == kept].iloc[0]
    assert fresh["building"] > before.loc[before["parent"] == fresh["parent"], "building"].max()


def test_codes_of_dwellings() -> None:
    form = "{parent}{building:05d}{stair:02d}{floor:02d}{room:02d}"
    assert (
        code_house(form, parent=STEM + "001", building=12, stair=3, floor=18, room=4)
        == STEM + "001" + "00012031804"
    )
    assert code_house(form, parent="", building=1, floor=-1) == "00001009900"
    for part in ({"room": 100}, {"floor": -100}, {"stair": -1}):
        with raises(InputError, "house_code_part"):
            code_house(form, parent="", building=1, **part)  # type: ignore[arg-type]
