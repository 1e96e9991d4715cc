"""The plan that the app opens with: everything attached, made once, and made anew when anything changes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from raising import raises

from gridplan import demo
from gridplan.errors import InputError
from gridplan.io.keep import digest_sources, find_keep
from gridplan.plan import Plan
from gridplan.schema import ATTACHED_COLUMNS


@pytest.fixture
def own_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_made_once(town: Plan, own_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(demo, "plan_town", lambda _: made.append(1) or town)
    first, second = demo.open_demo_plan(), demo.open_demo_plan()
    assert len(made) == 1
    assert list(first.areas) == list(second.areas) == list(town.areas)
    assert len(list(own_tmp.rglob("*.gpkg"))) == 1


def test_it_is_made_each_time_where_it_cannot_be_kept(
    town: Plan, own_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_tmp.joinpath("file").write_text("no folder")
    monkeypatch.setattr(tempfile, "tempdir", str(own_tmp / "file"))
    monkeypatch.setattr(demo, "plan_town", lambda _: town)
    assert demo.open_demo_plan() is town


def test_another_source_has_another_place(own_tmp: Path) -> None:
    one, two = own_tmp / "a", own_tmp / "b"
    one.write_text("1")
    two.write_text("2")
    digests = [digest_sources([one]), digest_sources([two]), digest_sources([one], "day")]
    assert len(set(digests)) == 3
    assert digest_sources([one]) == digests[0]
    first = find_keep("p.gpkg", digests[0])
    first.write_text("plan")
    second = find_keep("p.gpkg", digests[1])
    assert second.parent.is_dir() and not first.exists(), "one plan is kept, not one of each version"


def test_every_town_has_its_scheme_and_its_lists() -> None:
    towns = demo.find_towns()
    schemes = {name: town.scheme for name, town in towns.items()}
    assert schemes == {
        "xiao_cheng": "gridplan",
        "xiao_matian": "matian",
        "xiao_shangnan": "shangnan",
        "helsinki": "gridplan",
    }
    assert set(towns["xiao_matian"].things) == set(ATTACHED_COLUMNS)
    assert set(towns["xiao_shangnan"].things) == {"services", "staff"}
    assert not towns["xiao_cheng"].things


def test_a_town_without_one_of_its_files_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    find = demo._find_data
    monkeypatch.setattr(demo, "_find_data", lambda name: None if "hazards" in name else find(name))
    assert "xiao_matian" not in demo.find_towns()
    with raises(InputError, "demo_none"):
        demo.open_demo_plan()


@pytest.mark.slow
def test_the_main_town_is_redrawn_with_its_lists() -> None:
    plan = demo.plan_town(demo.find_towns()["xiao_shangnan"])
    counts = {level: len(areas) for level, areas in plan.areas.items()}
    assert (counts["community"], counts["region"], counts["section"]) == (13, 16, 100)
    grids = plan.summary().loc["grid"]
    assert grids["areas"] - grids["without_residents"] == 1_350
    assert len(plan.attached["services"]) == 11
    assert len(plan.attached["staff"]) == 2_816
    assert not (plan.findings["verdict"] == "violation").any()


@pytest.mark.slow
def test_it_has_something_for_every_page(own_tmp: Path) -> None:
    plan = demo.open_demo_plan()
    assert list(plan.attached) == list(ATTACHED_COLUMNS)
    assert len(plan.attached["hazards"]) == 95_714
    assert plan.attached["hazards"]["on_site"].sum() == 95_198
    assert plan.attached["care"]["households"].sum() == plan.atoms["households"].sum()
    assert all((table["placed"] != "").all() for table in plan.attached.values())
    assert plan.buildings["compound"].notna().any()
    assert not (plan.findings["verdict"] == "violation").any()
