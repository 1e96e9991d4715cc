"""The map of risk: nothing is lost, red lies on top, and what is told is what is drawn."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.i18n import LANGUAGES, t
from gridplan.io import write_tables
from gridplan.onemap.risk import (
    AREA_RULES,
    ThingFilter,
    compare_risk_staff,
    count_undated,
    find_spots,
    list_hazards,
    list_key_areas,
    list_kinds,
    rate_all,
    rate_things,
    score_level,
    select_things,
    tabulate_key_areas,
    view_risk,
)
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.onemap.view import Imprint, MapView
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.risk import RATINGS, count_funnel

IMPRINT = Imprint("企业风险", "test", "2026-11-23")
KINDS = ("餐饮", "化工", "")
DATES = ("", "2026-01-31", "2026-02-01", "2026-06-30")
FACTORS = ("likelihood", "exposure", "consequence", "severity")


def _scatter(town: Plan, n: int, seed: int, **columns: object) -> gpd.GeoDataFrame:
    """Strew things over a town; each fifth has no place but a code, each seventh neither."""
    rng = np.random.default_rng(seed)
    atom = rng.integers(0, len(town.atoms) // 2, n)  # nothing lies in the north
    lost, nowhere = np.arange(n) % 5 == 0, np.arange(n) % 7 == 0
    at = shapely.centroid(town.atoms.geometry.to_numpy()[atom])
    frame = {"id": [f"t{i:03d}" for i in range(n)], **columns, "building_id": "", "placed": "point"}
    levels = {
        level: np.where(nowhere, "", town.atoms[level].to_numpy(dtype=str)[atom]) for level in town.areas
    }
    return gpd.GeoDataFrame(frame | levels, geometry=np.where(lost, shapely.Point(), at), crs=town.crs)


def _attach(town: Plan) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(3)
    factors = {name: np.full(60, np.nan) for name in FACTORS}
    factors["likelihood"][:20], factors["exposure"][:20] = 6.0, 3.0
    factors["consequence"][:20] = rng.choice([1.0, 7.0, 15.0, 40.0], 20)
    words = {"name": [f"企业{i}" for i in range(60)], "kind": rng.choice(KINDS, 60), **factors}
    enterprises = _scatter(
        town, 60, 1, **words, level=np.where(np.arange(60) < 20, "", rng.choice([*RATINGS, ""], 60)),
        date=rng.choice(DATES, 60),
    )  # fmt: skip
    points = _scatter(
        town, 30, 2, name="", enterprise="t001", kind="危化", **dict.fromkeys(FACTORS, np.nan),
        level=rng.choice(RATINGS, 30), date=rng.choice(DATES, 30),
    )  # fmt: skip
    hazards = pd.DataFrame(_scatter(
        town, 400, 4, enterprise="t001", kind="", level="", found=rng.choice(DATES, 400),
        on_site=pd.array(rng.choice([True, True, True, False], 400), dtype="boolean"),
        fixed=rng.choice(["", "2026-07-01"], 400),
    ).drop(columns="geometry"))  # fmt: skip
    staff = _scatter(town, 9, 5, post="网格员")
    return {"enterprises": enterprises, "risk_points": points, "hazards": hazards, "staff": staff}


@pytest.fixture(scope="module")
def shown(town: Plan) -> Shown:
    plan = replace(town, attached=_attach(town))
    return show_plan_to(plan, describe_plan(plan), Audience(), name="xiao-cheng")


@pytest.fixture(scope="module")
def bare(town: Plan) -> Shown:
    return show_plan_to(town, describe_plan(town), Audience(), name="xiao-cheng")


def _view(shown: Shown, rule: str = "worst", lang: str = "zh", **choices: object) -> MapView:
    return view_risk(shown, "grid", rule, lang, things=rate_all(shown), imprint=IMPRINT, **choices)


def test_red_lies_above_blue_over_all_layers(shown):
    layers = _view(shown).points
    assert [layer.id for layer in layers] == ["enterprises", "risk_points"]
    assert len({layer.shape for layer in layers}) == 2
    for layer in layers:
        assert (np.diff(layer.heights) >= 0).all()
        letters = [layer.legend[place].letter for place in layer.classes]
        height = {"红": 4, "橙": 3, "黄": 2, "蓝": 1, "未": 0}
        assert [height[letter] for letter in letters] == layer.heights.tolist()


def test_every_thing_is_drawn_or_told_to_have_no_place(shown):
    for layer, table in zip(_view(shown).points, rate_all(shown).values(), strict=True):
        empty = int(table.geometry.is_empty.sum())
        assert len(layer.xy) + empty == len(table)
        assert f"{len(layer.xy)}" in layer.title and f"{empty}个没有位置" in layer.title
        assert len(layer.lines) == len(layer.xy) == len(layer.classes)


def test_colour_never_stands_alone(shown):
    for lang, letters in (("zh", "红橙黄蓝未"), ("en", "ROYB?")):
        view = _view(shown, lang=lang)
        for layer in (*view.points, view.areas):
            told = [one.letter for one in layer.legend if one.letter]
            assert told == list(letters[: len(told)]) and len(told) >= 4
            assert len({one.colour for one in layer.legend}) == len(layer.legend)
            assert len({one.pattern for one in layer.legend[:4]}) == 4


@pytest.mark.parametrize("rule", AREA_RULES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_legends_count_what_they_show(shown, rule, lang):
    areas = _view(shown, rule, lang).areas
    assert len(areas.classes) == len(areas.shapes) == len(areas.labels) == len(areas.lines)
    for place, swatch in enumerate(areas.legend):
        assert f"{(areas.classes == place).sum()}" in swatch.label
    assert areas.classes.max() < len(areas.legend)
    empty = score_level(shown, "grid").reindex(areas.shapes.index)["total"].to_numpy() == 0
    if rule != "hotspot":
        assert ((areas.classes == len(areas.legend) - 1) == empty).all() and empty.any()


def test_areas_within_another_show_what_lies_in_them(shown):
    inside = _view(shown, within="S005")
    assert set(inside.areas.shapes.index) == {"S005-01", "S005-02"}
    assert list(inside.outlines.index) == ["S005"]
    whole = _view(shown)
    kept = [code in inside.areas.shapes.index for code in whole.areas.shapes.index]
    assert [line for line, keep in zip(whole.areas.lines, kept, strict=True) if keep] == inside.areas.lines
    things = rate_all(shown)
    for layer, table in zip(inside.points, things.values(), strict=True):
        own = table[table["subgrid"] == "S005"]
        assert len(layer.xy) == (~own.geometry.is_empty).sum()


def test_areas_that_hold_none_of_those_asked_for_say_so(shown):
    some = {
        role: select_things(table, ThingFilter(ratings=["red"])) for role, table in rate_all(shown).items()
    }
    asked = view_risk(shown, "grid", "count", "zh", things=some, imprint=IMPRINT).areas
    assert "没有符合条件的" in asked.legend[-1].label
    assert "没有企业和风险点" in _view(shown, "count").areas.legend[-1].label


def test_heat_tells_its_radius_and_leaves_out_what_is_not_rated(shown):
    heat = _view(shown, heat=True).heat
    assert heat is not None and "250米" in heat.title and heat.radius_m == 250
    rated = sum(int((~t.geometry.is_empty & (t["rating"] != "")).sum()) for t in rate_all(shown).values())
    assert len(heat.xy) == len(heat.weight) == rated and (heat.weight > 0).all()
    assert _view(shown).heat is None
    filled, bare = _view(shown).areas, _view(shown, heat=True).areas
    assert (bare.classes == -1).all() and not bare.legend and bare.lines == filled.lines


def test_places_without_any_rating_are_shown_as_such(shown):
    blank = {
        role: table.assign(level="", **dict.fromkeys(FACTORS, np.nan))
        for role, table in shown.attached.items() if role in ("enterprises", "risk_points")
    }  # fmt: skip
    unrated = replace(shown, attached=blank)
    for rule in AREA_RULES:
        view = _view(unrated, rule, heat=True)
        assert [one.letter for one in view.points[0].legend] == ["未"] and set(view.points[0].heights) == {0}
        assert view.heat is not None and (view.heat.weight == 1).all() and len(view.heat.xy)
    assert [one.letter for one in _view(unrated).areas.legend] == ["未", ""]
    assert list_key_areas(unrated, "grid")["score"].isna().all()


@pytest.mark.parametrize("rule", AREA_RULES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_without_things_is_drawn_without(bare, rule, lang):
    view = _view(bare, rule, lang, heat=True)
    # no list is not the same as nothing there
    assert view.points == () and (view.areas.classes == -1).all() and not view.areas.legend
    assert all(len(line) == 1 for line in view.areas.lines)
    assert view.heat is not None and len(view.heat.xy) == 0
    assert list_key_areas(bare, "grid", rule=rule).empty
    assert count_funnel(rate_things(bare, "hazards")).found == 0 and list_kinds(rate_all(bare)).named == ()
    assert compare_risk_staff(bare, "grid")["staff"].isna().all()
    assert list_hazards(bare, "grid")["found"].sum() == 0
    tables = tabulate_key_areas(bare, "grid", lang, rule=rule)
    assert len(tables) == 2


choices = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.lists(st.sampled_from([*KINDS, "危化"]), max_size=3),
        "ratings": st.lists(st.sampled_from([*RATINGS, ""]), max_size=4),
        "since": st.sampled_from(DATES),
        "until": st.sampled_from(DATES),
        "area": st.sampled_from([("subgrid", "S005"), ("grid", "S004-01"), None]),
    },
)


@settings(max_examples=40)
@given(chosen=choices)
def test_to_filter_and_count_is_to_count_and_filter(shown, chosen):
    for table in rate_all(shown).values():
        wanted = ThingFilter(**chosen)
        kept = select_things(table, wanted)
        rows = [row for row in table.to_dict("records") if _fits(row, **chosen)]
        assert kept["id"].tolist() == [row["id"] for row in rows]
        counts = kept["rating"].value_counts()
        assert {name: int(counts.get(name, 0)) for name in (*RATINGS, "")} == {
            name: sum(row["rating"] == name for row in rows) for name in (*RATINGS, "")
        }
        anyone = {name: value for name, value in chosen.items() if name not in ("since", "until")}
        undated = [row for row in table.to_dict("records") if _fits(row, **anyone) and not row["date"]]
        dated = bool(chosen.get("since") or chosen.get("until"))
        assert count_undated(table, wanted) == (len(undated) if dated else 0)


def _fits(row, kinds=None, ratings=None, since="", until="", area=None) -> bool:
    return (
        (kinds is None or row["kind"] in kinds)
        and (ratings is None or row["rating"] in ratings)
        and (not (since or until) or row["date"] != "")
        and (not since or row["date"] >= since)
        and (not until or row["date"] <= until)
        and (area is None or row[area[0]] == area[1])
    )


def test_scores_of_children_add_up_to_those_of_their_parents(shown):
    grids, subgrids = score_level(shown, "grid"), score_level(shown, "subgrid")
    parent = shown.areas["grid"].set_index("code")["parent"]
    for column in (*RATINGS, "unknown", "total"):
        assert grids[column].groupby(parent).sum().to_dict() == subgrids[column].to_dict()


def test_hazards_of_the_areas_and_of_a_date_range(shown):
    table, late = rate_things(shown, "hazards"), ThingFilter(since="2026-02-01")
    funnel = count_funnel(select_things(table, late))
    assert funnel.found == (table["found"] >= "2026-02-01").sum()
    assert count_undated(table, late) == (table["found"] == "").sum()
    assert list_hazards(shown, "grid")["found"].sum() == (table["grid"] != "").sum()
    one = count_funnel(select_things(table, ThingFilter(area=("subgrid", "S005"))))
    assert one.found == list_hazards(shown, "subgrid").loc["S005", "found"]


@pytest.mark.parametrize(("lang", "told"), [("zh", "是否整改不明"), ("en", "not reported")])
def test_what_is_not_told_of_hazards_is_not_called_open(shown, lang, told):
    """A list without dates, status and what was fixed on site says nothing of what is open."""
    bare = shown.attached["hazards"].assign(on_site=pd.array([pd.NA] * 400, dtype="boolean"), fixed="")
    mute = replace(shown, attached={**shown.attached, "hazards": bare})
    funnel = count_funnel(rate_things(mute, "hazards"))
    assert (funnel.open, funnel.unreported, funnel.share) == (0, 400, "")
    assert list_key_areas(mute, "grid")["unreported"].sum() > 0
    assert "unreported" not in list_key_areas(shown, "grid"), "no column for what is told of all"
    sheets = tabulate_key_areas(mute, "grid", lang)
    named = [column for column in sheets[t("risk.sheet.hazards", lang)] if told in column]
    assert len(named) >= 1
    lines = [line for area in _view(mute, "worst", lang=lang).areas.lines for line in area]
    assert any(told in line for line in lines)
    assert not any(told in line for area in _view(shown, "worst", lang=lang).areas.lines for line in area)


def test_kinds_are_named_by_their_number():
    table = pd.DataFrame({"kind": ["a"] * 3 + ["b"] * 5 + ["c", "", ""] + list("defgh")})
    kinds = list_kinds({"enterprises": table}, most=3)
    assert kinds.named == (("b", 5), ("a", 3), ("", 2))
    assert kinds.others == ("c", "d", "e", "f", "g", "h") and kinds.others_count == 6
    assert list_kinds({"x": pd.DataFrame({"kind": list("abcd")})}, most=3).others == ()


def test_hot_spots_do_not_change_by_looking_into_a_part(shown):
    scores = score_level(shown, "grid")
    spots = find_spots(shown, "grid", scores)
    assert spots.index.equals(scores.index) and (spots["spot"] == "").all()
    assert "不足30个" in _view(shown, "hotspot").areas.legend_title


def test_staff_of_communities_alone_leave_no_grid_without_anybody(shown):
    staff = shown.attached["staff"].assign(grid="")
    named = replace(shown, attached={**shown.attached, "staff": staff})
    assert compare_risk_staff(named, "grid")["staff"].isna().all()
    assert not compare_risk_staff(named, "grid")["unstaffed"].any()
    assert compare_risk_staff(named, "subgrid")["staff"].sum() > 0
    tables = list(tabulate_key_areas(named, "grid", "en").values())
    assert len(tables[2]) == 0 and len(tables[1]) == len(tables[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_key_areas_as_a_workbook(shown, lang, tmp_path):
    tables = tabulate_key_areas(shown, "grid", lang)
    assert len(tables) == 5
    keys = next(iter(tables.values()))
    listed = list_key_areas(shown, "grid")
    assert keys.iloc[:, 1].tolist() == listed["code"].tolist() and len(keys) == len(listed)
    loads = compare_risk_staff(shown, "grid")
    told, alone = list(tables.values())[1:3]
    assert len(alone) == loads["unstaffed"].sum() > 0
    assert set(told.iloc[:, 0]) | set(alone.iloc[:, 0]) >= set(listed["code"])
    files = write_tables(tables, tmp_path / "key.xlsx")
    assert pd.read_excel(files[0], sheet_name=None).keys() == tables.keys()


def test_the_public_is_told_nothing(town):
    plan = replace(town, attached=_attach(town))
    public = show_plan_to(plan, describe_plan(plan), Audience("public"), name="x")
    things = rate_all(public)
    assert all(table.empty for table in things.values())
    view = view_risk(public, public.levels[0], "worst", "zh", things=things, imprint=IMPRINT)
    assert view.points == () and (view.areas.classes == -1).all() and not view.areas.legend
