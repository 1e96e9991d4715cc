"""What is wrong in the data, who must mend it, and what the check found."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.issues import (
    NEEDS,
    VERDICTS,
    count_needs,
    list_findings,
    list_groups,
    list_issues,
    name_layer,
    select_rows,
)
from gridplan.onemap.numbers import format_count
from gridplan.ui.boxes import choose_some
from gridplan.ui.exports import offer_exports
from gridplan.ui.figures import Figure, show_figures
from gridplan.ui.frame import label_place
from gridplan.ui.rows import choose_row, show_rows
from gridplan.ui.state import OpenedPlan, keep_results

__all__ = ["show_issues"]

_GROUP_COLUMNS = ("need", "holder", "count", "example", "did")
_ISSUE_COLUMNS = ("layer", "id", "what", "did")
# what is wrong gets the room that the rest leaves [px]
_WIDTHS = {
    "need": 120, "holder": 260, "count": 70, "example": 640, "layer": 130, "id": 180, "what": 760, "did": 100,
    "verdict": 110, "law": 280, "level_name": 100, "code": 150, "why": 560,
}  # fmt: skip
_FINDING_COLUMNS = ("verdict", "law", "level_name", "code", "why")
#: Signs beside the words, so that the most urgent are seen at once.
_SIGNS = {"decide": "◆", "complete": "▲", "review": "○", "done": "·", "violation": "◆", "warning": "▲"}


def show_issues(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    shown = opened.shown
    if shown.audience.name != "office":
        st.info(t("ui.issues.not_public", lang))
        return
    issues, findings = _list_cached(opened, lang)
    needs = count_needs(shown)
    verdicts = findings["verdict"].value_counts()
    figures = [
        Figure(t(f"issues.need.{need}", lang), format_count(count, lang), t(f"ui.issues.note.{need}", lang))
        for need, count in needs.items()
    ]
    figures += [
        Figure(t(f"ui.issues.figure.{word}", lang), format_count(verdicts.get(word, 0), lang))
        for word in VERDICTS
    ]
    show_figures(figures)
    data, check = st.tabs(
        [
            t("ui.issues.tab.issues", lang, count=len(issues)),
            t("ui.issues.tab.findings", lang, count=len(findings)),
        ]
    )
    with data:
        _show_issues(opened, lang)
    with check:
        _show_findings(opened, lang)
    title = " · ".join((label_place(opened, lang), t("ui.issues.title", lang)))
    offer_exports(opened, None, lambda: _tabulate(opened, lang), lang, key="issues", title=title)


@keep_results(8)
def _list_cached(opened: OpenedPlan, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return list_issues(opened.shown, lang), list_findings(opened.shown, lang)


@st.fragment
def _show_issues(opened: OpenedPlan, lang: str) -> None:
    issues, _ = _list_cached(opened, lang)
    if issues.empty:
        st.success(t("ui.issues.clean", lang))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        needs = st.segmented_control(
            t("ui.issues.filter.need", lang),
            [need for need in NEEDS if (issues["need"] == need).any()],
            selection_mode="multi",
            format_func=lambda need: f"{_SIGNS[need]} {t(f'issues.need.{need}', lang)}",
            key="issues-needs",
        )
        every = t("ui.issues.filter.all", lang)
        layers = choose_some(
            t("ui.issues.filter.layers", lang),
            {layer: name_layer(layer, lang) for layer in sorted(issues["layer"].unique())},
            key="layers",
            lang=lang,
            placeholder=every,
        )
        done = choose_some(
            t("ui.issues.filter.actions", lang),
            dict(zip(issues["action"], issues["did"], strict=True)),
            key="issues-actions",
            lang=lang,
            placeholder=every,
        )
        text = st.text_input(
            t("ui.issues.filter.search", lang), key="search", placeholder=" ", icon=":material/search:"
        )
    rows = select_rows(issues, text or "", need=needs, layer=layers, action=done)
    groups = list_groups(rows)
    st.subheader(t("ui.issues.groups", lang), help=t("ui.issues.groups_help", lang))
    chosen = choose_row(
        _word_groups(groups, lang),
        _heads(_GROUP_COLUMNS, lang),
        alt=t("ui.issues.groups_alt", lang),
        key="issues-groups",
        widths=_WIDTHS,
    )
    if chosen is not None:
        group = groups.iloc[chosen]
        keys = ("need", "layer", "code", "action")
        rows = select_rows(rows, "", **{key: [group[key]] for key in keys})
    st.subheader(t("ui.issues.rows", lang, count=len(rows)))
    show_rows(
        _word_issues(rows, lang),
        _heads(_ISSUE_COLUMNS, lang),
        alt=t("ui.issues.rows_alt", lang),
        key="issues-rows",
        widths=_WIDTHS,
    )


@st.fragment
def _show_findings(opened: OpenedPlan, lang: str) -> None:
    _, findings = _list_cached(opened, lang)
    if opened.shown.findings.empty:
        st.info(t("ui.issues.unchecked", lang))
        return
    if findings.empty:
        st.success(t("ui.issues.in_order", lang))
        return
    levels = dict(zip(findings["level"], findings["level_name"], strict=True))
    laws = dict(zip(findings["key"], findings["law"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        verdicts = st.segmented_control(
            t("ui.issues.filter.verdicts", lang),
            VERDICTS,
            selection_mode="multi",
            format_func=lambda word: f"{_SIGNS[word]} {t(f'verdict.{word}', lang)}",
            key="findings-verdicts",
        )
        every = t("ui.issues.filter.all", lang)
        level = choose_some(
            t("ui.issues.filter.levels", lang), levels, key="findings-levels", lang=lang, placeholder=every
        )
        law = choose_some(
            t("ui.issues.filter.laws", lang), laws, key="findings-laws", lang=lang, placeholder=every
        )
        text = st.text_input(
            t("ui.issues.filter.search", lang),
            key="findings-search",
            placeholder=" ",
            icon=":material/search:",
        )
    rows = select_rows(findings, text or "", verdict=verdicts, level=level, key=law)
    show_rows(
        _word_findings(rows, lang),
        _heads(_FINDING_COLUMNS, lang),
        alt=t("ui.issues.findings_alt", lang),
        key="findings-rows",
        widths=_WIDTHS,
    )


def _heads(columns: tuple[str, ...], lang: str) -> dict[str, str]:
    return {column: t(f"ui.issues.column.{column}", lang) for column in columns}


def _word_groups(groups: pd.DataFrame, lang: str) -> pd.DataFrame:
    return _word_issues(groups, lang).rename(columns={"what": "example"})


def _word_issues(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    needs = {need: f"{_SIGNS[need]} {t(f'issues.need.{need}', lang)}" for need in NEEDS}
    layers = {layer: name_layer(layer, lang) for layer in set(rows["layer"])}
    return rows.assign(need=rows["need"].map(needs), layer=rows["layer"].map(layers))


def _word_findings(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    words = {word: f"{_SIGNS[word]} {t(f'verdict.{word}', lang)}" for word in VERDICTS}
    return rows.assign(verdict=rows["verdict"].map(words))


def _tabulate(opened: OpenedPlan, lang: str) -> Mapping[str, pd.DataFrame]:
    """Return all rows, not only those that the filters leave, for the workbook."""
    issues, findings = _list_cached(opened, lang)
    sheets = (
        ("groups", _word_groups(list_groups(issues), lang), _GROUP_COLUMNS),
        ("issues", _word_issues(issues, lang), ("need", "holder", *_ISSUE_COLUMNS)),
        ("findings", _word_findings(findings, lang), _FINDING_COLUMNS),
    )
    return {
        t(f"ui.issues.sheet.{name}", lang): table[list(columns)].rename(columns=_heads(columns, lang))
        for name, table, columns in sheets
    }
