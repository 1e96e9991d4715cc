"""The limits of areas (四至) without what their reader may not see: cut by value, worded last."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.borders.limits import format_limits, list_limits
from gridplan.borders.trace import trace_borders
from gridplan.i18n import LANGUAGES, t
from gridplan.plan import Plan
from gridplan.plan.names import name_areas, name_places
from gridplan.privacy import Audience

__all__ = ["HIDDEN", "cut_limits", "list_seen_limits"]

#: Stands in the place of the name of what a reader may not see; from the private use area, so no name.
HIDDEN = "\ue000"


def cut_limits(
    frame: gpd.GeoDataFrame, around: gpd.GeoDataFrame, plan: Plan, level: str, audience: Audience
) -> gpd.GeoDataFrame:
    """Call what an audience may not see by a common word in the limits of areas.

    Off the streets a limit names the areas on either hand and the houses along it.

    Parameters
    ----------
    frame
        The areas that are seen of a level.
    around
        All areas of the level.
    plan
        The plan.
    level
        The level.
    audience
        Who looks at it.

    Returns
    -------
    GeoDataFrame
        ``borders_*`` with "a house" and "another area" in the place of their names; streets and what is seen
        keep theirs. The office's are those of the plan: to trace all areas again would take seconds.
    """
    if audience.name == "office":
        return frame
    limits, names = list_seen_limits(around, plan, level, audience)
    texts = {}
    for lang in LANGUAGES:
        called = [t("onemap.other_area", lang) if name == HIDDEN else name for name in names]
        words = {HIDDEN: t("onemap.some_house", lang)}
        texts[f"borders_{lang}"] = format_limits(limits, called, frame["code"], lang, places=words).to_numpy()
    return frame.assign(**texts)


def list_seen_limits(
    around: gpd.GeoDataFrame, plan: Plan, level: str, audience: Audience
) -> tuple[pd.DataFrame, list[str]]:
    """List what the borders of areas follow, as far as an audience may know it.

    Parameters
    ----------
    around
        All areas of the level.
    plan, level
        The plan and the level.
    audience
        "worker" or "public": a worker sees no other area, and no house or compound outside of the own one;
        the public no house, but the compound that it stands in.

    Returns
    -------
    limits
        Rows of :func:`gridplan.borders.limits.list_limits`, with :data:`HIDDEN` in the place of names.
    names
        What each of the traced areas is called.
    """
    areas = around.set_index("code")[["name", "geometry"]]
    if audience.name == "worker":
        areas = areas[areas.intersects(areas.geometry[audience.code])]
    atoms = plan.atoms[plan.atoms[level].isin(areas.index)]
    traced = trace_borders(areas, plan.streets, plan.district, atoms)
    named = np.array(name_places(plan), dtype=object)[plan.atoms.index.get_indexer(atoms.index)]
    names = name_areas(areas)
    if audience.name == "worker":
        places = np.where((named == "") | (atoms[level] == audience.code), named, HIDDEN)
        names = np.where(areas.index == audience.code, names, HIDDEN).tolist()
        traced = traced[traced["code"] == audience.code]
    else:
        compounds = atoms["compound"].fillna("").astype(str).to_numpy(dtype=object)
        places = np.where((named == "") | (compounds != ""), compounds, HIDDEN)
    return list_limits(traced, plan.streets, places.tolist()), names
