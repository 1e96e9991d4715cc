"""What attaching does: each way of placing, what follows what, compounds, files, faults in one message."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from lattice_town import ORIGIN
from pandas.testing import assert_frame_equal
from raising import raises

from gridplan.attach import compare_systems
from gridplan.check import check_plan
from gridplan.compare.comparison import compare_plans
from gridplan.crs import SYSTEMS, WGS84, from_wgs84
from gridplan.errors import InputError
from gridplan.i18n import LANGUAGES, translate_error
from gridplan.io import open_plan
from gridplan.io.things import read_things
from gridplan.pipeline import write_plan
from gridplan.plan import Plan
from gridplan.plan.codes import code_house, code_houses
from gridplan.report import describe_plan
from gridplan.report.tables import format_issues

X, Y = ORIGIN
ENTERPRISES = pd.DataFrame(
    {
        "id": ["E1", "E2", "E3"],
        "name": ["甲", "乙", "丙"],
        "x": [X + 10, X + 250, X - 80],
        "y": [Y + 10, Y + 130, Y],
    }
)
HAZARDS = pd.DataFrame(
    {
        "编号": ["H1", "H2", "H3", "H4", "H5"],
        "企业编号": ["E1", "乙", "E3", "E9", ""],
        "发现日期": ["2026-01-01"] * 5,
        "现场整改": ["是", "否", "是", "是", "是"],
    }
)


def _list_issues(plan: Plan, role: str) -> dict[str, str]:
    rows = plan.issues[plan.issues["layer"] == role]
    return dict(zip(rows["id"], rows["code"], strict=True))


def test_things_outside_stay_in_the_table_and_are_listed_with_their_distance(attach) -> None:
    plan = attach(enterprises=ENTERPRISES)
    table = plan.attached["enterprises"].set_index("id")
    assert table["placed"].tolist() == ["point", "point", ""]
    assert table.loc["E3", ["subgrid", "grid", "building_id"]].tolist() == ["", "", ""]
    assert not table.loc["E3", "geometry"].is_empty
    listed = plan.issues[plan.issues["code"] == "thing_outside"]
    assert listed[["id", "value"]].to_numpy().tolist() == [["E3", 80.0]]


def test_hazards_lie_where_their_enterprise_does(attach) -> None:
    plan = attach(enterprises=ENTERPRISES, hazards=HAZARDS)
    table = plan.attached["hazards"].set_index("id")
    assert not isinstance(plan.attached["hazards"], gpd.GeoDataFrame)
    owner = plan.attached["enterprises"].set_index("id")
    assert table.loc["H1", "grid"] == owner.loc["E1", "grid"]
    assert table.loc["H2", "grid"] == owner.loc["E2", "grid"], "a name that is the only one does too"
    assert table["placed"].tolist() == ["enterprise", "enterprise", "", "", ""]
    assert table["on_site"].tolist() == [True, False, True, True, True]
    assert _list_issues(plan, "hazards") == {
        "H3": "thing_owner_unplaced", "H4": "thing_owner_unknown", "H5": "thing_nowhere"
    }  # fmt: skip


def test_plans_written_before_a_status_was_read_open_as_they_were(attach, tmp_path: Path) -> None:
    plan = attach(enterprises=ENTERPRISES, hazards=HAZARDS.assign(整改状态=["", "未整改", "", "", ""]))
    assert plan.attached["hazards"]["is_fixed"].fillna(True).tolist() == [True, False, True, True, True]
    path = tmp_path / "plan.gpkg"
    write_plan(plan, path)
    assert_frame_equal(open_plan(path).attached["hazards"], plan.attached["hazards"])
    older = plan.attached["hazards"].drop(columns="is_fixed")
    write_plan(replace(plan, attached={**plan.attached, "hazards": older}), path)
    table = open_plan(path).attached["hazards"]
    assert list(table) == list(plan.attached["hazards"]) and table["is_fixed"].isna().all()


def test_hazards_of_an_enterprise_that_was_merged_follow_it(attach) -> None:
    twice = ENTERPRISES.assign(**{"统一社会信用代码": ["9144X", "", "9144X"]})
    plan = attach(enterprises=twice, hazards=HAZARDS)
    table = plan.attached["hazards"].set_index("id")
    assert len(plan.attached["enterprises"]) == 2
    assert table.loc["H3", "grid"] == table.loc["H1", "grid"] != ""


def test_enterprises_that_come_again_take_their_hazards_along(attach) -> None:
    before = attach(enterprises=ENTERPRISES, hazards=HAZARDS)
    moved = ENTERPRISES.assign(
        x=ENTERPRISES["x"].to_numpy()[[1, 0, 0]], y=ENTERPRISES["y"].to_numpy()[[1, 0, 0]]
    )
    after = attach(plan=before, enterprises=moved)
    assert after.attached["hazards"]["placed"].tolist() == ["enterprise"] * 3 + ["", ""]
    grids = before.attached["hazards"]["grid"].tolist()
    assert after.attached["hazards"]["grid"].tolist() == [grids[1], grids[0], grids[0], "", ""]
    assert len(after.attached["enterprises"]) == 3, "a role that comes again is replaced"
    assert len(json.loads(after.provenance["attached"])) == 2
    assert _list_issues(after, "enterprises") == {}
    assert len(after.attached["hazards"]) == 5
    assert _list_issues(after, "hazards") == {"H4": "thing_owner_unknown", "H5": "thing_nowhere"}


def test_a_house_code_leads_to_its_building_or_stairwell(attach, town: Plan) -> None:
    houses = code_houses(town)
    one = houses[houses["stair"] == 0].iloc[7]
    tower = houses[(houses["building_id"] == "tower")].iloc[-1]
    form = "{parent}{building:05d}{stair:02d}{floor:02d}{room:02d}"
    flat = code_house(form, parent=one["parent"], building=one["building"], stair=1, floor=4, room=2)
    high = code_house(
        form, parent=tower["parent"], building=tower["building"], stair=tower["stair"], floor=4, room=2
    )
    table = pd.DataFrame(
        {"id": ["a", "b", "c", "d"], "房屋编码": [one["code"], high, "b0003-2-301", "tower"]}
    )
    plan = attach(services=table)
    placed = plan.attached["services"]
    assert placed["building_id"].tolist() == [one["building_id"], "tower", "b0003", "tower"]
    slot = town.atoms[(town.atoms["building_id"] == "tower") & (town.atoms["slice"] == tower["slice"])]
    assert placed.loc[1, "grid"] == slot["grid"].iloc[0]
    assert placed.loc[3, ["subgrid", "grid"]].tolist() == [slot["subgrid"].iloc[0], ""]
    assert _list_issues(plan, "services") == {"d": "thing_in_several_areas"}
    assert not placed.geometry.is_empty.any(), "a building has a place to draw"
    assert flat[:-4] != one["code"][:-4], "a stairwell that the building does not have"


def test_areas_are_known_by_code_and_by_name_on_every_level(attach, town: Plan) -> None:
    named = town.areas["subgrid"].assign(name="")
    named.loc["S001", "name"], named.loc[["S002", "S003"], "name"] = "书院 片区", "同名"
    plan = replace(town, areas={**town.areas, "subgrid": named})
    table = pd.DataFrame(
        {"id": list("abcde"), "网格": ["S001-02", "Ｓ００１", "书院 片区", "同名", "S9"], "岗位": ["A岗"] * 5}
    )
    done = attach(plan=plan, staff=table)
    staff = done.attached["staff"]
    assert staff["subgrid"].tolist() == ["S001", "S001", "S001", "", ""]
    assert staff["grid"].tolist() == ["S001-02", "", "", "", ""]
    listed = _list_issues(done, "staff")
    assert (listed["d"], listed["e"], listed["*"]) == (
        "thing_area_several",
        "thing_area_unknown",
        "things_coarse",
    )


def test_the_home_of_staff_does_not_narrow_the_area_that_they_are_named_for(attach) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "社区": ["S004", ""], "x": [X + 10] * 2, "y": [Y + 230] * 2})
    staff = attach(staff=table).attached["staff"].set_index("id")
    assert staff.loc["a", ["subgrid", "grid", "placed"]].tolist() == ["S004", "", "code"]
    assert staff.loc["b", "placed"] == "point" and staff.loc["b", "grid"] != ""
    # of what is no person the point says more
    shop = attach(enterprises=table.assign(x=[np.nan, X + 10])).attached["enterprises"].set_index("id")
    assert shop.loc["a", ["subgrid", "grid", "placed"]].tolist() == ["S004", "", "code"]


def test_a_point_that_contradicts_its_building_is_listed(attach) -> None:
    table = pd.DataFrame({"id": ["a"], "building_id": ["b0000"], "x": [X + 390], "y": [Y + 230]})
    plan = attach(enterprises=table)
    assert plan.attached["enterprises"].loc[0, "placed"] == "building"
    listed = plan.issues[plan.issues["code"] == "thing_places_differ"]
    assert listed["detail"].str.contains("building .* | point .*").all() and len(listed) == 1


@pytest.mark.parametrize(("system", "code"), [("gcj02", "points_system_other"), ("wgs84", "points_system")])
def test_another_system_is_proposed_and_nothing_is_shifted(
    attach, town: Plan, system: str, code: str
) -> None:
    spots = town.buildings.geometry.representative_point().to_crs(WGS84)
    true = np.column_stack([spots.x, spots.y])
    # a district of half a kilometre: under the wrong system one point alone stays inside
    there = np.vstack([from_wgs84(true, system), true[:1]])
    table = pd.DataFrame({"id": np.arange(len(there)), "lon": there[:, 0], "lat": there[:, 1]})
    plan = attach(enterprises=table)
    listed = plan.issues[plan.issues["code"].str.startswith("points_system")]
    assert listed["code"].tolist() == [code]
    assert listed["detail"].iloc[0].startswith(f"{system} 9") or listed["detail"].iloc[0].startswith(
        f"{system} 10"
    )
    right = attach(enterprises=table.iloc[:-1], crs=system)
    assert (right.attached["enterprises"]["placed"] == "point").all()
    assert not right.issues["code"].str.startswith("points_system").any(), "a declared system is not judged"


FAULTS = {
    "wrong system": (pd.DataFrame({"id": ["a"], "x": [12_800_000], "y": [4_000_000]}), "crs_misfit"),
    "far off": (pd.DataFrame({"id": ["a"], "x": [X - 10_000], "y": [Y]}), "things_outside"),
    "unknown building": (pd.DataFrame({"id": ["a"], "building_id": ["zz"]}), "things_unknown"),
    "unknown area": (pd.DataFrame({"id": ["a", "b"], "网格": ["zz", ""]}), "things_unknown"),
    "no place given": (pd.DataFrame({"id": ["a"], "网格": [""]}), "things_placeless"),
    "no column of places": (pd.DataFrame({"id": ["a"]}), "things_no_place"),
    "no rows": (pd.DataFrame({"id": [], "x": [], "y": []}), "things_empty"),
    "sums only": (pd.DataFrame({"id": ["合计"], "网格": [""]}), "things_placeless"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_list_of_which_nothing_fits_ends_in_one_message(attach, case: str) -> None:
    table, key = FAULTS[case]
    with pytest.raises(InputError) as caught:
        attach(enterprises=table)
    assert caught.value.key == key
    for lang in LANGUAGES:
        text = translate_error(caught.value, lang)
        assert "enterprises.csv" in text and "\n" not in text


def test_hazards_without_enterprises_say_what_is_lacking(attach) -> None:
    with raises(InputError, "things_ownerless"):
        attach(hazards=HAZARDS.iloc[:4])


def test_roles_that_there_are_not_are_refused(attach, tmp_path: Path) -> None:
    with raises(InputError, "role_unknown"):
        attach(cats=tmp_path / "x.csv")
    with raises(InputError, "role_unknown"):
        attach(columns={"cats": {}})


def test_compounds_by_outline_label_buildings_and_land(attach, town: Plan, tmp_path: Path) -> None:
    shapes = [shapely.box(X, Y, X + 60, Y + 60), shapely.box(X + 300, Y - 5, X + 400, Y + 40)]
    drawn = gpd.GeoDataFrame(
        {"名称": ["甲园", "乙园"], "类型": ["物业小区", "老旧院落"]}, geometry=shapes, crs=town.crs
    )
    drawn.to_file(tmp_path / "c.gpkg")
    plan = attach(compounds=tmp_path / "c.gpkg")
    inside = town.atoms.representative_point().within(shapes[0])
    assert set(plan.atoms.loc[inside, "compound"]) == {"甲园"}
    assert (plan.atoms["compound"] == "甲园").sum() == inside.sum() == 9
    land = town.atoms[town.atoms["building_id"].isna() & town.atoms.representative_point().within(shapes[1])]
    assert set(plan.atoms.loc[land.index, "compound"]) == {"乙园"} and len(land)
    listed = plan.issues[plan.issues["code"] == "compound_joined"].set_index("id")["value"]
    assert listed["甲园"] == 9
    assert (plan.buildings["compound_type"] == "property").sum() == 9
    pd.testing.assert_frame_equal(plan.findings, check_plan(plan))
    # again with one of them: the other's buildings leave it
    drawn.iloc[1:].to_file(tmp_path / "d.gpkg")
    again = attach(plan=plan, compounds=tmp_path / "d.gpkg")
    assert set(again.atoms["compound"]) == {"", "乙园"}
    left = again.issues[again.issues["code"] == "compound_left"]
    assert left[["id", "value"]].to_numpy().tolist() == [["甲园", 9.0]]


def test_compounds_by_a_list_of_buildings(attach) -> None:
    table = pd.DataFrame(
        {
            "小区名称": ["甲园", "甲园", "乙园", "乙园", "丙园"],
            "类型": ["物业小区", "", "", "", ""],
            "楼栋编号": ["b0000", "b0001", "b0001", "", "zz"],
            "x": [np.nan, np.nan, np.nan, X + 50, np.nan],
            "y": [np.nan, np.nan, np.nan, Y + 10, np.nan],
        }
    )
    plan = attach(compounds=table)
    named = plan.buildings["compound"].dropna()
    assert sorted(named.items()) == [("b0000", "甲园"), ("b0001", "乙园"), ("b0002", "乙园")]
    listed = plan.issues[plan.issues["code"].isin(["building_in_two_compounds", "thing_building_unknown"])]
    assert len(listed) == 2
    with raises(InputError, "things_unknown"):
        attach(compounds=table.iloc[4:])


def test_a_plan_with_things_is_a_plan_like_any_other(attach, town: Plan, tmp_path: Path) -> None:
    plan = attach(enterprises=ENTERPRISES, hazards=HAZARDS)
    path = write_plan(plan, tmp_path / "p.gpkg")
    pyogrio.write_dataframe(ENTERPRISES, path, layer="a layer of the planner's own", append=False)
    pyogrio.write_dataframe(ENTERPRISES, path, layer="staff", append=False)
    again = open_plan(path)
    assert set(again.attached) == {"enterprises", "hazards"}, "a staff layer of one's own is let be"
    findings = check_plan(again)
    others = findings[findings["key"] != "placed"].reset_index(drop=True)
    assert_frame_equal(others, check_plan(open_plan(write_plan(town, tmp_path / "q.gpkg"))))
    assert findings[findings["key"] == "placed"]["verdict"].tolist() == ["ok"]
    assert compare_plans(town, again, ["grid"])["grid"].figures["population_moved"] == 0
    assert describe_plan(again)["grid"]["households"].sum() == town.atoms["households"].sum()
    # a plan of the time before has none
    assert open_plan(tmp_path / "q.gpkg").attached == {}


def test_where_it_came_from_is_written(attach) -> None:
    plan = attach(enterprises=ENTERPRISES, date="2026-06-30")
    (listed,) = json.loads(plan.provenance["attached"])
    assert listed["file"] == "enterprises.csv" and listed["rows"] == 3 and listed["date"] == "2026-06-30"
    assert listed["role"] == "enterprises" and len(listed["sha256"]) == 64 and listed["columns"]["id"] == "id"


@pytest.mark.city
def test_points_of_a_web_map_are_found_out_in_a_real_city(city, tmp_path: Path) -> None:
    path = city("beijing_wangjing")
    buildings = gpd.read_file(path, layer="buildings").to_crs("EPSG:4547")
    spots = gpd.read_file(path, layer="pois").to_crs("EPSG:4547").centroid.to_crs(WGS84)
    plan = SimpleNamespace(buildings=buildings, crs=pyproj.CRS("EPSG:4547"))
    for system in SYSTEMS:
        there = from_wgs84(np.column_stack([spots.x, spots.y]), system)
        file = tmp_path / f"{system}.csv"
        pd.DataFrame({"id": range(len(there)), "lon": there[:, 0], "lat": there[:, 1]}).to_csv(
            file, index=False
        )
        listed = compare_systems(plan, read_things("enterprises", file, plan.crs))
        assert listed["detail"].iloc[0].startswith(f"{system} 4"), listed["detail"].iloc[0]
        assert listed["code"].tolist() == ["points_system" if system == "wgs84" else "points_system_other"]


def _part_grid(town: Plan) -> Plan:
    """Split the southern rows of the tower's first grid off, so that its sub-grid has a third one."""
    tower = town.atoms.index[town.atoms["building_id"] == "tower"]
    home = town.atoms["grid"].loc[tower[0]]
    low = town.atoms.geometry.bounds["maxy"] <= town.atoms.geometry.bounds["miny"].loc[tower].min() + 0.1
    grid = town.atoms["grid"].mask((town.atoms["grid"] == home) & low, "S001-03")
    row = town.areas["grid"].loc[[home]].rename(index={home: "S001-03"}).assign(name="S001-03")
    areas = {**town.areas, "grid": pd.concat([town.areas["grid"], row])}
    return replace(town, atoms=town.atoms.assign(grid=grid), areas=areas)


