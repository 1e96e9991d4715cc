"""Put the county together: the main town and the villages of nine other towns, made on demand."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString, Polygon

from ground.fill import FLAT, HOUSE, Building
from ground.sheet import Street, cut_streets, join_areas
from ground.sums import share_out
from shangnan.assemble import LAND_USE, Layers, Town, draw_town, frame, list_layers
from shangnan.drawing import RIVER_NAME, SEED, TOWN_NAME
from shangnan.hamlets import Hamlets, settle_village
from shangnan.old_areas import TOWN_CODE
from shangnan.people import count_households, count_people
from shangnan.streets import draw_river
from shangnan.uses import HAMLET, OLD_AREAS, SLABS, TOWERS
from shangnan.valleys import (
    COUNTY_CODE,
    COUNTY_COMPOUNDS,
    COUNTY_NAME,
    COUNTY_PEOPLE,
    DOWNSTREAM,
    UPSTREAM,
    VALLEYS,
    VILLAGE_GRIDS,
    VILLAGE_ROAD,
)
from shangnan.villages import (
    Village,
    divide_county,
    draw_county,
    draw_roads,
    found_villages,
    join_towns,
    name_villages,
)

PEOPLE_PER_HOUSEHOLD = 2.94
#: The village at a town's seat has this many times the people of another.
SEAT_WEIGHT = 3.6
INSTITUTIONS = (("school", "中心学校"), ("hospital", "卫生院"), ("office", "镇政府"), ("market", "集贸市场"))
COMPOUND_NAMES = (("移民安置区", "拆迁安置"), ("家属院", "单位宿舍"), ("新苑小区", "物业小区"))
FIELD_M, FIELD_GAP_M = 210.0, 14.0


class County(NamedTuple):
    """The county in metres of the drawing."""

    main: Town
    ground: Polygon
    roads: list[tuple[Street, LineString]]
    villages: list[Village]
    settled: list[Hamlets]
    people: npt.NDArray[np.int64]
    river: Polygon


def draw_whole_county() -> County:
    """Draw the county: roads, limits, villages and what stands in them."""
    main = draw_town()
    edge = shapely.set_precision(
        Polygon(shapely.coverage_union_all([*main.old_areas.values()]).exterior), 0.01
    )
    roads = draw_roads(main.streets, main.lines)
    lines = [line for _, line in roads]
    centres = found_villages(lines, edge)
    grounds, county = divide_county(draw_county(lines, edge), edge, centres)
    towns = join_towns(centres, roads)
    villages = [
        Village(name, town, centre, ground)
        for name, town, centre, ground in zip(name_villages(), towns, centres, grounds, strict=True)
    ]
    river = draw_river(UPSTREAM, DOWNSTREAM)
    estates = sum(plot.use in (SLABS, TOWERS) for plot in main.plots)
    plans = _plan_seats(villages, COUNTY_COMPOUNDS - estates)
    rng = np.random.default_rng([SEED, 13])
    weight = rng.lognormal(0, 0.28, len(villages))
    weight *= [SEAT_WEIGHT if plan else 1.0 for plan in plans]
    rest = COUNTY_PEOPLE - sum(area.people for area in OLD_AREAS)
    people = share_out(rest, weight, least=350)
    all_roads = np.asarray(lines, dtype=object)
    settled = [
        settle_village(village, number, int(people[number]), all_roads, river, plans[number])
        for number, village in enumerate(villages)
    ]
    return County(main, county, roads, villages, settled, people, river)


def _plan_seats(villages: list[Village], left: int) -> list[list[tuple[str, str]]]:
    """Plan what stands at the seat of each town: institutions and its share of the compounds left."""
    plans: list[list[tuple[str, str]]] = [[] for _ in villages]
    for number, valley in enumerate(VALLEYS):
        mine = [i for i, village in enumerate(villages) if village.town == valley.town]
        seat = min(mine, key=lambda i: float(np.hypot(*(villages[i].centre - valley.road[1]))))
        stem = valley.town[:2]
        compounds = left // len(VALLEYS) + (number < left % len(VALLEYS))
        plans[seat] = [("slab", f"{stem}{name}") for name, _ in COMPOUND_NAMES[:compounds]]
        plans[seat] += [(use, f"{stem}{name}") for use, name in INSTITUTIONS]
    return plans


class Ledger(NamedTuple):
    """The buildings of the villages with their households and people, west to east."""

    buildings: list[Building]
    names: list[str]
    estates: list[str | None]
    households: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]


def _keep_ledger(county: County) -> Ledger:
    """Count households and people, village by village."""
    buildings: list[Building] = []
    names: list[str] = []
    estates: list[str | None] = []
    households, people = [], []
    for number, (village, held) in enumerate(zip(county.villages, county.settled, strict=True)):
        rng = np.random.default_rng([SEED, 14, number])
        mine = list(held.buildings)
        names += [f"{village.name}{n}号" for n in range(1, len(mine) + 1)]
        estates += [None] * len(mine)
        for seat in held.seats:
            names += [f"{seat.name}{n}号楼" for n in range(1, len(seat.filling.buildings) + 1)]
            estates += [seat.name if seat.use == "slab" else None] * len(seat.filling.buildings)
            mine += seat.filling.buildings
        buildings += mine
        total = int(county.people[number])
        homes = count_households(mine, round(total / PEOPLE_PER_HOUSEHOLD), rng)
        households.append(homes)
        people.append(count_people(homes, total, rng))
    spots = shapely.get_coordinates(shapely.point_on_surface([b.shape for b in buildings]))
    order = np.lexsort((spots[:, 1], np.round(spots[:, 0], 2)))
    return Ledger(
        [buildings[i] for i in order],
        [names[i] for i in order],
        [estates[i] for i in order],
        np.concatenate(households)[order],
        np.concatenate(people)[order],
    )


def list_county() -> Layers:
    """Return the layers of the whole county.

    Returns
    -------
    dict of str to GeoDataFrame
        Those of the main town with the villages added, and ``towns`` and ``villages``.
    """
    county = draw_whole_county()
    main = list_layers(county.main)
    ledger = _keep_ledger(county)
    edge = join_areas(list(county.main.old_areas.values()))
    water = county.river.difference(county.main.edge.buffer(6))
    return {
        "buildings": _join(main["buildings"], _list_buildings(ledger, len(main["buildings"]))),
        "streets": _join(main["streets"], _list_roads(county)),
        "river": frame({"名称": [RIVER_NAME], "类型": ["河流"]}, [water]),
        "landuse": _join(main["landuse"], _list_land(county)),
        "compounds": _join(main["compounds"], _list_compounds(county)),
        "limits": frame(
            {"名称": ["主城区界"], "类型": ["区划界"], "界线等级": [1]}, [LineString(edge.exterior.coords)]
        ),
        "boundary": frame({"名称": [COUNTY_NAME], "编码": [COUNTY_CODE]}, [county.ground]),
        "towns": _list_towns(county),
        "villages": _list_villages(county, main["existing"]),
        "existing": main["existing"],
        "services": _join(main["services"], _list_services(county)),
        "staff": _join(main["staff"], _list_staff(ledger, len(main["staff"]))),
    }


def _join(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put one table under another of the same columns."""
    joined = pd.concat([first, second[first.columns]], ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=first.crs)


