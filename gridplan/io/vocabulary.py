"""What files call things: names of columns and layers, and words in cells, from ``vocabulary.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Aliases", "Patterns", "Vocabulary", "load_vocabulary"]

#: Names of columns by field, the preferred one first.
Aliases = Mapping[str, tuple[str, ...]]
#: What is meant and a regular expression for it, tried in this order.
Patterns = tuple[tuple[str, str], ...]

#: Stands in the file for what is known but says nothing.
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that are understood.

    Parameters
    ----------
    layers
        Names of columns by role of a layer (buildings, streets, ...) and field.
    lists
        Names of columns by role of a list (enterprises, staff, people, ...) and field.
    layer_names
        Names of layers by role, for files that hold several.
    kinds
        Kind of building by word; "" for a word that says nothing.
    patterns
        Parts of words by what they are for: kinds, streets, barriers, compounds, committees, grounds.
    street_classes
        Classes of streets of OpenStreetMap, the most important first.
    importance
        Class of a street by the IMPORTANCE of BD TOPO.
    colours, ratings
        Level of risk by colour, and by word.
    care
        Class of care by word.
    yes, no
        Answers.
    personal
        Names of columns about persons.
    identity
        Cells that are numbers of identity cards or mobile telephones.
    note
        How a line below a table begins.
    """

    layers: Mapping[str, Aliases]
    lists: Mapping[str, Aliases]
    layer_names: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    patterns: Mapping[str, Patterns]
    street_classes: tuple[str, ...]
    importance: Mapping[int, str]
    colours: Mapping[str, str]
    ratings: Mapping[str, str]
    care: Mapping[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    personal: re.Pattern[str]
    identity: re.Pattern[str]
    note: re.Pattern[str]


@cache
def load_vocabulary() -> Vocabulary:
    """Read the vocabulary, once."""
    table = tomllib.loads(resources.files("gridplan.io").joinpath("vocabulary.toml").read_text("utf-8"))
    shared, groups = table["shared"], table["groups"]
    colours = table["ratings"].pop("colours")
    return Vocabulary(
        layers={role: _read_fields(fields, shared, groups) for role, fields in table["layers"].items()},
        lists={role: _read_fields(fields, shared, groups) for role, fields in table["lists"].items()},
        layer_names={role: tuple(names) for role, names in table["layer_names"].items()},
        kinds=_turn_round(table["kinds"]),
        patterns={
            name: tuple((_mean(word), part) for word, part in rows)
            for name, rows in table["patterns"].items()
        },
        street_classes=tuple(table["streets"]["classes"]),
        importance=dict(enumerate(table["streets"]["importance"], start=1)),
        colours=colours,
        ratings=_turn_round(table["ratings"]),
        care=_turn_round(table["care"]),
        yes=frozenset(table["answers"]["yes"]),
        no=frozenset(table["answers"]["no"]),
        personal=re.compile("|".join(table["persons"]["columns"])),
        identity=re.compile("|".join(table["persons"]["cells"])),
        note=re.compile("|".join(table["notes"]["cells"])),
    )


def _read_fields(
    fields: Mapping[str, Any], shared: Mapping[str, list[str]], groups: Mapping[str, Any]
) -> Aliases:
    """Read the fields of a role: a list of names each, or ``true`` for all fields of a group."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in fields.items():
        if words is True:
            found |= _read_fields(groups[name], shared, groups)
        else:
            found[name] = tuple(
                word for entry in words for word in (shared[entry[1:]] if entry.startswith("@") else [entry])
            )
    return found


def _turn_round(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the meaning of every word."""
    return {word: _mean(meaning) for meaning, words in table.items() for word in words}


def _mean(meaning: str) -> str:
    return "" if meaning == _NOTHING else meaning
