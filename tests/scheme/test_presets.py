"""The packaged schemes say what their sources say, and one scheme can extend another."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.errors import SchemeError
from gridplan.scheme import list_schemes, load_preset, parse_scheme
from gridplan.scheme.parse import read_preset
from gridplan.scheme.toml import merge_tables, write_toml

PRESETS = {
    "beiliu", "gridplan", "henan-2022", "matian", "rongxian", "shangnan", "shangnan-county", "standard-300",
    "wuhou-micro", "yinzhou",
}  # fmt: skip


def test_all_places_of_the_mission_are_there():
    assert set(list_schemes()) == PRESETS


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_the_stored_text_is_the_whole_scheme(name):
    scheme = load_preset(name)
    assert parse_scheme(scheme.text) == scheme
    assert "extends" not in tomllib.loads(scheme.text)
    assert set(scheme.codes.formats) == {level.id for level in scheme.levels}


def test_shangnan_says_what_was_printed():
    scheme = load_preset("shangnan")
    community, region, section, grid = scheme.levels
    assert community.bounds["any"] == (6_000, 10_000) and community.measure == "population"
    assert community.redraw and community.applies_to == "urban" and community.never_cross == ()
    assert (region.ranks, region.count) == ((1,), 16)
    assert (section.ranks, section.parent, section.count) == ((1, 2), "region", 100)
    assert grid.bound_arrays() == ((50, 30, 0, 0), (80, 50, 0, 0))
    assert (grid.parent, grid.within, grid.count) == ("section", ("community",), 1350)
    posts = {rule.post.zh: rule for rule in scheme.staffing}
    assert posts["B岗片长"].distinct_from == "A岗片长"
    assert posts["A岗片长"].pay_yuan_year == (1200, 7500)


def test_the_county_has_its_3343_grids():
    grid = load_preset("shangnan-county")["grid"]
    assert grid.count + grid.count_elsewhere == 3343
    assert grid.applies_to == "urban" and grid.parent == "community"


def test_matian_means_the_mean_and_warns_of_each():
    scheme = load_preset("matian")
    subgrid = scheme["subgrid"]
    assert (subgrid.count, subgrid.max_area_m2, subgrid.statistic) == (80, 200_000.0, "mean")
    assert subgrid.hard and subgrid.warn == ("each",)
    teams = [rule.per_area for rule in scheme.staffing]
    assert len(teams) == 3 and all(fewest >= 1 for fewest, _ in teams)
    assert tuple(map(sum, zip(*teams, strict=True))) == (8, 10)


def test_the_other_places():
    micro = load_preset("wuhou-micro")
    assert micro["micro"].bound_arrays()[1] == (100, 100, 0, 0) and micro.atoms.slice_households == 100
    assert load_preset("rongxian")["grid"].count == 68
    assert load_preset("beiliu")["grid"].count == 97 and load_preset("beiliu").staffing[0].pool == 140
    standard = load_preset("standard-300")["grid"]
    assert standard.bounds["apartment"] == (300, 500) and standard.max_people == 2500
    henan = load_preset("henan-2022")
    assert henan["community"].bounds["any"] == (1000, 3000) and henan["community"].measure == "dwellings"
    assert henan.staffing[0].per_10000 == 18
    assert [level.id for level in load_preset("yinzhou").levels] == ["community", "grid", "group"]


@pytest.mark.parametrize("name", sorted(PRESETS - {"gridplan"}))
def test_places_share_the_borders_of_the_default(name):
    assert load_preset(name).barriers == load_preset("gridplan").barriers
    assert "extends" in read_preset(name)


def test_a_file_extends_a_preset_key_by_key():
    base = load_preset("gridplan")
    mine = parse_scheme(
        'id = "mine"\nextends = "gridplan"\n[barriers]\nrank = { tertiary = 1 }\n'
        "[dwellings]\nhousehold_size = 2.4\n"
    )
    assert mine.barriers.rank == {**base.barriers.rank, "tertiary": 1}
    assert (mine.dwellings.household_size, mine.dwellings.floors) == (2.4, base.dwellings.floors)
    assert mine.levels == base.levels and mine.codes == base.codes
    assert parse_scheme(mine.text) == mine


def test_levels_of_its_own_replace_posts_and_codes_too():
    mine = parse_scheme(
        'id = "mine"\nextends = "shangnan"\n[[levels]]\nid = "grid"\nname = { zh = "网格", en = "grid" }\n'
        "bounds = { apartment = [40, 60] }\n"
    )
    assert [level.id for level in mine.levels] == ["grid"]
    assert not mine.staffing and not mine.codes.formats


def test_only_a_packaged_scheme_can_be_extended():
    with pytest.raises(SchemeError) as caught:
        parse_scheme('id = "mine"\nextends = "atlantis"\n')
    assert "extends: 'atlantis'" in str(caught.value.values["faults"])


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab-_. 名", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
TABLES = st.dictionaries(st.text("abc_é", min_size=1, max_size=4), VALUES, max_size=4)


@given(TABLES)
def test_what_is_written_reads_the_same(table):
    assert tomllib.loads(write_toml(table)) == table


@given(TABLES, TABLES)
def test_merging_keeps_what_is_said_last_and_nothing_else_is_lost(base, table):
    merged = merge_tables(base, table)
    assert set(merged) == set(base) | set(table)
    assert merge_tables(merged, table) == merged
