"""Towns of any size, made of copies of a real one."""

from __future__ import annotations

import math
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry


def find_city(name: str) -> Path | None:
    """Return a real city's GeoPackage, beside the repository or in GRIDPLAN_SHARED; None without one."""
    shared = Path(os.environ.get("GRIDPLAN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    path = shared / "data" / name / f"{name}.gpkg"
    return path if path.is_file() else None


def tile_city(source: Path, size: int, target: Path) -> None:
    """Lay copies of the middle of a city side by side until there are about so many buildings.

    Parameters
    ----------
    source
        GeoPackage with the layers ``buildings`` and ``streets`` in metres.
    size
        Number of buildings wanted; a few fewer come out, because those on a cut are left out.
    target
        GeoPackage to write: ``buildings``, ``streets``, ``boundary``.
    """
    buildings, streets = (gpd.read_file(source, layer=layer) for layer in ("buildings", "streets"))
    copies = math.ceil(size / len(buildings))
    window = _find_window(buildings, size / copies)
    buildings = buildings[buildings.within(window)]
    streets = streets.assign(geometry=shapely.force_2d(streets.geometry)).clip(window, keep_geom_type=True)
    left, low, right, high = window.bounds
    columns = math.ceil(math.sqrt(copies))
    shifts = [((n % columns) * (right - left), (n // columns) * (high - low)) for n in range(copies)]
    boundary = shapely.union_all([shapely.transform(window, lambda xy, by=by: xy + by) for by in shifts])
    _lay_out(buildings, shifts).to_file(target, layer="buildings")
    _lay_out(streets, shifts).to_file(target, layer="streets")
    gpd.GeoDataFrame(geometry=[boundary], crs=buildings.crs).to_file(target, layer="boundary")


def _find_window(buildings: gpd.GeoDataFrame, wanted: float) -> BaseGeometry:
    """Return the box around the middle of a city, of the city's shape, with so many buildings."""
    left, low, right, high = buildings.total_bounds
    middle, half = np.array([left + right, low + high]) / 2, np.array([right - left, high - low]) / 2
    reach = np.abs(
        (shapely.get_coordinates(shapely.centroid(buildings.geometry.values)) - middle) / half
    ).max(axis=1)
    share = float(np.sort(reach)[min(len(reach), round(wanted)) - 1])
    return shapely.box(*(middle - half * share), *(middle + half * share))


def _lay_out(frame: gpd.GeoDataFrame, shifts: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Repeat a layer at each shift, with ids of its own."""
    tiles = [
        frame.assign(geometry=frame.geometry.translate(*shift), tile=n) for n, shift in enumerate(shifts)
    ]
    laid = pd.concat(tiles, ignore_index=True)
    return laid.assign(ID=laid["ID"].astype(str) + "_" + laid["tile"].astype(str)) if "ID" in laid else laid
