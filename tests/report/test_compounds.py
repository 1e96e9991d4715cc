"""The register of compounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from openpyxl import load_workbook

from gridplan.cli import main
from gridplan.pipeline import write_plan
from gridplan.plan import Plan
from gridplan.report.compounds import list_compounds, tabulate_compounds, tabulate_types


@pytest.fixture(scope="module")
def housed(town: Plan) -> Plan:
    """Two compounds: one whole with the yard beside it, one cut over two grids."""
    block = town.atoms["block"].to_numpy()
    names = np.full(len(block), "", dtype=object)
    names[block == 0] = "甲院"
    names[np.flatnonzero(block == 3)[:4]] = "甲院"  # open ground where nobody lives
    names[np.flatnonzero(block == 6)[-2:]] = "乙小区"
    names[np.flatnonzero(block == 7)[:2]] = "乙小区"
    atoms = town.atoms.assign(compound=names)
    of = dict(zip(atoms["building_id"], atoms["compound"], strict=True))
    named = [of[one] or None for one in town.buildings.index]
    types = {"甲院": "old", "乙小区": "property"}
    return replace(
        town,
        atoms=atoms,
        buildings=town.buildings.assign(compound=named, compound_type=[types.get(one) for one in named]),
    )


def test_each_compound_with_its_people_its_areas_and_its_cuts(housed: Plan) -> None:
    table = tabulate_compounds(housed).set_index("name")
    assert table.index.tolist() == ["乙小区", "甲院"]
    assert table.loc["甲院", ["type", "buildings", "households", "population", "cut"]].tolist() == [
        "old", 20, 40, 120, "",
    ]  # fmt: skip
    assert table.loc["甲院", "area_m2"] == 24 * 400
    # the grid of the open ground is none of those that its homes lie in
    assert "," not in table.loc["甲院", "grid"]
    assert table.loc["乙小区", "households"] == 8
    assert table.loc["乙小区", "cut"] == "grid" and table.loc["乙小区", "grid"].count(",") == 1
    held = housed.atoms["compound"] != ""
    assert table["households"].sum() == housed.atoms.loc[held, "households"].sum()


def test_types_add_up_to_the_register(housed: Plan) -> None:
    register = tabulate_compounds(housed)
    types = tabulate_types(register).set_index("type")
    assert types["compounds"].to_dict() == {"property": 1, "old": 1, "resettled": 0, "unit": 0, "": 0}
    assert types["households"].sum() == register["households"].sum()
    assert types["cut"].sum() == 1


def test_a_plan_without_compounds_has_an_empty_register(town: Plan) -> None:
    assert not len(tabulate_compounds(town))
    assert not tabulate_types(tabulate_compounds(town))["compounds"].sum()


@pytest.mark.parametrize(("lang", "word"), [("zh", "老旧院落"), ("en", "Old courtyard")])
def test_the_tables_speak_both_languages(housed: Plan, lang: str, word: str) -> None:
    register, types = list_compounds(housed, lang).values()
    assert word in register.to_numpy() and word in types.to_numpy()
    assert {level.name[lang] for level in housed.scheme.levels} <= set(register.columns)


def test_the_command_tells_and_writes(housed: Plan, tmp_path, capsys) -> None:
    path = write_plan(housed, tmp_path / "plan.gpkg")
    assert main(["compounds", str(path), "--out", str(tmp_path / "register.xlsx"), "--lang", "zh"]) == 0
    assert "物业小区" in capsys.readouterr().out
    assert load_workbook(tmp_path / "register.xlsx").sheetnames == ["小区名册", "小区分类"]
    assert main(["compounds", str(path), "--json"]) == 0
    assert '"name":"甲院"' in capsys.readouterr().out.replace(" ", "")
