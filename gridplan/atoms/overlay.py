"""From areas that stand already to arrays: which of them each atom lies in. Buildings are never parted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.schema import issue_rows, join_issues

__all__ = ["place_atoms", "place_shapes"]


#: A footprint with more ground than this in another area is listed [m2]; less is noise of the survey.
STRADDLE_M2 = 1.0


def place_atoms(
    atoms: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> tuple[IntArray, pd.DataFrame]:
    """Find the area that each atom lies in.

    Parameters
    ----------
    atoms
        ``Atoms.frame``: ``building_id`` (NA for land) and the cells.
    areas
        Disjoint polygons with ``code`` and ``name``.
    buildings
        Footprints by ``building_id``, with ``households``.

    Returns
    -------
    labels : ndarray of int64, shape (n,)
        Row in ``areas``, -1 where there is none. A building goes as a whole to the area that holds most of
        its footprint, land to the one that holds most of its cell; ties go to the first area.
    issues
        Buildings across a border, and buildings in no area.
    """
    shapes = areas.geometry.to_numpy()
    home, _, others = place_shapes(buildings.geometry.to_numpy(), shapes)
    row = buildings.index.get_indexer(pd.Index(atoms["building_id"]))
    labels = np.where(row >= 0, home[row] if len(home) else -1, -1)
    land = np.flatnonzero(row < 0)
    labels[land] = place_shapes(atoms.geometry.to_numpy()[land], shapes)[0]
    names = np.where(areas["name"] != "", areas["name"], areas["code"]).astype(object)
    placed = np.isin(np.arange(len(buildings)), row)
    across = placed & (home >= 0) & (others > STRADDLE_M2)
    nowhere = placed & (home < 0)
    homes = buildings["households"].to_numpy(dtype=np.float64, na_value=np.nan)
    issues = join_issues(
        issue_rows(
            "buildings",
            buildings.index[across],
            "building_across_areas",
            "assigned",
            np.round(others[across], 1),
            names[home[across]],
        ),
        issue_rows("buildings", buildings.index[nowhere], "building_in_no_area", "noted", homes[nowhere]),
    )
    return labels, issues


def place_shapes(shapes: ShapeArray, areas: ShapeArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Find the area that holds most of each shape.

    Parameters
    ----------
    shapes
        Polygons, shape (n,).
    areas
        Disjoint polygons, shape (k,).

    Returns
    -------
    labels : shape (n,)
        Number of the area, -1 for none.
    mine, others : shape (n,)
        Ground in that area and in all the others together [m2].
    """
    n = len(shapes)
    labels = np.full(n, -1, dtype=np.int64)
    mine, others = np.zeros(n), np.zeros(n)
    if not n or not len(areas):
        return labels, mine, others
    tree = shapely.STRtree(shapes)
    # the areas are few and large: they are prepared once, and most shapes lie well inside one of them
    area, inside = tree.query(areas, predicate="contains")
    labels[inside] = area
    mine[inside] = shapely.area(shapes[inside])
    rest = np.flatnonzero(labels < 0)
    area, at = shapely.STRtree(shapes[rest]).query(areas, predicate="intersects")
    held = shapely.area(shapely.intersection(shapes[rest[at]], areas[area]))
    area, at, held = area[held > 0], rest[at[held > 0]], held[held > 0]
    order = np.lexsort((area, -held, at))
    first = order[np.unique(at[order], return_index=True)[1]]
    labels[at[first]], mine[at[first]] = area[first], held[first]
    others[rest] = np.bincount(at, held, minlength=n)[rest] - mine[rest]
    return labels, mine, others
