"""Where the risk of enterprises gathers: the map, hazards, key areas, the load on the staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, replace
from datetime import date

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.numbers import format_count
from gridplan.onemap.risk import (
    AREA_RULES,
    THING_ROLES,
    compare_risk_staff,
    list_key_areas,
    list_kinds,
    rate_all,
    rate_things,
    tabulate_key_areas,
    view_risk,
)
from gridplan.onemap.risk.swatches import name_ratings
from gridplan.onemap.view import MapView
from gridplan.risk import RATINGS, count_funnel
from gridplan.ui.boxes import choose_some
from gridplan.ui.choices import choose_level, is_fresh, name_level, suggest_level
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import label_place
from gridplan.ui.ratings import count_ratings, dress_ratings, name_rated, show_funnel, show_ratings
from gridplan.ui.risk_choice import RiskChoice, RiskThings, choose_things
from gridplan.ui.risk_tables import show_area, show_key_areas, show_loads
from gridplan.ui.state import OpenedPlan, keep_results
from gridplan.ui.thing_panel import find_thing, show_risk_thing
from gridplan.ui.views import show_view, take_pick
from gridplan.ui.within import ask_within

__all__ = ["show_risk"]

_PANELS = ("areas", "hazards", "staff", "area", "thing")
# level and code of the area that was chosen on the map or in the list, and of the one that the list has asked
# the map to go to; layer and id of the thing that was chosen
_AREA, _FOCUS, _THING = "risk-area", "risk-focus", "risk-thing"


def show_risk(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    shown = opened.shown
    if shown.audience.name == "public":
        st.info(t("ui.risk.not_public", lang))
        return
    if not any(len(shown.attached.get(role, ())) for role in (*THING_ROLES, "hazards")):
        _explain_empty(lang)
        return
    dress_ratings()
    _show_body(opened, lang)


def _explain_empty(lang: str) -> None:
    """Explain how to attach enterprises."""
    with st.container(border=True):
        st.subheader(t("ui.risk.empty", lang))
        st.markdown(t("ui.risk.empty_how", lang))
        st.code(
            "gridplan attach plan.gpkg --enterprises enterprises.xlsx --risk-points risk_points.csv "
            "--hazards hazards.csv --staff staff.xlsx",
            language=None,
            wrap_lines=True,
        )
        st.caption(t("ui.risk.empty_columns", lang))


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    pick = take_pick("risk-map")
    if pick is not None:
        place = (pick.level, pick.code)
        st.session_state[_AREA], st.session_state[_THING] = (
            (place, None) if pick.kind == "area" else (None, place)
        )
        st.session_state["risk-panel"] = "area" if pick.kind == "area" else "thing"
    head = st.container()
    tools = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="risk-tools")
    with tools:
        choice = _ask(opened, lang)
    left = _choose(opened, choice)
    with head:
        _show_head(left, choice, lang)
    if left.undated:
        st.caption(t("ui.risk.undated", lang, count=left.undated))
    title = " · ".join(
        (
            label_place(opened, lang),
            t("ui.page.risk", lang),
            name_level(opened.shown, choice.level, lang),
            t(f"ui.risk.rule.{choice.rule}", lang),
        )
    )
    with tools:
        offer_exports(
            opened,
            lambda: _draw(opened, choice, title, lang),
            lambda: _tabulate(opened, choice, lang),
            lang,
            key="risk",
            title=title,
        )
    map_column, panel_column = st.columns((8, 5), gap="small")
    area = _find_area(opened, choice)
    with map_column:
        show_view(
            opened,
            lang,
            lambda: _draw(opened, choice, title, lang),
            *astuple(choice),
            key="risk-map",
            chosen=area[1] if area else "",
            focus=st.session_state.get(_FOCUS),
        )
    with panel_column:
        _show_panel(opened, choice, left, lang)


def _find_area(opened: OpenedPlan, choice: RiskChoice) -> tuple[str, str] | None:
    """Return the area that was chosen, where it is one of those on the map."""
    area: tuple[str, str] | None = st.session_state.get(_AREA)
    if area is None or area[0] != choice.level:
        return None
    return area if (opened.shown.areas[area[0]]["code"] == area[1]).any() else None


@keep_results(64)
def _choose(opened: OpenedPlan, choice: RiskChoice) -> RiskThings:
    return choose_things(opened.shown, choice)


def _draw(opened: OpenedPlan, choice: RiskChoice, title: str, lang: str) -> MapView:
    view = view_risk(
        opened.shown,
        choice.level,
        choice.rule,
        lang,
        things=_choose(opened, choice).things,
        within=choice.within,
        heat=choice.heat,
        imprint=make_imprint(opened.shown, title, lang, roles=choice.layers),
    )
    # the things would lie over the heat that they make
    return replace(view, points=()) if choice.heat else view


def _show_head(left: RiskThings, choice: RiskChoice, lang: str) -> None:
    funnel = count_funnel(left.hazards)
    note = t("ui.risk.narrowed", lang) if choice.narrows else ""
    figures = [
        Figure(t(f"ui.risk.count.{role}", lang), format_count(len(table), lang), note)
        for role, table in left.things.items()
    ]
    if funnel.found:
        note = t("ui.risk.open_note", lang, open=funnel.open)
        if funnel.unreported:
            note += t("ui.risk.more_unreported", lang, count=funnel.unreported)
        figures += [
            Figure(t("ui.risk.count.hazards", lang), format_count(funnel.found, lang), note),
            Figure(
                t("ui.risk.on_site_share", lang),
                funnel.share or "–",
                note,
            ),
        ]
    counts, ratings = st.columns((11, 14), vertical_alignment="center")
    with counts:
        show_figures(figures)
    with ratings:
        first = next(iter(left.things), "enterprises")
        rated = {first: left.things[first]} if left.things else {}
        show_ratings(count_ratings(list(rated.values())), name_rated([first], lang), lang)


def _ask(opened: OpenedPlan, lang: str) -> RiskChoice:
    shown = opened.shown
    level = choose_level(shown, shown.levels, suggest_level(shown, shown.levels), lang, page="risk")
    rule = st.segmented_control(
        t("ui.risk.rule", lang),
        AREA_RULES,
        default=shown.scheme.risk.area_rule,
        required=True,
        format_func=lambda rule: t(f"ui.risk.rule.{rule}", lang),
        help=t("ui.risk.rule_help", lang),
        key="rule",
        persist_state="session",
    )
    layers = st.pills(
        t("ui.risk.layers", lang),
        [role for role in THING_ROLES if role in shown.attached],
        default=[role for role in THING_ROLES if role in shown.attached],
        selection_mode="multi",
        format_func=lambda role: t(f"ui.risk.count.{role}", lang),
        key="layers",
        persist_state="session",
    )
    within = ask_within(shown, level, lang, page="risk")
    kinds, ratings, since, until = _ask_filters(opened, lang)
    heat = st.toggle(
        t("ui.risk.heat", lang, radius=shown.scheme.risk.heat_radius_m),
        key="heat",
        persist_state="session",
    )
    return RiskChoice(level, str(rule), within, tuple(layers), kinds, ratings, since, until, bool(heat))


def _ask_filters(opened: OpenedPlan, lang: str) -> tuple[tuple[str, ...], tuple[str, ...], str, str]:
    """Ask for kinds, ratings and dates."""
    kinds, days = _list_filters(opened)
    with st.popover(t("ui.risk.filters", lang), icon=":material/filter_alt:"):
        names = {kind: f"{kind or t('ui.risk.no_kind', lang)} ({count:,})" for kind, count in kinds.items()}
        chosen = choose_some(
            t("ui.risk.kinds", lang), names, key="kinds", lang=lang, placeholder=t("ui.risk.all", lang)
        )
        ratings = st.pills(
            t("ui.risk.ratings", lang),
            (*RATINGS, ""),
            selection_mode="multi",
            format_func=name_ratings(lang).__getitem__,
            key="ratings",
            persist_state="session",
        )
        since, until = (_ask_day(side, days, lang) if days is not None else "" for side in ("since", "until"))
    return chosen, tuple(ratings), since, until


def _ask_day(side: str, days: tuple[str, str], lang: str) -> str:
    first, last = (date.fromisoformat(day) for day in days)
    day = st.date_input(
        t(f"ui.risk.{side}", lang), None, min_value=first, max_value=last, format="YYYY-MM-DD", key=side
    )
    return day.isoformat() if day is not None else ""


@keep_results(8)
def _list_filters(opened: OpenedPlan) -> tuple[Mapping[str, int], tuple[str, str] | None]:
    """Return the kinds with their counts, and the first and last date of all things."""
    shown = opened.shown
    everything = rate_all(shown)
    kinds = list_kinds(everything, most=sum(len(table) for table in everything.values()))
    hazards = rate_things(shown, "hazards")
    columns = [table["date"] for table in everything.values()] + [hazards["found"]]
    days = pd.concat([column.fillna("").astype("str") for column in columns])
    days = days[days != ""]
    return dict(kinds.named), (str(days.min()), str(days.max())) if len(days) else None


def _show_panel(opened: OpenedPlan, choice: RiskChoice, left: RiskThings, lang: str) -> None:
    shown = opened.shown
    area = _find_area(opened, choice)
    role, code = st.session_state.get(_THING) or ("", "")
    thing = find_thing(left.things.get(role), code)
    panels = [
        panel
        for panel in _PANELS
        if (panel != "hazards" or "hazards" in shown.attached)
        and (panel != "staff" or "staff" in shown.attached)
        and (panel != "area" or area is not None)
        and (panel != "thing" or thing is not None)
    ]
    if st.session_state.get("risk-panel") not in panels:
        st.session_state["risk-panel"] = panels[0]
    panel = st.segmented_control(
        t("ui.risk.panel", lang),
        panels,
        required=True,
        format_func=lambda panel: t(
            f"ui.risk.panel.{panel}", lang, level=shown.scheme[choice.level].name[lang]
        ),
        key="risk-panel",
        label_visibility="collapsed",
    )
    if panel == "hazards":
        show_funnel(count_funnel(left.hazards), lang)
    elif panel == "staff":
        show_loads(_compare(opened, choice), lang)
    elif panel == "area" and area is not None:
        show_area(opened, choice, left, area[1], lang)
    elif panel == "thing":
        show_risk_thing(shown, left, role, code, lang)
    else:
        chosen = show_key_areas(_rank(opened, choice), choice, lang)
        if is_fresh("risk-row", (choice.level, chosen) if chosen else None):
            # the map above has to be drawn again to go to it
            st.session_state[_AREA] = st.session_state[_FOCUS] = (choice.level, chosen)
            st.rerun(scope="fragment")
        if chosen:
            show_area(opened, choice, left, chosen, lang)


@keep_results(64)
def _rank(opened: OpenedPlan, choice: RiskChoice) -> pd.DataFrame:
    things = _choose(opened, choice).things
    return list_key_areas(opened.shown, choice.level, things=things, rule=choice.rule, within=choice.within)


@keep_results(64)
def _compare(opened: OpenedPlan, choice: RiskChoice) -> pd.DataFrame:
    things = _choose(opened, choice).things
    return compare_risk_staff(opened.shown, choice.level, things=things, within=choice.within)


def _tabulate(opened: OpenedPlan, choice: RiskChoice, lang: str) -> Mapping[str, pd.DataFrame]:
    return tabulate_key_areas(
        opened.shown,
        choice.level,
        lang,
        things=_choose(opened, choice).things,
        rule=choice.rule,
        within=choice.within,
    )
