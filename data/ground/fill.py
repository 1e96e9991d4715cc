"""Fill ground by its use: village lots, rows of houses, old town, slabs, towers, halls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate, translate

from ground.shapes import Geometries, find_turn, halve_ground, lay_level, take_largest, take_lines

HALLS: dict[str, tuple[list[tuple[float, float, int]], str]] = {
    "school": ([(74, 15, 5), (62, 15, 4), (44, 28, 2), (48, 14, 5), (40, 13, 4), (30, 12, 3)], "学校"),
    "hospital": ([(70, 20, 11), (56, 17, 6), (34, 24, 4), (40, 14, 5), (22, 12, 2)], "医院"),
    "market": ([(72, 46, 2), (46, 30, 3), (40, 22, 2), (28, 12, 2)], "商业"),
    "mall": ([(84, 52, 5), (42, 28, 9), (30, 16, 3)], "商业"),
    "office": ([(58, 17, 6), (42, 15, 4), (30, 20, 2), (28, 12, 3)], "办公"),
    "factory": ([(92, 42, 1), (78, 36, 1), (60, 28, 2), (44, 24, 1), (40, 14, 4), (30, 12, 3)], "厂房"),
    "station": ([(60, 26, 2), (34, 18, 2), (26, 14, 1)], "车站"),
    "park": ([(14, 11, 1), (9, 9, 1)], "公园"),
}
HOUSE, FLAT = "自建房", "居民楼"


class Building(NamedTuple):
    """A building as drawn; ``room`` is its floor space [m2] in houses, its number of flats in blocks."""

    use: str
    shape: Polygon
    floors: int
    stairwells: int | None
    room: float


class Filling(NamedTuple):
    """What stands on a piece of ground, and the ways in it (True: one can drive)."""

    buildings: list[Building]
    ways: list[tuple[bool, LineString]]


def fill_village(ground: Polygon, rng: np.random.Generator, *, lot_m2: float = 330.0) -> Filling:
    """Houses on lots that were halved again and again; the first cuts are village ways."""
    plots = halve_ground(ground, 3_000, rng, way_from_m2=7_000, way_m=5.0, reach_m=2.8)
    buildings: list[Building] = []
    ways = [(True, way) for way in plots.ways]
    for plot in plots.pieces:
        lots = halve_ground(plot, lot_m2, rng, way_from_m2=1_500, way_m=2.4, reach_m=2.8)
        buildings += _build_houses(lots.pieces, rng, empty=0.05)
    return Filling(buildings, ways)


def _build_houses(lots: Geometries, rng: np.random.Generator, *, empty: float) -> list[Building]:
    """Build a house on each lot, as close to its neighbours as villages are."""
    houses = shapely.buffer(lots, -rng.uniform(0.4, 1.7, len(lots)), join_style="mitre")
    houses = shapely.simplify(shapely.difference(houses, _draw_yards(lots, rng)), 0.4)
    parts, owner = shapely.get_parts(houses, return_index=True)
    kept = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 42) & (shapely.area(parts) < 360)
    kept &= rng.random(len(lots))[owner] >= empty
    floors = rng.choice([2, 3, 4, 5, 6], p=[0.1, 0.3, 0.34, 0.19, 0.07], size=len(parts))
    return [
        Building(HOUSE, parts[i], int(floors[i]), None, float(shapely.area(parts[i])) * int(floors[i]))
        for i in np.flatnonzero(kept)
    ]


def _draw_yards(lots: Geometries, rng: np.random.Generator) -> Geometries:
    """Draw the yard of each lot: a strip at one end of it, on most lots."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(lots)).reshape(-1, 5, 2)
    origin, first, second = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    swap = np.hypot(*first.T) < np.hypot(*second.T)
    along = np.where(swap[:, None], second, first)
    across = np.where(swap[:, None], first, second)
    share = rng.uniform(0.25, 0.5, len(lots)) * (rng.random(len(lots)) < 0.8)
    far = rng.random(len(lots)) < 0.5
    start = np.where(far, 1 - share, -0.05)[:, None]
    end = np.where(far, 1.05, share - 0.05)[:, None]
    low, high = origin - 0.05 * across, origin + 1.05 * across
    ring = np.stack(
        [low + start * along, low + end * along, high + end * along, high + start * along], axis=1
    )
    return np.asarray(shapely.polygons(ring))


