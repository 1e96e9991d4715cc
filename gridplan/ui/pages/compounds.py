"""The page compounds."""

from __future__ import annotations

from gridplan.ui.state import OpenedPlan

__all__ = ["show_compounds"]


def show_compounds(opened: OpenedPlan, lang: str) -> None:
    """Show the page."""
    del opened, lang
