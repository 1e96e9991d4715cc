"""Population: how many live where, from the whole down to the grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.numbers import fill_withheld, format_count, format_density, format_km2
from gridplan.onemap.picking import find_lineage
from gridplan.onemap.population import (
    find_areas,
    list_chains,
    list_children,
    list_measures,
    trace_path,
    view_areas,
)
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import MapView
from gridplan.ui.area_panel import show_area
from gridplan.ui.choices import choose_level, choose_measure, is_fresh, name_level, name_measure, set_level
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import label_place
from gridplan.ui.plain import escape_markdown
from gridplan.ui.rows import choose_row
from gridplan.ui.state import OpenedPlan
from gridplan.ui.views import show_view, take_pick

__all__ = ["show_population"]

Path = tuple[tuple[str, str, str], ...]

# where the drill-down stands (level, code), and the area inside it that is pointed out
_PLACE, _AREA = "population-place", "population-area"
# the area that was chosen just now
_NEXT = "population-next"
_TABLE_PX = 420
_COLUMNS = ("area", "population", "households", "density", "km2")


@dataclass(frozen=True, slots=True)
class _Choice:
    """The picture that was chosen."""

    level: str
    measure: str
    within: str
    make: Callable[[], MapView]


def show_population(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    _show_body(opened, lang)


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    shown = opened.shown
    line = list_chains(shown)[0]
    pick = take_pick("population")
    if pick is not None and pick.kind == "area":
        st.session_state[_NEXT] = (pick.level, pick.code)
    if _NEXT in st.session_state:
        level, code = st.session_state.pop(_NEXT)
        _go_down(shown, line, level, code)
    path = _find_path(shown, line)
    children = list_children(shown, [code for _, code, _ in path], chain=line)
    show_figures(_make_figures(shown, children.iloc[-1], lang))
    with st.container(horizontal=True, vertical_alignment="bottom", key="population-bar"):
        _show_crumbs(opened, path, lang)
        _offer_search(shown, line, lang)
    choice = _choose_view(opened, line, path, lang)
    left, right = st.columns((7, 5), gap="medium")
    with left:
        area = st.session_state.get(_AREA)
        chosen = area[1] if area and area[0] == choice.level else ""
        show_view(
            opened,
            lang,
            choice.make,
            choice.level,
            choice.measure,
            choice.within,
            key="population",
            chosen=chosen,
            focus=area if chosen else None,
        )
    with right:
        _show_children(shown, line, path, children, lang)
        if area and area[0] in shown.areas:
            show_area(shown, area[0], area[1], lang)


def _find_path(shown: Shown, line: tuple[str, ...]) -> Path:
    """Return the path down to the place that is looked at; a place of another plan is forgotten."""
    level, code = st.session_state.get(_PLACE) or ("", "")
    path = trace_path(shown, level, code) if level in line[:-1] else ()
    if not path:
        st.session_state.pop(_PLACE, None)
    return path


def _go_to(line: tuple[str, ...], path: Path) -> None:
    """Go to a place: its children are shown, and none is marked."""
    st.session_state[_PLACE] = path[-1][:2] if path else None
    st.session_state[_AREA] = None
    set_level(line[len(path)], page="population")


def _ask_for(level: str, code: str) -> None:
    """Go to an area that was chosen, in a new run: the top of the page has been shown already."""
    st.session_state[_NEXT] = (level, code)
    st.rerun()


def _go_down(shown: Shown, line: tuple[str, ...], level: str, code: str) -> None:
    """Go to an area that was chosen; one without areas inside is marked in the area above."""
    path = trace_path(shown, level, code) if level in line else ()
    if path and level != line[-1]:
        _go_to(line, path)
        return
    if path[:-1]:
        _go_to(line, path[:-1])
    set_level(level, page="population")
    st.session_state[_AREA] = (level, code)


def _make_figures(shown: Shown, total: pd.Series, lang: str) -> list[Figure]:
    return [
        Figure(t("ui.area.population", lang), format_count(total["population"], lang)),
        Figure(t("ui.area.households", lang), format_count(total["households"], lang)),
        Figure(t("ui.area.buildings", lang), format_count(total["buildings"], lang)),
        Figure(t("ui.area.density", lang), format_density(total["density"], lang)),
        Figure(t("ui.area.area", lang), format_km2(float(total["area_m2"]), lang)),
        Figure(name_level(shown, shown.levels[-1], lang), format_count(total["areas"], lang)),
    ]


def _show_crumbs(opened: OpenedPlan, path: Path, lang: str) -> None:
    """Show the path down to the place, each step of it a link back up."""
    line = list_chains(opened.shown)[0]
    with st.container(horizontal=True, key="within", gap=None, vertical_alignment="center"):
        names = [
            t("ui.population.all", lang),
            *(name or code for _, code, name in path),
        ]
        for depth, name in enumerate(names):
            st.button(
                escape_markdown(name),
                key=f"crumb-{depth}",
                type="tertiary",
                disabled=depth == len(path),
                on_click=_go_to,
                args=(line, path[:depth]),
            )


def _offer_search(shown: Shown, line: tuple[str, ...], lang: str) -> None:
    """Search for an area by its name or code, or by a compound in it; choosing a result goes there."""
    text = st.text_input(
        t("ui.population.search", lang),
        key="search",
        placeholder=t("ui.population.search", lang),
        label_visibility="collapsed",
        icon=":material/search:",
        width=280,
    )
    if not text:
        return
    found = find_areas(shown, text)
    if found.empty:
        st.caption(t("ui.population.nothing", lang))
        return
    labels = {
        at: " · ".join(filter(None, (row.compound, row.name_, row.code, shown.scheme[row.level].name[lang])))
        for at, row in enumerate(found.rename(columns={"name": "name_"}).itertuples())
    }
    at = st.selectbox(
        t("ui.population.found", lang, count=len(found)),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=t("ui.population.found", lang, count=len(found)),
        label_visibility="collapsed",
        key="found",
        width=320,
    )
    if is_fresh("population-found", None if at is None else (text, at)):
        _ask_for(str(found["level"].iloc[at]), str(found["code"].iloc[at]))


def _choose_view(opened: OpenedPlan, line: tuple[str, ...], path: Path, lang: str) -> _Choice:
    """Ask for level and measure, and return the picture of that choice."""
    shown = opened.shown
    within = path[-1][1] if path else ""
    levels = [level for level in shown.levels if not path or path[-1][0] in find_lineage(shown, level)]
    with st.container(horizontal=True, vertical_alignment="center", key="population-choices"):
        level = choose_level(shown, levels, line[len(path)], lang, page="population")
        measure = choose_measure(list_measures(shown), lang, page="population")
        where = (path[-1][2] or path[-1][1]) if path else label_place(opened, lang)
        title = " · ".join((where, name_measure(measure, lang), name_level(shown, level, lang)))
        make = partial(
            view_areas, shown, level, measure, lang, within=within, imprint=make_imprint(shown, title, lang)
        )
        tables = partial(_tabulate, shown, line, path, lang)
        offer_exports(opened, make, tables, lang, key="population", title=title)
    return _Choice(level, measure, within, make)


def _show_children(
    shown: Shown, line: tuple[str, ...], path: Path, children: pd.DataFrame, lang: str
) -> None:
    """Show the table of the areas inside, the sum on top; choosing a row goes there."""
    worded = _word_children(children, lang)
    heads = _head_columns(shown, lang)
    within = path[-1][1] if path else ""
    name = name_level(shown, line[len(path)], lang)
    st.caption(t("ui.population.inside", lang, level=name, count=len(children) - 1))
    at = choose_row(
        worded, heads, alt=t("ui.population.table", lang), key=f"children-{within}", height=_TABLE_PX
    )
    if is_fresh("population-row", None if at is None else (within, at)) and at:
        row = children.iloc[at - 1]
        _ask_for(str(row["level"]), str(row["code"]))


def _head_columns(shown: Shown, lang: str) -> dict[str, str]:
    heads = {column: t(f"ui.population.column.{column}", lang) for column in _COLUMNS}
    return {**heads, "areas": name_level(shown, shown.levels[-1], lang)}


def _word_children(children: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Put the row of the sum first, and names in the place of codes where there are names."""
    rows = pd.concat([children.iloc[-1:], children.iloc[:-1]], ignore_index=True)
    names = rows["name"].where(rows["name"] != "", rows["code"])
    names = names.where(rows["level"] != "", t("ui.population.sum", lang))
    return pd.DataFrame(
        {
            "area": names,
            "population": rows["population"],
            "households": rows["households"],
            "density": rows["density"].astype("Float64").round(0).astype("Int64"),
            "km2": (rows["area_m2"] / 1e6).round(3),
            "areas": rows["areas"],
        }
    )


def _tabulate(shown: Shown, line: tuple[str, ...], path: Path, lang: str) -> dict[str, pd.DataFrame]:
    """Return the table of the areas inside for the workbook."""
    children = list_children(shown, [code for _, code, _ in path], chain=line)
    table = fill_withheld(_word_children(children, lang), ("population", "households", "density"), lang)
    heads = _head_columns(shown, lang)
    return {name_level(shown, line[len(path)], lang): table.rename(columns=heads)}
