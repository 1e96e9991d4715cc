"""True certificates hold, forged ones are refused by name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gridplan.check import check_plan, read_reason, record_findings
from gridplan.i18n import LANGUAGES, t
from gridplan.plan import Plan

sys.path.insert(0, str(Path(__file__).parent))
import towns

POCKET = [10, 11, 22, 23]
OTHERS = [i for i in range(48) if i not in POCKET]


def judge(plan: Plan) -> tuple[set[str], set[str]]:
    """Verdicts of the bounds of grids, and the names under which certificates are refused."""
    findings = check_plan(plan)
    grid = findings[(findings["key"] == "bounded") & (findings["level"] == "grid")]
    for text in findings["reason"]:
        key, values = read_reason(text)
        assert all(t(f"reason.{key}", lang, **values) for lang in LANGUAGES)
    refused = findings[(findings["key"] == "certificate") & (findings["verdict"] == "violation")]
    return set(grid["verdict"]) - {"ok"}, {read_reason(text)[0] for text in refused["reason"]}


@pytest.mark.parametrize("kind", ["arithmetic", "structure", "exact"])
def test_pocket_behind_a_main_street_is_exempt(kind: str) -> None:
    plan = towns.build_pocket_town(towns.certify("grid", kind, POCKET, 40))
    assert judge(plan) == ({"exempt"}, set())
    table = record_findings(plan).areas["grid"]
    assert table[table["status"] == "exempt"]["certificate"].tolist() == [kind]


@pytest.mark.parametrize(
    ("kind", "atoms", "bound", "named"),
    [
        ("arithmetic", POCKET, 41, "certificate_bound_too_high"),
        ("arithmetic", POCKET[:3], 30, "certificate_core_open"),
        ("arithmetic", OTHERS, 10, "certificate_bound_too_high"),
        ("structure", POCKET, 41, "certificate_bound_too_high"),
        ("structure", [0, 1], 20, "certificate_group_exists"),
        ("exact", POCKET, 41, "certificate_bound_too_high"),
        ("exact", [0, 1, 2], 10, "certificate_bound_too_high"),
        ("indivisible", POCKET, 40, "certificate_core_divisible"),
        ("decree", POCKET, 40, "certificate_kind_unknown"),
        ("structure", [*POCKET, 4711], 40, "certificate_core_broken"),
        ("structure", [10, 10, 11], 30, "certificate_core_broken"),
        ("structure", [], 0, "certificate_core_broken"),
        ("structure", POCKET, 0, "certificate_core_broken"),
    ],
)
def test_forged_certificate_is_refused_by_name(
    kind: str, atoms: Sequence[int], bound: int, named: str
) -> None:
    plan = towns.build_pocket_town(towns.certify("grid", kind, atoms, bound))
    assert judge(plan) == ({"violation"}, {named})


@pytest.mark.parametrize(("atoms", "bound"), [(POCKET[:3], 30), (POCKET, 30)])
def test_certificate_that_explains_only_a_part_exempts_nothing(atoms: list[int], bound: int) -> None:
    plan = towns.build_pocket_town(towns.certify("grid", "structure", atoms, bound))
    assert judge(plan) == ({"violation"}, set())


def test_unreadable_core_and_unknown_level() -> None:
    torn = towns.certify("grid", "structure", POCKET, 40).assign(atoms="[1, 2")
    assert judge(towns.build_pocket_town(torn)) == ({"violation"}, {"certificate_core_broken"})
    strange = towns.certify("ward", "structure", POCKET, 40)
    assert judge(towns.build_pocket_town(strange)) == ({"violation"}, {"certificate_level_unknown"})


def test_cores_may_not_share_an_atom() -> None:
    table = pd.concat(
        [towns.certify("grid", "structure", POCKET, 40), towns.certify("grid", "arithmetic", POCKET, 40, 1)]
    )
    assert judge(towns.build_pocket_town(table)) == ({"exempt"}, {"certificate_cores_overlap"})


def build_row(
    households: list[int], grids: list[int], certificates: pd.DataFrame | None = None, **kwargs: object
) -> Plan:
    row = np.array([households])
    labels = {"subgrid": np.zeros_like(row), "grid": np.array([grids])}
    return towns.build_town(row, labels, certificates=certificates, **kwargs)  # type: ignore[arg-type]


def test_house_above_the_bound_is_indivisible() -> None:
    claim = towns.certify("grid", "indivisible", [1], 95)
    assert judge(build_row([60, 95, 60], [0, 1, 2], claim)) == ({"exempt"}, set())
    # no plan is excused for what it adds to that house
    worse = build_row([60, 95, 10, 60], [0, 1, 1, 2], claim)
    assert judge(worse) == ({"violation"}, set())


def test_exact_certificate_reaches_outside_its_core() -> None:
    # 45 fits with neither neighbour: 45 + 45 = 90; so one 45 of each pair stays out, whoever it joins
    homes = [45, 45, 45, 60]
    claim = towns.certify("grid", "exact", [0, 1, 2], 135)
    assert judge(build_row(homes, [0, 1, 2, 3], claim)) == ({"exempt"}, set())
    # with a house of 10 between them two of three may be saved, so that the claim is too high
    claim = towns.certify("grid", "exact", [0, 2], 90)
    _, refused = judge(build_row([45, 10, 45, 60], [0, 0, 1, 2], claim))
    assert refused == {"certificate_bound_too_high"}
    claim = towns.certify("grid", "exact", [0, 2], 45)
    assert judge(build_row([45, 10, 45, 60], [0, 0, 1, 2], claim)) == ({"exempt"}, set())


def test_small_land_carries_dwellings_and_large_land_does_not() -> None:
    homes, grids = [40, 0, 20, 60], [0, 0, 0, 1]
    assert judge(build_row(homes, grids))[0] == set()
    wide = build_row(homes, grids, cell=40.0)  # 1,600 m2 of land
    findings = check_plan(wide)
    caught = findings[(findings["key"] == "contiguous") & (findings["verdict"] == "violation")]
    assert {read_reason(text)[0] for text in caught["reason"]} == {"carried_by_land"}
    # what small land could join is no pocket, what large land parts is one
    claim = towns.certify("grid", "arithmetic", [0], 40)
    assert judge(build_row([40, 0, 60], [0, 0, 1], claim))[1] == {"certificate_core_open"}
    assert judge(build_row([40, 0, 60], [0, 0, 1], claim, cell=40.0)) == ({"exempt"}, set())


def test_area_cap_makes_a_structure() -> None:
    # 10 households a cell of 2,500 m2: the cap of 20,000 m2 holds 8 cells; below 7 a cell it holds no grid
    claim = towns.certify("grid", "structure", list(range(16)), 96)
    grids = [0] * 8 + [1] * 8
    sparse = build_row([6] * 16, grids, claim, cell=50.0)
    assert judge(sparse) == ({"exempt"}, set())
    dense = build_row([6] * 16, grids, claim, cell=30.0)
    assert judge(dense)[1] == {"certificate_group_exists"}


def test_kinds_that_may_not_mix_part_their_neighbours() -> None:
    scheme = towns.SCHEME.replace('mixed = "weighted"', 'mixed = "forbid"')
    kinds = np.array([["apartment", "selfbuilt", "apartment"]])
    claim = towns.certify("grid", "arithmetic", [0], 40)
    plan = build_row([40, 40, 50], [0, 1, 2], claim, kinds=kinds, scheme=scheme)
    assert judge(plan) == ({"exempt"}, set())
    mixed = build_row([40, 40, 50], [0, 0, 1], claim, kinds=kinds, scheme=scheme)
    findings = check_plan(mixed)
    reasons = {read_reason(text)[0] for text in findings[findings["key"] == "bounded"]["reason"]}
    assert "mixed_kinds" in reasons


def test_land_that_cannot_be_cut_is_exempt_when_certified() -> None:
    homes, grids = [60, 0, 60], [0, 1, 2]
    sub = np.array([[0, 1, 2]])

    def build(certificates: pd.DataFrame | None) -> Plan:
        labels = {"subgrid": sub, "grid": np.array([grids])}
        scheme = towns.SCHEME.replace("20000.0\n[[", "399.0\n[[")
        return towns.build_town(np.array([homes]), labels, certificates=certificates, scheme=scheme)

    def judge_land(plan: Plan) -> set[str]:
        findings = check_plan(plan)
        land = findings[(findings["level"] == "subgrid") & (findings["code"] == "S002")]
        return set(land["verdict"])

    assert judge_land(build(None)) == {"warning"}
    assert judge_land(build(towns.certify("subgrid", "indivisible", [1], 0))) == {"exempt"}
