"""A level of a plan on matplotlib axes, as ``GeoDataFrame.plot`` draws it, with letters that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch

from gridplan.i18n import t
from gridplan.onemap.colours import WITHHELD_COLOUR
from gridplan.onemap.notebook.frame import (
    Colouring,
    choose_colouring,
    choose_level,
    show_areas,
)
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.plan import Plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_plan"]

_STYLE = {"edgecolor": "#5b6670", "linewidth": 0.5}


def plot_plan(
    plan: Plan,
    level: str | None = None,
    column: str | None = None,
    *,
    ax: Axes | None = None,
    legend: bool = True,
    audience: str = "office",
    lang: str = "zh",
    **style: Any,
) -> Axes:
    """Draw a level of a plan on matplotlib axes.

    Parameters
    ----------
    plan
        The plan.
    level
        Id of the level; by default the finest that the audience sees.
    column
        What areas are coloured by; by default their status.
    ax
        Axes to draw on; new ones by default. Their unit is the metre of the plan's coordinate system.
    legend
        Whether there is a legend or colour bar.
    audience
        "office", "public" or "worker:CODE".
    lang
        "zh" or "en".
    **style
        Further options of ``GeoDataFrame.plot``: ``cmap``, ``scheme``, ``figsize``, ``edgecolor`` ...

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If the audience does not see the level or the column.

    Examples
    --------
    >>> import gridplan
    >>> plan = gridplan.make_plan("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> plan.plot("subgrid", "population").get_aspect()
    1.0
    """
    shown = show_areas(plan, audience)
    level = choose_level(shown, level)
    colouring = choose_colouring(shown, level, column, lang)
    areas = gpd.GeoDataFrame(geometry=shown.areas[level].geometry)
    options = {**_STYLE, **style}
    if colouring.classes and "cmap" not in style:
        fills = colouring.values.map(dict(colouring.classes))
        ax = areas.plot(ax=ax, color=fills.tolist(), **options)
        if legend:
            _draw_legend(ax, colouring, lang)
        return ax
    if colouring.values.isna().all():
        withheld: Axes = areas.plot(ax=ax, color=WITHHELD_COLOUR, **options)
        return withheld
    missing = {"color": WITHHELD_COLOUR, "label": t("onemap.withheld_why", lang)}
    known = {"cmap": "YlGnBu", "missing_kwds": missing, **options}
    ax = areas.assign(value=colouring.values).plot("value", ax=ax, legend=legend, **known)
    _use_fonts(ax, colouring.caption, lang)
    return ax


def _draw_legend(ax: Axes, colouring: Colouring, lang: str) -> None:
    """Draw the classes under their caption."""
    words = "".join([colouring.caption, *(name for name, _ in colouring.classes)])
    patches = [Patch(facecolor=colour, edgecolor="#5b6670", label=name) for name, colour in colouring.classes]
    ax.legend(
        handles=patches,
        title=colouring.caption,
        prop=find_fonts(words, lang, size=9),
        title_fontproperties=find_fonts(words, lang, size=9, bold=True),
        loc="best",
    )


def _use_fonts(ax: Axes, caption: str, lang: str) -> None:
    """Caption the colour bar, or the legend of classes, in letters that exist."""
    fonts: FontProperties = find_fonts(caption + t("onemap.withheld_why", lang), lang, size=9)
    if found := ax.get_legend():
        found.set_title(caption, prop=fonts)
        for text in found.get_texts():
            text.set_fontproperties(fonts)
    elif bars := [other for other in ax.figure.axes if other.get_label() == "<colorbar>"]:
        bars[-1].set_ylabel(caption, fontproperties=fonts)
