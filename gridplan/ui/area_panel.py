"""The panel of an area beside the map: its numbers, its limits, why it is out of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.numbers import format_density, format_km2, format_whole
from gridplan.onemap.shown import Shown

__all__ = ["STATES", "draw_facts", "find_states", "show_area"]

#: How areas may stand, the best first; the words are under ``onemap.status``.
STATES = ("ok", "warning", "exempt", "violation")


def find_states(areas: pd.DataFrame) -> pd.Series:
    """Return the state of each area: what the check says of it, else its status; one of :data:`STATES`."""
    return areas["status"].where(areas["verdict"] == "ok", areas["verdict"])


def draw_facts(facts: Sequence[tuple[str, str]]) -> str:
    """Draw facts as HTML: what each is about, and its value."""
    cells = "".join(f"<div><dt>{escape(head)}</dt><dd>{escape(fact)}</dd></div>" for head, fact in facts)
    return f"<dl>{cells}</dl>"


def show_area(shown: Shown, level: str, code: str, lang: str) -> None:
    """Show the panel of an area; nothing where there is no such area.

    Parameters
    ----------
    shown
        What may be seen.
    level, code
        The area.
    lang
        "zh" or "en".
    """
    frame = shown.areas[level]
    found = frame[(frame["code"] == code).to_numpy()]
    if found.empty:
        return
    area = found.iloc[0]
    density = area["population"] / (area["area_m2"] / 1e6)
    facts = (
        ("population", format_whole(area["population"], lang)),
        ("households", format_whole(area["households"], lang)),
        ("buildings", format_whole(area["buildings"], lang)),
        ("density", format_density(density, lang)),
        ("area", format_km2(float(area["area_m2"]), lang)),
        ("compactness", f"{area['compactness']:.2f}"),
    )
    cells = draw_facts([(t(f"ui.area.{name}", lang), value) for name, value in facts])
    name = str(area["name"]) or code
    state = str(find_states(found).iloc[0])
    kind, status = t(f"kind.{area['kind']}", lang), t(f"onemap.status.{state}", lang)
    level_name = shown.scheme[level].name[lang]
    below = level_name if name == code else f"{level_name} {code}"
    reason = str(area[f"reason_{lang}"])
    st.html(
        f'<section class="gp-area" data-code="{escape(code)}">'
        f"<h3>{escape(name)}<small>{escape(below)}</small>"
        f'<b class="gp-status gp-{escape(state)}">{escape(status)}</b></h3>{cells}'
        f"<p><em>{escape(t('ui.area.kind', lang))}</em>{escape(kind)}</p>"
        f"<p><em>{escape(t('ui.area.limits', lang))}</em>{escape(str(area[f'borders_{lang}']))}</p>"
        + (f"<p><em>{escape(t('ui.area.reason', lang))}</em>{escape(reason)}</p>" if reason else "")
        + "</section>"
    )
