"""Open one layer of one file: find it, judge whether the file is whole, read only the columns needed."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from gridplan.errors import GridplanError, InputError
from gridplan.io.columns import find_columns, normalise_name
from gridplan.io.dbf import decode_frame, decode_name, find_encoding, find_part, missing_bytes
from gridplan.io.vocabulary import load_vocabulary
from gridplan.io.zipped import unpack_zip
from gridplan.schema import issue_rows

__all__ = [
    "CONTAINERS",
    "PathLike",
    "RawLayer",
    "choose_layer",
    "hash_file",
    "is_osm",
    "known_crs",
    "list_rivals",
    "open_packed",
    "read_source",
    "split_layer",
]

PathLike = str | os.PathLike[str]

#: Files that hold several layers, so that one file can serve several roles.
CONTAINERS = (".gpkg", ".gdb", ".sqlite", ".osm", ".pbf")

_READ_FAULTS = (
    DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, pa.ArrowException,
    UnicodeDecodeError, RuntimeError, ValueError, OSError,
)  # fmt: skip

_VECTOR_SUFFIXES = frozenset({
    ".shp", ".gpkg", ".geojson", ".json", ".geojsonl", ".fgb", ".gml", ".kml", ".kmz",
    ".dxf", ".tab", ".mif", ".gdb", ".sqlite", ".parquet", ".zip", ".gpx", ".csv", ".osm", ".pbf",
})  # fmt: skip

#: What is looked for in a zip; lists of rows and whole extracts are read as they are.
_PACKED_SUFFIXES = _VECTOR_SUFFIXES - {".zip", ".csv", ".parquet", ".osm", ".pbf"}

#: Formats that are read through Arrow; others hide behind it that a file is cut off.
_ARROW_SUFFIXES = (".gpkg", ".shp", ".fgb", ".geojson", ".json")

_POLYGON_ROLES = frozenset({"buildings", "landuse", "compounds", "boundary", "existing"})


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as read, before its columns get our names.

    Parameters
    ----------
    role, path, layer, sha256, encoding
        Where it came from.
    frame
        The columns that were found, under their own names, and the geometry.
    columns
        Columns by field.
    declared
        The coordinate system that came with it, if any.
    issues
        What had to be done to read it.
    """

    role: str
    path: str
    layer: str
    sha256: str
    encoding: str
    frame: gpd.GeoDataFrame
    columns: Mapping[str, tuple[str, ...]]
    declared: pyproj.CRS | None
    issues: tuple[pd.DataFrame, ...] = ()

    @property
    def where(self) -> str:
        """File and layer in one text, for messages."""
        return f"{self.path}#{self.layer}" if self.layer else self.path


def split_layer(spec: PathLike) -> tuple[Path, str]:
    """Split ``file.gpkg#layer`` into the file and the layer; a ``#`` in the file's own name is kept."""
    text = os.fspath(spec)
    if Path(text).exists() or "#" not in text:
        return Path(text), ""
    path, _, layer = text.rpartition("#")
    return Path(path), layer


