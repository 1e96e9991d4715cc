"""The lattice town with things that not everybody may see, and what must not reach whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from lattice_town import build_town

from gridplan.pipeline import attach_things
from gridplan.plan import Plan

#: A grid with 3 households of 4 people, and the number of people beside it that would give it away.
SMALL, BESIDE, TELLTALE = "S003-01", "S003-02", 91_373
#: The grid of the worker who looks.
OWN = "S002-01"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an audience must not get: words, and whole numbers in whatever writing."""

    words: tuple[str, ...]
    numbers: tuple[int, ...]


def build_guarded_town(folder: Path) -> Plan:
    """Make the lattice town with small counts and with things of every role."""
    town = build_town()
    atoms = town.atoms.copy()
    names = atoms["building_id"].map(lambda name: name if pd.isna(name) else f"HOUSE-{name}")
    atoms["building_id"] = names
    lone = atoms.index[atoms["grid"] == SMALL]
    atoms.loc[lone, ["households", "dwellings", "population"]] = 0
    atoms.loc[lone[0], ["households", "dwellings", "population"]] = (3, 3, 4)
    crowded = atoms.index[atoms["grid"] == BESIDE]
    atoms.loc[crowded[0], "population"] += TELLTALE - atoms.loc[crowded, "population"].sum()
    houses = town.buildings.rename(index=lambda name: f"HOUSE-{name}")
    counts = atoms.groupby("building_id")[["households", "population"]].sum()
    houses[["households", "population"]] = counts.loc[houses.index]
    plan = replace(town, atoms=atoms, buildings=houses)
    lists = {
        "enterprises": list_enterprises(plan),
        "risk_points": list_points(plan),
        "hazards": list_hazards(plan),
        "services": list_services(plan),
        "staff": list_staff(plan),
        "care": list_care(plan),
    }
    files = {}
    for role, table in lists.items():
        files[role] = folder / f"{role}.csv"
        table.to_csv(files[role], index=False, encoding="utf-8-sig")
    return attach_things(plan, files, date="2026-10-01")


def _list_homes(plan: Plan) -> pd.DataFrame:
    homes = plan.atoms[plan.atoms["building_id"].notna()].drop_duplicates("building_id")
    return homes[["building_id", "grid"]].reset_index(drop=True)


def list_enterprises(plan: Plan) -> pd.DataFrame:
    """List an enterprise in every seventh house, of all ratings and some without."""
    homes = _list_homes(plan)["building_id"][::7].to_numpy()
    n = np.arange(len(homes))
    kinds, ratings = ("化工", "餐饮", "仓储"), ("红", "橙", "黄", "蓝", "")
    return pd.DataFrame(
        {
            "企业编号": [f"QY-{i:03d}" for i in n],
            "企业名称": [f"密厂{i:03d}号" for i in n],
            "行业": [kinds[i % 3] for i in n],
            "风险等级": [ratings[i % 5] for i in n],
            "评估日期": [f"2026-{1 + i % 9:02d}-15" for i in n],
            "楼栋编号": homes,
        }
    )


def list_points(plan: Plan) -> pd.DataFrame:
    """List two risk points of every third enterprise, by the enterprise's number."""
    owners = np.repeat(list_enterprises(plan)["企业编号"].to_numpy()[::3], 2)
    n = np.arange(len(owners))
    return pd.DataFrame(
        {
            "风险点编号": [f"FXD-{i:03d}" for i in n],
            "风险点名称": [f"密罐{i:03d}号" for i in n],
            "企业编号": owners,
            "可能性": [(1, 3, 6)[i % 3] for i in n],
            "暴露频率": [(2, 3, 6)[i % 3] for i in n],
            "后果": [(7, 15, 40)[i % 3] for i in n],
        }
    )


def list_hazards(plan: Plan) -> pd.DataFrame:
    """List hazards of all enterprises: fixed on site, fixed later, open."""
    owners = np.repeat(list_enterprises(plan)["企业编号"].to_numpy(), 3)
    n = np.arange(len(owners))
    return pd.DataFrame(
        {
            "隐患编号": [f"YH-{i:03d}" for i in n],
            "企业编号": owners,
            "发现日期": [f"2026-{1 + i % 9:02d}-03" for i in n],
            "现场整改": [("是", "否", "否")[i % 3] for i in n],
            "整改日期": ["" if i % 3 == 2 else f"2026-{1 + i % 9:02d}-20" for i in n],
        }
    )


def list_services(plan: Plan) -> pd.DataFrame:
    """List three service places."""
    homes = _list_homes(plan)["building_id"].to_numpy()
    return pd.DataFrame(
        {
            "编号": ["FW-1", "FW-2", "FW-3"],
            "服务站": ["东站", "西站", "北站"],
            "面积": [120, 80, 200],
            "楼栋编号": homes[[5, 100, 200]],
        }
    )


def list_staff(plan: Plan) -> pd.DataFrame:
    """List a worker for every grid but one."""
    grids = sorted(set(plan.atoms["grid"]))[1:]
    return pd.DataFrame(
        {"工号": [f"GZ-{i:03d}" for i in range(len(grids))], "岗位": "网格员", "网格编码": grids}
    )


def list_care(plan: Plan) -> pd.DataFrame:
    """List households by care class and grid; some are too few to be told."""
    grids = sorted(set(plan.atoms["grid"]))
    rows = [
        (name, (7, 12, 2)[(i + j) % 3], grid)
        for i, grid in enumerate(grids)
        for j, name in enumerate(("放心户", "关心户", "连心户"))
    ]
    return pd.DataFrame(rows, columns=["三户类型", "户数", "网格编码"])


def list_secrets(plan: Plan) -> dict[str, Secrets]:
    """List by audience what must not reach it."""
    grids = sorted(set(plan.atoms["grid"]))
    houses = [str(name) for name in plan.buildings.index]
    things = {role: plan.attached[role] for role in ("enterprises", "risk_points", "hazards", "staff")}

    def tell(belongs: Callable[[pd.DataFrame], pd.Series]) -> list[str]:
        words: list[str] = []
        for table in things.values():
            mine = table[belongs(table).to_numpy()]
            for column in ("id", "name"):
                if column in mine:
                    words += [word for word in mine[column].astype(str) if word]
        return words

    own = set(plan.atoms.loc[plan.atoms["grid"] == OWN, "building_id"].dropna())
    return {
        "office": Secrets((), (TELLTALE,)),
        "public": Secrets(
            (*tell(lambda table: pd.Series(True, index=table.index)), *grids, *houses), (TELLTALE,)
        ),
        f"worker:{OWN}": Secrets(
            (
                *tell(lambda table: table["grid"] != OWN),
                *(grid for grid in grids if grid != OWN),
                *(house for house in houses if house not in own),
            ),
            (TELLTALE,),
        ),
    }
