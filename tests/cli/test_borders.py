"""``gridplan borders``."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from gridplan.cli import FINE, UNUSABLE, main


def test_borders_are_written_in_both_languages(
    plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = []
    for lang in ("zh", "en"):
        out = tmp_path / f"{lang}.xlsx"
        assert main(["borders", str(plan_file), "--out", str(out), "--lang", lang]) == FINE
        book = openpyxl.load_workbook(out)
        assert len(book.sheetnames) == 5
        heads.append(next(book[book.sheetnames[0]].iter_rows(values_only=True)))
        assert str(out) in capsys.readouterr().out
    assert heads[0][2:6] == ("东至", "南至", "西至", "北至")
    assert heads[1][2:6] == ("east", "south", "west", "north")


def test_one_level_as_csv_told_as_json(
    plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "b.csv")
    assert (
        main(["borders", str(plan_file), "--out", out, "--level", "grid", "--lang", "en", "--json"]) == FINE
    )
    told = json.loads(capsys.readouterr().out)
    assert len(told["written"]) == 3
    assert all(Path(path).is_file() for path in told["written"])
    assert told["rows"]["limits of grid"] == 12


def test_an_unknown_level_is_bad_usage(plan_file: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "b.csv")
    assert main(["borders", str(plan_file), "--out", out, "--level", "no"]) == UNUSABLE
