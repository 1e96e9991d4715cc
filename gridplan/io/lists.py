"""Read a list of things or people as it is: a vector file, or a table with coordinates, codes or names."""

from __future__ import annotations

import csv
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from gridplan.arrays import BoolArray, FloatArray
from gridplan.crs import (
    SYSTEMS,
    WGS84,
    describe_crs,
    find_bounds,
    fits_crs,
    infer_crs,
    is_swapped,
    parse_crs,
    reproject,
    to_wgs84,
)
from gridplan.errors import CRSError, InputError
from gridplan.io.columns import normalise_name
from gridplan.io.dbf import decode_frame, find_encoding
from gridplan.io.frames import FRAME, Table, copy_list, require_table
from gridplan.io.sheets import read_csv, read_sheet
from gridplan.io.source import choose_layer, hash_file, open_packed, require_file, split_layer
from gridplan.io.thing_words import find_personal
from gridplan.io.values import clean_text, parse_coordinates

__all__ = [
    "ListFile",
    "Places",
    "choose_columns",
    "find_outlines",
    "find_places",
    "parse_system",
    "read_list",
    "read_text",
]


_FAULTS = (
    DataLayerError, DataSourceError, FeatureError, GeometryError, UnicodeDecodeError, RuntimeError,
    ValueError, OSError, KeyError, zipfile.BadZipFile, pa.ArrowException, csv.Error, pd.errors.ParserWarning,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ListFile:
    """A list as read.

    Parameters
    ----------
    path, layer, sha256
        Where it came from; no digest where it was a table already.
    table
        Its rows; a GeoDataFrame where they have shapes.
    above
        How many rows stand above the heads of a table.
    """

    path: str
    layer: str
    sha256: str
    table: pd.DataFrame
    above: int = 0

    @property
    def names(self) -> list[str]:
        """The columns without the geometry."""
        shape = self.table.geometry.name if isinstance(self.table, gpd.GeoDataFrame) else None
        return [str(name) for name in self.table.columns if name != shape]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the rows of a list are.

    Parameters
    ----------
    xy
        In the plan's coordinate system [m], NaN where it is not given, shape (n, 2).
    degrees
        Longitudes and latitudes as given, where no coordinate system came with them; else None.
    crs
        The system that they were taken for, "" where no place is given.
    swapped
        Whether north stood before east.
    unread
        Where something stands that is no place: other text, or numbers that no place has, shape (n,).
    """

    xy: FloatArray
    degrees: FloatArray | None = None
    crs: str = ""
    swapped: bool = False
    unread: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))


@contextmanager
def _name_faults(file: Path) -> Iterator[None]:
    """Turn whatever a reader raises into one message."""
    try:
        yield
    except InputError:
        raise
    except _FAULTS as error:
        fault = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError("file_damaged", path=str(file), fault=fault) from error


def parse_system(text: str) -> str | pyproj.CRS:
    """Read what a user wrote for a coordinate system: one of :data:`gridplan.crs.SYSTEMS`, else as always.

    Raises
    ------
    CRSError
        If it is none.
    """
    plain = text.strip().lower().replace("-", "")
    return plain if plain in SYSTEMS or not plain else parse_crs(text)


def read_list(spec: Table, role: str = "", names: Collection[str] = ()) -> ListFile:
    """Read a list.

    Parameters
    ----------
    spec
        ``.csv`` or ``.txt`` (UTF-8, UTF-16 or GB18030), ``.xlsx`` (first sheet, or ``file.xlsx#sheet``),
        ``.parquet``, any vector file that GDAL reads (``file.gpkg#layer``), a DataFrame or a GeoDataFrame.
    role
        What the list is wanted for, to choose the layer of a file that has several.
    names
        What its columns may be called, to find the heads of a table below its title.

    Returns
    -------
    ListFile
        Text cells as they are; cells of CSV and Excel are all text.

    Raises
    ------
    InputError
        If the file cannot be read, or it is neither a file nor a table.
    """
    require_table(spec, role)
    known = frozenset(map(normalise_name, names))
    if isinstance(spec, pd.DataFrame):
        return ListFile(FRAME, "", "", copy_list(spec, known, role))
    file, layer = split_layer(spec)
    require_file(file)
    kind, above = file.suffix.lower(), 0
    if kind == ".xls":
        raise InputError("list_xls", path=str(file))
    with _name_faults(file):
        if kind in (".csv", ".txt"):
            table, above = read_csv(file, known)
        elif kind in (".xlsx", ".xlsm"):
            table, above = read_sheet(file, layer, known)
        elif kind in (".parquet", ".geoparquet"):
            shaped = b"geo" in (pq.read_schema(file).metadata or {})
            table = gpd.read_parquet(file) if shaped else pd.read_parquet(file)
        else:
            with open_packed(file, layer, role) as (inner, within):
                layer = choose_layer(inner, within, role) if role else within
                table = _read_vector(inner, layer)
    return ListFile(str(file), layer, hash_file(file), table.reset_index(drop=True), above)


def _read_vector(file: Path, layer: str) -> pd.DataFrame:
    text = find_encoding(file) if file.suffix.lower() == ".shp" else None
    frame = pyogrio.read_dataframe(
        file, layer=layer or None, encoding="ISO-8859-1" if text else None, force_2d=True, on_invalid="ignore"
    )
    if text is None or not isinstance(frame, gpd.GeoDataFrame):
        return frame
    return gpd.GeoDataFrame(decode_frame(frame, text.encoding), geometry="geometry", crs=frame.crs)


def choose_columns(
    role: str,
    file: ListFile,
    aliases: Mapping[str, tuple[str, ...]],
    asked: Mapping[str, str] | None = None,
    many: frozenset[str] = frozenset(),
) -> dict[str, tuple[str, ...]]:
    """Find the columns of each field by their names, never one about persons.

    Parameters
    ----------
    role
        What the list is, for messages.
    file
        The list.
    aliases
        Names by field, the preferred one first.
    asked
        Columns by field that the caller named; "" says that there is none.
    many
        Fields that are read from several columns, the first that is filled in counts.

    Returns
    -------
    dict
        Columns by field, as far as there are any.

    Raises
    ------
    InputError
        If a field is unknown, or a named column is not there or is about persons.
    """
    asked = asked or {}
    where = f"{file.path}#{file.layer}" if file.layer else file.path
    for name, column in asked.items():
        if name not in aliases:
            raise InputError("field_unknown", role=role, field=name, known=", ".join(aliases))
        if column and column not in file.names:
            columns = ", ".join(file.names) or "-"
            raise InputError("column_missing", layer=where, field=name, column=column, columns=columns)
        if column and find_personal([column]):
            raise InputError("things_personal", layer=where, column=column)
    personal = find_personal(file.names)
    by_key: dict[str, str] = {}
    for column in (name for name in file.names if name not in personal):
        by_key.setdefault(normalise_name(column), column)
    found: dict[str, tuple[str, ...]] = {}
    for name, words in aliases.items():
        hits = dict.fromkeys(by_key[key] for key in map(normalise_name, words) if key in by_key)
        if hits and name not in asked:
            found[name] = tuple(hits) if name in many else tuple(hits)[:1]
    return found | {name: (column,) for name, column in asked.items() if column}


def read_text(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Read text without outer blanks and width; "" for none; the first column that is filled in counts."""
    texts = pd.Series("", index=table.index, dtype="str")
    for name in columns:
        codes, uniques = pd.factorize(clean_text(table[name]).fillna(""))
        plain = [unicodedata.normalize("NFKC", str(word)).strip() for word in uniques]
        cells = pd.Series(np.array(plain, dtype=object)[codes], index=table.index, dtype="str")
        texts = texts.where(texts != "", cells)
    return texts


def find_places(
    file: ListFile, found: Mapping[str, tuple[str, ...]], plan_crs: pyproj.CRS, asked: str | pyproj.CRS = ""
) -> Places:
    """Find where the rows of a list are.

    Parameters
    ----------
    file
        The list.
    found
        Columns by field: ``lon, lat`` (degrees) or ``x, y``.
    plan_crs
        The plan's coordinate system; ``x, y`` are metres in it where nothing else is asked for.
    asked
        A coordinate system, or one of :data:`gridplan.crs.SYSTEMS`; "" for that of the file. One of
        degrees counts for degrees only and one of metres for metres, so that several lists may share it.

    Returns
    -------
    Places
        The middle of a shape counts. A file without a system is in degrees where its numbers can only be
        those, else in the plan's system.

    Raises
    ------
    CRSError
        If the numbers cannot be of their system, or the places not be brought into the plan's.
    """
    table = file.table
    if isinstance(table, gpd.GeoDataFrame):
        xy = _spread(shapely.centroid(table.geometry.to_numpy()))
        places = _move(file, xy, _choose_system(asked, _find_system(table, plan_crs), xy), plan_crs)
        lost = np.isfinite(_drop_half(xy)[:, 0]) & ~np.isfinite(places.xy).all(axis=1)
        return replace(places, unread=np.asarray(lost, dtype=bool))
    for pair, usual in ((("lon", "lat"), WGS84), (("x", "y"), plan_crs)):
        if set(pair) <= set(found):
            cells = [parse_coordinates(table[found[name][0]]) for name in pair]
            xy = np.column_stack([values for values, _ in cells])
            given = np.isfinite(_drop_half(xy)[:, 0])
            if plan_crs.is_engineering:
                places = Places(_drop_half(xy), crs="local")
            else:
                places = _move(file, xy, _choose_system(asked, usual, xy), plan_crs)
            lost = given & ~np.isfinite(places.xy).all(axis=1)
            return replace(places, unread=lost | cells[0][1] | cells[1][1])
    return Places(np.full((len(table), 2), np.nan), unread=np.zeros(len(table), dtype=bool))


def find_outlines(
    file: ListFile, plan_crs: pyproj.CRS, asked: str | pyproj.CRS = ""
) -> npt.NDArray[np.object_] | None:
    """Return the polygons of a list in the plan's system, None where it has none; as :func:`find_places`."""
    table = file.table
    if not isinstance(table, gpd.GeoDataFrame) or not (shapely.get_dimensions(table.geometry) == 2).any():
        return None
    shapes = shapely.force_2d(table.geometry.to_numpy())
    system = _choose_system(asked, _find_system(table, plan_crs), _spread(shapely.centroid(shapes)))
    if isinstance(system, str):
        shapes = shapely.transform(shapes, partial(to_wgs84, system=system))
    frame = gpd.GeoDataFrame(geometry=shapes, crs=WGS84 if isinstance(system, str) else system)
    outlines: npt.NDArray[np.object_] = reproject(frame, plan_crs).geometry.to_numpy()
    return outlines


def _find_system(table: gpd.GeoDataFrame, plan_crs: pyproj.CRS) -> pyproj.CRS:
    """Return the system of a file; else degrees where it can only be those, else the plan's."""
    if table.crs is not None:
        return pyproj.CRS(table.crs)
    return WGS84 if infer_crs(find_bounds(table)).reason == "degrees" else plan_crs


def _choose_system(asked: str | pyproj.CRS, usual: pyproj.CRS, xy: FloatArray) -> str | pyproj.CRS:
    """Return the system that is asked for where the numbers can be of its kind, else the usual one."""
    if not asked:
        return usual
    degrees = not (np.abs(xy) > 180).any()
    return asked if degrees == (isinstance(asked, str) or asked.is_geographic) else usual


def _move(file: ListFile, xy: FloatArray, system: str | pyproj.CRS, plan_crs: pyproj.CRS) -> Places:
    """Bring places into the plan's system; those that can only be written north first change over."""
    known = _drop_half(xy)
    there = np.isfinite(known[:, 0])
    if not there.any():
        return Places(known)
    name = system if isinstance(system, str) else ""
    crs = WGS84 if name else pyproj.CRS(system)
    odd = there & (np.abs(known) > 180).any(axis=1)
    if crs.is_geographic and 2 * odd.sum() < there.sum():
        # a few slips of the pen; where most are no degrees, the system is wrong
        known[odd], there = np.nan, there & ~odd
    bounds = find_bounds(gpd.GeoDataFrame(geometry=gpd.points_from_xy(*known[there].T)))
    swapped = not crs.is_engineering and is_swapped(bounds, crs)
    if not swapped and not fits_crs(bounds, crs):
        numbers = ", ".join(f"{number:.10g}" for number in bounds)
        raise CRSError(
            "crs_misfit",
            layer=file.layer or Path(file.path).stem,
            path=file.path,
            crs=describe_crs(crs),
            bounds=numbers,
        )
    known = known[:, ::-1].copy() if swapped else known
    degrees = known.copy() if crs == WGS84 and not name else None
    known[there] = to_wgs84(known[there], name) if name else known[there]
    moved = np.full(known.shape, np.nan)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*known[there].T), crs=crs)
    moved[there] = _spread((points if crs == plan_crs else reproject(points, plan_crs)).geometry.to_numpy())
    return Places(moved, degrees, name or describe_crs(crs), swapped)


def _drop_half(xy: FloatArray) -> FloatArray:
    # half a place is none, and (0, 0) is what programs write for none
    known = np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)
    return np.where(known[:, None], xy, np.nan)


def _spread(points: npt.NDArray[np.object_]) -> FloatArray:
    xy = np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    return np.where(np.isfinite(xy), xy, np.nan)
