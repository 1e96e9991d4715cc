"""The population map of a leader: headline figures, drill-down, search."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.errors import InputError
from gridplan.onemap.cells import PEOPLE_COLUMNS, in_column
from gridplan.onemap.choropleth import list_measures, view_areas
from gridplan.onemap.lists import has_things, list_misfits, list_remote, list_unstaffed
from gridplan.onemap.papers import DATE_KEY
from gridplan.onemap.picking import count_inside, find_lineage, has_homes
from gridplan.onemap.shown import Shown

__all__ = [
    "CHILD_COLUMNS",
    "Headline",
    "find_areas",
    "has_things",
    "headline",
    "list_chains",
    "list_children",
    "list_measures",
    "list_misfits",
    "list_remote",
    "list_unstaffed",
    "trace_path",
    "view_areas",
]

#: Columns of the drill-down table.
CHILD_COLUMNS = (
    "level",
    "code",
    "name",
    "households",
    "population",
    "buildings",
    "area_m2",
    "density",
    "areas",
    "status",
)


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline figures of a place.

    Parameters
    ----------
    areas
        Areas with homes by level.
    lands
        Areas without homes (fields, parks, institutions) by level.
    compounds
        Compounds in the register.
    households, population
        Of the whole; None where too small to be published.
    estimated
        Share of the households that was estimated from flats, people or floor area; None where not known.
    area_m2
        The ground that is divided [m2].
    date
        Date of the data as the planner gave it, "" where not known.
    """

    areas: Mapping[str, int]
    lands: Mapping[str, int]
    compounds: int
    households: int | None
    population: int | None
    estimated: float | None
    area_m2: float
    date: str


def headline(shown: Shown) -> Headline:
    """Sum up what is shown in the figures of a headline."""
    homes = {level: int(has_homes(frame).sum()) for level, frame in shown.areas.items()}
    households, guessed = shown.totals.get("households"), shown.totals.get("estimated")
    return Headline(
        areas=homes,
        lands={level: len(frame) - homes[level] for level, frame in shown.areas.items()},
        compounds=len(shown.compounds),
        households=households,
        population=shown.totals.get("population"),
        estimated=guessed / households if households and guessed is not None else None,
        area_m2=float(shown.ground.district.area),
        date=shown.provenance.get(DATE_KEY, ""),
    )


def list_chains(shown: Shown) -> tuple[tuple[str, ...], ...]:
    """List the lines of levels to drill down by, the main one first.

    Returns
    -------
    tuple of tuple of str
        Each from a coarsest level down to a finest, every level nested in the one before. The main line
        goes through the public level where there is one, else it is the longest.
    """
    above = {level: set(find_lineage(shown, level)) for level in shown.levels}
    direct = {
        level: [up for up in ups if not any(up in above[other] for other in ups)]
        for level, ups in above.items()
    }
    used = {up for ups in direct.values() for up in ups}
    lines: list[tuple[str, ...]] = []
    open_lines: list[tuple[str, ...]] = [(level,) for level in reversed(shown.levels) if level not in used]
    while open_lines:
        line = open_lines.pop(0)
        ups = sorted(direct[line[0]], key=shown.levels.index)
        open_lines += [(up, *line) for up in ups]
        lines += [] if ups else [line]
    order = {level: at for at, level in enumerate(shown.levels)}
    public = shown.scheme.public_level
    return tuple(
        sorted(lines, key=lambda line: (public not in line, -len(line), [order[level] for level in line]))
    )


def list_children(
    shown: Shown, code_path: Sequence[str] = (), *, chain: Sequence[str] | None = None
) -> pd.DataFrame:
    """List the areas inside an area, and their sum: the drill-down table.

    Parameters
    ----------
    shown
        What may be seen.
    code_path
        Codes from the top down to the area whose children are wanted; () for the areas of the top.
    chain
        Levels to drill down by, coarse to fine, each nested in the one before; default: the first of
        :func:`list_chains` on which the codes lie.

    Returns
    -------
    DataFrame
        :data:`CHILD_COLUMNS`: one row per child in the order of the codes, then the row of the sum with
        ``level`` "" and the code of the parent ("" for the whole). ``households`` and ``population`` of
        the sum are the parent's own, which equal the children's sum; NA where withheld. ``density`` is
        people per km2, ``areas`` counts the areas with homes of the finest level. Without children (below
        a finest area) only the row of the sum.

    Raises
    ------
    InputError
        ``area_unknown`` where the codes lie on no line of levels.
    """
    path = tuple(code_path)
    line = next(
        (
            levels
            for levels in ([tuple(chain)] if chain else list_chains(shown))
            if _lies(shown, path, levels)
        ),
        None,
    )
    if line is None:
        raise InputError("area_unknown", code="/".join(path))
    above, level = line[: len(path)][-1:], line[len(path) : len(path) + 1]
    rows = []
    if level:
        frame = shown.areas[level[0]]
        if above:
            frame = frame[(frame[in_column(above[0])] == path[-1]).to_numpy()]
        rows.append(_count_inside(shown, pd.DataFrame(frame.drop(columns="geometry")), level[0]))
    rows.append(_sum_row(shown, above[0] if above else "", path[-1] if path else ""))
    return pd.concat(rows, ignore_index=True)[list(CHILD_COLUMNS)]


