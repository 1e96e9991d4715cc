"""Tables for people: an Excel workbook, or CSV files that spreadsheet programs open rightly."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from gridplan.errors import WriteError
from gridplan.io.atomic import replace_files
from gridplan.io.export import disarm

__all__ = ["write_tables"]

# what Excel allows in the name of a sheet
_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
_SHEET_LETTERS = 31
# what makes names of files hard to handle
_FILE_SIGNS = re.compile(r"[\s\[\]:*?/\\\"<>|]+")
# a date of its own in the file would make equal tables unequal files
_STAMP = (2000, 1, 1, 0, 0, 0)
_WIDEST, _NARROWEST = 60, 8
_SAMPLE = 200


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
    ready = {title: _mark_texts(table) for title, table in tables.items()}
    with replace_files(target.absolute().parent) as folder:
        if kind == ".xlsx":
            (folder / target.name).write_bytes(_make_workbook(ready))
            return (target,)
        names = {
            title: target.name if len(ready) == 1 else f"{target.stem}-{_FILE_SIGNS.sub('_', title)}.csv"
            for title in ready
        }
        for title, table in ready.items():
            # the mark at the start tells spreadsheet programs that it is UTF-8
            table.to_csv(folder / names[title], index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return tuple(target.parent / name for name in names.values())


def _mark_texts(table: pd.DataFrame) -> pd.DataFrame:
    ready = table.copy()
    for at, name in enumerate(table.columns):
        if pd.api.types.is_string_dtype(table[name]) or table[name].dtype == object:
            marked = [disarm(cell) if isinstance(cell, str) else cell for cell in table[name]]
            ready.isetitem(at, pd.Series(marked, index=table.index, dtype=object))
    return ready


def _make_workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*_STAMP)
    for title, table in tables.items():
        sheet = book.create_sheet(_SHEET_SIGNS.sub("_", title)[:_SHEET_LETTERS])
        sheet.freeze_panes = "A2"
        for number, name in enumerate(table.columns):
            sheet.column_dimensions[_name_column(number)].width = _choose_width(table, number, str(name))
        heads = [WriteOnlyCell(sheet, value=str(name)) for name in table.columns]
        for head in heads:
            head.font = Font(bold=True)
        sheet.append(heads)
        for row in table.astype(object).where(table.notna(), None).itertuples(index=False, name=None):
            sheet.append(row)
    buffer = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)).save()
    return _stamp_parts(buffer)


def _name_column(number: int) -> str:
    from openpyxl.utils import get_column_letter

    letter: str = get_column_letter(number + 1)
    return letter


def _choose_width(table: pd.DataFrame, column: int, head: str) -> float:
    cells = [head, *(str(cell) for cell in table.iloc[:_SAMPLE, column])]
    widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in cell) for cell in cells)
    return float(min(max(widest + 2, _NARROWEST), _WIDEST))


def _stamp_parts(packed: io.BytesIO) -> bytes:
    """Give every part of a packed file the same date."""
    stamped = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(stamped, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _STAMP)
            target.writestr(part, source.read(name), zipfile.ZIP_DEFLATED)
    return stamped.getvalue()
