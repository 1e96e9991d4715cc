"""The front door of the room: from footprints and barriers to atoms."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.blocks import Blocks, build_blocks
from gridplan.atoms.ground import GroundFaces, find_homes, find_touching, lay_ground
from gridplan.atoms.land import find_open_land
from gridplan.atoms.linework import GRID_M, point_keys
from gridplan.atoms.options import Atoms
from gridplan.atoms.slices import Units, cut_slices, share_out
from gridplan.atoms.tiles import Tile, TileCells, fill_tile
from gridplan.parallel import map_tasks
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import AtomRules

__all__ = ["build_atoms", "label_compounds"]

#: Buildings worked on at a time: bounds the memory, keeps the arrays in the cache, never changes the result.
TILE_BUILDINGS = 1_000


# a footprint with more ground than this in another block is listed [m2]; less is noise of the survey
STRADDLE_M2 = 1.0


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that is known before the cells are drawn, in local coordinates."""

    blocks: Blocks
    units: Units
    home: IntArray
    ground: GroundFaces
    land_block: IntArray


def shift_layers(
    buildings: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, district: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, shapely.Geometry, FloatArray]:
    """Sort by id and move to whole-metre local coordinates, so that the grid of 1 cm fits integers."""
    origin = np.floor(np.array(district.bounds[:2]))
    moved = []
    for frame in (buildings, barriers):
        geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy - origin)
        moved.append(frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index)))
    lines = moved[1]
    box = shapely.bounds(lines.geometry.to_numpy()).reshape(-1, 4)
    lines = lines.iloc[np.lexsort((lines.geometry.length, *box.T, lines["rank"]))]
    return moved[0].sort_index(), lines, shapely.transform(district, lambda xy: xy - origin), origin


def prepare_site(
    buildings: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, district: shapely.Geometry, options: AtomRules
) -> tuple[Site, list[pd.DataFrame]]:
    """Find blocks, slices and open land, and node the frame that the tiles share."""
    footprints = buildings.geometry.to_numpy()
    points = shapely.point_on_surface(footprints)
    blocks = build_blocks(barriers, district, points, options)
    near, crossed = find_touching(blocks.lines, footprints)
    home, across = find_homes(blocks.polygons, footprints, points, crossed)
    units, sliced = cut_slices(buildings, options)
    inside = home[units.building] >= 0
    reach = np.where(buildings["kind"].to_numpy() == "empty", options.shed_reach_m, options.reach_m)
    known = home >= 0
    land = find_open_land(blocks.polygons, footprints[known], home[known], reach[known], options)
    near_unit = np.flatnonzero(np.isin(units.building, near) & inside)
    vertices = shapely.get_num_coordinates(units.polygons)
    ground = lay_ground(
        blocks, units.polygons, near_unit, (land, options.land_max_m2), (home[units.building], vertices)
    )
    straddling = np.flatnonzero((across > STRADDLE_M2) & known)
    straddles = issue_rows(
        "buildings", buildings.index[straddling], "building_across_street", "assigned", across[straddling]
    )
    outside = issue_rows(
        "buildings",
        buildings.index[~known],
        "building_outside_district",
        "dropped",
        buildings["households"].to_numpy(float)[~known],
    )
    site = Site(blocks, units, home[units.building], ground, ground.lane_block[ground.land >= 0])
    return site, [straddles, outside, sliced, blocks.issues]