def _lies(shown: Shown, path: tuple[str, ...], line: Sequence[str]) -> bool:
    """Return whether the codes are those of areas down a line of levels, each inside the one before."""
    if len(path) > len(line):
        return False
    for depth, (code, level) in enumerate(zip(path, line, strict=False)):
        frame = shown.areas[level]
        row = frame[(frame["code"] == code).to_numpy()]
        if row.empty or (depth and row[in_column(line[depth - 1])].iloc[0] != path[depth - 1]):
            return False
    return True


def _count_inside(shown: Shown, rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """Add what a table of areas shows beyond their own columns."""
    finest = shown.areas[shown.levels[-1]]
    column = "code" if level == shown.levels[-1] else in_column(level)
    areas = pd.Series(0, index=rows.index)
    if column in finest:
        homes = finest[has_homes(finest)]
        areas = pd.Series(count_inside(rows, homes[column]), index=rows.index)
    return rows.assign(level=level, areas=areas, density=rows["population"] / (rows["area_m2"] / 1e6))


def _sum_row(shown: Shown, level: str, code: str) -> pd.DataFrame:
    """Make the row of the sum: the published counts of the parent, or of the whole."""
    if level:
        frame = shown.areas[level]
        row = pd.DataFrame(frame[(frame["code"] == code).to_numpy()].drop(columns="geometry"))
        return _count_inside(shown, row, level).assign(level="", status="")
    top = shown.areas[list_chains(shown)[0][0]]
    row = pd.DataFrame({"code": [""], "name": [""], "status": [""], "area_m2": [top["area_m2"].sum()]})
    for name in PEOPLE_COLUMNS:
        row[name] = pd.array([shown.totals.get(name, pd.NA)], dtype="Int64")
    row["buildings"] = pd.array([top["buildings"].sum()], dtype="Int64")
    homes = headline(shown).areas[shown.levels[-1]]
    return row.assign(level="", areas=homes, density=row["population"] / (row["area_m2"] / 1e6))


def trace_path(shown: Shown, level: str, code: str) -> tuple[tuple[str, str, str], ...]:
    """Return the path from the top down to an area: level, code and name of each step.

    Parameters
    ----------
    shown
        What may be seen.
    level, code
        The area.

    Returns
    -------
    tuple of (str, str, str)
        Ends with the area itself; () where there is no such area.
    """
    frame = shown.areas.get(level)
    row = None if frame is None else frame[(frame["code"] == code).to_numpy()]
    if row is None or row.empty:
        return ()
    line = next(levels for levels in list_chains(shown) if level in levels)
    steps = []
    for up in line[: line.index(level) + 1]:
        own = code if up == level else str(row[in_column(up)].iloc[0])
        names = shown.areas[up].set_index("code")["name"]
        steps.append((up, own, str(names.get(own, ""))))
    return tuple(steps)


def find_areas(shown: Shown, text: str, limit: int = 50) -> pd.DataFrame:
    """Search areas by name or code, and by the compounds in them.

    Parameters
    ----------
    shown
        What may be seen.
    text
        Capital letters or not, wide or narrow ones.
    limit
        Most rows.

    Returns
    -------
    DataFrame
        ``level``, ``code``, ``name``, ``compound`` (the compound that was found, "" where the area itself
        was); what is so called exactly first, then what begins so, then coarse levels first.
    """
    wanted = _fold(text)
    tables = [
        pd.DataFrame(
            {"level": level, "code": frame["code"], "name": frame["name"], "compound": "", "depth": depth}
        )
        for depth, (level, frame) in enumerate(shown.areas.items())
    ]
    finest = shown.levels[-1]
    if finest in shown.compounds and len(shown.compounds):
        held = shown.compounds[["name", finest]].rename(columns={"name": "compound", finest: "code"})
        held = held.assign(code=held["code"].str.split(", ")).explode("code")
        names = shown.areas[finest].set_index("code")["name"]
        known = held[held["code"].isin(names.index)]
        tables.append(known.assign(level=finest, name=known["code"].map(names), depth=len(shown.levels)))
    rows = pd.concat(tables, ignore_index=True)
    best = np.full(len(rows), 9)
    for column in ("compound", "name", "code"):
        texts = rows[column].map(_fold)
        rank = np.select(
            [texts == wanted, texts.str.startswith(wanted), texts.str.contains(wanted, regex=False)],
            [0, 1, 2],
            9,
        )
        # an area that is found by its compound is not found by its own name or code as well
        best = np.minimum(best, np.where((rows["compound"] == "") | (column == "compound"), rank, 9))
    found = rows.assign(best=best)[best < 9] if wanted else rows.iloc[:0].assign(best=0)
    order = np.lexsort((found["code"], found["compound"], found["depth"], found["best"]))
    return found.iloc[order][["level", "code", "name", "compound"]].head(limit).reset_index(drop=True)


def _fold(text: object) -> str:
    """Normalise width and capitals of letters."""
    return unicodedata.normalize("NFKC", str(text)).casefold().strip()
