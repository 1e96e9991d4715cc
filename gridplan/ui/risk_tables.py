"""The tables beside the map of risk: key areas, the load on the staff, what is in one area."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.risk import label_method
from gridplan.onemap.risk.swatches import name_ratings
from gridplan.risk import RATINGS, count_funnel
from gridplan.ui.choices import name_level
from gridplan.ui.plain import escape_markdown
from gridplan.ui.ratings import count_ratings, name_rated, show_ratings
from gridplan.ui.risk_choice import RiskChoice, RiskThings
from gridplan.ui.rows import LONG_TABLE, choose_row, show_rows
from gridplan.ui.state import OpenedPlan

__all__ = ["show_area", "show_key_areas", "show_loads"]

_HEIGHT = 470


def show_key_areas(areas: pd.DataFrame, choice: RiskChoice, lang: str) -> str:
    """Show the areas to be looked at first, and return the code of the one that is chosen, "" for none."""
    if areas.empty:
        st.info(t("ui.risk.no_areas", lang))
        return ""
    letters = {rating: t(f"risk.letter.{rating}", lang) for rating in RATINGS} | {"": ""}
    table = areas.assign(
        rank=range(1, len(areas) + 1), area=_name_areas(areas), worst=areas["worst"].map(letters)
    )
    heads = {"rank": "#", "area": t("ui.risk.column.area", lang), "worst": t("ui.risk.column.worst", lang)}
    if choice.rule == "hotspot":
        table["spot"] = [t(f"risk.spot.{spot or 'none'}", lang) for spot in areas["spot"]]
        heads["spot"] = t("ui.risk.column.spot", lang)
    columns = (*RATINGS, "unknown") if areas["unknown"].any() else RATINGS
    heads |= {rating: t(f"risk.letter.{rating}", lang) for rating in columns}
    heads["score"] = t("ui.risk.column.score", lang)
    if "open" in areas:
        heads["open"] = t("ui.risk.column.open", lang)
    if "unreported" in areas:
        heads["unreported"] = t("ui.risk.column.unreported", lang)
    chosen = choose_row(
        table, heads, alt=t("ui.risk.panel.areas", lang, level=""), key="risk-areas", height=_HEIGHT
    )
    if len(areas) > LONG_TABLE:
        st.caption(t("ui.risk.first", lang, count=LONG_TABLE, total=len(areas)))
    return "" if chosen is None else str(areas["code"].iloc[chosen])


def show_loads(loads: pd.DataFrame, lang: str) -> None:
    """Show the risk of areas against the people who work there."""
    nobody = int(loads["unstaffed"].sum())
    if nobody:
        st.warning(t("ui.risk.unstaffed", lang, count=nobody), icon=":material/person_off:")
    table = loads.assign(area=_name_areas(loads), per_worker=loads["per_worker"].round(1))
    heads = {column: t(f"ui.risk.column.{column}", lang) for column in ("area", "total", "score", "staff")}
    heads["per_worker"] = t("ui.risk.column.per_worker", lang)
    show_rows(table, heads, alt=t("ui.risk.panel.staff", lang), key="risk-loads", height=_HEIGHT)


def show_area(opened: OpenedPlan, choice: RiskChoice, left: RiskThings, code: str, lang: str) -> None:
    """Show what is in an area: its things by rating, its hazards, its enterprises and risk points."""
    level = choice.level
    areas = opened.shown.areas[level]
    named = areas.loc[areas["code"] == code, "name"]
    if named.empty:
        return
    name = named.iloc[0]
    inside = {role: table[table[level] == code] for role, table in left.things.items()}
    head = code if name in ("", code) else f"{name} · {code}"
    st.subheader(escape_markdown(f"{name_level(opened.shown, level, lang)} {head}"))
    show_ratings(count_ratings(list(inside.values())), name_rated(list(inside), lang), lang)
    hazards = left.hazards[left.hazards[level] == code]
    if len(hazards):
        funnel = count_funnel(hazards)
        caption = t(
            "ui.risk.area_hazards", lang, found=funnel.found, share=funnel.share or "–", open=funnel.open
        )
        more = funnel.unreported
        st.caption(caption + (t("ui.risk.more_unreported", lang, count=more) if more else ""))
    for role, table in inside.items():
        if len(table):
            st.markdown(f"**{t(f'ui.risk.count.{role}', lang)} {len(table):,}**")
            _show_things(table, role, lang)


def _show_things(table: pd.DataFrame, role: str, lang: str) -> None:
    rank = {rating: at for at, rating in enumerate((*RATINGS, ""))}
    ordered = table.iloc[table["rating"].map(rank).argsort(kind="stable")]
    words = name_ratings(lang)
    rows = pd.DataFrame(
        {
            "rating": ordered["rating"].map(words),
            "name": ordered["name"].fillna("").where(ordered["name"].fillna("") != "", ordered["id"]),
            "kind": ordered["kind"].fillna(""),
            "method": [
                label_method(by, points, lang)
                for by, points in zip(ordered["rated_by"], ordered["points"], strict=True)
            ],
            "date": ordered["date"].fillna(""),
        }
    )
    columns = [column for column in rows.columns if (rows[column] != "").any()]
    heads = {column: t(f"ui.risk.column.{column}", lang) for column in columns}
    show_rows(rows, heads, alt=t(f"ui.risk.count.{role}", lang), key=f"risk-{role}", height=300)


def _name_areas(table: pd.DataFrame) -> list[str]:
    return [
        code if name in ("", code) else f"{name} {code}"
        for code, name in zip(table["code"], table["name"], strict=True)
    ]
