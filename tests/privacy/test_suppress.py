"""No published number gives a hidden one away."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parent))
from forests import draw_forest, find_forced, tie
from raising import raises

from gridplan.errors import InputError
from gridplan.privacy import MIN_CELL, Audience, TiedCounts, find_determined, hide_cells, parse_audience

FORESTS = st.one_of(draw_forest(crossing=False), draw_forest(crossing=True))


def _small(cells: TiedCounts) -> np.ndarray:
    return ((cells.values > 0) & (cells.values < MIN_CELL)).any(axis=1)


@given(FORESTS)
def test_small_counts_are_hidden_and_nothing_is_given_away(cells: TiedCounts) -> None:
    hidden = hide_cells(cells)
    assert hidden[_small(cells) & cells.printed].all()
    assert not hidden[(cells.values == 0).all(axis=1)].any()


@given(FORESTS)
def test_no_hidden_count_is_determined(cells: TiedCounts) -> None:
    hidden = hide_cells(cells)
    unknown = hidden | (~cells.printed & (cells.values > 0).any(axis=1))
    assert not (find_forced(cells, unknown) & (hidden | (unknown & _small(cells)))).any()


@given(FORESTS, st.data())
def test_what_is_determined_is_found(cells: TiedCounts, data: st.DataObject) -> None:
    size = len(cells.values)
    hidden = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    np.testing.assert_array_equal(find_determined(cells, hidden), find_forced(cells, hidden))


@settings(max_examples=40)
@given(draw_forest(crossing=False))
def test_in_a_forest_a_hidden_count_may_be_any_of_four(cells: TiedCounts) -> None:
    """Not even who knows that no hidden count is nothing can narrow one down."""
    hidden = hide_cells(cells)
    for column in range(2):
        values = cells.values[:, column]
        bounds = [
            (1 if count else 0, None) if hide else (count, count)
            for count, hide in zip(values, hidden, strict=True)
        ]
        for cell in np.flatnonzero(hidden & (values > 0))[:3]:
            cost = np.arange(len(hidden)) == cell
            ends = [
                linprog(sign * cost, A_eq=cells.incidence, b_eq=np.zeros(len(cells.totals)), bounds=bounds)
                for sign in (1.0, -1.0)
            ]
            assert ends[1].status == 3 or -ends[1].fun - ends[0].fun >= MIN_CELL - 2 - 1e-6


@given(FORESTS)
def test_the_order_of_the_sums_does_not_matter(cells: TiedCounts) -> None:
    turned = TiedCounts(
        values=cells.values, printed=cells.printed, totals=cells.totals, sums=cells.sums[::-1],
        members=cells.members[::-1], judged=cells.judged,
    )  # fmt: skip
    np.testing.assert_array_equal(hide_cells(turned), hide_cells(cells))


@settings(max_examples=40)
@given(FORESTS, st.data())
def test_what_was_decided_stays_and_what_is_added_gives_nothing_away(
    cells: TiedCounts, data: st.DataObject
) -> None:
    """Cells that were published or withheld before stay so, and no later cell is hidden too few."""
    first = hide_cells(cells)
    places = np.flatnonzero(cells.printed)
    decided = np.array([one for one in places if data.draw(st.booleans())], dtype=np.int64)
    again = hide_cells(cells, published=decided[~first[decided]], withheld=decided[first[decided]])
    np.testing.assert_array_equal(again[decided], first[decided])
    assert again[_small(cells) & cells.printed].all()


def _hide(*homes: int) -> list[int]:
    """Hide counts of grids side by side; the whole is number 0, the grids follow."""
    counts = list(homes)
    return np.flatnonzero(
        hide_cells(tie({"grid": list(range(10, 10 + len(counts)))}, counts, counts))
    ).tolist()


def test_the_smallest_further_count_is_hidden() -> None:
    assert _hide(30, 3, 12, 40, 12, 0) == [2, 3]


def test_two_small_counts_protect_each_other() -> None:
    assert _hide(30, 3, 12, 2) == [2, 4]


def test_ones_that_fill_their_sum_are_not_left_to_be_guessed() -> None:
    """Five hidden counts that add up to five, none of them nothing, are one each."""
    assert _hide(1, 1, 1, 1, 1, 9, 50) == [1, 2, 3, 4, 5, 6]


def test_the_whole_is_hidden_where_nothing_else_can_be() -> None:
    assert _hide(3, 0, 0) == [0, 1]


def test_nothing_is_hidden_without_need() -> None:
    assert _hide(30, 5, 0, 12) == []


def test_the_overlap_of_two_published_areas_is_not_given_away() -> None:
    """A compound of 37 households in a grid of 40 would give away the 3 beside it."""
    cells = tie({"grid": [1, 1, 2], "compound": [0, 1, 1]}, [37, 3, 50], [80, 9, 120])
    hidden = hide_cells(cells)
    assert hidden[cells.printed].any()


def test_audiences_are_read_as_written() -> None:
    assert parse_audience(" worker:S001-02 ") == Audience("worker", "S001-02")
    assert parse_audience("public") == Audience("public")
    for wrong in ("", "worker", "worker:", "office:1", "everybody"):
        with raises(InputError, "audience_unknown"):
            parse_audience(wrong)
