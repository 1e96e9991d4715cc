"""The funnel of hazards adds up, and shares are told exactly."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.risk import count_funnel, count_funnels, tell_share

hazards = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", ""]),
        st.sampled_from([True, False, None]),
        st.sampled_from(["", "2026-01-02"]),
    ),
    max_size=30,
)
AREAS = pd.Index(["a", "b"], name="code")


def _table(rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "on_site", "fixed"])
    return table.astype({"code": "str", "on_site": "boolean", "fixed": "str"})


@pytest.mark.parametrize(
    ("part", "whole", "told"),
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
def test_shares_are_told_exactly(part, whole, told):
    assert tell_share(part, whole) == told


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_a_share_is_never_further_off_than_half_a_hundredth_and_all_means_all(whole, part):
    part = min(part, whole)
    told = tell_share(part, whole)
    assert (told == "100.00 %") == (part == whole) and (told == "0.00 %") == (part == 0)
    off = abs(Fraction(told.removesuffix(" %")) - Fraction(100 * part, whole))
    assert off <= Fraction(1, 100) and (off <= Fraction(1, 200) or told in ("99.99 %", "0.01 %"))


@given(hazards)
def test_the_funnel_adds_up(rows):
    funnel = count_funnel(_table(rows))
    assert funnel.found == len(rows)
    assert funnel.on_site + funnel.fixed_later + funnel.fixed_untold + funnel.open == funnel.found
    assert funnel.fixed == funnel.found - funnel.open
    assert funnel.on_site == sum(on_site is True for _, on_site, _ in rows)
    assert funnel.untold == sum(on_site is None for _, on_site, _ in rows)


@given(hazards)
def test_areas_add_up_to_the_whole(rows):
    table = _table(rows)
    areas = count_funnels(table, table["code"], AREAS)
    inside = count_funnel(table[table["code"] != ""])
    for name in ("found", "on_site", "fixed_later", "fixed_untold", "open", "untold"):
        assert areas[name].sum() == getattr(inside, name)
    assert areas.loc["a", "share"] == count_funnel(table[table["code"] == "a"]).share


def test_what_is_not_told_is_not_a_no():
    funnel = count_funnel(_table([("a", None, ""), ("a", None, "2026-01-02"), ("a", True, "2026-01-02")]))
    assert (funnel.share, funnel.open, funnel.fixed_untold, funnel.fixed_later) == ("100.00 %", 1, 1, 0)
    assert count_funnel(_table([("a", None, "")])).share == ""
