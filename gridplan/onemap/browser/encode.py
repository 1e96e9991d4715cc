"""A picture of the map for the browser: a small table of settings and blobs that are named by their content.

Geometry and what is said of it lie in blobs of their own, so that another measure, language or selection of
the same areas needs no geometry anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.crs import WGS84, from_wgs84, reproject
from gridplan.errors import CRSError
from gridplan.i18n import t
from gridplan.onemap.browser.stream import pack_places, pack_shapes, pack_values
from gridplan.onemap.browser.tiles import Tiles
from gridplan.onemap.view import AreaLayer, LineLayer, MapView, PointLayer

__all__ = ["DEGREE_STEP", "PLANE_STEP", "EncodedView", "Target", "encode_view", "find_tolerance"]


#: Step of the lattice for longitudes and latitudes [degrees]: 0.11 m.
DEGREE_STEP = 1e-6
#: Step of the lattice for a local plane [m].
PLANE_STEP = 0.1

# Borders are simplified to this share of the district's width: a screen that shows all of it has a tenth as
# many pixels, and one that is zoomed to a street still shows a border between the buildings it passes [m].
_TOLERANCE_SHARE = 1 / 12_000
_LEAST_TOLERANCE_M = 0.3
_MOST_TOLERANCE_M = 8.0
# Areas that fill the district up to this share are its cover: the district is then drawn as their union.
_COVER_SHARE = 1e-4

# Of so many areas the widest place is looked for, where a label has most room; it takes 0.1 ms an area.
_MOST_CIRCLES = 800

_WORDS = (
    "legend", "layers", "areas", "labels", "streets", "buildings", "tiles", "zoom_in", "zoom_out", "fit",
    "find", "north", "metres", "km", "source", "date", "review", "low", "high", "keys", "lost", "no_class",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EncodedView:
    """A picture of the map for the browser.

    Parameters
    ----------
    config
        What the map is given directly: words, legends, bounds, and the names of the blobs. Plain JSON values.
    blobs
        What the config names, by SHA-256 of the content.
    key
        Another one when the picture is.
    """

    config: Mapping[str, object]
    blobs: Mapping[str, bytes]
    key: str = field(init=False)

    def __post_init__(self) -> None:
        text = json.dumps(self.config, sort_keys=True, ensure_ascii=False)
        object.__setattr__(self, "key", hashlib.sha256(text.encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class Target:
    """Where coordinates go: degrees of a system that web tiles know, or a plane where there is no way there.

    Parameters
    ----------
    crs
        System that the coordinates come from.
    system
        One of ``gridplan.crs.SYSTEMS``.
    """

    crs: pyproj.CRS
    system: str = "wgs84"

    @property
    def is_plane(self) -> bool:
        """Whether the coordinates stay metres of a plane of their own."""
        return bool(self.crs.is_engineering)

    @property
    def step(self) -> float:
        """Step of the lattice, in degrees or metres."""
        return PLANE_STEP if self.is_plane else DEGREE_STEP

    def move(self, shapes: ShapeArray) -> ShapeArray:
        """Return shapes in the target's coordinates."""
        if self.is_plane:
            return shapes
        frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=self.crs))
        moved: ShapeArray = reproject(frame, WGS84).geometry.to_numpy()
        if self.system != "wgs84":
            moved = shapely.transform(moved, lambda lonlat: from_wgs84(lonlat, self.system))
        return moved

    def move_places(self, xy: FloatArray) -> FloatArray:
        """Return places, shape (n, 2), in the target's coordinates."""
        points = shapely.points(np.reshape(xy, (-1, 2)))
        return np.reshape(shapely.get_coordinates(self.move(points)), (-1, 2))


class _Shapes:
    """Shapes as a key: the same objects give the same key, and are kept while the key is.

    Geometries never change, and a plan's frames share them from view to view, so nothing need be read to
    know them again.
    """

    def __init__(self, shapes: object) -> None:
        self.array: ShapeArray = np.asarray(shapes, dtype=object)
        self._key = self.array.tobytes()

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shapes) and self._key == other._key


