"""The page risk."""

from __future__ import annotations

from gridplan.ui.state import OpenedPlan

__all__ = ["show_risk"]


def show_risk(opened: OpenedPlan, lang: str) -> None:
    """Show the page."""
    del opened, lang