def is_osm(path: Path) -> bool:
    """Tell whether a file is an extract of OpenStreetMap."""
    return path.suffix.lower() in (".osm", ".pbf")


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file; of a shapefile's parts or a folder's files, in the order of names."""
    digest = hashlib.sha256()
    for part in _parts(path):
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _parts(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(part for part in path.rglob("*") if part.is_file())
    if path.suffix.lower() == ".shp":
        found = (find_part(path, suffix) for suffix in (".cpg", ".dbf", ".prj", ".shx"))
        return [path, *(part for part in found if part is not None)]
    return [path]


def require_file(path: Path) -> None:
    """Refuse what is no whole vector file.

    Raises
    ------
    InputError
        If the file is missing, empty, a plain folder, cut off, or a shapefile without its parts.
    """
    if not path.exists():
        raise InputError("file_missing", path=str(path))
    if path.is_dir():
        if path.suffix.lower() != ".gdb":
            raise InputError("file_is_folder", path=str(path))
        return
    if path.stat().st_size == 0:
        raise InputError("file_empty", path=str(path))
    parts = [path]
    if path.suffix.lower() == ".shp":
        found = {suffix: find_part(path, suffix) for suffix in (".shx", ".dbf")}
        lost = [path.with_suffix(suffix).name for suffix, part in found.items() if part is None]
        if lost:
            raise InputError("shapefile_parts_missing", path=str(path), parts=", ".join(lost))
        parts += [part for part in found.values() if part is not None]
    for part in parts:
        if lacking := missing_bytes(part):
            raise InputError("file_truncated", path=str(part), bytes=lacking)


@contextmanager
def open_packed(path: Path, wished: str, role: str) -> Iterator[tuple[Path, str]]:
    """Open a vector file, or the one in a zip that is wanted.

    Parameters
    ----------
    path
        The file; unless it is a zip it is given back as it is.
    wished
        The layer that was named, "" for none; of a zip a file in it, without its ending.
    role
        What the layer is wanted for, "" where any will do.

    Yields
    ------
    file, layer
        What is to be read. Errors name the zip and not the folder that it was unpacked to.

    Raises
    ------
    InputError
        If it is a zip that cannot be unpacked, or it is not clear which of its files is wanted.
    """
    if path.suffix.lower() != ".zip":
        yield path, wished
        return
    with unpack_zip(path, _PACKED_SUFFIXES) as files:
        folder = str(next(iter(files.values())).parent)
        try:
            yield _choose_packed(path, files, wished, role)
        except GridplanError as error:
            raise error.rename(folder, str(path)) from error


def _choose_packed(path: Path, files: Mapping[str, Path], wished: str, role: str) -> tuple[Path, str]:
    """Choose the file of a zip as the layer of a file is chosen."""
    name, layer = wished, ""
    if len(files) == 1:
        (name,) = files
        layer = "" if wished == name else wished
    elif wished and wished not in files:
        raise InputError("layer_missing", path=str(path), layer=wished, layers=", ".join(files))
    elif not wished:
        drawn = [(name, kind) for name, file in files.items() for _, kind in _list_drawn(file)[1]]
        name = _fit_layer(drawn, role)
    if name not in files:
        raise InputError("layer_unclear", path=str(path), role=role, layers=", ".join(files))
    require_file(files[name])
    return files[name], layer


def read_source(
    spec: PathLike, role: str, asked: Mapping[str, str], *, options: Mapping[str, Any] | None = None
) -> RawLayer:
    """Read one layer.

    Parameters
    ----------
    spec
        A file that GDAL reads, or a GeoParquet file; ``#layer`` names the layer of a container.
    role
        What the layer is wanted for.
    asked
        Columns by field that the caller named.
    options
        Open options for GDAL.

    Returns
    -------
    RawLayer

    Raises
    ------
    InputError
        If the file or the layer cannot be read, has no geometry or no such column.
    """
    path, wished = split_layer(spec)
    require_file(path)
    with open_packed(path, wished, role) as (file, layer):
        raw = _read_file(file, layer, role, asked, options or {})
        if file == path:
            return raw
        # what was unpacked is gone when this is read
        issues = tuple(
            table.assign(detail=table["detail"].str.replace(str(file.parent), str(path), regex=False))
            for table in raw.issues
        )
        return replace(
            raw, path=str(path), layer=raw.layer or file.stem, sha256=hash_file(path), issues=issues
        )


def _read_file(
    path: Path, wished: str, role: str, asked: Mapping[str, str], options: Mapping[str, Any]
) -> RawLayer:
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return _read_parquet(path, role, asked)
    shape = path.suffix.lower() == ".shp"
    text = find_encoding(path) if shape else None
    forced = "ISO-8859-1" if shape else None
    layer = choose_layer(path, wished, role)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            info = pyogrio.read_info(path, layer=layer, encoding=forced, **options)
            raw_names = [str(name) for name in info["fields"]]
            names = [decode_name(name, text.encoding) for name in raw_names] if text else raw_names
            where = f"{path}#{layer}" if wished or not shape else str(path)
            found, rivals = find_columns(role, names, asked, where=where, short_names=shape)
            needed = {name for several in found.values() for name in several}
            frame = pyogrio.read_dataframe(
                path,
                layer=layer,
                encoding=forced,
                use_arrow=path.suffix.lower() in _ARROW_SUFFIXES,
                force_2d=True,
                on_invalid="ignore",
                columns=[raw for raw, name in zip(raw_names, names, strict=True) if name in needed],
                **options,
            )
        except InputError:
            raise
        except _READ_FAULTS as error:
            raise _name_fault(path, error) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("no_geometry", path=str(path), layer=layer)
    if 0 <= len(frame) < info["features"]:
        raise InputError(
            "rows_lost", path=str(path), layer=layer, read=len(frame), rows=int(info["features"])
        )
    if text:
        frame = gpd.GeoDataFrame(decode_frame(frame, text.encoding), geometry="geometry", crs=frame.crs)
    issues = [issue_rows(role, ["*"], "read_warning", "noted", detail=text) for text in _messages(caught)]
    if text and text.guessed:
        issues.append(issue_rows(role, ["*"], "encoding_guessed", "noted", detail=text.encoding))
    issues += list_rivals(role, found, rivals)
    encoding = text.encoding if text else ""
    sha = hash_file(path)
    return RawLayer(role, str(path), layer, sha, encoding, frame, found, known_crs(frame), tuple(issues))


def _messages(caught: Iterable[warnings.WarningMessage]) -> list[str]:
    # numpy's remark on coordinates that are not finite comes row by row later
    return sorted({str(warning.message) for warning in caught} - {"invalid value encountered in from_wkb"})


def _name_fault(path: Path, error: BaseException) -> InputError:
    if isinstance(error, UnicodeDecodeError) or "not encoded in UTF-8" in str(error):
        return InputError("text_not_utf8", path=str(path))
    return InputError("file_damaged", path=str(path), fault=_short(error))


def _short(error: BaseException) -> str:
    """Return the first line of a message of another library."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def list_rivals(
    role: str, found: Mapping[str, tuple[str, ...]], rivals: Mapping[str, tuple[str, ...]]
) -> list[pd.DataFrame]:
    """List where another column would have done as well for a count, so that people see which was taken."""
    return [
        issue_rows(
            role,
            ["*"],
            "column_ambiguous",
            "asked",
            detail=f"{field}: {found[field][0]} | {', '.join(others)}",
        )
        for field, others in sorted(rivals.items())
        if field in ("households", "population")
    ]


