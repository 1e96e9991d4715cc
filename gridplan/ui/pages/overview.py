"""Overview: the figures of the place, its map, and the three lists that are always asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.list_words import format_misfits, format_remote, format_unstaffed
from gridplan.onemap.numbers import format_count, format_km2
from gridplan.onemap.picking import has_homes
from gridplan.onemap.population import (
    has_things,
    headline,
    list_misfits,
    list_remote,
    list_unstaffed,
    view_areas,
)
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import MapView
from gridplan.ui.area_panel import STATES, find_states, show_area
from gridplan.ui.choices import (
    choose_level,
    choose_measure,
    is_fresh,
    name_level,
    name_measure,
    set_level,
    suggest_level,
)
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import label_place
from gridplan.ui.rows import choose_row
from gridplan.ui.state import OpenedPlan, keep_results
from gridplan.ui.views import encode_once, show_view, take_pick

__all__ = ["prepare_overview", "show_overview"]

_MEASURES = ("population", "status")
# the lists, and the things without which each of them means nothing
_LISTS = {"misfits": "", "unstaffed": "staff", "remote": "services"}
_FORMATS = {"misfits": format_misfits, "unstaffed": format_unstaffed, "remote": format_remote}
# the area in the panel, and the one that a list has asked the map to go to
_PLACE, _FOCUS = "overview-place", "overview-focus"
_LIST_PX = 300
# less than this would read 0.0 %
_WORTH_SAYING = 0.0005


def show_overview(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    show_figures(_make_figures(opened.shown, lang))
    _show_body(opened, lang)


def _make_figures(shown: Shown, lang: str) -> list[Figure]:
    facts = headline(shown)
    share = facts.estimated or 0.0
    estimated = t("ui.overview.estimated", lang, share=share) if share >= _WORTH_SAYING else ""
    figures = [
        Figure(t("ui.overview.people", lang), format_count(_or_na(facts.population), lang)),
        Figure(t("ui.overview.households", lang), format_count(_or_na(facts.households), lang), estimated),
    ]
    for level, count in facts.areas.items():
        lands = facts.lands[level]
        note = t("ui.overview.lands", lang, count=lands) if lands else ""
        figures.append(Figure(name_level(shown, level, lang), format_count(count, lang), note))
    figures.append(Figure(t("ui.overview.compounds", lang), format_count(facts.compounds, lang)))
    figures.append(Figure(t("ui.overview.ground", lang), format_km2(facts.area_m2, lang)))
    return figures


def _or_na(count: int | None) -> object:
    return pd.NA if count is None else count


def prepare_overview(opened: OpenedPlan, lang: str) -> None:
    """Prepare what the page shows, so that the first visitor does not wait for it."""
    levels = opened.shown.levels
    for level in (suggest_level(opened.shown, levels), *levels):
        _, make = _make_view(opened, level, _MEASURES[0], lang)
        encode_once(opened, lang, make, level, _MEASURES[0], key="overview")
    _make_lists(opened)


def _make_view(opened: OpenedPlan, level: str, measure: str, lang: str) -> tuple[str, Callable[[], MapView]]:
    """Return the title of a picture, and the function that makes it."""
    words = (label_place(opened, lang), name_measure(measure, lang), name_level(opened.shown, level, lang))
    title = " · ".join(words)
    imprint = make_imprint(opened.shown, title, lang)
    return title, partial(view_areas, opened.shown, level, measure, lang, imprint=imprint)


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    shown = opened.shown
    pick = take_pick("overview")
    if pick is not None and pick.kind == "area":
        st.session_state[_PLACE] = (pick.level, pick.code)
    left, right = st.columns((7, 4), gap="medium")
    with right:
        panel = st.container()
        _show_lists(opened, lang)
    with left:
        with st.container(horizontal=True, vertical_alignment="center", key="overview-bar"):
            level = choose_level(
                shown, shown.levels, suggest_level(shown, shown.levels), lang, page="overview"
            )
            measure = choose_measure(_MEASURES, lang, page="overview")
            title, make = _make_view(opened, level, measure, lang)
            offer_exports(opened, make, partial(_tabulate, opened, lang), lang, key="overview", title=title)
        place = st.session_state.get(_PLACE)
        chosen = place[1] if place and place[0] == level else ""
        focus = st.session_state.get(_FOCUS)
        show_view(opened, lang, make, level, measure, key="overview", chosen=chosen, focus=focus)
    with panel:
        if place and place[0] in shown.areas:
            show_area(shown, place[0], place[1], lang)
        else:
            _show_states(shown, lang)


def _show_states(shown: Shown, lang: str) -> None:
    """Show by level how many areas with homes are in each state."""
    counts = {
        level: find_states(frame[has_homes(frame)]).value_counts() for level, frame in shown.areas.items()
    }
    states = [state for state in STATES if any(state in count for count in counts.values())]
    heads = "".join(
        f'<th><b class="gp-status gp-{state}">{escape(t(f"onemap.status.{state}", lang))}</b></th>'
        for state in states
    )
    rows = "".join(
        f"<tr><th>{escape(name_level(shown, level, lang))}</th>"
        + "".join(f"<td>{count.get(state, 0):,}</td>" for state in states)
        + "</tr>"
        for level, count in counts.items()
    )
    caption = f"<caption>{escape(t('ui.overview.states', lang))}</caption>"
    st.html(f'<table class="gp-states">{caption}<tr><th></th>{heads}</tr>{rows}</table>')


@keep_results(8)
def _make_lists(opened: OpenedPlan) -> dict[str, pd.DataFrame]:
    made = {"misfits": list_misfits, "unstaffed": list_unstaffed, "remote": list_remote}
    return {name: make(opened.shown) for name, make in made.items()}


def _show_lists(opened: OpenedPlan, lang: str) -> None:
    """Show the lists; choosing a row opens its area."""
    lists = _make_lists(opened)
    names = [
        name for name in _LISTS if _is_known(opened.shown, name) or opened.shown.audience.name == "office"
    ]
    labels = {name: _label_list(opened.shown, name, lists[name], lang) for name in names}
    first = next((name for name in names if _is_known(opened.shown, name) and len(lists[name])), names[0])
    st.caption(t("ui.overview.hint", lang))
    for tab, name in zip(st.tabs(list(labels.values()), default=labels[first]), names, strict=True):
        with tab:
            _show_list(opened.shown, name, lists[name], lang)


def _is_known(shown: Shown, name: str) -> bool:
    return not _LISTS[name] or has_things(shown, _LISTS[name])


def _label_list(shown: Shown, name: str, rows: pd.DataFrame, lang: str) -> str:
    label = t(f"ui.overview.list.{name}", lang)
    return f"{label} {len(rows):,}" if _is_known(shown, name) else label


def _show_list(shown: Shown, name: str, rows: pd.DataFrame, lang: str) -> None:
    if not _is_known(shown, name):
        st.caption(t(f"ui.overview.unknown.{name}", lang))
        return
    if rows.empty:
        st.html(f'<p class="gp-quiet">✓ {escape(t(f"ui.overview.none.{name}", lang))}</p>')
        return
    worded = _word_list(shown, name, rows, lang)
    heads = {column: t(f"ui.overview.column.{column}", lang) for column in ("area", "level", "words")}
    at = choose_row(
        worded, heads, alt=t(f"ui.overview.list.{name}", lang), key=f"overview-{name}", height=_LIST_PX
    )
    if is_fresh(f"overview-{name}-row", at) and at is not None:
        level, code = str(rows["level"].iloc[at]), str(rows["code"].iloc[at])
        st.session_state[_PLACE] = st.session_state[_FOCUS] = (level, code)
        set_level(level, page="overview")


def _word_list(shown: Shown, name: str, rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    levels = {level: name_level(shown, level, lang) for level in shown.levels}
    return pd.DataFrame(
        {
            "area": rows["name"].where(rows["name"] != "", rows["code"]),
            "level": rows["level"].map(levels),
            "words": pd.Series(_FORMATS[name](shown, rows, lang), index=rows.index, dtype="str"),
        }
    )


def _tabulate(opened: OpenedPlan, lang: str) -> dict[str, pd.DataFrame]:
    """Return the lists as tables for the workbook."""
    lists = _make_lists(opened)
    return {
        t(f"ui.overview.list.{name}", lang): _word_list(opened.shown, name, rows, lang)
        .assign(code=rows["code"])
        .rename(columns=lambda column: t(f"ui.overview.column.{column}", lang))
        for name, rows in lists.items()
        if _is_known(opened.shown, name)
    }
