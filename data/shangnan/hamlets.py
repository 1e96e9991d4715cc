"""What stands in the villages: hamlets along the roads, and the seats of the towns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate, translate

from ground import exact
from ground.fill import HOUSE, Building, Filling, fill_halls, fill_slabs
from ground.sheet import Floats
from shangnan.drawing import SEED
from shangnan.villages import Village
from town.streets import smooth_line

PEOPLE_PER_HOUSE, HOUSES_PER_HAMLET = 5.9, 36.0
# at a town's seat many live in flats
IN_HOUSES = 0.55
ALONG_M, ROW_M, FIRST_ROW_M = 17.5, 21.0, 13.5
# a hamlet is longer along its road than it is deep
STRETCH = 1.9
ASIDE_SHARE, ASIDE_M = 0.38, (230.0, 480.0)
ROAD_M, RIVER_M, BORDER_M = 5.0, 22.0, 18.0

Geometries = npt.NDArray[np.object_]


class Seat(NamedTuple):
    """A plot at the seat of a town: ``slab`` for a compound, else an institution."""

    use: str
    name: str
    ground: Polygon
    filling: Filling


class Hamlets(NamedTuple):
    """What a village holds."""

    buildings: list[Building]
    seats: list[Seat]
    roads: list[LineString]


def settle_village(
    village: Village, number: int, people: int, roads: Geometries, water: Polygon, plan: list[tuple[str, str]]
) -> Hamlets:
    """Settle a village: hamlets along its roads and off them; at a town's seat the plots of the plan first.

    Parameters
    ----------
    village, number
        The village and its place in the list, which seeds its draw.
    people
        Its people, who decide how many houses there are.
    roads
        The roads of the county.
    water
        The river.
    plan
        Use and name of each plot at the seat of a town; empty elsewhere.
    """
    rng = np.random.default_rng([SEED, 12, number])
    within = village.ground.buffer(-BORDER_M)
    near = roads[shapely.intersects(roads, within)]
    in_houses = IN_HOUSES if plan else 1.0
    count = max(6, round(people * in_houses / PEOPLE_PER_HOUSE))
    spots, turns, ways = _find_spots(village, near, max(2, round(count / HOUSES_PER_HAMLET)), rng)
    share = rng.dirichlet(np.full(len(spots), 5.0))
    own_roads = shapely.union_all([*near, *ways])
    dry = within.difference(water.buffer(RIVER_M))
    seats = _lay_seat(plan, spots[0], turns[0], dry.difference(own_roads.buffer(9)), rng) if plan else []
    taken = shapely.union_all([seat.ground.buffer(4) for seat in seats])
    free = dry.difference(own_roads.buffer(ROAD_M)).difference(taken)
    houses = [
        _draw_houses(spot, turn, max(5, round(count * part)), free, rng)
        for spot, turn, part in zip(spots, turns, share, strict=True)
    ]
    shapes = _drop_overlaps(np.concatenate(houses))
    floors = rng.choice([1, 2, 3], p=[0.2, 0.55, 0.25], size=len(shapes))
    buildings = [
        Building(HOUSE, shape, int(f), None, shape.area * int(f))
        for shape, f in zip(shapes, floors, strict=True)
    ]
    return Hamlets(buildings, seats, ways)


def _find_spots(
    village: Village, near: Geometries, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats, list[LineString]]:
    """Find where the hamlets lie and how they are turned, and the ways to those off the road."""
    inside = shapely.get_parts(shapely.intersection(near, village.ground.buffer(-90)))
    inside = inside[(shapely.get_type_id(inside) == 1) & (shapely.length(inside) > 40)]
    road = inside[int(np.argmin(shapely.distance(inside, shapely.Point(village.centre))))]
    spots, turns, ways = [], [], []
    places = [(line, at) for line in inside for at in np.arange(60, line.length, 40)]
    places.sort(key=lambda place: place[0].interpolate(place[1]).distance(shapely.Point(village.centre)))
    first = road.project(shapely.Point(village.centre))
    chosen = [(road, first)]
    for line, at in places:
        point = line.interpolate(at)
        apart = min(point.distance(other.interpolate(place)) for other, place in chosen)
        if len(chosen) < count and apart > 260:
            chosen.append((line, at))
    for place, (line, at) in enumerate(chosen):
        spot = shapely.get_coordinates(line.interpolate(at))[0]
        ahead = shapely.get_coordinates(line.interpolate(at + 15))[0] - spot
        turn = float(exact.arctan2(ahead[1], ahead[0])) if np.hypot(*ahead) > 0 else 0.0
        if place and rng.random() < ASIDE_SHARE:
            way = _draw_way_aside(spot, turn, rng)
            if village.ground.buffer(-110).contains(way):
                ways.append(way)
                spot = shapely.get_coordinates(way)[-4]
                turn += float(rng.uniform(-0.5, 0.5))
        spots.append(spot)
        turns.append(turn)
    return np.array(spots), np.array(turns), ways


def _draw_way_aside(spot: Floats, turn: float, rng: np.random.Generator) -> LineString:
    """Draw a bent village way up a side of the valley."""
    side = float(rng.choice([-1.0, 1.0]))
    heading = turn + side * np.pi / 2 + float(rng.uniform(-0.5, 0.5))
    reach = float(rng.uniform(*ASIDE_M))
    bend = float(rng.uniform(-0.35, 0.35))
    steps = [(0.0, 0.0), (0.45 * reach, heading + bend), (reach, heading)]
    points = [(float(spot[0] + r * exact.cos(a)), float(spot[1] + r * exact.sin(a))) for r, a in steps]
    return smooth_line(points)


def _draw_houses(
    spot: Floats, turn: float, count: int, free: Polygon, rng: np.random.Generator
) -> Geometries:
    """Draw the houses of a hamlet in rows beside its road, the nearest free places first."""
    reach = int(np.ceil(np.sqrt(count) * 1.6)) + 3
    column, row = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach))
    along = column.ravel() * ALONG_M + rng.uniform(-2.2, 2.2, column.size)
    along += np.where(row.ravel() % 2 == 0, 0.0, ALONG_M / 2)
    across = np.where(row >= 0, FIRST_ROW_M + row * ROW_M, -FIRST_ROW_M + (row + 1) * ROW_M).ravel()
    across = across + rng.uniform(-2.5, 2.5, across.size)
    middle = np.column_stack([along, across]) @ _turning(turn).T + spot
    far = np.hypot(along / STRETCH, across) * rng.uniform(0.85, 1.2, along.size)
    order = np.argsort(far, kind="stable")
    middle = middle[order]
    width, depth = rng.uniform(10, 14, len(middle)), rng.uniform(7.8, 10.6, len(middle))
    lean = turn + rng.normal(0, 0.07, len(middle))
    half = np.stack([width, depth], axis=1)[:, None] / 2 * [[-1, -1], [1, -1], [1, 1], [-1, 1]]
    cos, sin = exact.cos(lean)[:, None], exact.sin(lean)[:, None]
    x = half[:, :, 0] * cos - half[:, :, 1] * sin + middle[:, :1]
    y = half[:, :, 0] * sin + half[:, :, 1] * cos + middle[:, 1:]
    boxes = np.asarray(shapely.polygons(np.stack([x, y], axis=2)))
    shapely.prepare(free)
    boxes = boxes[shapely.contains(free, boxes)]
    # a lot is left empty here and there
    boxes = boxes[rng.random(len(boxes)) > 0.07]
    return np.asarray(boxes[:count], dtype=object)


def _turning(turn: float) -> Floats:
    """Return the matrix that turns by an angle."""
    return np.array([[exact.cos(turn), -exact.sin(turn)], [exact.sin(turn), exact.cos(turn)]])


def _drop_overlaps(shapes: Geometries) -> Geometries:
    """Drop houses that stand nearer than a metre to one listed before."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=1.0)
    kept = np.ones(len(shapes), dtype=bool)
    for first, second in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if first < second and kept[first]:
            kept[second] = False
    return np.asarray(shapes[kept])


def _lay_seat(
    plan: list[tuple[str, str]], spot: Floats, turn: float, free: Polygon, rng: np.random.Generator
) -> list[Seat]:
    """Lay the plots of a town's seat along its road, where there is room."""
    seats: list[Seat] = []
    places = [(a, side * 75.0) for a in (0, 150, -150, 300, -300, 450, -450, 600, -600) for side in (1, -1)]
    for use, name in plan:
        long, deep = (104.0, 76.0) if use == "slab" else (112.0, 84.0)
        while places:
            along, across = places.pop(0)
            plot = shapely.box(along - long / 2, across - deep / 2, along + long / 2, across + deep / 2)
            plot = translate(rotate(plot, turn, origin=(0, 0), use_radians=True), *spot)
            if free.contains(plot):
                free = free.difference(plot.buffer(8))
                filling = (
                    fill_slabs(plot.buffer(-4), rng, floors=5)
                    if use == "slab"
                    else fill_halls(use, plot, rng)
                )
                seats.append(Seat(use, name, plot, Filling(filling.buildings, [])))
                break
        else:
            raise ValueError(f"no room for {name}")
    return seats
