"""What visitors choose on the pages of areas: level, measure, an area by a click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.shown import Shown

__all__ = ["choose_level", "choose_measure", "is_fresh", "name_measure", "suggest_level"]

# more areas than this are dust on a first look
_MOST_AT_FIRST = 500
_CARE = "care:"


def suggest_level(shown: Shown, levels: Sequence[str]) -> str:
    """Suggest the finest of some levels that is no dust on the screen."""
    few = [level for level in levels if len(shown.areas[level]) <= _MOST_AT_FIRST]
    return few[-1] if few else levels[0]


def choose_level(shown: Shown, levels: Sequence[str], suggested: str, lang: str) -> str:
    """Let one of some levels be chosen; the choice of another page or place stays where it is one of them."""
    if st.session_state.get("level") not in levels:
        st.session_state["level"] = suggested
    chosen = st.segmented_control(
        t("ui.choice.level", lang),
        levels,
        format_func=lambda level: shown.scheme[level].name[lang],
        required=True,
        key="level",
        persist_state="session",
    )
    return str(chosen)


def choose_measure(measures: Sequence[str], lang: str) -> str:
    """Let the measure be chosen that areas are coloured by."""
    if st.session_state.get("measure") not in measures:
        st.session_state["measure"] = measures[0]
    chosen = st.segmented_control(
        t("ui.choice.measure", lang),
        measures,
        format_func=lambda measure: name_measure(measure, lang),
        required=True,
        key="measure",
        persist_state="session",
    )
    return str(chosen)


def name_measure(measure: str, lang: str) -> str:
    """Name a measure in a word."""
    if measure.startswith(_CARE):
        return t(f"onemap.care.{measure.removeprefix(_CARE)}", lang)
    return t(f"ui.measure.{measure}", lang)


def is_fresh(key: str, value: object) -> bool:
    """Tell whether a choice was made just now: a run of the page sees the old ones again."""
    seen = st.session_state.get(key)
    st.session_state[key] = value
    return value is not None and value != seen
