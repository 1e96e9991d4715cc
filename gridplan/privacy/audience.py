"""Who looks at the map: the audiences and how a setting names them."""

from __future__ import annotations

from dataclasses import dataclass

from gridplan.errors import InputError

__all__ = ["AUDIENCES", "MIN_CELL", "Audience", "parse_audience"]

#: Who looks at the map: a worker at the own grid, the office at all grids, the public at communities.
AUDIENCES = ("office", "public", "worker")
#: Smallest count of people or households that is published (the usual threshold of small cells).
MIN_CELL = 5


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks at the map.

    Parameters
    ----------
    name
        One of :data:`AUDIENCES`.
    code
        Code of the worker's own area, "" for the others.
    """

    name: str = "office"
    code: str = ""


def parse_audience(text: str) -> Audience:
    """Read an audience as it is written in a setting: ``office``, ``public`` or ``worker:CODE``.

    Raises
    ------
    InputError
        ``audience_unknown`` for anything else, and for a worker without a code.
    """
    name, _, code = text.strip().partition(":")
    if name not in AUDIENCES or (name == "worker") != bool(code):
        raise InputError("audience_unknown", audience=text, known=", ".join((*AUDIENCES[:2], "worker:CODE")))
    return Audience(name, code)
