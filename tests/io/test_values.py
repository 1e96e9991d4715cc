"""Cells as people write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.io.values import clean_text, parse_flags, parse_numbers

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    st.integers(0, 10**9),
    st.sampled_from(["{}", " {} ", "{}户", "{}人", "{} 层", "{}F"]),
    st.sampled_from([str, "{:,}".format, lambda n: str(n).translate(FULL_WIDTH), "{}.0".format]),
)
def test_a_number_is_read_however_it_is_written(n: int, frame: str, write: object) -> None:
    read = parse_numbers(pd.Series([frame.format(write(n))]))  # type: ignore[operator]
    assert read.values[0] == n
    assert not read.unreadable[0] and not read.approximate[0]


@settings(max_examples=40)
@given(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.integers()), min_size=1))
def test_any_cell_is_a_number_or_unknown(cells: list[object]) -> None:
    read = parse_numbers(pd.Series(cells, dtype=object))
    known = np.isfinite(read.values)
    assert (read.values[known] >= 0).all()
    assert not (read.unreadable & known).any()


@pytest.mark.parametrize("text", ["约20", "20左右", "20余户", "20+", "~20", "约 20 户"])
def test_about_twenty(text: str) -> None:
    read = parse_numbers(pd.Series([text]))
    assert read.values[0] == 20 and read.approximate[0]


@pytest.mark.parametrize("text", ["abc", "20-30", "12,5", "-3", "十二", "3;4", "∞", "1,2,3"])
def test_what_is_no_count_is_unknown_and_told(text: str) -> None:
    read = parse_numbers(pd.Series([text, "1"]))
    assert np.isnan(read.values[0]) and read.unreadable.tolist() == [True, False]


@pytest.mark.parametrize("text", ["", " ", "／", "-", "无", "不详", "NULL", "nan", None])
def test_a_blank_is_unknown_and_no_fault(text: str | None) -> None:
    read = parse_numbers(pd.Series([text], dtype=object))
    assert np.isnan(read.values[0]) and not read.unreadable[0]


def test_the_type_of_an_id_does_not_change_it() -> None:
    for column in (["7", "8"], [7, 8], [7.0, 8.0], pd.array([7, 8], dtype="Int64")):
        assert clean_text(pd.Series(column)).tolist() == ["7", "8"]


def test_flags() -> None:
    words = pd.Series(["yes", "no", None, "culvert", "1", "0", "是", "否", "building_passage"])
    assert parse_flags(words).tolist() == [True, False, False, True, True, False, True, False, True]
    assert parse_flags(pd.Series([True, False])).tolist() == [True, False]
