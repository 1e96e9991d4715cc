"""The town of the lattice with few people in some places, and things attached to it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from lattice_town import build_town

from gridplan.plan import Plan

__all__ = ["SMALL_BLOCKS", "build_small_town"]

#: Blocks in which few live, and how many households: two in one sub-grid, one alone in another.
SMALL_BLOCKS = {2: 3, 4: 2, 9: 1}


def build_small_town() -> Plan:
    """Make the town of the lattice with small counts, three levels (a district round it) and things."""
    plan = build_town()
    atoms = plan.atoms.copy()
    for block, homes in SMALL_BLOCKS.items():
        inside = np.flatnonzero((atoms["block"] == block).to_numpy())
        counts = np.zeros(len(inside), dtype=np.int64)
        counts[:homes] = 1
        atoms.iloc[inside, atoms.columns.get_loc("households")] = counts
        atoms.iloc[inside, atoms.columns.get_loc("population")] = 2 * counts
    compound = np.where((atoms["block"] == 6) & (np.arange(len(atoms)) % 7 > 0), "幸福小区", "")
    atoms["compound"] = compound
    buildings = plan.buildings.assign(households=atoms.groupby("building_id")["households"].sum())
    return replace(plan, atoms=atoms, buildings=buildings, attached=_attach(atoms), issues=_note(atoms))


def _attach(atoms: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    places = {"building_id": "", "placed": "code"}
    grids = pd.DataFrame(atoms).groupby("grid").agg(subgrid=("subgrid", "first"), homes=("households", "sum"))
    grids = grids.reset_index()
    staff = grids.iloc[:6].assign(id=[f"person-{n}" for n in range(6)], post="网格员", **places)
    classes = []
    for name, share in (("contact", 0.06), ("attention", 0.2)):
        classes.append(grids.assign(care_class=name, households=(grids["homes"] * share).astype(int)))
    rest = grids["homes"] - sum(one["households"] for one in classes)
    classes.append(grids.assign(care_class="steady", households=rest))
    care = pd.concat(classes, ignore_index=True).query("households > 0")
    shops = _place(atoms, [0, 50, 200], id="firm", kind="shop").assign(
        name=["红星化工", "老张饭店", "东风五金"]
    )
    service = _place(atoms, [0], id="place", kind="").assign(name="便民服务站", area_m2=500.0)
    return {
        "enterprises": shops,
        "services": service,
        "staff": staff[["id", "post", *places, "subgrid", "grid"]],
        "care": care.assign(**places)[["care_class", "households", *places, "subgrid", "grid"]],
    }


def _place(atoms: gpd.GeoDataFrame, rows: list[int], *, id: str, kind: str) -> gpd.GeoDataFrame:
    at = atoms.iloc[rows]
    table = {
        "id": [f"{id}-{n}" for n in range(len(rows))], "kind": kind, "building_id": "", "placed": "point",
        "subgrid": at["subgrid"].to_numpy(), "grid": at["grid"].to_numpy(),
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=at.geometry.centroid.to_numpy(), crs=atoms.crs)


def _note(atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        ("buildings", "b0001", "households_from_floor_area", "estimated", 2.0, ""),
        ("buildings", "b0001", "cell_in_pieces", "assigned", 3.0, ""),
    ]
    return pd.DataFrame(rows, columns=["layer", "id", "code", "action", "value", "detail"])