def fill_rows(ground: Polygon, rng: np.random.Generator) -> Filling:
    """Houses wall to wall in double rows, as planned self-built quarters stand; an alley between pairs."""
    turn = find_turn(ground) + rng.uniform(-4, 4)
    level = lay_level(ground, turn)
    left, low, right, high = level.bounds
    boxes, ways = [], []
    depth = rng.uniform(10.5, 13)
    y = low + rng.uniform(0, 4)
    while y < high:
        for row in (0, 1):
            widths = rng.uniform(9.6, 15.5, int((right - left) / 9.6) + 1)
            # a path between houses now and then
            paths = np.where(rng.random(len(widths)) < 0.2, rng.uniform(2.2, 9.0, len(widths)), 0)
            x0 = left + rng.uniform(0, 6) + np.concatenate([[0], np.cumsum(widths + paths)[:-1]])
            deep = depth - rng.uniform(0, 1.6, len(widths))
            base = y + row * (depth + 0.8)
            bottom = np.where(row == 1, base, base + depth - deep)
            boxes.append(shapely.box(x0, bottom, x0 + widths - 0.02, bottom + deep))
        y += 2 * depth + 0.8 + rng.choice([0.0, 0.0, 7.0])
        ways.append(LineString([(left - 9, y + 2.3), (right + 9, y + 2.3)]))
        y += rng.uniform(5.5, 9)
    lots = np.concatenate(boxes)
    shapely.prepare(level)
    lots = lots[shapely.contains(level, lots)]
    lots = lots[rng.random(len(lots)) >= 0.06]
    floors = rng.choice([2, 3, 4, 5, 6], p=[0.06, 0.26, 0.36, 0.24, 0.08], size=len(lots))
    buildings = [
        Building(HOUSE, rotate(lot, turn, origin=(0, 0)), int(f), None, lot.area * int(f))
        for lot, f in zip(lots, floors, strict=True)
    ]
    inner = [(False, rotate(p, turn, origin=(0, 0))) for w in ways for p in take_lines(w & level.buffer(0.5))]
    return Filling(buildings, inner)


def fill_old_town(ground: Polygon, rng: np.random.Generator) -> Filling:
    """Flats over shops along the streets around, old houses in the heart."""
    heart = take_largest(ground.buffer(-15, join_style="mitre"))
    if heart.area < 2_500:
        return fill_village(ground, rng, lot_m2=235)
    edge = LineString(ground.exterior.coords)
    row = ground.difference(ground.buffer(-12, join_style="mitre"))
    marks = np.cumsum(rng.uniform(13, 27, size=int(edge.length / 13)))
    cuts = [
        shapely.shortest_line(edge.interpolate(m), heart.exterior) for m in marks[marks < edge.length - 8]
    ]
    shops = shapely.get_parts(row.difference(shapely.union_all(cuts).buffer(0.5)))
    buildings = []
    for house in shops:
        slim = house.simplify(0.4)
        if slim.geom_type != "Polygon" or not 110 < slim.area < 420:
            continue
        floors = int(rng.choice([3, 4, 5, 6]))
        if rng.random() < 0.3:
            buildings.append(Building(FLAT, slim, floors, 1, (floors - 1) * max(1, round(slim.area / 120))))
        else:
            buildings.append(Building(HOUSE, slim, floors, None, slim.area * (floors - 0.7)))
    inside = fill_village(heart, rng, lot_m2=235)
    return Filling(buildings + inside.buildings, inside.ways)


