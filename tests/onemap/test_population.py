"""What a leader reads adds up, is found, and is said in words."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from raising import raises
from small_towns import build_small_town

from gridplan.errors import InputError
from gridplan.i18n import LANGUAGES
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.list_words import format_misfits, format_remote, format_unstaffed
from gridplan.onemap.numbers import format_count, format_density, format_km2, format_share, format_whole
from gridplan.onemap.picking import break_values, find_level, label_classes, pick_areas, pick_outlines
from gridplan.onemap.population import (
    find_areas,
    has_things,
    headline,
    list_chains,
    list_children,
    list_measures,
    list_misfits,
    list_remote,
    list_unstaffed,
    trace_path,
    view_areas,
)
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.scheme import StaffRule, Text


@pytest.fixture(scope="module")
def small_town() -> Plan:
    return build_small_town()


@pytest.fixture(scope="module")
def shown(small_town: Plan) -> Shown:
    return show_plan_to(small_town, describe_plan(small_town), Audience(), name="town")


@pytest.fixture(scope="module")
def told_town(town: Plan) -> Shown:
    """Return the town of the lattice, where every count is told."""
    return show_plan_to(town, describe_plan(town), Audience(), name="town")


# ------------------------------------------------------------------ headline and drill-down


def test_the_headline_counts_what_is_there(told_town: Shown, town: Plan) -> None:
    told = headline(told_town)
    assert (told.households, told.population) == tuple(town.atoms[["households", "population"]].sum())
    assert told.areas == {"subgrid": 6, "grid": 11}
    assert told.lands == {"subgrid": 0, "grid": 1}
    assert told.estimated == 0.0
    assert told.date == ""
    assert told.area_m2 == pytest.approx(town.district.area)


def test_hidden_areas_have_homes(shown: Shown) -> None:
    grids = shown.areas["grid"]
    assert headline(shown).areas["grid"] == int(
        (grids["households"].isna() | (grids["households"] > 0)).sum()
    )


@pytest.mark.parametrize("name", ["shown", "told_town"])
def test_the_sum_row_is_the_parent_and_the_sum_of_its_children(
    name: str, request: pytest.FixtureRequest
) -> None:
    shown: Shown = request.getfixturevalue(name)
    for path in [(), *((code,) for code in shown.areas["subgrid"]["code"])]:
        table = list_children(shown, path)
        children, total = table.iloc[:-1], table.iloc[-1]
        for column in ("households", "population"):
            hidden = children[column].isna()
            if pd.isna(total[column]):
                assert hidden.any()
            elif hidden.any():
                assert total[column] - children[column].sum() >= hidden.sum()
            else:
                assert children[column].sum() == total[column]
        assert children["area_m2"].sum() == pytest.approx(total["area_m2"])
        assert children["areas"].sum() == total["areas"]
        assert children["buildings"].sum() == total["buildings"]


def test_the_lines_of_levels_and_ways_down(told_town: Shown) -> None:
    assert list_chains(told_town) == (("subgrid", "grid"),)
    assert trace_path(told_town, "grid", "S001-02") == (("subgrid", "S001", ""), ("grid", "S001-02", ""))
    assert trace_path(told_town, "grid", "S999") == ()
    leaf = list_children(told_town, ("S001", "S001-02"))
    assert leaf["level"].tolist() == [""]
    for wrong in (("S009",), ("S001", "S002-01"), ("S001-01",), ("S001", "S001-01", "x")):
        with raises(InputError, "area_unknown"):
            list_children(told_town, wrong)


def test_side_levels_are_lines_of_their_own(told_town: Shown) -> None:
    grids = told_town.areas["grid"]
    sums = dict.fromkeys(["households", "population", "buildings", "area_m2"], "sum")
    side = told_town.areas["subgrid"].assign(code=["E1", "E1", "E2", "E2", "E3", "E3"])
    side = side.dissolve("code", aggfunc={**sums, "name": "first", "status": "first"}).reset_index()
    region = grids["in_subgrid"].map(lambda code: f"E{(int(code[1:]) + 1) // 2}")
    frames = {
        "subgrid": told_town.areas["subgrid"],
        "region": side,
        "grid": grids.assign(in_region=region),
    }
    crossed = replace(told_town, levels=("subgrid", "region", "grid"), areas=frames)
    assert list_chains(crossed) == (("subgrid", "grid"), ("region", "grid"))
    table = list_children(crossed, ("E2",))
    assert table["households"].iloc[:-1].sum() == table["households"].iloc[-1]
    assert find_level(crossed, "E2", "grid") == "region"
    assert len(pick_areas(crossed, "grid", "E2")) == len(table) - 1


# ------------------------------------------------------------------ search


def test_areas_are_found_by_code_and_compound(shown: Shown) -> None:
    assert find_areas(shown, "ｓ００１-０２")["code"].tolist() == ["S001-02"]
    assert find_areas(shown, "s001")["code"].tolist()[:2] == ["S001", "S001-01"]
    assert len(find_areas(shown, "s", limit=3)) == 3
    assert find_areas(shown, " ").empty
    found = find_areas(shown, "幸福")
    assert found["compound"].unique().tolist() == ["幸福小区"]
    assert set(found["level"]) == {"grid"}


# ------------------------------------------------------------------ the three lists


def test_misfits_tell_number_and_limit(told_town: Shown, town: Plan) -> None:
    from gridplan.check import record_findings

    judged = record_findings(town)
    shown = show_plan_to(judged, describe_plan(judged), Audience(), name="town")
    rows = list_misfits(shown)
    words = {lang: set(format_misfits(shown, rows, lang)) for lang in ("zh", "en")}
    assert {"户数 20 < 30", "户数 80 > 50"} < words["zh"]
    assert {"households 20 < 30", "households 80 > 50"} < words["en"]
    assert "户数 68，按楼型折算偏多（居民楼50–80 / 自建房30–50）" in words["zh"]
    assert rows["verdict"].iloc[0] == "violation"
    assert (rows["reason_zh"] != "").all()
    assert list_misfits(told_town).empty, "a plan that was never checked"


def test_unstaffed_areas_lack_somebody(shown: Shown) -> None:
    rows = list_unstaffed(shown)
    grids = shown.areas["grid"]
    homes = grids["households"].isna() | (grids["households"] > 0)
    staffed = set(shown.attached["staff"]["grid"])
    assert set(rows["code"]) == set(grids.loc[homes, "code"]) - staffed
    assert set(format_unstaffed(shown, rows, "zh")) == {"无人员"}
    post = StaffRule("grid", Text("网格员", "grid worker"), per_area=(2, 3))
    posted = replace(shown, scheme=replace(shown.scheme, staffing=(post,)))
    short = list_unstaffed(posted)
    assert set(short["code"]) == set(grids.loc[homes, "code"])
    assert short["have"].is_monotonic_increasing
    assert format_unstaffed(posted, short, "en")[-1] == "grid worker 1/2"
    leader = StaffRule("grid", Text("片长", "leader"), per_area=(1, 1))
    both = replace(shown, scheme=replace(shown.scheme, staffing=(leader, replace(leader, post=post.post))))
    staffed = list_unstaffed(both).set_index("code")["posts"][sorted(staffed)[0]]
    assert staffed == ((0, 0, 1),), "a post that is filled is not lacking"


def test_staff_named_for_coarse_areas_leave_no_grid_without_anybody(shown: Shown) -> None:
    staff = shown.attached["staff"].assign(grid="")
    rows = list_unstaffed(replace(shown, attached={**shown.attached, "staff": staff}))
    assert set(rows["level"]) == {"subgrid"}
    assert not set(rows["code"]) & set(staff["subgrid"])


def test_lists_without_data_are_empty_and_say_so(told_town: Shown) -> None:
    assert not has_things(told_town, "staff")
    assert not has_things(told_town, "services")
    assert list_unstaffed(told_town).empty
    assert list_remote(told_town).empty


def test_remote_areas_are_without_a_place_or_far_from_every_one(shown: Shown) -> None:
    rows = list_remote(shown, reach_m=100.0)
    none, far = rows[rows["lack"] == "none"], rows[rows["lack"] == "far"]
    held = shown.attached["services"]["subgrid"].iloc[0]
    assert held not in set(none["code"])
    assert set(none["level"]) == {"subgrid"}
    assert set(far["level"]) == {"grid"}
    place = shown.attached["services"].geometry.iloc[0]
    distances = shown.areas["grid"].set_index("code").distance(place)
    grids = shown.areas["grid"]
    homes = set(grids.loc[grids["households"].isna() | (grids["households"] > 0), "code"])
    assert set(far["code"]) == homes & set(distances.index[distances > 100.0])
    assert far["straight_m"].tolist() == pytest.approx(distances[far["code"]].tolist())
    for lang, words in (("zh", "直线"), ("en", "in a straight line")):
        texts = format_remote(shown, rows, lang)
        assert [words in text for text in texts] == (rows["lack"] == "far").tolist()
        assert f"{far['straight_m'].iloc[0]:,.0f}" in texts[len(none)]


# ------------------------------------------------------------------ maps


@pytest.mark.parametrize("lang", LANGUAGES)
def test_views_of_every_measure_class_every_area(shown: Shown, lang: str) -> None:
    imprint = make_imprint(shown, "town", lang)
    for level in shown.levels:
        for measure in (*list_measures(shown), "care:steady:share"):
            view = view_areas(shown, level, measure, lang, imprint=imprint)
            layer = view.areas
            frame = shown.areas[level]
            assert layer.shapes.index.tolist() == frame["code"].tolist()
            assert layer.classes.min() >= 0
            assert layer.classes.max() < len(layer.legend)
            assert len(layer.labels) == len(layer.lines) == len(frame)
            withheld = frame["households"].isna().to_numpy()
            if measure in ("population", "households", "density"):
                assert {layer.legend[at].pattern for at in layer.classes[withheld]} <= {"lines"}
                assert (layer.classes[withheld] == len(layer.legend) - 1).all()
            words = [line for lines in layer.lines for line in lines]
            assert not any("NA" in word or "nan" in word for word in words)
    with raises(InputError, "measure_unknown"):
        view_areas(shown, "grid", "care:unheard", lang, imprint=imprint)


def test_a_view_within_an_area_holds_its_children_under_its_outline(shown: Shown) -> None:
    view = view_areas(
        shown, "grid", "population", "zh", within="S002", imprint=make_imprint(shown, "x", "zh")
    )
    assert all(code.startswith("S002-") for code in view.areas.shapes.index)
    assert view.outlines is not None
    assert view.outlines.index.tolist() == ["S002"]
    assert [label.split("\n")[0] for label in view.areas.labels] == ["01", "02"]
    assert pick_outlines(shown, "subgrid") is None


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=60), st.integers(1, 7))
def test_classes_hold_every_value_once_and_none_is_empty(values: list[int], most: int) -> None:
    bounds = break_values(values, most)
    at = np.searchsorted(bounds, values, side="right") - 1
    assert at.min() == 0
    assert set(at) == set(range(len(bounds)))
    assert len(bounds) <= most
    assert len(label_classes(bounds)) == len(bounds)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=40), st.integers(1, 6))
def test_classes_of_whole_numbers_begin_at_whole_numbers(values: list[int], most: int) -> None:
    """Nobody counts "1-1.2" households: nine areas with 1 and one with 5 read so."""
    bounds = break_values(values, most)
    assert (bounds % 1 == 0).all()
    assert (np.diff(bounds) > 0).all()
    assert not any("." in name for name in label_classes(bounds))


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [
        (238_400, "23.84万", "238,400"),
        (9_999, "9,999", "9,999"),
        (10_000, "1.00万", "10,000"),
        (120_650, "12.07万", "120,650"),
        (99_999_999, "1.00亿", "99,999,999"),
        (1_206_600_000, "12.07亿", "1,206,600,000"),
        (0, "0", "0"),
    ],
)
def test_counts_are_told_as_people_count(count: int, zh: str, en: str) -> None:
    assert format_count(count, "zh") == zh
    assert format_count(count, "en") == en
    assert format_whole(count, "zh") == f"{count:,}"


def test_what_is_not_told_is_said_to_be_withheld() -> None:
    assert format_count(pd.NA, "zh") == format_whole(pd.NA, "zh") == format_density(pd.NA, "zh") == "未公开"
    assert format_share(pd.NA, 5) == format_share(1, 0) == "–"


def test_shares_and_areas() -> None:
    assert format_share(95_198, 95_714) == "99.46 %"
    assert format_share(1, 8) == "12.50 %"
    assert format_km2(75_360_000, "zh") == "75.36 平方公里"
    assert format_km2(3_456.4, "en") == "0.003 km²"
