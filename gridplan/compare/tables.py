"""What changes between two plans, and from old areas to new ones, as tables in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from gridplan.compare.comparison import Comparison
from gridplan.compare.crosswalk import classify_changes, list_moves, tabulate_crosswalk, trace_areas
from gridplan.i18n import align_rows, t
from gridplan.plan import Plan
from gridplan.plan.codes import code_houses

__all__ = ["COUNTED", "format_comparison", "tabulate_changes", "tabulate_crosswalks"]

#: Figures of a comparison in the order of the table.
COUNTED = (
    "population", "population_moved", "households", "moved", "recoded", "buildings", "buildings_moved",
    "population_only_before", "population_only_after", "only_before", "only_after", "areas_before",
    "areas_after", "same", "changed", "new", "gone", "legal_before", "legal_after", "exempt_before",
    "exempt_after", "violation_before", "violation_after", "border_m_before", "border_m_after",
    "border_new_m", "border_gone_m", "border_new_share", "compactness_before", "compactness_after",
    "ground_moved_m2",
)  # fmt: skip
_SHARES = ("border_new_share", "compactness_before", "compactness_after")
_AREA_COLUMNS = (
    "change", "before", "after", "name", "status_before", "status_after", "population", "population_in",
    "population_out", "households", "households_in", "households_out",
)  # fmt: skip
#: Columns that hold words of our own, and where their texts are, by the stem of the heads.
_WORDS = {
    "compare": {"change": "compare.area", "status_before": "status", "status_after": "status"},
    "crosswalk": {"change": "crosswalk.change", "fate": "crosswalk.fate", "type": "crosswalk.type"},
}
_FLOW_COLUMNS = ("before", "after", "population", "households", "buildings", "area_m2")


def format_comparison(compared: Mapping[str, Comparison], plan: Plan, lang: str) -> str:
    """Lay out the figures of every level side by side.

    Parameters
    ----------
    compared
        Result of :func:`gridplan.compare.comparison.compare_plans`.
    plan
        Either plan, for the names of the levels.
    lang
        "zh" or "en".
    """
    rows = [["", *(plan.scheme[level].name[lang] for level in compared)]]
    for key in COUNTED:
        form = "{:.3f}" if key in _SHARES else "{:,.0f}"
        values = [form.format(comparison.figures[key]) for comparison in compared.values()]
        rows.append([t(f"compare.{key}", lang), *values])
    return align_rows(rows)


def tabulate_changes(compared: Mapping[str, Comparison], plan: Plan, lang: str) -> dict[str, pd.DataFrame]:
    """Make one table of the areas and one of the flows of every level, with heads in words.

    Parameters
    ----------
    compared, plan, lang
        As in :func:`format_comparison`.

    Returns
    -------
    dict of DataFrame
        By title.
    """
    areas, flows = [], []
    for level, comparison in compared.items():
        name = plan.scheme[level].name[lang]
        areas.append(_label_table(comparison.areas[list(_AREA_COLUMNS)], "compare", name, lang))
        moved = comparison.flows[comparison.flows["moved"]][list(_FLOW_COLUMNS)]
        flows.append(_label_table(moved.assign(area_m2=moved["area_m2"].round()), "compare", name, lang))
    return {
        t("compare.sheet.areas", lang): pd.concat(areas, ignore_index=True),
        t("compare.sheet.flows", lang): pd.concat(flows, ignore_index=True),
    }


def tabulate_crosswalks(plan: Plan, levels: Sequence[str], lang: str) -> dict[str, pd.DataFrame]:
    """Make the tables that an office keeps of a redraw.

    Parameters
    ----------
    plan
        A plan made from areas that stood before.
    levels
        Levels that have such.
    lang
        "zh" or "en".

    Returns
    -------
    dict of DataFrame
        By title: the new areas with their class of change, the old areas with their fate, who lives in which
        pair, every building with its old and new area, and the codes of the houses.
    """
    makers: dict[str, Callable[[str], pd.DataFrame]] = {
        "changes": lambda level: classify_changes(plan, level).reset_index(),
        "fates": lambda level: trace_areas(plan, level).reset_index(),
        "pairs": lambda level: tabulate_crosswalk(plan, level).round({"area_m2": 0}),
        "buildings": lambda level: list_moves(plan, level),
    }
    tables = {}
    for title, make in makers.items():
        parts = [
            _label_table(make(level), "crosswalk", plan.scheme[level].name[lang], lang) for level in levels
        ]
        tables[t(f"crosswalk.sheet.{title}", lang)] = pd.concat(parts, ignore_index=True)
    houses = code_houses(plan).drop(columns="retired")
    tables[t("crosswalk.sheet.houses", lang)] = _label_table(houses, "crosswalk", "", lang)
    return tables


def _label_table(table: pd.DataFrame, room: str, level: str, lang: str) -> pd.DataFrame:
    """Put words for keys, into the cells and into the head; the level, "" for none, comes first."""
    labelled = table.copy()
    for column, stem in _WORDS[room].items():
        if column in table:
            labelled[column] = [t(f"{stem}.{key}", lang) if key else "" for key in table[column]]
    if level:
        labelled.insert(0, "level", level)
    return labelled.rename(columns={name: t(f"{room}.column.{name}", lang) for name in labelled.columns})
