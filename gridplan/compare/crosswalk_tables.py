"""The crosswalk from old areas to new ones as tables in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from gridplan.compare.crosswalk import CHANGES, classify_changes, list_moves, tabulate_crosswalk, trace_areas
from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.plan.codes import code_houses

__all__ = ["count_changes", "tabulate_crosswalks"]

#: Columns that hold words of our own, and where their texts are.
_WORDS = {"change": "crosswalk.change", "fate": "crosswalk.fate", "type": "crosswalk.type"}


def count_changes(plan: Plan, level: str) -> dict[str, int]:
    """Count the areas of a level by what they are to those that stood before, in the order of ``CHANGES``."""
    counts = classify_changes(plan, level)["change"].value_counts()
    return {key: int(counts.get(key, 0)) for key in CHANGES}


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
        parts = [make(level).assign(level=plan.scheme[level].name[lang]) for level in levels]
        tables[t(f"crosswalk.sheet.{title}", lang)] = _name(pd.concat(parts, ignore_index=True), lang)
    houses = code_houses(plan).drop(columns="retired")
    tables[t("crosswalk.sheet.houses", lang)] = _name(houses, lang)
    return tables


def _name(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Put words for keys, into the cells and into the head; the level comes first."""
    told = table.copy()
    for column, stem in _WORDS.items():
        if column in told:
            told[column] = [t(f"{stem}.{key}", lang) if key else "" for key in told[column]]
    order = [name for name in ("level", *table.columns) if name in told]
    told = told[list(dict.fromkeys(order))]
    return told.rename(columns={name: t(f"crosswalk.column.{name}", lang) for name in told.columns})