def _list_buildings(ledger: Ledger, before: int) -> gpd.GeoDataFrame:
    """List the buildings of the villages; their numbers go on from the main town's."""
    homes = [b.use in (HOUSE, FLAT) for b in ledger.buildings]
    households = [int(n) if home else None for n, home in zip(ledger.households, homes, strict=True)]
    people = [int(n) if home else None for n, home in zip(ledger.people, homes, strict=True)]
    columns = {
        "编号": [f"XS{number:05d}" for number in range(before + 1, before + len(homes) + 1)],
        "名称": ledger.names,
        "类型": [b.use for b in ledger.buildings],
        "层数": pd.array([b.floors for b in ledger.buildings], dtype="Int32"),
        "单元数": pd.array([b.stairwells for b in ledger.buildings], dtype="Int32"),
        "户数": pd.array(households, dtype="Int32"),
        "人口": pd.array(people, dtype="Int32"),
        "小区": ledger.estates,
    }
    return frame(columns, [b.shape for b in ledger.buildings])


def _list_roads(county: County) -> gpd.GeoDataFrame:
    """Cut the roads of the county at their crossings."""
    ways = [
        (Street(f"{village.name[:-1]}路", VILLAGE_ROAD, []), way)
        for village, held in zip(county.villages, county.settled, strict=True)
        for way in held.roads
    ]
    drawn = [*county.roads, *ways]
    pieces = cut_streets([street for street, _ in drawn], [line for _, line in drawn])
    columns = {
        "名称": [street.name for street, _ in pieces],
        "道路等级": [street.street_class for street, _ in pieces],
    }
    return frame(columns, [line.simplify(0.2) for _, line in pieces])


