"""The kinds of atoms by what lives in them; without any import, so that schemes load at once."""

from __future__ import annotations

__all__ = ["KINDS"]

#: In the order of the codes 0, 1, 2, 3 (DESIGN.md, words).
KINDS = ("apartment", "selfbuilt", "exclusive", "empty")
