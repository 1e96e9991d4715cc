"""Streets, buildings, water, railways and land use out of one OpenStreetMap file."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from gridplan.crs import WGS84
from gridplan.errors import InputError
from gridplan.io.columns import find_columns
from gridplan.io.source import RawLayer, hash_file, require_file

__all__ = ["AREA_TAGS", "LINE_TAGS", "read_osm", "split_features"]

#: Tags of lines and of areas that are read; ``osmconf.ini`` asks GDAL for the same.
LINE_TAGS = ("name", "highway", "railway", "waterway", "natural", "layer", "tunnel", "bridge")
AREA_TAGS = (
    "name", "building", "building:levels", "building:flats", "height", "amenity", "shop", "office",
    "landuse", "leisure", "natural", "waterway", "population",
)  # fmt: skip

_READ_FAULTS = (
    DataLayerError,
    DataSourceError,
    FeatureError,
    GeometryError,
    RuntimeError,
    ValueError,
    OSError,
)

_RAILS = ("rail", "light_rail", "subway", "narrow_gauge", "monorail")
_WATERWAYS = ("river", "canal", "stream", "ditch", "drain")
_WATER_USES = ("reservoir", "basin")


def read_osm(path: Path, columns: Mapping[str, Mapping[str, str]]) -> dict[str, RawLayer]:
    """Read an ``.osm`` or ``.osm.pbf`` file.

    Parameters
    ----------
    path
        The file.
    columns
        Columns by role and field that the caller named.

    Returns
    -------
    dict of RawLayer
        By role: ``buildings``, ``streets``, ``barriers`` and ``landuse``, possibly without rows.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    require_file(path)
    with resources.as_file(resources.files("gridplan.io").joinpath("osmconf.ini")) as config:
        # the index of nodes that GDAL builds itself wants ids in ascending order, which extracts do not keep
        options = {"CONFIG_FILE": str(config), "USE_CUSTOM_INDEXING": "NO"}
        lines = _read(path, "lines", options)
        areas = _read(path, "multipolygons", options)
    lines["osm_id"] = "w" + lines["osm_id"].astype("str")
    ways = areas["osm_way_id"] if "osm_way_id" in areas else pd.Series(pd.NA, index=areas.index, dtype="str")
    relation = "r" + areas["osm_id"].astype("str")
    areas["osm_id"] = relation.where(ways.isna(), "w" + ways.astype("str"))
    return split_features(lines, areas, columns, path=str(path), sha256=hash_file(path))


def _read(path: Path, layer: str, options: Mapping[str, str]) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        # unclosed rings at the rim of an extract are normal; what is lost shows in the counts
        warnings.simplefilter("ignore")
        try:
            # without Arrow, which would hide that a file is cut off
            return pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore", **options)
        except _READ_FAULTS as error:
            fault = (str(error).strip().splitlines() or [""])[0][:200]
            raise InputError("file_damaged", path=str(path), fault=fault) from error


def split_features(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    columns: Mapping[str, Mapping[str, str]],
    *,
    path: str,
    sha256: str,
) -> dict[str, RawLayer]:
    """Sort tagged lines and areas by what they are.

    Parameters
    ----------
    lines, areas
        ``osm_id`` and the tags of :data:`LINE_TAGS` and :data:`AREA_TAGS`, geometry in WGS84.
    columns
        Columns by role and field that the caller named.
    path, sha256
        Where they came from.

    Returns
    -------
    dict of RawLayer
        By role.
    """
    building = areas["building"].notna() & (areas["building"] != "no")
    water = (
        (areas["natural"] == "water")
        | areas["waterway"].isin(("riverbank", "dock"))
        | areas["landuse"].isin(_WATER_USES)
    ) & ~building
    used = areas[["landuse", "leisure", "natural", "amenity"]].notna().any(axis=1) & ~building & ~water
    frames = {
        "buildings": areas[building],
        "streets": lines[lines["highway"].notna()],
        "barriers": _gather_barriers(lines, areas[water]),
        "landuse": areas[used],
    }
    wanted = {
        "buildings": ("osm_id", *AREA_TAGS),
        "streets": ("osm_id", "name", "highway", "layer", "tunnel", "bridge"),
        "barriers": ("osm_id", "name", "barrier_class", "tunnel"),
        "landuse": ("osm_id", "name", "landuse", "leisure", "natural", "amenity"),
    }
    raws = {}
    for role, frame in frames.items():
        names = [name for name in wanted[role] if name in frame]
        found, _ = find_columns(role, names, columns.get(role, {}), where=f"{path}#{role}")
        kept = gpd.GeoDataFrame(
            frame[[*names, "geometry"]].reset_index(drop=True), geometry="geometry", crs=WGS84
        )
        raws[role] = RawLayer(role, path, "", sha256, "", kept, found, WGS84)
    return raws


def _gather_barriers(lines: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put railways, waterways, the coast and water areas into one table with a class each."""
    rail = lines["railway"].isin(_RAILS)
    coast = lines["natural"] == "coastline"
    flow = lines["waterway"].isin(_WATERWAYS)
    classes = lines["waterway"].mask(coast, "coastline").mask(rail, "rail")
    chosen = rail | coast | flow
    parts = [lines[chosen].assign(barrier_class=classes[chosen]), water.assign(barrier_class="water")]
    filled = [part for part in parts if len(part)] or parts[:1]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=WGS84)
