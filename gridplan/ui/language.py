"""The language of a session: from the link, else from the server; the address always tells it."""

from __future__ import annotations

import streamlit as st

from gridplan.i18n import LANGUAGES, choose_language, t

__all__ = ["choose_lang", "offer_languages"]

_KEY = "lang"
_OWN_NAMES = {"zh": "中文", "en": "English"}


def choose_lang() -> str:
    """Return the session's language and keep it in the address, which each change of page clears."""
    if _KEY not in st.session_state:
        told = st.query_params.get(_KEY, "")
        st.session_state[_KEY] = told if told in LANGUAGES else choose_language()
    lang = str(st.session_state[_KEY])
    if st.query_params.get(_KEY) != lang:
        st.query_params[_KEY] = lang
    return lang


def offer_languages(lang: str) -> None:
    """Show the switch."""
    st.segmented_control(
        t("ui.frame.language", lang),
        LANGUAGES,
        format_func=_OWN_NAMES.__getitem__,
        required=True,
        key=_KEY,
        label_visibility="collapsed",
        persist_state="session",
    )
