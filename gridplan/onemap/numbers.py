"""Numbers as people read them: counts in 万, shares to two decimals, and what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from gridplan import risk
from gridplan.i18n import t

__all__ = ["fill_withheld", "format_count", "format_density", "format_km2", "format_share", "format_whole"]

# Chinese counts in ten thousands (万) and hundred millions (亿)
_WAN, _YI = 10_000, 100_000_000
_HUNDREDTH = Decimal("0.01")


def format_count(value: object, lang: str) -> str:
    """Format a count for a headline: "23.84万", "238,400"; NA is a count that is withheld.

    Parameters
    ----------
    value
        A whole number or NA.
    lang
        "zh" or "en".
    """
    if pd.isna(value):
        return t("onemap.withheld", lang)
    count = int(value)  # type: ignore[call-overload]
    if lang != "zh" or abs(count) < _WAN:
        return f"{count:,}"
    wan = _round(Decimal(count) / _WAN)
    return f"{wan:,}万" if abs(wan) < _WAN else f"{_round(Decimal(count) / _YI):,}亿"


def format_whole(value: object, lang: str) -> str:
    """Format a count in full, as tables do: "238,400"; NA is a count that is withheld."""
    return t("onemap.withheld", lang) if pd.isna(value) else f"{int(value):,}"  # type: ignore[call-overload]


def fill_withheld(table: pd.DataFrame, columns: Sequence[str], lang: str) -> pd.DataFrame:
    """Mark the counts that are withheld in a table for a workbook: an empty cell would leave that open."""
    word = t("onemap.withheld", lang)
    hidden = [name for name in columns if table[name].isna().any()]
    return table.assign(
        **{name: table[name].astype(object).mask(table[name].isna(), word) for name in hidden}
    )


def format_share(part: object, whole: object) -> str:
    """Format a share to two decimals, rounded from the counts themselves: "99.46 %"; "–" of nothing.

    Parameters
    ----------
    part, whole
        Whole numbers; NA for one that is withheld: then the share is withheld too.
    """
    if pd.isna(part) or pd.isna(whole) or not whole:
        return "–"
    return risk.format_share(int(part), int(whole))  # type: ignore[call-overload]


def format_km2(area_m2: float, lang: str) -> str:
    """Format an area [m2] in square kilometres, small ones to the thousandth."""
    km2 = area_m2 / 1e6
    return t("onemap.km2", lang, value=f"{km2:,.3f}" if km2 < 1 else f"{km2:,.2f}")


def format_density(value: object, lang: str) -> str:
    """Format people per square kilometre; NA where the people are withheld."""
    if pd.isna(value):
        return t("onemap.withheld", lang)
    return t("onemap.per_km2", lang, value=f"{float(value):,.0f}")  # type: ignore[arg-type]


def _round(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)