def group_rows(label: IntArray, count: int) -> list[IntArray]:
    """Return the rows of each label 0..count-1, ascending; rows with a label below 0 are left out."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(count + 1)))[1:-1]


def make_tiles(site: Site, options: AtomRules) -> tuple[list[Tile], list[IntArray]]:
    """Pack lane blocks into tiles; also return the owners of each (open land behind the units)."""
    units, ground, lane_blocks = site.units, site.ground, len(site.blocks.polygons)
    load = np.bincount(site.home[site.home >= 0], minlength=lane_blocks)
    tile_of_block = np.unique((np.cumsum(load) - load) // TILE_BUILDINGS, return_inverse=True)[1]
    owner_block = np.concatenate([site.home, site.land_block])
    owner = np.where(ground.land >= 0, len(site.home) + ground.land, ground.unit)
    face_tile = tile_of_block[np.where(owner >= 0, owner_block[owner], ground.lane_block)]
    owner_tile = np.where(owner_block >= 0, tile_of_block[owner_block], -1)
    anchors = np.concatenate(
        [shapely.point_on_surface(units.polygons), np.full(len(site.land_block), shapely.Point())]
    )
    fresh = np.ones(len(owner_block), dtype=bool)
    fresh[ground.near] = False
    fresh[len(site.home) :] = False
    # noded again with the footprints: what lies within one lane block and one tile, off the open land
    sides = ground.sides
    line_tile = np.where(sides >= 0, face_tile[sides], -1)
    loose = (sides >= 0).all(axis=1) & (line_tile[:, 0] == line_tile[:, 1])
    loose &= ground.lane_block[sides[:, 0]] == ground.lane_block[sides[:, 1]]
    loose &= (ground.land[sides] < 0).all(axis=1)
    second = np.where(line_tile[:, 0] == line_tile[:, 1], -1, line_tile[:, 1])
    count = int(tile_of_block.max()) + 1
    owners, faces = group_rows(owner_tile, count), group_rows(face_tile, count)
    beside = group_rows(np.concatenate([line_tile[:, 0], second]), count)
    tiles = []
    for mine, inside, rows in zip(owners, faces, beside, strict=True):
        lines = rows % len(sides)
        new = np.flatnonzero(fresh[mine])
        tiles.append(
            Tile(
                ground.faces[inside],
                ground.lane_block[inside],
                np.where(owner[inside] >= 0, np.searchsorted(mine, owner[inside]), -1),
                ground.lines[lines[~loose[lines]]],
                ground.lines[lines[loose[lines]]],
                owner_block[mine],
                units.polygons[mine[new]],
                new,
                anchors[mine],
                options.land_min_m2,
            )
        )
    return tiles, owners


def restore_rim(polygons: ShapeArray, ground: GroundFaces, district: shapely.Geometry) -> ShapeArray:
    """Move the vertices on the rim from the grid back to the district's own outline."""
    rim = ground.lines[(ground.sides < 0).any(axis=1) & (ground.sides >= 0).any(axis=1)]
    rim_keys = np.unique(point_keys(shapely.get_coordinates(rim)))
    xy = shapely.get_coordinates(polygons)
    names = point_keys(xy)
    on_rim = np.isin(names, rim_keys) & (abs(np.rint(xy / GRID_M) * GRID_M - xy) < 1e-6).all(axis=1)
    ends, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(district)), return_index=True)
    inner = np.flatnonzero(ring[:-1] == ring[1:])
    foot, span = ends[inner], ends[inner + 1] - ends[inner]
    sides = shapely.linestrings(np.stack([foot, foot + span], axis=1))
    near = shapely.STRtree(sides).query_nearest(shapely.points(xy[on_rim]), all_matches=False)[1]
    length = np.maximum(np.hypot(*span[near].T), GRID_M)
    along = ((xy[on_rim] - foot[near]) * span[near]).sum(axis=1) / length
    # a corner keeps its place, all else goes to the nearest point of the side
    along = np.where(along < GRID_M, 0.0, np.where(along > length - GRID_M, length, along)) / length
    moved = np.where((along == 1)[:, None], ends[inner + 1][near], foot[near] + span[near] * along[:, None])
    away = np.hypot(*(moved - xy[on_rim]).T)
    xy[on_rim] = np.where((away < 2 * GRID_M)[:, None], moved, xy[on_rim])
    restored: ShapeArray = shapely.set_coordinates(polygons.copy(), xy)
    return restored


def collect_cells(
    cells: list[TileCells], owners: list[IntArray]
) -> tuple[ShapeArray, IntArray, IntArray, tuple[IntArray, FloatArray]]:
    """Put the tiles' cells in one table: polygon, owner, lane block; and what was moved."""
    named = [
        np.where(c.owner >= 0, mine[np.maximum(c.owner, 0)] if len(mine) else -1, -1)
        for c, mine in zip(cells, owners, strict=True)
    ]
    moved = np.concatenate([mine[c.moved] for c, mine in zip(cells, owners, strict=True)])
    return (
        np.concatenate([c.polygons for c in cells]),
        np.concatenate(named),
        np.concatenate([c.block for c in cells]),
        (moved, np.concatenate([c.moved_m2 for c in cells])),
    )


