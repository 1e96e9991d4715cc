"""Tables for people: an Excel workbook, or CSV files that spreadsheet programs open rightly."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TypeGuard

import numpy as np
import pandas as pd
from xlsxwriter import Workbook

from gridplan.errors import WriteError
from gridplan.io.atomic import replace_files, write_whole
from gridplan.io.export import disarm

__all__ = ["pack_tables", "write_tables"]

# what Excel allows in the name of a sheet
_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
_SHEET_LETTERS = 31
# the sheet on which Excel writes who changed what
_EXCELS_OWN = "history"
# what makes names of files hard to handle
_FILE_SIGNS = re.compile(r"[\s\[\]:*?/\\\"<>|]+")
# a date of its own in the file would make equal tables unequal files
_MADE = datetime(2000, 1, 1)
# longest text of a cell
_CELL_LETTERS = 32_767
_WIDEST, _NARROWEST = 60, 8
_SAMPLE = 200
# signs that XML has no place for
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# whole numbers with thousands, others with two to four places; the cell holds all of them
_WHOLE, _PARTS = "#,##0", "#,##0.00##"


def write_tables(tables: Mapping[str, pd.DataFrame], path: str | Path) -> tuple[Path, ...]:
    """Write tables to a workbook or to CSV files.

    Parameters
    ----------
    tables
        By title, in the order wanted; the columns are the headings. Texts that a spreadsheet program
        would take for formulas are marked as text.
    path
        ``.xlsx``: one sheet per table. ``.csv``: one file per table; several get ``-<title>`` added to the
        stem. What stood there before is replaced only when everything is whole.

    Returns
    -------
    tuple of Path
        The files. Equal tables give equal files, byte by byte.

    Raises
    ------
    WriteError
        If the suffix is another one, or a file cannot be written.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise WriteError("table_suffix", path=str(target))
    if kind == ".xlsx":
        return (write_whole(target, pack_tables(tables)),)
    ready = {title: _mark_texts(table) for title, table in tables.items()}
    with replace_files(target.absolute().parent) as folder:
        names = {
            title: target.name if len(ready) == 1 else f"{target.stem}-{_FILE_SIGNS.sub('_', title)}.csv"
            for title in ready
        }
        for title, table in ready.items():
            # the mark at the start lets spreadsheet programs see that it is UTF-8
            table.to_csv(folder / names[title], index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return tuple(target.parent / name for name in names.values())


def pack_tables(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Pack tables as an Excel workbook, one sheet per table.

    Parameters
    ----------
    tables
        As for :func:`write_tables`.

    Returns
    -------
    bytes
        Equal tables give equal bytes.
    """
    return _make_workbook({title: _mark_texts(table) for title, table in tables.items()})


def _mark_texts(table: pd.DataFrame) -> pd.DataFrame:
    ready = table.copy()
    for at in range(len(table.columns)):
        column = table.iloc[:, at]
        if pd.api.types.is_string_dtype(column) or column.dtype == object:
            marked = [disarm(cell) if isinstance(cell, str) else cell for cell in column]
            ready.isetitem(at, pd.Series(marked, index=table.index, dtype=object))
    return ready


def _make_workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Make a workbook; rows go straight to the file, so that 100,000 of them need no memory."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"constant_memory": True})
    book.set_properties({"created": _MADE})
    for title, table in zip(_name_sheets(list(tables)), tables.values(), strict=True):
        _add_sheet(book, title, table)
    book.close()
    return buffer.getvalue()


def _name_sheets(titles: list[str]) -> list[str]:
    """Make names of sheets that Excel allows, each a different one, whatever the case of its letters."""
    names: list[str] = []
    taken = {_EXCELS_OWN}
    for number, title in enumerate(titles, 1):
        words = " ".join(_SHEET_SIGNS.sub("_", _clean(title)).split())
        plain = words[:_SHEET_LETTERS].strip("' ") or f"_{number}"
        name, at = plain, number
        while name.casefold() in taken:
            name = f"{plain[: _SHEET_LETTERS - 4]}~{at}"
            at += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _add_sheet(book: Workbook, title: str, table: pd.DataFrame) -> None:
    """Write a table as a sheet: a bold heading that stays in sight and filters, then the rows."""
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    columns, formats = [], []
    for number, name in enumerate(table.columns):
        values = table.iloc[:, number].astype(object).tolist()
        columns.append(values)
        formats.append(book.add_format({"num_format": _choose_format(values)}))
        sheet.set_column(number, number, _choose_width(table, number, str(name)))
    bold = book.add_format({"bold": True})
    for number, name in enumerate(table.columns):
        sheet.write_string(0, number, _clean(str(name)), bold)
    for row, cells in enumerate(zip(*columns, strict=True), 1):
        for number, cell in enumerate(cells):
            if isinstance(cell, str):
                if text := _clean(cell):
                    sheet.write_string(row, number, text)
            elif isinstance(cell, (bool, np.bool_)):
                sheet.write_boolean(row, number, bool(cell))
            elif _is_number(cell):
                sheet.write_number(row, number, cell, formats[number])
            elif isinstance(cell, date) and not pd.isna(cell):
                sheet.write_string(row, number, str(cell).removesuffix(" 00:00:00"))
    if columns:
        sheet.autofilter(0, 0, len(table), len(columns) - 1)


def _choose_format(values: list[object]) -> str:
    """Choose the format of the numbers of a column."""
    return _WHOLE if all(float(value).is_integer() for value in values if _is_number(value)) else _PARTS


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float, np.number)) and bool(np.isfinite(value))


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)[:_CELL_LETTERS]


def _choose_width(table: pd.DataFrame, column: int, head: str) -> int:
    cells = [head, *(str(cell) for cell in table.iloc[:_SAMPLE, column])]
    widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in cell) for cell in cells)
    return min(max(widest + 2, _NARROWEST), _WIDEST)
