"""Branch roads, blocks and what stands in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Polygon

from ground import exact
from ground.fill import FLAT, HOUSE, Building, Filling, fill_halls, fill_slabs, fill_towers, fill_village
from ground.shapes import halve_ground, lead_to_street, take_largest
from ground.sheet import Sheet, Street, find_faces, settle_ends
from matian.drawing import (
    BRANCH,
    COMMUNITIES,
    FACTORY,
    HILL,
    MALL,
    NODES,
    PARK,
    SCHOOL,
    SEED,
    SLABS,
    STREETS,
    TOWERS,
    VILLAGE,
    Community,
)

BLOCK_M2 = 62_000.0
CAMPUS_M2 = 17_000.0
ESTATE_M2 = 26_000.0
STREET_M, BRANCH_M, EDGE_M = 17.0, 8.0, 4.0
# how far a use strays among others [m]
SPREAD_M = 110.0
# an urban village is built higher than a village
MORE_FLOORS = 3
HALLS = {FACTORY: "factory", SCHOOL: "school", PARK: "park", MALL: "mall"}
#: Floor space of a rented home and of a flat's share that is lived in.
HOME_M2, LIVED_IN = 88.0, (0.82, 1.0)
PEOPLE_PER_HOUSEHOLD = {FLAT: 2.7, HOUSE: 1.9}


class Plot(NamedTuple):
    """A plot of one use in a community, with what stands on it."""

    community: str
    use: str
    name: str
    ground: Polygon
    filling: Filling


class Office(NamedTuple):
    """The street office in metres of the drawing."""

    edge: Polygon
    streets: list[Street]
    lines: list[LineString]
    regions: dict[str, Polygon]
    plots: list[Plot]


def draw_office() -> Office:
    """Draw streets, branch roads and all that stands between them."""
    sheet = Sheet(NODES)
    edge = sheet.draw_edge()
    lines = settle_ends(STREETS, [sheet.draw_street(street) for street in STREETS], edge)
    regions = _name_regions(find_faces(lines, edge))
    streets = list(STREETS)
    owner = {region: c.name for c in COMMUNITIES for region in c.regions.split()}
    count = dict.fromkeys(owner.values(), 0)
    for number, (region, face) in enumerate(regions.items()):
        rng = np.random.default_rng([SEED, 1, number])
        cut = halve_ground(face, BLOCK_M2, rng, way_from_m2=0.0, way_m=0.3, reach_m=0.6)
        for line in cut.ways:
            count[owner[region]] += 1
            streets.append(Street(f"{owner[region][:2]}{_say_number(count[owner[region]])}路", BRANCH, []))
            lines.append(line)
    plots = _fill_blocks(lines, edge, regions, owner)
    return Office(edge, streets, lines, regions, plots)


def _say_number(number: int) -> str:
    """Write a number below 100 in Chinese."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else digits[tens] + "十")
    return head + (digits[ones] if ones or not tens else "")


def _name_regions(faces: list[Polygon]) -> dict[str, Polygon]:
    """Name the faces of the main streets by row from the north and column from the west."""
    columns = len(NODES[0]) - 1
    rows = sorted(faces, key=lambda face: -face.centroid.y)
    named = {}
    for row in range(len(NODES) - 1):
        members = sorted(rows[columns * row : columns * (row + 1)], key=lambda face: face.centroid.x)
        named.update({f"{'ABCD'[row]}{column}": face for column, face in enumerate(members)})
    return named


def _fill_blocks(
    lines: list[LineString], edge: Polygon, regions: dict[str, Polygon], owner: dict[str, str]
) -> list[Plot]:
    """Give every block of a community one of its uses, in turn but shuffled, and fill it."""
    streets = shapely.union_all(lines[: len(STREETS)]).buffer(STREET_M)
    branches = shapely.union_all(lines[len(STREETS) :]).buffer(BRANCH_M)
    land = edge.buffer(-EDGE_M)
    blocks = sorted(find_faces(lines, edge), key=lambda f: (round(f.centroid.x), f.centroid.y))
    at = shapely.point_on_surface(np.asarray(blocks, dtype=object))
    _, region = shapely.STRtree(list(regions.values())).query_nearest(at, all_matches=False)
    names = np.array([owner[name] for name in regions], dtype=object)[region]
    plots: list[Plot] = []
    for number, community in enumerate(COMMUNITIES):
        rng = np.random.default_rng([SEED, 2, number])
        mine = [blocks[i] for i in np.flatnonzero(names == community.name)]
        uses = _choose_uses(community, mine, rng)
        for place, (face, use) in enumerate(zip(mine, uses, strict=True)):
            ground = take_largest(face.intersection(land).difference(streets).difference(branches))
            if not ground.is_empty:
                plots += _fill_block(community.name, f"{community.name[:2]}{place + 1}", use, ground, rng)
    return [_lead_ways(plot, lines, edge) for plot in plots]


