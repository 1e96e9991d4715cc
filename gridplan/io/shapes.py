"""Which geometries of a layer can be used at all: present, finite, of the shape that the role wants."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.arrays import BoolArray
from gridplan.errors import InputError
from gridplan.io.source import RawLayer

__all__ = ["sound_shapes"]


_LINES = (1, 2, 5)
_POLYGONS = (3, 6)
_POINTS = (0, 4)
_COLLECTION = 7

#: No coordinate of a place on Earth is larger in any system in use (zone-prefixed eastings reach 4.6e7).
_FARTHEST = 1e9
#: A shape this many times farther from the middle than half of the shapes is not of this place.
_STRAY_FACTOR = 100.0


def sound_shapes(
    shapes: npt.NDArray[np.object_], wanted: str, raw: RawLayer
) -> tuple[npt.NDArray[np.object_], list[tuple[str, str, BoolArray]]]:
    """Keep the geometries of a layer that can be used.

    Parameters
    ----------
    shapes
        Geometries as read, shape (n,).
    wanted
        "polygon", "line", "line or polygon" or "point or polygon".
    raw
        The layer, for messages.

    Returns
    -------
    shapes, faults
        The geometries with ``None`` in place of those that cannot be used; and per fault its code,
        what was done, and the rows. Closed lines where polygons are wanted (a drawing's outlines) are
        filled.

    Raises
    ------
    InputError
        If not one of them can be used.
    """
    shapes = shapes.copy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    endless = ~missing & ~_is_finite(shapes)
    kind = shapely.get_type_id(shapes)
    sound = ~missing & ~endless
    if len(shapes) and not sound.any():
        key = "no_finite_coordinates" if endless.any() else "no_shapes"
        raise InputError(key, layer=raw.role, path=raw.where, rows=len(shapes))
    fits = np.isin(kind, _POLYGONS) if "polygon" in wanted else np.zeros(len(shapes), dtype=bool)
    if "line" in wanted:
        fits |= np.isin(kind, _LINES)
    if "point" in wanted:
        fits |= np.isin(kind, _POINTS)
    fits |= kind == _COLLECTION
    filled = (
        sound & ~fits & _is_outline(shapes, kind)
        if wanted == "polygon"
        else np.zeros(len(shapes), dtype=bool)
    )
    shapes[filled] = _fill(shapes[filled])
    foreign = sound & ~fits & ~filled
    if len(shapes) and not (sound & (fits | filled)).any():
        found = sorted({str(name) for name in _names(shapes[foreign])})
        raise InputError(
            "shapes_wrong",
            layer=raw.role,
            path=raw.where,
            wanted=wanted,
            found=", ".join(found),
            rows=len(shapes),
        )
    astray = sound & ~foreign & _is_astray(shapes, sound & (kind != _COLLECTION))
    shapes[missing | endless | foreign | astray] = None
    return shapes, [
        ("shape_missing", "dropped", missing),
        ("shape_not_finite", "dropped", endless),
        ("shape_wrong_type", "dropped", foreign),
        ("shape_astray", "dropped", astray),
        ("outline_filled", "repaired", filled & ~astray),
    ]


def _is_finite(shapes: npt.NDArray[np.object_]) -> BoolArray:
    """Tell which geometries have usable coordinates only (bounds alone would skip a NaN)."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    with np.errstate(invalid="ignore"):
        wrong = owner[~(np.abs(coordinates) < _FARTHEST).all(axis=1)]
    finite = np.ones(len(shapes), dtype=bool)
    finite[wrong] = False
    return finite


def _is_astray(shapes: npt.NDArray[np.object_], known: BoolArray) -> BoolArray:
    """Tell which geometries lie so far off (at 0, 0 mostly) that they would stretch the district to them."""
    astray = np.zeros(len(shapes), dtype=bool)
    boxes = shapely.bounds(shapes[known])
    if len(boxes):
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        away = np.abs(centre - np.median(centre, axis=0)).max(axis=1)
        usual = float(np.median(away))
        astray[known] = (away > _STRAY_FACTOR * usual) & (usual > 0)
    return astray


def _is_outline(shapes: npt.NDArray[np.object_], kind: npt.NDArray[np.int32]) -> BoolArray:
    single = np.isin(kind, (1, 2))
    return np.asarray(single & shapely.is_closed(shapes) & (shapely.get_num_points(shapes) >= 4), dtype=bool)


def _fill(lines: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    rings: npt.NDArray[np.object_] = shapely.linearrings(coordinates, indices=owner)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _names(shapes: npt.NDArray[np.object_]) -> list[str]:
    return [shape.geom_type for shape in shapes]
