"""Turning points: shared by neighbours, near the border, nothing lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.borders.tables import describe_borders
from gridplan.borders.trace import trace_borders
from gridplan.borders.turning_points import TOLERANCE_M, list_turning_points
from gridplan.plan import Plan, dissolve_level

CRS = pyproj.CRS.from_epsg(4545)


def _list(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, tolerance: float = TOLERANCE_M) -> pd.DataFrame:
    district = shapely.coverage_union_all(areas.geometry.to_numpy())
    traced = trace_borders(areas, streets, district)
    return list_turning_points(traced, streets, list(areas.index), CRS, tolerance_m=tolerance)


def _no_streets() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [], "street_class": [], "rank": []}, geometry=[], crs=CRS)


def _wavy_cells(seed: int, across: int) -> gpd.GeoDataFrame:
    """Make a board of cells whose borders wave, without an overlap or a gap; some cells join."""
    rng = np.random.default_rng(seed)
    fine = 12
    side = np.arange(across * fine + 1) * 10.0
    x, y = np.meshgrid(side, side)
    x, y = x + rng.uniform(-3, 3, x.shape), y + rng.uniform(-3, 3, y.shape)
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(across * fine), np.arange(across * fine)))
    ring = [(j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i)]
    corners = np.stack([np.column_stack((x[a, b], y[a, b])) for a, b in ring], axis=1)
    cells = shapely.polygons(corners)
    label = rng.integers(0, across * across, across * across)[(i // fine) + across * (j // fine)]
    codes = sorted(set(label.tolist()))
    parts = [shapely.get_parts(shapely.coverage_union_all(cells[label == code])) for code in codes]
    shapes = [one[0] if len(one) == 1 else shapely.multipolygons(one) for one in parts]
    index = pd.Index([f"c{code:02d}" for code in codes], name="code")
    return gpd.GeoDataFrame(index=index, geometry=shapes, crs=CRS)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), across=st.integers(1, 4), tolerance=st.sampled_from([0.5, 1.0, 4.0]))
def test_points_follow_the_border_and_are_shared(seed: int, across: int, tolerance: float) -> None:
    areas = _wavy_cells(seed, across)
    points = _list(areas, _no_streets(), tolerance)
    lengths = points.groupby("code")["length_m"].sum()
    assert lengths.tolist() == pytest.approx(areas.length.tolist()), "no metre is lost"
    for (code, part, _), ring in points.groupby(["code", "part", "hole"], sort=False):
        assert (ring["to"].to_numpy()[:-1] == ring["point"].to_numpy()[1:]).sum() >= len(ring) - 1 - part * 99
        assert (ring["distance_m"] <= ring["length_m"] + 1e-6).all()
        assert set(ring["code"]) == {code}
    # a number is one place, and a leg between two areas is listed by both, there and back
    places = points.groupby("point")[["x_north", "y_east"]].nunique()
    assert (places == 1).all(axis=None)
    assert len(points.drop_duplicates(["x_north", "y_east"])) == points["point"].nunique()
    inner = points[points["neighbour"] != ""]
    there = set(zip(inner["code"], inner["neighbour"], inner["point"], inner["to"], strict=True))
    back = set(zip(inner["neighbour"], inner["code"], inner["to"], inner["point"], strict=True))
    assert there == back
    # every border lies within the tolerance of the lines between its points (1 cm for rounding)
    for code, rows in points.groupby("code"):
        xy = {row.point: (row.y_east, row.x_north) for row in points.itertuples()}
        legs = shapely.multilinestrings(
            [[xy[a], xy[b]] for a, b in zip(rows["point"], rows["to"], strict=True)]
        )
        rim = shapely.boundary(areas.geometry[code])
        assert shapely.distance(shapely.points(shapely.get_coordinates(rim)), legs).max() <= tolerance + 0.02


def test_points_start_in_the_north_west_and_run_with_the_clock() -> None:
    square = gpd.GeoDataFrame(
        index=pd.Index(["a"], name="code"), geometry=[shapely.box(0, 0, 100, 50)], crs=CRS
    )
    points = _list(square, _no_streets())
    assert points["point"].tolist() == ["J001", "J002", "J003", "J004"]
    assert points[["x_north", "y_east"]].to_numpy().tolist() == [[50, 0], [50, 100], [0, 100], [0, 0]]
    assert points["bearing"].tolist() == [90, 180, 270, 0]
    assert points["direction"].tolist() == [4, 8, 12, 0]
    assert points["distance_m"].tolist() == [100, 50, 100, 50]


def test_a_name_that_changes_is_a_point_but_a_crossing_is_not() -> None:
    areas = gpd.GeoDataFrame(
        index=pd.Index(["a"], name="code"),
        geometry=[shapely.Polygon([(0, 0), (0, 50), (60, 50), (68, 50), (130, 50), (200, 50), (200, 0)])],
        crs=CRS,
    )
    lines = [("A", 0, 60), (None, 60, 68), ("A", 68, 130), ("B", 130, 200)]
    streets = gpd.GeoDataFrame(
        {"name": [n for n, _, _ in lines], "street_class": "residential", "rank": 2},
        geometry=[shapely.LineString([(a, 50), (b, 50)]) for _, a, b in lines],
        crs=CRS,
    )
    points = _list(areas, streets)
    north = points[points["x_north"] == 50]
    assert north["y_east"].tolist() == [0, 130, 200]
    assert north["word"].tolist()[:2] == ["A", "B"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_of_a_plan_are_in_words(town: Plan, lang: str) -> None:
    limits, points = describe_borders(town, "grid", lang)
    shapes = dissolve_level(town, "grid")
    assert limits["code"].tolist() == list(shapes.index)
    assert limits["east"].iloc[0] == "解放路"
    assert (limits[["east", "south", "west", "north"]] != "").all(axis=None)
    assert set(points["along"]) >= {"解放路", "长江大街"}
    assert points["lon"].between(73, 135).all()
    assert points["lat"].between(3, 54).all()
    sums = points.groupby("code")["length_m"].sum()
    assert sums.tolist() == pytest.approx(shapes.length.tolist())
