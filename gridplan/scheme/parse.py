"""Read schemes: from TOML text to rules, with everything that is wrong listed at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from gridplan.errors import SchemeError
from gridplan.scheme.judge import judge_rules
from gridplan.scheme.rules import (
    AtomRules,
    BarrierRules,
    CodeRules,
    DwellingRules,
    Level,
    RiskRules,
    Scheme,
    StaffRule,
    Text,
)
from gridplan.scheme.toml import merge_tables, write_toml

__all__ = ["list_schemes", "load_preset", "parse_scheme", "read_preset"]


def list_schemes() -> tuple[str, ...]:
    """Return the names of the packaged schemes.

    Examples
    --------
    >>> "gridplan" in gridplan.list_schemes()
    True
    """
    names = (entry.name for entry in resources.files("gridplan").joinpath("presets").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_preset(name: str) -> Scheme:
    """Return a packaged scheme, one of :func:`list_schemes`."""
    return parse_scheme(read_preset(name), where=name)


def read_preset(name: str) -> str:
    """Return the text of a packaged scheme with its comments."""
    return resources.files("gridplan").joinpath("presets", f"{name}.toml").read_text("utf-8")


def parse_scheme(text: str, *, where: str = "<text>") -> Scheme:
    """Read a scheme from TOML text.

    Parameters
    ----------
    text
        The file's content. ``extends = "gridplan"`` takes over what a packaged scheme says: tables are merged
        key by key; levels, posts and codes are the file's own as soon as it has levels. ``Scheme.text`` is
        then the whole scheme written out, so that a plan can be judged where the packaged one has changed.
    where
        What to call it in messages.

    Raises
    ------
    SchemeError
        With every fault of the file.
    """
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise SchemeError("scheme_not_toml", where=where, fault=str(error)) from None
    faults: list[str] = []
    extended = "extends" in table
    if extended:
        table = _extend(table, faults)
    sections = {
        "barriers": BarrierRules,
        "dwellings": DwellingRules,
        "atoms": AtomRules,
        "codes": CodeRules,
        "risk": RiskRules,
    }
    plain = ("id", "version", "name", "source")
    lists = {"levels": Level, "staffing": StaffRule}
    faults += [f"{key}: unknown" for key in table if key not in (*sections, *plain, *lists)]
    rules: dict[str, Any] = {
        key: _build(rule, table.get(key, {}), key, faults) for key, rule in sections.items()
    }
    rows: dict[str, Any] = {
        key: _build_all(rule, table.get(key, []), key, faults) for key, rule in lists.items()
    }
    named: dict[str, Any] = {key: table.get(key) for key in ("id", "version", "source")}
    faults += [f"{key}: text wanted" for key, value in named.items() if not isinstance(value, str)]
    name = _as_text(table.get("name"), "name", faults)
    whole: dict[str, Any] = {**named, "name": name, **rules, **rows}
    scheme = Scheme(**whole, text=text)
    if None not in whole.values():
        faults += judge_rules(scheme)
    if faults:
        raise SchemeError("scheme_invalid", where=where, count=len(faults), faults="; ".join(faults))
    return replace(scheme, text=write_toml(table)) if extended else scheme


def _extend(table: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    """Put a table over the packaged scheme that it names, and this over its own."""
    own = {key: value for key, value in table.items() if key != "extends"}
    base = table["extends"]
    if base not in list_schemes():
        faults.append(f"extends: {base!r} is not one of {', '.join(list_schemes())}")
        return own
    inherited = tomllib.loads(read_preset(base))
    if "extends" in inherited:
        inherited = _extend(inherited, faults)
    return merge_tables(inherited, own)


R = TypeVar("R")


def _build(rule: type[R], table: object, where: str, faults: list[str]) -> R | None:
    """Make a rules object from a TOML table; note every key that does not fit."""
    if not isinstance(table, dict):
        faults.append(f"{where}: a table wanted")
        return None
    hints = get_type_hints(rule)
    known = {f.name: f for f in fields(rule)}  # type: ignore[arg-type]
    faults += [f"{where}.{key}: unknown" for key in table if key not in known]
    values: dict[str, Any] = {}
    for key, entry in known.items():
        if key in table:
            value = _convert(hints[key], table[key], f"{where}.{key}", faults)
            if value is not None:
                values[key] = value
        elif entry.default is MISSING and entry.default_factory is MISSING:
            faults.append(f"{where}.{key}: missing")
    required = [k for k, f in known.items() if f.default is MISSING and f.default_factory is MISSING]
    return rule(**values) if all(key in values for key in required) else None


def _build_all(rule: type[R], tables: object, where: str, faults: list[str]) -> tuple[R, ...]:
    """Make one rules object per table of a TOML list of tables."""
    if not isinstance(tables, list):
        faults.append(f"{where}: a list of tables wanted")
        return ()
    made = (_build(rule, entry, f"{where}[{i}]", faults) for i, entry in enumerate(tables))
    return tuple(one for one in made if one is not None)


def _convert(hint: Any, value: object, where: str, faults: list[str]) -> Any:
    """Turn one TOML value into the type that the rules object wants, or note the fault."""
    if hint is Text:
        return _as_text(value, where, faults)
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint in (int, float) and number and value >= 0 and (hint is float or isinstance(value, int)):  # type: ignore[operator]
        return hint(value)
    if isinstance(value, list) and str(hint).startswith("tuple"):
        wanted = str if "str" in str(hint) else int
        if all(type(entry) is wanted for entry in value):
            return tuple(value)
    if isinstance(value, dict) and "Mapping" in str(hint):
        return _convert_mapping(str(hint), value, where, faults)
    faults.append(f"{where}: {value!r} does not fit")
    return None


def _convert_mapping(hint: str, value: dict[str, Any], where: str, faults: list[str]) -> Mapping[str, Any]:
    """Check the values of a mapping: pairs of bounds, whole numbers, numbers or texts."""
    done: dict[str, Any] = {}
    for key, entry in value.items():
        number = isinstance(entry, (int, float)) and not isinstance(entry, bool)
        if "tuple" in hint:
            pair = isinstance(entry, list) and [type(e) for e in entry] == [int, int]
            fits = pair and 0 < entry[0] <= entry[1]
        elif "int" in hint or "float" in hint:
            fits = number and entry >= 0 and ("float" in hint or isinstance(entry, int))
        else:
            fits = isinstance(entry, str)
        if fits:
            done[key] = tuple(entry) if isinstance(entry, list) else entry
        else:
            faults.append(f"{where}.{key}: {entry!r} does not fit")
    return MappingProxyType(done)


def _as_text(value: object, where: str, faults: list[str]) -> Text:
    if (
        isinstance(value, dict)
        and set(value) == {"zh", "en"}
        and all(isinstance(v, str) for v in value.values())
    ):
        return Text(value["zh"], value["en"])
    faults.append(f"{where}: a name in zh and en wanted")
    return Text("", "")
