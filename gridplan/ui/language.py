"""The language of a session: from the link, else chosen last in this browser, else from the server."""

from __future__ import annotations

import streamlit as st

from gridplan.i18n import LANGUAGES, choose_language, t

__all__ = ["choose_lang", "offer_languages"]

_KEY = "lang"
_OWN_NAMES = {"zh": "中文", "en": "English"}
# what was chosen in this session; a link alone is no choice
_CHOSEN = "lang-chosen"
_COOKIE = "gridplan-lang"
# browsers keep no cookie for longer than 400 days
_COOKIE_S = 400 * 24 * 3600


def choose_lang() -> str:
    """Return the session's language and keep it in the address, which each change of page clears."""
    if _KEY not in st.session_state:
        asked = (st.query_params.get(_KEY, ""), st.context.cookies.get(_COOKIE, ""), choose_language())
        st.session_state[_KEY] = next(lang for lang in asked if lang in LANGUAGES)
    lang = str(st.session_state[_KEY])
    if st.query_params.get(_KEY) != lang:
        st.query_params[_KEY] = lang
    return lang


def offer_languages(lang: str) -> None:
    """Show the switch; what is chosen by it is kept in a cookie, for the next visit."""
    st.segmented_control(
        t("ui.frame.language", lang),
        LANGUAGES,
        format_func=_OWN_NAMES.__getitem__,
        required=True,
        key=_KEY,
        label_visibility="collapsed",
        persist_state="session",
        on_change=_note_choice,
    )
    chosen = st.session_state.get(_CHOSEN)
    if chosen in LANGUAGES:
        cookie = f"{_COOKIE}={chosen}; path=/; max-age={_COOKIE_S}; samesite=lax"
        st.html(
            f"<script>document.cookie = '{cookie}';</script>", width="content", unsafe_allow_javascript=True
        )


def _note_choice() -> None:
    st.session_state[_CHOSEN] = st.session_state[_KEY]
