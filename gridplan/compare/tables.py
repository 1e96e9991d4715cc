"""What changes between two plans, as tables in words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridplan.compare.comparison import Comparison
from gridplan.i18n import align_rows, t
from gridplan.plan import Plan

__all__ = ["COUNTED", "format_comparison", "tabulate_changes"]

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
        told = [form.format(one.figures[key]) for one in compared.values()]
        rows.append([t(f"compare.{key}", lang), *told])
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
    for level, one in compared.items():
        name = plan.scheme[level].name[lang]
        told = one.areas.assign(change=one.areas["change"].map(lambda key: t(f"compare.area.{key}", lang)))
        for when in ("status_before", "status_after"):
            told[when] = [t(f"status.{key}", lang) if key else "" for key in told[when]]
        areas.append(_name_columns(told, _AREA_COLUMNS, name, lang))
        moved = one.flows[one.flows["moved"]].assign(area_m2=one.flows["area_m2"].round())
        flows.append(_name_columns(moved, _FLOW_COLUMNS, name, lang))
    return {
        t("compare.sheet.areas", lang): pd.concat(areas, ignore_index=True),
        t("compare.sheet.flows", lang): pd.concat(flows, ignore_index=True),
    }


def _name_columns(table: pd.DataFrame, columns: tuple[str, ...], level: str, lang: str) -> pd.DataFrame:
    named = table[list(columns)].rename(columns={key: t(f"compare.column.{key}", lang) for key in columns})
    named.insert(0, t("compare.column.level", lang), level)
    return named
