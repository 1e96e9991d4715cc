"""Enterprises, risk points and hazards: rated, and narrowed down by kind, rating, date and area."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray
from gridplan.onemap.catalogue import THING_ROLES
from gridplan.onemap.shown import Shown
from gridplan.risk import rate
from gridplan.schema import ATTACHED_COLUMNS, PLACED_COLUMNS

__all__ = [
    "Kinds",
    "ThingFilter",
    "count_undated",
    "list_kinds",
    "rate_all",
    "rate_things",
    "select_things",
]


def rate_things(shown: Shown, role: str) -> pd.DataFrame:
    """Rate the things of a role.

    Parameters
    ----------
    shown
        What may be seen.
    role
        "enterprises", "risk_points" or "hazards".

    Returns
    -------
    DataFrame
        The rows of ``shown.attached[role]`` (none where there are no such things) with ``rating`` ("red",
        "orange", "yellow", "blue", "" for not known), ``rated_by`` ("given", "lec", "matrix", "") and
        ``points`` (D or R).
    """
    table = shown.attached.get(role)
    if table is None:
        columns = [*ATTACHED_COLUMNS[role], *PLACED_COLUMNS, *shown.levels]
        table = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    return table.assign(**rate(table, shown.scheme.risk))


def rate_all(shown: Shown) -> dict[str, pd.DataFrame]:
    """Rate all things that are drawn, by role."""
    return {role: rate_things(shown, role) for role in THING_ROLES}


@dataclass(frozen=True, slots=True)
class ThingFilter:
    """What things are narrowed down to.

    Parameters
    ----------
    kinds, ratings
        Those wanted, "" for things without one; ``None`` for all.
    since, until
        First and last date "YYYY-MM-DD", both included, "" for open. Of hazards the date is ``found``. With a
        date things without one are left out: :func:`count_undated` counts them.
    area
        Level and code of the area that they lie in, ``None`` for everywhere.
    """

    kinds: Collection[str] | None = None
    ratings: Collection[str] | None = None
    since: str = ""
    until: str = ""
    area: tuple[str, str] | None = None


def select_things(things: pd.DataFrame, wanted: ThingFilter) -> pd.DataFrame:
    """Return the rows of things (:func:`rate_things`) that are wanted, in their order."""
    kept = _match(things, wanted)
    if wanted.since or wanted.until:
        dates = _read_dates(things)
        kept &= _to_mask(dates != "")
        if wanted.since:
            kept &= _to_mask(dates >= wanted.since)
        if wanted.until:
            kept &= _to_mask(dates <= wanted.until)
    return things[kept]


def count_undated(things: pd.DataFrame, wanted: ThingFilter) -> int:
    """Count the things that are left out only because no date is known of them; 0 without a date filter."""
    if not (wanted.since or wanted.until):
        return 0
    return int((_match(things, wanted) & _to_mask(_read_dates(things) == "")).sum())


def _match(things: pd.DataFrame, wanted: ThingFilter) -> BoolArray:
    """Return which things are of the kinds, the ratings and the area that are wanted."""
    kept = np.ones(len(things), dtype=bool)
    for column, values in (("kind", wanted.kinds), ("rating", wanted.ratings)):
        if values is not None:
            kept &= _to_mask(things[column].fillna("").isin(list(values)))
    if wanted.area is not None:
        level, code = wanted.area
        kept &= _to_mask(things[level] == code)
    return kept


def _read_dates(things: pd.DataFrame) -> pd.Series:
    return things["date" if "date" in things.columns else "found"].fillna("").astype("str")


def _to_mask(truth: pd.Series) -> BoolArray:
    return np.asarray(truth.fillna(False).to_numpy(dtype=bool))


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of things, for a filter.

    Parameters
    ----------
    named
        The most frequent kinds with their counts, the most frequent first; "" stands for no kind given.
    others
        The kinds that are left.
    others_count
        How many things are of these.
    """

    named: tuple[tuple[str, int], ...]
    others: tuple[str, ...]
    others_count: int


def list_kinds(things: Mapping[str, pd.DataFrame], most: int = 12) -> Kinds:
    """List the kinds of things by how many there are of each.

    Parameters
    ----------
    things
        Tables with ``kind``, by role.
    most
        How many kinds are named: as many as a list shows without being scrolled.

    Returns
    -------
    Kinds
        One kind too many is named rather than called "others".
    """
    tables = [table["kind"].fillna("").astype("str") for table in things.values()]
    counts = (pd.concat(tables) if tables else pd.Series(dtype="str")).value_counts()
    ordered = sorted(((str(kind), int(count)) for kind, count in counts.items()), key=lambda k: (-k[1], k[0]))
    cut = len(ordered) if len(ordered) <= most + 1 else most
    rest = ordered[cut:]
    return Kinds(tuple(ordered[:cut]), tuple(kind for kind, _ in rest), sum(count for _, count in rest))
