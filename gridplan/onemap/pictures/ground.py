"""What lies on the map of a poster: ground, coloured areas, streets, borders, heat, things, names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from scipy.signal import fftconvolve
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import FloatArray
from gridplan.onemap.pictures.canvas import add_polygons, make_halo, trace_lines, trace_polygons
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.onemap.pictures.labels import SIZES, Label, box_labels, place_labels
from gridplan.onemap.pictures.sheet import HATCHES, INK, NO_CLASS, Sheet, darken, fade, is_light
from gridplan.onemap.pictures.symbols import draw_points
from gridplan.onemap.view import Ground, HeatLayer, MapView

__all__ = [
    "DASH", "HEAT_COLOURS", "HOUSE_COLOURS", "OUTLINE_PT", "Street", "draw_map", "list_streets",
    "shows_houses", "weigh_heat",
]  # fmt: skip

#: From few to many, as in the browser.
HEAT_COLOURS = ((255, 237, 160), (254, 178, 76), (240, 59, 32), (158, 1, 66))

_OUTSIDE, _INSIDE = "#eef0f1", "#fbfbf8"
# by rank: least width [pt], width on the ground [m], drawn where a point is less than so many metres, casing
_STREETS = {
    1: (1.3, 13.0, np.inf, "#a89f92"),
    2: (0.8, 7.0, 33.0, "#bdb5a9"),
    3: (0.6, 3.5, 8.0, "#cdc7bd"),
}
# lanes are drawn where there is ground at least so wide for each area on the sheet [pt]
_WITH_LANES = 24.0
# of many areas names are written where at least this share has room for its own
_MANY, _NAMED_SHARE = 250, 0.5
# footprints are drawn where a point is less than so many metres: smaller ones are but dirt
_HOUSES_FROM = 4.0
# so much finer is the ground drawn where it is what the map is about
_DETAIL = 2.0
#: Fill and strength of footprints: where people live, where they do not, and where this is not shown.
HOUSE_COLOURS = {"home": ("#5f5850", 0.6), "building": ("#a39d96", 0.6), "": ("#4d463e", 0.3)}
#: Width of the borders of the level above [pt on the screen sheet].
OUTLINE_PT = 1.9
#: Dash and gap of lines, in line widths.
DASH = (0, (3.2, 1.8))
# where names of the level above stand too: their sizes, and those of the areas' own names
_UPPER_SIZES, _LOWER_SIZES = SIZES[:4], (*SIZES[4:], 7.5, 6.5)
# cells of the picture of heat along the longer side
_HEAT_CELLS = 700


def draw_map(sheet: Sheet, view: MapView) -> None:
    """Draw everything that lies on the map.

    Parameters
    ----------
    sheet
        The sheet, its limits set.
    view
        What is drawn.
    """
    _draw_ground(sheet, view.ground)
    _draw_areas(sheet, view)
    _draw_streets(sheet, view)
    _draw_borders(sheet, view)
    _draw_lines(sheet, view)
    if view.heat is not None and len(view.heat.xy):
        _draw_heat(sheet, view.heat, view.ground.district)
    draw_points(sheet, view.points)
    _draw_labels(sheet, view)
    sheet.axes.set_xticks([])
    sheet.axes.set_yticks([])
    for spine in sheet.axes.spines.values():
        spine.set(color="#c3c8cd", linewidth=0.9 * sheet.unit, zorder=20)


def _draw_ground(sheet: Sheet, ground: Ground) -> None:
    sheet.axes.set_facecolor(_OUTSIDE)
    shapes = np.atleast_1d(np.array(ground.district, dtype=object))
    rim = 7 * sheet.unit
    add_polygons(
        sheet.axes,
        shapes,
        facecolor=_INSIDE,
        edgecolor="#2b303818",
        linewidth=rim,
        joinstyle="round",
        zorder=0,
    )
    if shows_houses(sheet, ground):
        houses, homes = ground.buildings.geometry.to_numpy(), ground.homes
        groups = {"": houses} if homes is None else {"building": houses[~homes], "home": houses[homes]}
        for kind, shapes in groups.items():
            colour, alpha = HOUSE_COLOURS[kind]
            seen = _in_sight(sheet, shapes)
            add_polygons(sheet.axes, seen, facecolor=colour, edgecolor="none", alpha=alpha, zorder=2)


def shows_houses(sheet: Sheet, ground: Ground) -> bool:
    """Return whether the map is near enough for footprints."""
    return sheet.unit / sheet.points_per_m < _HOUSES_FROM * _find_detail(ground)


def _find_detail(ground: Ground) -> float:
    """Return how much more of the ground is drawn where it is a subject of the map, with homes shown."""
    return 1.0 if ground.homes is None else _DETAIL


def _in_sight(sheet: Sheet, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    (west, east), (south, north) = sheet.axes.get_xlim(), sheet.axes.get_ylim()
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    seen: npt.NDArray[np.object_] = shapes[(x0 < east) & (x1 > west) & (y0 < north) & (y1 > south)]
    return seen


def _draw_areas(sheet: Sheet, view: MapView) -> None:
    layer = view.areas
    shapes = layer.shapes.geometry.to_numpy()
    none = shapes[layer.classes < 0]
    fill = fade(NO_CLASS, sheet.strength)
    add_polygons(sheet.axes, none, facecolor=fill, edgecolor="none", zorder=1)
    for number, swatch in enumerate(layer.legend):
        mine = shapes[layer.classes == number]
        if not len(mine):
            continue
        fill = fade(swatch.colour, sheet.strength)
        add_polygons(sheet.axes, mine, facecolor=fill, edgecolor="none", zorder=1)
        if swatch.pattern:
            ink = darken(swatch.colour, 0.3 if is_light(swatch.colour, 0.45) else 0.5)
            add_polygons(
                sheet.axes,
                mine,
                facecolor="none",
                edgecolor=ink,
                hatch=HATCHES[swatch.pattern],
                linewidth=0.0,
                alpha=0.6 * sheet.strength,
                zorder=1.2,
            )


@dataclass(frozen=True, slots=True)
class Street:
    """How the streets of a rank are drawn.

    Parameters
    ----------
    rank
        The rank, 1 to 3.
    width, rim
        Width of the white line, and of both its rims together [pt].
    casing
        Colour of the rims.
    """

    rank: int
    width: float
    rim: float
    casing: str


def list_streets(sheet: Sheet, view: MapView) -> list[Street]:
    """List the ranks of streets that are drawn, the lowest rank (3) first."""
    present = set(view.ground.streets["rank"].tolist())
    streets = []
    for rank in sorted(_STREETS, reverse=True):
        least, metres, seen, casing = _STREETS[rank]
        # lanes among areas that are hardly larger would cut their colours to pieces
        crowded = rank > 1 and _find_room(sheet, view) * _find_detail(view.ground) < _WITH_LANES
        if rank not in present or crowded or sheet.unit / sheet.points_per_m > seen:
            continue
        # thinner where the whole county is on the sheet, or streets would hide its towns
        far = float(np.interp(sheet.unit / sheet.points_per_m, (6, 30), (1.0, 0.45)))
        width = max(least * far * sheet.unit, metres * sheet.points_per_m)
        streets.append(Street(rank, width, 0.9 * far * sheet.unit, casing))
    return streets


def _draw_streets(sheet: Sheet, view: MapView) -> None:
    """Draw streets as a road map does: all casings first, so that crossings stay open."""
    ranks = view.ground.streets["rank"].to_numpy()
    shapes = view.ground.streets.geometry.to_numpy()
    for street in list_streets(sheet, view):
        lines = trace_lines(_in_sight(sheet, shapes[ranks == street.rank]))
        for colour, wide, layer in (
            (street.casing, street.width + street.rim, 3.0),
            ("#ffffff", street.width, 3.3),
        ):
            drawn = LineCollection(
                lines, colors=colour, linewidths=wide, capstyle="round", zorder=layer - street.rank / 10
            )
            sheet.axes.add_collection(drawn, autolim=False)


def _find_room(sheet: Sheet, view: MapView) -> float:
    """Return how wide the ground is that there is for each area [pt on the screen sheet]."""
    layers = [shapes for shapes in (view.areas.shapes, view.outlines) if shapes is not None]
    ground = max(float(shapes.area.sum()) for shapes in layers)
    return float(np.sqrt(ground / max(len(view.areas.shapes), 1))) * sheet.points_per_m / sheet.unit


def _find_width(sheet: Sheet, view: MapView) -> float:
    """Return how wide a usual area is on the sheet [pt on the screen sheet]."""
    shapes = view.areas.shapes.geometry.to_numpy()
    usual = float(np.sqrt(np.median(shapely.area(shapes)))) if len(shapes) else 0.0
    return usual * sheet.points_per_m / sheet.unit


def _draw_borders(sheet: Sheet, view: MapView) -> None:
    """Draw the borders of the areas, thinner where these are small, and bold ones of the level above."""
    shapes, unit = view.areas.shapes.geometry.to_numpy(), sheet.unit
    width = float(np.interp(_find_width(sheet, view), (6, 20, 60, 150), (0.3, 0.5, 0.8, 1.1)))
    borders = [(shapes, "#3c4048cc", width, 4.0)] if view.areas.bordered else []
    if view.outlines is not None:
        upper = view.outlines.geometry.to_numpy()
        borders += [(upper, "#ffffff8c", 3.3, 5.0), (upper, INK, OUTLINE_PT, 5.1)]
    borders.append((np.atleast_1d(np.array(view.ground.district, dtype=object)), INK, 1.5, 5.2))
    for drawn, colour, wide, layer in borders:
        add_polygons(
            sheet.axes,
            drawn,
            facecolor="none",
            edgecolor=colour,
            linewidth=wide * unit,
            joinstyle="round",
            zorder=layer,
        )


def _draw_lines(sheet: Sheet, view: MapView) -> None:
    for number, layer in enumerate(view.lines):
        drawn = LineCollection(
            trace_lines(layer.shapes),
            colors=layer.colour,
            linewidths=layer.width * sheet.unit,
            linestyles=[DASH if layer.dashed else "solid"],
            zorder=5.3 + number / 1000,
        )
        sheet.axes.add_collection(drawn, autolim=False)


def weigh_heat(heat: HeatLayer) -> tuple[FloatArray, tuple[float, float, float, float]]:
    """Compute how thickly things lie, with the quartic kernel that GIS programs draw heat maps by.

    Parameters
    ----------
    heat
        Places, weights and radius.

    Returns
    -------
    density, extent
        Weight per cell, shape (rows, columns), the southernmost row first; west, east, south and north
        of the picture [m].
    """
    low, high = heat.xy.min(axis=0) - heat.radius_m, heat.xy.max(axis=0) + heat.radius_m
    cell = max(heat.radius_m / 6, float((high - low).max()) / _HEAT_CELLS)
    columns, rows = (int(side) for side in np.ceil((high - low) / cell))
    extent = (float(low[0]), float(low[0] + columns * cell), float(low[1]), float(low[1] + rows * cell))
    counted, _, _ = np.histogram2d(
        heat.xy[:, 1],
        heat.xy[:, 0],
        bins=(rows, columns),
        range=(extent[2:], extent[:2]),
        weights=heat.weight,
    )
    span = int(np.ceil(heat.radius_m / cell))
    steps = np.arange(-span, span + 1) * cell / heat.radius_m
    kernel = np.clip(1 - steps[:, None] ** 2 - steps**2, 0, None) ** 2
    return np.clip(fftconvolve(counted, kernel, mode="same"), 0, None), extent


def _draw_heat(sheet: Sheet, heat: HeatLayer, district: BaseGeometry) -> None:
    density, extent = weigh_heat(heat)
    share = density / density.max()
    picture = np.empty((*share.shape, 4))
    stops = np.linspace(0, 1, len(HEAT_COLOURS))
    for channel in range(3):
        picture[..., channel] = np.interp(share, stops, [colour[channel] / 255 for colour in HEAT_COLOURS])
    picture[..., 3] = np.where(share < 0.02, 0, np.minimum(0.78, 0.12 + 1.6 * share))
    limits = (*sheet.axes.get_xlim(), *sheet.axes.get_ylim())
    shown = sheet.axes.imshow(
        picture, extent=extent, origin="lower", interpolation="bilinear", aspect="auto", zorder=5.8
    )
    # the ground ends where the data end
    rim = PathPatch(trace_polygons(np.atleast_1d(np.array(district, dtype=object))), facecolor="none", lw=0)
    rim.set_transform(sheet.axes.transData)
    shown.set_clip_path(rim)
    sheet.axes.set(xlim=limits[:2], ylim=limits[2:])


def _draw_labels(sheet: Sheet, view: MapView) -> None:
    """Write the names of the areas, and of those above: large before them, or where hardly any has room."""
    things = np.concatenate([np.zeros((0, 2)), *(layer.xy for layer in view.points)])
    labels, scale = list(view.areas.labels), sheet.points_per_m / sheet.unit
    shapes, sizes = view.areas.shapes.geometry.to_numpy(), SIZES
    boxes = np.zeros((0, 4))
    if view.outlines is not None and len(view.outline_labels):
        upper, sizes = list(view.outline_labels), _LOWER_SIZES
        placed = place_labels(view.outlines.geometry.to_numpy(), upper, scale, things, sizes=_UPPER_SIZES)
        _write_labels(sheet, placed, upper, bold=True)
        boxes = box_labels(placed, upper, scale)
    placed = place_labels(shapes, labels, scale, things, sizes=sizes, taken=boxes)
    if not len(boxes) and len(labels) > _MANY and len(placed) < _NAMED_SHARE * sum(map(bool, labels)):
        placed = []
        if view.outlines is not None and "name" in view.outlines:
            labels = list(view.outlines["name"].fillna(""))
            placed = place_labels(view.outlines.geometry.to_numpy(), labels, scale, things)
    _write_labels(sheet, placed, labels)


def _write_labels(sheet: Sheet, placed: list[Label], labels: list[str], *, bold: bool = False) -> None:
    fonts = {
        size: find_fonts("".join(labels), sheet.lang, size=size * sheet.unit, bold=bold or size >= 12)
        for size in {label.size for label in placed}
    }
    for label in placed:
        sheet.axes.text(
            label.x,
            label.y,
            labels[label.row],
            fontproperties=fonts[label.size],
            color=INK,
            ha="center",
            va="center",
            linespacing=1.15,
            parse_math=False,
            zorder=9,
            path_effects=make_halo(label.size * sheet.unit / 4),
        )
