"""The figures of a plan: as plain values for machines, as aligned text for people."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.check import read_reason, summarise_findings
from gridplan.i18n import align_rows, has_text, t
from gridplan.plan import Plan
from gridplan.report.areas import describe_plan
from gridplan.scheme import Level

__all__ = [
    "Summary",
    "format_check_reason",
    "format_finding",
    "format_findings",
    "format_issues",
    "format_summary",
    "label_action",
    "name_law",
    "summarise_levels",
    "summarise_plan",
]

# issues whose detail is a word of our own, and where its texts are
_OWN_WORDS = {
    "kind_by_rule": "kind.",
    "area_type_by_code": "crosswalk.type.",
    "area_type_against_code": "crosswalk.type.",
}

#: Plain values only: what ``--json`` prints.
Summary = dict[str, object]

# the figures of a level that people read, in this order
_FIGURES = (
    "areas", "with_households", "legal", "exempt", "unproven", "over_cap", "areas_in_pieces",
    "areas_mostly_empty",
    "buildings_cut", "street_share", "compactness", "households_median",
)  # fmt: skip


def summarise_plan(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame] | None = None) -> Summary:
    """Sum up a plan.

    Parameters
    ----------
    plan
        The plan.
    areas
        Described areas by level (see :func:`~gridplan.report.areas.describe_plan`) where the caller
        has them already.

    Returns
    -------
    dict
        ``buildings, households, population, atoms, area_km2, estimated_households``; ``issues``: rows by
        what was done; ``levels``: per level the number of areas, of those with households, legal,
        exempt by kind of certificate, unproven, over the area cap, the median of households, and what
        the check says of the level (:func:`gridplan.check.summarise_findings`); ``rooms``: seconds and
        peak memory [MiB].
    """
    described = areas or describe_plan(plan)
    atoms = plan.atoms
    judged = summarise_findings(plan.findings, plan)["levels"] if len(plan.findings) else {}
    guessed = atoms["households_source"] == "estimated"
    return {
        "scheme": plan.scheme.id,
        "seed": plan.provenance.get("seed", ""),
        "buildings": int(atoms["building_id"].nunique()),
        "households": int(atoms["households"].sum()),
        "estimated_households": int(atoms.loc[guessed, "households"].sum()),
        "population": int(atoms["population"].sum()),
        "atoms": len(atoms),
        "area_km2": float(atoms["area_m2"].sum()) / 1e6,
        "issues": {
            str(action): int(n) for action, n in plan.issues["action"].value_counts().sort_index().items()
        },
        "levels": {
            level.id: _summarise_level(level, described[level.id], judged.get(level.id, {}))
            for level in plan.scheme.levels
        },
        "rooms": {
            room: {"seconds": round(seconds, 3), "peak_mib": None if np.isnan(peak) else round(peak, 1)}
            for room, (seconds, peak) in plan.timings.items()
        },
    }


def _summarise_level(level: Level, areas: gpd.GeoDataFrame, judged: Mapping[str, object]) -> Summary:
    homes = areas[areas["households"] > 0]
    total = int(areas["households"].sum())
    status = areas["status"]
    exempt = areas[status == "exempt"]
    unproven = areas[status == "violation"]
    kinds = exempt["certificate"].value_counts().sort_index()
    over = areas["area_m2"] > level.max_area_m2 if level.max_area_m2 else np.zeros(len(areas), dtype=bool)
    return {
        **judged,
        "areas": len(areas),
        "with_households": len(homes),
        "legal": int((homes["status"] == "ok").sum()),
        "exempt": {str(kind): int(count) for kind, count in kinds.items()},
        "unproven": len(unproven),
        "unproven_share": float(unproven["households"].sum() / total) if total else 0.0,
        "over_cap": int(over.sum()),
        "households_median": float(homes["households"].median()) if len(homes) else 0.0,
    }


def summarise_levels(plan: Plan) -> pd.DataFrame:
    """Sum a plan up, level by level.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    DataFrame
        Index ``level``, coarse to fine; see :meth:`gridplan.plan.Plan.summary`.
    """
    columns = ["households", "population", "area_m2"]
    rows = {}
    for level in plan.levels:
        areas = plan.areas[level]
        sums = plan.atoms.groupby(level)[columns].sum().reindex(areas.index, fill_value=0)
        homes = sums["households"]
        rows[level] = {
            "areas": len(areas),
            "without_residents": int((homes == 0).sum()),
            "legal": int(((areas["status"] == "ok") & (homes > 0)).sum()),
            "exempt": int((areas["status"] == "exempt").sum()),
            "unproven": int((areas["status"] == "violation").sum()),
            "households": int(homes.sum()),
            "population": int(sums["population"].sum()),
            "area_km2": float(sums["area_m2"].sum()) / 1e6,
            "households_median": float(homes[homes > 0].median()) if (homes > 0).any() else 0.0,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")
    return table.astype(dict.fromkeys(table.columns[:7], "int64"))


def format_summary(summary: Mapping[str, object], plan: Plan, lang: str) -> str:
    """Write a summary as aligned text.

    Parameters
    ----------
    summary
        Result of :func:`summarise_plan`.
    plan
        Its plan, for the names of the levels.
    lang
        "zh" or "en".

    Returns
    -------
    str
        Several lines without a final line break.
    """
    levels: dict[str, Summary] = summary["levels"]  # type: ignore[assignment]
    rooms: dict[str, dict[str, float | None]] = summary["rooms"]  # type: ignore[assignment]
    head = t(
        "table.head",
        lang,
        scheme=plan.scheme.name[lang],
        buildings=summary["buildings"],
        households=summary["households"],
        population=summary["population"],
        area_km2=summary["area_km2"],
    )
    columns = [plan.scheme[level_id].name[lang] for level_id in levels]
    rows = [["", *columns]]
    rows += [
        [t(f"table.{key}", lang), *(_format_figure(key, level, lang) for level in levels.values())]
        for key in _FIGURES
        if key in next(iter(levels.values()))
    ]
    blocks = [head, align_rows(rows)]
    if rooms:
        rows = [["", t("table.seconds", lang), t("table.peak", lang)]]
        for room, cost in rooms.items():
            peak = cost["peak_mib"]
            rows.append(
                [t(f"room.{room}", lang), f"{cost['seconds']:.1f}", "–" if peak is None else f"{peak:,.0f}"]
            )
        blocks.append(align_rows(rows))
    issues: dict[str, int] = summary["issues"]  # type: ignore[assignment]
    if issues:
        actions = [
            t("table.of_kind", lang, kind=label_action(word, lang), count=n) for word, n in issues.items()
        ]
        blocks.append(t("table.issues", lang, count=sum(issues.values()), actions=actions))
    return "\n\n".join(blocks)


def _format_figure(key: str, level: Mapping[str, object], lang: str) -> str:
    value = level[key]
    if key == "exempt":
        kinds: Mapping[str, int] = value  # type: ignore[assignment]
        texts = [
            t("table.of_kind", lang, kind=t(f"certificate.{kind}", lang), count=n)
            for kind, n in kinds.items()
        ]
        count = sum(kinds.values())
        return t("table.exempt_kinds", lang, count=count, kinds=texts) if texts else "0"
    if key == "unproven":
        return t("table.unproven_share", lang, count=value, share=level["unproven_share"])
    if key == "buildings_cut":
        return t("table.cut_forced", lang, cut=value, forced=level["buildings_forced"])
    if value is None:
        return "–"
    if key == "street_share":
        return f"{value:.1%}"
    return f"{value:,.2f}" if key == "compactness" else f"{value:,g}"


def format_findings(findings: pd.DataFrame, lang: str, *, most: int = 12) -> str:
    """Write findings law by law, in words.

    Parameters
    ----------
    findings
        The ``FINDING_COLUMNS``.
    lang
        "zh" or "en".
    most
        How many violations and warnings of one law are shown before the rest is only counted.

    Returns
    -------
    str
        A table of the laws, then what is not in order.
    """
    rows = [
        [
            t("table.law", lang),
            *(t(f"verdict.{word}", lang) for word in ("ok", "exempt", "warning", "violation")),
        ]
    ]
    details: list[str] = []
    for key, group in findings.groupby("key", sort=False):
        counts = group["verdict"].value_counts()
        numbers = [str(int(counts.get(word, 0))) for word in ("ok", "exempt", "warning", "violation")]
        rows.append([name_law(str(key), lang), *numbers])
        odd = group[group["verdict"].isin(["violation", "warning"])]
        details += [f"- {format_finding(row, lang)}" for _, row in odd.head(most).iterrows()]
        if len(odd) > most:
            details.append(t("table.more", lang, count=len(odd) - most, law=name_law(str(key), lang)))
    return "\n\n".join([align_rows(rows), *(["\n".join(details)] if details else [])])


def format_issues(issues: pd.DataFrame, lang: str) -> list[str]:
    """Put what was wrong with the input into words, one line per row.

    Parameters
    ----------
    issues
        The ``ISSUE_COLUMNS``.
    lang
        "zh" or "en".

    Returns
    -------
    list of str
        In the order of the rows; a code without a text stays as it is.
    """
    return [
        t(f"issue.{code}", lang, value=_hide_value(value, lang), detail=_format_detail(code, detail, lang))
        if has_text(f"issue.{code}", lang)
        else code
        for code, value, detail in zip(
            issues["code"].astype(str), issues["value"], issues["detail"].fillna("").astype(str), strict=True
        )
    ]


def _format_detail(code: str, detail: str, lang: str) -> str:
    """Tell a word of our own in the language; names and ids stay as they are."""
    key = f"{_OWN_WORDS.get(code, '')}{detail}"
    return t(key, lang) if code in _OWN_WORDS and has_text(key, lang) else detail


class _Some(str):
    """The word for a number that is not given: the texts format it as they would the number."""

    __slots__ = ()

    def __format__(self, _spec: str) -> str:
        return str(self)


def _hide_value(value: object, lang: str) -> object:
    unknown = value is None or (isinstance(value, float) and np.isnan(value))
    return _Some(t("table.some", lang)) if unknown else value


def label_action(word: str, lang: str) -> str:
    """Say what was done about an issue; a word without a text stays as it is."""
    return t(f"action.{word}", lang) if has_text(f"action.{word}", lang) else word


def name_law(key: str, lang: str) -> str:
    """Name a law of the check; one without a text stays as it is."""
    return t(f"finding.{key}", lang) if has_text(f"finding.{key}", lang) else key


def format_finding(finding: pd.Series, lang: str) -> str:
    """Put a finding into one line: verdict, law, place and reason.

    Parameters
    ----------
    finding
        A row of the ``FINDING_COLUMNS``.
    lang
        "zh" or "en".

    Returns
    -------
    str
    """
    where = " ".join(word for word in (str(finding["level"] or ""), str(finding["code"] or "")) if word)
    law, verdict = name_law(str(finding["key"]), lang), t(f"verdict.{finding['verdict']}", lang)
    why = format_check_reason(str(finding["reason"]), lang)
    return t("table.finding", lang, verdict=verdict, law=law, where=where, why=why)


def format_check_reason(reason: str, lang: str) -> str:
    """Put the reason of a finding into words; one that another version of the check wrote stays as it is."""
    key, values = read_reason(reason)
    given = {name: _hide_value(value, lang) for name, value in values.items()}
    if has_text(f"attach.{given.get('role')}", lang):
        given["role"] = t(f"attach.{given['role']}", lang)
    try:
        return t(f"reason.{key}", lang, **given)
    except (KeyError, ValueError, TypeError):
        return ", ".join([key, *(f"{name}={value}" for name, value in values.items())])
