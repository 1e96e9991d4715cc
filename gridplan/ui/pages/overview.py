"""The page overview."""

from __future__ import annotations

from gridplan.ui.state import OpenedPlan

__all__ = ["show_overview"]


def show_overview(opened: OpenedPlan, lang: str) -> None:
    """Show the page."""
    del opened, lang
