"""A town small enough to draw: square cells in a lattice of blocks, with one area of every sort."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.schema import empty_issues
from gridplan.scheme import load_preset

CELL = 20.0
ACROSS, DOWN = 5, 4  # cells of a block
BLOCK_W, BLOCK_H = ACROSS * CELL, DOWN * CELL
EAST_WEST = ("长江大街", "书院巷", None, "环城北路")  # street names from south to north
NORTH_SOUTH = ("西环路", "解放路", None, "槐树巷", "东环路")  # from west to east
ORIGIN = (500_000.0, 3_700_000.0)
CRS = "EPSG:4545"


def build_town() -> Plan:
    """Make a plan of 4 x 3 blocks: a grid a block, sub-grids of two blocks side by side.

    Block S001-01 has a tower cut over two grids, one block is empty, one is exempt by structure and
    one is a violation without a proof.
    """
    columns, rows = len(NORTH_SOUTH) - 1, len(EAST_WEST) - 1
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(columns * ACROSS), np.arange(rows * DOWN)))
    x, y = ORIGIN[0] + i * CELL, ORIGIN[1] + j * CELL
    block_x, block_y = i // ACROSS, j // DOWN
    block = block_x + columns * block_y
    subgrid = np.char.add("S", np.char.zfill(((block_x // 2) + 2 * (rows - 1 - block_y) + 1).astype(str), 3))
    grid = np.char.add(
        np.char.add(subgrid.astype("U8"), "-"), np.char.zfill((block_x % 2 + 1).astype(str), 2)
    )
    households = np.full(len(x), 2)
    households[block == 5] = 1  # 20 households: too few
    households[block == 10] = 4  # 80 in houses: too many, and no proof of it
    kind = np.full(len(x), "selfbuilt", dtype=object)
    households[block == 3], kind[block == 3] = 0, "empty"
    building = np.array([f"b{n:04d}" for n in range(len(x))], dtype=object)
    building[block == 3] = None
    tower = np.flatnonzero((block == 8) & (i % ACROSS >= 3) & (j % DOWN == 1))
    tower = np.append(tower, np.flatnonzero((block == 9) & (i % ACROSS == 0) & (j % DOWN == 1)))
    building[tower] = "tower"
    kind[tower], households[tower] = "apartment", (30, 10, 30)
    slices = np.zeros(len(x), dtype=np.int64)
    slices[tower] = (0, 1, 2)
    atoms = gpd.GeoDataFrame(
        {
            "building_id": building,
            "slice": slices,
            "slice_kind": np.where(building == "tower", "stairwell", ""),
            "kind": kind,
            "households": households.astype(np.int64),
            "population": households.astype(np.int64) * 3,
            "households_source": np.where(kind == "empty", "none", "given"),
            "dwellings": households.astype(np.int64),
            "compound": "",
            "ground": "urban",
            "block": block.astype(np.int64),
            "lane_block": block.astype(np.int64),
            "area_m2": CELL**2,
            "footprint_m2": np.where(kind == "empty", 0.0, 144.0),
            "subgrid": subgrid.astype(object),
            "grid": grid.astype(object),
        },
        index=pd.RangeIndex(len(x), name="atom_id"),
        geometry=shapely.box(x, y, x + CELL, y + CELL),
        crs=CRS,
    )
    return Plan(
        scheme=load_preset("gridplan"),
        atoms=atoms,
        buildings=_build_houses(atoms),
        streets=_build_streets(columns, rows),
        district=shapely.box(x.min(), y.min(), x.max() + CELL, y.max() + CELL),
        areas=_judge_areas(atoms),
        certificates=_certify(atoms),
        issues=empty_issues(),
        provenance={"scheme_id": "gridplan", "seed": "0", "created": "2026-11-22"},
        timings={"read": (0.5, 120.0), "solve": (1.5, 180.0)},
    )


def _build_houses(atoms: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    homes = atoms[atoms["building_id"].notna()]
    houses = homes.assign(geometry=homes.geometry.buffer(-4, join_style="mitre"))
    merged = houses.dissolve(
        "building_id", aggfunc={"kind": "first", "households": "sum", "population": "sum"}
    )
    return merged.assign(geometry=merged.geometry.convex_hull, name="")


def _build_streets(columns: int, rows: int) -> gpd.GeoDataFrame:
    x = ORIGIN[0] + BLOCK_W * np.arange(columns + 1)
    y = ORIGIN[1] + BLOCK_H * np.arange(rows + 1)
    lines = [
        (name, 1 if b in (0, rows) else 2, shapely.LineString([(x[a], y[b]), (x[a + 1], y[b])]))
        for b, name in enumerate(EAST_WEST)
        for a in range(columns)
    ]
    lines += [
        (name, 1 if a in (0, 1, columns) else 2, shapely.LineString([(x[a], y[b]), (x[a], y[b + 1])]))
        for a, name in enumerate(NORTH_SOUTH)
        for b in range(rows)
    ]
    names, ranks, shapes = zip(*lines, strict=True)
    return gpd.GeoDataFrame(
        {
            "street_id": [f"w{n:03d}" for n in range(len(lines))],
            "name": list(names),
            "street_class": ["primary" if rank == 1 else "residential" for rank in ranks],
            "rank": list(ranks),
        },
        geometry=list(shapes),
        crs=CRS,
    )


def _judge_areas(atoms: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    frames = {}
    for level, parent in (("subgrid", None), ("grid", "subgrid")):
        codes = sorted(set(atoms[level]))
        table = pd.DataFrame(index=pd.Index(codes, name="code"))
        table["name"] = ""
        table["parent"] = [code[:4] for code in codes] if parent else ""
        table["kind"] = atoms.groupby(level)["kind"].agg(lambda kinds: _one_kind(set(kinds)))
        table["status"], table["certificate"], table["certificate_id"] = "ok", "", -1
        table["reason_key"], table["reason_values"] = "", "{}"
        frames[level] = table
    few = atoms.loc[atoms["block"] == 5, "grid"].iloc[0]
    many = atoms.loc[atoms["block"] == 10, "grid"].iloc[0]
    columns = ["status", "certificate", "certificate_id", "reason_key"]
    frames["grid"].loc[few, columns] = ["exempt", "structure", 0, "structure"]
    frames["grid"].loc[many, columns] = ["violation", "unproven", -1, "unproven"]
    return frames


def _one_kind(kinds: set[str]) -> str:
    homes = kinds - {"empty", "exclusive"}
    return "mixed" if len(homes) > 1 else min(homes or kinds)


def _certify(atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    core = np.flatnonzero(atoms["block"] == 5).tolist()
    return pd.DataFrame(
        [[0, "grid", "structure", json.dumps(core), 20, "{}"]],
        columns=["certificate_id", "level", "kind", "atoms", "bound", "params"],
    )
