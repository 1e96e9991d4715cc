"""What a page gives away: its map and its tables as files, made only when they are asked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from gridplan.errors import GridplanError
from gridplan.i18n import t, translate_error
from gridplan.io import write_tables
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint, MapView
from gridplan.report.fonts import find_fonts
from gridplan.ui.state import OpenedPlan

__all__ = ["MAP_KINDS", "STAMPS", "make_file", "offer_exports"]

#: Makes the picture of a page, or its tables by title, when a file is asked for.
MakeView = Callable[[], MapView]
MakeTables = Callable[[], Mapping[str, pd.DataFrame]]

#: Files of a map: what is added to the name, the ending, the type, and the size or the paper.
MAP_KINDS: Mapping[str, tuple[str, str, str, str]] = {
    "html": ("", ".html", "text/html", ""),
    "png": ("", ".png", "image/png", "screen"),
    "a4": ("_A4", ".pdf", "application/pdf", "A4"),
    "a3": ("_A3", ".pdf", "application/pdf", "A3"),
    "a4png": ("_A4", ".png", "image/png", "A4"),
    "a3png": ("_A3", ".png", "image/png", "A3"),
}
#: What may be stamped on a map; the first unless told otherwise.
STAMPS = ("internal", "short", "none")

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# what makes names of files hard to handle
_FILE_SIGNS = re.compile(r"[\s\[\]:*?/\\\"<>|·]+")


@st.fragment
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
        stem = name_file(title, opened.shown)
        if view is not None:
            _offer_map(opened.shown, view, stem, lang, key=key, title=title)
        if tables is not None:
            st.download_button(
                t("ui.export.excel", lang),
                partial(_make_excel, tables),
                file_name=f"{stem}.xlsx",
                mime=_EXCEL,
                key=f"export-{key}-excel",
                on_click="ignore",
                width="stretch",
                icon=":material/table:",
            )
        audience = opened.shown.audience
        st.caption(t(f"ui.export.audience.{audience.name}", lang, code=audience.code))


def name_file(title: str, shown: Shown) -> str:
    """Name a file by what it shows and the date of the data; by today's where that is not told."""
    told = shown.provenance.get("data_date", "") or date.today().isoformat()
    return "_".join(filter(None, (_FILE_SIGNS.sub("_", part).strip("_") for part in (title, told))))


def _offer_map(shown: Shown, view: MakeView, stem: str, lang: str, *, key: str, title: str) -> None:
    """Ask what shall stand on the map, and offer it in every format."""
    chosen = ask_imprint(shown, lang, key=key, title=title)
    if not _has_fonts(title, lang):
        return
    for row in (("html", "png"), ("a4", "a3"), ("a4png", "a3png")):
        for column, kind in zip(st.columns(len(row)), row, strict=True):
            added, ending, mime, _ = MAP_KINDS[kind]
            column.download_button(
                t(f"ui.export.{kind}", lang),
                partial(make_file, kind, view, chosen),
                file_name=f"{stem}{added}{ending}",
                mime=mime,
                key=f"export-{key}-{kind}",
                on_click="ignore",
                width="stretch",
            )


def ask_imprint(shown: Shown, lang: str, *, key: str, title: str) -> Imprint:
    """Ask for the title, the review number and the stamp; the last two are kept from page to page."""
    told = st.text_input(t("ui.export.title", lang), title, key=f"export-{key}-title-{title}")
    review = st.text_input(
        t("ui.export.review", lang),
        key="export-review",
        help=t("ui.export.review_help", lang),
        persist_state="session",
    )
    stamp = st.selectbox(
        t("ui.export.stamp", lang),
        STAMPS,
        format_func=lambda one: t("onemap.stamp" if one == "internal" else f"ui.export.stamp.{one}", lang),
        key="export-stamp",
        persist_state="session",
    )
    words = {"internal": None, "short": t("ui.export.stamp.short", lang), "none": ""}[stamp]
    if stamp == "none" and not (review or "").strip():
        st.warning(t("ui.export.unreviewed", lang))
    return make_imprint(
        shown, (told or "").strip() or title, lang, review_number=(review or "").strip(), stamp=words
    )


def _has_fonts(title: str, lang: str) -> bool:
    try:
        find_fonts(title, lang)
    except GridplanError as error:
        st.error(translate_error(error, lang))
        return False
    return True


def make_file(kind: str, view: MakeView, imprint: Imprint) -> bytes:
    """Make a file of a map.

    Parameters
    ----------
    kind
        One of :data:`MAP_KINDS`.
    view
        Makes the map.
    imprint
        What stands on it.

    Returns
    -------
    bytes
    """
    picture = replace(view(), imprint=imprint)
    _, ending, _, size = MAP_KINDS[kind]
    if kind == "html":
        from gridplan.onemap.page import write_page

        return write_page(picture).encode("utf-8")
    from gridplan.onemap.poster import draw_poster

    with tempfile.TemporaryDirectory() as folder:
        return draw_poster(picture, Path(folder) / f"map{ending}", size=size).read_bytes()


def _make_excel(tables: MakeTables) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_tables(tables(), Path(folder) / "tables.xlsx")
        return path.read_bytes()
