"""Sound plans pass, and what is legal on the lattice is legal to the check: no more, no less."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.check import LAWS, check_plan, record_findings, summarise_findings
from gridplan.plan import Plan

sys.path.insert(0, str(Path(__file__).parent))
import towns

WIDE, HIGH = 12, 8


@pytest.mark.parametrize("written", [True, False], ids=["from a file", "just made"])
def test_sound_plan_passes_every_law(written: bool) -> None:
    plan = towns.build_sound_town(written=written)
    findings = check_plan(plan)
    assert set(findings["verdict"]) == {"ok"}
    # a plan without faces, counts, old areas, compounds and things has nothing of that sort to be judged
    unasked = {"faces", "count", "changed", "compound", "placed"}
    assert set(findings["key"]) == {check.key for check in LAWS} - unasked
    judged = findings[findings["level"] == "grid"]["key"]
    assert {"seamless", "complete", "contiguous", "bounded", "nested", "whole", "coded"} <= set(judged)


def test_levels_given_beside_the_plan_are_judged() -> None:
    plan = towns.build_sound_town()
    bare = replace(plan, polygons={})
    layer = plan.polygons["grid"].iloc[1:]
    findings = check_plan(bare, level_polygons={"grid": layer})
    assert "violation" in set(findings["verdict"])


def test_row_order_of_layers_does_not_matter() -> None:
    plan = towns.build_sound_town()
    turned = replace(
        plan,
        buildings=plan.buildings.iloc[::-1],
        streets=plan.streets.iloc[::-1],
        polygons={level: layer.iloc[::-1] for level, layer in plan.polygons.items()},
        areas={level: table.iloc[::-1] for level, table in plan.areas.items()},
    )
    assert check_plan(turned).equals(check_plan(plan))


def test_summary_counts_households_and_cuts() -> None:
    plan = towns.build_sound_town()
    figures = summarise_findings(check_plan(plan), plan)
    assert figures["verdict"] == "ok"
    assert figures["households"] == 950
    grid = figures["levels"]["grid"]
    assert grid["households_legal"] == 950
    assert grid["areas"] == 16
    assert (grid["buildings_cut"], grid["areas_in_pieces"]) == (0, 0)
    # 160 m of main street and 240 m of lane out of 1200 m of border
    assert grid["street_share"] == pytest.approx(400 / 1200)


def test_house_cut_without_need_is_counted() -> None:
    plan = towns.build_sound_town()
    codes = plan.atoms["grid"].to_numpy(dtype=object).copy()
    codes[[0, 12]] = "S001-99"
    cut = towns.write_polygons(towns.recode(towns.recode(plan, "grid", 0, "S001-99"), "grid", 12, "S001-99"))
    figures = summarise_findings(check_plan(cut), cut)["levels"]["grid"]
    assert (figures["buildings_cut"], figures["buildings_forced"]) == (1, 0)


def test_status_of_areas_is_filled_in() -> None:
    plan = towns.build_pocket_town()
    table = record_findings(plan).areas["grid"]
    assert table["status"].value_counts().to_dict() == {"ok": 7, "violation": 1}
    bad = table[table["status"] == "violation"].iloc[0]
    assert (bad["certificate"], bad["certificate_id"], bad["reason_key"]) == ("unproven", -1, "unproven")


def neighbours(cell: int) -> list[int]:
    """Cells beside a cell that the main street at x = 120 m does not part."""
    x, y = cell % WIDE, cell // WIDE
    found = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        u, v = x + dx, y + dy
        if 0 <= u < WIDE and 0 <= v < HIGH and (x < 6) == (u < 6):
            found.append(v * WIDE + u)
    return found


def is_legal(plan: Plan) -> bool:
    """Judge grids by walking the lattice, cell by cell."""
    codes = plan.atoms["grid"].tolist()
    homes = plan.atoms["households"].tolist()
    parents = plan.atoms["subgrid"].tolist()
    for code in set(codes):
        cells = {i for i, one in enumerate(codes) if one == code}
        if not 50 <= sum(homes[i] for i in cells) <= 80 or len({parents[i] for i in cells}) > 1:
            return False
        reached, border = set(), {min(cells)}
        while border:
            reached |= border
            border = {j for i in border for j in neighbours(i)} & cells - reached
        if reached != cells:
            return False
    return len(set(codes)) == 16


SOUND = towns.build_sound_town(written=False)


@given(atom=st.integers(0, WIDE * HIGH - 1), other=st.integers(0, WIDE * HIGH - 1))
@settings(max_examples=60, deadline=None)
def test_moving_one_atom_is_caught_unless_it_stays_legal(atom: int, other: int) -> None:
    moved = towns.recode(SOUND, "grid", atom, str(SOUND.atoms["grid"].iloc[other]))
    bad = (check_plan(moved)["verdict"] == "violation").any()
    assert bad == (not is_legal(moved))


@given(shift=st.sampled_from([(0.0, 0.0), (-400_000.0, 1_000_000.0), (0.25, -0.125)]), turn=st.booleans())
@settings(max_examples=6, deadline=None)
def test_findings_do_not_depend_on_where_the_town_lies(shift: tuple[float, float], turn: bool) -> None:
    plan = towns.build_pocket_town()
    import shapely

    def move(xy: np.ndarray) -> np.ndarray:
        moved = xy + shift
        return moved[:, ::-1] * (1, -1) if turn else moved

    def shifted(frame):
        return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), move), crs=frame.crs)

    moved = replace(
        plan,
        atoms=shifted(plan.atoms),
        buildings=shifted(plan.buildings),
        streets=shifted(plan.streets),
        district=shapely.transform(plan.district, move),
        polygons={level: shifted(layer) for level, layer in plan.polygons.items()},
    )
    before, after = check_plan(plan), check_plan(moved)
    laws = before["key"] != "coded"
    assert before[laws]["verdict"].tolist() == after[after["key"] != "coded"]["verdict"].tolist()
