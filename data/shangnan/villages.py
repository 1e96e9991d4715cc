"""The villages of the county: where they lie, how their borders run, which town they belong to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

from ground import exact
from ground.sheet import GRID_M, Floats, Street
from shangnan.drawing import SEED
from shangnan.valleys import FIRST_WORDS, LAST_WORDS, TOWN_ROAD, VALLEYS, VILLAGES
from town.streets import smooth_line

# how far the county reaches from its valley roads, and how round its limits are [m]
REACH_M, ROUND_M = 1_350.0, 900.0
# no village begins nearer to the main town
APART_M = 750.0
# borders follow ridges: they swing this far from straight lines, and not at all at the main town
SWING_M, CALM_M = 130.0, 1_600.0
BORDER_STEP_M = 90.0


class Village(NamedTuple):
    """A village: its name, its town, the spot where it began, its ground."""

    name: str
    town: str
    centre: Floats
    ground: Polygon


def draw_roads(streets: list[Street], lines: list[LineString]) -> list[tuple[Street, LineString]]:
    """Draw the valley roads on from the ends of the main town's streets, and the side valleys off them."""
    ends = {street.name: shapely.get_coordinates(line) for street, line in zip(streets, lines, strict=True)}
    roads = []
    for valley in VALLEYS:
        start = ends[valley.street][valley.end]
        main = smooth_line([(float(start[0]), float(start[1])), *valley.road])
        name = valley.town[:2]
        roads.append((Street(f"{name}路", TOWN_ROAD, []), main))
        for number, side in enumerate(valley.sides, 1):
            meets = shapely.get_coordinates(main.interpolate(main.project(shapely.Point(side[0]))))[0]
            line = smooth_line([(float(meets[0]), float(meets[1])), *side[1:]])
            roads.append((Street(f"{name}{'一二三'[number - 1]}支路", TOWN_ROAD, []), line))
    return roads


def draw_county(roads: list[LineString], town: Polygon) -> Polygon:
    """Return the county's ground: what lies around its roads and the main town."""
    near = shapely.union_all([*(road.buffer(REACH_M) for road in roads), town.buffer(REACH_M)])
    whole = near.buffer(ROUND_M).buffer(-ROUND_M)
    return Polygon(max(shapely.get_parts(whole), key=lambda part: part.area).exterior).simplify(25)


def found_villages(roads: list[LineString], town: Polygon) -> Floats:
    """Return where the villages began: along the roads, as far from each other as they can be."""
    spots = np.concatenate(
        [shapely.get_coordinates(road.interpolate(np.arange(120, road.length, 60))) for road in roads]
    )
    spots = spots[shapely.distance(town, shapely.points(spots)) > APART_M]
    chosen = [int(np.argmax(np.hypot(*(spots - spots.mean(axis=0)).T)))]
    gap = np.hypot(*(spots - spots[chosen[0]]).T)
    while len(chosen) < VILLAGES:
        chosen.append(int(np.argmax(gap)))
        gap = np.minimum(gap, np.hypot(*(spots - spots[chosen[-1]]).T))
    centres = spots[chosen]
    return np.asarray(centres[np.lexsort((centres[:, 1], np.round(centres[:, 0])))])


def divide_county(county: Polygon, town: Polygon, centres: Floats) -> tuple[list[Polygon], Polygon]:
    """Divide the county among the villages; returns their ground and the county's.

    The lines half-way between neighbours are drawn straight, then all swing together like the land does,
    so that neighbours keep the very same border; at the main town they end at corners of its edge.
    """
    cells = shapely.voronoi_polygons(
        shapely.multipoints(centres), extend_to=county.buffer(2_000), only_edges=True
    )
    rim = county.exterior
    inside = shapely.intersection(shapely.get_parts(cells), county).tolist()
    net = shapely.union_all([*inside, rim], grid_size=GRID_M)
    outside = shapely.get_parts(shapely.line_merge(net)).tolist()
    outside = [part for line in outside for part in shapely.get_parts(line.difference(town))]
    corners = shapely.multipoints(shapely.get_coordinates(town.exterior))
    borders = [_swing(_end_at_corner(line, town, corners), town) for line in outside if line.length > 0]
    pieces = shapely.union_all([*borders, town.exterior], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(pieces)))
    faces = faces[~shapely.contains(town.buffer(1), faces)]
    return _assign_faces(faces, shapely.points(_swing_points(centres, town))), _outline(faces, town)


def _end_at_corner(line: LineString, town: Polygon, corners: shapely.MultiPoint) -> LineString:
    """Move an end that lies on the edge of the main town to the nearest corner of it."""
    points = shapely.get_coordinates(line)
    for end in (0, -1):
        at = shapely.Point(points[end])
        if town.exterior.distance(at) < 1:
            points[end] = shapely.get_coordinates(shapely.ops.nearest_points(corners, at)[0])[0]
    return LineString(points)


def _swing(line: LineString, town: Polygon) -> LineString:
    """Let a border swing as the land does."""
    return LineString(_swing_points(shapely.get_coordinates(line.segmentize(BORDER_STEP_M)), town))


def _swing_points(points: Floats, town: Polygon) -> Floats:
    """Move points as the land swings; what lies at the main town stays."""
    x, y = points[:, 0], points[:, 1]
    far = np.clip(shapely.distance(town, shapely.points(points)) / CALM_M, 0, 1)
    much = SWING_M * far * far * (3 - 2 * far)
    moved: Floats = np.column_stack(
        [
            x + much * (exact.sin(y / 430 + x / 1_500) + 0.4 * exact.sin(y / 170 - x / 600)),
            y + much * (exact.sin(x / 470 - y / 1_300) + 0.4 * exact.sin(x / 190 + y / 700)),
        ]
    )
    return moved


def _assign_faces(faces: npt.NDArray[np.object_], centres: npt.NDArray[np.object_]) -> list[Polygon]:
    """Give each village the face that holds its centre, and what is cut off to its longest neighbour."""
    centre, face = shapely.STRtree(faces).query(centres, predicate="within")
    owner = np.full(len(faces), -1)
    owner[face] = centre
    for stray in np.flatnonzero(owner < 0):
        shared = shapely.length(shapely.intersection(shapely.boundary(faces[stray]), shapely.boundary(faces)))
        owner[stray] = owner[int(np.argmax(np.where(owner >= 0, shared, -1)))]
    grounds = [shapely.coverage_union_all(faces[owner == number]) for number in range(len(centres))]
    if any(ground.geom_type != "Polygon" for ground in grounds):
        raise ValueError("a village is in pieces")
    return grounds


def _outline(faces: npt.NDArray[np.object_], town: Polygon) -> Polygon:
    """Return the ground of the faces and the town together."""
    return Polygon(shapely.coverage_union_all([*faces, town]).exterior)


def join_towns(centres: Floats, roads: list[tuple[Street, LineString]]) -> list[str]:
    """Return the town of each village: the one on whose roads it lies."""
    spots = shapely.points(centres)
    towns = [valley.town for valley in VALLEYS]
    own = [shapely.union_all([line for street, line in roads if street.name[:2] == t[:2]]) for t in towns]
    far = shapely.distance(np.asarray(own, dtype=object)[:, None], spots[None])
    return [towns[i] for i in np.argmin(far, axis=0)]


def name_villages() -> list[str]:
    """Return a name for each village, each once."""
    names = [f"{first}{last}村" for first in FIRST_WORDS for last in LAST_WORDS]
    order = np.random.default_rng([SEED, 11]).permutation(len(names))
    return [names[i] for i in order[:VILLAGES]]
