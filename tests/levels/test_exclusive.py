"""Institutions (专属网格): a cover without gaps that never pretends that a school has households."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.pipeline import solve_plan
from gridplan.plan import Plan
from gridplan.schema import CleanLayers, empty_issues
from gridplan.scheme import load_preset
from tests.atoms.towns import make_town

HOUSE_M = 12.0


def plan_with_school(side: float, scheme: str = "gridplan") -> Plan:
    """Make a town of two blocks, homes in both and a school of some size in the eastern one."""
    school = shapely.box(220, 40, 220 + side, 40 + min(side, 60.0))
    lots = (
        shapely.box(x, y, x + HOUSE_M, y + HOUSE_M) for x in range(10, 590, 30) for y in (20, 50, 80, 110)
    )
    homes = [home for home in lots if home.distance(school) > 3]
    n = len(homes)
    town = make_town(
        [*homes, school],
        [(2, [(200, 0), (200, 150)])],
        shapely.box(0, 0, 600, 150),
        kind=["apartment"] * n + ["exclusive"],
        households=np.array([12] * n + [0]),
        population=np.array([31] * n + [0]),
    )
    told = {
        "name": None, "kind_source": "given", "use": None, "population_source": "given", "height": np.nan,
        "compound": None, "compound_type": None, "dwellings": town.buildings["households"],
        "dwellings_source": "given",
    }  # fmt: skip
    clean = CleanLayers(
        town.buildings.assign(**told),
        town.barriers.assign(street_class="residential"),
        town.district,
        town.buildings.crs,
        empty_issues(),
    )
    return solve_plan(clean, load_preset(scheme))


def school_of(plan: Plan) -> pd.Series:
    rows = plan.atoms[plan.atoms["kind"] == "exclusive"]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("side", [160.0, 15.0])
@pytest.mark.parametrize("scheme", ["gridplan", "standard-300"])
def test_a_school_never_gets_households(side: float, scheme: str) -> None:
    plan = plan_with_school(side, scheme)
    school = school_of(plan)
    assert (school["households"], school["population"], school["dwellings"]) == (0, 0, 0)
    assert plan.atoms["households"].sum() == 12 * (plan.buildings["kind"] == "apartment").sum()
    assert not (plan.findings["verdict"] == "violation").any()
    seamless = plan.findings[plan.findings["key"].isin(["seamless", "complete"])]
    assert (seamless["verdict"] == "ok").all() and len(seamless)


def test_a_large_school_is_an_exclusive_area_with_nobody_in_it() -> None:
    plan = plan_with_school(160.0)
    school = school_of(plan)
    assert school["area_m2"] > plan.scheme.atoms.own_land_m2
    area = plan.areas["grid"].loc[school["grid"]]
    assert (area["kind"], area["status"]) == ("exclusive", "ok")
    assert plan.atoms.loc[plan.atoms["grid"] == school["grid"], "households"].sum() == 0


def test_a_small_school_goes_with_the_homes_around_it() -> None:
    plan = plan_with_school(15.0)
    school = school_of(plan)
    assert school["area_m2"] < plan.scheme.atoms.own_land_m2
    assert plan.areas["grid"].loc[school["grid"], "kind"] == "apartment"
    neighbours = plan.atoms[plan.atoms["grid"] == school["grid"]]
    homes = neighbours.loc[neighbours["building_id"] != school["building_id"], "households"]
    assert homes.sum() == neighbours["households"].sum() > 0