def _choose_uses(community: Community, blocks: list[Polygon], rng: np.random.Generator) -> list[str]:
    """Choose the use of each block: like beside like along the bearing, single ones anywhere."""
    middle = shapely.get_coordinates([block.centroid for block in blocks])
    bearing = np.radians(community.bearing)
    far = middle @ [exact.cos(bearing), exact.sin(bearing)] + rng.normal(0, SPREAD_M, len(blocks))
    place = np.argsort(np.argsort(far)) * len(community.blocks) // len(blocks)
    uses = [community.blocks[i] for i in place]
    for use, block in zip(community.single, rng.permutation(len(blocks)), strict=False):
        uses[block] = use
    return uses


def _lead_ways(plot: Plot, lines: list[LineString], edge: Polygon) -> Plot:
    """Lead the ways of a plot on to the street around its block."""
    face = take_largest(plot.ground.buffer(STREET_M + 1).intersection(edge))
    ways = [(drive, part) for drive, way in plot.filling.ways for part in lead_to_street(way, face)]
    return plot._replace(filling=Filling(plot.filling.buildings, ways))


def _fill_block(community: str, stem: str, use: str, ground: Polygon, rng: np.random.Generator) -> list[Plot]:
    """Fill a block by its use; factories and estates come as several plots."""
    if use == HILL:
        return [Plot(community, use, f"{stem}号山地", ground, Filling([], []))]
    if use == VILLAGE:
        filling = fill_village(ground, rng, lot_m2=285.0)
        tall = [b._replace(floors=b.floors + MORE_FLOORS) for b in filling.buildings]
        tall = [b._replace(room=b.shape.area * b.floors) for b in tall]
        return [Plot(community, use, f"{stem}号村", ground, Filling(tall, filling.ways))]
    limit = {FACTORY: CAMPUS_M2, TOWERS: ESTATE_M2, SLABS: ESTATE_M2}.get(use, 1e9)
    cut = halve_ground(ground, limit, rng, way_from_m2=0.0, way_m=8.0, reach_m=4.3)
    plots = []
    words = {FACTORY: "工业园", TOWERS: "花园", SLABS: "新村", SCHOOL: "学校", PARK: "公园", MALL: "商场"}
    for number, piece in enumerate(cut.pieces, 1):
        part = take_largest(piece)
        if use in HALLS:
            filling = fill_halls(HALLS[use], part.buffer(-2, join_style="mitre"), rng)
        else:
            filling = fill_towers(part, rng) if use == TOWERS else fill_slabs(part, rng, floors=7)
        name = f"{stem}号{words[use]}" + (f"{number}区" if len(cut.pieces) > 1 else "")
        plots.append(Plot(community, use, name, part, filling))
    first = plots[0]
    inner = first.filling.ways + [(True, way) for way in cut.ways]
    return [first._replace(filling=Filling(first.filling.buildings, inner)), *plots[1:]]


def count_homes(building: Building, rng: np.random.Generator) -> tuple[int | None, int | None]:
    """Return the households and the people of a building; none where nobody lives."""
    if building.use not in PEOPLE_PER_HOUSEHOLD:
        return None, None
    homes = building.room if building.use == FLAT else building.room / HOME_M2
    households = max(1, round(homes * float(rng.uniform(*LIVED_IN))))
    people = max(
        households, round(households * PEOPLE_PER_HOUSEHOLD[building.use] * float(rng.uniform(0.85, 1.15)))
    )
    return households, people
