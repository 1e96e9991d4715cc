"""Fill a block with buildings: slabs in rows, towers, village lots and the large single uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate, translate

from ground import exact
from town.drawing import INNER, LANE, PATH, Block

LOT_M2 = 300.0
LANE_FROM_M2 = 9_000.0
PATH_FROM_M2 = 1_900.0


class Building(NamedTuple):
    """A building as the town's ledger would list it; None = the ledger does not say."""

    name: str
    use: str
    shape: Polygon
    floors: int
    stairwells: int | None
    households: int | None


class Filling(NamedTuple):
    """What a block holds: buildings and the ways between them, each with its class."""

    buildings: list[Building]
    ways: list[tuple[str, LineString]]


def fill_block(block: Block, face: Polygon, rng: np.random.Generator) -> Filling:
    """Fill one block by its use; the block's outline is the middle of the streets around it."""
    ground = _largest(face.buffer(-11).intersection(_draw_reach(block, rng)))
    filler: Callable[[Block, Polygon, np.random.Generator], Filling] = {
        "slab": fill_slabs,
        "tower": fill_towers,
        "village": fill_village,
        "old": fill_old_town,
        "park": fill_park,
    }.get(block.use, fill_institution)
    return filler(block, ground, rng) if block.use != "field" else Filling([], [])


