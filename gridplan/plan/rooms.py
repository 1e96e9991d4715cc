"""The rooms above that a plan's own methods open.

A plan stands below the rooms that describe, check and draw it, and yet ``plan.check()`` is what a user looks
for. These rooms are opened by name when they are first asked for, as ``gridplan/__init__.py`` opens them:
imports go on running one way, and a plan costs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["open_room"]


def open_room(name: str) -> Any:
    """Return a room of gridplan by its name, such as ``check``."""
    return import_module(f"gridplan.{name}")
