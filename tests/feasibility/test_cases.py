"""Small cases with known answers: each cause, each way out, each sum between levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gridplan.feasibility import Outlook, judge_feasibility
from gridplan.report.feasibility import (
    Foresight,
    describe_outlook,
    format_obstacle,
    format_outlook,
    format_way,
    tabulate_obstacles,
)
from gridplan.scheme import Level, Text
from tests.feasibility.small_grounds import GRID, SCHEME, lay_row, make_ground, with_levels

ALONE = with_levels(replace(GRID, parent=""))
COMMUNITY = Level(
    "community",
    Text("社区", "community"),
    measure="population",
    bounds={"any": (6000, 10000)},
    never_cross=(),
)


def judge_row(households, **how) -> Outlook:
    graph, setting = lay_row(households, **how)
    return judge_feasibility(graph, setting, ALONE, border_street=np.arange(len(graph.edges)))


def only(outlook: Outlook, scope: str = "ground"):
    found = [one for one in outlook.obstacles if one.scope == scope]
    assert len(found) == 1
    return found[0]


def test_ninety_households_are_too_many_for_one_and_too_few_for_two() -> None:
    one = only(judge_row([30, 30, 30]))
    assert (one.cause, one.held, one.lost, one.fewest, one.most) == ("lemma", 90, 10, 2, 1)
    assert one.ways[-1].action == "accept" and one.ways[-1].left == 10


def test_two_blocks_over_a_lane_mend_each_other() -> None:
    outlook = judge_row([30, 30, 30, 27, 27, 27], ranks=[0, 0, 2])
    assert outlook.possible
    found = [one for one in outlook.obstacles if one.scope == "block"]
    assert [one.held for one in found] == [90, 81]
    best = found[0].ways[0]
    assert (best.action, best.held, best.fewest, best.most, best.left) == ("cross", 171, 3, 3, 0)
    assert best.streets == (2,) and best.gained == 11


def test_a_main_street_that_may_be_crossed_mends_a_pocket() -> None:
    outlook = judge_row([20, 20, 30, 30, 30], ranks=[0, 1])
    pocket = next(one for one in outlook.obstacles if one.cause == "pocket")
    assert not outlook.possible and pocket.lost == 40
    best = pocket.ways[0]
    # 90 households lose 10 alone; 130 are two areas
    assert (best.action, best.held, best.gained, best.left, best.streets) == ("cross", 130, 50, 0, (1,))


def test_rivers_are_not_told_to_be_crossed() -> None:
    graph, setting = lay_row([20, 20, 30, 30, 30], ranks=[0, 1])
    fixed = np.array([False, True, False, False])
    outlook = judge_feasibility(graph, setting, ALONE, border_street=np.arange(4), fixed_streets=fixed)
    assert {way.action for one in outlook.obstacles for way in one.ways} == {"accept"}


def test_a_street_with_many_stretches_is_lowered_as_a_whole() -> None:
    # four pockets of 30 along one main street, each beside two others only through it
    graph, setting = lay_row([30, 30, 30, 30], ranks=[1, 1, 1])
    outlook = judge_feasibility(graph, setting, ALONE, border_street=np.zeros(3, dtype=np.int64))
    lowered = [way for one in outlook.obstacles for way in one.ways if way.action == "lower"]
    assert lowered and lowered[0].things == 3 and lowered[0].gained == 120 and lowered[0].held == 120


def test_open_land_that_carries_ties_a_pocket_to_its_neighbour() -> None:
    outlook = judge_row([10] * 4 + [0] + [10] * 6, area=[100.0] * 4 + [5000.0] + [100.0] * 6)
    pocket = only(outlook)
    assert (pocket.cause, pocket.held) == ("pocket", 40)
    way = pocket.ways[0]
    assert (way.action, way.land, way.land_m2, way.held, way.gained) == ("carry", (4,), 5000.0, 100, 40)


def test_one_building_above_the_bound_is_lost_until_it_is_cut() -> None:
    one = only(judge_row([100, 30, 30]))
    assert (one.cause, one.held, one.lost) == ("building", 100, 100)
    split = next(way for way in one.ways if way.action == "split")
    assert split.gained == 100 and split.left == 0


def test_leaves_on_a_large_building_are_a_choke() -> None:
    # 150 households are enough for two areas, but only the building in the middle can be one
    leaves = judge_row([40, 70, 40]).obstacles
    assert [(one.cause, one.lost, one.scope) for one in leaves] == [("choke", 40, "ground")] * 2
    # four arms of 26 on a house of 10 are enough for two areas, but all must come through the house
    arms = [(0, 1), (1, 2), (0, 3), (3, 4), (0, 5), (5, 6), (0, 7), (7, 8)]
    graph, setting = make_ground([10] + [13] * 8, arms)
    one = only(judge_feasibility(graph, setting, ALONE))
    assert (one.cause, one.held, one.lost, one.values["neck"]) == ("choke", 114, 34, 10)


def test_thin_ground_below_an_area_cap_is_a_matter_of_density() -> None:
    graph, setting = lay_row([10] * 12, area=900.0)
    level = replace(GRID, parent="", max_area_m2=3000.0)
    one = only(judge_feasibility(graph, setting, with_levels(level)))
    assert (one.cause, one.held, one.lost) == ("density", 120, 120)


def test_a_parents_cap_holds_for_the_areas_inside() -> None:
    graph, setting = lay_row([10] * 12, area=900.0)
    subgrid = replace(SCHEME["subgrid"], max_area_m2=3000.0)
    grid = replace(GRID, max_area_m2=0.0)
    outlook = judge_feasibility(graph, setting, with_levels(subgrid, grid))
    told = next(row for row in outlook.reckonings if row.key == "cap")
    assert (told.verdict, told.other, told.values["lower"]) == ("impossible", "subgrid", 50)
    assert told.values["dense_fit"] < 50 and not outlook.possible


def test_borders_too_short_to_connect_are_told_as_such() -> None:
    graph, setting = lay_row([20, 60])
    level = replace(GRID, parent="", min_border_m=30.0)
    found = judge_feasibility(graph, setting, with_levels(level)).obstacles
    assert [(one.held, one.values.get("cornered")) for one in found if one.scope == "ground"] == [(20, 1)]


def count_rows(people: int, communities: int, grids: int) -> dict[str, str]:
    """Reckon counts on a town of 2,620 people per thousand households, evenly lived in."""
    households = np.full(2000, round(people / 2.62 / 2000))
    edges = np.stack([np.arange(1999), np.arange(1, 2000)], axis=1)
    graph, setting = make_ground(households, edges)
    setting = replace(setting, population=np.full(2000, people // 2000))
    community = replace(COMMUNITY, count=communities)
    grid = replace(GRID, parent="community", count=grids, bounds={"any": (30, 80)}, mixed="weighted")
    outlook = judge_feasibility(graph, setting, with_levels(community, grid))
    return {f"{row.key} {row.level}": row.verdict for row in outlook.reckonings}


def test_thirteen_communities_and_1350_grids_need_106110_people() -> None:
    # domain A2-g: 13 x 6,000-10,000 = 78,000-130,000 people; 1,350 x 30 households x 2.62 = 106,110
    right = count_rows(116_000, 13, 1350)
    assert set(right.values()) == {"holds"} and "counts grid" in right
    assert count_rows(90_000, 13, 1350)["count_total grid"] == "impossible"
    assert count_rows(140_000, 13, 1350)["count_total community"] == "impossible"
    # 5 communities hold 50,000 people at most, 1,350 grids 106,110 at least: never true together
    assert count_rows(116_000, 5, 1350)["counts grid"] == "impossible"


def test_a_coarse_area_that_no_fine_areas_fill_is_a_contradiction() -> None:
    graph, setting = lay_row([30] * 20)
    coarse = replace(COMMUNITY, measure="households", bounds={"any": (90, 95)})
    fine = replace(GRID, parent="community", bounds={"any": (50, 80)})
    rows = judge_feasibility(graph, setting, with_levels(coarse, fine)).reckonings
    assert next(row.verdict for row in rows if row.key == "nesting") == "impossible"


@pytest.mark.parametrize(("count", "verdict"), [(2, "holds"), (3, "impossible")])
def test_faces_are_counted(count: int, verdict: str) -> None:
    graph, setting = lay_row([30, 30, 30, 30], ranks=[0, 1])
    region = Level("region", Text("区域", "region"), make="faces", ranks=(1,), count=count)
    rows = judge_feasibility(graph, setting, with_levels(region)).reckonings
    assert [(row.key, row.verdict, row.values["faces"]) for row in rows] == [("faces", verdict, 2)]


@pytest.mark.parametrize(("count", "verdict"), [(3, "impossible"), (4, "holds")])
def test_a_mean_area_is_a_matter_of_the_count(count: int, verdict: str) -> None:
    graph, setting = lay_row([1] * 8, area=100_000.0)
    level = replace(SCHEME["subgrid"], statistic="mean", count=count)
    rows = judge_feasibility(graph, setting, with_levels(level)).reckonings
    assert [(row.key, row.verdict) for row in rows if row.key == "area_mean"] == [("area_mean", verdict)]


def test_grids_do_not_reach_across_faces_and_areas_of_today() -> None:
    graph, setting = lay_row([30, 30, 30, 30], ranks=[0, 2])
    region = Level("region", Text("区域", "region"), make="faces", ranks=(1, 2))
    inside = replace(GRID, parent="region")
    assert judge_feasibility(graph, setting, with_levels(region, inside)).possible
    old = replace(setting, existing={"village": np.array([0, 0, 0, 1])})
    village = Level("village", Text("村", "village"), make="given")
    outlook = judge_feasibility(graph, old, with_levels(village, replace(GRID, parent="village")))
    assert sorted(one.held for one in outlook.obstacles if one.scope == "ground") == [30, 90]


def test_old_areas_that_cannot_stay_are_told_with_the_neighbour_that_mends_them() -> None:
    graph, setting = lay_row([200] * 41)
    old = replace(setting, existing={"community": np.repeat([0, 1, 2], [10, 18, 13])})
    community = replace(COMMUNITY, redraw=True)
    outlook = judge_feasibility(graph, old, with_levels(community))
    # 6,000, 10,800 and 7,800 people
    one = only(outlook, "existing")
    assert (one.cause, one.held, one.piece, one.lost) == ("lemma", 10_800, 1, 800)
    assert one.ways[0].action == "cross" and one.ways[0].left == 0
    assert outlook.possible and outlook.levels[0].zones_alone == 2


def test_levels_that_only_warn_do_not_forbid() -> None:
    graph, setting = lay_row([30, 30, 30])
    outlook = judge_feasibility(graph, setting, with_levels(replace(GRID, parent="", hard=False)))
    assert outlook.obstacles and outlook.possible


STREETS = pd.DataFrame({"name": ["一路", "杏花巷", ""], "street_class": ["residential"] * 3})


def test_words_name_the_block_the_street_and_the_sum() -> None:
    graph, setting = lay_row([30, 30, 30, 27, 27, 27], ranks=[0, 0, 2])
    outlook = judge_feasibility(
        graph,
        setting,
        ALONE,
        border_street=np.array([-1, -1, 1, -1, -1]),
        fixed_streets=np.zeros(3, dtype=bool),
    )
    told = Foresight(outlook, ALONE, STREETS)
    text = format_obstacle(told, outlook.obstacles[0], "zh")
    assert "第0号街区（杏花巷旁）有90户，按每个网格50–80户分不成整数个：1个嫌多、2个嫌少。" in text
    assert "①与东邻的第1号街区合并（穿过杏花巷，边界20米，合计171户，可分3个）" in text
    english = format_obstacle(told, outlook.obstacles[0], "en")
    assert (
        "Block 0 (on 杏花巷) has 90 households" in english
        and "171 households together, enough for 3" in english
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_that_is_found_has_words(lang: str) -> None:
    """No cause, way or sum without a text: a town with all of them."""
    graph, setting = lay_row(
        [20, 20, 0, 30, 30, 100, 40, 70, 40, 10, 10, 30, 30, 30],
        area=[100.0, 100, 5000, *[100] * 6, 250_000, 100_000, 100, 100, 100],
        ranks=[0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 2, 0],
    )
    setting = replace(setting, existing={"community": np.repeat([0, 1], 7)})
    levels = (
        replace(COMMUNITY, redraw=True, count=2),
        Level("region", Text("区域", "region"), make="faces", ranks=(1,), count=9),
        replace(SCHEME["subgrid"], count=2),
        replace(GRID, parent="subgrid", count=9),
    )
    scheme = with_levels(*levels)
    outlook = judge_feasibility(graph, setting, scheme, border_street=np.arange(13) % 3)
    told = Foresight(outlook, scheme, STREETS, {"community": ["东关", "西关"]})
    text = format_outlook(told, lang)
    for one in outlook.obstacles:
        assert format_obstacle(told, one, lang)
        assert all(format_way(told, one, way, lang) for way in one.ways)
    table = tabulate_obstacles(told, lang)
    assert len(table) == len(outlook.obstacles) and not table.columns.duplicated().any()
    plain = describe_outlook(told)
    assert plain["possible"] is False and len(plain["obstacles"]) == len(table)
    assert "{" not in text
    causes = {one.cause for one in outlook.obstacles}
    assert {"building", "choke", "pocket"} <= causes
