"""Which pages there are, for which audience, and the frame round all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

import streamlit as st

from gridplan.errors import GridplanError
from gridplan.i18n import t
from gridplan.privacy import Audience
from gridplan.ui.frame import dress_app, find_icon, show_head, show_tools
from gridplan.ui.language import choose_lang
from gridplan.ui.plain import show_error
from gridplan.ui.settings import read_audience
from gridplan.ui.state import JOB, OpenedPlan, find_plan, read_argument

__all__ = ["PAGE_PARAMETER", "list_pages", "list_paths", "run_app"]

#: Pages by job in the order of the menu, and the audiences that they are for.
_PAGES = {
    "overview": ("office", "public", "worker"),
    "population": ("office", "public", "worker"),
    "risk": ("office", "worker"),
    "compounds": ("office", "public", "worker"),
    "issues": ("office",),
    "export": ("office", "public", "worker"),
}
#: Parameter of the address that names a page, see :mod:`gridplan.ui.server`.
PAGE_PARAMETER = "page"
# only the office may put files of its own in
_OPENERS = ("office",)


def list_pages(audience: Audience) -> tuple[str, ...]:
    """List the pages that an audience may see, in the order of the menu."""
    return tuple(name for name, who in _PAGES.items() if audience.name in who)


def list_paths() -> tuple[str, ...]:
    """List the addresses of all pages, whatever the audience."""
    return (*_PAGES, "open")


def run_app() -> None:
    """Set up the app and show the chosen page."""
    # a page's own icon would become the tab's, which Streamlit asks another host for
    st.set_page_config(
        page_title="gridplan", page_icon=find_icon(), layout="wide", initial_sidebar_state="collapsed"
    )
    lang = choose_lang()
    dress_app(lang)
    try:
        audience = read_audience()
    except GridplanError as error:
        show_error(error, lang)
        return
    pages = {name: _make_page(name, lang) for name in list_pages(audience)}
    if audience.name in _OPENERS:
        pages["open"] = st.Page(
            partial(_show_open, lang, pages["overview"]),
            title=t("ui.page.open", lang),
            url_path="open",
            visibility="hidden",
        )
    chosen = st.navigation(list(pages.values()), position="top")
    asked = st.query_params.get(PAGE_PARAMETER, "")
    if asked in pages:
        st.switch_page(pages[asked], query_params={"lang": lang})
    show_tools(lang, pages.get("open"))
    if JOB in st.session_state:
        _attend_job()
    chosen.run()


def _attend_job() -> None:
    from gridplan.ui.pages.open import attend_job

    attend_job()


def _make_page(name: str, lang: str) -> st.Page:
    return st.Page(
        partial(_show_page, name, lang),
        title=t(f"ui.page.{name}", lang),
        url_path=name,
        default=name == "overview",
    )


def _show_page(name: str, lang: str) -> None:
    try:
        wait = "ui.frame.opening" if read_argument() else "ui.frame.preparing"
        with st.spinner(t(wait, lang)):
            opened = find_plan()
        show_head(opened, t(f"ui.page.{name}", lang), lang)
        _find_page(name)(opened, lang)
    except GridplanError as error:
        show_error(error, lang)


def _find_page(name: str) -> Callable[[OpenedPlan, str], None]:
    show: Callable[[OpenedPlan, str], None] = getattr(
        import_module(f"gridplan.ui.pages.{name}"), f"show_{name}"
    )
    return show


def _show_open(lang: str, home: st.Page) -> None:
    from gridplan.ui.pages.open import show_open

    show_open(lang, home)
