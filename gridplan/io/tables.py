"""From columns as found to the tables of :mod:`gridplan.schema`: ids, numbers, kinds, classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.errors import InputError
from gridplan.io.shapes import sound_shapes
from gridplan.io.source import RawLayer
from gridplan.io.values import clean_text, parse_flags, parse_numbers
from gridplan.io.words import (
    RESIDENTIAL,
    barrier_classes,
    compound_types,
    kinds_of_words,
    street_classes,
)
from gridplan.schema import issue_rows

__all__ = ["BUILDERS", "make_unique"]

#: Words of points of interest that also stand on houses with homes above the shop.
_GROUND_FLOOR = ("restaurant", "bank", "kiosk", "shop", "toilets", "parking", "fuel")

#: Share of distinct values from which a column with repeats still counts as one of ids.
_MOSTLY_DISTINCT = 0.5

#: Classes whose drawn line is a border only above the ground.
_DEEPEST_RANK = 3


@dataclass
class LayerReading:
    """A layer on its way into a table, with what had to be mended on the way."""

    raw: RawLayer
    named: frozenset[str]
    ids: pd.Series = field(init=False)
    issues: list[pd.DataFrame] = field(init=False)

    def __post_init__(self) -> None:
        self.issues = list(self.raw.issues)
        self.ids = self._find_ids()

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The columns as read."""
        return self.raw.frame

    def note(
        self, mask: npt.ArrayLike, code: str, action: str, value: npt.ArrayLike = np.nan, detail: object = ""
    ) -> None:
        """Add a row to the issues for every row of the layer that a mask holds."""
        held = np.asarray(mask, dtype=bool)
        if held.any():
            values = np.broadcast_to(np.asarray(value, dtype=np.float64), held.shape)[held]
            details = (
                detail
                if isinstance(detail, str)
                else [str(text) for text in np.asarray(detail, dtype=object)[held]]
            )
            self.issues.append(issue_rows(self.raw.role, self.ids[held], code, action, values, details))

    def note_layer(self, code: str, action: str, value: float = np.nan, detail: str = "") -> None:
        """Add a row to the issues for the layer as a whole."""
        self.issues.append(issue_rows(self.raw.role, ["*"], code, action, value, detail))

    def ask_words(self, words: pd.Series, code: str) -> None:
        """Add a row to the issues for every word that was not understood, with how often it stands."""
        counts = words.value_counts().sort_index()
        ids = ["*"] * len(counts)
        self.issues.append(issue_rows(self.raw.role, ids, code, "asked", counts.to_numpy(), counts.index))

    def _find_ids(self) -> pd.Series:
        """Take ids from a column where they differ from row to row, else number the rows from 1."""
        rows = pd.Series(np.arange(1, len(self.frame) + 1), index=self.frame.index).astype("str")
        for name in self.raw.columns.get("id", ()):
            ids = clean_text(self.frame[name])
            distinct = ids.nunique()
            if distinct == len(ids):
                return ids
            if "id" in self.named or distinct > _MOSTLY_DISTINCT * len(ids):
                return ids.fillna("row" + rows)
        return rows

    def text(self, name: str) -> pd.Series:
        """Return a field as text; where it has several columns, the first one that is filled in."""
        filled = pd.Series(None, index=self.frame.index, dtype="str")
        for column in self.raw.columns.get(name, ()):
            filled = filled.where(filled.notna(), clean_text(self.frame[column]))
        return filled

    def number(self, name: str) -> FloatArray:
        """Return a field as numbers, NaN where nothing is known."""
        columns = self.raw.columns.get(name, ())
        if not columns:
            return np.full(len(self.frame), np.nan)
        column = self.frame[columns[0]]
        read = parse_numbers(column)
        if read.unreadable.any() and not np.isfinite(read.values).any():
            examples = ", ".join(clean_text(column[read.unreadable]).dropna().unique()[:3])
            if name in self.named:
                raise InputError(
                    "column_not_numeric",
                    layer=self.raw.where,
                    field=name,
                    column=columns[0],
                    examples=examples,
                )
            self.note_layer("column_ignored", "noted", detail=f"{columns[0]}: {examples}")
            return np.full(len(self.frame), np.nan)
        if read.unreadable.any() or read.approximate.any():
            cells = f"{columns[0]}=" + column.astype("str")
            self.note(read.unreadable, "number_unreadable", "noted", detail=cells)
            self.note(read.approximate, "number_approximate", "noted", read.values, cells)
        return read.values

    def count(self, name: str) -> pd.Series:
        """Return a field as whole numbers, NA where nothing is known."""
        values = self.number(name)
        whole = np.round(values)
        self.note(np.isfinite(values) & (whole != values), "number_rounded", "repaired", values, name)
        return pd.Series(whole, index=self.frame.index).astype("Int64")

    def flag(self, name: str) -> BoolArray:
        """Return a field of yes and no."""
        columns = self.raw.columns.get(name, ())
        return parse_flags(self.frame[columns[0]]) if columns else np.zeros(len(self.frame), dtype=bool)

    def rank(self) -> pd.Series:
        """Return the barrier ranks 1 to 3 that the user's own column gives."""
        columns = self.raw.columns.get("rank", ())
        if not columns or (columns == self.raw.columns.get("class") and "rank" not in self.named):
            return pd.Series(pd.NA, index=self.frame.index, dtype="Int64")
        ranks = self.count("rank")
        wrong = ranks.notna() & ~ranks.isin(range(1, _DEEPEST_RANK + 1))
        self.note(
            wrong.fillna(False), "rank_unknown", "dropped", ranks.to_numpy(dtype=float, na_value=np.nan)
        )
        return ranks.mask(wrong)

    def finish(
        self, table: Mapping[str, object], wanted: str, worth: npt.ArrayLike = np.nan
    ) -> gpd.GeoDataFrame:
        """Put the columns together and drop the rows that are nowhere or of the wrong shape."""
        shapes, faults = sound_shapes(self.frame.geometry.to_numpy(), wanted, self.raw)
        for code, action, mask in faults:
            self.note(mask, code, action, worth)
        frame = gpd.GeoDataFrame(dict(table), index=self.frame.index, geometry=shapes, crs=self.frame.crs)
        return frame[~shapely.is_missing(shapes)].reset_index(drop=True)


