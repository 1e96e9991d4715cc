"""From the sheet to the ground: streets and lanes in metres, cut at their crossings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.interpolate import RectBivariateSpline
from shapely import LineString, Polygon

from shangnan.drawing import NODES, Street
from town.streets import drop_stubs, smooth_line

STEP = 0.02
SIDES = 4.0
SNAP_M = 60.0
CROSS_M = 0.6
# lanes are drawn this little too long at most
STUB_M = 1.5
GRID_M = 0.01
RIVER_M = 58.0
# from the edge of town to the middle of the river, and how far it is drawn beyond
DIKE_M, UPSTREAM_M, DOWNSTREAM_M = (24.0, -92.0), (-430.0, 110.0), (470.0, 15.0)

Floats = npt.NDArray[np.float64]


def place_points(sheet: npt.ArrayLike) -> Floats:
    """Return where points of the sheet lie on the ground [m]."""
    uv = np.asarray(sheet, dtype=float)
    nodes = np.asarray(NODES, dtype=float)
    knots = np.arange(len(nodes), dtype=float)
    x = RectBivariateSpline(knots, knots, nodes[:, :, 0])(uv[:, 1], uv[:, 0], grid=False)
    y = RectBivariateSpline(knots, knots, nodes[:, :, 1])(uv[:, 1], uv[:, 0], grid=False)
    ground: Floats = np.column_stack([x + _wander(x, y, 0), y + _wander(y, x, 1)])
    return ground


def _wander(along: Floats, across: Floats, phase: int) -> Floats:
    """Return the small bends that no plan foresaw [m]: three waves that never repeat together."""
    bends: Floats = (
        20 * np.sin(along / 171 + across / 260 + phase)
        + 11 * np.sin(along / 93 - across / 141 + 2.1 * phase)
        + 5 * np.sin(across / 57 + along / 301 - phase)
    )
    return bends


def draw_edge() -> Polygon:
    """Return the edge of the main town: the river bank in the south, the foot of the hills in the north."""
    side = np.arange(0, SIDES, STEP)
    flat, full = np.zeros_like(side), np.full_like(side, SIDES)
    ring = np.concatenate(
        [
            np.column_stack([side, flat]),
            np.column_stack([full, side]),
            np.column_stack([SIDES - side, full]),
            np.column_stack([flat, SIDES - side]),
        ]
    )
    return Polygon(place_points(ring)).simplify(0.5)


def draw_street(street: Street) -> LineString:
    """Return the centre line of a street on the ground, before its ends are settled."""
    knots = np.asarray(street.points, dtype=float)
    sheet = smooth_line([(1000 * u, 1000 * v) for u, v in knots])
    points = shapely.get_coordinates(sheet.segmentize(1000 * STEP)) / 1000
    return LineString(place_points(points)).simplify(0.3)


def settle_ends(streets: Sequence[Street], lines: Sequence[LineString], edge: Polygon) -> list[LineString]:
    """Let each end meet the line that it runs into, or run out of town where it meets the edge."""
    tree = np.asarray([*lines, edge.exterior], dtype=object)
    settled = []
    for number, (street, line) in enumerate(zip(streets, lines, strict=True)):
        points = shapely.get_coordinates(line)
        others = np.delete(np.arange(len(tree)), number)
        head = _settle(points[0], points[1], tree[others], edge, street.beyond_m)
        tail = _settle(points[-1], points[-2], tree[others], edge, street.beyond_m)
        settled.append(LineString(np.vstack([head, points[1:-1], tail])))
    return settled


def _settle(
    end: Floats, before: Floats, others: npt.NDArray[np.object_], edge: Polygon, beyond_m: float
) -> Floats:
    """Return the points that take the place of a line's end."""
    at = shapely.Point(end)
    far = shapely.distance(others, at)
    nearest = int(np.argmin(far))
    if far[nearest] > SNAP_M:
        raise ValueError(f"end {end} meets nothing")
    step: Floats = (end - before) / np.hypot(*(end - before))
    if others[nearest].equals(edge.exterior):
        return (end + step * beyond_m)[None]
    meets = others[nearest].interpolate(others[nearest].project(at))
    hit: Floats = shapely.get_coordinates(meets)
    return hit + step * CROSS_M


def cut_streets(streets: Sequence[Street], lines: Sequence[LineString]) -> list[tuple[Street, LineString]]:
    """Cut every line where it meets another; a piece belongs to the first street that it lies on.

    On a 1 cm grid, so that an end that lies on a line but for float noise meets it.
    """
    net = shapely.union_all(np.asarray(lines, dtype=object), grid_size=GRID_M)
    pieces = drop_stubs(shapely.get_parts(net), STUB_M)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, line = shapely.STRtree(list(lines)).query(middle, predicate="dwithin", distance=3 * GRID_M)
    first = np.full(len(pieces), len(lines), dtype=np.int64)
    np.minimum.at(first, piece, line)
    named = [(streets[first[i]], pieces[i]) for i in range(len(pieces)) if first[i] < len(lines)]
    return sorted(named, key=lambda pair: (pair[0].name, pair[0].street_class, pair[1].coords[0]))


def draw_river() -> Polygon:
    """Return the water: it follows the town's southern edge behind a dike and runs on both ways."""
    side = np.linspace(0, SIDES, 8)
    bank = place_points(np.column_stack([side, np.zeros_like(side)]))
    points = np.vstack([bank[0] + UPSTREAM_M, bank + DIKE_M, bank[-1] + DOWNSTREAM_M])
    line = smooth_line([(float(x), float(y)) for x, y in points])
    return line.buffer(RIVER_M / 2).simplify(0.5)
