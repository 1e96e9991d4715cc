"""Put the main town together: layers as an office would hand them over, with Chinese column names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString, Polygon

from ground.fill import FLAT, HOUSE, Building
from ground.shapes import take_largest
from ground.sheet import Street, cut_streets, join_areas, settle_ends
from ground.tables import lay_frame
from shangnan.blocks import Plot, fill_sections, find_sections
from shangnan.drawing import CRS, INNER, LANES, ORIGIN, PATH, RIVER_NAME, SEED, STREETS, TOWN_NAME
from shangnan.names import name_estates
from shangnan.old_areas import draw_old_areas, number_areas, plant_flaws
from shangnan.people import count_households, count_people
from shangnan.streets import SHEET, draw_river
from shangnan.uses import OLD_AREAS, SLABS, TOWERS

LAND_USE = {
    "school": "教育用地",
    "hospital": "医疗用地",
    "office": "机关用地",
    "mall": "商业用地",
    "market": "商业用地",
    "station": "交通用地",
    "factory": "工业用地",
    "park": "公园绿地",
    "field": "耕地",
}
#: Posts and how many hold them: one per region, one per section, two per grid.
POSTS = (("区域总长", 16), ("大区片长", 100), ("A岗片长", 1350), ("B岗片长", 1350))

Layers = dict[str, gpd.GeoDataFrame]
Ints = npt.NDArray[np.int64]


class Ledger(NamedTuple):
    """The buildings of the main town with their households and people, west to east."""

    plots: list[Plot]
    buildings: list[Building]
    households: Ints
    people: Ints
    area: npt.NDArray[np.object_]


class Town(NamedTuple):
    """The main town in metres of the drawing."""

    edge: Polygon
    streets: list[Street]
    lines: list[LineString]
    sections: dict[str, Polygon]
    plots: list[Plot]
    old_areas: dict[str, Polygon]
    ledger: Ledger


def draw_town() -> Town:
    """Draw the main town and count its people."""
    edge = SHEET.draw_edge()
    streets = [*STREETS, *LANES]
    lines = settle_ends(streets, [SHEET.draw_street(street) for street in streets], edge)
    sections = find_sections(lines, edge)
    plots = name_estates(fill_sections(sections, lines, edge))
    old_areas = draw_old_areas(sections)
    return Town(edge, streets, lines, sections, plots, old_areas, _keep_ledger(plots, old_areas))


def _keep_ledger(plots: list[Plot], old_areas: dict[str, Polygon]) -> Ledger:
    """Count households and people, area by area."""
    listed = [(plot, building) for plot in plots for building in plot.filling.buildings]
    spots = shapely.point_on_surface(np.asarray([b.shape for _, b in listed], dtype=object))
    order = np.lexsort((shapely.get_y(spots), np.round(shapely.get_x(spots), 2)))
    listed, spots = [listed[i] for i in order], spots[order]
    buildings = [building for _, building in listed]
    names = np.array(list(old_areas), dtype=object)
    _, nearest = shapely.STRtree(list(old_areas.values())).query_nearest(spots, all_matches=False)
    owner = names[nearest]
    households, people = np.zeros(len(listed), np.int64), np.zeros(len(listed), np.int64)
    for number, area in enumerate(OLD_AREAS):
        mine = np.flatnonzero(owner == area.name)
        rng = np.random.default_rng([SEED, 1, number])
        total = round(area.people / area.size)
        households[mine] = count_households([buildings[i] for i in mine], total, rng)
        people[mine] = count_people(households[mine], area.people, rng)
    return Ledger([plot for plot, _ in listed], buildings, households, people, owner)


def list_layers(town: Town) -> Layers:
    """Return the layers of the main town.

    Returns
    -------
    dict of str to GeoDataFrame
        ``buildings``, ``streets``, ``river``, ``landuse``, ``compounds``, ``boundary``, ``existing``,
        ``services``, ``staff``; in the 3-degree zone of CGCS2000, coordinates on a 1 cm grid.
    """
    buildings = list_buildings(town)
    river = draw_river()
    return {
        "buildings": buildings,
        "streets": list_streets(town),
        "river": frame({"名称": [RIVER_NAME], "类型": ["河流"]}, [river.difference(town.edge.buffer(6))]),
        "landuse": _list_land(town.plots),
        "compounds": _list_compounds(town.plots),
        "boundary": frame({"名称": [TOWN_NAME]}, [join_areas(list(town.old_areas.values()))]),
        "existing": _list_existing(town),
        "services": _list_services(town),
        "staff": _list_staff(town),
    }


def list_buildings(town: Town) -> gpd.GeoDataFrame:
    """List the buildings; houses carry the number of the street they stand on."""
    ledger = town.ledger
    homes = ledger.households > 0
    lived_in = [int(n) if home else None for n, home in zip(ledger.households, homes, strict=True)]
    people = [int(n) if home else None for n, home in zip(ledger.people, homes, strict=True)]
    estate = [plot.name if plot.use in (SLABS, TOWERS) else None for plot in ledger.plots]
    columns = {
        "编号": [f"XS{number:05d}" for number in range(1, len(homes) + 1)],
        "名称": _name_buildings(town),
        "类型": [b.use for b in ledger.buildings],
        "层数": pd.array([b.floors for b in ledger.buildings], dtype="Int32"),
        "单元数": pd.array([b.stairwells for b in ledger.buildings], dtype="Int32"),
        "户数": pd.array(lived_in, dtype="Int32"),
        "人口": pd.array(people, dtype="Int32"),
        "小区": estate,
    }
    return frame(columns, [b.shape for b in ledger.buildings])


def _name_buildings(town: Town) -> list[str]:
    """Name blocks of an estate by their number in it, halls by their owner, houses by their street."""
    ledger = town.ledger
    spots = shapely.point_on_surface(np.asarray([b.shape for b in ledger.buildings], dtype=object))
    lines = np.asarray(town.lines, dtype=object)
    _, street = shapely.STRtree(lines).query_nearest(spots, all_matches=False)
    along = shapely.line_locate_point(lines[street], spots)
    names = [""] * len(spots)
    count: dict[str, int] = {}
    for i in np.lexsort((along, street)).tolist():
        plot, building = ledger.plots[i], ledger.buildings[i]
        home = building.use in (HOUSE, FLAT)
        stem = plot.name or town.streets[int(street[i])].name
        count[stem] = count.get(stem, 0) + 1
        names[i] = f"{stem}{count[stem]}号{'楼' if plot.name or building.use == FLAT else ''}"
        if not home and plot.name:
            names[i] = f"{plot.name}{count[stem]}号楼"
    return names


def list_streets(town: Town) -> gpd.GeoDataFrame:
    """Cut the centre lines at their crossings; ways inside blocks come after streets and lanes."""
    ways = [
        (Street(f"{plot.name}内部路" if plot.name and drive else "", INNER if drive else PATH, []), way)
        for plot in town.plots
        for drive, way in plot.filling.ways
    ]
    drawn = [*zip(town.streets, town.lines, strict=True), *ways]
    pieces = cut_streets([street for street, _ in drawn], [line for _, line in drawn])
    columns = {
        "名称": [street.name or None for street, _ in pieces],
        "道路等级": [street.street_class for street, _ in pieces],
    }
    return frame(columns, [line.simplify(0.2) for _, line in pieces])


def _list_land(plots: list[Plot]) -> gpd.GeoDataFrame:
    """List the ground of one use."""
    land = [plot for plot in plots if plot.use in LAND_USE]
    columns = {"名称": [p.name for p in land], "类型": [LAND_USE[p.use] for p in land]}
    return frame(columns, [p.ground for p in land])


def _list_compounds(plots: list[Plot]) -> gpd.GeoDataFrame:
    """List the compounds (小区) with their type."""
    estates = [plot for plot in plots if plot.use in (SLABS, TOWERS) and plot.name]
    columns = {"名称": [p.name for p in estates], "类型": [type_estate(p) for p in estates]}
    return frame(columns, [p.ground for p in estates])


def type_estate(plot: Plot) -> str:
    """Return the type of a compound, as its name tells."""
    endings = {"安置区": "拆迁安置", "家属院": "单位宿舍", "院": "老旧院落"}
    return next((kind for end, kind in endings.items() if plot.name.endswith(end)), "物业小区")


def _list_existing(town: Town) -> gpd.GeoDataFrame:
    """List the old communities and villages as they are on file, with their overlaps and gaps."""
    areas = plant_flaws(town.old_areas, town.sections)
    codes = number_areas()
    columns = {
        "名称": [area.name for area in OLD_AREAS],
        "编码": [codes[area.name] for area in OLD_AREAS],
        "类型": [area.kind for area in OLD_AREAS],
        # villages in town are urban ground too: that is why they become communities
        "城乡": ["城区"] * len(OLD_AREAS),
    }
    return frame(columns, [areas[area.name] for area in OLD_AREAS])


def _list_services(town: Town) -> gpd.GeoDataFrame:
    """List the service places (党群服务中心): one in each old area, near its middle, of unequal size."""
    rng = np.random.default_rng([SEED, 2])
    spots = [take_largest(town.old_areas[area.name].buffer(-60)).centroid for area in OLD_AREAS]
    columns = {
        "名称": [f"{area.name}党群服务中心" for area in OLD_AREAS],
        "面积": [int(size) for size in rng.integers(32, 118, len(OLD_AREAS)) * 10],
    }
    return frame(columns, spots)


def _list_staff(town: Town) -> gpd.GeoDataFrame:
    """List the people of each post by number, at the building where they live."""
    rng = np.random.default_rng([SEED, 3])
    ledger = town.ledger
    spots = shapely.point_on_surface(np.asarray([b.shape for b in ledger.buildings], dtype=object))
    share = ledger.households / ledger.households.sum()
    posts = [post for post, count in POSTS for _ in range(count)]
    homes = rng.choice(len(spots), size=len(posts), p=share)
    columns = {"编号": [f"片长{number:04d}" for number in range(1, len(posts) + 1)], "岗位": posts}
    return frame(columns, list(spots[homes]))


def frame(columns: Mapping[str, object], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Put shapes of the drawing on the map of the county."""
    return lay_frame(columns, shapes, ORIGIN, CRS)
