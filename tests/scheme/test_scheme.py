"""A scheme says everything wrong with it at once, and a good one says what it means."""

import pytest
from raising import raises

from gridplan.errors import SchemeError
from gridplan.io import load_scheme
from gridplan.scheme import list_schemes, load_preset, parse_scheme

GOOD = load_scheme("gridplan").text


@pytest.mark.parametrize("name", list_schemes())
def test_every_preset_is_valid_and_names_its_source(name):
    scheme = load_preset(name)
    assert scheme.id == name
    assert len(scheme.source) > 20
    assert all(level.name["zh"] and level.name["en"] for level in scheme.levels)


def test_default_scheme_holds_the_rules_of_the_mission():
    grid = load_scheme("gridplan")["grid"]
    assert grid.bound_arrays() == ((50, 30, 0, 0), (80, 50, 0, 0))
    assert load_scheme("gridplan")["subgrid"].max_area_m2 == 200_000
    assert grid.parent == "subgrid"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("apartment = [50, 80]", "apartment = [80, 50]", "bounds.apartment"),
        ("apartment = [50, 80]", "flat = [50, 80]", "unknown kind 'flat'"),
        ("slice_households = 30", "slice_households = -1", "atoms.slice_households"),
        ("slice_households = 30", "slice_households = true", "atoms.slice_households"),
        ('parent = "subgrid"', 'parent = "street"', "parent 'street'"),
        ('measure = "area"', 'measure = "size"', "measure 'size'"),
        ('mixed = "weighted"', 'mixed = "some"', "mixed 'some'"),
        ("secondary = 1", "secondary = 4", "barriers.rank.secondary"),
        ('id = "subgrid"', 'id = "sub-grid"', "letters, digits and underscores"),
        ("max_area_m2 = 200000.0\nnever_cross = [1]\n\n[[levels]]", "[[levels]]", "wants max_area_m2"),
        ("gap_m = 3.0", 'gap_m = "3 m"', "barriers.gap_m"),
        ("gap_m = 3.0", "gap = 3.0", "barriers.gap: unknown"),
        ("[codes]", "[risk]\nlec = { red = 320 }\n[codes]", "risk.lec: red, orange, yellow wanted"),
        ("[codes]", "[risk]\nmatrix = { red = 9, orange = 9, yellow = 2 }\n[codes]", "risk.matrix: above 0"),
        ("[codes]", "[risk]\nlec = { red = 3, orange = 2, yellow = 0 }\n[codes]", "risk.lec: above 0"),
        ("[codes]", '[risk]\narea_rule = "mean"\n[codes]', "risk.area_rule 'mean'"),
        ("[codes]", "[risk]\nheat_radius_m = 0\n[codes]", "risk.heat_radius_m: above 0"),
    ],
)
def test_each_fault_is_named(old, new, told):
    assert old in GOOD
    with pytest.raises(SchemeError) as caught:
        parse_scheme(GOOD.replace(old, new, 1))
    assert told in str(caught.value.values["faults"])


def test_all_faults_are_told_at_once():
    text = (
        GOOD.replace("gap_m = 3.0", "gap = 3.0")
        .replace("[50, 80]", "[0, 80]")
        .replace("slice_households = 30", "")
    )
    with pytest.raises(SchemeError) as caught:
        parse_scheme(text)
    assert caught.value.values["count"] == 2


def test_what_is_no_toml_and_what_does_not_exist():
    with raises(SchemeError, "scheme_not_toml"):
        parse_scheme("id = ")
    with raises(SchemeError, "scheme_unknown"):
        load_scheme("atlantis")
    with raises(SchemeError, "scheme_missing"):
        load_scheme("atlantis.toml")


def test_a_file_of_the_planner_reads_as_the_preset(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8-sig", newline="\r\n")
    assert load_scheme(path) == load_scheme("gridplan")
    path.write_bytes("名".encode("gbk"))
    with raises(SchemeError, "scheme_not_utf8"):
        load_scheme(path)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\nmake = "faces"\n', "wants ranks"),
        ('[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\nmake = "drawn"\n', "make 'drawn'"),
        ('[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\nwithin = ["y"]\ncount = 3\n', "within 'y'"),
        ('[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\n', "bounds or a count wanted"),
        (
            '[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\nmeasure = "population"\n'
            "bounds = {apartment = [1, 2]}\n",
            "people have no kind",
        ),
        ('[[levels]]\nid = "x"\nname = {zh="甲", en="x"}\ncount = 1\nranks = ["a"]\n', "ranks"),
        ('[[staffing]]\nlevel = "grid"\npost = {zh="甲", en="a"}\nper_area = [2, 1]\n', "per_area"),
        ('[[staffing]]\nlevel = "ward"\npost = {zh="甲", en="a"}\n', "no level 'ward'"),
        (
            '[[staffing]]\nlevel = "grid"\npost = {zh="甲", en="a"}\ndistinct_from = "乙"\n',
            "distinct_from names no post",
        ),
    ],
)
def test_faults_of_levels_and_posts_are_named(more, told):
    with pytest.raises(SchemeError) as caught:
        parse_scheme(GOOD + "\n" + more)
    assert told in str(caught.value.values["faults"])


def test_levels_of_every_make_stand_in_one_scheme():
    text = GOOD.replace(
        '[[levels]]\nid = "subgrid"',
        '[[levels]]\nid = "community"\nname = {zh="社区", en="community"}\nmeasure = "population"\n'
        'bounds = {any = [6000, 10000]}\nredraw = true\n\n[[levels]]\nid = "section"\n'
        'name = {zh="大片区", en="section"}\nmake = "faces"\nranks = [1, 2]\nmerge_m2 = 200.0\ncount = 100\n'
        '\n[[levels]]\nid = "subgrid"\nparent = "section"\nwithin = ["community"]',
        1,
    )
    scheme = parse_scheme(text)
    assert [level.make for level in scheme.levels] == ["bounded", "faces", "bounded", "bounded"]
    assert scheme["subgrid"].within == ("community",)
    assert scheme["section"].ranks == (1, 2)


def test_one_level_at_most_is_public() -> None:
    scheme = parse_scheme(GOOD)
    assert scheme.public_level == "", "neither flagged nor a community"
    assert scheme.pick_serving(("subgrid", "grid")) == "subgrid", "the coarsest stands in"
    flagged = parse_scheme(GOOD.replace('id = "grid"', 'id = "grid"\npublic = true', 1))
    assert flagged.public_level == "grid"
    assert flagged.pick_serving(("subgrid", "grid")) == "grid"
    assert flagged.pick_serving(("subgrid",)) == "subgrid", "a plan may lack the level"
    both = GOOD.replace("[[levels]]", "[[levels]]\npublic = true")
    with pytest.raises(SchemeError) as caught:
        parse_scheme(both)
    assert "one level at most, not subgrid, grid" in str(caught.value.values["faults"])


def test_schemes_older_than_the_flag_mean_their_community() -> None:
    """Plans carry their scheme: one made before the flag is shown as it was."""
    older = parse_scheme(load_preset("shangnan").text.replace("public = true\n", ""))
    assert not any(level.public for level in older.levels)
    assert older.public_level == load_preset("shangnan").public_level == "community"


def test_a_scheme_may_be_given_as_itself_and_nothing_else() -> None:
    scheme = load_preset("gridplan")
    assert load_scheme(scheme) is scheme and load_scheme("gridplan") == scheme
    with pytest.raises(SchemeError) as caught:
        load_scheme(7)  # type: ignore[arg-type]
    assert caught.value.key == "scheme_type" and caught.value.values == {"given": "int"}
