"""What the check found: one fact per row, as keys and numbers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gridplan.schema import FINDING_COLUMNS

__all__ = ["VERDICTS", "Finding", "count_fault", "name_ids", "read_reason", "tabulate_findings", "with_ok"]

#: From good to bad.
VERDICTS = ("ok", "exempt", "warning", "violation")
#: How many ids a reason names before it only counts; enough to find the place, short enough to read.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that was checked.

    Parameters
    ----------
    verdict
        One of :data:`VERDICTS`.
    level
        Id of the level, "" for the plan as a whole.
    code
        Code of the area (or the number of a certificate), "" for a level as a whole.
    value
        What was found, in the unit of the rule (areas, households, m2, metres, shares); NaN for none.
    bound
        What was wanted, in the same unit; NaN for none.
    reason
        Message key under ``reason.``.
    values
        What goes into the message; lists of ids are cut to ten and counted under ``count``.
    """

    verdict: str
    level: str = ""
    code: str = ""
    value: float = np.nan
    bound: float = np.nan
    reason: str = "judged"
    values: dict[str, Any] = field(default_factory=dict)


def with_ok(level: str, faults: Sequence[Finding], *, checked: float) -> list[Finding]:
    """Add the row that says "this was checked" where nothing is out of order.

    Parameters
    ----------
    level
        Id of the level, "" for the plan.
    faults
        Rows found; exempt rows and warnings leave the level in order.
    checked
        How many things were looked at.
    """
    rows = list(faults)
    if all(row.verdict != "violation" for row in rows):
        rows.append(
            Finding("ok", level, value=float(checked), reason="judged", values={"count": int(checked)})
        )
    return rows


def count_fault(
    reason: str, ids: Collection[object], level: str = "", verdict: str = "violation", **values: object
) -> list[Finding]:
    """Give one row for a kind of fault that names what it was found of, none where that is nothing."""
    if not len(ids):
        return []
    return [Finding(verdict, level, "", len(ids), 0, reason, name_ids(ids) | values)]


def name_ids(ids: Iterable[object]) -> dict[str, Any]:
    """Return the first ids and how many there are, for the values of a reason."""
    names = [str(name) for name in ids]
    return {"ids": names[:NAMED], "count": len(names)}


def read_reason(text: str) -> tuple[str, dict[str, Any]]:
    """Split the text of the column ``reason`` into message key and values.

    Parameters
    ----------
    text
        As written by :func:`check_plan`.

    Returns
    -------
    key, values
        The text is found under ``reason.<key>``.
    """
    table = json.loads(text)
    return table["key"], table["values"]


def tabulate_findings(rows: Iterable[tuple[str, int, Finding]]) -> pd.DataFrame:
    """Make the findings table from (key, version, finding)."""
    table = [
        (key, version, f.level, f.code, f.value, f.bound, f.verdict, _write_reason(f))
        for key, version, f in rows
    ]
    frame = pd.DataFrame(table, columns=list(FINDING_COLUMNS))
    texts = ["key", "level", "code", "verdict", "reason"]
    kinds = dict.fromkeys(texts, "str") | {"version": "int64", "value": "float64", "bound": "float64"}
    return frame.astype(kinds)


def _write_reason(finding: Finding) -> str:
    """Put message key and values into one JSON text."""
    reason = {"key": finding.reason, "values": finding.values}
    return json.dumps(reason, ensure_ascii=False, sort_keys=True, default=_to_plain)


def _to_plain(value: object) -> object:
    """Turn numpy scalars into plain numbers for JSON."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value).__name__)
