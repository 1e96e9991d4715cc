"""OpenStreetMap by the name of a place, through OSMnx: the only module that goes to the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gridplan.crs import WGS84
from gridplan.errors import InputError
from gridplan.io.columns import find_columns
from gridplan.io.osm import AREA_TAGS, LINE_TAGS, split_features
from gridplan.io.source import RawLayer

__all__ = ["read_place"]

_TAGS: Mapping[str, bool | list[str]] = {
    "building": True,
    "highway": True,
    "landuse": True,
    "leisure": True,
    "railway": True,
    "waterway": True,
    "natural": True,
}


def read_place(place: str, columns: Mapping[str, Mapping[str, str]]) -> dict[str, RawLayer]:
    """Fetch streets, buildings, water, railways, land use and the boundary of a named place.

    Parameters
    ----------
    place
        What a geocoder understands, such as "Wangjing, Beijing".
    columns
        Columns by role and field that the caller named.

    Returns
    -------
    dict of RawLayer
        By role; the boundary is the place's own outline.

    Raises
    ------
    InputError
        If OSMnx is not installed, there is no network, or nothing is found.
    """
    boundary, features = _fetch(place)
    path = f"openstreetmap:{place}"
    if not len(features):
        raise InputError("place_not_found", place=place, fault="0")
    table = features.reset_index()
    kind = table["element"].astype("str").str[:1] if "element" in table else pd.Series("w", index=table.index)
    number = (
        table["id"].astype("str") if "id" in table else table.index.astype("str").to_series(index=table.index)
    )
    for tag in (*LINE_TAGS, *AREA_TAGS):
        if tag not in table:
            table[tag] = None
    columns_kept = list(dict.fromkeys((*LINE_TAGS, *AREA_TAGS)))
    frame = gpd.GeoDataFrame(
        table[columns_kept].astype("str"), geometry=table.geometry.to_numpy(), crs=features.crs
    ).assign(osm_id=kind + number)
    dimension = shapely.get_dimensions(frame.geometry.to_numpy())
    raws = split_features(
        frame[dimension == 1].copy(), frame[dimension == 2].copy(), columns, path=path, sha256=""
    )
    outline = boundary.reset_index(drop=True)
    found, _ = find_columns("boundary", list(outline.columns.drop("geometry")), {}, where=path)
    raws["boundary"] = RawLayer("boundary", path, "", "", "", outline, found, WGS84)
    return raws


def _fetch(place: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    try:
        import osmnx
    except ImportError:
        raise InputError("osmnx_missing", place=place) from None
    settings: Any = osmnx.settings
    before = settings.use_cache
    # the cache of OSMnx is a folder in the working directory, where it has no business
    settings.use_cache = False
    try:
        boundary = osmnx.geocode_to_gdf(place)
        features = osmnx.features_from_polygon(boundary.union_all(), dict(_TAGS))
    except OSError as error:
        raise InputError("place_no_network", place=place, fault=type(error).__name__) from error
    except (ValueError, TypeError, RuntimeError) as error:
        fault = (str(error).strip().splitlines() or [""])[0][:200]
        raise InputError("place_not_found", place=place, fault=fault) from error
    finally:
        settings.use_cache = before
    return boundary, features
