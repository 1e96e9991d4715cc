"""Laws of cleaning: all accounted, footprints disjoint, lines noded, order of no matter, twice is once."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.clean import clean_layers
from gridplan.schema import CleanLayers, Layers
from gridplan.scheme import load_preset

SCHEME = load_preset("gridplan")
CRS = "EPSG:32650"
CLASSES = ("primary", "secondary", "residential", "service", "primary_link", "footway", None)


@st.composite
def towns(draw: st.DrawFn) -> Layers:
    """Draw overlapping, broken and stray footprints among crossing, dangling and doubled streets."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 40)), draw(st.integers(0, 16))
    x, y = rng.uniform(-30, 430, (2, n))
    w, h = rng.uniform(1, 45, (2, n))
    shapes = shapely.transform(
        shapely.box(0, 0, w, h), lambda xy: xy + np.repeat(np.column_stack([x, y]), 5, axis=0)
    ).astype(object)
    for i in range(0, n, 7):
        shapes[i] = [
            None,
            shapely.Point(5, 5),
            shapely.Polygon([(x[i], y[i]), (x[i] + 9, y[i] + 9), (x[i] + 9, y[i]), (x[i], y[i] + 9)]),
            shapely.Polygon(),
            shapely.union_all(shapely.box([0, 90], [0, 90], [9, 99], [9, 99])),
            shapely.Polygon([(0, 0), (np.inf, 1), (2, 2)]),
        ][rng.integers(6)]
    if n > 4:
        shapes[3] = shapes[2]
    ids = [f"b{i}" for i in rng.integers(0, n + 5, n)]
    buildings = gpd.GeoDataFrame(
        {
            "building_id": ids,
            "name": None,
            "use": rng.choice(np.array(["residential", None, "yes"], dtype=object), n),
            "kind": rng.choice(np.array([None, "apartment", "exclusive"], dtype=object), n),
            "households": pd.array(np.where(rng.random(n) < 0.5, rng.integers(0, 60, n), -1), dtype="Int64"),
            "population": pd.array([pd.NA] * n, dtype="Int64"),
            "floors": rng.choice([np.nan, 1.0, 6.0], n),
            "height": np.nan,
            "stairwells": np.nan,
        },
        geometry=shapes,
        crs=CRS,
    )
    buildings["households"] = buildings["households"].mask(buildings["households"] < 0)
    ends = rng.uniform(-50, 450, (m, 2, 2))
    if m > 3:
        ends[1] = ends[0] + 12.0
        ends[2] = np.round(ends[2], -2)
    streets = gpd.GeoDataFrame(
        {
            "street_id": [f"s{i}" for i in range(m)],
            "name": None,
            "street_class": rng.choice(np.array(CLASSES, dtype=object), m),
            "layer": 0,
            "tunnel": rng.random(m) < 0.1,
            "bridge": False,
            "rank": pd.array([pd.NA] * m, dtype="Int64"),
        },
        geometry=list(shapely.linestrings(ends)) if m else [],
        crs=CRS,
    )
    boundary = gpd.GeoDataFrame({"name": ["d"]}, geometry=[shapely.box(0, 0, 400, 400)], crs=CRS)
    return Layers(buildings, streets, boundary=boundary)


def overlaps(shapes: np.ndarray) -> float:
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    return float(shapely.area(shapely.intersection(shapes[a], shapes[b])).max(initial=0.0))


