"""The law of old areas: what the numbering gives passes, and every way of breaking it is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lattice_town import build_town

from gridplan.check.changes import check_changed
from gridplan.check.findings import Finding
from gridplan.check.reading import read_plan
from gridplan.compare.crosswalk import stand_areas
from gridplan.plan import Plan
from gridplan.plan.codes import code_areas
from gridplan.scheme import Level, Text

STEM = "611023001"
LEVEL = Level("community", Text("社区", "community"), redraw=True)


@pytest.fixture(scope="module")
def base() -> Plan:
    return build_town()


def renew(base: Plan, old: np.ndarray, new: np.ndarray, villages: set[int], urban: set[int]) -> Plan:
    """Number a redraw of the town as the pipeline does."""
    codes = [f"{STEM}{(200 if i in villages else 0) + 3 * i + 1:03d}" for i in range(int(old.max()) + 1)]
    table = pd.DataFrame(
        {
            "name": [f"n{i}" for i in range(len(codes))],
            "type": ["village" if i in villages else "residents" for i in range(len(codes))],
            "ground": ["urban" if i in urban else "rural" for i in range(len(codes))],
        },
        index=pd.Index(codes, name="code"),
    )
    plan = replace(
        base,
        scheme=replace(base.scheme, levels=(LEVEL,)),
        existing={"community": table},
        atoms=base.atoms.assign(old_community=[codes[i] if i >= 0 else "" for i in old], community=""),
    )
    xy = shapely.get_coordinates(shapely.point_on_surface(base.atoms.geometry.to_numpy()))
    coded = code_areas({"community": new}, xy, plan.scheme, {"community": stand_areas(plan, "community")})
    return replace(plan, atoms=plan.atoms.assign(community=coded["community"]))


def judge(plan: Plan) -> list[Finding]:
    return check_changed(read_plan(plan))


def reasons(plan: Plan) -> set[str]:
    return {row.reason for row in judge(plan) if row.verdict in ("violation", "warning")}


@settings(max_examples=15)
@given(
    st.lists(st.integers(-1, 5), min_size=24, max_size=24),
    st.lists(st.integers(0, 5), min_size=24, max_size=24),
    st.sets(st.integers(0, 5)),
    st.sets(st.integers(0, 5)),
)
def test_what_the_numbering_gives_passes(
    base: Plan, old: list[int], new: list[int], villages: set[int], urban: set[int]
) -> None:
    size = len(base.atoms) // 24
    labels = np.unique(new, return_inverse=True)[1].astype(np.int64)
    before = np.repeat(np.array(old), size)
    plan = renew(base, before, np.repeat(labels, size), villages, urban)
    rows = judge(plan)
    assert not [row for row in rows if row.verdict != "ok"]
    moved = next(row for row in rows if row.reason == "people_moved")
    lived = int(base.atoms["population"].to_numpy()[before >= 0].sum())
    assert 0 <= moved.value <= lived == moved.values["people"]


@pytest.fixture(scope="module")
def redrawn(base: Plan) -> Plan:
    """Three old areas, the last an urban village, become three with a border moved and a new one."""
    block = np.arange(len(base.atoms)) * 12 // len(base.atoms)
    old, new = block // 4, np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3])[block]
    return renew(base, old, new, {2}, {0, 1, 2})


def recode(plan: Plan, **codes: str) -> Plan:
    swapped = {STEM + key[1:]: STEM + value for key, value in codes.items()}
    return replace(plan, atoms=plan.atoms.assign(community=plan.atoms["community"].replace(swapped)))


def test_every_way_of_breaking_it_is_seen(redrawn: Plan) -> None:
    assert set(redrawn.atoms["community"]) == {STEM + one for one in ("001", "004", "005", "006")}
    assert not reasons(redrawn)
    # the code of the first area on the second, and the other way round
    assert reasons(recode(redrawn, c001="004", c004="001")) >= {"codes_move_people"}
    # a new area with the code of an old one that goes on elsewhere; an old code that is not used
    assert reasons(recode(redrawn, c006="001", c001="009")) >= {"code_reused", "codes_move_people"}
    assert reasons(recode(redrawn, c001="009")) == {"code_not_kept"}
    # the village keeps its code, or goes on as a village
    assert reasons(recode(redrawn, c005="207")) == {"series_kept"}
    assert reasons(recode(redrawn, c005="208")) == {"series_kept"}
    # a hole in the series is filled
    assert reasons(recode(redrawn, c006="002")) == {"codes_not_appended"}
    gone = redrawn.atoms["old_community"].replace({STEM + "004": STEM + "055"})
    assert reasons(replace(redrawn, atoms=redrawn.atoms.assign(old_community=gone))) >= {"old_unknown"}
    nowhere = redrawn.atoms["community"].where(redrawn.atoms["community"] != STEM + "006", "")
    assert "people_left_out" in reasons(replace(redrawn, atoms=redrawn.atoms.assign(community=nowhere)))
    assert reasons(replace(redrawn, atoms=redrawn.atoms.drop(columns="old_community"))) == {"old_missing"}


def test_levels_without_old_areas_are_not_checked(base: Plan) -> None:
    assert not judge(base)
