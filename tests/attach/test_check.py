"""The check finds out every way in which attached things may be wrong, from the written plan alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from lattice_town import ORIGIN, build_town

from gridplan.check import check_plan, read_reason
from gridplan.i18n import LANGUAGES
from gridplan.io import open_plan
from gridplan.pipeline import attach_things, write_plan
from gridplan.plan import Plan
from gridplan.report.tables import format_check_reason

X, Y = ORIGIN
LISTS = {
    "enterprises": pd.DataFrame(
        {
            "编号": ["E1", "E2", "E2", "E3", "E4", "合计", ""],
            "统一社会信用代码": ["91A", "91B", "91B", "", "", "", ""],
            "名称": ["甲", "乙", "乙店", "丙", "丁", "", ""],
            "x": [X + 10, X + 250, X + 250, X - 80, np.nan, np.nan, np.nan],
            "y": [Y + 10, Y + 130, Y + 130, Y, np.nan, np.nan, np.nan],
            "楼栋编号": ["", "", "", "", "b0100", "", ""],
            "备注": ["", "", "", "", "", "4", "待补"],
        }
    ),
    "risk_points": pd.DataFrame({"编号": ["P1", "P2"], "企业编号": ["E1", "乙"], "风险等级": ["红", "蓝"]}),
    "hazards": pd.DataFrame({"编号": ["H1", "H1", "H2"], "企业编号": ["E1", "E1", "E9"], "现场整改": "是"}),
    "services": pd.DataFrame({"编号": ["V1"], "名称": ["站"], "x": [X + 390], "y": [Y + 230]}),
    "staff": pd.DataFrame({"编号": ["W1", "W2"], "岗位": ["网格员"] * 2, "网格": ["S001-01", "S002"]}),
    "care": pd.DataFrame({"类别": ["关心户", "放心户", "关心户"], "楼栋编号": ["b0001", "b0100", "无此楼"]}),
}


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("lists")
    for role, table in LISTS.items():
        table.to_csv(folder / f"{role}.csv", index=False)
    return attach_things(build_town(), {role: folder / f"{role}.csv" for role in LISTS})


def _judge(plan: Plan) -> list[tuple[str, dict[str, object]]]:
    """What the check says of attached things: reasons of violations with their values."""
    findings = check_plan(plan)
    mine = findings[findings["key"] == "placed"]
    wrong = mine[mine["verdict"] == "violation"]
    assert len(mine) == max(len(wrong), 1), "one row says that all is well where nothing is wrong"
    for reason in mine["reason"]:
        found = {lang: format_check_reason(reason, lang) for lang in LANGUAGES}
        assert all("things_" not in text and "{" not in text for text in found.values())
        assert len(wrong) == 0 or not found["zh"].isascii()
    return [read_reason(reason) for reason in wrong["reason"]]


def _change(plan: Plan, role: str, **columns: object) -> Plan:
    table = plan.attached[role].copy()
    for name, values in columns.items():
        table[name] = values
    return replace(plan, attached={**plan.attached, role: table})


def _put(column: pd.Series, row: int, value: object) -> pd.Series:
    changed = column.copy()
    changed.iloc[row] = value
    return changed


def test_things_as_they_were_attached_are_sound(things: Plan, tmp_path: Path) -> None:
    assert _judge(things) == []
    path = tmp_path / "plan.gpkg"
    write_plan(things, path)
    findings = check_plan(open_plan(path))
    placed = findings[findings["key"] == "placed"]
    assert placed["verdict"].tolist() == ["ok"]
    assert placed["value"].tolist() == [4 + 2 + 2 + 1 + 2 + 3]


def test_a_plan_without_things_has_nothing_to_be_judged(town: Plan) -> None:
    assert "placed" not in set(check_plan(town)["key"])


def _twice(plan: Plan) -> Plan:
    return _change(plan, "hazards", id=_put(plan.attached["hazards"]["id"], 1, "H1"))


def _nameless(plan: Plan) -> Plan:
    return _change(plan, "staff", id=_put(plan.attached["staff"]["id"], 0, ""))


def _bare(plan: Plan) -> Plan:
    table = plan.attached["services"].drop(columns="area_m2")
    return replace(plan, attached={**plan.attached, "services": table})


def _without_level(plan: Plan) -> Plan:
    table = plan.attached["staff"].drop(columns="grid")
    return replace(plan, attached={**plan.attached, "staff": table})


def _lose_table(plan: Plan) -> Plan:
    return replace(plan, attached={role: one for role, one in plan.attached.items() if role != "care"})


def _lose_row(plan: Plan) -> Plan:
    return replace(plan, attached={**plan.attached, "risk_points": plan.attached["risk_points"].iloc[:1]})


def _renumber(plan: Plan) -> Plan:
    return _change(plan, "staff", grid=_put(plan.attached["staff"]["grid"], 0, "S001-77"))


def _mix(plan: Plan) -> Plan:
    return _change(plan, "staff", subgrid=_put(plan.attached["staff"]["subgrid"], 0, "S002"))


def _move_point(plan: Plan) -> Plan:
    table = plan.attached["enterprises"]
    points = table.geometry.to_numpy().copy()
    points[0] = shapely.Point(X + 390, Y + 230)
    moved = table.set_geometry(gpd.GeoSeries(points, crs=table.crs))
    return replace(plan, attached={**plan.attached, "enterprises": moved})


def _forget_codes(plan: Plan) -> Plan:
    return _change(plan, "services", grid="")


def _lose_point(plan: Plan) -> Plan:
    table = plan.attached["services"]
    blank = table.set_geometry(gpd.GeoSeries([shapely.Point()], crs=table.crs))
    return replace(plan, attached={**plan.attached, "services": blank})


def _lose_enterprises(plan: Plan) -> Plan:
    table = plan.attached["enterprises"].iloc[:0]
    provenance = {**plan.provenance, "attached": "[]"}
    return replace(plan, attached={**plan.attached, "enterprises": table}, provenance=provenance)


def _move_house(plan: Plan) -> Plan:
    return _change(
        plan, "enterprises", building_id=_put(plan.attached["enterprises"]["building_id"], 3, "b0001")
    )


def _lose_house(plan: Plan) -> Plan:
    return _change(
        plan, "enterprises", building_id=_put(plan.attached["enterprises"]["building_id"], 3, "b9999")
    )


def _wrong_owner(plan: Plan) -> Plan:
    return _change(plan, "risk_points", enterprise=_put(plan.attached["risk_points"]["enterprise"], 0, "E2"))


def _no_way(plan: Plan) -> Plan:
    return _change(plan, "services", placed="guess")


def _unplaced(plan: Plan) -> Plan:
    return _change(plan, "services", placed="")


@pytest.mark.parametrize(
    ("spoil", "reason", "role"),
    [
        (_twice, "things_id_twice", "hazards"),
        (_nameless, "things_id_empty", "staff"),
        (_bare, "things_columns_missing", "services"),
        (_without_level, "things_columns_missing", "staff"),
        (_lose_table, "things_gone", "care"),
        (_lose_row, "things_lost", "risk_points"),
        (_renumber, "things_area_gone", "staff"),
        (_mix, "things_codes_apart", "staff"),
        (_move_point, "things_elsewhere", "enterprises"),
        (_forget_codes, "things_elsewhere", "services"),
        (_lose_point, "things_elsewhere", "services"),
        (_move_house, "things_elsewhere", "enterprises"),
        (_lose_house, "things_building_gone", "enterprises"),
        (_wrong_owner, "things_ownerless", "risk_points"),
        (_no_way, "things_placed_unknown", "services"),
        (_unplaced, "things_placed_unknown", "services"),
    ],
)
def test_each_fault_is_found_by_its_name(
    things: Plan, spoil: Callable[[Plan], Plan], reason: str, role: str
) -> None:
    found = _judge(spoil(things))
    assert [key for key, _ in found] == [reason]
    assert found[0][1]["role"] == role


def test_things_whose_enterprises_are_gone_are_named(things: Plan) -> None:
    found = _judge(_lose_enterprises(things))
    assert [(key, values["role"]) for key, values in found] == [
        ("things_ownerless", "risk_points"), ("things_ownerless", "hazards")
    ]  # fmt: skip


def test_grids_that_were_redrawn_after_attaching_are_found_out(things: Plan) -> None:
    """The two grids of a sub-grid change their numbers: codes, chains and counts all stay in order."""
    one = things.attached["enterprises"]["grid"].iloc[0]
    other = next(code for code in things.areas["grid"].index if code[:4] == one[:4] and code != one)
    turned = {one: other, other: one}
    atoms = things.atoms.assign(grid=things.atoms["grid"].replace(turned))
    found = dict(_judge(replace(things, atoms=atoms)))
    assert "things_elsewhere" in found
    findings = check_plan(replace(things, atoms=atoms))
    stale = findings[findings["reason"].str.contains("things_elsewhere")].iloc[0]
    assert "attach it again" in format_check_reason(stale["reason"], "en")
    assert "重新挂接" in format_check_reason(stale["reason"], "zh")


def test_grids_of_new_codes_leave_the_old_ones_behind(things: Plan) -> None:
    codes = {code: f"{code}9" for code in things.areas["grid"].index}
    table = things.areas["grid"].rename(index=codes)
    redrawn = replace(
        things,
        atoms=things.atoms.assign(grid=things.atoms["grid"].map(codes)),
        areas={**things.areas, "grid": table},
    )
    found = _judge(redrawn)
    assert {key for key, _ in found} == {"things_area_gone"}
    assert {values["role"] for _, values in found} == set(LISTS)


@pytest.mark.parametrize("text", ["", "no json", "[1]", '[{"role": "staff"}]'])
def test_provenance_that_tells_nothing_is_no_fault_of_the_things(things: Plan, text: str) -> None:
    assert _judge(replace(things, provenance={**things.provenance, "attached": text})) == []


def test_an_id_that_is_read_as_a_row_number_is_not_counted_as_a_row_that_is_gone(attach) -> None:
    staff = pd.DataFrame({"编号": ["110101199003070123", "G1"], "岗位": "", "网格": "S001-01"})
    assert _judge(attach(staff=staff)) == []


def test_what_is_written_of_lists_stays_json(things: Plan) -> None:
    found = {one["role"]: one["rows"] for one in json.loads(things.provenance["attached"])}
    assert found["enterprises"] == 7, "a row of which nothing is read is a row"
    rows = things.issues[things.issues["code"] == "thing_row_blank"]
    assert rows[["layer", "id", "action"]].to_numpy().tolist() == [["enterprises", "row 7", "dropped"]]
