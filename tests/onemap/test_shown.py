"""What an audience may see, and that nothing else is in what it is shown."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from forbidden import list_forbidden

sys.path.insert(0, str(Path(__file__).parent))
from raising import raises
from small_towns import SMALL_BLOCKS, build_small_town

from gridplan.errors import InputError
from gridplan.io import open_plan
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.shown import Shown, described_from_file, show_plan_to
from gridplan.pipeline import write_plan
from gridplan.plan import Plan
from gridplan.privacy import MIN_CELL, Audience, parse_audience
from gridplan.report import describe_plan
from gridplan.report.areas import AREA_COLUMNS

AUDIENCES = ("office", "public", "worker:S001-01")


@pytest.fixture(scope="module")
def small_town() -> Plan:
    return build_small_town()


@pytest.fixture(scope="module", params=AUDIENCES)
def shown(request: pytest.FixtureRequest, small_town: Plan) -> Shown:
    return _show(small_town, request.param)


@lru_cache(maxsize=2)
def _describe(plan_id: int) -> dict[str, gpd.GeoDataFrame]:
    return describe_plan(_PLANS[plan_id])


_PLANS: dict[int, Plan] = {}


def _show(plan: Plan, audience: str) -> Shown:
    key = id(plan.atoms)
    _PLANS[key] = plan
    return show_plan_to(plan, _describe(key), parse_audience(audience), name="town")


def _write_everything(shown: Shown) -> str:
    """Put everything that is shown into one text."""
    tables = [*shown.areas.values(), *shown.attached.values(), shown.ground.buildings, shown.compounds]
    texts = [pd.DataFrame(one).astype(str).to_csv() for one in (*tables, shown.findings, shown.issues)]
    return "\n".join([*texts, json.dumps(dict(shown.provenance)), str(dict(shown.totals))])


def test_nothing_forbidden_is_shown(shown: Shown, small_town: Plan) -> None:
    told = _write_everything(shown)
    assert [text for text in list_forbidden(small_town, shown.audience) if text in told] == []


def test_the_forbidden_are_many(small_town: Plan) -> None:
    public = list_forbidden(small_town, Audience("public"))
    assert {"S001-01", "红星化工", "person-0", "b0001"} <= set(public)
    assert "S001" not in public


@pytest.mark.parametrize("audience", AUDIENCES)
def test_levels(small_town: Plan, audience: str) -> None:
    levels = {"office": ("subgrid", "grid"), "public": ("subgrid",), "worker": ("grid",)}
    shown = _show(small_town, audience)
    assert shown.levels == tuple(shown.areas) == levels[shown.audience.name]


def test_small_counts_are_told_nowhere(shown: Shown) -> None:
    for frame in (*shown.areas.values(), shown.compounds):
        for column in ("households", "population"):
            counts = frame[column].dropna()
            assert not counts.between(1, MIN_CELL - 1).any()
        assert (frame["households"].isna() == frame["population"].isna()).all()
    if "care" in shown.attached:
        assert not shown.attached["care"]["households"].dropna().between(1, MIN_CELL - 1).any()


def test_the_hidden_are_those_with_few_and_a_companion(small_town: Plan) -> None:
    grids = _show(small_town, "office").areas["grid"].set_index("code")
    atoms = small_town.atoms
    few = {str(atoms.loc[atoms["block"] == block, "grid"].iloc[0]) for block in SMALL_BLOCKS}
    hidden = set(grids.index[grids["households"].isna()])
    assert few < hidden
    parents = _show(small_town, "office").areas["subgrid"].set_index("code")["households"]
    for parent, own in grids.groupby("parent"):
        assert own["households"].isna().sum() + pd.isna(parents[parent]) != 1, parent


def test_parents_are_the_sum_of_their_children(small_town: Plan) -> None:
    shown = _show(small_town, "office")
    parents = shown.areas["subgrid"].set_index("code")
    for code, own in shown.areas["grid"].groupby("parent"):
        told = own["households"].notna().all()
        if told and pd.notna(parents.loc[code, "households"]):
            assert own["households"].sum() == parents.loc[code, "households"]
    assert shown.totals["households"] == small_town.atoms["households"].sum()


def test_what_is_told_to_one_is_told_to_all(small_town: Plan) -> None:
    """Who puts the map of the public beside that of the office learns nothing."""
    office, public = (_show(small_town, name).areas["subgrid"] for name in ("office", "public"))
    pd.testing.assert_series_equal(office["households"], public["households"])
    worker = _show(small_town, "worker:S001-01").areas["grid"].iloc[0]
    grids = _show(small_town, "office").areas["grid"].set_index("code")
    assert worker["households"] is grids.loc["S001-01", "households"] or (
        worker["households"] == grids.loc["S001-01", "households"]
    )


def test_the_public_sees_services_and_no_papers(small_town: Plan) -> None:
    shown = _show(small_town, "public")
    assert list(shown.attached) == ["services"]
    assert shown.findings.empty
    assert shown.issues.empty
    assert list(shown.ground.buildings.columns) == ["geometry"]
    assert isinstance(shown.ground.buildings.index, pd.RangeIndex)


def test_a_worker_sees_the_own_area_only(small_town: Plan) -> None:
    shown = _show(small_town, "worker:S001-01")
    own = small_town.atoms[small_town.atoms["grid"] == "S001-01"]
    assert set(shown.ground.buildings.index) == set(own["building_id"].dropna())
    assert shown.ground.district.equals(shown.areas["grid"].geometry.iloc[0])
    assert shown.ground.streets.within(shown.ground.district.buffer(1e-6)).all()
    assert set(shown.attached["staff"]["grid"]) <= {"S001-01"}
    with raises(InputError, "audience_area_unknown"):
        _show(small_town, "worker:S999-01")


def test_findings_and_issues_tell_the_office_no_small_count(small_town: Plan) -> None:
    code = str(small_town.atoms.loc[small_town.atoms["block"] == 2, "grid"].iloc[0])
    reason = json.dumps({"key": "below_lower", "values": {"households": 3, "apartment": 0, "selfbuilt": 3}})
    findings = pd.DataFrame(
        [["bounded", 1, "grid", code, 3.0, 30.0, "violation", reason]],
        columns=list(small_town.findings.columns),
    )
    shown = _show(replace(small_town, findings=findings), "office")
    assert np.isnan(shown.findings["value"].iloc[0])
    assert json.loads(shown.findings["reason"].iloc[0])["values"]["households"] is None
    row = shown.areas["grid"].set_index("code").loc[code]
    assert row["fault"] == "below_lower"
    assert np.isnan(row["value"])
    assert shown.issues["value"].isna().tolist() == [True, False]


def test_a_file_tells_what_describing_tells(plan_file: Path) -> None:
    plan = open_plan(plan_file)
    read, made = described_from_file(plan), describe_plan(plan)
    for level, frame in made.items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(read[level][list(AREA_COLUMNS)]), pd.DataFrame(frame[list(AREA_COLUMNS)])
        )


def test_a_file_that_counts_otherwise_is_described_anew(plan_file: Path) -> None:
    plan = open_plan(plan_file)
    plan.polygons["grid"].loc[0, "households"] += 1
    told = described_from_file(plan)["grid"]["households"].sum()
    assert told == plan.atoms["households"].sum()


def test_a_plan_with_things_keeps_them_through_its_file(small_town: Plan, tmp_path: Path) -> None:
    opened = open_plan(write_plan(small_town, tmp_path / "small.gpkg"))
    shown = show_plan_to(opened, described_from_file(opened), Audience(), name="small")
    before = _show(small_town, "office")
    for level, frame in before.areas.items():
        pd.testing.assert_series_equal(shown.areas[level]["households"], frame["households"])
    pd.testing.assert_frame_equal(
        shown.attached["care"].sort_values(["level", "code", "care_class"], ignore_index=True),
        before.attached["care"].sort_values(["level", "code", "care_class"], ignore_index=True),
        check_dtype=False,
    )


def test_an_imprint_tells_what_is_not_known(small_town: Plan) -> None:
    shown = _show(small_town, "office")
    imprint = make_imprint(shown, "人口分布图", "zh")
    assert imprint.date == "未注明"
    assert imprint.source == "未注明"
    assert imprint.stamp.startswith("内部工作用图")
    assert imprint.review_number == ""
    dated = replace(shown, provenance={"attached": json.dumps([{"role": "services", "date": "2026-03-01"}])})
    assert make_imprint(dated, "图", "zh", roles=("services",), stamp="").date == "2026-03-01"
