"""Read lists of things to be placed into areas: enterprises, risk points, hazards, services, staff, care."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from gridplan.arrays import BoolArray
from gridplan.errors import InputError
from gridplan.io.columns import normalise_name
from gridplan.io.frames import Table, hash_frame
from gridplan.io.hazard_status import settle_status
from gridplan.io.lists import (
    ListFile,
    Places,
    choose_columns,
    find_outlines,
    find_places,
    parse_system,
    read_list,
    read_text,
)
from gridplan.io.thing_words import (
    find_personal,
    is_identity,
    is_note,
    is_total,
    parse_care,
    parse_dates,
    parse_ratings,
    parse_status,
    parse_yes_no,
)
from gridplan.io.values import parse_numbers
from gridplan.io.vocabulary import Aliases, load_vocabulary
from gridplan.io.words import compound_types
from gridplan.schema import ATTACHED_COLUMNS, Source, Things, issue_rows, join_issues

__all__ = ["read_things"]

_LIST_ROLES = (*ATTACHED_COLUMNS, "compounds")
_TEXTS = ("enterprise", "name", "kind", "post")
_NUMBERS = ("likelihood", "exposure", "consequence", "severity", "area_m2")
_DATES = ("date", "found", "fixed")
_WHERE = ("x", "y", "lon", "lat", "house", "area")
#: Fields that are read from several columns: the first one that is filled in counts.
_MANY = frozenset({"id", "enterprise", "kind", "area"})
#: A text longer than this is no word but a report, which may name persons: it is not quoted.
_LONGEST_WORD = 16
#: Lists whose rows are persons or households: their ids must not be numbers of persons.
_ABOUT_PERSONS = ("staff", "care")


def _parse_types(column: pd.Series) -> tuple[pd.Series, BoolArray]:
    types, known = compound_types(column.astype("str"))
    return types.fillna("").astype("str"), ~known.to_numpy(dtype=bool)


# what reads the cells of a field: the values, and which cells were not understood
_PARSERS: Mapping[str, Callable[[pd.Series], tuple[pd.Series, BoolArray]]] = {
    "on_site": parse_yes_no,
    "level": parse_ratings,
    "care_class": parse_care,
    "is_fixed": parse_status,
    "type": _parse_types,
    **dict.fromkeys(_DATES, parse_dates),
}


@dataclass(slots=True)
class _Reading:
    """A list on its way to a table: its columns by field, and what was noted on it."""

    role: str
    file: ListFile
    aliases: Aliases
    found: Mapping[str, tuple[str, ...]]
    issues: list[pd.DataFrame] = field(default_factory=list)

    def text(self, name: str) -> pd.Series:
        return read_text(self.file.table, self.found.get(name, ()))

    def column(self, name: str) -> pd.Series | None:
        return self.file.table[self.found[name][0]] if name in self.found else None

    def note(self, ids: object, code: str, action: str, detail: object = "") -> None:
        """List rows by their ids, in the order of the ids."""
        rows = issue_rows(self.role, ids, code, action, detail=detail)  # type: ignore[arg-type]
        self.issues.append(rows.sort_values(["id", "detail"], kind="stable"))


def read_things(
    role: str,
    given: Table,
    crs: pyproj.CRS,
    *,
    columns: Mapping[str, str] | None = None,
    system: str = "",
    date: str = "",
) -> Things:
    """Read a list of things.

    Parameters
    ----------
    role
        A key of :data:`gridplan.schema.ATTACHED_COLUMNS`, or "compounds".
    given
        A DataFrame or a GeoDataFrame, any vector file that GDAL reads (``file.gpkg#layer``), Parquet,
        ``.csv`` (UTF-8 or GB18030) or ``.xlsx`` (first sheet) with coordinates (``lon, lat`` in degrees or
        ``x, y`` in metres), a building id or house code, or the code or name of an area.
    crs
        The plan's coordinate system.
    columns
        Columns by field for names that are not understood (``gridplan/io/vocabulary.toml``); "" says that
        there is none.
    system
        Coordinate system of lists that have none or a wrong one: an EPSG code, "gcj02", "bd09" or "wgs84".
    date
        What day the list is of, "" where it is not known.

    Returns
    -------
    Things
        Sorted by id, so that the order of the rows does not matter. Only the columns of the role are read:
        names of persons, telephones and numbers of identity cards stay behind, and the issues say so.

    Raises
    ------
    InputError
        If the file cannot be read, has no rows, or nothing says where its things are.
    CRSError
        If its coordinates cannot be brought into the plan's system.
    """
    if role not in _LIST_ROLES:
        raise InputError("role_unknown", role=role, known=", ".join(_LIST_ROLES))
    aliases = load_vocabulary().lists[role]
    words = [word for several in aliases.values() for word in several]
    file = read_list(given, role, [*words, *(columns or {}).values()])
    reading = _Reading(role, file, aliases, choose_columns(role, file, aliases, columns or {}, _MANY))
    if not len(file.table):
        raise InputError("things_empty", role=role, path=file.path)
    places = find_places(file, reading.found, crs, parse_system(system))
    _require_places(reading, places)
    frame = _read_columns(reading, places)
    filled = _find_filled(file)
    kept = _keep_rows(reading, frame, filled)
    frame = _name_rows(reading, frame[kept])
    frame = _settle_hazards(reading, frame) if role == "hazards" else frame
    frame = frame.drop(columns=[name for name in frame if str(name).startswith("unknown ")])
    outlines = find_outlines(file, crs, parse_system(system)) if role == "compounds" else None
    if outlines is not None:
        frame["outline"] = outlines[frame.index]
    columns_read = [name for name in frame if name not in ("id", "outline")]
    frame = frame.sort_values(["id", *columns_read], kind="stable", ignore_index=True)
    frame = frame if outlines is not None else _separate_ids(reading, frame)
    _list_unread_columns(reading)
    if file.above:
        reading.issues.append(issue_rows(role, ["*"], "things_heads_below", "noted", file.above))
    if places.swapped:
        reading.note(["*"], "thing_degrees_swapped", "repaired")
    read = {name for several in reading.found.values() for name in several}
    source = Source(
        role, file.path, file.layer, file.sha256 or hash_frame(file.table, read), int(filled.sum()),
        places.crs,
        columns={name: " | ".join(several) for name, several in sorted(reading.found.items())},
    )  # fmt: skip
    return Things(role, frame, source, date, join_issues(*reading.issues))


def _require_places(reading: _Reading, places: Places) -> None:
    """Refuse a list in which nothing says where its things are."""
    placed = np.isfinite(places.xy).any() or {"house", "area", "enterprise"} & set(reading.found)
    if not placed:
        columns = ", ".join(reading.file.names) or "-"
        raise InputError("things_no_place", role=reading.role, path=reading.file.path, columns=columns)


def _read_columns(reading: _Reading, places: Places) -> pd.DataFrame:
    """Read the columns of the role; what is not understood is listed once the rows have names."""
    table = reading.file.table
    columns: dict[str, object] = {"id": reading.text("id")}
    columns |= {name: reading.text(name) for name in _TEXTS if name in reading.aliases}
    degrees = np.full((len(table), 2), np.nan) if places.degrees is None else places.degrees
    unknown = {"place": _quote_places(reading, places)} if places.unread.any() else {}
    columns |= {"x": places.xy[:, 0], "y": places.xy[:, 1], "lon": degrees[:, 0], "lat": degrees[:, 1]}
    columns |= {name: reading.text(name) for name in ("house", "area")}
    frame = pd.DataFrame(columns, index=table.index)
    for name in (name for name in reading.aliases if name not in frame and name not in _WHERE):
        column = reading.column(name)
        frame[name], wrong = _read_column(name, column, table.index)
        if wrong.any() and column is not None:
            unknown[name] = column.astype("str").where(wrong, "")
    return frame.assign(**{f"unknown {name}": words for name, words in unknown.items()})


def _quote_places(reading: _Reading, places: Places) -> pd.Series:
    """Quote coordinates that could not be read; where people live is not quoted."""
    pairs = [pair for pair in (("lon", "lat"), ("x", "y")) if set(pair) <= set(reading.found)]
    quotes = pd.Series("…", index=reading.file.table.index, dtype="str")
    if pairs and reading.role not in _ABOUT_PERSONS and not isinstance(reading.file.table, gpd.GeoDataFrame):
        quotes = reading.text(pairs[0][0]) + ", " + reading.text(pairs[0][1])
    return quotes.where(places.unread, "")


def _read_column(name: str, column: pd.Series | None, index: pd.Index) -> tuple[pd.Series, BoolArray]:
    """Read one column by what it holds: the values, and where there was something else."""
    if column is None:
        blank = {"households": 1.0, "on_site": pd.NA} | dict.fromkeys(_NUMBERS, np.nan)
        kind = {"on_site": "boolean"}.get(name, "float64" if name in blank else "str")
        return pd.Series(blank.get(name, ""), index=index, dtype=kind), np.zeros(len(index), dtype=bool)
    if name in (*_NUMBERS, "households"):
        numbers = parse_numbers(column)
        return pd.Series(numbers.values, index=index), numbers.unreadable
    if name in _PARSERS:
        return _PARSERS[name](column)
    return read_text(column.to_frame(), [str(column.name)]), np.zeros(len(index), dtype=bool)


def _keep_rows(reading: _Reading, frame: pd.DataFrame, filled: BoolArray) -> BoolArray:
    """Leave out rows of sums, and rows with nothing of what is read."""
    texts = [name for name in frame if pd.api.types.is_string_dtype(frame[name])]
    blank = (frame[texts] == "").all(axis=1) & frame[["x", "y"]].isna().any(axis=1)
    cells = read_text(reading.file.table, reading.file.names[:3])
    total = is_total(cells) & frame[["x", "y"]].isna().any(axis=1).to_numpy()
    number = np.arange(1, len(frame) + 1)
    reading.note([f"row {n}" for n in number[total]], "thing_row_of_sums", "dropped")
    # what stands below a table fills no more than the first cells of its row, or one merged cell
    single = frame[texts].ne("").sum(axis=1).le(1) & frame[["x", "y"]].isna().any(axis=1)
    idle = (blank | (single & is_note(cells))).to_numpy(dtype=bool) & ~total
    lost = idle & filled
    reading.note([f"row {n}" for n in number[lost]], "thing_row_blank", "dropped")
    return np.asarray(~idle & ~total, dtype=bool)


def _find_filled(file: ListFile) -> BoolArray:
    """Return which rows have anything in them at all; others are no rows but the end of a sheet."""
    cells = file.table[file.names].astype(object)
    filled = cells.notna() & (cells.astype(str).apply(lambda column: column.str.strip()) != "")
    shaped = isinstance(file.table, gpd.GeoDataFrame)
    rows = np.asarray(filled.any(axis=1), dtype=bool)
    return rows | ~np.asarray(file.table.geometry.is_empty | file.table.geometry.isna()) if shaped else rows


def _name_rows(reading: _Reading, frame: pd.DataFrame) -> pd.DataFrame:
    """Give rows without an id the number of their row, and list what was not understood by it."""
    ids = frame["id"]
    for other in ("credit", "name"):
        # what has no number of its own is known by its name
        ids = ids.where(ids != "", frame[other]) if other in frame else ids
    personal = is_identity(ids) if reading.role in _ABOUT_PERSONS else np.zeros(len(frame), dtype=bool)
    numbers = pd.Series([f"row {n + 1}" for n in frame.index], index=frame.index, dtype="str")
    unnamed = (ids == "").to_numpy() | personal | (reading.role == "care")
    named = frame.assign(id=ids.mask(unnamed, numbers))
    reading.note(named.loc[personal, "id"], "thing_id_personal", "dropped")
    if reading.role != "care":
        reading.note(named.loc[unnamed & ~personal, "id"], "thing_unnamed", "noted")
    for name in [column for column in named if str(column).startswith("unknown ")]:
        wrong = named[named[name] != ""]
        report = wrong[name].str.len().gt(_LONGEST_WORD) & (name != "unknown place")
        words = wrong[name].mask(report, "…")
        reading.note(wrong["id"], _wrong_code(str(name).removeprefix("unknown ")), "asked", list(words))
    return named


def _settle_hazards(reading: _Reading, frame: pd.DataFrame) -> pd.DataFrame:
    """Read from status, dates and what was fixed on site whether hazards are fixed."""
    settled, differs, blank = settle_status(frame, dated="is_fixed" not in reading.found)
    reading.note(frame.loc[differs, "id"], "hazard_status_differs", "noted")
    if blank.any():
        reading.issues.append(
            issue_rows("hazards", ["*"], "hazards_undated_open", "estimated", float(blank.sum()))
        )
    return settled


def _wrong_code(name: str) -> str:
    if name in _DATES:
        return "thing_date_unreadable"
    if name == "place":
        return "thing_point_unreadable"
    return "number_unreadable" if name in (*_NUMBERS, "households") else "thing_word_unknown"


def _separate_ids(reading: _Reading, frame: pd.DataFrame) -> pd.DataFrame:
    """Merge what stands twice, and give further things of one id a suffix; the table is sorted."""
    if reading.role == "care":
        return frame
    cells = frame.astype(object).where(frame.notna(), None)
    twice = cells.duplicated().to_numpy()
    reading.note(frame.loc[twice, "id"], "thing_twice", "merged")
    frame = frame[~twice].reset_index(drop=True)
    if "credit" in frame:
        frame = _merge_same(reading, frame)
    again = frame["id"].duplicated().to_numpy()
    taken, ids = set(frame["id"]), frame["id"].to_numpy(dtype=object).copy()
    turns = dict.fromkeys(frame.loc[again, "id"], 1)
    for row in np.flatnonzero(again):
        name = ids[row]
        while ids[row] in taken:
            turns[name] += 1
            ids[row] = f"{name}#{turns[name]}"
        taken.add(ids[row])
    reading.note(ids[again], "id_repeated", "repaired", list(frame["id"][again]))
    return frame.assign(id=pd.array(ids, dtype="str"))


def _merge_same(reading: _Reading, frame: pd.DataFrame) -> pd.DataFrame:
    """Merge rows of one enterprise by its credit code: what the first does not say the others do."""
    key = frame["credit"].where(frame["credit"] != "", "row " + frame.index.astype(str))
    same = key.duplicated(keep=False).to_numpy()
    plain = frame.drop(columns="credit")
    if not same.any():
        return plain
    group = plain[same].groupby(key[same].to_numpy(), sort=False)
    filled = plain[same].mask(plain[same] == "").groupby(key[same].to_numpy(), sort=False).first()
    chief = group["id"].transform("first")
    gone = plain[same][(chief != plain.loc[same, "id"]).to_numpy() | group.cumcount().gt(0).to_numpy()]
    reading.note(gone["id"], "enterprise_merged", "merged", list(chief.loc[gone.index]))
    texts = [name for name in plain if pd.api.types.is_string_dtype(plain[name])]
    filled = filled[list(plain.columns)].reset_index(drop=True)
    filled[texts] = filled[texts].fillna("").astype("str")
    whole = pd.concat([plain[~same], filled], ignore_index=True)
    return whole.sort_values("id", kind="stable", ignore_index=True)


def _list_unread_columns(reading: _Reading) -> None:
    """List the columns that were not read, those about persons apart."""
    used = {normalise_name(name) for several in reading.found.values() for name in several}
    left = [name for name in reading.file.names if normalise_name(name) not in used]
    personal = [name for name in left if name in find_personal(left)]
    for names, code in (
        (personal, "things_personal_columns"),
        ([name for name in left if name not in personal], "things_columns_left"),
    ):
        if names:
            reading.note(["*"], code, "noted", ", ".join(names))
