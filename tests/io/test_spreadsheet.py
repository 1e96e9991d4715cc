"""Tables for spreadsheet programs."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.errors import WriteError
from gridplan.io import write_tables

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
    assert book["网格四至"]["A3"].data_type == "s", "no formula"


def test_equal_tables_are_equal_files(tmp_path: Path) -> None:
    one, other = (write_tables(TABLES, tmp_path / name)[0].read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other


def test_every_table_is_a_csv_file(tmp_path: Path) -> None:
    written = write_tables(TABLES, tmp_path / "t.csv")
    assert [path.name for path in written] == ["t-网格四至.csv", "t-说明_notes.csv"]
    assert written[0].read_bytes().startswith("﻿编码".encode())
    assert write_tables({"x": TABLES["网格四至"]}, tmp_path / "one.csv") == (tmp_path / "one.csv",)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="table_suffix"):
        write_tables(TABLES, tmp_path / "t.doc")
    assert not list(tmp_path.iterdir())
