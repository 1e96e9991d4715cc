"""Tables on a page."""

from __future__ import annotations

import pandas as pd
import pytest

from gridplan.ui.rows import choose_row


def test_a_choice_goes_when_other_rows_come(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: dict[str, list[int]] = {}

    def show(rows: pd.DataFrame, *, key: str, **words: object) -> dict[str, dict[str, list[int]]]:
        return {"selection": {"rows": chosen.get(key, chosen.setdefault(key, [] if chosen else [0]))}}

    monkeypatch.setattr("streamlit.dataframe", show)
    table = pd.DataFrame({"name": ["a", "b", "c"], "people": pd.array([1, None, 3], dtype="Int64")})
    heads = {"name": "name", "people": "people"}
    places = [
        choose_row(rows, heads, alt="", key="table")
        for rows in (table, table[1:], table, table.assign(people=0), table.assign(unseen=1), table[::-1])
    ]
    assert places == [0, None, 0, None, 0, None]
