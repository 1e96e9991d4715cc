"""Where names stand on a map: large where there is room, none on another, none where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.arrays import FloatArray, IntArray
from gridplan.i18n import measure_text

__all__ = ["Label", "place_labels"]

# letters that are read from the back row of a room, largest first [pt on a screen of 1920 x 1080]
_SIZES = (16.0, 14.0, 12.5, 11.0, 9.5, 8.5)
# width of a Latin letter, and height of a line, of the size of the letters
_LETTER, _LINE = 0.57, 1.3
# how much of a name's box must lie on its own area
_INSIDE = 0.88
# a name in large letters wants an area that is several times as wide
_ROOMY = 1.25

# where else than in the middle a name may stand, in radii of the largest circle; the middle is tried first
_AROUND = (
    (0, 0), (0, 0.5), (0, -0.5), (-0.5, 0), (0.5, 0),
    (-0.5, 0.5), (0.5, 0.5), (-0.5, -0.5), (0.5, -0.5), (0, 0.8), (0, -0.8), (-0.8, 0), (0.8, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A name that has a place.

    Parameters
    ----------
    row
        Which area it names.
    x, y
        Its middle [m].
    size
        Size of its letters [pt].
    """

    row: int
    x: float
    y: float
    size: float


def place_labels(
    shapes: npt.NDArray[np.object_], labels: Sequence[str], points_per_m: float, crowd: FloatArray
) -> list[Label]:
    """Find places for the names of areas.

    Parameters
    ----------
    shapes
        Polygons [m].
    labels
        Their names, several lines where there are line breaks; "" for none.
    points_per_m
        Scale of the map [pt/m].
    crowd
        Things that names had better not cover [m], shape (m, 2).

    Returns
    -------
    list of Label
        The names that fit, those of larger areas first; a name that would touch another is left out.
    """
    told = np.array([bool(label) for label in labels], dtype=bool)
    sizes = np.zeros(len(shapes))
    spots = np.zeros((len(shapes), 2))
    extent = np.array([_measure(label) for label in labels], dtype=np.float64).reshape(-1, 2) / points_per_m
    bounds = shapely.bounds(shapes)
    room = (bounds[:, 2:] - bounds[:, :2]) >= extent * _SIZES[-1]
    rows = np.flatnonzero(told & room.all(axis=1))
    spots[rows] = _find_spots(shapes[rows], extent[rows] * _SIZES[2], crowd)
    for size in _SIZES:
        open_rows = rows[sizes[rows] == 0]
        wide = extent[open_rows] * size * (1.0 if size < _SIZES[2] else _ROOMY)
        boxes = _box(spots[open_rows], wide)
        inside = shapely.area(shapely.intersection(boxes, shapes[open_rows]))
        sizes[open_rows[inside >= _INSIDE * shapely.area(boxes)]] = size
    chosen = rows[sizes[rows] > 0]
    order = chosen[np.argsort(-shapely.area(shapes[chosen]), kind="stable")]
    return _leave_out(order, spots, extent * sizes[:, None], sizes)


def _measure(label: str) -> tuple[float, float]:
    """Return width and height of a name in letters of size 1."""
    lines = label.split("\n")
    return _LETTER * max(measure_text(line) for line in lines), _LINE * len(lines)


def _find_spots(shapes: npt.NDArray[np.object_], wide: FloatArray, crowd: FloatArray) -> FloatArray:
    """Return the middle of the largest circle in each shape, or a place near it that covers fewer things."""
    if not len(shapes):
        return np.zeros((0, 2))
    spots, radius = _find_middles(shapes)
    if not len(crowd):
        return spots
    tree = shapely.STRtree(shapely.points(crowd))
    best, fewest = spots.copy(), np.full(len(shapes), np.inf)
    for dx, dy in _AROUND:
        tried = spots + radius[:, None] * (dx, dy)
        boxes = _box(tried, wide)
        covered = np.bincount(tree.query(boxes, predicate="intersects")[0], minlength=len(shapes))
        inside = shapely.area(shapely.intersection(boxes, shapes)) >= _INSIDE * shapely.area(boxes)
        better = (covered < fewest) & (inside | ((dx, dy) == (0, 0)))
        best[better], fewest[better] = tried[better], covered[better]
    return best


def _find_middles(shapes: npt.NDArray[np.object_]) -> tuple[FloatArray, FloatArray]:
    """Return the middle and the radius of the largest circle in each shape."""
    across = np.sqrt(shapely.area(shapes))
    circles = shapely.maximum_inscribed_circle(
        shapely.simplify(shapes, across * 0.01), tolerance=across * 0.02
    )
    middles = shapely.get_coordinates(shapely.get_point(circles, 0))
    return np.asarray(middles, dtype=np.float64), np.asarray(shapely.length(circles), dtype=np.float64)


def _box(spots: FloatArray, wide: FloatArray) -> npt.NDArray[np.object_]:
    low, high = spots - wide / 2, spots + wide / 2
    boxes: npt.NDArray[np.object_] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes


def _leave_out(order: IntArray, spots: FloatArray, wide: FloatArray, sizes: FloatArray) -> list[Label]:
    """Keep the names that touch none before them."""
    kept: list[int] = []
    for row in order:
        apart = np.abs(spots[kept] - spots[row]) >= (wide[kept] + wide[row]) / 2
        if apart.any(axis=1).all():
            kept.append(int(row))
    return [Label(row, float(spots[row, 0]), float(spots[row, 1]), float(sizes[row])) for row in kept]