def _list_land(county: County) -> gpd.GeoDataFrame:
    """List the institutions of the towns' seats, and the fields between the hamlets of each village."""
    seats = [seat for held in county.settled for seat in held.seats if seat.use in LAND_USE]
    names, kinds = [seat.name for seat in seats], [LAND_USE[seat.use] for seat in seats]
    shapes: list[shapely.Geometry] = [seat.ground for seat in seats]
    valley = shapely.union_all([line for _, line in county.roads]).buffer(FIELD_M)
    water = county.river.buffer(FIELD_GAP_M)
    for village, held in zip(county.villages, county.settled, strict=True):
        built = [b.shape for b in held.buildings] + [seat.ground for seat in held.seats]
        settled = shapely.union_all(shapely.buffer(np.asarray(built, dtype=object), 26.0, quad_segs=1))
        field = village.ground.buffer(-FIELD_GAP_M).intersection(valley).difference(settled).difference(water)
        large = [part for part in shapely.get_parts(field.simplify(6).buffer(0)) if part.area > 8_000]
        shapes += large
        names += [f"{village.name}耕地"] * len(large)
        kinds += ["耕地"] * len(large)
    return frame({"名称": names, "类型": kinds}, shapes)


def _list_compounds(county: County) -> gpd.GeoDataFrame:
    """List the compounds at the seats of the towns."""
    estates = [seat for held in county.settled for seat in held.seats if seat.use == "slab"]
    kind = dict(COMPOUND_NAMES)
    columns = {"名称": [e.name for e in estates], "类型": [kind[e.name[2:]] for e in estates]}
    return frame(columns, [e.ground for e in estates])


def _list_towns(county: County) -> gpd.GeoDataFrame:
    """List the ten towns; they cover the county exactly."""
    names = [valley.town for valley in VALLEYS]
    grounds = [
        join_areas([village.ground for village in county.villages if village.town == name]) for name in names
    ]
    whole = join_areas(list(county.main.old_areas.values()))
    columns = {
        "名称": [TOWN_NAME, *names],
        "编码": [TOWN_CODE, *(_code_town(name) for name in names)],
        "类型": ["街道", *["镇"] * len(names)],
    }
    return frame(columns, [whole, *grounds])


def _code_town(name: str) -> str:
    """Return the 9-digit code of a town: towns (镇) count from 100."""
    number = next(i for i, valley in enumerate(VALLEYS) if valley.town == name)
    return f"{COUNTY_CODE}{100 + number}"


def _list_villages(county: County, existing: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List the villages under the old areas of the main town, flaws and all."""
    seen: dict[str, int] = {}
    codes = []
    for village in county.villages:
        seen[village.town] = seen.get(village.town, 0) + 1
        codes.append(f"{_code_town(village.town)}{200 + seen[village.town]}")
    columns = {
        "名称": [village.name for village in county.villages],
        "编码": codes,
        "类型": [HAMLET] * len(codes),
        "城乡": ["乡村"] * len(codes),
        "所属乡镇": [village.town for village in county.villages],
    }
    old = existing.assign(所属乡镇=TOWN_NAME)[[*columns, "geometry"]]
    return _join(old, frame(columns, [village.ground for village in county.villages]))


def _list_services(county: County) -> gpd.GeoDataFrame:
    """List the service place of each village, in the hamlet where it began."""
    rng = np.random.default_rng([SEED, 15])
    first = [held.buildings[0].shape.centroid for held in county.settled]
    columns = {
        "名称": [f"{village.name}党群服务中心" for village in county.villages],
        "面积": [int(size) for size in rng.integers(12, 65, len(first)) * 10],
    }
    return frame(columns, first)


def _list_staff(ledger: Ledger, before: int) -> gpd.GeoDataFrame:
    """List the grid workers of the villages by number, at the building where they live."""
    rng = np.random.default_rng([SEED, 16])
    share = ledger.households / ledger.households.sum()
    homes = rng.choice(len(share), size=VILLAGE_GRIDS, p=share)
    spots = shapely.point_on_surface(np.asarray([b.shape for b in ledger.buildings], dtype=object))
    columns = {
        "编号": [f"片长{number:04d}" for number in range(before + 1, before + VILLAGE_GRIDS + 1)],
        "岗位": ["村片长"] * VILLAGE_GRIDS,
    }
    return frame(columns, list(spots[homes]))
