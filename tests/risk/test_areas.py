"""The risk of areas: every thing counts once, the worst is the highest, nobody is divided by zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.risk import RATINGS, compare_staff, rank_areas, score_areas
from gridplan.scheme import RiskRules

RULES = RiskRules()
AREAS = pd.Index(["a", "b", "c", "d"], name="code")
things = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "", "elsewhere"]), st.sampled_from([*RATINGS, ""])), max_size=40
)


def _score(rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "rating"], dtype="str")
    return score_areas(table["code"], table["rating"], AREAS, RULES)


@given(things)
def test_every_thing_is_in_exactly_one_class_of_one_area(rows):
    table = _score(rows)
    assert (table[[*RATINGS, "unknown"]].sum(axis=1) == table["total"]).all()
    assert table["total"].sum() == sum(code in AREAS for code, _ in rows)
    for code in AREAS:
        own = [rating for at, rating in rows if at == code]
        assert [table.loc[code, rating] for rating in RATINGS] == [own.count(rating) for rating in RATINGS]


@given(things)
def test_the_worst_is_the_highest_and_not_known_is_not_blue(rows):
    table = _score(rows)
    for code in AREAS:
        own = [rating for at, rating in rows if at == code and rating]
        assert table.loc[code, "worst"] == (min(own, key=RATINGS.index) if own else "")


@given(things, st.sampled_from(["a", "b"]), st.sampled_from(RATINGS))
def test_one_more_thing_makes_no_area_safer(rows, code, rating):
    before, after = _score(rows), _score([*rows, (code, rating)])
    gained = after["score"].fillna(0) - before["score"].fillna(0)
    assert gained[code] == RULES.weights[rating] and (gained.drop(code) == 0).all()
    ranks = [*RATINGS, ""]
    assert ranks.index(after.loc[code, "worst"]) <= ranks.index(before.loc[code, "worst"])


def test_an_area_without_any_rating_has_no_score_and_an_empty_one_has_none_to_add():
    table = _score([("a", ""), ("b", "blue"), ("b", "")])
    assert np.isnan(table.loc["a", "score"])
    assert table.loc["b", ["score", "unknown"]].tolist() == [1, 1]
    assert table.loc["d", "score"] == 0


def test_order_of_the_key_areas_by_each_rule():
    table = _score([("a", "red")] + [("b", "orange")] * 3 + [("c", "blue")] * 5 + [("d", "")] * 2).assign(
        z=[0.1, 0.2, 3.0, 0.0]
    )
    orders = {rule: list(rank_areas(table, rule).index) for rule in ("worst", "weighted", "count", "hotspot")}
    assert orders == {
        "worst": ["a", "b", "c", "d"],
        "weighted": ["b", "a", "c", "d"],
        "count": ["c", "b", "d", "a"],
        "hotspot": ["c", "b", "a", "d"],
    }


@given(things, st.permutations(range(4)))
def test_order_does_not_depend_on_the_rows(rows, order):
    table = _score(rows)
    for rule in ("worst", "weighted", "count"):
        assert rank_areas(table, rule).equals(rank_areas(table.iloc[order], rule))


def test_those_without_staff_come_first_and_are_not_divided_by_zero():
    table = _score([("a", "red"), ("b", "red"), ("b", "red"), ("c", "blue")])
    compared = compare_staff(table, np.array([0, 2, 1, 0]))
    assert list(compared.index) == ["a", "b", "c", "d"]
    assert compared["unstaffed"].tolist() == [True, False, False, False]
    assert compared["per_worker"].isna().tolist() == [True, False, False, True]
    assert compared.loc["b", "per_worker"] == 8 and compared.loc["c", "per_worker"] == 1


@pytest.mark.parametrize("rows", [[], [("a", "red")]])
def test_without_a_list_nothing_is_said_of_the_staff(rows):
    compared = compare_staff(_score(rows), None)
    assert compared["staff"].isna().all() and compared["per_worker"].isna().all()
    assert not compared["unstaffed"].any()
