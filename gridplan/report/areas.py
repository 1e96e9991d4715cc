"""The areas of a level with everything that their layer in plan.gpkg holds."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray
from gridplan.borders.limits import format_limits, list_limits
from gridplan.borders.trace import trace_borders
from gridplan.i18n import LANGUAGES
from gridplan.plan import Plan, dissolve_level
from gridplan.plan.names import name_areas, name_places
from gridplan.report.reasons import format_reason, list_reasons

__all__ = ["AREA_COLUMNS", "count_buildings", "describe_areas", "describe_plan", "measure_areas"]

#: Columns of a level's layer besides the geometry, in order.
AREA_COLUMNS = (
    "code",
    "name",
    "parent",
    "kind",
    "households",
    "population",
    "buildings",
    "area_m2",
    "perimeter_m",
    "compactness",
    "status",
    "certificate",
    "reason_zh",
    "reason_en",
    "borders_zh",
    "borders_en",
)


def describe_plan(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Describe the areas of every level of a plan, by level id."""
    return {level_id: describe_areas(plan, level_id) for level_id in plan.areas}


def describe_areas(plan: Plan, level_id: str) -> gpd.GeoDataFrame:
    """Describe the areas of one level in numbers and in words.

    Parameters
    ----------
    plan
        The plan.
    level_id
        One of its levels.

    Returns
    -------
    GeoDataFrame
        One row per area in the order of the codes, with :data:`AREA_COLUMNS`. ``households``,
        ``population`` and ``buildings`` are whole numbers that add up to the district's exactly;
        ``area_m2``, ``perimeter_m`` and ``compactness`` (4 pi A / P^2, 1 for a circle) come from the
        dissolved polygon. ``reason_*`` says why an area out of bounds is not better, ``borders_*``
        its limits by side in the order of a walk (四至).
    """
    frame = measure_areas(plan, level_id)
    traced = trace_borders(frame[["geometry"]], plan.streets, plan.district, plan.atoms)
    limits = list_limits(traced, plan.streets, name_places(plan))
    reasons = list_reasons(plan, level_id, frame, traced)
    for lang in LANGUAGES:
        texts = {code: format_reason(reason, plan.scheme[level_id], lang) for code, reason in reasons.items()}
        frame[f"reason_{lang}"] = pd.Series(texts, dtype="str").reindex(frame.index, fill_value="")
        frame[f"borders_{lang}"] = format_limits(limits, name_areas(frame), frame.index, lang)
    return frame.reset_index()[[*AREA_COLUMNS, "geometry"]]


def measure_areas(plan: Plan, level_id: str) -> gpd.GeoDataFrame:
    """Describe the areas of one level in numbers only, which takes a fifth of the time.

    Parameters
    ----------
    plan
        The plan.
    level_id
        One of its levels.

    Returns
    -------
    GeoDataFrame
        The columns of :func:`describe_areas` but ``code``, which is the index, and those in words.
    """
    shapes = dissolve_level(plan, level_id)
    given = plan.areas[level_id].reindex(shapes.index)
    sums = plan.atoms.groupby(level_id)[["households", "population"]].sum().reindex(shapes.index)
    area, perimeter = shapes.area, shapes.length
    return shapes.assign(
        name=given["name"].fillna("").astype(str),
        parent=given["parent"].fillna("").astype(str),
        kind=given["kind"],
        households=sums["households"].astype(np.int64),
        population=sums["population"].astype(np.int64),
        buildings=count_buildings(plan, level_id).reindex(shapes.index, fill_value=0),
        area_m2=area,
        perimeter_m=perimeter,
        compactness=4 * np.pi * area / perimeter**2,
        status=given["status"],
        certificate=given["certificate"].fillna("").astype(str),
    )


def count_buildings(plan: Plan, level_id: str) -> pd.Series:
    """Count the buildings of each area, every building once.

    A building whose slices lie in several areas counts in the one that holds most of its households,
    then most of its ground, then the first code. The choice goes down from the top level, so that
    the buildings of the children add up to their parent's.

    Parameters
    ----------
    plan
        The plan.
    level_id
        One of its levels.

    Returns
    -------
    Series of int64, indexed by code
    """
    homes = plan.atoms[plan.atoms["building_id"].notna()]
    slices = pd.DataFrame(homes.drop(columns="geometry"))
    for step in _lineage(plan, level_id):
        parts = (
            slices.groupby(["building_id", step], sort=True)[["households", "area_m2"]].sum().reset_index()
        )
        parts = parts.sort_values(
            ["building_id", "households", "area_m2", step], ascending=[True, False, False, True]
        )
        chosen = parts.drop_duplicates("building_id").set_index("building_id")[step]
        slices = slices[_equal(slices[step], slices["building_id"].map(chosen))]
    once = slices.drop_duplicates("building_id")
    return once.groupby(level_id).size().astype(np.int64)


def _equal(left: pd.Series, right: pd.Series) -> BoolArray:
    return np.asarray(left.to_numpy(dtype=object) == right.to_numpy(dtype=object), dtype=bool)


def _lineage(plan: Plan, level_id: str) -> list[str]:
    """Return the level and its parents, the top one first."""
    line = [level_id]
    while parent := plan.scheme[line[0]].parent:
        line.insert(0, parent)
    return line
