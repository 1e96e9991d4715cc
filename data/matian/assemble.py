"""Put the street office together: layers as it would hand them over, with Chinese column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import Polygon

from ground.fill import FLAT, HOUSE, Building
from ground.sheet import Street, cut_streets, join_cover
from ground.tables import lay_frame
from matian.blocks import Office, Plot, count_homes, draw_office
from matian.care import draw_care
from matian.drawing import (
    COMMUNITIES,
    CRS,
    FACTORY,
    HILL,
    INNER,
    MALL,
    OFFICE_CODE,
    OFFICE_NAME,
    ORIGIN,
    PARK,
    SCHOOL,
    SEED,
    SLABS,
    TOWERS,
)
from matian.risk import draw_enterprises, draw_hazards, draw_points

LAND_USE = {FACTORY: "工业用地", SCHOOL: "教育用地", PARK: "公园绿地", MALL: "商业用地", HILL: "林地"}
#: The three posts of a sub-grid's team; 966 people in all.
POSTS = (("基础网格信息岗", 322), ("综合巡查纠治岗", 402), ("民生诉求服务岗", 242))

Layers = dict[str, gpd.GeoDataFrame]


@lru_cache(maxsize=1)
def _draw() -> tuple[Office, list[tuple[Plot, Building]]]:
    """Draw the office once and list its buildings west to east."""
    office = draw_office()
    listed = [(plot, building) for plot in office.plots for building in plot.filling.buildings]
    at = shapely.get_coordinates(shapely.point_on_surface([b.shape for _, b in listed]))
    order = np.lexsort((at[:, 1], np.round(at[:, 0], 2)))
    return office, [listed[i] for i in order]


def list_layers() -> Layers:
    """Return the layers of the street office.

    Returns
    -------
    dict of str to GeoDataFrame
        ``buildings``, ``streets``, ``landuse``, ``compounds``, ``boundary``, ``communities``,
        ``services``, ``enterprises``, ``risk_points``, ``staff``; in the 3-degree zone of CGCS2000,
        coordinates on a 1 cm grid.
    """
    office, listed = _draw()
    spots = shapely.point_on_surface(np.asarray([b.shape for _, b in listed], dtype=object))
    buildings = _list_buildings(listed)
    areas = join_cover([[office.regions[r] for r in c.regions.split()] for c in COMMUNITIES])
    whole = shapely.coverage_union_all(areas)
    return {
        "buildings": buildings,
        "streets": _list_streets(office),
        "landuse": _list_land(office.plots),
        "compounds": _list_compounds(office.plots),
        "boundary": _frame({"名称": [OFFICE_NAME], "编码": [OFFICE_CODE]}, [whole]),
        "communities": _list_communities(areas),
        "services": _list_services(areas),
        **_list_risks(listed, spots),
        "staff": _list_staff(buildings, spots),
    }


def list_hazards() -> pd.DataFrame:
    """Return the hazards found in a year, one row each."""
    _, listed = _draw()
    enterprises = draw_enterprises(_uses(listed), _rooms(listed), np.random.default_rng([SEED, 4]))
    return draw_hazards(enterprises, np.random.default_rng([SEED, 5]))


def list_care() -> pd.DataFrame:
    """Return the households by class of care, a row per building and class."""
    _, listed = _draw()
    return draw_care(_list_buildings(listed), np.random.default_rng([SEED, 9]))


def _uses(listed: list[tuple[Plot, Building]]) -> list[str]:
    """Return the use of each building."""
    return [building.use for _, building in listed]


def _rooms(listed: list[tuple[Plot, Building]]) -> npt.NDArray[np.float64]:
    """Return the floor space of each building [m2]."""
    return np.array([building.shape.area * building.floors for _, building in listed])


def _list_buildings(listed: list[tuple[Plot, Building]]) -> gpd.GeoDataFrame:
    """List the buildings with their households and people; houses are named by their village."""
    rng = np.random.default_rng([SEED, 3])
    homes = [count_homes(building, rng) for _, building in listed]
    count: dict[str, int] = {}
    names = []
    for plot, building in listed:
        count[plot.name] = count.get(plot.name, 0) + 1
        names.append(f"{plot.name}{count[plot.name]}{'号' if building.use == HOUSE else '栋'}")
    columns = {
        "编号": [f"XM{number:05d}" for number in range(1, len(listed) + 1)],
        "名称": names,
        "类型": [b.use for _, b in listed],
        "层数": pd.array([b.floors for _, b in listed], dtype="Int32"),
        "单元数": pd.array([b.stairwells for _, b in listed], dtype="Int32"),
        "户数": pd.array([households for households, _ in homes], dtype="Int32"),
        "人口": pd.array([people for _, people in homes], dtype="Int32"),
    }
    return _frame(columns, [b.shape for _, b in listed])


def _list_streets(office: Office) -> gpd.GeoDataFrame:
    """Cut the centre lines at their crossings; ways inside blocks that one can drive come after streets."""
    ways = [
        (Street("", INNER, []), way) for plot in office.plots for drive, way in plot.filling.ways if drive
    ]
    drawn = [*zip(office.streets, office.lines, strict=True), *ways]
    pieces = cut_streets([street for street, _ in drawn], [line for _, line in drawn])
    columns = {
        "名称": [street.name or None for street, _ in pieces],
        "道路等级": [street.street_class for street, _ in pieces],
    }
    return _frame(columns, [line.simplify(0.2) for _, line in pieces])


def _list_land(plots: list[Plot]) -> gpd.GeoDataFrame:
    """List the ground of one use."""
    land = [plot for plot in plots if plot.use in LAND_USE]
    columns = {"名称": [p.name for p in land], "类型": [LAND_USE[p.use] for p in land]}
    return _frame(columns, [p.ground for p in land])


def _list_compounds(plots: list[Plot]) -> gpd.GeoDataFrame:
    """List the compounds (小区)."""
    estates = [plot for plot in plots if plot.use in (TOWERS, SLABS)]
    columns = {"名称": [p.name for p in estates], "类型": ["物业小区"] * len(estates)}
    return _frame(columns, [p.ground for p in estates])


def _list_communities(areas: list[Polygon]) -> gpd.GeoDataFrame:
    """List the communities, which are given and stay."""
    columns = {
        "名称": [community.name for community in COMMUNITIES],
        "编码": [f"{OFFICE_CODE}{number:03d}" for number in range(1, len(COMMUNITIES) + 1)],
    }
    return _frame(columns, areas)


def _list_services(areas: list[Polygon]) -> gpd.GeoDataFrame:
    """List the service places: one in each community."""
    rng = np.random.default_rng([SEED, 6])
    columns = {
        "名称": [f"{community.name}党群服务中心" for community in COMMUNITIES],
        "面积": [int(size) for size in rng.integers(60, 190, len(areas)) * 10],
    }
    return _frame(columns, [area.point_on_surface() for area in areas])


def _list_risks(listed: list[tuple[Plot, Building]], spots: npt.NDArray[np.object_]) -> Layers:
    """List the enterprises and their risk points, a few metres apart where they share a building."""
    enterprises = draw_enterprises(_uses(listed), _rooms(listed), np.random.default_rng([SEED, 4]))
    rng = np.random.default_rng([SEED, 7])
    owner, points = draw_points(enterprises, rng)
    at = shapely.get_coordinates(spots[enterprises.building])
    near = at + rng.uniform(-3, 3, at.shape)
    beside = near[owner] + rng.uniform(-4, 4, (len(owner), 2))
    building = {"楼栋编号": [f"XM{number + 1:05d}" for number in enterprises.building]}
    return {
        "enterprises": _frame({**enterprises.columns, **building}, list(shapely.points(near))),
        "risk_points": _frame(points, list(shapely.points(beside))),
    }


def _list_staff(buildings: gpd.GeoDataFrame, spots: npt.NDArray[np.object_]) -> gpd.GeoDataFrame:
    """List the people of the three posts by number, at the building where they live."""
    rng = np.random.default_rng([SEED, 8])
    lived_in = buildings["户数"].fillna(0).to_numpy(dtype=float)
    lived_in *= buildings["类型"].isin([FLAT, HOUSE]).to_numpy()
    posts = [post for post, count in POSTS for _ in range(count)]
    homes = rng.choice(len(spots), size=len(posts), p=lived_in / lived_in.sum())
    columns = {"编号": [f"人员{number:04d}" for number in range(1, len(posts) + 1)], "岗位": posts}
    return _frame(columns, list(spots[homes]))


def _frame(columns: Mapping[str, object], shapes: Sequence[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Put shapes of the drawing on the map of the street office."""
    return lay_frame(columns, shapes, ORIGIN, CRS)
