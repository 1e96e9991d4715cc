"""Where things are on the map: those with a place of their own, and their coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray

__all__ = ["find_points", "is_placed"]


def is_placed(things: pd.DataFrame) -> BoolArray:
    """Return which things have a place on the map, shape (n,)."""
    if "geometry" not in things:
        return np.zeros(len(things), dtype=bool)
    shapes = things["geometry"].to_numpy(dtype=object)
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)), dtype=bool)


def find_points(things: pd.DataFrame) -> tuple[BoolArray, FloatArray]:
    """Return which things have a place on the map, and the points of those [m], shape (k, 2)."""
    placed = is_placed(things)
    if not placed.any():
        return placed, np.empty((0, 2))
    return placed, shapely.get_coordinates(things["geometry"].to_numpy(dtype=object)[placed])
