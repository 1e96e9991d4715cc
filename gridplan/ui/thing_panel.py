"""The panel of a thing beside the map: an enterprise, a risk point, a service place, a compound."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.numbers import format_whole
from gridplan.onemap.risk import label_method
from gridplan.onemap.risk.swatches import name_ratings
from gridplan.onemap.shown import Shown
from gridplan.risk import count_funnel
from gridplan.ui.area_panel import draw_facts
from gridplan.ui.ratings import show_funnel
from gridplan.ui.risk_choice import RiskThings

__all__ = ["find_thing", "show_card", "show_risk_thing", "show_service"]


def find_thing(table: pd.DataFrame | None, code: str) -> pd.Series | None:
    """Return the row of a thing by its id, None where there is none."""
    if table is None:
        return None
    found = table[(table["id"].astype(str) == code).to_numpy(dtype=bool)]
    return None if found.empty else found.iloc[0]


def show_risk_thing(shown: Shown, left: RiskThings, role: str, code: str, lang: str) -> None:
    """Show what is known of an enterprise or a risk point; of an enterprise also what became of its hazards.

    Parameters
    ----------
    shown
        What may be seen.
    left
        The things that the filters leave.
    role, code
        Layer and id of the thing; nothing is shown where it is not among them.
    lang
        "zh" or "en".
    """
    thing = find_thing(left.things.get(role), code)
    if thing is None:
        return
    facts = [
        (t("ui.risk.column.rating", lang), name_ratings(lang)[thing["rating"]]),
        (t("ui.risk.column.method", lang), label_method(thing["rated_by"], thing["points"], lang)),
        (t("ui.risk.column.kind", lang), _tell(thing["kind"])),
        (t("ui.risk.column.date", lang), _tell(thing["date"])),
    ]
    if _tell(thing.get("enterprise")):
        owner = find_thing(shown.attached.get("enterprises"), str(thing["enterprise"]))
        whose = _tell(owner["name"]) if owner is not None else ""
        facts.append((t("ui.thing.enterprises", lang), whose or _tell(thing["enterprise"])))
    show_card(
        _tell(thing["name"]) or code,
        f"{t(f'ui.thing.{role}', lang)} {code}",
        [*facts, *_list_areas(shown, thing, lang)],
    )
    own = left.hazards[(left.hazards["enterprise"] == code).to_numpy(dtype=bool)]
    if role == "enterprises" and len(own):
        show_funnel(count_funnel(own), lang)


def show_service(shown: Shown, services: pd.DataFrame, code: str, lang: str) -> None:
    """Show what is known of a service place, and whom it serves.

    Parameters
    ----------
    shown
        What may be seen.
    services
        Result of :func:`gridplan.onemap.compounds.list_services`.
    code
        Id of the place; nothing is shown where there is none.
    lang
        "zh" or "en".
    """
    place, served = find_thing(shown.attached.get("services"), code), find_thing(services, code)
    if place is None or served is None:
        return
    facts = [(t("estates.service.kind", lang), _tell(place["kind"]))]
    if pd.notna(served["area_m2"]):
        facts.append((t("estates.service.area_m2", lang), f"{served['area_m2']:,.0f}"))
    facts += [
        (t(f"estates.service.{name}", lang), format_whole(served[name], lang))
        for name in ("households", "population")
    ]
    facts += [
        (t(f"estates.service.{name}", lang), f"{served[name]:,.0f}")
        for name in ("longest_walk_m", "median_walk_m")
        if pd.notna(served[name])
    ]
    show_card(
        _tell(place["name"]) or code,
        f"{t('ui.thing.services', lang)} {code}",
        [*facts, *_list_areas(shown, place, lang)],
    )


def _list_areas(shown: Shown, thing: pd.Series, lang: str) -> list[tuple[str, str]]:
    """List the areas that a thing lies in, the coarsest first: level, and name or code."""
    places = []
    for level in shown.levels:
        code = _tell(thing.get(level))
        areas = shown.areas[level]
        named = areas.loc[(areas["code"] == code).to_numpy(dtype=bool), "name"]
        name = str(named.iloc[0]) if len(named) else ""
        places.append((shown.scheme[level].name[lang], code if name in ("", code) else f"{name} {code}"))
    return places


def show_card(name: str, what: str, facts: Sequence[tuple[str, str]], note: str = "") -> None:
    """Show a thing by its name: what it is, what is known of it (what is not is left out), and a note."""
    drawn = draw_facts([(head, word) for head, word in facts if word])
    below = f"<p>{escape(note)}</p>" if note else ""
    head = f"<h3>{escape(name)}<small>{escape(what)}</small></h3>"
    st.html(f'<section class="gp-area">{head}{drawn}{below}</section>')


def _tell(value: object) -> str:
    return "" if pd.isna(value) else str(value).strip()
