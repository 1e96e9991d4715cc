"""Read CSV and Excel tables as offices keep them: a title above the heads, merged cells, old encodings."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from gridplan.io.columns import normalise_name

__all__ = ["read_csv", "read_sheet"]

#: Signs that part the cells of a text table; the one that the first lines have most of is taken.
_SEPARATORS = (",", "\t", ";", "|")
#: The heads are looked for in so many rows; own choice, titles and notes above them take one to three.
_FIRST_ROWS = 10
#: A row below the first is taken for the heads if so many of its cells are known names of columns; own
#: choice: of things one says what they are and one where.
_ENOUGH = 2


def read_csv(file: Path, known: Collection[str]) -> tuple[pd.DataFrame, int]:
    """Read a text table.

    Parameters
    ----------
    file
        UTF-8, UTF-16 with its mark (what Excel calls Unicode text) or GB18030; cells parted by comma, tab,
        semicolon or bar.
    known
        Names of columns as :func:`gridplan.io.columns.normalise_name` gives them, to find the heads by.

    Returns
    -------
    table, above
        All cells as text; how many rows stand above the heads.

    Raises
    ------
    ValueError, pandas.errors.ParserWarning
        If rows have more cells than there are heads, or the text is in none of the encodings.
    """
    text = _decode(file.read_bytes()).lstrip(" \r\n")
    separator = max(_SEPARATORS, key="\n".join(text.splitlines()[:_FIRST_ROWS]).count)
    starts, rows = [0], []
    stream = io.StringIO(text, newline="")
    for row in islice(csv.reader(stream, delimiter=separator, skipinitialspace=True), _FIRST_ROWS):
        rows.append(row)
        starts.append(stream.tell())
    above = _find_heads(rows, known)
    rest = io.StringIO(text[starts[above] :])
    with warnings.catch_warnings():
        # rows with more cells than heads would lose the last ones
        warnings.simplefilter("error", pd.errors.ParserWarning)
        # without index_col a sign at the end of each row would push all cells one column on
        table = pd.read_csv(rest, dtype=str, skipinitialspace=True, sep=separator, index_col=False)
    return table, above


def _decode(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def read_sheet(file: Path, sheet: str, known: Collection[str]) -> tuple[pd.DataFrame, int]:
    """Read a sheet of an Excel workbook.

    Parameters
    ----------
    file
        ``.xlsx`` or ``.xlsm``.
    sheet
        Its name, "" for the first one.
    known
        As in :func:`read_csv`.

    Returns
    -------
    table, above
        All cells as text; what a merged cell says counts for each of its rows. And how many rows stand above
        the heads.
    """
    # a sheet that is read row by row does not say which cells are merged
    with pd.ExcelFile(file, engine="openpyxl", engine_kwargs={"read_only": False}) as book:
        name = sheet or book.sheet_names[0]
        first = pd.read_excel(book, sheet_name=name, header=None, nrows=_FIRST_ROWS, dtype=str)
        above = _find_heads([[str(cell) for cell in row] for row in first.to_numpy(dtype=object)], known)
        table = pd.read_excel(book, sheet_name=name, header=above, dtype=str)
        for box in book.book[name].merged_cells.ranges:
            top, column = box.min_row - above - 2, box.min_col - 1
            if 0 <= top < len(table) and column < table.shape[1]:
                table.iloc[top : box.max_row - above - 1, column] = table.iloc[top, column]
    return table, above


def _find_heads(rows: Sequence[Sequence[str]], known: Collection[str]) -> int:
    """Return the row that the heads stand in: the first one, unless a later one clearly is it."""
    hits = list(_count_known(rows, known))
    best = max(range(len(hits)), key=lambda at: (hits[at], -at), default=0)
    return best if hits and hits[best] >= _ENOUGH and hits[0] < _ENOUGH else 0


def _count_known(rows: Sequence[Sequence[str]], known: Collection[str]) -> Iterator[int]:
    for row in rows:
        yield len({name for name in map(normalise_name, row) if name in known})
