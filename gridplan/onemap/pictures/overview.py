"""The overview map of a plan as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from gridplan.onemap.colours import EMPTY_COLOUR, PALETTE, STATUS_COLOURS, colour_areas
from gridplan.onemap.pictures.canvas import (
    PICTURE_SIZE,
    add_polygons,
    make_halo,
    open_sheet,
    save_sheet,
    trace_lines,
)
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.onemap.pictures.legend import draw_frame, draw_panel
from gridplan.plan import Plan
from gridplan.report.areas import describe_areas

__all__ = ["PICTURE_SIZE", "draw_overview"]

# casing, fill, width on the ground [m], least and most width on the picture [pt] by rank
_STREETS = {
    1: ("#a08c72", "#ffffff", 16.0, 0.9, 3.6),
    2: ("#c9c1b4", "#ffffff", 9.0, 0.5, 2.2),
    3: ("#ddd8cf", "#ffffff", 5.0, 0.3, 1.1),
}
_BORDER, _PARENT_BORDER = "#5d6168", "#23272e"
_DWELLING, _OTHER_BUILDING = "#6f6a66", "#a9a49d"
# A grid this wide on the picture [pt] is drawn with lines at their full width.
_FULL_WIDTH_PT = 45.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """What one metre and one area come to on the picture."""

    points_per_m: float
    line: float


def draw_overview(
    plan: Plan,
    path: str | Path,
    *,
    level: str | None = None,
    lang: str = "zh",
    size: tuple[int, int] = PICTURE_SIZE,
    areas: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> Path:
    """Draw a plan: its areas in calm colours, streets by rank, buildings, and what is out of bounds.

    Parameters
    ----------
    plan
        The plan.
    path
        Where to write; the ending chooses the format (.png, .svg, .pdf).
    level
        Level to colour; default: the lowest. Its parent's borders are drawn bold.
    lang
        "zh" or "en".
    size
        Width and height [px].
    areas
        Described areas by level (see :func:`~gridplan.report.areas.describe_areas`) where the caller
        has them already.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        ``font_missing`` if this machine has no font for the language (never boxes instead of letters),
        ``map_format`` for an ending that is none of the three.
    WriteError
        If the file cannot be written; nothing half-written is left.
    """
    target, figure, axes, points_per_m = open_sheet(path, size, plan.district)
    chosen = level or plan.scheme.levels[-1].id
    described = dict(areas or {})
    for wanted in filter(None, (chosen, plan.scheme[chosen].parent)):
        if wanted not in described:
            described[wanted] = describe_areas(plan, wanted)
    scale = _scale_lines(points_per_m, described[chosen])
    _draw_ground(axes, plan, scale)
    _draw_areas(axes, described[chosen], scale)
    _draw_buildings(axes, plan)
    _draw_streets(axes, plan, scale)
    _draw_borders(axes, plan, described, chosen, scale)
    _draw_labels(axes, plan, described, chosen, scale, lang)
    draw_frame(figure, axes, plan, lang)
    draw_panel(figure, plan, described[chosen], chosen, lang)
    save_sheet(figure, target)
    return target


def _scale_lines(points_per_m: float, areas: gpd.GeoDataFrame) -> _Scale:
    """Draw thinner lines where areas are small on the picture."""
    homes = areas[areas["households"] > 0]
    across = np.sqrt(float((homes if len(homes) else areas)["area_m2"].median())) * points_per_m
    return _Scale(points_per_m, float(np.clip(across / _FULL_WIDTH_PT, 0.25, 1.0)))


def _draw_ground(axes: Axes, plan: Plan, scale: _Scale) -> None:
    shapes = np.atleast_1d(np.array(plan.district, dtype=object))
    add_polygons(
        axes, shapes, facecolor=EMPTY_COLOUR, edgecolor="#00000022", linewidth=6 * scale.line, zorder=0
    )


def _draw_areas(axes: Axes, areas: gpd.GeoDataFrame, scale: _Scale) -> None:
    shapes = areas.geometry.to_numpy()
    homes = (areas["households"] > 0).to_numpy()
    colours = np.full(len(areas), -1)
    colours[homes] = colour_areas(areas[homes])
    for colour, fill in enumerate((EMPTY_COLOUR, *PALETTE), start=-1):
        add_polygons(axes, shapes[colours == colour], facecolor=fill, edgecolor="none", zorder=1)
    for status, hatch in (("exempt", "////"), ("violation", "xxxx")):
        odd = shapes[(areas["status"] == status).to_numpy()]
        if len(odd):
            mark = STATUS_COLOURS[status]
            add_polygons(axes, odd, facecolor="none", edgecolor=mark, hatch=hatch, linewidth=0.0, zorder=4)
            add_polygons(
                axes, odd, facecolor="none", edgecolor=mark, linewidth=max(0.8, 2.2 * scale.line), zorder=7
            )


def _draw_buildings(axes: Axes, plan: Plan) -> None:
    homes = (plan.buildings["households"].fillna(0) > 0).to_numpy()
    shapes = plan.buildings.geometry.to_numpy()
    for chosen, colour in ((~homes, _OTHER_BUILDING), (homes, _DWELLING)):
        add_polygons(axes, shapes[chosen], facecolor=colour, edgecolor="none", alpha=0.62, zorder=3)


def _draw_streets(axes: Axes, plan: Plan, scale: _Scale) -> None:
    """Draw streets as a road map does: all casings first, so that crossings stay open."""
    shown = plan.streets[plan.streets.intersects(plan.district)]
    for rank in sorted(_STREETS, reverse=True):
        lines = trace_lines(shown.geometry[(shown["rank"] == rank).to_numpy()].to_numpy())
        casing, fill, ground, least, most = _STREETS[rank]
        width = float(np.clip(ground * scale.points_per_m, least, most))
        for colour, wide, layer in ((casing, 1.3 * width + 0.2, 5.0), (fill, width, 5.3)):
            axes.add_collection(
                LineCollection(
                    lines, colors=colour, linewidths=wide, capstyle="round", zorder=layer - rank / 10
                ),
                autolim=False,
            )


def _draw_borders(
    axes: Axes, plan: Plan, described: Mapping[str, gpd.GeoDataFrame], level: str, scale: _Scale
) -> None:
    parent = plan.scheme[level].parent
    for wanted, colour, width in ((level, _BORDER, 0.8), (parent, _PARENT_BORDER, 2.4)):
        if wanted:
            add_polygons(
                axes,
                described[wanted].geometry.to_numpy(),
                facecolor="none",
                edgecolor=colour,
                linewidth=max(width / 2.4, width * scale.line),
                joinstyle="round",
                zorder=6,
            )


def _draw_labels(
    axes: Axes, plan: Plan, described: Mapping[str, gpd.GeoDataFrame], level: str, scale: _Scale, lang: str
) -> None:
    """Write names, else codes, where they fit into their area: the parent's large, the level's own small."""
    parent = plan.scheme[level].parent
    sizes = ((level, 5.5, "#2f3338"), (parent, 10.5, "#11151b")) if parent else ((level, 10.0, "#11151b"),)
    for wanted, points, colour in sizes:
        areas = described[wanted]
        if wanted == level and parent:
            # a number on every field and pond would hide those of the grids that people look for
            areas = areas[areas["households"] > 0]
        shapes = areas.geometry.to_numpy()
        names, codes = (areas[column].to_numpy(dtype=object) for column in ("name", "code"))
        short = [code.rsplit("-", 1)[-1] if wanted == level and parent else code for code in codes]
        told = np.where((names != codes) & (names != ""), names, short)
        spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
        room = np.sqrt(areas["area_m2"].to_numpy()) * scale.points_per_m
        font = find_fonts("".join(told), lang, size=points, bold=wanted == parent or not parent)
        for text, spot, wide in zip(told, spots, room, strict=True):
            if wide < 0.75 * points * len(text) + 4:
                continue
            axes.text(
                spot[0],
                spot[1],
                text,
                fontproperties=font,
                color=colour,
                ha="center",
                va="center",
                alpha=0.9,
                parse_math=False,
                zorder=9 if wanted == parent else 8,
                path_effects=make_halo(points / 5),
            )