def encode_view(view: MapView, tiles: Tiles | None = None) -> EncodedView:
    """Put a picture of the map into settings and blobs for the browser.

    Parameters
    ----------
    view
        The picture.
    tiles
        The base map that lies under it; the shapes are shifted where its system is. None for none.

    Returns
    -------
    EncodedView
        Borders of the areas are simplified once, as a coverage, and put on a lattice that all layers share.

    Raises
    ------
    CRSError
        If the areas have no coordinate system.
    """
    areas = view.areas
    if areas.shapes.crs is None:
        raise CRSError("crs_missing", layer=areas.level)
    target = Target(pyproj.CRS.from_user_input(areas.shapes.crs), tiles.system if tiles else "wgs84")
    if target.is_plane:
        tiles = None  # a plane of its own lies nowhere on a base map
    blobs: dict[str, bytes] = {}

    def keep(blob: bytes | None) -> str | None:
        if blob is None:
            return None
        digest = _digest(blob)
        blobs[digest] = blob
        return digest

    parents = view.outlines if view.outlines is not None else areas.shapes[:0]
    outlines = _Shapes(parents.geometry.to_numpy())
    borders = _encode_borders(
        _Shapes(areas.shapes.geometry.to_numpy()), outlines, _Shapes([view.ground.district]), target
    )
    config = {
        "lang": view.lang,
        "projection": "plane" if target.is_plane else "mercator",
        "bounds": list(borders.bounds),
        "words": {word: t(f"onemap.map.{word}", view.lang) for word in _WORDS},
        "imprint": asdict(view.imprint),
        "ground": keep(borders.ground),
        "areas": {
            "level": areas.level,
            "shapes": keep(borders.areas),
            "values": keep(_encode_values(areas)),
            "legend_title": areas.legend_title,
            "bordered": areas.bordered,
            "legend": [asdict(swatch) for swatch in areas.legend],
        },
        "outlines": keep(borders.outlines),
        "outline_codes": [str(code) for code in parents.index],
        "lines": [
            {
                "label": layer.label,
                "colour": layer.colour,
                "width": layer.width,
                "dashed": layer.dashed,
                "blob": keep(_encode_line_layer(layer, target, borders.tolerance)),
            }
            for layer in view.lines
        ],
        "figures": [list(figure) for figure in view.figures],
        "streets": keep(_encode_streets(view.ground.streets, target, borders.tolerance)),
        "buildings": keep(_encode_buildings(_Shapes(view.ground.buildings.geometry.to_numpy()), target)),
        "building_count": len(view.ground.buildings),
        "points": [
            {
                "id": layer.id,
                "title": layer.title,
                "shape": layer.shape,
                "legend": [asdict(swatch) for swatch in layer.legend],
                "blob": keep(_encode_points(layer, target)),
            }
            for layer in view.points
        ],
        "heat": None,
        "tiles": tiles.to_config() if tiles else None,
    }
    if view.heat is not None:
        weight = {"weight": np.round(view.heat.weight, 4).tolist()}
        blob = pack_places(target.move_places(view.heat.xy), target.step, weight)
        config["heat"] = {"title": view.heat.title, "radius_m": view.heat.radius_m, "blob": keep(blob)}
    return EncodedView(config, blobs)