def order_numbers(labels: IntArray, xy: FloatArray, count: int) -> IntArray:
    """Return numbers that run west to east, then north to south, by the mean of their members' points."""
    size = np.maximum(np.bincount(labels, minlength=count), 1)
    x = np.bincount(labels, xy[:, 0], minlength=count) / size
    y = np.bincount(labels, xy[:, 1], minlength=count) / size
    number = np.empty(count, dtype=np.int64)
    number[np.lexsort((-y.round(2), x.round(2)))] = np.arange(count)
    return number


def build_frame(
    polygons: ShapeArray, owner: IntArray, lane_block: IntArray, site: Site, buildings: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Write down what each atom is, in the stable order."""
    units, blocks = site.units, site.blocks
    is_unit = (owner >= 0) & (owner < len(site.home))
    unit = np.where(is_unit, owner, 0)
    point = shapely.get_coordinates(shapely.point_on_surface(polygons))
    block = blocks.block[lane_block]
    main_order = order_numbers(block, point, int(blocks.block.max()) + 1)[block]
    lane_order = order_numbers(lane_block, point, len(blocks.polygons))[lane_block]
    table: dict[str, object] = {}
    if len(units.building):
        row = units.building[unit]
        table["building_id"] = np.where(is_unit, buildings.index.to_numpy(object)[row], None)
        table["slice"] = np.where(is_unit, units.number[unit], 0)
        kind = np.where(units.band[unit], "floor band", np.where(units.number[unit] > 0, "stairwell", ""))
        table["slice_kind"] = np.where(is_unit, kind, "")
        table["kind"] = np.where(is_unit, buildings["kind"].to_numpy(object)[row], "empty")
        table["households"] = np.where(is_unit, units.households[unit], 0)
        table["population"] = np.where(is_unit, units.population[unit], 0)
        table["dwellings"] = np.where(is_unit, _share_dwellings(units, buildings)[unit], 0)
        source = buildings["households_source"].to_numpy(object)[row]
        table["households_source"] = np.where(is_unit, source, "given")
        table["footprint_m2"] = np.where(is_unit, shapely.area(units.polygons)[unit], 0.0)
    else:
        n = len(polygons)
        table = {
            "building_id": np.full(n, None),
            "slice": np.zeros(n, dtype=np.int64),
            "slice_kind": "",
            "kind": "empty",
            "households": np.zeros(n, dtype=np.int64),
            "population": np.zeros(n, dtype=np.int64),
            "dwellings": np.zeros(n, dtype=np.int64),
            "households_source": "given",
            "footprint_m2": 0.0,
        }
    table |= {"block": main_order, "lane_block": lane_order, "area_m2": shapely.area(polygons)}
    order = np.lexsort(
        (np.where(is_unit, owner, -1), -point[:, 1].round(2), point[:, 0].round(2), main_order)
    )
    frame = gpd.GeoDataFrame(table, geometry=polygons, crs=buildings.crs).iloc[order]
    frame.index = pd.RangeIndex(len(frame), name="atom_id")
    return frame


def _share_dwellings(units: Units, buildings: gpd.GeoDataFrame) -> IntArray:
    """Share the dwellings of each building out to its units; its households where none are given."""
    if "dwellings" not in buildings:
        return units.households
    weight = np.where(units.number > 0, units.households, 1)
    return share_out(buildings["dwellings"].to_numpy(np.int64), units.building, weight)


def label_compounds(
    frame: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame | None
) -> npt.NDArray[np.object_]:
    """Find the compound of each atom: its building's, for land the smallest around its inner point.

    Parameters
    ----------
    frame
        Atoms with ``building_id``, missing for land.
    buildings
        Index ``building_id``; ``compound``, missing outside of compounds.
    compounds
        Polygons with ``name``.

    Returns
    -------
    ndarray of object
        "" outside of compounds.
    """
    names = np.full(len(frame), "", dtype=object)
    built = frame["building_id"].notna().to_numpy()
    if "compound" in buildings:
        given = buildings["compound"].reindex(frame["building_id"][built])
        names[built] = given.where(given.notna(), "").to_numpy(dtype=object)
    if compounds is None or not len(compounds):
        return names
    shapes = compounds.geometry.to_numpy()
    land = np.flatnonzero(~built)
    points = shapely.point_on_surface(frame.geometry.to_numpy()[land])
    atom, compound = shapely.STRtree(shapes).query(points, predicate="intersects")
    order = np.lexsort((compound, shapely.area(shapes)[compound], atom))
    atom, first = np.unique(atom[order], return_index=True)
    names[land[atom]] = compounds["name"].to_numpy(dtype=object)[compound[order][first]]
    return names


def build_atoms(
    buildings: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    district: shapely.Geometry,
    options: AtomRules | None = None,
    *,
    compounds: gpd.GeoDataFrame | None = None,
    workers: int = 1,
) -> Atoms:
    """Cut a district into atoms: a cell for each building or slice, and open land.

    Cells share all their vertices, cover the district exactly and lie in one lane block each. A building
    across a street keeps whole: it belongs to the block that holds most of its footprint, the border
    runs around its outline, and an issue names it.

    Parameters
    ----------
    buildings
        Single valid 2-D Polygons, unique str index ``building_id``, columns ``kind``, ``households``,
        ``population``, ``households_source``, ``floors``, ``stairwells`` and, where known, ``dwellings`` and
        ``compound``; a projected CRS in metres.
    barriers
        LineStrings with ``rank`` (1, 2, 3), same CRS. Dead ends bar nothing and are ignored.
    district
        Polygon or MultiPolygon, same CRS.
    options
        See :class:`gridplan.scheme.AtomRules`, which also names the source of each default.
    compounds
        Polygons with ``name``: land inside belongs to them. Buildings carry the name of their own.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    Atoms
        ``frame`` has the columns ``building_id`` (None for land), ``slice`` (0 for a whole building),
        ``slice_kind`` ("", "stairwell", "floor band"; a floor band's strip is nominal), ``kind``,
        ``households``, ``population``, ``households_source``, ``dwellings``, ``compound`` ("" outside),
        ``footprint_m2``, ``block``, ``lane_block``, ``area_m2`` and Polygons, each of one piece.

    Examples
    --------
    >>> layers = gridplan.read_layers("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> clean = gridplan.clean_layers(gridplan.to_metres(layers), gridplan.load_scheme("gridplan"))
    >>> atoms = gridplan.build_atoms(clean.buildings, clean.barriers, clean.district)
    >>> len(atoms.frame) >= len(clean.buildings)
    True
    """
    options = options or AtomRules()
    local, lines, outline, origin = shift_layers(buildings, barriers, district)
    site, issues = prepare_site(local, lines, outline, options)
    tiles, owners = make_tiles(site, options)
    cells = list(map_tasks(fill_tile, tiles, workers=workers))
    polygons, owner, lane_block, moved = collect_cells(cells, owners)
    polygons = restore_rim(polygons, site.ground, outline)
    polygons = shapely.normalize(shapely.transform(polygons, lambda xy: xy + origin))
    frame = build_frame(polygons, owner, lane_block, site, local)
    frame["compound"] = label_compounds(frame, local, compounds)
    issues.append(name_moved(moved, site, local))
    issues.append(find_groundless(owner, site, local))
    return Atoms(frame, join_issues(*issues))


def name_moved(moved: tuple[IntArray, FloatArray], site: Site, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the buildings that lost loose pieces of their cell to a neighbour."""
    mine = moved[0] < len(site.home)
    row = site.units.building[moved[0][mine]]
    area = pd.Series(moved[1][mine]).groupby(row).sum()
    rows = buildings.index[area.index.to_numpy(np.int64)]
    return issue_rows("buildings", rows, "cell_in_pieces", "assigned", area.to_numpy())


def find_groundless(owner: IntArray, site: Site, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the units that got no ground because others lie over all of their footprint."""
    seen = np.zeros(len(site.home) + len(site.land_block), dtype=bool)
    seen[owner[owner >= 0]] = True
    gone = np.flatnonzero(~seen[: len(site.home)] & (site.home >= 0))
    rows = buildings.index[site.units.building[gone]]
    lost = site.units.households[gone].astype(float)
    return issue_rows("buildings", rows, "footprint_covered_by_others", "dropped", lost)
