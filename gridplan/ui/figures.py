"""Headline figures: big numbers as a leader reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

__all__ = ["Figure", "show_figures"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, and words below it."""

    label: str
    value: str
    note: str = ""


def show_figures(figures: Sequence[Figure]) -> None:
    """Show figures side by side; they wrap on a narrow screen."""
    cells = "".join(
        f'<div class="gp-figure"><dt>{escape(one.label)}</dt><dd>{escape(one.value)}'
        f"{f'<small>{escape(one.note)}</small>' if one.note else ''}</dd></div>"
        for one in figures
    )
    st.html(f'<dl class="gp-figures">{cells}</dl>')
