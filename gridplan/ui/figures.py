"""Headline figures: big numbers as a leader reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.privacy import MIN_CELL

__all__ = ["Figure", "show_figures", "tell_count"]

# Chinese readers count in ten thousands
_WAN = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, and words below it."""

    label: str
    value: str
    note: str = ""


def tell_count(value: object, lang: str) -> str:
    """Tell a count as a headline: 23.84万, 238,400; a hidden small count as such.

    Parameters
    ----------
    value
        A whole number; NA for one that is too small to be told.
    lang
        "zh" or "en".
    """
    if pd.isna(value):
        return t("ui.figure.few", lang, least=MIN_CELL)
    count = int(value)  # type: ignore[call-overload]
    return f"{count / _WAN:.2f}万" if lang == "zh" and count >= _WAN else f"{count:,}"


def show_figures(figures: Sequence[Figure]) -> None:
    """Show figures side by side; they wrap on a narrow screen."""
    cells = "".join(
        f'<div class="gp-figure"><dt>{escape(one.label)}</dt><dd>{escape(one.value)}'
        f"{f'<small>{escape(one.note)}</small>' if one.note else ''}</dd></div>"
        for one in figures
    )
    st.html(f'<dl class="gp-figures">{cells}</dl>')
