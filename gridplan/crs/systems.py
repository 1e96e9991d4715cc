"""Coordinate systems: what is missing is inferred only where it is certain, and lengths are in metres.

This is the only module that reprojects. It knows frames and coordinates, not the tables of the project.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjError
from pyproj.exceptions import ProjError as TransformError

from gridplan.arrays import FloatArray
from gridplan.crs import shifted
from gridplan.errors import CRSError

__all__ = [
    "LOCAL_METRES",
    "SYSTEMS",
    "WGS84",
    "CRSGuess",
    "bounds_degrees",
    "choose_metric_crs",
    "describe_crs",
    "find_bounds",
    "fits_crs",
    "from_wgs84",
    "infer_crs",
    "is_metric",
    "is_swapped",
    "parse_crs",
    "reproject",
    "require_projected_metres",
    "swap_axes",
    "to_metres",
    "to_wgs84",
]

Bounds = tuple[float, float, float, float]
L = TypeVar("L")

WGS84 = pyproj.CRS.from_epsg(4326)

#: Names of the systems of longitude and latitude that a place in China may be given in: the true one, and
#: those of the web maps, which lie 300 to 1,500 m off.
SYSTEMS = ("wgs84", *shifted.SHIFTED)

#: A plane of its own in metres, for data in a local independent system that no EPSG code describes.
LOCAL_METRES = pyproj.CRS.from_wkt(
    'ENGCRS["Local metres",EDATUM["Local"],CS[Cartesian,2],AXIS["easting",east,ORDER[1]],'
    'AXIS["northing",north,ORDER[2]],LENGTHUNIT["metre",1]]'
)

#: Largest error of a length that counts as metres: 1 % is more than any zone of a sensible choice has
#: (UTM 0.04 %, a 3-degree zone 0.03 %) and far less than web Mercator in China (8 % at the least).
MAX_DISTORTION = 0.01

#: No district is wider than this [degrees]; wider coordinates are not longitudes and latitudes.
MAX_DISTRICT_DEGREES = 5.0

# A coarse outline of China, drawn a little outside its border: where CGCS2000 zones are the custom.
_CHINA = shapely.Polygon(
    [
        (73.4, 39.4), (80.0, 30.5), (86.0, 27.9), (92.0, 26.7), (97.3, 27.5), (97.5, 23.8),
        (99.2, 21.7), (102.0, 21.0), (106.8, 21.8), (108.2, 20.0), (108.0, 17.5), (112.0, 16.0),
        (118.5, 20.5), (121.0, 21.5), (123.5, 25.0), (123.5, 31.5), (123.0, 37.5), (124.0, 39.6),
        (130.8, 42.2), (131.5, 44.8), (135.3, 48.5), (130.0, 49.2), (126.0, 53.3), (123.0, 53.8),
        (119.5, 52.8), (115.3, 47.8), (119.5, 46.6), (111.5, 43.2), (104.5, 41.4), (96.3, 42.6),
        (91.0, 45.2), (87.8, 49.4), (85.0, 47.2), (79.8, 45.2), (80.0, 42.2),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CRSGuess:
    """What bare coordinates show about their system.

    Parameters
    ----------
    crs
        The system, or ``None`` where it has to be asked for.
    swapped
        Whether north was written before east, so that x and y change places.
    reason
        "degrees", "zone3", "zone6", "zone_unknown", "mercator_or_zone6", "local" or "empty".
    """

    crs: pyproj.CRS | None
    swapped: bool
    reason: str


def infer_crs(bounds: Bounds) -> CRSGuess:
    """Infer a missing coordinate system from coordinates, only where it is certain.

    Parameters
    ----------
    bounds
        Least x, least y, greatest x, greatest y.

    Returns
    -------
    CRSGuess
        Degrees and the zone-prefixed eastings of the Chinese 3- and 6-degree zones are certain; an
        easting without its zone prefix is not, nor are local systems.

    Notes
    -----
    The ranges are those of EPSG:4490, 4513-4533 and 4491-4501 (docs/sources.md). Datums of
    the same family (Beijing 54, Xian 80) cannot be distinguished by range; CGCS2000 is taken. Zones 13 and
    14 of the 6-degree series overlap with web Mercator in eastern China, so they are asked for.
    """
    if not np.isfinite(bounds).all():
        return CRSGuess(None, False, "empty")
    guess = _infer_as_written(bounds)
    flipped = (bounds[1], bounds[0], bounds[3], bounds[2])
    other = _infer_as_written(flipped)
    if guess.reason == "degrees" and other.reason == "degrees":
        return CRSGuess(guess.crs, _is_swapped_china(bounds), "degrees")
    if guess.crs is None and other.crs is not None:
        return CRSGuess(other.crs, True, other.reason)
    return guess


def _infer_as_written(bounds: Bounds) -> CRSGuess:
    x0, y0, x1, y1 = bounds
    small = max(x1 - x0, y1 - y0) <= MAX_DISTRICT_DEGREES
    if x0 >= -180 and x1 <= 180 and y0 >= -90 and y1 <= 90:
        return CRSGuess(WGS84, False, "degrees") if small else CRSGuess(None, False, "local")
    if y0 >= 1.8e6 and y1 <= 6.0e6:
        zone = int(x0 // 1e6)
        if zone == int(x1 // 1e6) and 25 <= zone <= 45:
            return CRSGuess(pyproj.CRS.from_epsg(4513 + zone - 25), False, "zone3")
        if zone == int(x1 // 1e6) and 15 <= zone <= 23:
            return CRSGuess(pyproj.CRS.from_epsg(4491 + zone - 13), False, "zone6")
        if x0 >= 1e5 and x1 <= 9e5:
            return CRSGuess(None, False, "zone_unknown")
        if x0 >= 7e6 and x1 <= 1.5e7:
            return CRSGuess(None, False, "mercator_or_zone6")
    return CRSGuess(None, False, "local")


def _is_swapped_china(bounds: Bounds) -> bool:
    """Return whether degrees can only be latitude before longitude: the two do not overlap in China."""
    x0, y0, x1, y1 = bounds
    return x0 >= 16 and x1 <= 54 and y0 >= 73 and y1 <= 90


def parse_crs(text: object) -> pyproj.CRS:
    """Make a coordinate system from what a user wrote: an EPSG code, WKT, or "local" for plain metres.

    Raises
    ------
    CRSError
        If it is none.
    """
    if isinstance(text, str) and text.strip().lower() == "local":
        return LOCAL_METRES
    try:
        return pyproj.CRS.from_user_input(text)
    except ProjError:
        raise CRSError("crs_not_known", crs=str(text)) from None


def describe_crs(crs: pyproj.CRS | None) -> str:
    """Name a coordinate system as shortly as it can be named: its EPSG code, else its name."""
    if crs is None:
        return ""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)


def find_bounds(frame: gpd.GeoDataFrame) -> Bounds:
    """Return the bounds of a frame without its strays.

    Parameters
    ----------
    frame
        Any geometries; those without finite coordinates do not count.

    Returns
    -------
    tuple of float
        Least x, least y, greatest x, greatest y. A row that lies a hundred times farther from the middle
        than half of the rows do is a stray, so that one building at (0, 0) does not decide the zone.
        NaN for an empty frame.
    """
    every = shapely.bounds(frame.geometry.to_numpy())
    every = every[np.isfinite(every).all(axis=1)]
    if not len(every):
        return (math.nan,) * 4
    # both corners count: a collection may have one part in place and one astray
    away = np.abs(every - np.median(every, axis=0)).max(axis=1)
    usual = float(np.median(away))
    kept = every[away <= 100 * usual] if usual > 0 else every
    low, high = kept[:, :2].min(axis=0), kept[:, 2:].max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def fits_crs(bounds: Bounds, crs: pyproj.CRS) -> bool:
    """Return whether coordinates can be of a coordinate system at all.

    Parameters
    ----------
    bounds
        Bounds of the coordinates.
    crs
        The system that they are said to be of.

    Returns
    -------
    bool
        False where degrees are out of range, where a projected district would be a few metres wide (its
        numbers are degrees), or where it would lie far from the system's area of use.
    """
    if not np.isfinite(bounds).all() or crs.is_engineering:
        return True
    if crs.is_geographic:
        return max(abs(bounds[0]), abs(bounds[2])) <= 360 and max(abs(bounds[1]), abs(bounds[3])) <= 90
    if _infer_as_written(bounds).reason == "degrees":
        return False
    area = crs.area_of_use
    west, south, east, north = bounds_degrees(bounds, crs)
    if area is None:
        return True
    # a neighbouring zone is used often enough; farther off the numbers are of another system
    reach = 6.0
    inside = area.south - reach <= south and north <= area.north + reach
    return inside and (area.west > area.east or (area.west - reach <= west and east <= area.east + reach))


def is_swapped(bounds: Bounds, crs: pyproj.CRS) -> bool:
    """Return whether coordinates of a known system were certainly written north before east."""
    flipped = (bounds[1], bounds[0], bounds[3], bounds[2])
    if crs.is_geographic and _is_swapped_china(bounds):
        return True
    return not fits_crs(bounds, crs) and fits_crs(flipped, crs)


def swap_axes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame with x and y changed over."""
    flipped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(flipped, index=frame.index, crs=frame.crs))


