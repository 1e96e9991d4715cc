"""Real ground: what is called impossible against where the solver ends, and what the command prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gridplan.cli import main
from gridplan.demo import find_towns
from gridplan.pipeline import Inputs, assess_feasibility, make_plan
from gridplan.scheme import load_preset

SCHEME = load_preset("gridplan")


def compare_with_plan(inputs: Inputs) -> None:
    """Every area exempt by arithmetic was foreseen; nothing that a plan made legal is forbidden."""
    told, plan = assess_feasibility(**inputs, scheme=SCHEME), make_plan(**inputs, scheme=SCHEME)
    areas, code = plan.areas["grid"], plan.atoms["grid"].to_numpy(dtype=str)
    households = plan.atoms["households"].to_numpy(dtype=np.int64)
    out = np.isin(code, areas.index[areas["status"] != "ok"].to_numpy(dtype=str))
    cores = [one for one in told.outlook.obstacles if one.scope == "ground" and one.level == "grid"]
    foreseen = np.zeros(len(code), dtype=bool)
    for one in cores:
        foreseen[one.atoms] = True
        assert households[one.atoms][out[one.atoms]].sum() >= one.lost
    certain = areas.index[areas["certificate"] == "arithmetic"].to_numpy(dtype=str)
    for name in certain:
        assert foreseen[(code == name) & (households > 0)].any(), name
    level = next(one for one in told.outlook.levels if one.level == "grid")
    lived = np.unique(code[households > 0])
    legal = np.isin(lived, areas.index[areas["status"] == "ok"].to_numpy(dtype=str)).sum()
    assert legal <= level.piece_most.sum()
    assert level.fewest <= len(lived)


def test_the_town_is_foreseen() -> None:
    compare_with_plan(find_towns()["xiao_cheng"].inputs)


@pytest.mark.city
@pytest.mark.parametrize(
    "name",
    [
        "karhula",
        pytest.param("monaco", marks=pytest.mark.slow),
        pytest.param("nantes_centre", marks=pytest.mark.slow),
        pytest.param("vologda", marks=pytest.mark.slow),
    ],
)
def test_a_city_is_foreseen(city: Callable[[str], Path], name: str) -> None:
    source = city(name)
    compare_with_plan(Inputs(buildings=f"{source}#buildings", streets=f"{source}#streets"))


def test_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = find_towns()["xiao_cheng"].inputs
    words = [
        "feasibility",
        "--buildings",
        str(town["buildings"]),
        "--streets",
        str(town["streets"]),
        "--quiet",
    ]
    words += ["--boundary", str(town["boundary"]), "--workers", "1", "--out", str(tmp_path / "table.csv")]
    assert main([*words, "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "可选：①" in text and "table.csv" in text
    table = (tmp_path / "table.csv").read_text(encoding="utf-8-sig")
    assert table.startswith("级别,范围,街区号")
    assert main([*words, "--lang", "en", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["possible"] is True
    assert table.count("\n") == len(plain["obstacles"]) + 1
