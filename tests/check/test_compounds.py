"""Compounds: cut without need is reported, cut by a bound or a street is counted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridplan.check import check_plan, read_reason
from gridplan.plan import Plan

sys.path.insert(0, str(Path(__file__).parent))
from towns import build_town

SIDE = 20.0


def town(households: Sequence[int], grid: Sequence[int], compound: Sequence[str], **columns: object) -> Plan:
    """Make a row of buildings in grids, some of them in compounds."""
    row = np.array([households])
    plan = build_town(
        row, {"subgrid": np.zeros_like(row), "grid": np.array([grid])}, cell=SIDE, written=False, **columns
    )
    return replace(plan, atoms=plan.atoms.assign(compound=np.array(compound, dtype=object), ground=""))


def judged(plan: Plan) -> tuple[dict[str, int], list[str]]:
    findings = check_plan(plan)
    mine = findings[(findings["key"] == "compound") & (findings["level"] == "grid")]
    count = mine[mine["verdict"] == "ok"].iloc[0]
    warned = [read_reason(reason)[0] for reason in mine.loc[mine["verdict"] == "warning", "reason"]]
    return read_reason(count["reason"])[1], warned


def test_one_grid_or_grids_of_its_own_keep_a_compound_whole():
    figures, warned = judged(town([30, 30, 60, 60], [0, 0, 1, 2], ["A", "A", "B", "B"]))
    assert figures == {"whole": 2, "cut": 0, "demanded": 0, "parted": 0} and not warned


def test_a_compound_that_fits_one_grid_is_cut_without_need():
    figures, warned = judged(town([30, 30, 30, 30], [0, 0, 1, 1], ["", "A", "A", ""]))
    assert figures["cut"] == 1 and figures["demanded"] == 0 and warned == ["compound_cut"]


def test_a_compound_that_the_lemma_forbids_must_share():
    # 90 households are no whole number of grids of 50 to 80
    figures, warned = judged(town([30, 45, 45, 30], [0, 0, 1, 1], ["", "A", "A", ""]))
    assert figures["cut"] == figures["demanded"] == 1 and not warned


def test_a_large_compound_that_fills_grids_of_its_own_need_not_share():
    figures, warned = judged(town([10, 60, 60, 10], [0, 0, 1, 1], ["", "A", "A", ""]))
    assert figures["demanded"] == 0 and warned == ["compound_cut_divisible"]


def test_a_main_street_parts_a_compound():
    wall = shapely.LineString([(2 * SIDE, 0), (2 * SIDE, SIDE)])
    figures, warned = judged(town([30, 30, 30, 30], [0, 0, 1, 1], ["", "A", "A", ""], streets=[(wall, 1)]))
    assert figures == {"whole": 1, "cut": 0, "demanded": 0, "parted": 1} and not warned


def test_land_and_institutions_of_a_compound_may_lie_elsewhere():
    figures, warned = judged(town([60, 0, 60], [0, 1, 1], ["A", "A", ""]))
    assert figures["cut"] == 0 and not warned


def test_a_plan_without_compounds_has_no_such_row():
    findings = check_plan(town([60, 60], [0, 1], ["", ""]))
    assert "compound" not in set(findings["key"])


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
def test_rows_do_not_depend_on_the_order_of_names(order):
    names = np.array(["A", "B", "", "C"], dtype=object)[order]
    figures, _ = judged(town([60, 60, 60, 60], [0, 1, 2, 3], names.tolist()))
    assert figures["whole"] == 3
