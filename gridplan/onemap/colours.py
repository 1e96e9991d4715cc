"""Colours of areas: calm, and different where areas touch."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gridplan.arrays import IntArray

__all__ = ["EMPTY_COLOUR", "PALETTE", "STATUS_COLOURS", "STATUS_FILLS", "WITHHELD_COLOUR", "colour_areas"]

#: Fills of areas with households: light enough for buildings and letters on top, different in print.
PALETTE = ("#b5d3b9", "#f2d6a9", "#b3cbe4", "#eebfb2", "#cfc3e2", "#ece3ae", "#abd5d4", "#dcc9b6")
#: Fill of areas without households.
EMPTY_COLOUR = "#eceee8"
#: Marks of areas that are not ok.
STATUS_COLOURS = {"exempt": "#b8651b", "violation": "#c0182b"}
#: Fills of areas by what the check says of them.
STATUS_FILLS = {"ok": PALETTE[0], "warning": "#ecd27e", **STATUS_COLOURS}
#: Fill of areas whose count is withheld.
WITHHELD_COLOUR = "#d9d6cf"

# Areas nearer than this get different colours [m]: a street's sliver between two must not join them.
_NEAR_M = 1.0


def colour_areas(areas: gpd.GeoDataFrame, *, colours: int = len(PALETTE)) -> IntArray:
    """Colour areas so that neighbours differ.

    Parameters
    ----------
    areas
        Polygons, projected [m]; their order decides, so sort them by code.
    colours
        How many colours there are; where an area has neighbours of all of them it takes the one that
        the fewest have.

    Returns
    -------
    ndarray of int64, shape (n,)
        Colour 0..colours-1 of each area.
    """
    shapes = areas.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=_NEAR_M)
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    starts = np.searchsorted(left, np.arange(len(shapes) + 1))
    chosen = np.full(len(shapes), -1, dtype=np.int64)
    used = np.zeros(colours, dtype=np.int64)
    for area in range(len(shapes)):
        near = chosen[right[starts[area] : starts[area + 1]]]
        taken = np.bincount(near[near >= 0], minlength=colours)
        # the fewest neighbours first, then the colour used least so far, then the first
        best = np.lexsort((np.arange(colours), used, taken))[0]
        chosen[area] = best
        used[best] += 1
    return chosen
