"""Posts of a plan, and people assigned to its areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raising import raises
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gridplan.errors import SchemeError
from gridplan.plan import Plan
from gridplan.scheme import StaffRule, Text
from gridplan.staffing import PEOPLE_COLUMNS, assign_people, plan_posts, sum_posts
from gridplan.staffing.matching import match_nearest
from gridplan.staffing.posts import apportion_heads

POST_A, POST_B, TEAM = Text("A岗片长", "lead A"), Text("B岗片长", "lead B"), Text("治理队员", "team")
RULES = (
    StaffRule("subgrid", Text("区域总长", "head"), (1, 1)),
    StaffRule("grid", POST_A, (1, 1), pay_yuan_year=(1200, 7500)),
    StaffRule("grid", POST_B, (1, 1), pay_yuan_year=(1200, 7500), distinct_from="A岗片长"),
    StaffRule("grid", TEAM, (1, 3), pool=20),
)


def _staff(plan: Plan, *rules: StaffRule) -> Plan:
    return replace(plan, scheme=replace(plan.scheme, staffing=rules or RULES))


def _people(rows: list[dict[str, object]]) -> pd.DataFrame:
    blank = {"person": "", "post": "", "x": np.nan, "y": np.nan, "place": "", "capacity": np.nan}
    return pd.DataFrame([blank | row for row in rows], columns=list(PEOPLE_COLUMNS))


def _crowd(plan: Plan, seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    west, south, east, north = plan.district.bounds
    posts = ["", "A岗片长", "lead B", "治理队员", "区域总长", "没有的岗位"]
    codes = ["", "", "", *plan.areas["grid"].index, *plan.areas["subgrid"].index, "nowhere"]
    return _people(
        [
            {
                "person": f"p{rng.integers(0, max(2 * n // 3, 1)):03d}",
                "post": posts[rng.integers(0, len(posts))],
                "x": rng.uniform(west, east) if rng.random() < 0.8 else np.nan,
                "y": rng.uniform(south, north),
                "place": codes[rng.integers(0, len(codes))],
                "capacity": rng.integers(5, 90) if rng.random() < 0.3 else np.nan,
            }
            for _ in range(n)
        ]
    )


def test_posts_are_counted_by_area_and_in_all(town: Plan) -> None:
    plan = _staff(town)
    posts = plan_posts(plan)
    total = sum_posts(plan.scheme, posts).set_index("rule")
    # 12 grids, one of them empty land that nobody works on
    assert total.loc[1, ["areas", "fewest", "most"]].tolist() == [11, 11, 11]
    assert total.loc[1, ["budget_low", "budget_high"]].tolist() == [11 * 1200, 11 * 7500]
    assert total.loc[0, "areas"] == 6
    team = posts[posts["rule"] == 3]
    assert team["planned"].sum() == 20, "the pool is handed out"
    loads = team.loc[team["most"] > 0, "households"] / team.loc[team["most"] > 0, "planned"]
    assert loads.max() <= 40, "80, 76 and 68 households got more than one"


def test_a_pool_beyond_the_most_is_reported_and_does_not_fail(town: Plan) -> None:
    plan = _staff(town, StaffRule("grid", TEAM, (8, 10), pool=966))
    total = sum_posts(plan.scheme, plan_posts(plan)).iloc[0]
    assert total[["fewest", "most", "beyond", "pool_short"]].tolist() == [88, 110, 856, 0]
    assert total["heads_low"] == 966


def test_people_of_a_town_ask_for_their_share(town: Plan) -> None:
    plan = _staff(town, StaffRule("subgrid", TEAM, (0, 0), per_10000=18))
    posts = plan_posts(plan)
    assert posts["fewest"].tolist() == np.ceil(posts["population"] * 18 / 10_000).tolist()
    assert (posts["most"] == posts["fewest"]).all()


def test_a_scheme_without_posts_says_so(town: Plan) -> None:
    plan = replace(town, scheme=replace(town.scheme, staffing=()))
    with raises(SchemeError, "staffing_none"):
        plan_posts(plan)


@settings(max_examples=60)
@given(
    data=st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12
    ),
    total=st.integers(0, 60),
)
def test_handing_out_keeps_the_rules_and_the_sum(data: list[tuple[int, int, int]], total: int) -> None:
    homes, fewest, more = (np.array(column, dtype=np.int64) for column in zip(*data, strict=True))
    most = fewest + more
    heads = apportion_heads(homes, fewest, most, total)
    assert heads.sum() == min(total, most.sum())
    assert (heads <= most).all()
    if total >= fewest.sum():
        assert (heads >= fewest).all()
    else:
        assert (heads <= fewest).all()
    # nobody could take one person from a neighbour and lower the greater of their loads
    loads = np.where(heads > 0, homes / np.maximum(heads, 1), np.inf)
    low = fewest if total >= fewest.sum() else np.zeros_like(fewest)
    limit = most if total >= fewest.sum() else fewest
    giver = np.flatnonzero((heads > low) & (heads > 1))
    taker = np.flatnonzero(heads < limit)
    for a in giver:
        for b in taker:
            assert homes[a] / (heads[a] - 1) >= loads[b] - 1e-9 or (loads[b] == np.inf and homes[b] == 0)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40), k=st.integers(1, 12))
def test_matching_is_the_dense_optimum(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    people, places = rng.integers(0, 1000, (n, 2)) * 1.0, rng.integers(0, 1000, (k, 2)) * 1.0
    room = rng.integers(0, 4, k)
    placed = match_nearest(people, places, room, load=np.zeros(k), capacity=np.ones(n), barred=np.full(n, -1))
    assert (np.bincount(placed[placed >= 0], minlength=k) <= room).all()
    assert (placed >= 0).sum() == min(n, room.sum())
    cost = cdist(people, np.repeat(places, room, axis=0))
    best = cost[linear_sum_assignment(cost)].sum() if room.sum() else 0.0
    got = np.hypot(*(people - places[placed])[placed >= 0].T).sum()
    assert got == pytest.approx(best, abs=0.1 * n + 1e-6), "to the decimetre"


def test_matching_looks_further_where_the_near_places_are_full() -> None:
    people = np.zeros((600, 2))
    places = np.column_stack((np.arange(600.0), np.zeros(600)))
    placed = match_nearest(
        people, places, np.ones(600, dtype=np.int64),
        load=np.zeros(600), capacity=np.ones(600), barred=np.full(600, -1),
    )  # fmt: skip
    assert sorted(placed) == list(range(600))


def test_matching_by_nearness_is_close_to_the_dense_optimum() -> None:
    rng = np.random.default_rng(3)
    people, places = rng.uniform(0, 5000, (700, 2)), rng.uniform(0, 5000, (700, 2))
    placed = match_nearest(
        people, places, np.ones(700, dtype=np.int64),
        load=np.zeros(700), capacity=np.ones(700), barred=np.full(700, -1),
    )  # fmt: skip
    cost = cdist(people, places)
    assert cost[np.arange(700), placed].sum() <= 1.01 * cost[linear_sum_assignment(cost)].sum()


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), n=st.integers(0, 60))
def test_laws_of_an_assignment(town: Plan, seed: int, n: int) -> None:
    plan = _staff(town)
    people = _crowd(plan, seed, n)
    staffing = assign_people(plan, people)
    posts, given_areas = staffing.posts, staffing.assignments
    # every area within its rule, or listed short
    assert (posts["assigned"] <= posts["most"]).all()
    assert (posts["short"] == (posts["fewest"] - posts["assigned"]).clip(lower=0)).all()
    # nobody in two areas of one post, nobody A and B of one grid
    assert not given_areas.duplicated(["rule", "person"]).any()
    a, b = (given_areas[given_areas["rule"] == rule] for rule in (1, 2))
    assert not set(zip(a["code"], a["person"], strict=True)) & set(zip(b["code"], b["person"], strict=True))
    # a named person has that post and no other
    named = people.groupby("person")["post"].agg(set)
    words = {0: {"区域总长"}, 1: {"A岗片长"}, 2: {"lead B"}, 3: {"治理队员"}}
    for row in given_areas.itertuples():
        assert named[row.person] & (words[row.rule] | {""})
    # sums: every row of a person and post is placed, or listed with a reason
    rows = people.drop_duplicates(["person", "post"])
    assert len(given_areas) + len(staffing.unplaced) == len(rows)
    assert posts["assigned"].sum() == len(given_areas)
    counted = given_areas.groupby(["rule", "code"]).size()
    assert counted.to_dict() == posts[posts["assigned"] > 0].set_index(["rule", "code"])["assigned"].to_dict()
    repeated = staffing.issues["code"] == "person_repeated"
    assert repeated.sum() == len(people) - len(rows)
    # nobody is left out of a post that lacks people and that they could take
    lacking = set(posts.loc[posts["short"] > 0, "rule"])
    free = staffing.unplaced[(staffing.unplaced["post"] == "") & (staffing.unplaced["reason"] == "no_room")]
    unlimited = people.groupby("person")["capacity"].agg(lambda column: column.isna().all())
    for person in free["person"]:
        holds = set(given_areas.loc[given_areas["person"] == person, "rule"])
        assert not (unlimited[person] and not holds and lacking)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_row_order_changes_nothing(town: Plan, seed: int) -> None:
    plan = _staff(town)
    people = _crowd(plan, seed, 40)
    people = people.drop_duplicates(["person", "post"])
    shuffled = people.sample(frac=1, random_state=seed)
    one, other = assign_people(plan, people), assign_people(plan, shuffled)
    for name in ("posts", "assignments", "unplaced", "issues"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_people_stay_in_their_own_area_and_the_rest_go_to_the_nearest(town: Plan) -> None:
    plan = _staff(town, RULES[1])
    west, south, east, north = plan.district.bounds
    people = _people(
        [
            {"person": "far", "place": "S001-01", "x": east, "y": south},
            {"person": "near", "x": west, "y": north},
            {"person": "house", "place": str(plan.buildings.index[0])},
        ]
    )
    got = assign_people(plan, people).assignments.set_index("person")
    assert got.loc["far", "code"] == "S001-01", "the own place holds"
    assert got.loc["near", "code"] == "S003-01", "the next one is the nearest with room"
    assert got.loc["house", "distance_m"] < 100


def test_who_cannot_look_after_an_area_does_not_get_it(town: Plan) -> None:
    plan = _staff(town, RULES[1])
    people = _people([{"person": "weak", "x": 0.0, "y": 0.0, "capacity": 25}])
    staffing = assign_people(plan, people)
    assert staffing.posts.set_index("code").loc[staffing.assignments["code"], "households"].max() <= 25


def test_posts_of_the_same_person_are_in_different_areas(town: Plan) -> None:
    plan = _staff(town, *RULES[1:3])
    people = _people([{"person": "x", "post": post, "place": "S001-01"} for post in ("A岗片长", "B岗片长")])
    got = assign_people(plan, people).assignments
    assert got["rule"].tolist() == [0, 1]
    assert got["code"].nunique() == 2
