"""What can be exported of a plan: its maps by name, and its tables in one workbook."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from gridplan.i18n import t
from gridplan.onemap.catalogue import MapOrder, find_map
from gridplan.onemap.compounds import tabulate_estates
from gridplan.onemap.exports import export_view
from gridplan.onemap.issues import list_findings, list_issues, name_layer
from gridplan.onemap.maps import has_needs, make_view
from gridplan.onemap.numbers import fill_withheld
from gridplan.onemap.risk import tabulate_key_areas
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint
from gridplan.ui.choices import name_measure

__all__ = ["is_in_set", "label_map", "pack_pictures", "tabulate_plan"]

# columns of the areas of each level
_AREA_COLUMNS = (
    "code", "name", "parent", "kind", "households", "population", "buildings", "area_m2", "compactness",
    "status", "certificate", "borders", "reason",
)  # fmt: skip
_ISSUE_COLUMNS = ("need", "holder", "layer", "id", "what", "did")
_FINDING_COLUMNS = ("verdict", "law", "level_name", "code", "why")
# a date of its own in the file would make equal pictures unequal files
_STAMP = (2000, 1, 1, 0, 0, 0)


# maps that are left out of a set of slides: others show the same more briefly
_NOT_IN_SET = frozenset(("households", "weighted", "count"))


def label_map(order: MapOrder, lang: str) -> str:
    """Name a map, with the rule that its areas are coloured by."""
    kind = find_map(order.name)
    if kind is None or kind.page == "population":
        return name_measure(order.name, lang)
    head = t(kind.label, lang)
    return f"{head} · {t(f'ui.risk.rule.{order.rule}', lang)}" if order.rule else head


def is_in_set(order: MapOrder) -> bool:
    """Return whether a map belongs to a set of slides."""
    return not _NOT_IN_SET & {order.name, order.rule}


def pack_pictures(
    shown: Shown, orders: Sequence[MapOrder], level: str, lang: str, sign: Callable[[MapOrder], Imprint]
) -> bytes:
    """Draw maps for the screen, one picture each, and put them into one file (for a set of slides).

    Parameters
    ----------
    shown
        What may be seen.
    orders
        The maps.
    level
        Level of the areas; a map of compounds has its own.
    lang
        "zh" or "en".
    sign
        Gives what stands on a map; its picture is called by the title.

    Returns
    -------
    bytes
        A ZIP of PNG files, numbered in the order of the maps.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for number, order in enumerate(orders, 1):
            imprint = sign(order)
            view = make_view(shown, replace(order, level=level), lang, imprint=imprint)
            part = zipfile.ZipInfo(f"{number:02d}_{imprint.title.replace(' · ', '_')}.png", _STAMP)
            target.writestr(part, export_view(shown, view, {}, "png"), zipfile.ZIP_STORED)
    return buffer.getvalue()


def tabulate_plan(shown: Shown, level: str, lang: str) -> Mapping[str, pd.DataFrame]:
    """Return everything that may be shown as tables for one workbook.

    Parameters
    ----------
    shown
        What may be seen.
    level
        The level of key areas and of the distances to service places.
    lang
        "zh" or "en".

    Returns
    -------
    mapping of DataFrame
        By title, headings in the language: the areas of each level, compounds and distances, key areas,
        issues and findings, as far as there are such.
    """
    tables = {shown.scheme[level].name[lang]: _describe_areas(shown, level, lang) for level in shown.levels}
    if has_needs(shown, "compounds"):
        tables |= tabulate_estates(shown, level, lang)
    if has_needs(shown, "things"):
        tables |= tabulate_key_areas(shown, level, lang)
    if len(shown.issues):
        issues = list_issues(shown, lang)
        needs = {need: t(f"issues.need.{need}", lang) for need in set(issues["need"])}
        layers = {layer: name_layer(layer, lang) for layer in set(issues["layer"])}
        worded = issues.assign(need=issues["need"].map(needs), layer=issues["layer"].map(layers))
        tables[t("ui.page.issues", lang)] = _head_columns(worded, _ISSUE_COLUMNS, lang)
    findings = list_findings(shown, lang)
    if len(findings):
        verdicts = {verdict: t(f"verdict.{verdict}", lang) for verdict in set(findings["verdict"])}
        worded = findings.assign(verdict=findings["verdict"].map(verdicts))
        tables[t("ui.issues.sheet.findings", lang)] = _head_columns(worded, _FINDING_COLUMNS, lang)
    return tables


def _head_columns(table: pd.DataFrame, columns: Sequence[str], lang: str) -> pd.DataFrame:
    return table[list(columns)].rename(
        columns={name: t(f"ui.issues.column.{name}", lang) for name in columns}
    )


def _describe_areas(shown: Shown, level: str, lang: str) -> pd.DataFrame:
    areas = pd.DataFrame(shown.areas[level].drop(columns="geometry"))
    worded = areas.assign(
        kind=[t(f"kind.{word or 'none'}", lang) for word in areas["kind"].astype(str)],
        status=[t(f"status.{word}", lang) for word in areas["status"].astype(str)],
        certificate=[t(f"certificate.{word or 'none'}", lang) for word in areas["certificate"].astype(str)],
        area_m2=areas["area_m2"].round(1),
        compactness=areas["compactness"].round(3),
        borders=areas[f"borders_{lang}"],
        reason=areas[f"reason_{lang}"],
    )[list(_AREA_COLUMNS)]
    worded = fill_withheld(worded, ("households", "population", "buildings"), lang)
    return worded.rename(columns={name: t(f"ui.export.column.{name}", lang) for name in _AREA_COLUMNS})
