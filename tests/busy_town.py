"""The town laid out by hand with things attached: enterprises, risk, hazards, staff, services, compounds."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.check import check_plan
from gridplan.plan import Plan
from gridplan.schema import issue_rows, join_issues

__all__ = ["fill_town"]

N = 12
RATED = ("red", "orange", "yellow", "blue", "")


def _place(plan: Plan, rows: dict[str, object], atoms: np.ndarray) -> gpd.GeoDataFrame:
    """Put things on atoms."""
    ground = plan.atoms.iloc[atoms]
    centres = shapely.centroid(ground.geometry.to_numpy())
    levels = {level: ground[level].to_numpy(dtype=str) for level in plan.areas}
    return gpd.GeoDataFrame(
        {**rows, "building_id": "", "placed": "point", **levels}, geometry=centres, crs=plan.crs
    )


def _factors(n: int) -> dict[str, object]:
    return {name: np.full(n, np.nan) for name in ("likelihood", "exposure", "consequence", "severity")}


def fill_town(plan: Plan) -> Plan:
    """Give a town something of everything.

    12 enterprises (one of them rated by LEC, one not at all), 3 risk points, 8 hazards, a worker, a service
    place, two compounds, 6 issues of three sorts.
    """
    atoms = np.arange(0, 20 * N, 20)
    numbers = np.arange(N)
    enterprises = _place(
        plan,
        {
            "id": [f"E{i:02d}" for i in numbers],
            "name": [f"企业{i}" for i in numbers],
            "kind": np.where(numbers % 2 == 0, "化工", "机械"),
            "level": [RATED[i % 5] for i in numbers],
            **_factors(N),
            "date": ["" if i == 11 else f"2026-01-{i + 1:02d}" for i in numbers],
        },
        atoms,
    )
    enterprises.loc[4, ["likelihood", "exposure", "consequence"]] = [10.0, 6.0, 15.0]  # D = 900: red
    points = _place(
        plan,
        {
            "id": ["P0", "P1", "P2"],
            "enterprise": ["E00", "E01", "E02"],
            "name": "",
            "kind": "高处",
            "level": ["red", "blue", "blue"],
            **_factors(3),
            "date": "",
        },
        atoms[:3],
    )
    owners = [f"E{i:02d}" for i in (0, 0, 0, 1, 1, 2, 3, 4)]
    hazards = pd.DataFrame(
        {
            "id": [f"H{i}" for i in range(8)],
            "enterprise": owners,
            "kind": "",
            "level": "",
            "found": [f"2026-01-{i + 1:02d}" for i in range(8)],
            "on_site": pd.array([True] * 5 + [False] * 3, dtype="boolean"),
            "fixed": ["2026-01-09"] * 6 + ["", ""],
            "building_id": "",
            "placed": "enterprise",
            **{level: enterprises.set_index("id")[level].reindex(owners).to_numpy() for level in plan.areas},
        }
    )
    services = _place(
        plan, {"id": ["V1"], "name": "党群服务中心", "kind": "", "area_m2": 350.0}, np.array([45])
    )
    staff = pd.DataFrame({"id": ["W1"], "post": "网格员", "building_id": "", "placed": "code"})
    for level in plan.areas:
        staff[level] = [enterprises[level].iloc[0]]
    things = {
        "enterprises": enterprises,
        "risk_points": points,
        "hazards": hazards,
        "staff": staff,
        "services": services,
    }
    issues = join_issues(
        issue_rows("buildings", ["b0001", "b0002"], "use_unknown_large", "asked", [900.0, 800.0]),
        issue_rows("streets", ["s1", "s2", "s3"], "street_dead_end", "dropped", 10.0),
        issue_rows("existing", ["c1"], "area_gap_left", "noted", 120.0),
    )
    housed = _build_compounds(plan)
    return replace(housed, attached=things, issues=issues, findings=check_plan(housed))


def _build_compounds(plan: Plan) -> Plan:
    """Let two blocks of houses be compounds."""
    names = {"S001-02": "阳光花园", "S003-01": "老院"}
    types = {"阳光花园": "property", "老院": "old"}
    atoms = plan.atoms.assign(compound=plan.atoms["grid"].map(names).fillna(""))
    of_building = atoms.drop_duplicates("building_id").set_index("building_id")["compound"]
    told = of_building.reindex(plan.buildings.index).replace("", None)
    buildings = plan.buildings.assign(compound=told, compound_type=told.map(types))
    return replace(plan, atoms=atoms, buildings=buildings)
