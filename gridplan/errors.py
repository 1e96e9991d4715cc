"""Every error that gridplan raises on purpose.

An error carries a message *key* and the values that go into it, never a finished sentence: the
command line and the app translate it (see :mod:`gridplan.i18n`), a caller in Python reads the key.
"""

from __future__ import annotations

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
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        told = ", ".join(f"{name}={value!r}" for name, value in values.items())
        super().__init__(f"{key}({told})")

    def rename(self, old: str, new: str) -> Self:
        """Return the error with one text for another in all that it names, such as a file's true name."""

        def put(value: object) -> object:
            if isinstance(value, (list, tuple)):
                return [put(one) for one in value]
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