def _digest(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def _to_list(numbers: IntArray) -> list[int]:
    return [int(number) for number in numbers]


def _encode_values(areas: AreaLayer) -> bytes:
    return pack_values(
        {
            "codes": [str(code) for code in areas.shapes.index],
            "classes": _to_list(areas.classes),
            "labels": [str(label) for label in areas.labels],
            "lines": [list(lines) for lines in areas.lines],
        }
    )


def _encode_points(layer: PointLayer, target: Target) -> bytes:
    head = {
        "classes": _to_list(layer.classes),
        "lines": [list(lines) for lines in layer.lines],
        "heights": None if layer.heights is None else _to_list(layer.heights),
        "codes": None if layer.codes is None else [str(code) for code in layer.codes],
    }
    return pack_places(target.move_places(layer.xy), target.step, head)


def _encode_line_layer(layer: LineLayer, target: Target, tolerance: float) -> bytes:
    parts = shapely.get_parts(layer.shapes)
    return pack_shapes(target.move(shapely.simplify(parts, tolerance / 2)), target.step, {})


@dataclass(frozen=True, slots=True)
class _Borders:
    """Blobs of areas, outlines and ground; ``bounds`` are those of the areas in the target's coordinates."""

    areas: bytes
    outlines: bytes | None
    ground: bytes
    bounds: tuple[float, ...]
    tolerance: float


def find_tolerance(district: shapely.Geometry) -> float:
    """Choose how far a simplified border may stray [m], by the width of the district."""
    west, south, east, north = district.bounds
    share = max(east - west, north - south) * _TOLERANCE_SHARE
    return float(min(max(share, _LEAST_TOLERANCE_M), _MOST_TOLERANCE_M))


@lru_cache(maxsize=24)
def _encode_borders(areas: _Shapes, outlines: _Shapes, district: _Shapes, target: Target) -> _Borders:
    ground = district.array[0]
    tolerance = find_tolerance(ground)
    # neighbours keep their common border: each is simplified once, for both
    shapes = shapely.coverage_simplify(areas.array, tolerance)
    spots = _find_label_places(shapes)
    covers = abs(shapely.area(areas.array).sum() - ground.area) <= _COVER_SHARE * ground.area
    bold = _outline(shapes, spots, outlines.array, tolerance) if len(outlines.array) else None
    ground = shapely.coverage_union_all(shapes) if covers else ground.simplify(tolerance)
    moved, moved_ground = target.move(shapes), target.move(np.array([ground], dtype=object))
    return _Borders(
        areas=pack_shapes(moved, target.step, {}, target.move_places(spots)),
        outlines=None if bold is None else pack_shapes(target.move(bold), target.step, {}),
        ground=pack_shapes(moved_ground, target.step, {}),
        # a plan may have no compound at all: the ground is shown then
        bounds=tuple(float(side) for side in shapely.total_bounds(moved if len(moved) else moved_ground)),
        tolerance=tolerance,
    )


def _find_label_places(shapes: ShapeArray) -> FloatArray:
    """Return a place inside each shape: where it is widest; of many shapes the middle, if it is inside."""
    if 0 < len(shapes) <= _MOST_CIRCLES:
        reach = max(float(np.sqrt(np.median(shapely.area(shapes)))) / 20, 0.1)
        radii = shapely.maximum_inscribed_circle(shapes, tolerance=reach)
        return np.reshape(shapely.get_coordinates(radii)[::2], (-1, 2))
    middle = shapely.centroid(shapes)
    places = np.where(shapely.contains(shapes, middle), middle, shapely.point_on_surface(shapes))
    return np.reshape(shapely.get_coordinates(places), (-1, 2))


def _outline(shapes: ShapeArray, spots: FloatArray, outlines: ShapeArray, tolerance: float) -> ShapeArray:
    """Draw outlines along the simplified borders of the areas inside, so that the two coincide."""
    inside, around = shapely.STRtree(outlines).query(shapely.points(spots), predicate="intersects")
    sizes = np.bincount(around, weights=shapely.area(shapes)[inside], minlength=len(outlines))
    filled = np.abs(sizes - shapely.area(outlines)) <= 1e-2 * shapely.area(outlines)
    bold = outlines.copy()
    bold[~filled] = shapely.simplify(outlines[~filled], tolerance)
    for outline in np.flatnonzero(filled):
        bold[outline] = shapely.coverage_union_all(shapes[inside[around == outline]])
    return bold


def _encode_streets(streets: gpd.GeoDataFrame, target: Target, tolerance: float) -> bytes | None:
    """Encode the streets with rank and name; a name is stored once."""
    if streets.empty:
        return None
    names, name = np.unique(streets["name"].fillna("").astype(str).to_numpy(), return_inverse=True)
    return _encode_lines(
        _Shapes(streets.geometry.to_numpy()),
        tuple(int(rank) for rank in streets["rank"]),
        tuple(str(text) for text in names),
        tuple(int(row) if names[row] else -1 for row in name),
        target,
        tolerance,
    )


@lru_cache(maxsize=8)
def _encode_lines(
    lines: _Shapes,
    ranks: tuple[int, ...],
    names: tuple[str, ...],
    name: tuple[int, ...],
    target: Target,
    tolerance: float,
) -> bytes:
    moved = target.move(shapely.simplify(lines.array, tolerance / 2))
    return pack_shapes(moved, target.step, {"ranks": ranks, "names": names, "name": name})


@lru_cache(maxsize=8)
def _encode_buildings(footprints: _Shapes, target: Target) -> bytes | None:
    """Encode footprints along a curve on which neighbours follow each other: short steps, and an index."""
    if not len(footprints.array):
        return None
    order = np.argsort(gpd.GeoSeries(footprints.array).hilbert_distance().to_numpy(), kind="stable")
    return pack_shapes(target.move(footprints.array[order]), target.step, {})
