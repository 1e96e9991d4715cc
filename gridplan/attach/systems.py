"""Which system of longitude and latitude a list is in, judged by the buildings that its points lie in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import FloatArray
from gridplan.crs import SYSTEMS, WGS84, from_wgs84, reproject, to_wgs84
from gridplan.plan import Plan
from gridplan.schema import Things, empty_issues, issue_rows

__all__ = ["compare_systems"]

#: Fewer points than this prove nothing; own choice.
_ENOUGH = 5
#: Another system is proposed where it brings this much larger a share of the points into buildings; own
#: choice: under a wrong system points fall into buildings as often as these cover ground (10 to 30 %).
_CLEARLY = 0.15


def compare_systems(plan: Plan, things: Things) -> pd.DataFrame:
    """Find which share of the points lies in buildings under each system, and propose one.

    Parameters
    ----------
    plan
        With its buildings.
    things
        A list; only points given as longitude and latitude without a system count.

    Returns
    -------
    DataFrame
        One issue or none: ``points_system_other`` (asked) where another of ``gridplan.crs.SYSTEMS`` fits
        clearly better than the one taken, else ``points_system`` (noted). ``value`` is the share [%] under
        the system taken, ``detail`` lists all, the best first. Nothing is shifted.
    """
    degrees = things.frame[["lon", "lat"]].to_numpy(dtype=np.float64)
    degrees = degrees[np.isfinite(degrees).all(axis=1)]
    if len(degrees) < _ENOUGH or plan.crs.is_engineering or not _is_shifted(degrees):
        return empty_issues()
    tree = shapely.STRtree(plan.buildings.geometry.to_numpy())
    shares = {}
    for system in SYSTEMS:
        true = to_wgs84(degrees, system)
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*true.T), crs=WGS84)
        there = reproject(points, plan.crs).geometry.to_numpy()
        hit = tree.query(there, predicate="intersects")[0]
        shares[system] = len(np.unique(hit)) / len(degrees)
    order = sorted(shares, key=lambda name: (-shares[name], SYSTEMS.index(name)))
    other = shares[order[0]] - shares["wgs84"] >= _CLEARLY
    listed = ", ".join(f"{name} {100 * shares[name]:.1f} %" for name in order)
    code, action = ("points_system_other", "asked") if other else ("points_system", "noted")
    return issue_rows(things.role, ["*"], code, action, round(100 * shares["wgs84"], 1), listed)


def _is_shifted(degrees: FloatArray) -> bool:
    """Return whether places lie where the web maps shift them."""
    return bool((from_wgs84(degrees, "gcj02") != degrees).any())