def test_an_area_that_holds_no_part_of_a_cut_building_is_no_place_of_it(attach, town: Plan) -> None:
    parted = _part_grid(town)
    inside = parted.atoms.loc[parted.atoms["building_id"] == "tower", "grid"].iloc[0]
    apart = parted.atoms.geometry[parted.atoms["grid"] == "S001-03"].iloc[0].centroid
    table = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "楼栋编号": ["tower"] * 3,
            "网格": [inside, "S001-03", ""],
            "x": [np.nan, np.nan, apart.x],
            "y": [np.nan, np.nan, apart.y],
        }
    )
    plan = attach(plan=parted, enterprises=table)
    placed = plan.attached["enterprises"]
    assert placed["grid"].tolist() == [inside, "", ""] and set(placed["subgrid"]) == {"S001"}
    listed = plan.issues[plan.issues["code"] == "thing_places_differ"]
    assert listed[["id", "detail"]].to_numpy().tolist() == [
        ["b", "building tower | code S001-03"],
        ["c", "building tower | point S001-03"],
    ]
    findings = check_plan(plan)
    assert findings.loc[findings["key"] == "placed", "verdict"].tolist() == ["ok"]


def test_what_led_nowhere_is_listed_of_things_that_were_placed_all_the_same(attach) -> None:
    table = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "x": [X - 80, np.nan, X + 10, X + 10],
            "y": [Y, np.nan, Y + 10, Y + 10],
            "楼栋编号": ["", "无此楼", "", ""],
            "网格": ["S001-01", "S001-01", "无此格", "无此格"],
        }
    )
    plan = attach(enterprises=table)
    assert (plan.attached["enterprises"]["placed"] != "").all()
    rows = plan.issues[plan.issues["code"].str.endswith("_ignored")].sort_values("code")
    assert rows[["id", "code", "detail"]].to_numpy().tolist() == [
        ["b", "thing_building_ignored", "无此楼"],
        ["a", "thing_point_ignored", ""],
        ["*", "things_area_ignored", "无此格"],
    ]
    assert rows["value"].tolist()[1:] == [80.0, 2.0]
    assert all("{" not in line for lang in LANGUAGES for line in format_issues(rows, lang))
    staff = attach(staff=table.drop(columns="楼栋编号").iloc[:3])
    listed = staff.issues[staff.issues["code"].str.endswith("_ignored")]
    assert listed["code"].tolist() == ["things_area_ignored"], "where staff live is nobody's business"
