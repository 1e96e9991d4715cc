"""``gridplan compare``: figures, a map, tables; two plans, or one and what stood before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gridplan import cli
from gridplan.pipeline import write_plan
from gridplan.plan import Plan


def test_map_and_tables_are_written(call: Callable, plan_file: Path, tmp_path: Path) -> None:
    told = call(
        "compare", plan_file, plan_file, "--level", "grid", "--map", tmp_path / "a.svg", "--table",
        tmp_path / "a.xlsx", "--lang", "en",
    )  # fmt: skip
    assert told.code == 0
    assert "people who change their area" in told.out
    assert (tmp_path / "a.svg").stat().st_size > 10_000
    assert (tmp_path / "a.xlsx").exists()
    call("compare", plan_file, plan_file, "--map", tmp_path / "b.png")
    assert {path.name for path in tmp_path.glob("b*.png")} == {"b-subgrid.png", "b-grid.png"}


def test_one_plan_is_compared_with_what_stood_before(
    call: Callable, town: Plan, plan_file: Path, tmp_path: Path
) -> None:
    assert call("compare", plan_file).code == cli.UNUSABLE
    codes = town.atoms["subgrid"].replace({"S001": "S002"})
    table = pd.DataFrame(
        {"name": "", "type": "", "ground": ""}, index=pd.Index(sorted(set(codes)), name="code")
    )
    plan = replace(town, existing={"subgrid": table}, atoms=town.atoms.assign(old_subgrid=codes))
    path = write_plan(plan, tmp_path / "plan.gpkg")
    told = json.loads(call("compare", path, "--json").out)
    assert list(told) == ["subgrid"]
    assert (told["subgrid"]["areas_before"], told["subgrid"]["areas_after"]) == (5, 6)
    assert {row["change"] for row in told["subgrid"]["areas"]} == {"same", "changed", "new"}
    assert told["subgrid"]["classes"] == {"new": 1, "converted": 0, "merged": 0, "adjusted": 1, "same": 4}
    table = tmp_path / "changes.csv"
    words = call("compare", path, "--table", table, "--lang", "zh").out
    assert "村改社区" in words
    written = {one.stem.removeprefix("changes-"): one for one in tmp_path.glob("changes-*.csv")}
    assert {"变更清单", "原区域去向", "新旧对照", "建筑对照", "房屋编码", "区域", "调整去向"} == set(written)
    pairs = pd.read_csv(written["新旧对照"], encoding="utf-8-sig")
    assert pairs["人口"].sum() == town.atoms["population"].sum()
    assert pairs["建筑数"].sum() == town.atoms["building_id"].nunique()
