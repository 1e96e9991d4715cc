"""Lists of people: vector files, CSV, Excel."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from raising import raises

from gridplan.errors import InputError
from gridplan.io.people import read_people

CRS = pyproj.CRS.from_epsg(4545)
TABLE = pd.DataFrame(
    {
        "编号": ["001", "002", None],
        "岗位": ["A岗", "", None],
        "经度": ["108.0", "", "108.1"],
        "纬度": ["33.4", "", "33.5"],
        "网格编码": ["", "S001-01", None],
        "承担户数": ["约60户", "很多", None],
        "身份证号": ["x", "y", "z"],
    }
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "xlsx"])
def test_a_table_is_read_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / ("p.xlsx" if encoding == "xlsx" else "p.csv")
    if encoding == "xlsx":
        TABLE.to_excel(path, index=False)
    else:
        TABLE.to_csv(path, index=False, encoding=encoding)
    people, issues = read_people(path, CRS)
    assert people["person"].tolist() == ["001", "002", "row 3"]
    assert people["post"].tolist() == ["A岗", "", ""]
    assert people["place"].tolist() == ["", "S001-01", ""]
    assert people["x"].isna().tolist() == [False, True, False]
    assert 400_000 < people["x"].iloc[0] < 600_000
    assert people["y"].iloc[0] == pytest.approx(3_700_000, abs=50_000)
    assert people["capacity"].fillna(-1).tolist() == [60, -1, -1]
    codes = ["person_capacity_unreadable", "person_unnamed", "things_personal_columns"]
    assert sorted(issues["code"]) == codes
    assert "x" not in people.loc[:, ["person", "post", "place"]].to_numpy(), "nothing else is read"


def test_metres_are_those_of_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,x,y\na,500000.5,3700000\nb,,\n", encoding="utf-8")
    people, _ = read_people(path, CRS)
    assert people[["x", "y"]].iloc[0].tolist() == [500000.5, 3700000.0]
    assert people[["x", "y"]].iloc[1].isna().all()


def test_a_vector_file_is_moved_to_the_plans_system(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"工号": ["a", "b"]}, geometry=shapely.points([108, 108.1], [33.4, 33.5]), crs=4326
    )
    frame.to_file(tmp_path / "p.gpkg", layer="people")
    people, _ = read_people(f"{tmp_path / 'p.gpkg'}#people", CRS)
    assert np.isfinite(people[["x", "y"]].to_numpy()).all()
    assert people["x"].iloc[0] > 400_000


def test_what_is_no_list_of_people_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with raises(InputError, "people_columns"):
        read_people(tmp_path / "p.csv", CRS)
    (tmp_path / "p.xlsx").write_text("no workbook", encoding="utf-8")
    with raises(InputError, "file_damaged"):
        read_people(tmp_path / "p.xlsx", CRS)
    with pytest.raises(InputError):
        read_people(tmp_path / "absent.csv", CRS)


@pytest.mark.parametrize("column", ["姓名", "联系电话"])
def test_people_are_called_by_their_number_never_by_their_name(tmp_path: Path, column: str) -> None:
    table = pd.DataFrame({column: ["王某", "李某"], "岗位": ["A岗", "B岗"]})
    table.to_csv(tmp_path / "p.csv", index=False)
    people, issues = read_people(tmp_path / "p.csv", CRS)
    assert people["person"].tolist() == ["row 1", "row 2"]
    assert "王某" not in people.to_string() + issues.to_string()
    assert issues.loc[issues["code"] == "things_personal_columns", "detail"].tolist() == [column]
    numbered, _ = read_people(table.assign(工号=["7", "13812345678"]), CRS)
    assert numbered["person"].tolist() == ["7", "row 2"], "a telephone is no staff number"


def test_a_number_of_an_identity_card_is_no_number_of_staff_whatever_its_column_is_called() -> None:
    table = pd.DataFrame({"编号（身份证）": ["A-1", "A-2"], "岗位": ["A岗", "B岗"]})
    people, issues = read_people(table, CRS)
    assert people["person"].tolist() == ["row 1", "row 2"]
    assert "things_personal_columns" in issues["code"].tolist()


def test_a_building_says_where_people_are_where_no_area_does() -> None:
    table = pd.DataFrame({"工号": ["1", "2"], "网格编码": ["S001-01", None], "楼栋编号": ["b1", "b2"]})
    assert read_people(table, CRS)[0]["place"].tolist() == ["S001-01", "b2"]
