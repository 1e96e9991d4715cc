"""Compounds and service places: the register, the map by type, and how far people walk."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.compounds import (
    COMPOUNDS,
    find_outline_level,
    list_distances,
    list_services,
    pick_compounds,
    tabulate_estates,
    view_compounds,
)
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.issues import select_rows
from gridplan.onemap.numbers import format_count, format_km2, format_whole
from gridplan.onemap.service_access import SERVICES
from gridplan.onemap.shown import Shown
from gridplan.report.compounds import COMPOUND_TYPES, label_type
from gridplan.ui.choices import choose_level, is_fresh, suggest_level
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import label_place
from gridplan.ui.rows import LONG_TABLE, choose_row, show_rows
from gridplan.ui.state import OpenedPlan
from gridplan.ui.thing_panel import show_card, show_service
from gridplan.ui.views import show_view, take_pick
from gridplan.ui.within import ask_within

__all__ = ["show_compounds"]

_PANELS = ("register", "distances", "services")
# what is pointed out on the map: level or layer, and code; a compound is known by its name. What a list has
# asked the map to go to
_CHOSEN, _FOCUS = "compounds-chosen", "compounds-focus"
_HEIGHT = 470
_REGISTER = ("name", "type", "households", "population", "buildings")
_DISTANCES = (
    "area",
    "longest_walk_m",
    "median_walk_m",
    "share_500_m",
    "share_1000_m",
    "place",
    "households",
    "without_route",
)
_SERVICES = ("name", "households", "population", "longest_walk_m", "median_walk_m", "area_m2")


def show_compounds(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    shown = opened.shown
    if shown.compounds.empty and shown.access is None:
        st.info(t("ui.compounds.empty", lang))
        return
    _show_body(opened, lang)


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    shown = opened.shown
    outline = find_outline_level(shown)
    pick = take_pick("compounds")
    if pick is not None:
        st.session_state[_CHOSEN] = (pick.level, pick.code)
        st.session_state["compounds-panel"] = "register" if pick.kind == "area" else "services"
    head = st.container()
    tools = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="compounds-tools")
    with tools:
        within = ask_within(shown, outline, lang, page="compounds", itself=True)
        types = st.pills(
            t("compounds.type", lang),
            [kind for kind in COMPOUND_TYPES if (shown.compounds["type"] == kind).any()],
            selection_mode="multi",
            format_func=lambda kind: label_type(kind, lang),
            key="compounds-types",
            persist_state="session",
        )
        text = st.text_input(
            t("ui.compounds.search", lang), key="search", placeholder=" ", icon=":material/search:", width=240
        )
    register = select_rows(pick_compounds(shown, within), text or "", type=types).reset_index(drop=True)
    # what the filters leave is what the map and the files show
    names = tuple(register["name"]) if types or text else None
    with head:
        show_figures(_make_figures(opened, register, lang))
    title = " · ".join((label_place(opened, lang), t("ui.page.compounds", lang)))
    make = partial(
        view_compounds,
        shown,
        lang,
        imprint=make_imprint(shown, title, lang, roles=(SERVICES,)),
        within=within,
        names=names,
    )
    with tools:
        offer_exports(
            opened,
            make,
            partial(tabulate_estates, shown, outline, lang, within=within, names=names),
            lang,
            key="compounds",
            title=title,
        )
    left, right = st.columns((8, 5), gap="small")
    with left:
        level, code = st.session_state.get(_CHOSEN) or ("", "")
        show_view(
            opened,
            lang,
            make,
            within,
            names,
            key="compounds",
            chosen=code if level == COMPOUNDS else "",
            focus=st.session_state.get(_FOCUS),
        )
    with right:
        _show_panel(opened, register, within, lang)


def _make_figures(opened: OpenedPlan, register: pd.DataFrame, lang: str) -> list[Figure]:
    shown = opened.shown
    withheld = register["households"].isna().sum()
    note = t("ui.compounds.withheld", lang, count=withheld) if withheld else ""
    figures = [
        Figure(t("ui.compounds.count", lang), format_count(len(register), lang)),
        *(
            Figure(t(f"compounds.{name}", lang), format_count(_sum_known(register[name]), lang), note)
            for name in ("households", "population")
        ),
        Figure(t("ui.compounds.cut", lang), format_count((register["cut"] != "").sum(), lang)),
    ]
    if shown.access is not None:
        distances = list_distances(shown, find_outline_level(shown), "")
        services = list_services(shown)
        figures.append(Figure(t("estates.services", lang), format_count(len(services), lang)))
        if distances["longest_walk_m"].notna().any():
            worst = distances.loc[distances["longest_walk_m"].idxmax()]
            figures.append(
                Figure(
                    t("ui.compounds.farthest", lang),
                    t("ui.compounds.metres", lang, metres=worst["longest_walk_m"]),
                    str(worst["name"] or worst["code"]),
                )
            )
    return figures


def _sum_known(counts: pd.Series) -> object:
    """Sum the counts that are known; NA where there are some and none is known."""
    return counts.sum(min_count=1) if len(counts) else 0


def _show_panel(opened: OpenedPlan, register: pd.DataFrame, within: str, lang: str) -> None:
    shown = opened.shown
    panels = _PANELS if shown.access is not None else _PANELS[:1]
    if st.session_state.get("compounds-panel") not in panels:
        st.session_state["compounds-panel"] = panels[0]
    panel = st.segmented_control(
        t("ui.compounds.panel", lang),
        panels,
        required=True,
        format_func=lambda panel: t(f"ui.compounds.panel.{panel}", lang),
        key="compounds-panel",
        label_visibility="collapsed",
    )
    if panel == "distances":
        _show_distances(opened, within, lang)
    elif panel == "services":
        heads = {name: t(f"estates.service.{name}", lang) for name in _SERVICES}
        services = list_services(shown)
        level, code = st.session_state.get(_CHOSEN) or ("", "")
        if level == SERVICES:
            show_service(shown, services, code, lang)
        show_rows(
            services,
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
    level, code = st.session_state.get(_CHOSEN) or ("", "")
    if level == COMPOUNDS:
        _show_compound(shown, register, code, lang)
    rows = register.assign(type=[label_type(kind, lang) for kind in register["type"]])
    heads = {name: t(f"compounds.{name}", lang) for name in _REGISTER}
    at = choose_row(rows, heads, alt=t("compounds.register", lang), key="compounds-register", height=_HEIGHT)
    if len(register) > LONG_TABLE:
        st.caption(t("ui.compounds.first", lang, count=LONG_TABLE, total=len(register)))
    name = None if at is None else str(register["name"].iloc[at])
    if is_fresh("compounds-row", name):
        # the map above has to be drawn again to go to it
        st.session_state[_CHOSEN] = st.session_state[_FOCUS] = (COMPOUNDS, name)
        st.rerun(scope="fragment")


def _show_compound(shown: Shown, register: pd.DataFrame, name: str, lang: str) -> None:
    """Show a compound of the register: its counts, the areas it lies in, and whether these cut it."""
    found = register[(register["name"] == name).to_numpy(dtype=bool)]
    if found.empty:
        return
    compound = found.iloc[0]
    counts = ("households", "population", "dwellings", "buildings")
    facts = [(t(f"compounds.{key}", lang), format_whole(compound[key], lang)) for key in counts]
    facts.append((t("ui.compounds.area", lang), format_km2(float(compound["area_m2"]), lang)))
    facts += [
        (shown.scheme[level].name[lang], str(compound[level]))
        for level in shown.levels
        if level in found.columns
    ]
    cut = [
        shown.scheme[level].name[lang] for level in str(compound["cut"]).split(", ") if level in shown.levels
    ]
    note = t("estates.cut", lang, levels=cut) if cut else t("estates.whole", lang)
    show_card(name, label_type(str(compound["type"]), lang), facts, note)


def _show_distances(opened: OpenedPlan, within: str, lang: str) -> None:
    shown = opened.shown
    outline = find_outline_level(shown)
    levels = shown.levels[shown.levels.index(outline) :]
    level = choose_level(shown, levels, suggest_level(shown, levels[:1]), lang, page="compounds")
    distances = list_distances(shown, level, within)
    names = distances["name"].astype(str)
    rows = distances.assign(area=distances["code"].where((names == "") | (names == distances["code"]), names))
    heads = {name: t(f"estates.column.{'name' if name == 'area' else name}", lang) for name in _DISTANCES}
    alt = t("estates.distances", lang, level=shown.scheme[level].name[lang])
    if level != outline:
        show_rows(rows, heads, alt=alt, key="compounds-distances", height=_HEIGHT)
    else:
        at = choose_row(rows, heads, alt=alt, key="compounds-distances", height=_HEIGHT)
        code = None if at is None else str(distances["code"].iloc[at])
        if is_fresh("compounds-distance", code):
            st.session_state[_CHOSEN] = st.session_state[_FOCUS] = (outline, code)
            st.rerun(scope="fragment")
    st.caption(t("ui.compounds.distances_note", lang))