def assert_laws(layers: Layers, clean: CleanLayers) -> None:
    homes, lines, issues = clean.buildings, clean.barriers, clean.issues
    shapes = homes.geometry.to_numpy()
    assert homes.index.is_unique and homes.index.is_monotonic_increasing
    assert shapely.is_valid(shapes).all() and (shapely.get_type_id(shapes) == 3).all()
    assert not shapely.has_z(shapes).any()
    assert overlaps(shapes) <= 0.2
    # accounted: every id is there or listed as gone
    gone = issues[(issues["layer"] == "buildings") & issues["action"].isin(("dropped", "merged"))]
    assert set(layers.buildings["building_id"]) <= set(homes.index) | set(gone["id"].str.split("#").str[0])
    told = layers.buildings["households"].sum()
    kept = homes.loc[homes["households_source"] == "given", "households"].sum()
    assert told == kept + gone["value"].sum()
    street_rows = set(issues.loc[issues["layer"] == "streets", "id"])
    assert set(layers.streets["street_id"]) <= set(lines["street_id"]) | street_rows
    assert homes["kind"].isin(("apartment", "selfbuilt", "exclusive", "empty")).all()
    assert (homes.loc[homes["households_source"] == "none", "households"] == 0).all()
    # noded: lines and outline meet at their ends only and polygonize to the district
    assert lines["rank"].isin((1, 2, 3)).all()
    outline = shapely.get_parts(shapely.union_all([shapely.boundary(clean.district), *lines.geometry]))
    cells = shapely.get_parts(shapely.polygonize(outline))
    assert shapely.area(cells).sum() == pytest.approx(clean.district.area, abs=0.5)
    a, b = shapely.STRtree(lines.geometry).query(lines.geometry, predicate="crosses")
    assert len(a) == 0
    a, b = shapely.STRtree(lines.geometry).query(lines.geometry, predicate="intersects")
    shared = shapely.intersection(lines.geometry.to_numpy()[a[a < b]], lines.geometry.to_numpy()[b[a < b]])
    assert (shapely.length(shared) < 0.05).all()


@settings(max_examples=30)
@given(towns())
def test_laws_hold_in_any_town(layers: Layers) -> None:
    assert_laws(layers, clean_layers(layers, SCHEME))


@settings(max_examples=10)
@given(towns(), st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(layers: Layers, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shuffled = replace(
        layers,
        buildings=layers.buildings.iloc[rng.permutation(len(layers.buildings))].reset_index(drop=True),
        streets=layers.streets.iloc[rng.permutation(len(layers.streets))],
    )
    one, other = clean_layers(layers, SCHEME), clean_layers(shuffled, SCHEME)
    pd.testing.assert_frame_equal(
        one.buildings.drop(columns="geometry"), other.buildings.drop(columns="geometry")
    )
    assert shapely.equals_exact(one.buildings.geometry, other.buildings.geometry, 1e-9).all()
    pd.testing.assert_frame_equal(
        one.barriers.drop(columns="geometry"), other.barriers.drop(columns="geometry")
    )
    assert shapely.equals_exact(one.barriers.geometry, other.barriers.geometry, 1e-9).all()


@settings(max_examples=10)
@given(towns())
def test_cleaning_twice_is_cleaning_once(layers: Layers) -> None:
    once = clean_layers(layers, SCHEME)
    twice = clean_layers(as_layers(once), SCHEME)
    assert list(twice.buildings.index) == list(once.buildings.index)
    assert (twice.buildings["households"] == once.buildings["households"]).all()
    assert (twice.buildings["kind"] == once.buildings["kind"]).all()
    moved = shapely.area(
        shapely.symmetric_difference(once.buildings.geometry.to_numpy(), twice.buildings.geometry.to_numpy())
    )
    assert (moved < 0.5).all()
    assert twice.barriers.length.sum() == pytest.approx(once.barriers.length.sum(), abs=0.5)
    assert twice.district.area == pytest.approx(once.district.area, abs=0.5)


def as_layers(clean: CleanLayers) -> Layers:
    """Feed a clean result in again."""
    buildings = clean.buildings.reset_index()
    buildings["households"] = buildings["households"].astype("Int64")
    buildings["population"] = buildings["population"].astype("Int64")
    streets = clean.barriers.assign(layer=0, tunnel=False, bridge=False)
    streets["rank"] = streets["rank"].astype("Int64")
    boundary = gpd.GeoDataFrame({"name": ["d"]}, geometry=[clean.district], crs=clean.crs)
    return Layers(buildings, streets, boundary=boundary)