def fill_slabs(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Rows of six-storey slabs that look south, a way between every second pair, a green in the middle."""
    turn = rng.uniform(-9, 9)
    level = rotate(ground, -turn, origin=(0, 0))
    middle = level.centroid
    kept = level.difference(middle.buffer(24)).difference(_spine(level).buffer(6))
    slabs, ways = [], [_spine(level)]
    left, low, right, high = level.bounds
    for row, y in enumerate(np.arange(low + 9, high - 9, rng.uniform(30, 34))):
        x = left + rng.uniform(0, 14)
        while x < right:
            stairwells = int(rng.integers(3, 6))
            slab = shapely.box(x, y, x + 12.5 * stairwells, y + 11.8)
            if kept.contains(slab):
                slabs.append((slab, stairwells))
                x += 12.5 * stairwells + rng.uniform(9, 14)
            else:
                x += 5.0
        if row % 2:
            ways.append(LineString([(left - 4, y - 8), (right + 4, y - 8)]))
    buildings = []
    for slab, stairwells in slabs:
        floors = 6 if rng.random() < 0.85 else 7
        buildings.append(
            Building(
                "", "居民楼", rotate(slab, turn, origin=(0, 0)), floors, stairwells, floors * stairwells * 2
            )
        )
    inner = [
        (INNER, rotate(part, turn, origin=(0, 0)))
        for way in ways
        for part in _line_parts(way.intersection(level.buffer(14)))
    ]
    return Filling(_number(block.name, buildings), inner)


def fill_towers(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Cross-shaped towers set off from row to row, a ring way inside the fence."""
    turn = rng.uniform(-20, 20)
    level = rotate(ground, -turn, origin=(0, 0))
    inner = level.buffer(-13)
    left, low, right, high = level.bounds
    buildings = []
    floors_here = int(rng.choice([11, 18, 26]))
    for row, y in enumerate(np.arange(low + 20, high - 12, 52)):
        for x in np.arange(left + 24 + (row % 2) * 27, right, 54):
            cross = shapely.union_all([shapely.box(-15, -7, 15, 7), shapely.box(-8, -12, 8, 12)])
            spot = (x + rng.uniform(-4, 4), y + rng.uniform(-4, 4))
            tower = translate(rotate(cross, rng.uniform(-6, 6), origin=(0, 0)), *spot)
            if not inner.contains(tower):
                continue
            floors = floors_here + int(rng.integers(0, 5))
            stairwells = 1 if floors < 20 else 2
            shape = rotate(tower, turn, origin=(0, 0))
            buildings.append(Building("", "居民楼", shape, floors, stairwells, floors * 4))
    ring = _largest(ground.buffer(-9).simplify(4)).exterior
    x, y = min(ring.coords, key=lambda corner: corner[1])
    ways = [(INNER, LineString(ring.coords)), (INNER, LineString([(x, y), (x, y - 34)]))]
    return Filling(_number(block.name, buildings), ways)


def fill_village(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Self-built houses on lots that were halved again and again; the first cuts are lanes."""
    lots, ways = [], []
    for lot, way in _halve(ground, rng):
        if way is not None:
            ways.append(way)
        else:
            lots.append(lot)
    buildings = []
    for lot in lots:
        house = _largest(lot.buffer(-rng.uniform(0.6, 1.6), join_style="mitre"))
        if rng.random() < 0.08 or house.area < 45:
            continue
        floors = int(rng.choice([2, 3, 4, 5], p=[0.3, 0.4, 0.2, 0.1]))
        households = int(rng.choice([1, 2, 3, 5], p=[0.5, 0.25, 0.15, 0.1]))
        buildings.append(Building("", "自建房", house, floors, None, households))
    return Filling(_number(block.name, buildings), ways)


def fill_old_town(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Houses over shops along the streets around, old self-built houses in the heart."""
    heart = _largest(ground.buffer(-17, join_style="mitre"))
    edge = LineString(ground.exterior.coords)
    row = ground.difference(ground.buffer(-13, join_style="mitre"))
    marks = np.cumsum(rng.uniform(16, 30, size=int(edge.length / 16)))
    marks = marks[marks < edge.length]
    cuts = [shapely.shortest_line(edge.interpolate(mark), heart.exterior) for mark in marks]
    houses = shapely.get_parts(row.difference(shapely.union_all(cuts).buffer(0.9)))
    buildings = []
    for house in houses:
        if 120 < house.area < 520:
            floors = int(rng.integers(3, 7))
            households = (floors - 1) * int(max(1, house.area // 130))
            buildings.append(Building("", "居民楼", house, floors, 1, households))
    inside = fill_village(block, heart, rng)
    return Filling(_number(block.name, buildings + inside.buildings), inside.ways)


def fill_institution(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """Halls and houses of one owner, each drawn from the list of its use and set where it fits."""
    sizes, use = {
        "school": ([(70, 16, 5), (64, 16, 5), (42, 30, 2), (50, 14, 6)], "学校"),
        "hospital": ([(78, 22, 12), (60, 18, 6), (34, 26, 3)], "医院"),
        "mall": ([(96, 52, 5), (44, 30, 8)], "商业"),
        "factory": ([(92, 40, 1), (74, 36, 1), (60, 30, 2), (40, 14, 4)], "厂房"),
    }[block.use]
    turn = rng.uniform(-8, 8)
    level = rotate(ground, -turn, origin=(0, 0))
    free, buildings = level.buffer(-4), []
    for length, depth, floors in sizes:
        left, low, right, high = free.bounds
        for _ in range(60):
            x, y = rng.uniform(left, right), rng.uniform(low, high)
            hall = shapely.box(x, y, x + length, y + depth)
            if free.contains(hall):
                free = free.difference(hall.buffer(14))
                buildings.append(Building("", use, rotate(hall, turn, origin=(0, 0)), floors, None, None))
                break
    return Filling(_number(block.name, buildings), [])


def fill_park(block: Block, ground: Polygon, rng: np.random.Generator) -> Filling:
    """One pavilion and a path through the green."""
    spot = ground.representative_point()
    pavilion = rotate(spot.buffer(7, quad_segs=2), float(rng.uniform(0, 45)))
    path = LineString(_largest(ground.buffer(-6).simplify(3)).exterior.coords)
    pavilions = (
        [Building(f"{block.name}亭", "公园", pavilion, 1, None, None)] if ground.contains(pavilion) else []
    )
    return Filling(pavilions, [(PATH, path)])


def _draw_reach(block: Block, rng: np.random.Generator) -> Polygon:
    """Draw how far a settlement spreads around its point: a rough round, not a circle."""
    bearing = np.linspace(0, 2 * np.pi, 13)[:-1] + rng.uniform(-0.15, 0.15, 12)
    reach = block.reach_m * rng.uniform(0.72, 1.12, 12)
    return Polygon(np.column_stack([exact.cos(bearing), exact.sin(bearing)]) * reach[:, None] + block.at)


def _halve(lot: Polygon, rng: np.random.Generator) -> Iterator[tuple[Polygon, tuple[str, LineString] | None]]:
    """Halve a piece of ground until lots are left; yields lots and, where a cut is a way, the way."""
    if lot.area < LOT_M2 * rng.uniform(0.8, 1.6):
        yield lot, None
        return
    cut = _draw_cut(lot, rng)
    width, way = 0.4, None
    if lot.area > LANE_FROM_M2:
        width, way = 5.0, LANE
    elif lot.area > PATH_FROM_M2:
        width, way = 2.6, PATH
    if way is not None:
        inside = [part for part in _line_parts(cut.intersection(lot.buffer(9))) if part.length > 20]
        for part in inside:
            yield lot, (way, part)
    for part in shapely.get_parts(lot.difference(cut.buffer(width / 2))):
        if part.area > 60:
            yield from _halve(part, rng)


def _draw_cut(lot: Polygon, rng: np.random.Generator) -> LineString:
    """Draw a line across the longer side of a piece, near its middle, a little askew and bent."""
    corners = np.array(lot.minimum_rotated_rectangle.exterior.coords)[:4]
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    along, across = (first, second) if np.hypot(*first) > np.hypot(*second) else (second, first)
    start = corners[0] if along is first else corners[1]
    middle = start + along * rng.uniform(0.42, 0.58) + across * 0.5
    if not lot.buffer(1).contains(Point(middle)):
        middle = np.array(lot.representative_point().coords[0])
    lean = np.deg2rad(rng.uniform(-13, 13))
    turn = np.array([[exact.cos(lean), -exact.sin(lean)], [exact.sin(lean), exact.cos(lean)]])
    half = turn @ (across * 0.75)
    bend = middle + along * rng.uniform(-0.02, 0.02)
    return LineString([middle - half, bend, middle + half])


def _spine(level: Polygon) -> LineString:
    """Return the way that runs through a compound from south to north."""
    _, low, _, high = level.bounds
    x = level.centroid.x
    return LineString([(x, low - 4), (x, high + 4)])


def _number(name: str, buildings: list[Building]) -> list[Building]:
    """Give the buildings of a block their house names, north-west first as a signpost would."""
    order = sorted(buildings, key=lambda b: (-round(b.shape.centroid.y / 25), round(b.shape.centroid.x, 2)))
    return [
        b._replace(name=f"{name}{n}号{'楼' if b.use == '居民楼' else ''}") for n, b in enumerate(order, 1)
    ]


def _largest(shape: shapely.Geometry) -> Polygon:
    """Return the largest polygon of a shape."""
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _line_parts(shape: shapely.Geometry) -> list[LineString]:
    """Return the lines of a shape that may be a line, several, or nothing."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and part.length > 0]
