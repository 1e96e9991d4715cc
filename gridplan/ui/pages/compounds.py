"""Compounds and service places: the register, the map by type, and how far people walk."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.compounds import (
    COMPOUNDS,
    find_outline_level,
    list_services,
    list_ways,
    tabulate_estates,
    view_compounds,
)
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.issues import select_rows
from gridplan.onemap.numbers import tell_count, tell_km2, tell_whole
from gridplan.onemap.picking import pick_areas
from gridplan.onemap.shown import Shown
from gridplan.onemap.walks import SERVICES
from gridplan.report.compounds import COMPOUND_TYPES, tell_type
from gridplan.ui.choices import choose_level, is_fresh, suggest_level
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import tell_place
from gridplan.ui.rows import LONG_TABLE, choose_row, show_rows
from gridplan.ui.state import OpenedPlan
from gridplan.ui.views import show_view
from gridplan.ui.within import ask_within

__all__ = ["show_compounds"]

_PANELS = ("register", "ways", "services")
# what is pointed out on the map: level and code; a compound is known by its name
_CHOSEN = "compounds-chosen"
_HEIGHT = 470
_REGISTER = ("name", "type", "households", "population", "buildings")
_WAYS = (
    "area",
    "farthest_m",
    "median_m",
    "share_500_m",
    "share_1000_m",
    "place",
    "households",
    "without_way",
)
_SERVICES = ("name", "households", "population", "farthest_m", "median_m", "area_m2")


def show_compounds(opened: OpenedPlan, lang: str) -> None:
    """Show the page.

    Parameters
    ----------
    opened
        The plan that is looked at.
    lang
        "zh" or "en".
    """
    shown = opened.shown
    if shown.compounds.empty and shown.walks is None:
        st.info(t("ui.compounds.empty", lang))
        return
    _show_body(opened, lang)


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    shown = opened.shown
    outline = find_outline_level(shown)
    head = st.container()
    tools = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="compounds-tools")
    with tools:
        within = ask_within(shown, shown.levels[: shown.levels.index(outline) + 1], lang, page="compounds")
        types = st.pills(
            t("compounds.type", lang),
            [one for one in COMPOUND_TYPES if (shown.compounds["type"] == one).any()],
            selection_mode="multi",
            format_func=lambda one: tell_type(one, lang),
            key="compounds-types",
            persist_state="session",
        )
        text = st.text_input(
            t("ui.compounds.search", lang), key="search", placeholder=" ", icon=":material/search:", width=240
        )
    inside = _select(shown, within, outline)
    register = select_rows(inside, text or "", type=types).reset_index(drop=True)
    with head:
        show_figures(_tell_figures(opened, inside, lang))
    title = " · ".join((tell_place(opened, lang), t("ui.page.compounds", lang)))
    make = partial(
        view_compounds,
        shown,
        lang,
        imprint=make_imprint(shown, title, lang, roles=(SERVICES,)),
        within=within,
    )
    with tools:
        offer_exports(
            opened,
            make,
            partial(tabulate_estates, shown, outline, lang, within=within),
            lang,
            key="compounds",
            title=title,
        )
    left, right = st.columns((8, 5), gap="small")
    with left:
        pick = show_view(opened, lang, make, within, key="compounds", focus=st.session_state.get(_CHOSEN))
    if pick is not None and pick.kind == "area":
        st.session_state[_CHOSEN] = (pick.level, pick.code)
        st.session_state["compounds-panel"] = "register"
    with right:
        _show_panel(opened, register, within, lang)


def _select(shown: Shown, within: str, outline: str) -> pd.DataFrame:
    """Select the compounds that lie in an area."""
    register = shown.compounds
    if not within:
        return register
    codes = frozenset(pick_areas(shown, outline, within)["code"])
    held = [not codes.isdisjoint(told.split(", ")) for told in register[outline].astype(str)]
    return register[np.array(held, dtype=bool)]


def _tell_figures(opened: OpenedPlan, register: pd.DataFrame, lang: str) -> list[Figure]:
    shown = opened.shown
    withheld = register["households"].isna().sum()
    note = t("ui.compounds.withheld", lang, count=withheld) if withheld else ""
    figures = [
        Figure(t("ui.compounds.count", lang), tell_count(len(register), lang)),
        *(
            Figure(t(f"compounds.{name}", lang), tell_count(_sum_told(register[name]), lang), note)
            for name in ("households", "population")
        ),
        Figure(t("ui.compounds.cut", lang), tell_count((register["cut"] != "").sum(), lang)),
    ]
    if shown.walks is not None:
        ways = _list_ways(opened.key, find_outline_level(shown), "", opened)
        services = _list_services(opened.key, opened)
        figures.append(Figure(t("estates.services", lang), tell_count(len(services), lang)))
        if ways["farthest_m"].notna().any():
            worst = ways.loc[ways["farthest_m"].idxmax()]
            figures.append(
                Figure(
                    t("ui.compounds.farthest", lang),
                    t("ui.compounds.metres", lang, metres=worst["farthest_m"]),
                    str(worst["name"] or worst["code"]),
                )
            )
    return figures


def _sum_told(counts: pd.Series) -> object:
    """Sum what is told; NA where there is something and nothing of it is told."""
    return counts.sum(min_count=1) if len(counts) else 0


def _show_panel(opened: OpenedPlan, register: pd.DataFrame, within: str, lang: str) -> None:
    shown = opened.shown
    panels = _PANELS if shown.walks is not None else _PANELS[:1]
    if st.session_state.get("compounds-panel") not in panels:
        st.session_state["compounds-panel"] = panels[0]
    panel = st.segmented_control(
        t("ui.compounds.panel", lang),
        panels,
        required=True,
        format_func=lambda one: t(f"ui.compounds.panel.{one}", lang),
        key="compounds-panel",
        label_visibility="collapsed",
    )
    if panel == "ways":
        _show_ways(opened, within, lang)
    elif panel == "services":
        heads = {name: t(f"estates.service.{name}", lang) for name in _SERVICES}
        show_rows(
            _list_services(opened.key, opened),
            heads,
            alt=t("estates.services", lang),
            key="compounds-services",
            height=_HEIGHT,
        )
    else:
        _show_register(shown, register, lang)


def _show_register(shown: Shown, register: pd.DataFrame, lang: str) -> None:
    if register.empty:
        st.info(t("ui.compounds.none", lang))
        return
    chosen = st.session_state.get(_CHOSEN)
    if chosen is not None and chosen[0] == COMPOUNDS:
        _show_compound(shown, chosen[1], lang)
    told = register.assign(type=[tell_type(one, lang) for one in register["type"]])
    heads = {name: t(f"compounds.{name}", lang) for name in _REGISTER}
    at = choose_row(told, heads, alt=t("compounds.register", lang), key="compounds-register", height=_HEIGHT)
    if len(register) > LONG_TABLE:
        st.caption(t("ui.compounds.first", lang, count=LONG_TABLE, total=len(register)))
    name = None if at is None else str(register["name"].iloc[at])
    if is_fresh("compounds-row", name):
        # the map above has to be drawn anew to go to it
        st.session_state[_CHOSEN] = (COMPOUNDS, name)
        st.rerun(scope="fragment")


def _show_compound(shown: Shown, name: str, lang: str) -> None:
    """Show one compound: its counts, the areas that it lies in, and whether these cut it."""
    found = shown.compounds[shown.compounds["name"] == name]
    if found.empty:
        return
    one = found.iloc[0]
    counts = ("households", "population", "dwellings", "buildings")
    facts = [(t(f"compounds.{key}", lang), tell_whole(one[key], lang)) for key in counts]
    facts.append((t("ui.compounds.area", lang), tell_km2(float(one["area_m2"]), lang)))
    facts += [
        (shown.scheme[level].name[lang], str(one[level]))
        for level in shown.levels
        if level in found.columns and one[level]
    ]
    cut = [shown.scheme[level].name[lang] for level in str(one["cut"]).split(", ") if level in shown.levels]
    with st.container(border=True, key="compounds-one"):
        st.subheader(name)
        st.caption(
            " · ".join(
                (
                    tell_type(str(one["type"]), lang),
                    t("estates.cut", lang, levels=cut) if cut else t("estates.whole", lang),
                )
            )
        )
        st.markdown("  \n".join(f"{head}　**{value}**" for head, value in facts))


def _show_ways(opened: OpenedPlan, within: str, lang: str) -> None:
    shown = opened.shown
    outline = find_outline_level(shown)
    levels = shown.levels[shown.levels.index(outline) :]
    level = choose_level(shown, levels, suggest_level(shown, levels[:1]), lang, page="compounds")
    ways = _list_ways(opened.key, level, within, opened)
    names = ways["name"].astype(str)
    told = ways.assign(area=ways["code"].where((names == "") | (names == ways["code"]), names))
    heads = {name: t(f"estates.column.{'name' if name == 'area' else name}", lang) for name in _WAYS}
    alt = t("estates.ways", lang, level=shown.scheme[level].name[lang])
    if level != outline:
        show_rows(told, heads, alt=alt, key="compounds-ways", height=_HEIGHT)
    else:
        at = choose_row(told, heads, alt=alt, key="compounds-ways", height=_HEIGHT)
        code = None if at is None else str(ways["code"].iloc[at])
        if is_fresh("compounds-way", code):
            st.session_state[_CHOSEN] = (outline, code)
            st.rerun(scope="fragment")
    st.caption(t("ui.compounds.ways_note", lang))


@st.cache_resource(max_entries=16, show_spinner=False)
def _list_ways(key: str, level: str, within: str, _opened: OpenedPlan) -> pd.DataFrame:
    del key  # stands for the plan in the cache
    return list_ways(_opened.shown, level, within)


@st.cache_resource(max_entries=8, show_spinner=False)
def _list_services(key: str, _opened: OpenedPlan) -> pd.DataFrame:
    del key  # stands for the plan in the cache
    return list_services(_opened.shown)
