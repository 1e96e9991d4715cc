"""Tables on a page."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from guarded_town import BESIDE, TELLTALE, build_guarded_town
from streamlit.testing.v1 import AppTest

from gridplan.onemap.shown import show_plan_to
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.ui.rows import choose_row
from tests.ui.browser.wire import read_memory


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


def test_a_table_carries_no_withheld_count_below_its_empty_cells(
    tmp_path: Path, show_page: Callable[..., AppTest]
) -> None:
    """Arrow, in which a table goes to the browser, has numbers in its memory where it shows none."""
    plan = build_guarded_town(tmp_path)
    shown = show_plan_to(plan, describe_plan(plan), Audience(), name="town")
    parent = shown.areas["grid"].set_index("code").loc[BESIDE, "parent"]
    app = show_page("population", shown)
    app.session_state["population-next"] = ("subgrid", parent)
    app.run()
    tables = [pa.ipc.open_stream(BytesIO(frame.proto.arrow_data.data)).read_all() for frame in app.dataframe]
    memory = " ".join(text for table in tables for text in read_memory(table))
    assert any(BESIDE in str(table.to_pylist()) for table in tables), "the table of the sub-grid is shown"
    assert str(TELLTALE) not in memory
    assert str(TELLTALE + 4) in memory, "the reading of the memory finds the sum, which is shown"
