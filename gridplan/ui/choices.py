"""What visitors choose on the pages of areas: level and measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.shown import Shown

__all__ = [
    "choose_level",
    "choose_measure",
    "is_fresh",
    "name_level",
    "name_measure",
    "set_level",
    "suggest_level",
]

# more areas than this are dust on a first look
_MOST_AT_FIRST = 500
# buttons side by side; more choices than that are a list that opens
_MOST_BUTTONS = 5
_SELECT_PX = 220
_CARE = "care:"


def suggest_level(shown: Shown, levels: Sequence[str]) -> str:
    """Suggest the finest of some levels whose areas can still be told apart on the screen."""
    few = [level for level in levels if len(shown.areas[level]) <= _MOST_AT_FIRST]
    return few[-1] if few else levels[0]


def choose_level(shown: Shown, levels: Sequence[str], suggested: str, lang: str, *, page: str) -> str:
    """Show a choice of levels; an earlier choice stays where it is one of them.

    Parameters
    ----------
    shown
        What may be seen.
    levels
        The levels.
    suggested
        The one that is taken where none was chosen.
    lang
        "zh" or "en".
    page
        The page, which keeps a choice of its own.
    """
    names = {level: name_level(shown, level, lang) for level in levels}
    return _choose("level", t("ui.choice.level", lang), names, suggested, page)


def choose_measure(measures: Sequence[str], lang: str, *, page: str) -> str:
    """Show a choice of measures to colour areas by; each page keeps its own choice."""
    names = {measure: name_measure(measure, lang) for measure in measures}
    return _choose("measure", t("ui.choice.measure", lang), names, measures[0], page)


def set_level(level: str, *, page: str) -> None:
    """Choose a level for the visitor, before the choice is shown."""
    st.session_state[f"{page}-level"] = level


def _choose(what: str, label: str, names: Mapping[str, str], suggested: str, page: str) -> str:
    kept = f"{page}-{what}"
    if st.session_state.get(kept) not in names:
        st.session_state[kept] = suggested
    # a widget of its own for each page and language: one whose options change keeps the old words
    key = f"{kept}-{'-'.join(names.values())}"
    st.session_state[key] = st.session_state[kept]
    buttons, opening = partial(st.segmented_control, wrap=False), partial(st.selectbox, width=_SELECT_PX)
    choose = buttons if len(names) <= _MOST_BUTTONS else opening
    with st.container(key=what, width="content"):
        choose(
            label,
            list(names),
            format_func=names.__getitem__,
            required=True,
            key=key,
            label_visibility="collapsed",
            on_change=_keep,
            args=(kept, key),
        )
    return str(st.session_state[kept])


def _keep(kept: str, key: str) -> None:
    if st.session_state[key] is not None:
        st.session_state[kept] = st.session_state[key]


def name_level(shown: Shown, level: str, lang: str) -> str:
    """Name a level as a heading does, with a capital."""
    name = shown.scheme[level].name[lang]
    return name[:1].upper() + name[1:]


def name_measure(measure: str, lang: str) -> str:
    """Name a measure in a word."""
    if measure.startswith(_CARE):
        return t(f"onemap.care.{measure.removeprefix(_CARE)}", lang)
    return t(f"ui.measure.{measure}", lang)


def is_fresh(key: str, value: object) -> bool:
    """Return whether a choice was made just now: each run of a page sees the earlier choices too."""
    seen = st.session_state.get(key)
    st.session_state[key] = value
    return value is not None and value != seen
