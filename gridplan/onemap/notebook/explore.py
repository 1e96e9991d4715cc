"""A level of a plan on a folium map, as ``GeoDataFrame.explore`` draws it, without any network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely

from gridplan.crs import WGS84, reproject
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.onemap.browser.encode import find_tolerance
from gridplan.onemap.colours import WITHHELD_COLOUR
from gridplan.onemap.notebook.frame import (
    Colouring,
    choose_colouring,
    choose_level,
    show_areas,
    word_areas,
)
from gridplan.onemap.notebook.offline import keep_offline
from gridplan.plan import Plan

__all__ = ["explore_plan"]

#: Decimals of degrees: a tenth of a metre.
_DECIMALS = 6
_STYLE = {"weight": 1.0, "color": "#5b6670", "fillOpacity": 0.7}
_RAMP = "YlGnBu"


def explore_plan(  # noqa: PLR0913 -- a front door, one keyword per option
    plan: Plan,
    level: str | None = None,
    column: str | None = None,
    *,
    m: folium.Map | None = None,
    tiles: object = None,
    tooltip: bool | int | str | Sequence[str] = True,
    popup: bool | int | str | Sequence[str] = False,
    legend: bool = True,
    audience: str = "office",
    lang: str = "zh",
    **style: Any,
) -> folium.Map:
    """Draw a level of a plan on a folium map.

    Parameters
    ----------
    plan
        The plan.
    level
        Id of the level; by default the finest that the audience sees.
    column
        What areas are coloured by: "households", "population", "density", "kind", "area_m2", "compactness" or
        another column of the areas; by default their status.
    m
        A map to draw on, of this function or of ``GeoDataFrame.explore``; it is made to work without a
        network too.
    tiles
        Base map as ``GeoDataFrame.explore`` takes it; none by default, because it needs a network.
    tooltip, popup
        Headings of what is read of an area, True for all of them, a number for the first so many, False for
        none.
    legend
        Whether there is a legend.
    audience
        "office", "public" or "worker:CODE": what these may not see is not in the map at all.
    lang
        "zh" or "en".
    **style
        Further options of ``GeoDataFrame.explore``: ``cmap``, ``scheme``, ``k``, ``vmin``, ``vmax``,
        ``name``, ``style_kwds``, ``legend_kwds``, ``map_kwds`` ...

    Returns
    -------
    folium.Map
        ``save(path)`` writes a page that opens from a disk without a network.

    Raises
    ------
    InputError
        If the audience does not see the level or the column, or nobody has such an area.

    Examples
    --------
    >>> import gridplan
    >>> plan = gridplan.make_plan("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> page = plan.explore("grid", "households", lang="en").get_root().render()
    >>> "https://cdn" in page
    False
    """
    shown = show_areas(plan, audience)
    level = choose_level(shown, level)
    colouring = choose_colouring(shown, level, column, lang)
    frame = _lay_out(word_areas(shown, level, lang), find_tolerance(shown.ground.district))
    fields = [str(name) for name in frame.columns if name != "geometry"]
    frame[fields] = frame[fields].map(_escape)
    options = {
        "m": m,
        "tiles": tiles,
        "tooltip": _choose_fields(tooltip, fields),
        "popup": _choose_fields(popup, fields),
        "legend": legend,
        **_choose_style(colouring, style, lang),
    }
    drawn: folium.Map = frame.reset_index(drop=True).explore(**options)
    return keep_offline(drawn)


def _lay_out(areas: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Simplify areas as a coverage [m] and give them longitude and latitude in few digits."""
    simple = shapely.coverage_simplify(areas.geometry.to_numpy(), tolerance)
    degrees = reproject(areas.set_geometry(gpd.GeoSeries(simple, index=areas.index, crs=areas.crs)), WGS84)
    short = shapely.transform(degrees.geometry.to_numpy(), lambda xy: np.round(xy, _DECIMALS))
    return degrees.set_geometry(gpd.GeoSeries(short, index=degrees.index, crs=WGS84))


def _escape(text: str) -> str:
    """Make a text fit for the page whatever it holds; its braces would be read by the page's templates."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;").replace("`", "&#96;")


def _choose_fields(wanted: bool | int | str | Sequence[str], fields: list[str]) -> list[str] | bool:
    """Choose what is read of an area: all, the first few, or by their headings."""
    if wanted is True:
        return fields
    if wanted is False:
        return False
    if isinstance(wanted, int):
        return fields[:wanted]
    chosen = [wanted] if isinstance(wanted, str) else list(wanted)
    if unknown := [name for name in chosen if name not in fields]:
        raise InputError("column_not_shown", column=unknown[0], level="", known=fields)
    return chosen


def _choose_style(colouring: Colouring, style: dict[str, Any], lang: str) -> dict[str, Any]:
    """Add the colours, the caption and how withheld counts are drawn to what the caller asked for."""
    chosen = {name: dict(value) if isinstance(value, dict) else value for name, value in style.items()}
    chosen["style_kwds"] = {**_STYLE, **chosen.get("style_kwds", {})}
    values = colouring.values
    if values.isna().all():
        return {**chosen, "color": WITHHELD_COLOUR, "legend": False}
    chosen["column"] = values.to_numpy()
    chosen["legend_kwds"] = {"caption": colouring.caption, **chosen.get("legend_kwds", {})}
    withheld = {"color": WITHHELD_COLOUR, "label": t("onemap.withheld_why", lang)}
    chosen["missing_kwds"] = {**withheld, **chosen.get("missing_kwds", {})}
    if colouring.classes:
        chosen["column"] = values.map(_escape).to_numpy(dtype=object)
        chosen["categorical"] = True
        chosen["categories"] = [_escape(name) for name, _ in colouring.classes]
        chosen.setdefault("cmap", [colour for _, colour in colouring.classes])
    elif values.nunique() == 1:
        # one number has no scale
        words = values.map(lambda value: f"{value:,.6g}", na_action="ignore")
        chosen |= {"column": words.to_numpy(dtype=object), "categorical": True}
        chosen.setdefault("cmap", ["#41b6c4"])
    else:
        chosen.setdefault("cmap", _RAMP)
    return chosen
