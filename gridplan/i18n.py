"""Texts in Chinese and English: the only place where a key becomes a sentence.

The core carries keys and numbers; ``report``, ``cli`` and ``ui`` ask :func:`t` for the words. Each
room keeps one pair of files, ``locales/<room>.zh.json`` and ``locales/<room>.en.json``, flat tables
of key and text with placeholders in Python's format style (``{households}``, ``{share:.1%}``).
"""

from __future__ import annotations

import json
import locale
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from gridplan.errors import GridplanError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LANGUAGES",
    "align_rows",
    "choose_language",
    "has_text",
    "label_columns",
    "library_language",
    "load_texts",
    "measure_text",
    "t",
    "translate_error",
]

#: Languages with a full set of texts; the first is the default.
LANGUAGES = ("zh", "en")

_LIST_SIGN = {"zh": "、", "en": ", "}


@lru_cache(maxsize=len(LANGUAGES))
def load_texts(lang: str) -> Mapping[str, str]:
    """Merge the texts of all rooms in one language.

    Parameters
    ----------
    lang
        One of :data:`LANGUAGES`.

    Returns
    -------
    mapping of str to str
        Text by key; a key of two rooms keeps the text of the room that sorts last.
    """
    texts: dict[str, str] = {}
    folder = resources.files("gridplan").joinpath("locales")
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(f".{lang}.json"):
            texts.update(json.loads(item.read_text(encoding="utf-8")))
    return texts


def has_text(key: str, lang: str) -> bool:
    """Return whether a key has a text."""
    return key in load_texts(lang)


def t(key: str, lang: str, /, **values: object) -> str:
    """Return the text of a key in a language.

    Parameters
    ----------
    key
        Full key, such as ``error.font_missing``.
    lang
        One of :data:`LANGUAGES`.
    **values
        What the placeholders stand for; a list is joined with the language's own comma.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If the key, or a value that its text needs, is unknown (a fault of the program, not of the user).
    """
    text = load_texts(lang)[key]
    return text.format_map({name: _word_value(value, lang) for name, value in values.items()})


def _word_value(value: object, lang: str) -> object:
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return _LIST_SIGN[lang].join(str(item) for item in value)
    return value


def translate_error(error: GridplanError, lang: str) -> str:
    """Return the sentence for an error; one without a text is named by its key and values."""
    try:
        return t(f"error.{error.key}", lang, **error.values)
    except (KeyError, ValueError, TypeError):
        return repr(error)


def choose_language(asked: str | None = None) -> str:
    """Choose the language of messages.

    Parameters
    ----------
    asked
        What the user asked for (``--lang``); when ``None`` the environment variable ``GRIDPLAN_LANG``
        decides, then the system's locale: Chinese for ``zh``, English for any other named language,
        and Chinese where no language is given.

    Returns
    -------
    str
        One of :data:`LANGUAGES`.
    """
    for wish in (asked, os.environ.get("GRIDPLAN_LANG")):
        if wish and wish[:2].lower() in LANGUAGES:
            return wish[:2].lower()
    setting = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None
    )
    word = (setting or locale.getlocale()[0] or "").lower()
    if word.startswith(("zh", "chinese")) or word.split(".")[0] in ("", "c", "posix"):
        return LANGUAGES[0]
    return "en"


def library_language() -> str:
    """Return the language in which the library speaks by itself: that of ``GRIDPLAN_LANG``, else English.

    A notebook's output and the text of an error must not change with the locale of the machine.
    """
    wish = os.environ.get("GRIDPLAN_LANG", "")[:2].lower()
    return wish if wish in LANGUAGES else "en"


def align_rows(rows: Sequence[Sequence[str]]) -> str:
    """Align columns: the first to the left, the others to the right; a Chinese character is two wide.

    Parameters
    ----------
    rows
        Cells, the same number in every row.

    Returns
    -------
    str
    """
    widths = [max(measure_text(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell + pad if place == 0 else pad + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            for pad in (" " * (width - measure_text(cell)),)
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def measure_text(text: str) -> int:
    """Return how wide a text is, in Latin letters; a Chinese one is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def label_columns(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Give the columns of a table their headings (``column.*``)."""
    return table.rename(columns={name: t(f"column.{name}", lang) for name in table.columns})
