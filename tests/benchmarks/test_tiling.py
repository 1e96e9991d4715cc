"""A tiled town has about as many buildings as asked for, no copy touches another, ids stay unique."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from benchmarks.tiling import tile_city

SOURCE = Path(__file__).resolve().parents[2] / "data" / "xiao_cheng.gpkg"


@pytest.mark.parametrize("size", [150, 700, 3000])
def test_tiled_town(tmp_path: Path, size: int) -> None:
    target = tmp_path / "town.gpkg"
    tile_city(SOURCE, size, target)
    buildings, streets, boundary = (
        gpd.read_file(target, layer=layer) for layer in ("buildings", "streets", "boundary")
    )
    assert 0.8 * size <= len(buildings) <= size
    assert boundary.geometry.iloc[0].geom_type == "Polygon", "copies lie side by side without a gap"
    assert buildings.within(boundary.geometry.iloc[0]).all()
    assert streets.geom_type.str.contains("LineString").all()
    _, crossing = shapely.STRtree(buildings.geometry.values).query(
        buildings.geometry.values, predicate="overlaps"
    )
    assert len(crossing) == 0


@pytest.mark.city
@pytest.mark.slow
def test_real_ids_stay_unique(city: Callable[[str], Path], tmp_path: Path) -> None:
    tile_city(city("nantes_centre"), 17_000, tmp_path / "town.gpkg")
    buildings = gpd.read_file(tmp_path / "town.gpkg", layer="buildings", ignore_geometry=True)
    assert buildings["ID"].is_unique
