"""Where names stand on a map: large where there is room, none on another, none where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.arrays import FloatArray, IntArray
from gridplan.i18n import measure_text

__all__ = ["SIZES", "Label", "box_labels", "place_labels"]

#: Letters that are read from the back row of a room, largest first [pt on a screen of 1920 x 1080].
SIZES: tuple[float, ...] = (16.0, 14.0, 12.5, 11.0, 9.5, 8.5)
# width of a Latin letter, and height of a line, of the size of the letters
_LETTER, _LINE = 0.57, 1.3
# how much of a name's box must lie on its own area
_INSIDE = 0.88
# a name in large letters wants an area that is several times as wide
_LARGE_PT, _ROOMY = 12.5, 1.25

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
    shapes: npt.NDArray[np.object_],
    labels: Sequence[str],
    points_per_m: float,
    crowd: FloatArray,
    *,
    sizes: Sequence[float] = SIZES,
    taken: FloatArray | None = None,
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
    sizes
        Sizes of letters [pt], largest first.
    taken
        Boxes that names must not touch, west, south, east and north [m], shape (k, 4); None for none.

    Returns
    -------
    list of Label
        The names that fit, those of larger areas first; a name that would touch another is left out.
    """
    taken = np.zeros((0, 4)) if taken is None else taken
    named = np.array([bool(label) for label in labels], dtype=bool)
    chosen_sizes = np.zeros(len(shapes))
    spots = np.zeros((len(shapes), 2))
    extent = _measure_all(labels, points_per_m)
    bounds = shapely.bounds(shapes)
    room = (bounds[:, 2:] - bounds[:, :2]) >= extent * sizes[-1]
    rows = np.flatnonzero(named & room.all(axis=1))
    looked = extent[rows] * min(_LARGE_PT, sizes[0])
    spots[rows] = _find_spots(shapes[rows], looked, np.concatenate((crowd, _fill_boxes(taken))))
    for size in sizes:
        open_rows = rows[chosen_sizes[rows] == 0]
        wide = extent[open_rows] * size * (1.0 if size < _LARGE_PT else _ROOMY)
        boxes = _box(spots[open_rows], wide)
        inside = shapely.area(shapely.intersection(boxes, shapes[open_rows]))
        chosen_sizes[open_rows[inside >= _INSIDE * shapely.area(boxes)]] = size
    chosen = rows[chosen_sizes[rows] > 0]
    order = chosen[np.argsort(-shapely.area(shapes[chosen]), kind="stable")]
    return _leave_out(order, spots, extent * chosen_sizes[:, None], chosen_sizes, taken)


def box_labels(placed: Sequence[Label], labels: Sequence[str], points_per_m: float) -> FloatArray:
    """Return the boxes that names fill: west, south, east and north [m], shape (k, 4).

    Parameters
    ----------
    placed
        Result of :func:`place_labels`.
    labels, points_per_m
        As for :func:`place_labels`.
    """
    spots = np.array([(label.x, label.y) for label in placed], dtype=np.float64).reshape(-1, 2)
    sizes = np.array([label.size for label in placed], dtype=np.float64)
    half = _measure_all([labels[label.row] for label in placed], points_per_m) * sizes[:, None] / 2
    return np.concatenate((spots - half, spots + half), axis=1)


def _fill_boxes(boxes: FloatArray) -> FloatArray:
    """Return points all over boxes, so that other names keep away."""
    steps = np.array([(x, y) for x in (0.0, 0.25, 0.5, 0.75, 1.0) for y in (0.0, 0.5, 1.0)])
    points = boxes[:, None, :2] + (boxes[:, None, 2:] - boxes[:, None, :2]) * steps
    return np.asarray(points.reshape(-1, 2), dtype=np.float64)


def _measure_all(labels: Sequence[str], points_per_m: float) -> FloatArray:
    """Return width and height of names in letters of size 1 [m], shape (n, 2)."""
    return np.array([_measure(label) for label in labels], dtype=np.float64).reshape(-1, 2) / points_per_m


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
    # a ring that begins elsewhere would be simplified to other points
    simple = shapely.simplify(shapely.normalize(shapes), across * 0.01)
    circles = shapely.maximum_inscribed_circle(simple, tolerance=across * 0.02)
    middles = shapely.get_coordinates(shapely.get_point(circles, 0))
    return np.asarray(middles, dtype=np.float64), np.asarray(shapely.length(circles), dtype=np.float64)


def _box(spots: FloatArray, wide: FloatArray) -> npt.NDArray[np.object_]:
    low, high = spots - wide / 2, spots + wide / 2
    boxes: npt.NDArray[np.object_] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes


def _leave_out(
    order: IntArray, spots: FloatArray, wide: FloatArray, sizes: FloatArray, taken: FloatArray
) -> list[Label]:
    """Keep the names that touch none before them."""
    middles = np.concatenate(((taken[:, :2] + taken[:, 2:]) / 2, spots[order]))
    extents = np.concatenate((taken[:, 2:] - taken[:, :2], wide[order]))
    near = list(range(len(taken)))
    for place in range(len(taken), len(middles)):
        apart = np.abs(middles[near] - middles[place]) >= (extents[near] + extents[place]) / 2
        if apart.any(axis=1).all():
            near.append(place)
    kept = order[np.array(near[len(taken) :], dtype=np.int64) - len(taken)].tolist()
    return [Label(row, float(spots[row, 0]), float(spots[row, 1]), float(sizes[row])) for row in kept]
