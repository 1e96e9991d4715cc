"""Tables as offices keep them: titles above the heads, merged cells, old encodings, notes below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
from raising import raises

from gridplan.errors import InputError
from gridplan.i18n import LANGUAGES, translate_error
from gridplan.io.people import read_people
from gridplan.io.thing_words import parse_dates
from gridplan.io.things import read_things
from gridplan.schema import Things

CRS = pyproj.CRS.from_epsg(4545)
HEADS = ["企业编号", "企业名称", "所属网格"]
ROWS = [["Q1", "甲", "S001-01"], ["Q2", "乙", "S001-02"], ["Q3", "丙", "S002-01"]]


def _sheet(path: Path, rows: Sequence[Sequence[object]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def _text(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", sign: str = ",") -> Path:
    path.write_bytes("\n".join(sign.join(row) for row in rows).encode(encoding))
    return path


def _codes(things: Things) -> list[str]:
    return things.issues["code"].tolist()


@pytest.mark.parametrize("above", [[], [["风险台账"]], [["风险台账"], [], ["填报单位:甲", "2026年6月"]]])
def test_the_heads_are_found_below_a_title(tmp_path: Path, above: list[list[str]]) -> None:
    rows = [*above, HEADS, *ROWS]
    for path in (
        _sheet(tmp_path / "e.xlsx", rows, *(["A1:C1"] if above else [])),
        _text(tmp_path / "e.csv", rows, "gb18030"),
        _text(tmp_path / "e.txt", rows, "utf-16", "\t"),
    ):
        things = read_things("enterprises", path, CRS)
        assert things.frame[["id", "name", "area"]].to_numpy().tolist() == ROWS
        told = things.issues[things.issues["code"] == "things_heads_below"]
        assert told["value"].tolist() == ([float(len(above))] if above else [])


def test_heads_below_a_title_may_be_those_that_are_named(tmp_path: Path) -> None:
    path = _text(tmp_path / "e.csv", [["台账", ""], ["号", "哪里"], ["a", "S001"]])
    things = read_things("enterprises", path, CRS, columns={"id": "号", "area": "哪里"})
    assert things.frame[["id", "area"]].to_numpy().tolist() == [["a", "S001"]]
    people, _ = read_people(
        _text(tmp_path / "p.csv", [["名册", "", ""], ["工号", "岗位", "网格"], ["1", "a", "g"]]), CRS
    )
    assert people[["person", "post", "place"]].to_numpy().tolist() == [["1", "a", "g"]]


def test_what_a_merged_cell_says_counts_for_its_rows(tmp_path: Path) -> None:
    rows = [["台账"], ["所属网格", "企业编号"], ["S001", "a"], ["", "b"], ["S002", "c"], ["", "d"], ["", "e"]]
    rows = [[cell or None for cell in row] for row in rows]
    things = read_things("enterprises", _sheet(tmp_path / "e.xlsx", rows, "A1:B1", "A3:A4", "A5:A6"), CRS)
    assert things.frame[["id", "area"]].to_numpy().tolist() == [
        ["a", "S001"], ["b", "S001"], ["c", "S002"], ["d", "S002"], ["e", ""]
    ]  # fmt: skip


def test_a_sign_at_the_end_of_each_row_does_not_move_the_cells(tmp_path: Path) -> None:
    path = _text(tmp_path / "e.csv", [HEADS, *([*row, ""] for row in ROWS)])
    assert read_things("enterprises", path, CRS).frame["id"].tolist() == ["Q1", "Q2", "Q3"]


@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_a_first_column_without_a_head_keeps_its_place(tmp_path: Path, sign: str) -> None:
    rows = [["", *HEADS], *([str(at), *row] for at, row in enumerate(ROWS))]
    things = read_things("enterprises", _text(tmp_path / "e.csv", rows, sign=sign), CRS)
    assert things.frame[["id", "area"]].to_numpy().tolist() == [[row[0], row[2]] for row in ROWS]


@pytest.mark.parametrize("row", [0, 1])
def test_cells_that_no_head_stands_above_are_refused_and_not_lost(tmp_path: Path, row: int) -> None:
    rows = [HEADS, *ROWS]
    rows[row + 1] = [*rows[row + 1], "3号楼"]
    with raises(InputError, "file_damaged"):
        read_things("enterprises", _text(tmp_path / "e.csv", rows), CRS)


def test_an_old_workbook_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "e.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(64))
    with raises(InputError, "list_xls") as fault:
        read_things("enterprises", path, CRS)
    assert all(".xlsx" in translate_error(fault.value, lang) for lang in LANGUAGES)


@pytest.mark.parametrize(
    "note",
    [
        "填表人：张三",
        "制表人:李四 审核人:王五",
        "备注：以上数据截至六月",
        "审核负责人 : 王五",
        "单位（盖章）：",
    ],
)
def test_a_note_below_the_table_is_no_thing(tmp_path: Path, note: str) -> None:
    things = read_things("enterprises", _text(tmp_path / "e.csv", [HEADS, *ROWS, [note, "", ""]]), CRS)
    assert things.frame["id"].tolist() == ["Q1", "Q2", "Q3"]
    rows = things.issues[things.issues["code"] == "thing_row_blank"]
    assert rows[["id", "action", "detail"]].to_numpy().tolist() == [["row 4", "dropped", ""]]
    assert things.source.rows == 4


def test_rows_without_anything_are_no_rows(tmp_path: Path) -> None:
    path = _text(tmp_path / "e.csv", [HEADS, *ROWS, ["", "", ""], [" ", "", ""]])
    things = read_things("enterprises", path, CRS)
    assert (len(things.frame), things.source.rows, _codes(things)) == (3, 3, [])


def test_coordinates_as_people_write_them(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "id": list("abcdefg"),
            "经度": ["108.01", "１０８．０１", "108.01°", "东经108.01", "待查", "0", "1080100"],
            "纬度": ["33.41", "３３．４１", "33.41°N", "北纬33.41°", "33.41", "0", "33.41"],
        }
    )
    path = tmp_path / "e.csv"
    table.to_csv(path, index=False)
    things = read_things("enterprises", path, CRS)
    xy = things.frame[["x", "y"]].to_numpy()
    assert np.ptp(xy[:4], axis=0).max() < 0.001 and np.isnan(xy[4:]).all()
    told = things.issues[things.issues["code"] == "thing_point_unreadable"]
    assert told[["id", "detail"]].to_numpy().tolist() == [["e", "待查, 33.41"], ["g", "1080100, 33.41"]]
    staff = read_things("staff", path, CRS)
    hidden = staff.issues[staff.issues["code"] == "thing_point_unreadable"]
    assert hidden["detail"].tolist() == ["…", "…"], "where people live is not told"


def test_suffixes_of_repeated_ids_are_free(tmp_path: Path) -> None:
    rows = [["A", "甲", "g"], ["A", "乙", "g"], ["A#2", "丙", "g"], ["A", "丁", "g"]]
    things = read_things("enterprises", _text(tmp_path / "e.csv", [HEADS, *rows]), CRS)
    assert things.frame["id"].is_unique and len(things.frame) == 4
    told = things.issues[things.issues["code"] == "id_repeated"]
    assert set(told["id"]) == {"A#3", "A#4"} and set(told["detail"]) == {"A"}


def test_an_enterprise_is_known_by_its_name_where_no_number_is_told(tmp_path: Path) -> None:
    table = pd.DataFrame({"编号": ["H1", "H2"], "企业编号": ["E1", ""], "企业名称": ["甲", "乙"]})
    path = tmp_path / "h.csv"
    table.to_csv(path, index=False)
    assert read_things("hazards", path, CRS).frame["enterprise"].tolist() == ["E1", "乙"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("45839", "2025-07-01"), ("45839.5", "2025-07-01"), ("20250701", "2025-07-01"),
        ("2025.7.1", "2025-07-01"), ("2025年7月1日", "2025-07-01"), ("2025-07-01 08:30:00", "2025-07-01"),
        ("202511", ""), ("2025111", ""), ("2025-7", ""), ("45839123", ""), ("12345", ""), ("20250732", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_for_sure_or_listed(text: str, day: str) -> None:
    told, unknown = parse_dates(pd.Series([text], dtype="str"))
    assert (told[0], bool(unknown[0])) == (day, not day)
