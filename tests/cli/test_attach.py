"""`gridplan attach`: what is told, what is written, what stays whole when a list does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from lattice_town import ORIGIN

from gridplan.io import open_plan

X, Y = ORIGIN


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    table = pd.DataFrame(
        {"编号": ["a", "b", "c"], "东": [X + 10, X + 50, X - 30], "北": [Y + 10] * 3, "法人": ["x", "y", "z"]}
    )
    table.to_csv(tmp_path / "e.csv", index=False, encoding="gb18030")
    return tmp_path / "e.csv"


_COLUMNS = ("--column", "enterprises.x=东", "--column", "enterprises.y=北")


def test_things_are_placed_and_the_rest_is_told(call, plan_file: Path, shops: Path, tmp_path: Path) -> None:
    out = tmp_path / "with.gpkg"
    before = plan_file.read_bytes()
    told = call("attach", plan_file, "--enterprises", shops, "--out", out, *_COLUMNS, "--date", "2026-06-30")
    assert told.code == 0, told.err
    assert "企业" in told.out and "30 米" in told.out and "法人" in told.out
    assert plan_file.read_bytes() == before
    plan = open_plan(out)
    assert plan.attached["enterprises"]["placed"].tolist() == ["point", "point", ""]
    assert json.loads(plan.provenance["attached"])[0]["date"] == "2026-06-30"


def test_one_object_for_machines(call, plan_file: Path, shops: Path, tmp_path: Path) -> None:
    out = tmp_path / "with.gpkg"
    told = call("attach", plan_file, "--enterprises", shops, "--out", out, *_COLUMNS, "--json")
    answer = json.loads(told.out)
    assert answer["attached"] == {"enterprises": {"things": 3, "placed": 2}}
    assert {row["code"] for row in answer["issues"]} == {"thing_outside", "things_personal_columns"}


def test_faults_leave_the_plan_as_it_was(call, plan_file: Path, shops: Path, tmp_path: Path) -> None:
    before = plan_file.read_bytes()
    for words, part in (
        ((), "--enterprises"),
        (("--enterprises", shops), "things_no_place"),
        (("--enterprises", shops, *_COLUMNS, "--date", "gestern"), "gestern"),
        (("--enterprises", shops, *_COLUMNS, "--crs", "mars"), "mars"),
        (("--enterprises", shops, *_COLUMNS, "--crs", "EPSG:4513"), "EPSG:4513"),
        (("--enterprises", shops, "--column", "buildings.x=东"), "buildings"),
        (("--hazards", tmp_path / "gone.csv"), "gone.csv"),
        (("--enterprises", shops, *_COLUMNS, "--out", tmp_path / "x.csv"), "x.csv"),
    ):
        told = call("attach", plan_file, *words)
        assert told.code == 2
        assert told.out == ""
        assert len(told.err.strip().splitlines()) == 1
        assert part in told.err or part == "things_no_place"
    assert plan_file.read_bytes() == before
