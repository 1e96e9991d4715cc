"""Tables for people: an Excel workbook, or CSV files that spreadsheet programs open rightly."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from gridplan.errors import WriteError
from gridplan.io.atomic import replace_files, write_whole
from gridplan.io.export import disarm

__all__ = ["pack_tables", "write_tables"]

# what Excel allows in the name of a sheet
_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
_SHEET_LETTERS = 31
# what makes names of files hard to handle
_FILE_SIGNS = re.compile(r"[\s\[\]:*?/\\\"<>|]+")
# a date of its own in the file would make equal tables unequal files
_STAMP = (2000, 1, 1, 0, 0, 0)
_WIDEST, _NARROWEST = 60, 8
_SAMPLE = 200

# signs that XML has no place for
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# style 0 is plain, style 1 bold
_FORMAT = 'numFmtId="0" fillId="0" borderId="0"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    "<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="
    f'"1"><xf {_FORMAT} fontId="0"/></cellStyleXfs><cellXfs count="2"><xf {_FORMAT} fontId="0" xfId="0"/>'
    f'<xf {_FORMAT} fontId="1" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle '
    'name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


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
            # the mark at the start tells spreadsheet programs that it is UTF-8
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
    """Pack tables as Office Open XML (ECMA-376), several times faster than by a library's cell objects."""
    titles = _name_sheets(list(tables))
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name="{_escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId0" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    parts |= {
        f"xl/worksheets/sheet{n}.xml": _make_sheet(table)
        for n, table in zip(numbers, tables.values(), strict=True)
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, _STAMP)
            target.writestr(part, _XML + content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _name_sheets(titles: list[str]) -> list[str]:
    """Make names of sheets that Excel allows, each a different one."""
    names: list[str] = []
    for number, title in enumerate(titles, 1):
        name = _SHEET_SIGNS.sub("_", title)[:_SHEET_LETTERS] or f"_{number}"
        names.append(f"{name[: _SHEET_LETTERS - 4]}~{number}" if name in names else name)
    return names


def _make_sheet(table: pd.DataFrame) -> str:
    """Write a table as a sheet: a bold heading that stays in sight, then the rows."""
    widths, columns = [], []
    for number, name in enumerate(table.columns):
        letter = _name_column(number)
        width = _choose_width(table, number, str(name))
        widths.append(f'<col min="{number + 1}" max="{number + 1}" width="{width}" customWidth="1"/>')
        head = f'<c r="{letter}1" s="1" t="inlineStr"><is><t>{_escape(str(name))}</t></is></c>'
        cells = enumerate(table.iloc[:, number].astype(object).tolist(), start=2)
        columns.append([head, *(_write_cell(f"{letter}{row}", cell) for row, cell in cells)])
    rows = "".join(
        f'<row r="{n}">{"".join(row)}</row>' for n, row in enumerate(zip(*columns, strict=True), 1)
    )
    columns_told = f"<cols>{''.join(widths)}</cols>" if widths else ""
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{columns_told}<sheetData>{rows}</sheetData></worksheet>"
    )


def _write_cell(place: str, value: object) -> str:
    if isinstance(value, str):
        told = _escape(value)
        text = f'<is><t xml:space="preserve">{told}</t></is>'
        return f'<c r="{place}" t="inlineStr">{text}</c>' if told else ""
    if isinstance(value, (bool, np.bool_)):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if value is None or pd.isna(value) or not np.isfinite(value):  # type: ignore[call-overload]
        return ""
    return f'<c r="{place}"><v>{value}</v></c>'


def _escape(text: str) -> str:
    return escape(_NOT_XML.sub("", text), {'"': "&quot;"})


def _name_column(number: int) -> str:
    """Name a column as spreadsheets do: A to Z, AA, AB and so on."""
    more, last = divmod(number, 26)
    return (_name_column(more - 1) if more else "") + chr(ord("A") + last)


def _choose_width(table: pd.DataFrame, column: int, head: str) -> int:
    cells = [head, *(str(cell) for cell in table.iloc[:_SAMPLE, column])]
    widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in cell) for cell in cells)
    return min(max(widest + 2, _NARROWEST), _WIDEST)
