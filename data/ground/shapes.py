"""Cutting and turning ground."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate

from ground import exact

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

# a way nearer than this to a street all along is no way of its own
BESIDE_STREET_M = 14.0
# a way that ends this near to a street meets it
TO_STREET_M = 18.0


class Cut(NamedTuple):
    """Ground cut in pieces, and the centre lines of the cuts that are ways."""

    pieces: Geometries
    ways: list[LineString]


def take_largest(shape: shapely.Geometry) -> Polygon:
    """Return the largest polygon of a shape; an empty polygon where it has none."""
    parts = take_polygons(shape)
    return max(parts, key=lambda part: part.area) if parts else Polygon()


def take_polygons(shape: shapely.Geometry) -> list[Polygon]:
    """Return the polygons of a shape."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]


def take_lines(shape: shapely.Geometry) -> list[LineString]:
    """Return the lines of a shape."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and part.length > 0]


def find_turn(shape: Polygon) -> float:
    """Return the direction of the longer side of a shape in degrees, between -45 and 45."""
    corners = shapely.get_coordinates(shape.minimum_rotated_rectangle)
    sides = np.diff(corners[:3], axis=0)
    dx, dy = sides[int(np.argmax(np.hypot(*sides.T)))]
    return float((np.degrees(exact.arctan2(dy, dx)) + 45) % 90 - 45)


def lay_level(shape: Polygon, turn: float) -> Polygon:
    """Turn a shape so that what ran in direction ``turn`` [degrees] runs from west to east."""
    return rotate(shape, -turn, origin=(0, 0))


def halve_ground(
    ground: Polygon,
    limit_m2: float,
    rng: np.random.Generator,
    *,
    way_from_m2: float,
    way_m: float,
    reach_m: float,
) -> Cut:
    """Halve ground across its longer side until no piece is above about ``limit_m2``.

    Parameters
    ----------
    ground
        What is cut.
    limit_m2
        Pieces up to this size stay; the limit varies from piece to piece by a third.
    rng
        Leans and shifts of the cuts.
    way_from_m2
        Cuts of pieces of this size and more are ways.
    way_m
        Width of a way.
    reach_m
        How far a way runs beyond the piece that it cuts, to meet the way there.
    """
    live, done = np.array([ground], dtype=object), []
    ways: list[LineString] = []
    while len(live):
        limit = limit_m2 * rng.uniform(0.8, 1.5, len(live))
        small = shapely.area(live) < limit
        done.append(live[small])
        live = live[~small]
        if not len(live):
            break
        lines = _draw_cuts(live, rng)
        wide = shapely.area(live) >= way_from_m2
        ways += [
            part
            for line, piece in zip(lines[wide], live[wide], strict=True)
            for part in take_lines(line.intersection(piece.buffer(reach_m)))
            if part.length > 20
        ]
        gap = shapely.buffer(lines, np.where(wide, way_m / 2, 0.15), cap_style="flat")
        pieces = shapely.get_parts(shapely.difference(live, gap))
        pieces = pieces[shapely.get_type_id(pieces) == 3]
        live = pieces[shapely.area(pieces) > 45]
    return Cut(np.concatenate(done) if done else np.array([], dtype=object), ways)


def _draw_cuts(pieces: Geometries, rng: np.random.Generator) -> Geometries:
    """Draw a line across the longer side of each piece, near its middle and a little askew."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(pieces)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    swap = np.hypot(*first.T) < np.hypot(*second.T)
    start = corners[:, 0]
    along, across = np.where(swap[:, None], second, first), np.where(swap[:, None], first, second)
    # the sides of a rectangle may be listed either way round
    flip = along[:, 0] + 1e-6 * along[:, 1] < 0
    start = np.where(flip[:, None], start + along, start)
    along = np.where(flip[:, None], -along, along)
    middle = start + along * rng.uniform(0.4, 0.6, len(pieces))[:, None] + across / 2
    lean = np.radians(rng.uniform(-8, 8, len(pieces)))
    half = np.column_stack(
        [
            across[:, 0] * exact.cos(lean) - across[:, 1] * exact.sin(lean),
            across[:, 0] * exact.sin(lean) + across[:, 1] * exact.cos(lean),
        ]
    )
    return np.asarray(shapely.linestrings(np.stack([middle - 0.8 * half, middle + 0.8 * half], axis=1)))


def cut_off(ground: Polygon, share: float, *, far: bool = False) -> tuple[Polygon, Polygon]:
    """Cut a share of ground off at one end of its longer side; returns the piece and the rest."""
    turn = find_turn(ground)
    level = lay_level(ground, turn)
    left, low, right, high = level.bounds
    wide = right - left > high - low
    near, end = (left, right) if wide else (low, high)
    for _ in range(40):
        at = (near + end) / 2
        box = _box_to(level, at, wide=wide, far=far)
        near, end = (at, end) if (level.intersection(box).area < share * level.area) != far else (near, at)
    box = lay_level(_box_to(level, near, wide=wide, far=far), -turn)
    return take_largest(ground.intersection(box)), take_largest(ground.difference(box))


def _box_to(level: Polygon, at: float, *, wide: bool, far: bool) -> Polygon:
    """Return the half of the plane on one side of a cut."""
    left, low, right, high = np.asarray(level.bounds) + np.array([-9, -9, 9, 9])
    if wide:
        return shapely.box(at, low, right, high) if far else shapely.box(left, low, at, high)
    return shapely.box(left, at, right, high) if far else shapely.box(left, low, right, at)


def lead_to_street(way: LineString, face: Polygon) -> list[LineString]:
    """Lead a way on to the street it ends near, without what runs beside a street all along."""
    rim = face.exterior
    points = shapely.get_coordinates(way)
    inside = []
    for end, before in ((0, 1), (-1, -2)):
        step = points[end] - points[before]
        if rim.distance(shapely.Point(points[end])) < TO_STREET_M:
            points[end] = points[end] + step / np.hypot(*step) * 1.4 * TO_STREET_M
    for part in take_lines(LineString(points).intersection(face)):
        spots = shapely.line_interpolate_point(part, [0.25, 0.5, 0.75], normalized=True)
        if part.length > 12 and shapely.distance(rim, spots).min() > BESIDE_STREET_M:
            inside.append(part)
    return inside
