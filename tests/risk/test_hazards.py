"""The funnel of hazards adds up, and shares are written exactly."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.risk import count_funnel, count_funnels, format_share

hazards = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", ""]),
        st.sampled_from([True, False, None]),
        st.sampled_from(["", "2026-01-02"]),
        st.sampled_from([True, False, None]),
    ),
    max_size=30,
)
AREAS = pd.Index(["a", "b"], name="code")


def _table(rows) -> pd.DataFrame:
    names = ["code", "on_site", "fixed", "is_fixed"]
    table = pd.DataFrame(rows, columns=names[: len(rows[0])] if rows else names)
    kinds = {"code": "str", "on_site": "boolean", "fixed": "str", "is_fixed": "boolean"}
    return table.astype({name: kinds[name] for name in table})


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (95_198, 95_714, "99.46 %"),
        (0, 7, "0.00 %"),
        (7, 7, "100.00 %"),
        (99_999, 100_000, "99.99 %"),
        (1, 1_000_000, "0.01 %"),
        (1, 3, "33.33 %"),
        (2, 3, "66.67 %"),
        (12_345, 1_000_000, "1.23 %"),
        (10_05, 200_000, "0.50 %"),
        (125, 100_000, "0.13 %"),  # a half goes up: 0.125
        (0, 0, ""),
    ],
)
def test_shares_are_written_exactly(part, whole, text):
    assert format_share(part, whole) == text


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_a_share_is_never_further_off_than_half_a_hundredth_and_all_means_all(whole, part):
    part = min(part, whole)
    text = format_share(part, whole)
    assert (text == "100.00 %") == (part == whole) and (text == "0.00 %") == (part == 0)
    off = abs(Fraction(text.removesuffix(" %")) - Fraction(100 * part, whole))
    assert off <= Fraction(1, 100) and (off <= Fraction(1, 200) or text in ("99.99 %", "0.01 %"))


@given(hazards)
def test_the_funnel_adds_up(rows):
    funnel = count_funnel(_table(rows))
    assert funnel.found == len(rows)
    assert funnel.fixed + funnel.open + funnel.unreported == funnel.found
    assert funnel.on_site == sum(here is True and done is not False for _, here, _, done in rows)
    nothing = [here is None and not day and done is None for _, here, day, done in rows]
    assert funnel.unreported == sum(nothing), "what nobody reports is neither fixed nor open"
    unspecified = [here is None and done is not False for _, here, _, done in rows]
    assert funnel.unspecified == sum(unspecified)


@given(hazards)
def test_areas_add_up_to_the_whole(rows):
    table = _table(rows)
    areas = count_funnels(table, table["code"], AREAS)
    inside = count_funnel(table[table["code"] != ""])
    for name in ("found", "on_site", "fixed_later", "fixed_unspecified", "open", "unreported", "unspecified"):
        assert areas[name].sum() == getattr(inside, name)
    assert areas.loc["a", "share"] == count_funnel(table[table["code"] == "a"]).share


def test_what_is_not_reported_is_not_a_no():
    funnel = count_funnel(_table([("a", None, ""), ("a", None, "2026-01-02"), ("a", True, "2026-01-02")]))
    assert (funnel.share, funnel.open, funnel.fixed_unspecified, funnel.fixed_later) == ("100.00 %", 0, 1, 0)
    assert (funnel.unreported, funnel.fixed) == (1, 2)
    assert count_funnel(_table([("a", None, "")])).share == ""


def test_a_status_tells_what_no_date_does():
    rows = [("a", True, "", True), ("a", None, "", True), ("a", False, "", True), ("a", None, "", False),
            ("a", True, "2026-01-02", False), ("a", None, "", None), ("a", False, "", None)]  # fmt: skip
    funnel = count_funnel(_table(rows))
    places = (funnel.on_site, funnel.fixed_unspecified, funnel.fixed_later, funnel.open, funnel.unreported)
    assert places == (1, 1, 1, 3, 1)
    assert funnel.share == "20.00 %", "what is open was not fixed on site"
