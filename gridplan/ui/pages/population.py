"""The page population."""

from __future__ import annotations

from gridplan.ui.state import OpenedPlan

__all__ = ["show_population"]


def show_population(opened: OpenedPlan, lang: str) -> None:
    """Show the page."""
    del opened, lang
