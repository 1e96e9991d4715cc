"""Layers and lists that are frames of geopandas and pandas already, taken as those of files are."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryDtype

from gridplan.crs import describe_crs
from gridplan.errors import InputError
from gridplan.io.columns import find_columns, normalise_name
from gridplan.io.source import PathLike, RawLayer, known_crs, list_rivals
from gridplan.io.values import clean_text
from gridplan.io.vocabulary import load_vocabulary

__all__ = [
    "FRAME",
    "Layer",
    "LayerOrLayers",
    "Table",
    "copy_list",
    "hash_frame",
    "list_layers",
    "require_table",
    "take_frame",
]

#: What a caller may give for one layer, for a role, and for a list.
Layer: TypeAlias = PathLike | gpd.GeoDataFrame
LayerOrLayers: TypeAlias = Layer | Sequence[Layer]
Table: TypeAlias = PathLike | pd.DataFrame

#: What stands in messages and in the provenance where a file has its name.
FRAME = "frame"

#: Name of the column that the index becomes where it gives the ids.
_INDEX = "index"


def list_layers(given: object, role: str) -> list[Layer]:
    """Bring what was given for a role into one form.

    Parameters
    ----------
    given
        None, a path, a GeoDataFrame, or a list or tuple of paths and GeoDataFrames.
    role
        What it was given for, for messages.

    Raises
    ------
    InputError
        For anything else: a plain table, a GeoSeries, an array.
    """
    if given is None:
        return []
    layers = list(given) if isinstance(given, (list, tuple)) else [given]
    for layer in layers:
        if isinstance(layer, pd.DataFrame) and not isinstance(layer, gpd.GeoDataFrame):
            raise InputError("frame_without_geometry", layer=role, columns=_list_names(layer))
        if not isinstance(layer, (str, os.PathLike, gpd.GeoDataFrame)):
            raise InputError("layer_type", layer=role, given=_name_type(layer))
    return layers


def require_table(given: object, role: str) -> None:
    """Refuse what is neither a path nor a table.

    Raises
    ------
    InputError
        ``list_type``
    """
    if not isinstance(given, (str, os.PathLike, pd.DataFrame)):
        raise InputError("list_type", role=role, given=_name_type(given))


def take_frame(frame: gpd.GeoDataFrame, role: str, asked: Mapping[str, str]) -> RawLayer:
    """Take a frame as a layer that was read; the frame itself stays as it is.

    Parameters
    ----------
    frame
        Any index, any columns, its geometry in a column of any name. Cells may hold lists, as those of
        OSMnx do: their words are sorted (classes of streets by importance) and joined by ``;``.
    role
        What the layer is wanted for.
    asked
        Columns by field that the caller named.

    Returns
    -------
    RawLayer
        Ids are those of a column where one gives every row its own, else the index (the levels of a
        MultiIndex joined by ``/``).

    Raises
    ------
    InputError
        If there is no geometry or no such column.
    """
    if frame.active_geometry_name is None:
        raise InputError("frame_without_geometry", layer=role, columns=_list_names(frame))
    places = _place_names(frame)
    found, rivals = find_columns(role, list(places), asked, where=FRAME)
    needed = list(dict.fromkeys(name for several in found.values() for name in several))
    columns = {name: _flatten_lists(frame.iloc[:, places[name]]).reset_index(drop=True) for name in needed}
    if not asked.get("id"):
        found, columns = _add_index(frame.index, role, found, columns)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    table = gpd.GeoDataFrame(columns, index=range(len(frame)), geometry=shapes, crs=frame.crs)
    digest = hash_frame(table, {name for several in found.values() for name in several})
    issues = tuple(list_rivals(role, found, rivals))
    return RawLayer(role, FRAME, "", digest, "", table, found, known_crs(table), issues)


def _add_index(
    index: pd.Index, role: str, found: Mapping[str, tuple[str, ...]], columns: Mapping[str, pd.Series]
) -> tuple[dict[str, tuple[str, ...]], dict[str, pd.Series]]:
    """Add the index to the columns that may give ids: it goes before columns that repeat themselves."""
    distinct = [name for name in found.get("id", ()) if clean_text(columns[name]).nunique() == len(index)]
    ids, made = found.get("id", ()), _is_made(index)
    if ids[:1] == tuple(distinct[:1]) != ():
        return dict(found), dict(columns)
    if role in ("existing", "services") and (ids or not made):
        # a code that is missing is not made up from the number of a row; a place without one has its name
        return dict(found), dict(columns)
    ids = tuple(distinct) if made else ids
    name = _INDEX
    while name in columns:
        name += "_"
    return {**found, "id": (*ids, name)}, {**columns, name: _join_index(index)}


def _is_made(index: pd.Index) -> bool:
    """Tell whether somebody chose an index; numbers without a name are what every frame has."""
    numbered = index.name is None and pd.api.types.is_integer_dtype(index)
    return isinstance(index, pd.MultiIndex) or not numbered


def _join_index(index: pd.Index) -> pd.Series:
    """Write an index as text, the levels of a MultiIndex joined by ``/``."""
    levels = [clean_text(pd.Series(index.get_level_values(at))) for at in range(index.nlevels)]
    joined = levels[0]
    for level in levels[1:]:
        joined = joined + "/" + level
    return joined


def copy_list(frame: pd.DataFrame, known: Collection[str], role: str) -> pd.DataFrame:
    """Copy a table of things as a list that was read.

    Parameters
    ----------
    frame
        A plain table or a GeoDataFrame.
    known
        Normalised names of the columns that can be read; only their cells are looked into.
    role
        What the list is wanted for.

    Returns
    -------
    DataFrame or GeoDataFrame
        Numbered rows. An index with a name stands beside the columns under that name, and is used or
        left unread as a column would be; a MultiIndex, and an index of texts where the list is not of
        persons, become the column ``id`` where there is none.
    """
    places = _place_names(frame)
    columns: dict[str, Any] = {}
    for name, at in places.items():
        cells = frame.iloc[:, at]
        columns[name] = (_flatten_lists(cells) if normalise_name(name) in known else cells).array
    index = frame.index
    if not isinstance(index, pd.MultiIndex) and index.name is not None:
        columns.setdefault(str(index.name), index.array)
    elif _is_made(index) and role not in ("staff", "care"):
        columns.setdefault("id", _join_index(index).array)
    table = pd.DataFrame(columns, index=range(len(frame)))
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy(), crs=frame.crs)
    return table


def hash_frame(frame: pd.DataFrame, columns: Collection[str]) -> str:
    """Return the SHA-256 of what is read of a frame.

    Parameters
    ----------
    frame
        A plain table or a GeoDataFrame.
    columns
        The columns that are read; their order does not matter.

    Returns
    -------
    str
        Of the cells as text, the shapes as well-known binary and the coordinate system, row by row: equal
        in every process and whatever the index is.
    """
    digest = hashlib.sha256()
    for name in sorted(columns):
        cells = clean_text(frame[name])
        digest.update(json.dumps([name, cells.astype(object).where(cells.notna(), None).tolist()]).encode())
    if isinstance(frame, gpd.GeoDataFrame):
        digest.update(json.dumps(describe_crs(known_crs(frame))).encode())
        shapes = shapely.to_wkb(frame.geometry.to_numpy(), output_dimension=2, byte_order=1)
        digest.update(b"".join(b"\0" if shape is None else shape for shape in shapes))
    return digest.hexdigest()


def _place_names(frame: pd.DataFrame) -> dict[str, int]:
    """Return the place of every column by its name; shapes do not count, nor a name that was there before."""
    places: dict[str, int] = {}
    for at, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if not isinstance(dtype, GeometryDtype):
            places.setdefault(str(name), at)
    return places


def _flatten_lists(column: pd.Series) -> pd.Series:
    """Write the lists in a column as text; their order is chance, so it is not kept."""
    if column.dtype != object or not pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
        return column
    several = np.array([isinstance(cell, (list, tuple, set, frozenset, np.ndarray)) for cell in column])
    if not several.any():
        return column
    cells = column.to_numpy(dtype=object).copy()
    for at in np.flatnonzero(several):
        words = {str(word) for word in cells[at] if not pd.isna(word)}
        cells[at] = ";".join(sorted(words, key=_rank_word)) or None
    return pd.Series(cells, index=column.index, dtype=object)


def _rank_word(word: str) -> tuple[int, str]:
    """Put the more important class of a street first; other words by their letters."""
    classes = load_vocabulary().street_classes
    return classes.index(word) if word in classes else len(classes), word


def _list_names(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, frame.columns)) or "-"


def _name_type(value: object) -> str:
    kind = type(value)
    return (
        kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__.split('.')[0]}.{kind.__name__}"
    )
