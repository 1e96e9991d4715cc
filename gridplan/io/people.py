"""Read a list of people who work in the areas: a vector file, or a table with coordinates or codes."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from gridplan.crs import WGS84, reproject
from gridplan.errors import InputError
from gridplan.io.columns import normalise_name
from gridplan.io.source import require_file, split_layer
from gridplan.io.values import clean_text, parse_numbers
from gridplan.schema import issue_rows, join_issues

__all__ = ["PEOPLE_ALIASES", "read_people"]

#: Names of the columns by field. A name serves as the id where there is no number.
PEOPLE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "person": (
        "person", "person_id", "id", "工号", "人员编号", "网格员编号", "编号", "序号", "姓名", "name",
    ),
    "post": ("post", "岗位", "岗位名称", "职务", "职位", "岗", "role", "position", "job"),
    "lon": ("lon", "经度", "lng", "long", "longitude"),
    "lat": ("lat", "纬度", "latitude"),
    "x": ("x", "东坐标", "y_east", "east", "easting", "横坐标"),
    "y": ("y", "北坐标", "x_north", "north", "northing", "纵坐标"),
    "place": (
        "place", "网格编码", "网格代码", "网格", "区域编码", "小分格", "社区编码", "社区", "area", "code",
        "房屋编码", "房屋编号", "楼栋编号", "building_id", "house",
    ),
    "capacity": ("capacity", "承担户数", "负责户数", "户数上限", "最多户数", "load", "max_households"),
}  # fmt: skip

_FAULTS = (
    DataLayerError, DataSourceError, FeatureError, GeometryError, UnicodeDecodeError, RuntimeError,
    ValueError, OSError, KeyError, zipfile.BadZipFile,
)  # fmt: skip


def read_people(path: str | Path, crs: pyproj.CRS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read people.

    Parameters
    ----------
    path
        ``.csv`` (UTF-8 or GB18030) or ``.xlsx`` (first sheet) with columns of :data:`PEOPLE_ALIASES`, or any
        vector file that GDAL reads (``file.gpkg#layer``), of which the middle of each shape counts.
        Of the columns only these are read. ``lon, lat`` are degrees (WGS 84 or CGCS2000, not GCJ-02);
        ``x, y`` metres in the plan's coordinate system.
    crs
        The plan's coordinate system.

    Returns
    -------
    people, issues
        ``person, post, x, y, place, capacity`` (see :data:`gridplan.staffing.PEOPLE_COLUMNS`), and what was
        wrong. A row without an id is called by its number ("row 5").

    Raises
    ------
    InputError
        If the file cannot be read, or tells neither a post nor a place nor an id.
    """
    file, layer = split_layer(path)
    require_file(file)
    try:
        if file.suffix.lower() == ".csv":
            table: pd.DataFrame = _read_csv(file)
        elif file.suffix.lower() in (".xlsx", ".xlsm"):
            table = pd.read_excel(file, dtype=str, engine="openpyxl")
        else:
            table = pyogrio.read_dataframe(file, layer=layer or None)
    except _FAULTS as error:
        fault = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError("file_damaged", path=str(file), fault=fault) from error
    found = _find_fields([str(name) for name in table.columns if name != "geometry"])
    if not {"person", "post", "place"} & set(found):
        columns = ", ".join(str(name) for name in table.columns if name != "geometry")
        raise InputError("people_columns", path=str(file), columns=columns or "-")
    return _make_people(table, found, crs)


def _read_csv(file: Path) -> pd.DataFrame:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return pd.read_csv(io.StringIO(text), dtype=str, skipinitialspace=True)


def _find_fields(names: list[str]) -> dict[str, str]:
    """Find the column of each field; an alias that comes earlier wins."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(normalise_name(name), name)
    found: dict[str, str] = {}
    for field, aliases in PEOPLE_ALIASES.items():
        keys = [normalise_name(alias) for alias in aliases]
        hits = [by_key[key] for key in keys if key in by_key]
        found |= {field: hits[0]} if hits else {}
    return found


def _make_people(
    table: pd.DataFrame, found: Mapping[str, str], crs: pyproj.CRS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    def read_text(field: str) -> pd.Series:
        if field not in found:
            return pd.Series("", index=table.index, dtype="str")
        column = clean_text(table[found[field]]).fillna("").astype("str")
        return column.map(lambda cell: unicodedata.normalize("NFKC", cell).strip()).astype("str")

    person = read_text("person")
    unnamed = (person == "").to_numpy()
    numbers = np.array([f"row {at + 1}" for at in range(len(table))], dtype=object)
    capacity = parse_numbers(table[found["capacity"]]) if "capacity" in found else None
    xy = _find_points(table, found, crs)
    people = pd.DataFrame(
        {
            "person": np.where(unnamed, numbers, person.to_numpy(dtype=object)),
            "post": read_text("post").to_numpy(dtype=object),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "place": read_text("place").to_numpy(dtype=object),
            "capacity": np.full(len(table), np.nan) if capacity is None else capacity.values,
        }
    )
    issues = [issue_rows("people", numbers[unnamed], "person_unnamed", "noted")]
    if capacity is not None:
        wrong = people.loc[capacity.unreadable, "person"]
        issues.append(issue_rows("people", wrong, "person_capacity_unreadable", "dropped"))
    return people, join_issues(*issues)


def _find_points(table: pd.DataFrame, found: Mapping[str, str], crs: pyproj.CRS) -> np.ndarray:
    """Return where each person is [m], NaN where it is not told."""
    if isinstance(table, gpd.GeoDataFrame):
        middles = shapely.centroid(table.geometry.to_numpy())
        frame = gpd.GeoDataFrame(geometry=middles, crs=table.crs or crs)
        there = frame if frame.crs == crs else reproject(frame, crs)
        return _spread_points(there)
    for pair, system in ((("lon", "lat"), WGS84), (("x", "y"), crs)):
        if set(pair) <= set(found):
            x, y = (_read_coordinates(table[found[field]]) for field in pair)
            if system == crs or crs.is_engineering:
                return np.column_stack((x, y))
            known = np.isfinite(x) & np.isfinite(y)
            xy = np.full((len(table), 2), np.nan)
            points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x[known], y[known]), crs=system)
            xy[known] = _spread_points(reproject(points, crs))
            return xy
    return np.full((len(table), 2), np.nan)


def _read_coordinates(column: pd.Series) -> np.ndarray:
    # west and south are negative, which a count never is
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _spread_points(frame: gpd.GeoDataFrame) -> np.ndarray:
    points = frame.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    return np.where(np.isfinite(xy), xy, np.nan)
