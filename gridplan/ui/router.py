"""Which pages there are, and the language of all of them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from gridplan.i18n import LANGUAGES, choose_language, t
from gridplan.ui.pages.plan import show_plan

__all__ = ["run_app"]

_OWN_NAMES = {"zh": "中文", "en": "English"}


def run_app() -> None:
    """Set up the app and show the chosen page."""
    st.set_page_config(page_title="gridplan", layout="wide")
    with st.sidebar:
        lang = st.radio(
            "语言 / Language",
            LANGUAGES,
            index=LANGUAGES.index(choose_language()),
            format_func=_OWN_NAMES.__getitem__,
            horizontal=True,
            key="lang",
        )
    pages = [st.Page(partial(show_plan, lang), title=t("ui.plan.title", lang), url_path="plan", default=True)]
    st.navigation(pages, position="sidebar" if len(pages) > 1 else "hidden").run()
