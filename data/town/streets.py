"""Centre lines and the river: drawn points made smooth, cut at crossings, dead stubs taken off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

from ground import exact
from town.drawing import RIVER, RIVER_WIDTH_M, Point, Street

SMOOTH_STEP_M = 12.0
STUB_M = 16.0


def smooth_line(points: Sequence[Point]) -> LineString:
    """Run a Catmull-Rom curve through the points, with a vertex about every 12 m."""
    knots = np.asarray(points, dtype=float)
    ends = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    curve = [knots[:1]]
    for before, start, stop, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        steps = max(2, int(np.hypot(*(stop - start)) / SMOOTH_STEP_M))
        t = np.linspace(0, 1, steps + 1)[1:, None]
        curve.append(
            0.5
            * (
                2 * start
                + (stop - before) * t
                + (2 * before - 5 * start + 4 * stop - after) * t**2
                + (3 * start - before - 3 * stop + after) * t**3
            )
        )
    return LineString(np.vstack(curve))


def draw_river() -> Polygon:
    """Return the water between its banks; the river is a little wider in its bends."""
    line = smooth_line(RIVER)
    along = np.linspace(0, line.length, 120)
    widths = RIVER_WIDTH_M * (1 + 0.18 * exact.sin(along / 140.0))
    pieces = [
        LineString([line.interpolate(a), line.interpolate(b)]).buffer(w / 2)
        for a, b, w in zip(along[:-1], along[1:], widths[:-1], strict=True)
    ]
    return shapely.union_all(pieces).simplify(0.5)


def node_streets(streets: Sequence[Street], lines: Sequence[LineString]) -> list[tuple[Street, LineString]]:
    """Cut every line where it meets another and give each piece the street it came from."""
    pieces = shapely.get_parts(shapely.node(shapely.union_all(np.asarray(lines, dtype=object))))
    pieces = drop_stubs(pieces, STUB_M)
    tree = shapely.STRtree(list(lines))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece_of, line_of = tree.query_nearest(middle, all_matches=False)
    named = [(streets[line], pieces[piece]) for piece, line in zip(piece_of, line_of, strict=True)]
    return sorted(named, key=lambda pair: (pair[0].name, pair[0].street_class, pair[1].coords[0]))


def drop_stubs(pieces: npt.NDArray[np.object_], stub_m: float) -> npt.NDArray[np.object_]:
    """Take off short pieces that end in the open."""
    ends = np.stack([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)], axis=1)
    _, node, degree = np.unique(
        shapely.get_coordinates(ends).round(3), axis=0, return_inverse=True, return_counts=True
    )
    loose = (degree[node].reshape(-1, 2) == 1).any(axis=1)
    kept: npt.NDArray[np.object_] = pieces[~(loose & (shapely.length(pieces) < stub_m))]
    return kept