def build_buildings(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of buildings."""
    dwellings = reading.count("dwellings")
    households = _read_households(reading, dwellings)
    use, kind = _read_kinds(reading, households)
    table = {
        "building_id": reading.ids,
        "name": reading.text("name"),
        "use": use,
        "kind": kind,
        "households": households,
        "population": reading.count("population"),
        "dwellings": dwellings,
        "floors": reading.number("floors"),
        "height": reading.number("height"),
        "stairwells": reading.number("stairwells"),
        "compound": reading.text("compound"),
        "compound_type": _read_types(reading, "compound_type"),
    }
    return reading.finish(table, "polygon", households.to_numpy(dtype=float, na_value=np.nan))


def _read_households(reading: LayerReading, dwellings: pd.Series) -> pd.Series:
    """Read the households; in a table without a column of them the dwellings count, as in most."""
    columns = reading.raw.columns
    if "households" in columns or not dwellings.notna().any():
        return reading.count("households")
    reading.note_layer("dwellings_as_households", "noted", float(dwellings.sum()), columns["dwellings"][0])
    return dwellings


def _read_kinds(reading: LayerReading, households: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read use and kind from the main word, then from a second one; homes that were counted outrank both."""
    first, second = reading.text("kind"), reading.text("secondary")
    columns = reading.raw.columns.get("kind", ())
    flags = bool(columns) and pd.api.types.is_bool_dtype(reading.frame[columns[0]])
    if flags:
        first = first.map({"True": RESIDENTIAL}).astype("str")
    kind, known = kinds_of_words(first)
    other, _ = kinds_of_words(second.mask(second.isin(_GROUND_FLOOR)))
    reading.ask_words(first[~known], "kind_word_unknown")
    kind = kind.where(kind.notna(), other)
    use = first.where(kinds_of_words(first)[0].notna() | second.isna(), second)
    homes = (households > 0).fillna(False).to_numpy(dtype=bool) & kind.isin(("exclusive", "empty")).to_numpy()
    reading.note(homes, "kind_against_households", "repaired", households.astype("Float64"), use.fillna(""))
    undecided = (kind == RESIDENTIAL).to_numpy(dtype=bool) | homes
    return use.mask(undecided, RESIDENTIAL), kind.mask(undecided)


def build_streets(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of streets."""
    importance = reading.raw.columns.get("importance", ())
    words = reading.text("class")
    classes, known = street_classes(words, reading.frame[importance[0]] if importance else None)
    rank = reading.rank()
    reading.ask_words(words[~known & rank.isna()], "street_word_unknown")
    if not words.notna().any() and not rank.notna().any():
        reading.note_layer("streets_without_class", "asked", float(len(words)))
    layer = _layers(reading)
    ground = "pos_sol" in " ".join(reading.raw.columns.get("layer", ())).lower()
    table = {
        "street_id": reading.ids,
        "name": reading.text("name"),
        "street_class": classes,
        "layer": layer,
        # in BD TOPO the level alone says what is a bridge or a tunnel
        "tunnel": reading.flag("tunnel") | (ground & (layer < 0)),
        "bridge": reading.flag("bridge") | (ground & (layer > 0)),
        "rank": rank,
    }
    return reading.finish(table, "line")


def _layers(reading: LayerReading) -> IntArray:
    """Return the level above ground, 0 where none is given; a drawing's layer names are no levels."""
    columns = reading.raw.columns.get("layer", ())
    if not columns:
        return np.zeros(len(reading.frame), dtype=np.int64)
    values = pd.to_numeric(clean_text(reading.frame[columns[0]]), errors="coerce").to_numpy(dtype=float)
    return np.where(np.isfinite(values) & (np.abs(values) < 100), values, 0).astype(np.int64)


def build_barriers(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of rivers, railways and other lines that part a district."""
    below = reading.flag("tunnel")
    table = {
        "barrier_id": reading.ids,
        "barrier_class": barrier_classes(reading.text("class"), reading.raw.layer or reading.raw.path),
        "name": reading.text("name"),
        "rank": reading.rank(),
    }
    reading.note(below, "tunnel_no_barrier", "dropped")
    frame = reading.finish(table, "line or polygon")
    return frame[~frame["barrier_id"].isin(set(reading.ids[below]))].reset_index(drop=True)


def build_landuse(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of land use."""
    table = {"landuse_id": reading.ids, "use": reading.text("use"), "name": reading.text("name")}
    return reading.finish(table, "polygon")


def build_compounds(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of residential compounds."""
    table = {
        "compound_id": reading.ids,
        "name": reading.text("name"),
        "type": _read_types(reading, "type"),
    }
    return reading.finish(table, "polygon")


def _read_types(reading: LayerReading, name: str) -> pd.Series:
    """Read the types of compounds; words that are not understood are asked about."""
    words = reading.text(name)
    types, known = compound_types(words)
    reading.ask_words(words[~known], "compound_word_unknown")
    return types


def build_boundary(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of the district's outline."""
    return reading.finish({"boundary_id": reading.ids, "name": reading.text("name")}, "polygon")


def build_services(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of service places, each a point; a building counts by a point in it."""
    ids, names = reading.text("id"), reading.text("name")
    rows = pd.Series([f"row {at + 1}" for at in range(len(ids))], index=ids.index, dtype="str")
    reading.ids = ids.fillna(names).fillna(rows)
    table = {
        "service_id": reading.ids,
        "name": names,
        "kind": reading.text("kind"),
        "area_m2": reading.number("area_m2"),
        "house": reading.text("house"),
        "area": reading.text("area"),
    }
    places = reading.finish(table, "point or polygon")
    return places.set_geometry(places.representative_point())


#: What makes the table of a role, and the column that holds its ids.
BUILDERS: Mapping[str, tuple[Callable[[LayerReading], gpd.GeoDataFrame], str]] = {
    "buildings": (build_buildings, "building_id"),
    "streets": (build_streets, "street_id"),
    "boundary": (build_boundary, "boundary_id"),
    "barriers": (build_barriers, "barrier_id"),
    "landuse": (build_landuse, "landuse_id"),
    "compounds": (build_compounds, "compound_id"),
    "services": (build_services, "service_id"),
}


def make_unique(frame: gpd.GeoDataFrame, column: str, role: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give repeated ids a suffix.

    Parameters
    ----------
    frame
        A finished table.
    column
        Its ids.
    role
        The layer, for the issues.

    Returns
    -------
    frame, issues
        The second and further rows of an id get ``#2``, ``#3``, ...; they are counted from west to
        east, so that the order of the rows does not matter.
    """
    ids = frame[column]
    repeated = ids.duplicated(keep=False).to_numpy()
    if not repeated.any():
        return frame, issue_rows(role, [], "id_repeated", "repaired")
    boxes = shapely.bounds(frame.geometry.to_numpy())
    order = np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 1], boxes[:, 0]))
    turn = ids.iloc[order].groupby(ids.iloc[order]).cumcount().sort_index().to_numpy() + 1
    taken = set(ids)
    mark = "#"
    while any(f"{name}{mark}{n}" in taken for name, n in zip(ids[turn > 1], turn[turn > 1], strict=True)):
        mark += "#"
    suffix = mark + pd.Series(turn, index=ids.index).astype("str")
    names = ids.where(turn == 1, ids + suffix)
    changed = (turn > 1) & repeated
    issues = issue_rows(role, names[changed], "id_repeated", "repaired", detail=list(ids[changed]))
    return frame.assign(**{column: names}), issues
