"""Tables for spreadsheet programs."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raising import raises

from gridplan.errors import WriteError
from gridplan.io import pack_tables, write_tables
from gridplan.io.export import disarm
from gridplan.io.spreadsheet import _NOT_XML

TABLES = {
    "网格四至": pd.DataFrame({"编码": ["S001", "=1+1"], "户数": [3, 4], "长": [1.5, None]}),
    "说明/notes": pd.DataFrame({"说明": ["甲"]}),
}


def test_workbook_has_one_sheet_per_table(tmp_path: Path) -> None:
    (path,) = write_tables(TABLES, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["网格四至", "说明_notes"]
    rows = list(book["网格四至"].iter_rows(values_only=True))
    assert rows == [("编码", "户数", "长"), ("S001", 3, 1.5), ("'=1+1", 4, None)]
    assert book["网格四至"]["A3"].data_type in ("s", "inlineStr"), "no formula"
    assert book["网格四至"]["A1"].font.bold
    assert book["网格四至"].freeze_panes == "A2"
    assert book["网格四至"].auto_filter.ref == "A1:C3"


def test_numbers_are_told_as_people_read_them_and_ids_as_they_are(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"户数": [12345, None], "米": [1.5, 2000.25], "编码": ["00123", "1e5"], "是": [True, False]}
    )
    (path,) = write_tables({"a": table}, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(path)["a"]
    assert [sheet["A2"].number_format, sheet["B3"].number_format] == ["#,##0", "#,##0.00##"]
    assert [sheet["C2"].value, sheet["C3"].value, sheet["D2"].value] == ["00123", "1e5", True]
    assert sheet["A3"].value is None


@settings(max_examples=15)
@given(
    cells=st.lists(
        st.one_of(
            st.text(max_size=8), st.integers(-(10**12), 10**12), st.floats(allow_nan=False), st.booleans()
        ),
        min_size=1,
        max_size=6,
    ),
    heads=st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, cells: list[object], heads: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    table = pd.DataFrame([[cell] * len(heads) for cell in cells], columns=heads, dtype=object)
    (path,) = write_tables({"a": table, "b": table.iloc[:0]}, folder / "t.xlsx")
    rows = list(openpyxl.load_workbook(path)["a"].iter_rows(min_row=2, values_only=True))
    for cell, row in zip(cells, rows, strict=False):
        if isinstance(cell, float) and not np.isfinite(cell):
            assert set(row) == {None}
        elif isinstance(cell, str):
            told = _NOT_XML.sub("", disarm(cell)).replace("\r\n", "\n").replace("\r", "\n")
            assert set(row) == {told or None}
        else:
            # 16 figures are kept
            assert list(row) == pytest.approx([cell] * len(row), rel=1e-14, abs=0)


def test_sheets_have_names_of_their_own(tmp_path: Path) -> None:
    titles = ["x" * 40 + "a", "x" * 40 + "b", "[]:"]
    (path,) = write_tables(dict.fromkeys(titles, TABLES["网格四至"]), tmp_path / "t.xlsx")
    names = openpyxl.load_workbook(path).sheetnames
    assert len(set(names)) == 3
    assert max(len(name) for name in names) <= 31


def test_equal_tables_are_equal_files(tmp_path: Path) -> None:
    one, other = (write_tables(TABLES, tmp_path / name)[0].read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other


def test_every_table_is_a_csv_file(tmp_path: Path) -> None:
    written = write_tables(TABLES, tmp_path / "t.csv")
    assert [path.name for path in written] == ["t-网格四至.csv", "t-说明_notes.csv"]
    assert written[0].read_bytes().startswith("﻿编码".encode())
    assert write_tables({"x": TABLES["网格四至"]}, tmp_path / "one.csv") == (tmp_path / "one.csv",)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with raises(WriteError, "table_suffix"):
        write_tables(TABLES, tmp_path / "t.doc")
    assert not list(tmp_path.iterdir())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(alphabet="aA bB'[~2\x01\n历", max_size=40), max_size=6, unique=True))
def test_every_name_of_a_sheet_is_one_that_excel_takes(titles: list[str]) -> None:
    table = pd.DataFrame({"a": [1]})
    book = openpyxl.load_workbook(io.BytesIO(pack_tables(dict.fromkeys([*titles, "History"], table))))
    assert len(book.sheetnames) == len(titles) + 1
    assert len({name.casefold() for name in book.sheetnames} | {"history"}) == len(titles) + 2
    assert all(len(name) <= 31 and name.strip("'") == name for name in book.sheetnames)


def test_days_are_told_and_not_lost() -> None:
    table = pd.DataFrame(
        {
            "day": [date(2026, 6, 30), None],
            "time": pd.to_datetime(["2026-06-30", None]),
            "at": [datetime(2026, 6, 30, 8, 5), pd.NaT],
        }
    )
    sheet = openpyxl.load_workbook(io.BytesIO(pack_tables({"a": table})))["a"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("2026-06-30", "2026-06-30", "2026-06-30 08:05:00")
    assert not any(any(row) for row in rows[1:])
