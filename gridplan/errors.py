"""Every error that gridplan raises on purpose.

An error carries a message *key* and the values that go into it, for machines and for other languages. What it
says to a person, ``str(error)``, is one sentence in the language of ``GRIDPLAN_LANG``, English otherwise.
"""

from __future__ import annotations

from importlib import import_module
from typing import Self

__all__ = ["CRSError", "GridplanError", "InputError", "SchemeError", "WriteError"]


class GridplanError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    key
        Message key, found in ``gridplan/locales/*.json`` under ``error.<key>``.
    **values
        What the message names: file, layer, column, how many, which ids.

    Examples
    --------
    >>> error = InputError("level_unknown", level="ward", known="subgrid, grid")
    >>> print(error)
    The scheme has no level ward; its levels are: subgrid, grid.
    >>> error.key, error.values["level"]
    ('level_unknown', 'ward')
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    def __str__(self) -> str:
        # texts lie above errors, and an error that nobody reads needs none
        texts = import_module("gridplan.i18n")
        sentence: str = texts.translate_error(self, texts.library_language())
        return sentence

    def __repr__(self) -> str:
        """Name the key and the values, whatever the language."""
        named = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"{type(self).__name__}({self.key!r}{named})"

    def rename(self, old: str, new: str) -> Self:
        """Return the error with one text for another in all that it names, such as a file's true name."""

        def put(value: object) -> object:
            if isinstance(value, (list, tuple)):
                return [put(part) for part in value]
            return value.replace(old, new) if isinstance(value, str) else value

        return type(self)(self.key, **{name: put(value) for name, value in self.values.items()})


class InputError(GridplanError, ValueError):
    """Input that cannot be planned on: what is wrong, where, and how many."""


class CRSError(InputError):
    """A coordinate system that is missing, not certain, or not in metres."""


class SchemeError(InputError):
    """A scheme that is not valid; ``faults`` in the values lists all of them at once."""


class WriteError(GridplanError, OSError):
    """A file that could not be written; nothing half-written is left behind."""
