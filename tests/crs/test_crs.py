"""Coordinate systems: inferred only where certain, metres only where they are metres."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from raising import raises

from gridplan import crs
from gridplan.errors import CRSError
from gridplan.schema import empty_issues


@dataclass(frozen=True)
class Frames:
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    boundary: gpd.GeoDataFrame | None = None
    issues: pd.DataFrame = field(default_factory=empty_issues)


def make_frame(x: float, y: float, epsg: int | None, size: float) -> gpd.GeoDataFrame:
    shapes = shapely.box(x + size * np.arange(4), y, x + size * (np.arange(4) + 0.5), y + size)
    return gpd.GeoDataFrame({"building_id": list("abcd")}, geometry=shapes, crs=epsg)


# the places of docs/sources.md
@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (110.88, 33.53, 4546),
        (110.55, 22.86, 4546),
        (113.93, 22.77, 4547),
        (104.05, 30.65, 4544),
        (121.55, 29.82, 4550),
        (75.99, 39.47, 4534),
        (129.5, 42.9, 4552),
        (126.98, 37.57, 32652),
        (-1.55, 47.21, 32630),
        (7.42, 43.73, 32632),
        (151.2, -33.87, 32756),
    ],
)
def test_metric_system_of_a_place(lon: float, lat: float, epsg: int) -> None:
    assert crs.choose_metric_crs(lon, lat).to_epsg() == epsg


@given(st.floats(-180, 180), st.floats(-80, 84))
def test_chosen_system_measures_in_metres(lon: float, lat: float) -> None:
    chosen = crs.choose_metric_crs(lon, lat)
    x, y = pyproj.Transformer.from_crs(4326, chosen, always_xy=True).transform(lon, lat)
    assert crs.is_metric(chosen, (x, y, x + 1, y + 1))


@pytest.mark.parametrize(
    ("bounds", "epsg", "swapped", "reason"),
    [
        ((116.4, 39.9, 116.5, 40.0), 4326, False, "degrees"),
        ((39.9, 116.4, 40.0, 116.5), 4326, True, "degrees"),
        ((43.8, 87.5, 43.9, 87.6), 4326, True, "degrees"),
        ((-1.57, 47.20, -1.54, 47.22), 4326, False, "degrees"),
        ((37_500_000, 3.0e6, 37_510_000, 3.01e6), 4525, False, "zone3"),
        ((3.0e6, 37_500_000, 3.01e6, 37_510_000), 4525, True, "zone3"),
        ((19.5e6, 4e6, 19.51e6, 4.01e6), 4497, False, "zone6"),
        ((500_000, 3.0e6, 510_000, 3.01e6), None, False, "zone_unknown"),
        ((1.29e7, 4e6, 1.2901e7, 4.01e6), None, False, "mercator_or_zone6"),
        ((0, 0, 150, 150), None, False, "local"),
        ((np.nan, np.nan, np.nan, np.nan), None, False, "empty"),
    ],
)
def test_infer_only_what_is_certain(
    bounds: tuple[float, float, float, float], epsg: int | None, swapped: bool, reason: str
) -> None:
    guess = crs.infer_crs(bounds)
    assert (guess.crs.to_epsg() if guess.crs else None, guess.swapped, guess.reason) == (
        epsg,
        swapped,
        reason,
    )


@given(st.floats(73.5, 135), st.floats(18, 53.5))
def test_latitude_before_longitude_is_certain_in_china(lon: float, lat: float) -> None:
    assert crs.infer_crs((lat, lon, lat + 0.01, lon + 0.01)).swapped
    assert not crs.infer_crs((lon, lat, lon + 0.01, lat + 0.01)).swapped


@pytest.mark.parametrize(
    ("epsg", "bounds", "metric"),
    [
        (3857, (1.296e7, 4.86e6, 1.297e7, 4.87e6), False),
        (4326, (0, 0, 1, 1), False),
        (2263, (980_000, 200_000, 990_000, 210_000), False),
        (2154, (355_000, 6.68e6, 357_000, 6.69e6), True),
        (4547, (500_000, 2.5e6, 510_000, 2.51e6), True),
        (4525, (37_500_000, 3.0e6, 37_510_000, 3.01e6), True),
    ],
)
def test_metres_are_metres_on_the_ground(
    epsg: int, bounds: tuple[float, float, float, float], metric: bool
) -> None:
    assert crs.is_metric(pyproj.CRS(epsg), bounds) is metric


def test_degrees_and_metres_contradict() -> None:
    degrees, metres = (116.4, 39.9, 116.5, 40.0), (500_000, 3.0e6, 510_000, 3.01e6)
    assert not crs.fits_crs(degrees, pyproj.CRS(4547))
    assert not crs.fits_crs(degrees, pyproj.CRS(3857))
    assert not crs.fits_crs(metres, pyproj.CRS(4326))
    assert crs.fits_crs(metres, pyproj.CRS(4547))
    assert crs.is_swapped((3.0e6, 500_000, 3.01e6, 510_000), pyproj.CRS(4547))
    assert not crs.is_swapped(metres, pyproj.CRS(4547))


def test_one_building_at_zero_does_not_move_the_city() -> None:
    frame = make_frame(500_000, 3_000_000, 4547, 20)
    astray = gpd.GeoDataFrame({"building_id": ["z"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4547)
    both = pd.concat([frame, astray], ignore_index=True)
    assert crs.find_bounds(both) == crs.find_bounds(frame)


def test_require_metres_refuses_degrees() -> None:
    crs.require_projected_metres(make_frame(500_000, 3_000_000, 4547, 20), "buildings")
    for epsg, key in ((4326, "crs_not_metres"), (None, "crs_missing")):
        with pytest.raises(CRSError) as caught:
            crs.require_projected_metres(make_frame(114, 22, epsg, 0.001), "buildings")
        assert caught.value.key == key


def test_metric_source_is_kept() -> None:
    frames = Frames(make_frame(500_000, 3_000_000, 4547, 20), make_frame(500_000, 3_000_000, 4547, 20))
    assert crs.to_metres(frames) is frames


def test_moved_layers_are_told() -> None:
    metric = make_frame(500_000, 2_500_000, 4547, 20)
    frames = Frames(metric.to_crs(4326), metric.to_crs(3857), metric)
    done = crs.to_metres(frames)
    assert {done.buildings.crs, done.streets.crs} == {pyproj.CRS(4547)}
    assert done.issues["layer"].tolist() == ["buildings", "streets"]
    assert set(done.issues["code"]) == {"reprojected"}
    for frame in (done.buildings, done.streets):
        assert shapely.hausdorff_distance(frame.union_all(), metric.union_all()) < 0.01


def test_what_leaves_the_world_is_dropped_by_id() -> None:
    good = make_frame(114.0, 22.7, 4326, 0.001)
    good.geometry = [*good.geometry[:3], shapely.box(3e5, 3e6, 3e5 + 1, 3e6 + 1)]
    done = crs.to_metres(Frames(good, make_frame(114.0, 22.7, 4326, 0.001)))
    assert done.buildings["building_id"].tolist() == ["a", "b", "c"]
    assert done.issues.loc[done.issues["code"] == "shape_not_finite", "id"].tolist() == ["d"]


def test_local_plane_stays_where_it_is() -> None:
    local = make_frame(0, 0, None, 20).set_crs(crs.LOCAL_METRES)
    frames = Frames(local, local)
    assert crs.to_metres(frames) is frames
    assert crs.parse_crs("local") == crs.LOCAL_METRES
    with raises(CRSError, "crs_no_way"):
        crs.reproject(local, crs.WGS84)
    with raises(CRSError, "crs_not_known"):
        crs.parse_crs("EPSG:999999")
