"""Ratings: a given one wins, more danger is never rated lower, what is not known is not blue."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.risk import RATINGS, rate
from gridplan.scheme import RiskRules

RULES = RiskRules()
FACTORS = ("likelihood", "exposure", "consequence", "severity")
ORDER = ("blue", "yellow", "orange", "red")
factor = st.floats(min_value=0.1, max_value=100)


def _thing(level: str = "", **factors: float) -> pd.DataFrame:
    return pd.DataFrame([{"level": level, **dict.fromkeys(FACTORS, math.nan), **factors}])


def _rate_one(level: str = "", **factors: float) -> tuple[str, str]:
    row = rate(_thing(level, **factors), RULES).iloc[0]
    return row["rating"], row["rated_by"]


@pytest.mark.parametrize(
    ("danger", "rating"),
    [(320, "red"), (319.9, "orange"), (160, "orange"), (159, "yellow"), (70, "yellow"), (69.9, "blue")],
)
def test_cut_offs_of_lec(danger, rating):
    assert _rate_one(likelihood=1, exposure=1, consequence=danger) == (rating, "lec")


def test_a_product_of_decimals_reaches_its_cut_off():
    assert 0.7 * 0.1 * 1000 < 70
    assert _rate_one(likelihood=0.7, exposure=0.1, consequence=1000)[0] == "yellow"


@pytest.mark.parametrize(
    ("likelihood", "severity", "rating"), [(5, 4, "red"), (4, 4, "orange"), (3, 3, "yellow"), (4, 2, "blue")]
)
def test_cut_offs_of_the_matrix(likelihood, severity, rating):
    assert _rate_one(likelihood=likelihood, severity=severity) == (rating, "matrix")


@given(factor, factor, factor, st.sampled_from(range(3)), st.floats(1, 10))
def test_more_danger_is_never_rated_lower(likelihood, exposure, consequence, which, times):
    factors = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence}
    more = dict(factors)
    more[FACTORS[which]] *= times
    assert ORDER.index(_rate_one(**more)[0]) >= ORDER.index(_rate_one(**factors)[0])


@given(st.sampled_from(RATINGS), st.tuples(factor, factor, factor, factor))
def test_a_given_rating_wins_and_lec_comes_before_the_matrix(level, values):
    factors = dict(zip(FACTORS, values, strict=True))
    assert _rate_one(level, **factors) == (level, "given")
    assert _rate_one(**factors)[1] == "lec"


@pytest.mark.parametrize(
    "factors", [{}, {"likelihood": 3.0}, {"likelihood": 3.0, "exposure": 6.0}, {"severity": 5.0}]
)
@pytest.mark.parametrize("level", ["", "purple", None])
def test_what_is_not_known_is_not_blue(level, factors):
    assert _rate_one(level, **factors) == ("", "")


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf])
def test_a_factor_outside_its_scale_is_not_known(value):
    assert _rate_one(likelihood=value, exposure=6, consequence=15) == ("", "")


def test_tables_without_the_columns_and_without_rows():
    assert rate(pd.DataFrame({"id": ["a", "b"]}), RULES)["rating"].tolist() == ["", ""]
    assert rate(_thing()[:0], RULES).empty


def test_rows_do_not_know_of_each_other():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.uniform(0.1, 30, (200, 4)), columns=list(FACTORS)).assign(level="")
    table.loc[::7, "level"] = "red"
    table.loc[::3, "exposure"] = np.nan
    whole = rate(table, RULES)
    assert whole.sample(frac=1, random_state=1).equals(rate(table.sample(frac=1, random_state=1), RULES))
