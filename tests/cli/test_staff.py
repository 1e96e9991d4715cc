"""``gridplan staff``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.cli import FINE, UNUSABLE, main
from gridplan.pipeline import write_plan
from gridplan.plan import Plan
from gridplan.scheme import parse_scheme

POSTS = """
[[staffing]]
level = "grid"
post = { zh = "A岗片长", en = "lead A" }
pay_yuan_year = [1200, 7500]

[[staffing]]
level = "grid"
post = { zh = "B岗片长", en = "lead B" }
pay_yuan_year = [1200, 7500]
distinct_from = "A岗片长"

[[staffing]]
level = "subgrid"
post = { zh = "志愿者", en = "volunteer" }
"""


@pytest.fixture
def staffed(town: Plan, tmp_path: Path) -> Path:
    """Return the file of a plan whose scheme has posts."""
    return write_plan(replace(town, scheme=parse_scheme(town.scheme.text + POSTS)), tmp_path / "plan.gpkg")


@pytest.fixture
def people(town: Plan, tmp_path: Path) -> Path:
    """Return a list of people: ten leads A, a stranger, and one without an id."""
    codes = list(town.areas["grid"].index)[:10]
    rows = [{"id": f"a{n}", "post": "A岗片长", "area": code} for n, code in enumerate(codes)]
    rows += [{"id": "stranger", "post": "书记", "area": ""}, {"id": "", "post": "lead B", "area": codes[0]}]
    path = tmp_path / "people.csv"
    pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_posts_and_budget_without_people(
    staffed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "s.xlsx"
    assert main(["staff", str(staffed), "--out", str(out), "--lang", "en", "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    assert [post["fewest"] for post in told["posts"]] == [11, 11, 6]
    assert [post["budget_high"] for post in told["posts"]] == [11 * 7500, 11 * 7500, None]
    assert openpyxl.load_workbook(out).sheetnames == ["posts", "posts of grid", "posts of sub-grid"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_people_are_assigned_and_what_lacks_is_told(
    staffed: Path, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    out = tmp_path / "s.xlsx"
    before = staffed.read_bytes()
    assert main(["staff", str(staffed), "--people", str(people), "--out", str(out), "--lang", lang]) == FINE
    said = capsys.readouterr().out
    assert "82,500" in said
    assert "165,000" in said
    assert ("缺人" if lang == "zh" else "short") in said
    assert len(openpyxl.load_workbook(out).sheetnames) == 7
    assert staffed.read_bytes() == before, "nothing of the people goes into the plan"


def test_people_as_json_and_csv(
    staffed: Path, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "s.csv")
    words = ["staff", str(staffed), "--people", str(people), "--out", out, "--lang", "en", "--json"]
    assert main(words) == FINE
    told = json.loads(capsys.readouterr().out)
    a, b, _ = told["posts"]
    empty = 1  # the grid that is open land needs nobody
    assert a["assigned"] + a["short"] == 11
    assert a["assigned"] == 10
    assert (b["assigned"], b["short"]) == (1, 10)
    assert told["unplaced"] == {"post_unknown": 1}
    assert told["issues"] >= empty
    rows = pd.read_csv(tmp_path / "s-assignments.csv")
    assert set(rows["person"]) == {*(f"a{n}" for n in range(10)), "row 12"}


def test_a_scheme_without_posts_is_said(
    plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["staff", str(plan_file), "--out", str(tmp_path / "s.csv"), "--lang", "en"]) == UNUSABLE
    assert "[[staffing]]" in capsys.readouterr().err
