"""A drawing sheet whose columns and rows are the main streets, and the ground that it is laid on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.interpolate import RectBivariateSpline
from shapely import LineString, Polygon

from ground import exact
from town.streets import drop_stubs, smooth_line

STEP = 0.02
SNAP_M = 60.0
CROSS_M = 0.6
# lanes are drawn this little too long at most
STUB_M = 1.5
GRID_M = 0.01

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]


class Street(NamedTuple):
    """A street or lane as drawn on the sheet; what runs on past the edge of town has ``beyond_m``."""

    name: str
    street_class: str
    points: list[Point]
    beyond_m: float = 12.0


class Sheet(NamedTuple):
    """Where the crossings of the main streets lie on the ground [m]: one row per street from the south."""

    nodes: list[list[Point]]

    @property
    def sides(self) -> tuple[float, float]:
        """How far the sheet reaches along u (columns) and v (rows)."""
        return float(len(self.nodes[0]) - 1), float(len(self.nodes) - 1)

    def place_points(self, sheet: npt.ArrayLike) -> Floats:
        """Return where points of the sheet lie on the ground [m]; what was drawn between bends along."""
        uv = np.asarray(sheet, dtype=float)
        nodes = np.asarray(self.nodes, dtype=float)
        rows, columns = (np.arange(n, dtype=float) for n in nodes.shape[:2])
        x = RectBivariateSpline(rows, columns, nodes[:, :, 0])(uv[:, 1], uv[:, 0], grid=False)
        y = RectBivariateSpline(rows, columns, nodes[:, :, 1])(uv[:, 1], uv[:, 0], grid=False)
        ground: Floats = np.column_stack([x + _wander(x, y, 0), y + _wander(y, x, 1)])
        return ground

    def draw_edge(self) -> Polygon:
        """Return the edge of the sheet on the ground."""
        wide, high = self.sides
        along, up = np.arange(0, wide, STEP), np.arange(0, high, STEP)
        ring = np.concatenate(
            [
                np.column_stack([along, np.zeros_like(along)]),
                np.column_stack([np.full_like(up, wide), up]),
                np.column_stack([wide - along, np.full_like(along, high)]),
                np.column_stack([np.zeros_like(up), high - up]),
            ]
        )
        return Polygon(self.place_points(ring)).simplify(0.5)

    def draw_street(self, street: Street) -> LineString:
        """Return the centre line of a street on the ground, before its ends are settled."""
        knots = np.asarray(street.points, dtype=float)
        sheet = smooth_line([(1000 * u, 1000 * v) for u, v in knots])
        points = shapely.get_coordinates(sheet.segmentize(1000 * STEP)) / 1000
        return LineString(self.place_points(points)).simplify(0.3)


def _wander(along: Floats, across: Floats, phase: int) -> Floats:
    """Return the small bends that no plan foresaw [m]: three waves that never repeat together."""
    bends: Floats = (
        20 * exact.sin(along / 171 + across / 260 + phase)
        + 11 * exact.sin(along / 93 - across / 141 + 2.1 * phase)
        + 5 * exact.sin(across / 57 + along / 301 - phase)
    )
    return bends


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


def find_faces(lines: Sequence[LineString], edge: Polygon) -> list[Polygon]:
    """Return the faces of lines within the edge of town."""
    net = shapely.node(shapely.union_all([*lines, edge.exterior]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    return [face for face in faces if edge.contains(face.representative_point())]


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


def join_cover(groups: list[list[Polygon]]) -> list[Polygon]:
    """Join the pieces of each group so that the groups share every vertex of their borders.

    All outlines are noded together on a 1 cm grid; what was a corner on a neighbour's straight side
    becomes a vertex of both.
    """
    pieces = np.asarray([piece for group in groups for piece in group], dtype=object)
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    net = shapely.union_all(shapely.boundary(pieces), grid_size=GRID_M)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    spots = shapely.point_on_surface(cells)
    tree = shapely.STRtree(pieces)
    cell, piece = tree.query(spots, predicate="within")
    first = dict(zip(cell[::-1].tolist(), piece[::-1].tolist(), strict=True))
    # slivers of rounding between two pieces go to the nearest
    nearest = tree.nearest(spots)
    group = np.array([owner[first.get(i, int(nearest[i]))] for i in range(len(cells))])
    joined = [shapely.coverage_union_all(cells[group == g]) for g in range(len(groups))]
    return [max(shapely.get_parts(shape), key=lambda part: part.area) for shape in joined]


def join_areas(areas: list[Polygon]) -> Polygon:
    """Join areas that share every vertex of their borders to one without holes."""
    joined = shapely.get_parts(shapely.coverage_union_all(areas))
    if len(joined) != 1:
        raise ValueError(f"the areas fall into {len(joined)} pieces")
    return Polygon(joined[0].exterior)
