"""The map of what changes between two plans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely.geometry.base import BaseGeometry

from gridplan.compare.comparison import Comparison
from gridplan.i18n import t
from gridplan.onemap.colours import PALETTE, colour_areas
from gridplan.onemap.pictures.canvas import (
    PICTURE_SIZE,
    add_polygons,
    make_halo,
    open_sheet,
    save_sheet,
    trace_lines,
)
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.onemap.pictures.legend import draw_entries, draw_figures, draw_frame
from gridplan.plan import Plan

__all__ = ["draw_changes"]

_KEPT, _KEPT_BORDER, _STREET, _DWELLING = "#e6e7e9", "#9aa0a8", "#ffffff", "#6f6a66"
_OLD, _NEW = "#b3262e", "#1d2126"
# dash and gap of old borders, in line widths
_DASH = (0, (3.2, 1.8))


def draw_changes(
    comparison: Comparison,
    after: Plan,
    path: str | Path,
    *,
    lang: str = "zh",
    size: tuple[int, int] = PICTURE_SIZE,
) -> Path:
    """Draw what changes: kept ground grey, moved ground in the colour of the area that it goes to.

    Parameters
    ----------
    comparison
        Of one level, by :func:`gridplan.compare.comparison.compare_plans`.
    after
        The second plan, for its streets, names and source line.
    path
        Where to write; the ending chooses the format (.png, .svg, .pdf).
    lang
        "zh" or "en".
    size
        Width and height [px].

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        ``font_missing`` or ``map_format``, as :func:`gridplan.report.draw_overview`.
    WriteError
        If the file cannot be written.
    """
    ground = shapely.union_all(comparison.after.geometry.to_numpy())
    target, figure, axes, points_per_m = open_sheet(path, size, ground)
    add_polygons(axes, comparison.after.geometry.to_numpy(), facecolor=_KEPT, edgecolor="none", zorder=0)
    _draw_moved(axes, comparison)
    if after.crs == comparison.after.crs:
        _draw_town(axes, after, ground)
    _draw_borders(axes, comparison)
    _draw_names(axes, comparison, points_per_m, lang)
    draw_frame(figure, axes, after, lang)
    level = after.scheme[comparison.level].name[lang]
    y = draw_figures(
        figure,
        t("compare.title", lang, level=level),
        t("map.subtitle", lang, scheme=after.scheme.name[lang]),
        _tell_figures(comparison, lang),
        lang,
    )
    draw_entries(figure, _list_entries(comparison, lang), lang, top=y - 0.02)
    save_sheet(figure, target)
    return target


def _draw_moved(axes: Axes, comparison: Comparison) -> None:
    """Fill ground that changes hands."""
    after, moved = comparison.after, comparison.moved
    if not len(moved):
        return
    colour = colour_areas(after)[after.index.get_indexer(moved["after"])]
    shapes = moved.geometry.to_numpy()
    for number, fill in enumerate(PALETTE):
        add_polygons(axes, shapes[colour == number], facecolor=fill, edgecolor="none", zorder=1)


def _draw_town(axes: Axes, plan: Plan, ground: BaseGeometry) -> None:
    """Draw main streets and homes, so that a reader finds the place."""
    main = plan.streets.geometry[(plan.streets["rank"] == 1).to_numpy()].to_numpy()
    inside = trace_lines(shapely.intersection(main, ground))
    axes.add_collection(LineCollection(inside, colors=_STREET, linewidths=1.4, zorder=2), autolim=False)
    homes = plan.buildings.geometry[(plan.buildings["households"].fillna(0) > 0).to_numpy()].to_numpy()
    add_polygons(axes, homes, facecolor=_DWELLING, edgecolor="none", alpha=0.5, zorder=3)


def _draw_borders(axes: Axes, comparison: Comparison) -> None:
    borders = comparison.borders
    kept = trace_lines(shapely.boundary(comparison.after.geometry.to_numpy()))
    axes.add_collection(LineCollection(kept, colors=_KEPT_BORDER, linewidths=0.7, zorder=4), autolim=False)
    for lines, colour, width, style in (
        (borders.gone, _OLD, 1.5, _DASH),
        (borders.new, _NEW, 1.9, "solid"),
    ):
        parts = trace_lines(np.array([lines], dtype=object))
        drawn = LineCollection(
            parts,
            colors=colour,
            linewidths=width,
            linestyles=[style],
            zorder=6 if lines is borders.new else 5,
        )
        axes.add_collection(drawn, autolim=False)


def _draw_names(axes: Axes, comparison: Comparison, points_per_m: float, lang: str) -> None:
    """Write the name of each area of the new plan where it fits, else its code."""
    after = comparison.after
    names = comparison.areas.set_index("after")["name"].reindex(after.index).fillna("")
    told = np.where(names != "", names, after.index).astype(object)
    spots = shapely.get_coordinates(shapely.point_on_surface(after.geometry.to_numpy()))
    room = np.sqrt(after.area.to_numpy()) * points_per_m
    font = find_fonts("".join(told), lang, size=7.5)
    for text, spot, wide in zip(told, spots, room, strict=True):
        if wide >= 4.5 * len(text) + 4:
            axes.text(
                spot[0],
                spot[1],
                text,
                fontproperties=font,
                color=_NEW,
                ha="center",
                va="center",
                parse_math=False,
                zorder=8,
                path_effects=make_halo(1.5),
            )


def _tell_figures(comparison: Comparison, lang: str) -> list[tuple[str, str]]:
    told = comparison.figures
    share = told["population_moved"] / max(told["population"], 1)
    counts = ("moved", "buildings_moved", "same", "changed", "new", "gone")
    pairs = {
        "population_moved": f"{told['population_moved']:,}",
        "share": f"{share:.1%}",
        **{key: f"{told[key]:,}" for key in counts},
        "border": t("map.km", lang, value=told["border_new_m"] / 1000),
        "border_share": f"{told['border_new_share']:.1%}",
        "legal": f"{told['legal_before']:,} → {told['legal_after']:,}",
        "compactness": f"{told['compactness_before']:.2f} → {told['compactness_after']:.2f}",
    }
    return [(t(f"compare.map.{key}", lang), value) for key, value in pairs.items()]


def _list_entries(comparison: Comparison, lang: str) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = [(Patch(facecolor=_KEPT, edgecolor=_KEPT_BORDER), "compare.kept")]
    if len(comparison.moved):
        entries.append((Patch(facecolor=PALETTE[1], edgecolor="none"), "compare.ground_moved"))
    if comparison.borders.gone_m > 0:
        entries.append((Line2D([], [], color=_OLD, linewidth=1.5, linestyle=_DASH), "compare.border_gone"))
    if comparison.borders.new_m > 0:
        entries.append((Line2D([], [], color=_NEW, linewidth=1.9), "compare.border_new"))
    entries.append((Line2D([], [], color=_KEPT_BORDER, linewidth=0.7), "compare.border_kept"))
    entries.append((Patch(facecolor=_DWELLING, alpha=0.5), "legend.dwelling"))
    return [(sign, t(key, lang)) for sign, key in entries]
