"""A scheme to start from: everything that can be set, each with a word on what it means."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from gridplan.scheme.parse import parse_scheme
from gridplan.scheme.rules import (
    AtomRules,
    BarrierRules,
    CodeRules,
    DwellingRules,
    Level,
    RiskRules,
    Scheme,
    StaffRule,
)
from gridplan.scheme.toml import write_value

__all__ = ["write_template"]

Explain = Callable[[str], str]

_SECTIONS: Mapping[str, type] = {
    "barriers": BarrierRules,
    "dwellings": DwellingRules,
    "atoms": AtomRules,
    "codes": CodeRules,
    "risk": RiskRules,
}
_LISTS: Mapping[str, type] = {"levels": Level, "staffing": StaffRule}


def write_template(scheme: Scheme, name: str, explain: Explain) -> str:
    """Write a commented scheme file with the rules of another one.

    Parameters
    ----------
    scheme
        Where the rules come from.
    name
        Id of the new scheme, and its name until it gets a better one.
    explain
        Gives the comment for a key such as ``levels.bounds``, in the planner's language. Keys besides
        those of the rules: ``head``, ``id``, ``version``, ``name``, ``source``, ``your_source``, the name of
        each section, and ``unused`` for what the rules leave at its default.

    Returns
    -------
    str
        TOML. It reads as the same rules under the new name; what is not set stands there as a comment.
    """
    table = tomllib.loads(scheme.text)
    lines = [*_comment(explain("head")), ""]
    given = {
        "id": name,
        "version": "1",
        "name": {"zh": name, "en": name},
        "source": f"{explain('your_source')} {scheme.source}",
    }
    for key, value in given.items():
        lines += [*_comment(explain(key)), f"{key} = {write_value(value)}"]
    for section, rule in _SECTIONS.items():
        lines += ["", *_comment(explain(section)), f"[{section}]"]
        lines += _write_rules(section, rule, table.get(section, {}), explain)
    for section, rule in _LISTS.items():
        lines += ["", *_comment(explain(section))]
        seen: set[str] = set()
        for part in table.get(section, []):
            lines += ["", f"[[{section}]]"]
            for key, value in part.items():
                lines += [
                    *(_comment(explain(f"{section}.{key}")) if key not in seen else ()),
                    f"{key} = {write_value(value)}",
                ]
                seen.add(key)
        lines += _list_unused(section, rule, seen, explain)
    text = "\n".join(lines) + "\n"
    parse_scheme(text, where=name)
    return text


def _write_rules(section: str, rule: type, table: Mapping[str, Any], explain: Explain) -> Iterator[str]:
    """Write one section with all its keys, those at their default too."""
    for key, default in _defaults(rule):
        value = table.get(key, default)
        yield from _comment(explain(f"{section}.{key}"))
        yield f"{key} = {write_value(value)}"


def _list_unused(section: str, rule: type, seen: set[str], explain: Explain) -> Iterator[str]:
    """List as comments what no entry of a list sets."""
    left = [(key, default) for key, default in _defaults(rule) if key not in seen]
    if not left:
        return
    yield ""
    yield from _comment(explain("unused"))
    if not seen:
        yield f"# [[{section}]]"
    for key, default in left:
        yield from _comment(explain(f"{section}.{key}"))
        yield f"# {key} = {write_value(_NAMES if default is None else default)}"


#: Stands where a key has no default: names of levels and posts.
_NAMES = {"zh": "", "en": ""}


def _defaults(rule: type) -> Iterator[tuple[str, Any]]:
    """Give the keys of a rules object with their defaults, None where there is none."""
    for one in fields(rule):
        if one.default_factory is not MISSING:
            default: Any = one.default_factory()
        else:
            default = None if one.default is MISSING else one.default
        yield one.name, list(default) if isinstance(default, tuple) else default


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]
