"""Schemes as TOML tables: one that extends another is put together here, and written out whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["merge_tables", "write_toml", "write_value"]

#: What speaks of the levels: a scheme with levels of its own takes none of it from the one it extends.
_OF_LEVELS = ("levels", "staffing", "codes")

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def merge_tables(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Put a table over the one that it extends.

    Parameters
    ----------
    base
        What is extended.
    table
        Tables are merged key by key, at any depth; anything else replaces what the base has. Levels,
        posts and codes belong together: where ``table`` has levels, none of the base's are taken.

    Returns
    -------
    dict
    """
    own_levels = "levels" in table
    merged = {key: value for key, value in base.items() if not (own_levels and key in _OF_LEVELS)}
    for key, value in table.items():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        # a name is a text in two languages, not a table to be completed
        merged[key] = merge_tables(before, value) if both and key != "name" else value  # type: ignore[arg-type]
    return merged


def write_toml(table: Mapping[str, Any]) -> str:
    """Write a scheme's table as TOML: the same table, the same text.

    Parameters
    ----------
    table
        Values are texts, numbers, truths, lists and tables; lists of tables become ``[[sections]]``.

    Returns
    -------
    str
    """
    plain = {key: value for key, value in table.items() if not _is_section(value)}
    lines = [f"{_write_key(key)} = {write_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if not _is_section(value):
            continue
        single, head = isinstance(value, Mapping), _write_key(key)
        for part in [value] if single else value:
            lines += ["", f"[{head}]" if single else f"[[{head}]]"]
            lines += [f"{_write_key(name)} = {write_value(one)}" for name, one in part.items()]
    return "\n".join(lines) + "\n"


def _is_section(value: object) -> bool:
    """Tell tables with tables or several lines in them from names in two languages."""
    if isinstance(value, Mapping):
        return set(value) != {"zh", "en"}
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def write_value(value: object) -> str:
    """Write one value as TOML.

    Raises
    ------
    TypeError
        For a value that no scheme holds, such as a date.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # JSON's texts are TOML's, but for one control character
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(write_value(one) for one in value) + "]"
    if isinstance(value, Mapping):
        pairs = [f"{_write_key(str(key))} = {write_value(one)}" for key, one in value.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    raise TypeError(type(value).__name__)


def _write_key(key: str) -> str:
    return key if _BARE.fullmatch(key) else write_value(key)
