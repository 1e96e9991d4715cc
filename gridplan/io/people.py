"""Read a list of people who work in the areas: a vector file, or a table with coordinates or codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyproj

from gridplan.errors import InputError
from gridplan.io.frames import Table
from gridplan.io.lists import ListFile, choose_columns, find_places, read_list, read_text
from gridplan.io.thing_words import find_personal, is_identity
from gridplan.io.values import parse_numbers
from gridplan.io.vocabulary import load_vocabulary
from gridplan.schema import issue_rows, join_issues

__all__ = ["read_people"]


def read_people(given: Table, crs: pyproj.CRS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read people.

    Parameters
    ----------
    given
        ``.csv`` (UTF-8 or GB18030) or ``.xlsx`` (first sheet) with columns as the vocabulary
        names them, a
        DataFrame, or a GeoDataFrame or any vector file that GDAL reads (``file.gpkg#layer``), of which the
        middle of each shape counts. Of the columns only these are read: never names, telephones or numbers
        of identity cards. ``lon, lat`` are degrees (WGS 84 or CGCS2000, not GCJ-02); ``x, y`` metres in the
        plan's coordinate system.
    crs
        The plan's coordinate system.

    Returns
    -------
    people, issues
        ``person, post, x, y, place, capacity`` (see :data:`gridplan.staffing.PEOPLE_COLUMNS`), and what was
        wrong. ``person`` is the staff number; a row without one is called by its place ("row 5").

    Raises
    ------
    InputError
        If the list cannot be read, or has no column for a post, a place or an id.
    """
    aliases = load_vocabulary().lists["people"]
    file = read_list(given, "staff", [name for names in aliases.values() for name in names])
    found = choose_columns("people", file, aliases)
    if not {"person", "post", "area", "house"} & set(found):
        raise InputError("people_columns", path=file.path, columns=", ".join(file.names) or "-")
    return _make_people(file, found, crs)


def _make_people(
    file: ListFile, found: Mapping[str, tuple[str, ...]], crs: pyproj.CRS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = file.table
    person, post = (read_text(table, found.get(field, ())) for field in ("person", "post"))
    area, house = (read_text(table, found.get(field, ())) for field in ("area", "house"))
    place = area.where(area != "", house)
    personal = is_identity(person)
    unnamed = (person == "").to_numpy() | personal
    numbers = np.array([f"row {at + 1}" for at in range(len(table))], dtype=object)
    capacity = parse_numbers(table[found["capacity"][0]]) if "capacity" in found else None
    xy = find_places(file, found, crs).xy
    people = pd.DataFrame(
        {
            "person": np.where(unnamed, numbers, person.to_numpy(dtype=object)),
            "post": post.to_numpy(dtype=object),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "place": place.to_numpy(dtype=object),
            "capacity": np.full(len(table), np.nan) if capacity is None else capacity.values,
        }
    )
    issues = [
        issue_rows("people", numbers[unnamed & ~personal], "person_unnamed", "noted"),
        issue_rows("people", numbers[personal], "thing_id_personal", "dropped"),
    ]
    if names := find_personal(file.names):
        issues.append(
            issue_rows("people", ["*"], "things_personal_columns", "noted", detail=", ".join(names))
        )
    if capacity is not None:
        wrong = people.loc[capacity.unreadable, "person"]
        issues.append(issue_rows("people", wrong, "person_capacity_unreadable", "dropped"))
    return people, join_issues(*issues)