def reproject(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return a frame in another coordinate system.

    Raises
    ------
    CRSError
        If the frame has no system, or the two have nothing in common (a local plane).
    """
    if frame.crs is None:
        raise CRSError("crs_missing", layer="")
    if frame.crs == crs:
        return frame
    try:
        return frame.to_crs(crs)
    except (ProjError, TransformError):
        raise CRSError("crs_no_way", source=describe_crs(frame.crs), target=describe_crs(crs)) from None


def to_wgs84(lonlat: npt.ArrayLike, system: str) -> FloatArray:
    """Turn longitudes and latitudes of one of :data:`SYSTEMS` into those of WGS 84 (and of CGCS2000).

    Parameters
    ----------
    lonlat
        Degrees, shape (n, 2).
    system
        "wgs84", "gcj02" (Amap, Tencent) or "bd09" (Baidu).

    Returns
    -------
    ndarray, shape (n, 2)
        Exact to below a millimetre; outside of China GCJ-02 is WGS 84.

    Raises
    ------
    CRSError
        If the system is another.
    """
    _require_system(system)
    return np.array(lonlat, dtype=np.float64) if system == "wgs84" else shifted.unshift(lonlat, system)


def from_wgs84(lonlat: npt.ArrayLike, system: str) -> FloatArray:
    """Turn longitudes and latitudes of WGS 84 into those of one of :data:`SYSTEMS`: see :func:`to_wgs84`."""
    _require_system(system)
    return np.array(lonlat, dtype=np.float64) if system == "wgs84" else shifted.shift(lonlat, system)


def _require_system(system: str) -> None:
    if system not in SYSTEMS:
        raise CRSError("crs_not_known", crs=system)


def bounds_degrees(bounds: Bounds, crs: pyproj.CRS) -> Bounds:
    """Return bounds as longitudes and latitudes, or unchanged for a local plane."""
    if crs.is_engineering or not np.isfinite(bounds).all():
        return bounds
    try:
        moved = _to_degrees(crs).transform_bounds(*bounds)
    except TransformError:
        return (math.nan,) * 4
    return (float(moved[0]), float(moved[1]), float(moved[2]), float(moved[3]))


@lru_cache(maxsize=16)
def _to_degrees(crs: pyproj.CRS) -> pyproj.Transformer:
    """Return the way to the longitudes and latitudes of a system's own datum.

    Those of WGS84 lie within a few hundred metres, and finding the way there takes a third of a second.
    """
    own, target = crs.geodetic_crs, WGS84
    if own is not None and own.prime_meridian is not None and own.prime_meridian.longitude == 0.0:
        flat = own.to_2d()
        target = flat if all(axis.unit_name == "degree" for axis in flat.axis_info) else WGS84
    return pyproj.Transformer.from_crs(crs, target, always_xy=True)


def is_metric(crs: pyproj.CRS, bounds: Bounds) -> bool:
    """Return whether lengths measured in a system are metres on the ground.

    Parameters
    ----------
    crs
        The system.
    bounds
        Where it is used, in its own coordinates.

    Returns
    -------
    bool
        True for a projected system in metres whose scale at the middle is within 1 % of 1 (web
        Mercator is not), and for a local plane in metres.
    """
    if crs.is_geographic or crs.is_geocentric:
        return False
    flat = crs.to_2d()
    if any(axis.unit_conversion_factor != 1.0 for axis in flat.axis_info):
        return False
    if flat.is_engineering or not np.isfinite(bounds).all():
        return True
    west, south, east, north = bounds_degrees(bounds, flat)
    if not np.isfinite([west, south, east, north]).all():
        return False
    scale = pyproj.Proj(flat).get_factors((west + east) / 2, (south + north) / 2)
    both = (scale.meridional_scale, scale.parallel_scale)
    return all(abs(scale - 1.0) <= MAX_DISTORTION for scale in both)


def require_projected_metres(frame: gpd.GeoDataFrame, layer: str) -> None:
    """Refuse a frame whose lengths are not metres.

    Parameters
    ----------
    frame
        The frame.
    layer
        What to call it in the message.

    Raises
    ------
    CRSError
        If it has no coordinate system, or one in degrees, in feet, or too distorted to measure in.
    """
    if frame.crs is None:
        raise CRSError("crs_missing", layer=layer)
    if not is_metric(frame.crs, find_bounds(frame)):
        raise CRSError("crs_not_metres", layer=layer, crs=describe_crs(frame.crs))


def choose_metric_crs(lon: float, lat: float) -> pyproj.CRS:
    """Choose the metric coordinate system for a place.

    Parameters
    ----------
    lon, lat
        Middle of the district [degrees].

    Returns
    -------
    pyproj.CRS
        In China the CGCS2000 3-degree zone with the nearest central meridian (EPSG:4534-4554;
        docs/sources.md), elsewhere the UTM zone.
    """
    if shapely.contains_xy(_CHINA, lon, lat):
        meridian = min(max(3 * math.floor(lon / 3 + 0.5), 75), 135)
        return pyproj.CRS.from_epsg(4534 + (meridian - 75) // 3)
    zone = min(max(math.floor((lon + 180) / 6) + 1, 1), 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def to_metres(layers: L) -> L:
    """Bring all frames of a value such as ``schema.Layers`` into one coordinate system in metres.

    Parameters
    ----------
    layers
        A frozen dataclass with frames ``buildings`` and ``streets``, more frames or ``None``, and a
        table ``issues``.

    Returns
    -------
    the same type
        The buildings' own system where that is metric, else the one of :func:`choose_metric_crs`. A
        frame that had to be moved is listed in ``issues`` (code ``reprojected``).

    Raises
    ------
    CRSError
        If a frame has no coordinate system, or one that leads nowhere.

    Examples
    --------
    >>> layers = gridplan.read_layers("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> gridplan.to_metres(layers).buildings.crs.is_projected
    True
    """
    frames = _find_frames(layers)
    for (name, _), frame in frames.items():
        if frame.crs is None:
            raise CRSError("crs_missing", layer=name)
    target = _choose_target(frames["buildings", ""])
    there = describe_crs(target)
    moved = {place: reproject(frame, target) for place, frame in frames.items()}
    notes: list[tuple[object, ...]] = []
    for (name, key), frame in frames.items():
        if frame.crs == target:
            continue
        notes.append(
            (name, "*", "reprojected", "noted", float(len(frame)), f"{describe_crs(frame.crs)} > {there}")
        )
        # a place outside of what the system can show comes back as infinity
        lost = ~np.isfinite(shapely.bounds(moved[name, key].geometry.to_numpy())).all(axis=1)
        ids = frame.loc[lost, frame.columns[0]]
        notes += [(name, str(row), "shape_not_finite", "dropped", math.nan, there) for row in ids]
        moved[name, key] = moved[name, key][~lost].reset_index(drop=True)
    if not notes:
        return layers
    issues: pd.DataFrame = layers.issues  # type: ignore[attr-defined]
    changed: dict[str, Any] = {name: frame for (name, key), frame in moved.items() if not key}
    for name in {name for name, key in moved if key}:
        changed[name] = {key[1:]: frame for (owner, key), frame in moved.items() if owner == name}
    return replace(layers, issues=_append_rows(issues, notes), **changed)  # type: ignore[type-var]


def _find_frames(layers: object) -> dict[tuple[str, str], gpd.GeoDataFrame]:
    """Find the frames of a value by field, and by "=" and key where a field holds several."""
    found = {}
    for field in fields(layers):  # type: ignore[arg-type]
        value = getattr(layers, field.name)
        if isinstance(value, gpd.GeoDataFrame):
            found[field.name, ""] = value
        elif isinstance(value, Mapping):
            found |= {(field.name, f"={key}"): frame for key, frame in value.items()}
    return found


def _choose_target(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    bounds, crs = find_bounds(frame), pyproj.CRS(frame.crs)
    if is_metric(crs, bounds):
        return crs.to_2d()
    west, south, east, north = bounds_degrees(bounds, crs)
    if not np.isfinite([west, south, east, north]).all():
        raise CRSError("crs_no_way", source=describe_crs(crs), target=describe_crs(WGS84))
    return choose_metric_crs((west + east) / 2, (south + north) / 2)


def _append_rows(table: pd.DataFrame, rows: Sequence[Iterable[object]]) -> pd.DataFrame:
    new = pd.DataFrame(rows, columns=table.columns).astype(table.dtypes.to_dict())
    return pd.concat([table, new], ignore_index=True) if len(table) else new
