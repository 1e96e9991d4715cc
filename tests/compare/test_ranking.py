"""Rows in the order of their weight: the heaviest of each key, and of equal ones the first by the ties."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gridplan.compare.ranking import pick_heaviest, rank_rows

ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9)))


@given(ROWS)
def test_the_heaviest_is_picked_and_ties_go_to_the_first(rows: list[tuple[str, int, int, int]]) -> None:
    table = pd.DataFrame(rows, columns=["key", "people", "ground", "code"])
    picked = pick_heaviest(table, "key", ["people", "ground"], ["code"])
    assert sorted(picked["key"]) == sorted(set(table["key"]))
    for row in picked.itertuples():
        mine = [(-people, -ground, code) for key, people, ground, code in rows if key == row.key]
        assert (-row.people, -row.ground, row.code) == min(mine)


@given(ROWS)
def test_ranking_keeps_every_row(rows: list[tuple[str, int, int, int]]) -> None:
    table = pd.DataFrame(rows, columns=["key", "people", "ground", "code"])
    ranked = rank_rows(table, "key", ["people"], ["code"])
    assert sorted(ranked.index) == list(table.index)
    order = [(row.key, -row.people, row.code) for row in ranked.itertuples()]
    assert order == sorted(order)
