"""Lists of things: columns and words as offices write them, and what each fault says."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from raising import raises

from gridplan.crs import from_wgs84
from gridplan.errors import CRSError, InputError
from gridplan.i18n import LANGUAGES, translate_error
from gridplan.io.thing_words import parse_dates, parse_ratings, parse_yes_no
from gridplan.io.things import read_things

CRS = pyproj.CRS.from_epsg(4545)
SHOPS = pd.DataFrame(
    {
        "企业编号": ["Q1", "Q2", "Q3"],
        "企业名称": ["甲", "乙", "丙"],
        "行业类别": ["餐饮", "加油站", ""],
        "风险等级": ["红色", "Ⅱ级", "不清楚"],
        "L": ["3", "", "约6"],
        "经度": ["108.0001", "108.0002", ""],
        "纬度": ["33.4", "33.4", ""],
        "所属网格": ["", "", "S001-01"],
        "法人姓名": ["张三", "李四", "王五"],
        "联系电话": ["13900000001", "13900000002", "13900000003"],
        "备注": ["", "", ""],
    }
)


def _write(table: pd.DataFrame, path: Path, encoding: str = "utf-8") -> Path:
    if path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("name", "encoding"), [("e.csv", "utf-8-sig"), ("e.csv", "gb18030"), ("e.xlsx", ""), ("e.parquet", "")]
)
def test_a_list_is_read_whatever_its_format(tmp_path: Path, name: str, encoding: str) -> None:
    things = read_things("enterprises", _write(SHOPS, tmp_path / name, encoding), CRS, date="2026-01-31")
    frame = things.frame
    assert frame["id"].tolist() == ["Q1", "Q2", "Q3"]
    assert frame["kind"].tolist() == ["餐饮", "加油站", ""]
    assert frame["level"].tolist() == ["red", "orange", ""]
    assert frame["likelihood"].fillna(-1).tolist() == [3, -1, 6]
    assert frame["area"].tolist() == ["", "", "S001-01"]
    assert np.isfinite(frame["x"]).tolist() == [True, True, False]
    told = things.issues.set_index("code")["detail"]
    assert told["things_personal_columns"] == "法人姓名, 联系电话"
    assert told["things_columns_left"] == "备注"
    assert told["thing_word_unknown"] == "不清楚"
    assert (things.source.rows, things.source.crs, things.date) == (3, "EPSG:4326", "2026-01-31")
    # nothing about persons is anywhere in what was read
    assert not {"张三", "13900000001"} & set(frame.astype(str).to_numpy().ravel())


def test_columns_that_have_other_names_are_named(tmp_path: Path) -> None:
    path = _write(pd.DataFrame({"号": ["a"], "哪里": ["S001"], "行": ["五金"]}), tmp_path / "e.csv")
    things = read_things("enterprises", path, CRS, columns={"id": "号", "area": "哪里", "kind": "行"})
    assert things.frame.loc[0, ["id", "area", "kind"]].tolist() == ["a", "S001", "五金"]
    with raises(InputError, "column_missing"):
        read_things("enterprises", path, CRS, columns={"id": "x"})
    with raises(InputError, "field_unknown"):
        read_things("enterprises", path, CRS, columns={"colour": "行"})


@pytest.mark.parametrize(("system", "off"), [("gcj02", 0.5), ("bd09", 0.5)])
def test_web_map_coordinates_are_brought_back(tmp_path: Path, system: str, off: float) -> None:
    true = np.array([[108.0, 33.4], [108.01, 33.41]])
    plain = read_things("enterprises", _write(_points(true), tmp_path / "a.csv"), CRS)
    moved = _write(_points(from_wgs84(true, system)), tmp_path / "b.csv")
    back = read_things("enterprises", moved, CRS, system=system)
    astray = read_things("enterprises", moved, CRS)
    at = [one.frame[["x", "y"]].to_numpy() for one in (plain, back, astray)]
    assert np.abs(at[0] - at[1]).max() < 0.001
    assert np.abs(at[0] - at[2]).max() > off * 500
    assert back.source.crs == system
    assert np.isfinite(astray.frame["lon"]).all() and not np.isfinite(back.frame["lon"]).any()


def _points(lonlat: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": [f"p{i}" for i in range(len(lonlat))], "lon": lonlat[:, 0], "lat": lonlat[:, 1]}
    )


def test_latitude_before_longitude_is_changed_over_and_told(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "经度": [33.4, 33.5], "纬度": [108.0, 108.1]})
    things = read_things("services", _write(table, tmp_path / "s.csv"), CRS)
    assert things.frame["y"].between(3.6e6, 3.8e6).all()
    assert things.issues["code"].tolist() == ["thing_degrees_swapped"]


def test_rows_of_sums_and_blank_rows_stay_out(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"编号": ["a", "", "合计", "总 计"], "网格": ["S1", "", "", "2"], "岗位": ["A岗", "", "", ""]}
    )
    things = read_things("staff", _write(table, tmp_path / "s.csv"), CRS)
    assert things.frame["id"].tolist() == ["a"]
    assert things.issues["code"].tolist() == ["thing_row_of_sums"] * 2


def test_what_stands_twice_is_told_apart(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "a", "a", "b"], "名称": ["x", "x", "y", "z"], "网格": ["g"] * 4})
    for turn in ([0, 1, 2, 3], [3, 2, 1, 0]):
        things = read_things("enterprises", _write(table.iloc[turn], tmp_path / "e.csv"), CRS)
        assert things.frame[["id", "name"]].to_numpy().tolist() == [["a", "x"], ["a#2", "y"], ["b", "z"]]
        codes = things.issues[["id", "code", "detail"]].to_numpy().tolist()
        assert codes == [["a", "thing_twice", ""], ["a#2", "id_repeated", "a"]]


def test_one_enterprise_of_two_rows_is_merged_by_its_credit_code(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "编号": ["a", "b", "c", "d"],
            "统一社会信用代码": ["9144X", "9144X", "", ""],
            "名称": ["甲", "甲公司", "丙", "丁"],
            "行业": ["", "五金", "", ""],
            "网格": ["g"] * 4,
        }
    )
    things = read_things("enterprises", _write(table, tmp_path / "e.csv"), CRS)
    assert things.frame[["id", "name", "kind"]].to_numpy().tolist() == [
        ["a", "甲", "五金"], ["c", "丙", ""], ["d", "丁", ""]
    ]  # fmt: skip
    told = things.issues[things.issues["code"] == "enterprise_merged"]
    assert told[["id", "detail"]].to_numpy().tolist() == [["b", "a"]]
    assert "credit" not in things.frame


@pytest.mark.parametrize(
    ("words", "on_site", "is_fixed"),
    [
        ("已整改 整改完成 已销号 已完成 整改到位 已办结 逾期已整改 复查合格 是 已整改。 closed", None, True),
        ("未整改 整改中 逾期未整改 待整改 尚未整改 处理中 未销号 未按期整改 复查不合格 否 OPEN", None, False),
        ("现场整改 立行立改 现场已整改 当场整改完毕 即查即改 on_site", True, True),
        ("限期整改 责令限期整改 后续整改", False, None),
        ("已整改待复查 待验收 整改 已更换灭火器 有效", None, None),
    ],
)
def test_a_status_tells_whether_a_hazard_is_fixed(tmp_path: Path, words: str, on_site, is_fixed) -> None:
    cells = [word.replace("_", " ") for word in words.split()]
    table = pd.DataFrame(
        {"隐患编号": [f"H{i:02d}" for i in range(len(cells))], "整改状态": cells, "网格": "g"}
    )
    things = read_things("hazards", _write(table, tmp_path / "h.xlsx"), CRS)
    for name, wanted in (("on_site", on_site), ("is_fixed", is_fixed)):
        told = things.frame[name]
        assert told.isna().all() if wanted is None else (told == wanted).all(), name
    unknown = on_site is None and is_fixed is None
    assert things.issues["code"].tolist() == ["thing_word_unknown"] * (len(cells) if unknown else 0)


def test_reports_in_the_place_of_a_status_are_not_told_again(tmp_path: Path) -> None:
    words = ["张三已于七月一日更换全部灭火器并经李四复查", "已整改"]
    table = pd.DataFrame({"编号": ["a", "b"], "整改情况": words, "网格": "g"})
    things = read_things("hazards", _write(table, tmp_path / "h.csv"), CRS)
    assert things.frame["is_fixed"].fillna(False).tolist() == [False, True]
    assert things.issues[["id", "code", "detail"]].to_numpy().tolist() == [["a", "thing_word_unknown", "…"]]


def test_a_status_that_contradicts_is_told(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "编号": ["a", "b", "c", "d"],
            "整改状态": ["未整改", "已整改", "现场整改", "整改中"],
            "整改日期": ["2026-01-02", "2026-01-02", "", ""],
            "整改方式": ["", "限期整改", "限期整改", "立行立改"],
            "网格": "g",
        }
    )
    things = read_things("hazards", _write(table, tmp_path / "h.csv"), CRS)
    assert things.frame["is_fixed"].tolist() == [False, True, True, False]
    told = things.issues[things.issues["code"] == "hazard_status_differs"]
    assert told["id"].tolist() == ["a", "c", "d"]


def test_a_blank_beside_dates_of_fixing_is_open_and_a_list_without_any_tells_nothing(tmp_path: Path) -> None:
    table = pd.DataFrame({"编号": ["a", "b", "c"], "整改日期": ["2026-01-02", "", "下周"], "网格": "g"})
    things = read_things("hazards", _write(table, tmp_path / "h.csv"), CRS)
    assert things.frame["is_fixed"].isna().tolist() == [True, False, True], "what cannot be read says nothing"
    told = things.issues[things.issues["code"] == "hazards_undated_open"]
    assert told[["id", "value", "action"]].to_numpy().tolist() == [["*", 1.0, "estimated"]]
    for bare in (table.drop(columns="整改日期"), table.assign(整改日期="")):
        things = read_things("hazards", _write(bare, tmp_path / "b.csv"), CRS)
        assert things.frame["is_fixed"].isna().all() and not len(things.issues)


def test_numbers_of_persons_are_no_ids(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"编号": ["110101199003070123", "13912345678", "G01"], "姓名": ["甲", "乙", "丙"], "网格": ["g"] * 3}
    )
    things = read_things("staff", _write(table, tmp_path / "s.csv"), CRS)
    assert sorted(things.frame["id"]) == ["G01", "row 1", "row 2"]
    assert not things.frame.astype(str).isin(["110101199003070123", "13912345678", "甲"]).any(axis=None)
    assert "1101" not in things.issues.to_csv()
    with raises(InputError, "things_personal"):
        read_things("staff", tmp_path / "s.csv", CRS, columns={"id": "姓名"})


def test_households_have_no_ids_at_all(tmp_path: Path) -> None:
    table = pd.DataFrame({"编号": ["H1", "H2"], "类别": ["放心户", "关心"], "楼栋编号": ["b1", "b1"]})
    things = read_things("care", _write(table, tmp_path / "c.csv"), CRS)
    assert things.frame["id"].tolist() == ["row 1", "row 2"]
    assert things.frame["care_class"].tolist() == ["steady", "attention"]
    assert things.frame["households"].tolist() == [1, 1]


def test_a_shapefile_of_an_office_is_read(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"编号": ["a", "b"], "名称": ["站一", "站二"]},
        geometry=shapely.points([108, 108.1], [33.4, 33.5]),
        crs=4490,
    )
    frame.to_file(tmp_path / "s.shp", encoding="gb18030")
    (tmp_path / "s.cpg").unlink()
    assert read_things("services", tmp_path / "s.shp", CRS).frame["name"].tolist() == ["站一", "站二"]


HOSTILE = {
    "nothing in it": (b"", "file_empty"),
    "a header only": ("编号,网格\n".encode(), "things_empty"),
    "no place": ("编号,名称\na,b\n".encode(), "things_no_place"),
    "places without numbers": ("编号,经度,纬度\na,东,北\n".encode(), "things_no_place"),
    "no text": (b"\xff\xfe\x00\x81\x00", "file_damaged"),
    "blank lines": (b"\n\n\n", "file_damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_list_ends_in_one_message(tmp_path: Path, case: str) -> None:
    content, key = HOSTILE[case]
    path = tmp_path / "e.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_things("enterprises", path, CRS)
    assert caught.value.key == key
    for lang in LANGUAGES:
        told = translate_error(caught.value, lang)
        assert str(path) in told and "\n" not in told


def test_a_broken_workbook_and_a_missing_file_end_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "e.xlsx").write_bytes(b"PK no zip")
    for name, key in (("e.xlsx", "file_damaged"), ("gone.csv", "file_missing")):
        with pytest.raises(InputError) as caught:
            read_things("enterprises", tmp_path / name, CRS)
        assert caught.value.key == key
    with raises(InputError, "role_unknown"):
        read_things("cats", tmp_path / "e.xlsx", CRS)
    _write(SHOPS, tmp_path / "e.csv")
    with raises(CRSError, "crs_not_known"):
        read_things("enterprises", tmp_path / "e.csv", CRS, system="mars")


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("红", "red"), ("橙色", "orange"), ("重大风险", "red"), ("较大", "orange"), ("一般隐患", "yellow"),
        ("低风险(蓝色)", "blue"), ("Ⅳ级", "blue"), ("一级", "red"), ("2级", "orange"), ("Red", "red"),
        ("", ""),
    ],
)  # fmt: skip
def test_ratings_are_understood(word: str, level: str) -> None:
    levels, unknown = parse_ratings(pd.Series([word]))
    assert (levels[0], bool(unknown[0])) == (level, False)


@pytest.mark.parametrize("word", ["红黄", "特高", "3", "深"])
def test_ratings_that_are_none_are_listed(word: str) -> None:
    levels, unknown = parse_ratings(pd.Series([word]))
    assert (levels[0], bool(unknown[0])) == ("", True)


def test_dates_and_truth_values_are_understood() -> None:
    dates, unknown = parse_dates(
        pd.Series(["2025-07-01 00:00:00", "2025/7/1", "2025年7月1日", "20250701", "", "2025-13-01", "昨天"])
    )
    assert dates.tolist() == ["2025-07-01"] * 4 + ["", "", ""]
    assert unknown.tolist() == [False] * 5 + [True, True]
    told, unknown = parse_yes_no(pd.Series(["是", "0", "", "也许", "立行立改"]))
    assert told.fillna(False).tolist() == [True, False, False, False, True]
    assert told.isna().tolist() == [False, False, True, True, False]
    assert unknown.tolist() == [False, False, False, True, False]


@given(st.text(max_size=12))
def test_any_word_is_a_rating_or_listed(word: str) -> None:
    levels, unknown = parse_ratings(pd.Series([word], dtype="str"))
    assert levels[0] in {"red", "orange", "yellow", "blue", ""}
    assert not (levels[0] and unknown[0])
