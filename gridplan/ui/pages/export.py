"""The page export."""

from __future__ import annotations

from gridplan.ui.state import OpenedPlan

__all__ = ["show_export"]


def show_export(opened: OpenedPlan, lang: str) -> None:
    """Show the page."""
    del opened, lang
