"""Small towns drawn by hand for the cleaning room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.schema import Layers
from gridplan.scheme import Scheme, load_preset

CRS = "EPSG:32650"


def make_buildings(shapes: Sequence[object], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    n = len(shapes)
    told = {
        "building_id": [f"b{i:03d}" for i in range(n)],
        "name": [None] * n,
        "use": ["residential"] * n,
        "kind": [None] * n,
        "households": [pd.NA] * n,
        "population": [pd.NA] * n,
        "floors": [np.nan] * n,
        "height": [np.nan] * n,
        "stairwells": [np.nan] * n,
        **columns,
    }
    frame = gpd.GeoDataFrame(told, geometry=list(shapes), crs=CRS)
    for column in {"households", "population", "dwellings"} & set(frame.columns):
        frame[column] = frame[column].astype("Int64")
    for column in ("name", "use", "kind"):
        frame[column] = frame[column].astype(object)
    return frame


def make_streets(
    lines: Sequence[object], classes: Sequence[str | None] | str = "primary", **columns: object
) -> gpd.GeoDataFrame:
    n = len(lines)
    told = {
        "street_id": [f"s{i:03d}" for i in range(n)],
        "name": [None] * n,
        "street_class": [classes] * n if isinstance(classes, str) else list(classes),
        "layer": 0,
        "tunnel": False,
        "bridge": False,
        "rank": pd.array([pd.NA] * n, dtype="Int64"),
        **columns,
    }
    return gpd.GeoDataFrame(told, geometry=list(lines), crs=CRS)


def make_layers(
    shapes: Sequence[object],
    lines: Sequence[object],
    classes: Sequence[str | None] | str = "primary",
    size: float = 1000.0,
    **columns: Sequence[object],
) -> Layers:
    boundary = gpd.GeoDataFrame({"name": ["town"]}, geometry=[shapely.box(0, 0, size, size)], crs=CRS)
    return Layers(make_buildings(shapes, **columns), make_streets(lines, classes), boundary=boundary)


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return load_preset("gridplan")


@pytest.fixture(scope="session")
def layers_of() -> Callable[..., Layers]:
    return make_layers


@pytest.fixture(scope="session")
def buildings_of() -> Callable[..., gpd.GeoDataFrame]:
    return make_buildings


@pytest.fixture(scope="session")
def streets_of() -> Callable[..., gpd.GeoDataFrame]:
    return make_streets
