"""The page by which the office opens other data and attaches things."""

from __future__ import annotations

import streamlit as st

from gridplan.i18n import t

__all__ = ["show_open"]


def show_open(lang: str) -> None:
    """Show the page."""
    st.title(t("ui.page.open", lang))
