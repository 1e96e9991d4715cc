"""Put the town together: layers as an office would hand them over, with Chinese column names."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import translate

from town.blocks import Building, Filling, fill_block
from town.drawing import BLOCKS, BOUNDARY, CRS, ORIGIN, RIVER_NAME, SEED, STREETS, Block, Street
from town.streets import draw_river, node_streets, smooth_line

RIM_M = 45.0
UNKNOWN_SHARE = 0.04
LAND_USE = {
    "school": "教育用地",
    "hospital": "医疗用地",
    "mall": "商业用地",
    "factory": "工业用地",
    "park": "公园绿地",
    "field": "耕地",
}


def draw_town() -> dict[str, gpd.GeoDataFrame]:
    """Draw the whole town.

    Returns
    -------
    dict of str to GeoDataFrame
        ``buildings``, ``streets``, ``river``, ``landuse``, ``compounds``, ``boundary``; all in the
        3-degree zone of CGCS2000, coordinates on a 1 cm grid.
    """
    edge, river = Polygon(BOUNDARY), draw_river()
    lines = [smooth_line(street.points) for street in STREETS]
    faces = {block: _find_face(block, lines, edge, river) for block in BLOCKS}
    fillings = {
        block: fill_block(block, face, np.random.default_rng([SEED, number]))
        for number, (block, face) in enumerate(faces.items())
    }
    ways = [
        (Street(f"{block.name}内路" if kind != "步道" else "", kind, []), line)
        for block, filling in fillings.items()
        for kind, line in filling.ways
    ]
    drawn = [*zip(STREETS, lines, strict=True), *ways]
    return {
        "buildings": _list_buildings(fillings, edge, river),
        "streets": _list_streets(drawn, edge),
        "river": _frame({"名称": [RIVER_NAME], "类型": ["河流"]}, [river.intersection(edge.buffer(RIM_M))]),
        "landuse": _list_land(faces),
        "compounds": _list_compounds(faces),
        "boundary": _frame({"名称": ["小城"]}, [edge]),
    }


def _find_face(block: Block, lines: list[LineString], edge: Polygon, river: Polygon) -> Polygon:
    """Return the ground between streets, river and boundary around a block's point."""
    noded = shapely.node(shapely.union_all([*lines, edge.exterior]))
    at = Point(block.at)
    face = next(f for f in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))) if f.contains(at))
    dry = face.intersection(edge).difference(river.buffer(4))
    return next(part for part in shapely.get_parts(dry) if part.contains(at))


def _list_buildings(fillings: dict[Block, Filling], edge: Polygon, river: Polygon) -> gpd.GeoDataFrame:
    """List the buildings, west to east; a few residential rows have lost their households."""
    ground = edge.difference(river)
    buildings: list[Building] = [
        b for f in fillings.values() for b in f.buildings if ground.contains(b.shape)
    ]
    buildings.sort(key=lambda b: (round(b.shape.centroid.x, 2), b.shape.centroid.y))
    rng = np.random.default_rng([SEED, len(BLOCKS)])
    lost = rng.random(len(buildings)) < UNKNOWN_SHARE
    columns = {
        "编号": [f"XC{number:04d}" for number in range(1, len(buildings) + 1)],
        "名称": [b.name for b in buildings],
        "类型": [b.use for b in buildings],
        "层数": pd.array([b.floors for b in buildings], dtype="Int32"),
        "单元数": pd.array([b.stairwells for b in buildings], dtype="Int32"),
        "户数": pd.array(
            [None if gone else b.households for b, gone in zip(buildings, lost, strict=True)], dtype="Int32"
        ),
    }
    return _frame(columns, [b.shape for b in buildings])


def _list_streets(drawn: list[tuple[Street, LineString]], edge: Polygon) -> gpd.GeoDataFrame:
    """Cut the centre lines at their crossings; they run a little past the boundary, as real ones do."""
    near = edge.buffer(RIM_M)
    clipped = [
        (street, part)
        for street, line in drawn
        for part in shapely.get_parts(line.intersection(near))
        if part.geom_type == "LineString"
    ]
    pieces = node_streets([street for street, _ in clipped], [line for _, line in clipped])
    columns = {
        "名称": [street.name or None for street, _ in pieces],
        "道路等级": [street.street_class for street, _ in pieces],
    }
    return _frame(columns, [line.simplify(0.2) for _, line in pieces])


def _list_land(faces: dict[Block, Polygon]) -> gpd.GeoDataFrame:
    """List the ground of one use: what no household lives on."""
    land = [(block, face) for block, face in faces.items() if block.use in LAND_USE]
    columns = {"名称": [b.name for b, _ in land], "类型": [LAND_USE[b.use] for b, _ in land]}
    return _frame(columns, [face.buffer(-5) for _, face in land])


def _list_compounds(faces: dict[Block, Polygon]) -> gpd.GeoDataFrame:
    """List the walled compounds (小区) by the line of their walls."""
    walled = [(block, face) for block, face in faces.items() if block.use in {"slab", "tower"}]
    return _frame({"名称": [block.name for block, _ in walled]}, [face.buffer(-6) for _, face in walled])


def _frame(columns: Mapping[str, object], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Move shapes from the drawing to the map, on a 1 cm grid, beside their columns."""
    moved: list[shapely.Geometry] = [translate(shape, *ORIGIN) for shape in shapes]
    snapped: npt.NDArray[np.object_] = shapely.set_precision(np.asarray(moved, dtype=object), 0.01)
    return gpd.GeoDataFrame(columns, geometry=snapped, crs=CRS)
