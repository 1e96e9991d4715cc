"""The list of key areas as a workbook: who comes first, the load on the staff, hazards, how it was made."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridplan.i18n import t
from gridplan.onemap.picking import pick_areas
from gridplan.onemap.risk.areas import compare_risk_staff, list_hazards, list_key_areas
from gridplan.onemap.risk.swatches import label_rating
from gridplan.onemap.risk.things import rate_all
from gridplan.onemap.shown import Shown
from gridplan.risk import RATINGS, SPOTS

__all__ = ["tabulate_key_areas"]


def tabulate_key_areas(
    shown: Shown,
    level: str,
    lang: str,
    *,
    things: Mapping[str, pd.DataFrame] | None = None,
    rule: str = "",
    within: str = "",
) -> dict[str, pd.DataFrame]:
    """Make the tables of the key areas (重点网格清单), ready to be written.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    lang
        "zh" or "en".
    things
        Rated things by role, narrowed down as wanted; ``None`` for all enterprises and risk points.
    rule
        What the areas are ordered by (``AREA_RULES``), "" for the scheme's rule.
    within
        Code of an area above, "" for all.

    Returns
    -------
    dict
        Tables by title with headings in the language: the key areas; where there is a list of staff, risk
        against staff, and the areas where nobody works by themselves; where there are hazards, these by area;
        notes on how it was calculated and on what is in no area.
    """
    rule = rule or shown.scheme.risk.area_rule
    things = rate_all(shown) if things is None else things
    name = shown.scheme[level].name[lang]
    keys = list_key_areas(shown, level, things=things, rule=rule, within=within)
    keys.insert(0, "rank", range(1, len(keys) + 1))
    tables = {t("risk.sheet.areas", lang, level=name): keys}
    if "staff" in shown.attached:
        loads = compare_risk_staff(shown, level, things=things, within=within)
        tables[t("risk.sheet.staff", lang)] = loads[~loads["unstaffed"]].drop(columns="unstaffed")
        tables[t("risk.sheet.unstaffed", lang)] = loads[loads["unstaffed"]].drop(
            columns=["unstaffed", "staff", "per_worker"]
        )
    if "hazards" in shown.attached:
        found = pick_areas(shown, level, within)[["code", "name"]].join(list_hazards(shown, level), on="code")
        tables[t("risk.sheet.hazards", lang)] = found[found["found"] > 0]
    headed = {title: _head(table, lang) for title, table in tables.items()}
    notes = _list_notes(shown, level, things, rule, lang)
    return headed | {t("risk.sheet.notes", lang): pd.DataFrame({t("risk.notes.head", lang): notes})}


def _head(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Put words in the place of ratings and classes, and give the columns their headings."""
    worded = table.copy()
    if "worst" in worded.columns:
        worded["worst"] = worded["worst"].map(
            {rating: label_rating(rating, lang) for rating in (*RATINGS, "")}
        )
    if "spot" in worded.columns:
        worded["spot"] = worded["spot"].map(
            {spot: t(f"risk.spot.{spot or 'none'}", lang) for spot in (*SPOTS, "")}
        )
    for column, places in (("z", 2), ("per_worker", 2)):
        if column in worded.columns:
            worded[column] = worded[column].round(places)
    return worded.rename(columns={column: t(f"risk.column.{column}", lang) for column in worded.columns})


def _list_notes(
    shown: Shown, level: str, things: Mapping[str, pd.DataFrame], rule: str, lang: str
) -> list[str]:
    rules = shown.scheme.risk
    codes = pd.Index(shown.areas[level]["code"])
    everything = sum(len(table) for table in things.values())
    unknown = sum(int((table["rating"] == "").sum()) for table in things.values())
    outside = sum(int((codes.get_indexer(table[level]) < 0).sum()) for table in things.values())
    weights = [f"{label_rating(rating, lang)} {rules.weights[rating]:g}" for rating in RATINGS]
    notes = [
        t("risk.notes.rule", lang, rule=t(f"risk.areas.{rule}", lang, level=shown.scheme[level].name[lang])),
        t("risk.notes.weights", lang, weights=weights),
        t("risk.notes.lec", lang, **rules.lec),
        t("risk.notes.matrix", lang, **rules.matrix),
        t("risk.notes.unknown", lang, count=unknown, total=everything),
    ]
    if outside:
        notes.append(t("risk.notes.outside", lang, count=outside))
    if "hazards" in shown.attached:
        lost = int((codes.get_indexer(shown.attached["hazards"][level]) < 0).sum())
        if lost:
            notes.append(t("risk.notes.hazards_outside", lang, count=lost))
    return notes
