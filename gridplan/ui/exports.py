"""The files of a page: its map and its tables, made only when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from gridplan.errors import GridplanError
from gridplan.i18n import t
from gridplan.onemap.exports import export_view
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.pictures import SCREEN_SIZE, Size
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint, MapView
from gridplan.ui.boxes import choose_one
from gridplan.ui.plain import show_error
from gridplan.ui.state import OpenedPlan

__all__ = [
    "LAYERS",
    "MAP_FILES",
    "STAMPS",
    "WORKBOOK",
    "FileKind",
    "ask_imprint",
    "make_file",
    "name_file",
    "offer_exports",
    "show_files",
    "sign_map",
]

#: Makes the picture of a page, or its tables by title, when a file is asked for.
MakeView = Callable[[], MapView]
MakeTables = Callable[[], Mapping[str, pd.DataFrame]]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that a page offers.

    Parameters
    ----------
    kind
        One of :data:`gridplan.onemap.exports.EXPORT_KINDS`.
    added
        What is added to the name of the file.
    mime
        Its type.
    size
        Size of a picture or a sheet.
    """

    kind: str
    mime: str
    added: str = ""
    size: Size = SCREEN_SIZE


#: Files of a map by name, those that are asked for most first.
MAP_FILES: Mapping[str, FileKind] = {
    "html": FileKind("html", "text/html"),
    "png": FileKind("png", "image/png"),
    "a4": FileKind("pdf", "application/pdf", "_A4", "A4"),
    "a3": FileKind("pdf", "application/pdf", "_A3", "A3"),
    "a4png": FileKind("png", "image/png", "_A4", "A4"),
    "a3png": FileKind("png", "image/png", "_A3", "A3"),
}
#: Files of the data of a page.
WORKBOOK = FileKind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
LAYERS = FileKind("gpkg", "application/geopackage+sqlite3")
#: What may be stamped on a map; the first unless another is chosen.
STAMPS = ("internal", "short", "none")

# where the choices are kept from page to page
_REVIEW, _STAMPED = "export-review", "export-stamp"
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
        show_files(opened.shown, view, tables, lang, key=key, title=title)


def show_files(
    shown: Shown, view: MakeView | None, tables: MakeTables | None, lang: str, *, key: str, title: str
) -> None:
    """Ask for the imprint of the map and show a button for every file.

    The parameters are those of :func:`offer_exports`.
    """
    stem = name_file(title, shown)
    make = view
    if view is not None:
        make = partial(_stamp, view, ask_imprint(shown, lang, key=key, title=title))
    offered = {} if make is None or not _has_fonts(title, lang) else dict(MAP_FILES)
    offered |= {"excel": WORKBOOK} if tables is not None else {}
    offered |= {"gpkg": LAYERS} if make is not None else {}
    with st.container(horizontal=True, gap="small"):
        for name, file in offered.items():
            st.download_button(
                t(f"ui.export.{name}", lang),
                partial(make_file, shown, make, tables, file),
                file_name=f"{stem}{file.added}.{file.kind}",
                mime=file.mime,
                key=f"export-{key}-{name}",
                on_click="ignore",
            )
    st.caption(t(f"ui.export.audience.{shown.audience.name}", lang, code=shown.audience.code))


def name_file(title: str, shown: Shown) -> str:
    """Name a file by what it shows and the date of the data; by today's where that is not known."""
    day = shown.provenance.get("data_date", "") or date.today().isoformat()
    return "_".join(filter(None, (_FILE_SIGNS.sub("_", part).strip("_") for part in (title, day))))


def ask_imprint(shown: Shown, lang: str, *, key: str, title: str) -> Imprint:
    """Ask for the title, the review number and the stamp; the last two are kept from page to page."""
    given = st.text_input(t("ui.export.title", lang), title, key=f"export-{key}-title-{title}")
    left, right = st.columns((1, 2))
    left.text_input(
        t("ui.export.review", lang),
        key=_REVIEW,
        help=t("ui.export.review_help", lang),
        persist_state="session",
    )
    names = {
        stamp: t("onemap.stamp" if stamp == "internal" else f"ui.export.stamp.{stamp}", lang)
        for stamp in STAMPS
    }
    with right:
        choose_one(t("ui.export.stamp", lang), names, key=_STAMPED, lang=lang)
    imprint = sign_map(shown, (given or "").strip() or title, lang)
    if not imprint.stamp and not imprint.review_number:
        st.warning(t("ui.export.unreviewed", lang))
    return imprint


def sign_map(shown: Shown, title: str, lang: str, *, roles: Collection[str] = ()) -> Imprint:
    """Make the imprint of a map: the review number and stamp that were chosen last, the date of its lists.

    Parameters
    ----------
    shown, title, lang, roles
        As in :func:`gridplan.onemap.imprint.make_imprint`.
    """
    review = str(st.session_state.get(_REVIEW) or "").strip()
    stamp = st.session_state.get(f"kept-{_STAMPED}") or STAMPS[0]
    words = {"internal": None, "short": t("ui.export.stamp.short", lang), "none": ""}[stamp]
    return make_imprint(shown, title, lang, roles=roles, review_number=review, stamp=words)


def _has_fonts(title: str, lang: str) -> bool:
    try:
        find_fonts(title, lang)
    except GridplanError as error:
        show_error(error, lang)
        return False
    return True


def _stamp(view: MakeView, imprint: Imprint) -> MapView:
    """Put the chosen imprint on a map; its source and date stay its own."""
    picture = view()
    own = replace(
        picture.imprint, title=imprint.title, review_number=imprint.review_number, stamp=imprint.stamp
    )
    return replace(picture, imprint=own)


def make_file(shown: Shown, view: MakeView | None, tables: MakeTables | None, file: FileKind) -> bytes:
    """Make a file of a page.

    Parameters
    ----------
    shown
        What may be seen.
    view
        Makes the map; None for a page without one.
    tables
        Makes the tables; None for a page without any.
    file
        Which file.

    Returns
    -------
    bytes
    """
    # a workbook needs no map, a map no tables
    picture = view() if view is not None and file is not WORKBOOK else None
    sheets = tables() if tables is not None and file is WORKBOOK else {}
    return export_view(shown, picture, sheets, file.kind, size=file.size)