def fill_slabs(ground: Polygon, rng: np.random.Generator, *, floors: int = 6) -> Filling:
    """Rows of slabs that look south, a way between every second pair, a green in the middle."""
    turn = float(np.clip(find_turn(ground), -22, 22)) + rng.uniform(-3, 3)
    level = lay_level(ground, turn)
    middle = level.centroid
    kept = level.difference(middle.buffer(15 if level.area > 12_000 else 0.1))
    left, low, right, high = level.bounds
    slabs, ways = [], []
    pitch = rng.uniform(29, 35)
    shapely.prepare(kept)
    for row, y in enumerate(np.arange(low + 1, high - 11, pitch)):
        x = left + rng.uniform(0, 8)
        while x < right:
            stairwells = int(rng.choice([2, 3, 4, 5, 6], p=[0.2, 0.32, 0.18, 0.16, 0.14]))
            fits = [n for n in range(stairwells, 1, -1) if kept.contains(_draw_slab(x, y, n))]
            if not fits:
                x += 4.0
                continue
            slabs.append((_draw_slab(x, y, fits[0]), fits[0]))
            x += 11.6 * fits[0] + rng.uniform(8, 15)
        if row % 2 == 0:
            ways.append(LineString([(left - 6, y + 19), (right + 6, y + 19)]))
    buildings = []
    for slab, stairwells in slabs:
        high_here = floors + (1 if rng.random() < 0.2 else 0)
        shape = rotate(slab, turn, origin=(0, 0))
        buildings.append(Building(FLAT, shape, high_here, stairwells, high_here * stairwells * 2))
    inner = [(True, rotate(p, turn, origin=(0, 0))) for w in ways for p in take_lines(w & level.buffer(0.5))]
    return Filling(buildings, inner)


def _draw_slab(x: float, y: float, stairwells: int) -> Polygon:
    """Draw a slab of some stairwells, 11.6 m each."""
    return shapely.box(x, y, x + 11.6 * stairwells, y + 11.4)


def fill_towers(ground: Polygon, rng: np.random.Generator) -> Filling:
    """Cross-shaped towers set off from row to row, a ring way inside the fence."""
    turn = float(np.clip(find_turn(ground), -25, 25)) + rng.uniform(-4, 4)
    level = lay_level(ground, turn)
    inner = level.buffer(-3)
    left, low, right, high = level.bounds
    buildings = []
    floors_here = int(rng.choice([11, 15, 18]))
    cross = shapely.union_all([shapely.box(-13, -6.5, 13, 6.5), shapely.box(-7, -10, 7, 10)])
    for row, y in enumerate(np.arange(low + 16, high - 10, 50)):
        for x in np.arange(left + 18 + (row % 2) * 23, right, 47):
            spot = (x + rng.uniform(-3, 3), y + rng.uniform(-3, 3))
            tower = translate(rotate(cross, rng.uniform(-5, 5), origin=(0, 0)), *spot)
            if inner.contains(tower):
                floors = floors_here + int(rng.integers(0, 4))
                shape = rotate(tower, turn, origin=(0, 0))
                buildings.append(Building(FLAT, shape, floors, 1 if floors < 17 else 2, floors * 4))
    ring = take_largest(ground.buffer(-8).simplify(3))
    way = LineString(ring.exterior.coords) if not ring.is_empty else None
    return Filling(buildings, [(True, way)] if buildings and way is not None else [])


def fill_halls(use: str, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Halls and houses of one owner, each set where it still fits."""
    sizes, kind = HALLS[use]
    turn = find_turn(ground)
    free, buildings = lay_level(ground, turn).buffer(-1), []
    for length, depth, floors in sizes:
        left, low, right, high = free.bounds if not free.is_empty else (0, 0, 0, 0)
        for x, y, flip in zip(
            rng.uniform(left, right, 50), rng.uniform(low, high, 50), rng.random(50) < 0.3, strict=True
        ):
            size = (depth, length) if flip else (length, depth)
            hall = shapely.box(x, y, x + size[0], y + size[1])
            if free.contains(hall):
                free = free.difference(hall.buffer(9, join_style="mitre"))
                shape = rotate(hall, turn, origin=(0, 0))
                buildings.append(Building(kind, shape, floors, None, 0.0))
                break
    return Filling(buildings, [])
