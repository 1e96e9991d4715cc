"""The words of the three lists that leaders ask for, made of the values of their rows."""

from __future__ import annotations

import pandas as pd

from gridplan.i18n import t
from gridplan.onemap.numbers import format_km2, format_whole
from gridplan.onemap.shown import Shown
from gridplan.report.reasons import format_bounds
from gridplan.scheme import Level

__all__ = ["format_misfits", "format_remote", "format_unstaffed"]

_CAPS = ("over_cap", "land_over_cap")


def format_misfits(shown: Shown, rows: pd.DataFrame, lang: str) -> list[str]:
    """Say what is out of which bound, of rows of :func:`~gridplan.onemap.lists.list_misfits`: "96 > 80"."""
    return [_format_fault(shown.scheme[row["level"]], row, lang) for row in rows.to_dict("records")]


def _format_fault(level: Level, row: dict[str, object], lang: str) -> str:
    fault, value, bound = str(row["fault"]), row["value"], row["bound"]
    if fault in _CAPS:
        found, cap = (format_km2(float(str(number)), lang) for number in (value, bound))
        return t("onemap.misfit.area", lang, found=found, cap=cap)
    measure = "population" if fault == "over_people" else level.measure
    name = t(f"onemap.measure.{'households' if measure == 'area' else measure}", lang)
    found = format_whole(value, lang)
    if fault in ("above_upper", "over_people", "below_lower"):
        sign = "<" if fault == "below_lower" else ">"
        return f"{name} {found} {sign} {format_whole(bound, lang)}"
    if fault == "mixed_kinds":
        return t("onemap.misfit.mixed_kinds", lang)
    side = "few" if fault == "below_lower_mixed" else "many"
    bounds = format_bounds(level, str(row["kind"]), lang)
    return t(f"onemap.misfit.{side}", lang, measure=name, found=found, bounds=bounds)


def format_unstaffed(shown: Shown, rows: pd.DataFrame, lang: str) -> list[str]:
    """Say who is lacking, of rows of :func:`~gridplan.onemap.lists.list_unstaffed`: "A岗片长 0/1"."""
    posts = [rule.post[lang] for rule in shown.scheme.staffing]
    texts = []
    for lacking, others in zip(rows["posts"], rows["others"], strict=True):
        parts = [f"{posts[number]} {have}/{need}" for number, have, need in lacking]
        text = t("onemap.and", lang).join(parts) or t("onemap.nobody", lang)
        texts.append(text + (t("onemap.other_posts", lang, posts=list(others)) if others else ""))
    return texts


def format_remote(shown: Shown, rows: pd.DataFrame, lang: str) -> list[str]:
    """Say how far the nearest service place is, of rows of :func:`~gridplan.onemap.lists.list_remote`."""
    return [
        t(f"onemap.remote.{lack}", lang, metres=metres, reach=reach)
        for lack, metres, reach in zip(rows["lack"], rows["straight_m"], rows["reach_m"], strict=True)
    ]
