"""From the drawing to the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely

from ground.sheet import GRID_M, Point


def lay_frame(
    columns: Mapping[str, object], shapes: Sequence[shapely.Geometry], origin: Point, crs: str
) -> gpd.GeoDataFrame:
    """Move shapes from the drawing to the map, on a 1 cm grid, beside their columns."""
    moved = shapely.transform(np.asarray(shapes, dtype=object), lambda xy: xy + np.asarray(origin))
    return gpd.GeoDataFrame(columns, geometry=shapely.set_precision(moved, GRID_M), crs=crs)
