"""Real cities: laws hold, official households are all accounted, no sliver between carriageways is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from gridplan.clean import clean_layers
from gridplan.crs import to_metres
from gridplan.io import read_layers
from gridplan.schema import CleanLayers, Layers
from gridplan.scheme import Scheme


def clean_city(path: Path, scheme: Scheme, **layers: str) -> tuple[Layers, CleanLayers]:
    read = to_metres(read_layers(f"{path}#buildings", f"{path}#streets", **layers))
    return read, clean_layers(read, scheme)


def assert_blocks(clean: CleanLayers, slivers: int) -> None:
    arrangement = shapely.union_all([shapely.boundary(clean.district), *clean.barriers.geometry])
    area = shapely.area(shapely.get_parts(shapely.polygonize(shapely.get_parts(arrangement))))
    assert area.sum() == pytest.approx(clean.district.area, rel=1e-9)
    assert (area < 500).sum() <= slivers


def test_karhula_is_a_town_of_houses(city: Callable[[str], Path], scheme: Scheme) -> None:
    path = city("karhula")
    _, clean = clean_city(path, scheme, boundary=f"{path}#extent", landuse=f"{path}#landuse")
    assert_blocks(clean, slivers=2)
    assert 1_200 < clean.buildings["households"].sum() < 2_500
    assert (clean.buildings["kind"] == "selfbuilt").sum() > 900


def test_wangjing_has_single_main_streets(city: Callable[[str], Path], scheme: Scheme) -> None:
    path = city("beijing_wangjing")
    _, clean = clean_city(path, scheme, boundary=f"{path}#extent", landuse=f"{path}#landuse")
    assert_blocks(clean, slivers=0)
    assert clean.buildings["households"].max() <= scheme.dwellings.guess_limit


@pytest.mark.slow
def test_nantes_accounts_for_every_official_dwelling(city: Callable[[str], Path], scheme: Scheme) -> None:
    read, clean = clean_city(city("nantes_centre"), scheme)
    assert_blocks(clean, slivers=4)
    homes, issues = clean.buildings, clean.issues
    kept = homes.loc[homes["households_source"] == "given", "households"].sum()
    gone = issues[(issues["layer"] == "buildings") & issues["action"].isin(("dropped", "merged"))]
    assert read.buildings["households"].sum() == kept + gone["value"].sum() == 39_108
