"""Small towns on a lattice of square cells, drawn by hand, with their plans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan, dissolve_level
from gridplan.plan.codes import code_areas
from gridplan.schema import CERTIFICATE_COLUMNS, empty_issues
from gridplan.scheme import parse_scheme

CRS = "EPSG:4547"
CELL = 20.0
ORIGIN = np.array([500_000.0, 2_500_000.0])

SCHEME = """
id = "lattice"
version = "1"
name = { zh = "试验", en = "lattice" }
source = "made up for tests"
[barriers]
rank = { primary = 1, residential = 2 }
[dwellings]
[atoms]
[codes]
formats = { subgrid = "S{seq:03d}", grid = "{parent}-{seq:02d}" }
[[levels]]
id = "subgrid"
name = { zh = "小分格", en = "sub-grid" }
measure = "area"
max_area_m2 = 20000.0
[[levels]]
id = "grid"
name = { zh = "网格", en = "grid" }
parent = "subgrid"
measure = "households"
bounds = { apartment = [50, 80], selfbuilt = [30, 50] }
mixed = "weighted"
max_area_m2 = 20000.0
"""


def certify(level: str, kind: str, atoms: Sequence[int], bound: int, number: int = 0) -> pd.DataFrame:
    row = (number, level, kind, json.dumps([int(a) for a in atoms]), bound, "{}")
    return pd.DataFrame([row], columns=list(CERTIFICATE_COLUMNS))


def no_certificates() -> pd.DataFrame:
    return pd.DataFrame([], columns=list(CERTIFICATE_COLUMNS))


def build_town(
    households: np.ndarray,
    labels: Mapping[str, np.ndarray],
    *,
    kinds: np.ndarray | None = None,
    streets: Sequence[tuple[shapely.LineString, int]] = (),
    buildings: np.ndarray | None = None,
    certificates: pd.DataFrame | None = None,
    scheme: str = SCHEME,
    cell: float = CELL,
    written: bool = True,
) -> Plan:
    """Build a plan over a lattice; all arrays have shape (rows, columns), row 0 in the south.

    ``buildings`` numbers the building of each cell (default: one each where households live, -1 for
    land); cells of one building are its slices.
    """
    ny, nx = households.shape
    n = nx * ny
    x, y = np.meshgrid(np.arange(nx) * cell, np.arange(ny) * cell)
    x, y = x.ravel() + ORIGIN[0], y.ravel() + ORIGIN[1]
    cells = shapely.box(x, y, x + cell, y + cell)
    homes = households.ravel().astype(np.int64)
    number = np.where(homes > 0, np.arange(n), -1) if buildings is None else buildings.ravel()
    built = number >= 0
    ids = np.array([f"B{i:05d}" if i >= 0 else None for i in number], dtype=object)
    kind = np.where(built, "apartment", "empty") if kinds is None else kinds.ravel()
    table = pd.DataFrame({"building": number, "atom": np.arange(n)})
    order = table.groupby("building").cumcount().to_numpy()
    size = table.groupby("building")["atom"].transform("size").to_numpy()
    frame = gpd.GeoDataFrame(
        {
            "building_id": ids,
            "slice": np.where(built, order, 0),
            "slice_kind": np.where(built & (size > 1), "stairwell", ""),
            "kind": kind.astype(object),
            "households": homes,
            "population": homes * 3,
            "households_source": "given",
            "dwellings": homes,
            "compound": "",
            "ground": "urban",
            "block": 0,
            "lane_block": 0,
            "area_m2": cell * cell,
            "footprint_m2": np.where(built, (cell - 8) ** 2, 0.0),
        },
        geometry=cells,
        crs=CRS,
        index=pd.RangeIndex(n, name="atom_id"),
    )
    plan_scheme = parse_scheme(scheme)
    numbers = {level: np.unique(given.ravel(), return_inverse=True)[1] for level, given in labels.items()}
    xy = shapely.get_coordinates(shapely.point_on_surface(cells))
    codes = code_areas(numbers, xy, plan_scheme)
    for level in plan_scheme.levels:
        frame[level.id] = pd.array(codes[level.id], dtype="str")
    plan = Plan(
        scheme=plan_scheme,
        atoms=frame,
        buildings=_make_buildings(frame, cells),
        streets=_make_streets(streets),
        district=shapely.union_all(cells),
        areas={level.id: list_areas(frame, level.id, level.parent) for level in plan_scheme.levels},
        certificates=no_certificates() if certificates is None else certificates,
        issues=empty_issues(),
        provenance=write_provenance(scheme, plan_scheme.digest, int((np.unique(number) >= 0).sum())),
    )
    return write_polygons(plan) if written else plan


def _make_buildings(frame: gpd.GeoDataFrame, cells: np.ndarray) -> gpd.GeoDataFrame:
    home = frame["building_id"].notna().to_numpy()
    table = pd.DataFrame(frame.loc[home, ["building_id", "kind", "households", "population"]])
    grouped = table.groupby("building_id", sort=True)
    sums = grouped[["households", "population"]].sum()
    sums["kind"] = grouped["kind"].first()
    place = frame.reset_index(drop=True).groupby("building_id").indices
    shapes = [shapely.buffer(shapely.union_all(cells[place[b]]), -4, join_style="mitre") for b in sums.index]
    return gpd.GeoDataFrame(sums, geometry=shapes, crs=frame.crs)


def _make_streets(streets: Sequence[tuple[shapely.LineString, int]]) -> gpd.GeoDataFrame:
    lines = [shapely.transform(line, lambda xy: xy + ORIGIN) for line, _ in streets]
    ranks = pd.array([rank for _, rank in streets], dtype="int64")
    names = [f"street {i}" for i in range(len(lines))]
    return gpd.GeoDataFrame(
        {"street_id": names, "name": names, "street_class": "primary", "rank": ranks},
        geometry=gpd.GeoSeries(lines, crs=CRS),
        crs=CRS,
    )


def list_areas(frame: gpd.GeoDataFrame, level: str, parent: str) -> pd.DataFrame:
    codes = np.sort(frame[level].unique())
    first = frame.drop_duplicates(level).set_index(level)
    return pd.DataFrame(
        {
            "name": codes,
            "parent": first[parent].reindex(codes).to_numpy() if parent else "",
            "kind": "apartment",
            "status": "",
            "certificate": "",
            "certificate_id": -1,
            "reason_key": "",
            "reason_values": "{}",
        },
        index=pd.Index(codes, name="code"),
    )


def write_provenance(scheme: str, digest: str, buildings: int) -> dict[str, str]:
    return {
        "gridplan_version": "0",
        "scheme_toml": scheme,
        "scheme_sha256": digest,
        "seed": "0",
        "inputs": json.dumps([{"role": "buildings", "sha256": "ab" * 32}]),
        "buildings_in": str(buildings),
    }


def write_polygons(plan: Plan) -> Plan:
    """Give the plan the level layers that a file would hold."""
    layers = {}
    for level in plan.scheme.levels:
        layer = dissolve_level(plan, level.id)
        sums = plan.atoms.groupby(level.id)[["households", "population"]].sum().reindex(layer.index)
        built = plan.atoms[plan.atoms["building_id"].notna()]
        count = built.groupby(level.id)["building_id"].nunique().reindex(layer.index).fillna(0)
        layers[level.id] = layer.assign(
            households=sums["households"].to_numpy(),
            population=sums["population"].to_numpy(),
            buildings=count.to_numpy(dtype=np.int64),
            area_m2=layer.area.to_numpy(),
        )
    return replace(plan, polygons=layers)


def recode(plan: Plan, level: str, atom: int, code: str) -> Plan:
    """Write another code on one atom, and dissolve anew as a careful forger would."""
    atoms = plan.atoms.copy()
    atoms.loc[atom, level] = code
    return replace(plan, atoms=atoms)


def tile_labels(nx: int, ny: int, width: int, height: int) -> np.ndarray:
    """Number tiles of width x height cells."""
    column, row = np.meshgrid(np.arange(nx) // width, np.arange(ny) // height)
    return row * 10_000 + column


def build_sound_town(*, written: bool = True) -> Plan:
    """Build a town of 12 x 8 cells: two sub-grids beside a main street, 16 grids of 60 households."""
    nx, ny = 12, 8
    households = np.full((ny, nx), 10)
    buildings = np.arange(nx * ny).reshape(ny, nx)
    buildings[0, 1] = buildings[0, 0]  # a house of two stairwells
    households[7, 11], buildings[7, 11] = 0, -1  # a yard
    streets = [
        (shapely.LineString([(120, 0), (120, 160)]), 1),
        (shapely.LineString([(0, 80), (120, 80)]), 2),
        (shapely.LineString([(120, 80), (240, 80)]), 2),
    ]
    labels = {"subgrid": tile_labels(nx, ny, 6, 8), "grid": tile_labels(nx, ny, 3, 2)}
    return build_town(households, labels, streets=streets, buildings=buildings, written=written)


def build_pocket_town(certificates: pd.DataFrame | None = None) -> Plan:
    """Build a town of 12 x 4 cells where a main street cuts off a pocket of four cells with 40 households."""
    nx, ny = 12, 4
    households = np.full((ny, nx), 10)
    pocket = np.zeros((ny, nx), dtype=bool)
    pocket[:2, 10:] = True
    grid = tile_labels(nx, ny, 3, 2)
    grid[pocket] = 99
    # the cells of the last column pair that are not in the pocket join their neighbours
    grid[2:, 9:] = 98
    grid[:2, 9] = grid[0, 6]
    streets = [(shapely.LineString([(200, 0), (200, 40), (240, 40)]), 1)]
    subgrid = np.where(pocket, 1, 0)
    return build_town(
        households, {"subgrid": subgrid, "grid": grid}, streets=streets, certificates=certificates
    )
