"""The overview map of a plan as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import AbstractPathEffect, withStroke

from gridplan.errors import InputError, WriteError
from gridplan.plan import Plan
from gridplan.report.areas import describe_areas
from gridplan.report.colours import EMPTY_COLOUR, PALETTE, STATUS_COLOURS, colour_areas
from gridplan.report.fonts import find_fonts
from gridplan.report.legend import draw_frame, draw_panel

__all__ = ["PICTURE_SIZE", "draw_overview"]

#: Width and height of a map [px]: sharp on a full-HD wall and in a document.
PICTURE_SIZE = (2400, 1600)

_DPI = 200
# casing, fill, width on the ground [m], least and most width on the picture [pt] by rank
_STREETS = {
    1: ("#a08c72", "#ffffff", 16.0, 0.9, 3.6),
    2: ("#c9c1b4", "#ffffff", 9.0, 0.5, 2.2),
    3: ("#ddd8cf", "#ffffff", 5.0, 0.3, 1.1),
}
_BORDER, _PARENT_BORDER = "#5d6168", "#23272e"
_DWELLING, _OTHER_BUILDING = "#6f6a66", "#a9a49d"
# Polygons drawn as one path: many are much faster than one each, all would strain the rasteriser.
_CHUNK = 5000
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
    target = Path(path)
    if target.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise InputError("map_format", path=str(target))
    chosen = level or plan.scheme.levels[-1].id
    described = dict(areas or {})
    for wanted in filter(None, (chosen, plan.scheme[chosen].parent)):
        if wanted not in described:
            described[wanted] = describe_areas(plan, wanted)
    # letters and lines grow with the picture, so that every size shows the same sheet
    dpi = _DPI * min(size[0] / PICTURE_SIZE[0], size[1] / PICTURE_SIZE[1])
    figure = Figure(figsize=(size[0] / dpi, size[1] / dpi), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.012, 0.05, 0.766, 0.938))
    scale = _fit_axes(figure, axes, plan, described[chosen])
    _draw_ground(axes, plan, scale)
    _draw_areas(axes, described[chosen], scale)
    _draw_buildings(axes, plan)
    _draw_streets(axes, plan, scale)
    _draw_borders(axes, plan, described, chosen, scale)
    _draw_labels(axes, plan, described, chosen, scale, lang)
    draw_frame(figure, axes, plan, lang)
    draw_panel(figure, plan, described[chosen], chosen, lang)
    _save(figure, target)
    return target


def _fit_axes(figure: Figure, axes: Axes, plan: Plan, areas: gpd.GeoDataFrame) -> _Scale:
    """Put the district into the middle of the axes, one metre equally long both ways."""
    west, south, east, north = plan.district.bounds
    box = axes.get_position()
    width, height = (side * part for side, part in zip(figure.get_size_inches(), box.size, strict=True))
    metres_per_inch = max((east - west) / width, (north - south) / height) * 1.03
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - metres_per_inch * width / 2, x + metres_per_inch * width / 2)
    axes.set_ylim(y - metres_per_inch * height / 2, y + metres_per_inch * height / 2)
    axes.set_axis_off()
    points_per_m = 72 / metres_per_inch
    homes = areas[areas["households"] > 0]
    across = np.sqrt(float((homes if len(homes) else areas)["area_m2"].median())) * points_per_m
    return _Scale(points_per_m, float(np.clip(across / _FULL_WIDTH_PT, 0.25, 1.0)))


def _draw_ground(axes: Axes, plan: Plan, scale: _Scale) -> None:
    shapes = np.atleast_1d(np.array(plan.district, dtype=object))
    _add_polygons(
        axes, shapes, facecolor=EMPTY_COLOUR, edgecolor="#00000022", linewidth=6 * scale.line, zorder=0
    )


def _draw_areas(axes: Axes, areas: gpd.GeoDataFrame, scale: _Scale) -> None:
    shapes = areas.geometry.to_numpy()
    homes = (areas["households"] > 0).to_numpy()
    colours = np.full(len(areas), -1)
    colours[homes] = colour_areas(areas[homes])
    for colour, fill in enumerate((EMPTY_COLOUR, *PALETTE), start=-1):
        _add_polygons(axes, shapes[colours == colour], facecolor=fill, edgecolor="none", zorder=1)
    for status, hatch in (("exempt", "////"), ("violation", "xxxx")):
        odd = shapes[(areas["status"] == status).to_numpy()]
        if len(odd):
            mark = STATUS_COLOURS[status]
            _add_polygons(axes, odd, facecolor="none", edgecolor=mark, hatch=hatch, linewidth=0.0, zorder=4)
            _add_polygons(
                axes, odd, facecolor="none", edgecolor=mark, linewidth=max(0.8, 2.2 * scale.line), zorder=7
            )


def _draw_buildings(axes: Axes, plan: Plan) -> None:
    homes = (plan.buildings["households"].fillna(0) > 0).to_numpy()
    shapes = plan.buildings.geometry.to_numpy()
    for chosen, colour in ((~homes, _OTHER_BUILDING), (homes, _DWELLING)):
        _add_polygons(axes, shapes[chosen], facecolor=colour, edgecolor="none", alpha=0.62, zorder=3)


def _draw_streets(axes: Axes, plan: Plan, scale: _Scale) -> None:
    """Draw streets as a road map does: all casings first, so that crossings stay open."""
    shown = plan.streets[plan.streets.intersects(plan.district)]
    for rank in sorted(_STREETS, reverse=True):
        lines = _lines(shown.geometry[(shown["rank"] == rank).to_numpy()].to_numpy())
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
            _add_polygons(
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
    """Write codes where they fit into their area: the parent's large, the level's own small."""
    parent = plan.scheme[level].parent
    sizes = ((level, 5.5, "#2f3338"), (parent, 10.5, "#11151b")) if parent else ((level, 10.0, "#11151b"),)
    for wanted, points, colour in sizes:
        areas = described[wanted]
        if wanted == level and parent:
            # a number on every field and pond would hide those of the grids that people look for
            areas = areas[areas["households"] > 0]
        shapes = areas.geometry.to_numpy()
        codes = areas["code"].to_numpy(dtype=object)
        spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
        room = np.sqrt(areas["area_m2"].to_numpy()) * scale.points_per_m
        font = find_fonts("".join(codes), lang, size=points, bold=wanted == parent or not parent)
        for code, spot, wide in zip(codes, spots, room, strict=True):
            told = code.rsplit("-", 1)[-1] if wanted == level and parent else code
            if wide < 0.75 * points * len(told) + 4:
                continue
            axes.text(
                spot[0],
                spot[1],
                told,
                fontproperties=font,
                color=colour,
                ha="center",
                va="center",
                alpha=0.9,
                zorder=9 if wanted == parent else 8,
                path_effects=_halo(points / 5),
            )


def _halo(width: float) -> list[AbstractPathEffect]:
    return [withStroke(linewidth=width, foreground="#ffffffcc")]


def _lines(shapes: npt.NDArray[np.object_]) -> list[npt.NDArray[np.float64]]:
    xy, line = shapely.get_coordinates(shapely.get_parts(shapes), return_index=True)
    return np.split(xy, np.flatnonzero(np.diff(line)) + 1) if len(xy) else []


def _add_polygons(axes: Axes, shapes: npt.NDArray[np.object_], **style: Any) -> None:
    """Add polygons of one style; they must not overlap."""
    joinstyle = style.pop("joinstyle", "miter")
    paths = [_path_of(shapes[first : first + _CHUNK]) for first in range(0, len(shapes), _CHUNK)]
    collection = PathCollection(paths, **style)
    collection.set_joinstyle(joinstyle)
    collection.set_transform(axes.transData)
    axes.add_collection(collection, autolim=False)


def _path_of(shapes: npt.NDArray[np.object_]) -> DrawnPath:
    """Put all rings of some polygons into one path; holes run the other way round."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shapes)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), DrawnPath.LINETO, dtype=DrawnPath.code_type)
    firsts = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[firsts] = DrawnPath.MOVETO
    codes[np.append(firsts[1:], len(xy))[: len(firsts)] - 1] = DrawnPath.CLOSEPOLY
    return DrawnPath(xy, codes)


def _save(figure: Figure, target: Path) -> None:
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    kind = target.suffix.lower().removeprefix(".")
    # no date and no program version in the file: the same plan gives the same bytes
    unset = {"png": ("Software",), "svg": ("Date", "Creator"), "pdf": ("CreationDate", "Creator", "Producer")}
    try:
        figure.savefig(part, format=kind, dpi=figure.dpi, metadata=dict.fromkeys(unset[kind]))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WriteError("map_not_written", path=str(target), fault=str(error)) from error
