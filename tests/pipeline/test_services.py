"""Service places are read once: the plan is drawn with them, and they are attached to it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from lattice_town import build_town

from gridplan.pipeline import attach_things
from gridplan.pipeline.attachment import attach_services
from gridplan.plan import Plan
from gridplan.schema import Source

TOWN = build_town()


def make_places(plan: Plan, shift: float = 0.0) -> gpd.GeoDataFrame:
    """Make two places as they are read, the second one without a name."""
    middle = shapely.centroid(plan.district)
    points = [shapely.Point(middle.x + shift, middle.y), shapely.Point(middle.x + shift + 30, middle.y)]
    table = {"service_id": ["东站", "row 2"], "name": ["东站", None], "kind": None, "area_m2": [120.0, None]}
    return gpd.GeoDataFrame({**table, "house": None, "area": None}, geometry=points, crs=plan.crs)


def describe(crs: str) -> Source:
    return Source("services", "frame", "", "0" * 64, 1, crs, columns={"name": "名称"})


def test_they_are_attached_as_a_list_of_them_is() -> None:
    places = make_places(TOWN)
    plan = attach_services(TOWN, places.iloc[::-1], [describe("EPSG:4545")])
    listed = places.drop(columns=["house", "area"]).rename(columns={"service_id": "编号", "name": "名称"})
    other = attach_things(TOWN, {"services": listed})
    pd.testing.assert_frame_equal(plan.attached["services"], other.attached["services"])
    assert (plan.attached["services"]["placed"] == "point").all()
    assert plan.provenance["attached"].count('"role": "services"') == 1


def test_those_of_several_layers_are_all_named() -> None:
    plan = attach_services(TOWN, make_places(TOWN), [describe("EPSG:4545"), describe("EPSG:4326")])
    assert plan.provenance["attached"].count('"role": "services"') == 2
    again = attach_services(plan, make_places(TOWN), [describe("EPSG:4545")])
    assert again.provenance["attached"].count('"role": "services"') == 1


def test_places_outside_are_no_reason_to_have_no_plan() -> None:
    plan = attach_services(TOWN, make_places(TOWN, 1e5), [describe("EPSG:4545")])
    assert "services" not in plan.attached
    noted = plan.issues[plan.issues["code"] == "services_not_attached"]
    assert noted["detail"].tolist() == ["things_outside"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4545"])
def test_degrees_are_compared_with_the_web_maps_and_metres_are_not(crs: str) -> None:
    places = pd.concat([make_places(TOWN, step) for step in range(0, 60, 20)], ignore_index=True)
    plan = attach_services(TOWN, places, [describe(crs)])
    assert plan.issues["code"].str.startswith("points_system").any() == (crs == "EPSG:4326")
