"""The tables that go with a plan's borders: limits (四至) and turning points (拐点) of each level."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from gridplan.borders.limits import SHORT_M, format_sides, list_limits
from gridplan.borders.trace import SIDES, trace_borders
from gridplan.borders.turning_points import TOLERANCE_M, format_turning_points, list_turning_points
from gridplan.crs import describe_crs
from gridplan.i18n import label_columns, t
from gridplan.plan import Plan, dissolve_level
from gridplan.plan.names import name_areas, name_places

__all__ = ["describe_borders", "tabulate_borders"]


def describe_borders(plan: Plan, level_id: str, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Describe the borders of a level.

    Parameters
    ----------
    plan
        The plan.
    level_id
        One of its levels.
    lang
        "zh" or "en".

    Returns
    -------
    limits, points
        Per area ``code, name, east, south, west, north, more, area_m2, perimeter_m`` (see
        :func:`~gridplan.borders.limits.format_sides`), and its turning points (see
        :func:`~gridplan.borders.turning_points.list_turning_points`) in words.
    """
    shapes = dissolve_level(plan, level_id)
    names_given = plan.areas[level_id]["name"].reindex(shapes.index)
    areas = shapes.assign(name=names_given.fillna("").astype(str))
    codes, names = list(shapes.index), name_areas(areas)
    traced = trace_borders(shapes, plan.streets, plan.district, plan.atoms)
    sides = format_sides(list_limits(traced, plan.streets, name_places(plan)), names, codes, lang)
    measures = {"area_m2": shapes.area.round(1), "perimeter_m": shapes.length.round(1)}
    limits = pd.concat([areas[["name"]], sides], axis=1).assign(**measures)
    points = list_turning_points(traced, plan.streets, codes, plan.crs)
    points = format_turning_points(points, names, codes, lang)
    metres = ["distance_m", "length_m"]
    points[metres] = points[metres].round(2)
    return limits.rename_axis("code").reset_index()[["code", "name", *SIDES, "more", *measures]], points


def tabulate_borders(plan: Plan, levels: Iterable[str], lang: str) -> dict[str, pd.DataFrame]:
    """Make the tables of the borders of some levels, ready to be written.

    Parameters
    ----------
    plan
        The plan.
    levels
        Its levels.
    lang
        "zh" or "en".

    Returns
    -------
    dict
        Tables by title, with headings in the language: limits and turning points of each level, and notes
        on how to read them.
    """
    tables: dict[str, pd.DataFrame] = {}
    for level in levels:
        name = plan.scheme[level].name[lang]
        for key, table in zip(
            ("sheet.limits", "sheet.points"), describe_borders(plan, level, lang), strict=True
        ):
            tables[t(key, lang, level=name)] = label_columns(table, lang)
    notes = [
        t("notes.plan", lang, scheme=plan.scheme.name[lang], crs=describe_crs(plan.crs)),
        t("notes.limits", lang, short=SHORT_M),
        t("notes.points", lang, tolerance=TOLERANCE_M),
    ]
    tables[t("sheet.notes", lang)] = pd.DataFrame({t("notes.head", lang): notes})
    return tables
