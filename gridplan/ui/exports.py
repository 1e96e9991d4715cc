"""What a page gives away: its map and its tables as files, made only when they are asked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.io import write_tables
from gridplan.onemap.view import MapView
from gridplan.ui.state import OpenedPlan

__all__ = ["offer_exports"]

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# what makes names of files hard to handle
_FILE_SIGNS = re.compile(r"[\s\[\]:*?/\\\"<>|·]+")

#: Makes the picture of a page, or its tables by title, when a file is asked for.
MakeView = Callable[[], MapView]
MakeTables = Callable[[], Mapping[str, pd.DataFrame]]


def offer_exports(
    opened: OpenedPlan, view: MakeView | None, tables: MakeTables | None, lang: str, *, key: str, title: str
) -> None:
    """Offer what a page shows as files: a small button that opens the choices.

    Nothing is drawn or written before a file is asked for.

    Parameters
    ----------
    opened
        The plan.
    view
        Makes the map of the page as it stands; None for a page without a map.
    tables
        Makes the tables of the page by title, headings in the language of the page, all rows (not only
        those on the screen); None for a page without any.
    lang
        "zh" or "en".
    key
        Another one on each page: "overview", "risk", ...
    title
        What the page shows, of which place and level, as it shall stand on the map and in the names of
        the files ("小商南 · 人口密度 · 网格").
    """
    with st.popover(t("ui.export.open", lang), icon=":material/download:", key=f"export-{key}"):
        stem = _FILE_SIGNS.sub("_", title).strip("_") or opened.name
        if tables is not None:
            st.download_button(
                t("ui.export.excel", lang),
                partial(_make_excel, tables),
                file_name=f"{stem}.xlsx",
                mime=_EXCEL,
                key=f"export-{key}-excel",
                on_click="ignore",
            )


def _make_excel(tables: MakeTables) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_tables(tables(), Path(folder) / "tables.xlsx")
        return path.read_bytes()