def known_crs(frame: gpd.GeoDataFrame) -> pyproj.CRS | None:
    """Return the file's coordinate system, unless it only says that there is none."""
    if frame.crs is None:
        return None
    crs = pyproj.CRS(frame.crs)
    return None if str(crs.name).lower().startswith(("undefined", "unknown")) else crs


def choose_layer(path: Path, wished: str, role: str) -> str:
    """Choose the layer of a file: the one named, the only one, the one whose name or shapes fit."""
    names, drawn = _list_drawn(path)
    if wished:
        if wished not in names:
            raise InputError("layer_missing", path=str(path), layer=wished, layers=", ".join(names) or "-")
        return wished
    if not drawn:
        raise InputError("no_geometry", path=str(path), layer=", ".join(names) or "-")
    found = _fit_layer(drawn, role)
    if not found:
        raise InputError("layer_unclear", path=str(path), role=role, layers=", ".join(names))
    return found


def _list_drawn(path: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """List the layers of a file, and those that have shapes with the kind of these."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
        except _READ_FAULTS as error:
            known = path.suffix.lower() in _VECTOR_SUFFIXES
            key = "file_damaged" if known else "file_not_vector"
            raise InputError(key, path=str(path), fault=_short(error)) from error
    return [name for name, _ in listed], [(name, str(kind)) for name, kind in listed if kind is not None]


def _fit_layer(drawn: Sequence[tuple[str, str]], role: str) -> str:
    """Return the only layer, or the only one whose name or shapes fit a role; "" where there is none."""
    if len(drawn) == 1:
        return drawn[0][0]
    words = [normalise_name(word) for word in load_vocabulary().layer_names.get(role, ())]
    exact = [name for name, _ in drawn if normalise_name(name) in words]
    partly = [name for name, _ in drawn if any(len(w) > 2 and w in normalise_name(name) for w in words)]
    wanted = "Polygon" if role in _POLYGON_ROLES else "Line"
    fitting = [name for name, kind in drawn if wanted in kind] if role in ("buildings", "streets") else []
    return next((names[0] for names in (exact, partly, fitting) if len(names) == 1), "")


def _read_parquet(path: Path, role: str, asked: Mapping[str, str]) -> RawLayer:
    try:
        schema = pq.read_schema(path)
        names = [str(name) for name in schema.names]
        if b"geo" not in (schema.metadata or {}):
            raise InputError("no_geometry", path=str(path), layer=path.stem)
        found, rivals = find_columns(role, names, asked, where=str(path))
        with warnings.catch_warnings():
            # coordinates that are not finite are found and listed later
            warnings.simplefilter("ignore")
            frame = gpd.read_parquet(path)
    except InputError:
        raise
    except _READ_FAULTS as error:
        raise InputError("file_damaged", path=str(path), fault=_short(error)) from error
    needed = list(dict.fromkeys(name for several in found.values() for name in several))
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    table = pd.DataFrame(frame[needed]).reset_index(drop=True)
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=frame.crs)
    issues = tuple(list_rivals(role, found, rivals))
    return RawLayer(role, str(path), "", hash_file(path), "", frame, found, known_crs(frame), issues)
