"""Headline figures: big numbers as a leader reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

__all__ = ["Figure", "show_figures"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure: a number with its unit, what it counts, and a note below it."""

    label: str
    value: str
    note: str = ""


def show_figures(figures: Sequence[Figure]) -> None:
    """Show figures side by side; they wrap on a narrow screen."""
    st.html(f'<dl class="gp-figures">{"".join(map(_draw, figures))}</dl>')


def _draw(figure: Figure) -> str:
    number, _, unit = figure.value.partition(" ")
    value = escape(number) + (f"<i>{escape(unit)}</i>" if unit else "")
    note = f"<small>{escape(figure.note)}</small>" if figure.note else ""
    return f'<div class="gp-figure"><dt>{escape(figure.label)}</dt><dd>{value}{note}</dd></div>'
