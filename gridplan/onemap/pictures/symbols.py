"""Things on a poster: symbols by class, with colour, letter and mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path as DrawnPath
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from gridplan.arrays import FloatArray
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.onemap.pictures.sheet import Sheet, darken, is_light
from gridplan.onemap.view import PointLayer, Swatch

__all__ = ["LETTERED", "SYMBOLS", "choose_radius", "draw_points", "draw_symbols"]

_SQRT = 0.88


def _close(*points: tuple[float, float]) -> DrawnPath:
    return DrawnPath([*points, points[0]], closed=True)


#: Outlines of about the area of a circle of radius 1.
SYMBOLS = {
    "circle": DrawnPath.unit_circle(),
    "square": _close((-_SQRT, -_SQRT), (_SQRT, -_SQRT), (_SQRT, _SQRT), (-_SQRT, _SQRT)),
    "diamond": _close((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "triangle": _close((-1.15, -0.85), (1.15, -0.85), (0, 1.2)),
}

# marks in place of letters on small symbols, by pattern
_MARKS = {
    "cross": DrawnPath([(-0.42, -0.42), (0.42, 0.42), (-0.42, 0.42), (0.42, -0.42)], [1, 2, 1, 2]),
    "lines": DrawnPath([(-0.4, -0.4), (0.4, 0.4)], [1, 2]),
    "grid": DrawnPath([(-0.5, 0), (0.5, 0), (0, -0.5), (0, 0.5)], [1, 2, 1, 2]),
    "dots": DrawnPath([(-0.06, 0), (0.06, 0)], [1, 2]),
}

# size of a letter and how far above the middle it stands, where the symbol is not round
_LETTERS = {"triangle": (0.95, -0.3)}

#: Radius from which a letter can be read [pt on a screen of 1920 x 1080].
LETTERED = 6.5
# smallest radius that shows a mark
_MARKED = 3.4


def choose_radius(count: int) -> float:
    """Choose how large things are drawn, by how many there are [pt on the screen sheet]."""
    return float(np.interp(count, (40, 250, 1200, 5000), (9.0, 6.5, 4.8, 3.2)))


def draw_points(sheet: Sheet, layers: Sequence[PointLayer]) -> None:
    """Draw the things of all layers, those that lie higher later.

    Parameters
    ----------
    sheet
        The sheet.
    layers
        The layers, the last above the others of the same height.
    """
    radius = choose_radius(sum(len(layer.xy) for layer in layers))
    groups = []
    for number, layer in enumerate(layers):
        heights = np.zeros(len(layer.xy), dtype=np.int64) if layer.heights is None else layer.heights
        for height in np.unique(heights):
            for which in np.unique(layer.classes[heights == height]):
                mine = (heights == height) & (layer.classes == which)
                groups.append((int(height), number, int(which), layer, mine))
    for place, (_, _, which, layer, mine) in enumerate(sorted(groups, key=lambda group: group[:3])):
        draw_symbols(sheet, layer.xy[mine], layer.shape, layer.legend[which], radius, zorder=7 + place / 1000)


def draw_symbols(
    sheet: Sheet,
    xy: FloatArray,
    shape: str,
    swatch: Swatch,
    radius: float,
    *,
    zorder: float,
    seen_at: float | None = None,
) -> None:
    """Draw things of one class.

    Parameters
    ----------
    sheet
        The sheet.
    xy
        Places, shape (n, 2): on the map [m], in the legend on the sheet [units].
    shape
        One of :data:`SYMBOLS`.
    swatch
        Their class.
    radius
        Radius of the symbol [pt on the screen sheet].
    zorder
        What is higher lies above.
    seen_at
        In the legend: the radius on the map, which decides whether a letter or a mark is in the symbol,
        so that the one is like the other. None on the map itself.
    """
    size, unit, seen = radius * sheet.unit, sheet.unit, radius if seen_at is None else seen_at
    ink = "#1c2026" if is_light(swatch.colour) else "#ffffff"
    symbol = {"facecolor": swatch.colour, "edgecolor": darken(swatch.colour, 0.45), "linewidth": 0.6 * unit}
    parts: list[tuple[DrawnPath, dict[str, Any]]] = [
        (SYMBOLS[shape], {"facecolor": "#ffffff", "edgecolor": "#ffffff", "linewidth": 2.2 * unit}),
        (SYMBOLS[shape], symbol),
    ]
    if swatch.letter and seen >= LETTERED:
        letter = _letter(swatch.letter, sheet.lang, *_LETTERS.get(shape, (1.25, 0.0)))
        parts.append((letter, {"facecolor": ink, "edgecolor": "none"}))
    elif swatch.pattern and seen >= _MARKED:
        mark = {"facecolor": "none", "edgecolor": ink, "linewidth": 0.3 * size, "capstyle": "round"}
        small, shift = (0.75, -0.3) if shape == "triangle" else (1.0, 0.0)
        place = Affine2D().scale(small).translate(0, shift)
        parts.append((_MARKS[swatch.pattern].transformed(place), mark))
    for step, (path, style) in enumerate(parts):
        drawn = PathCollection(
            [path.transformed(Affine2D().scale(size / 72))],
            offsets=xy,
            offset_transform=sheet.axes.transData if seen_at is None else sheet.units,
            transform=sheet.figure.dpi_scale_trans,
            zorder=zorder + step / 10000,
            **style,
        )
        if seen_at is None:
            sheet.axes.add_collection(drawn, autolim=False)
        else:
            sheet.figure.add_artist(drawn)


def _letter(letter: str, lang: str, size: float, shift: float) -> DrawnPath:
    """Trace a letter into the middle of a symbol of radius 1, or a little up or down from there."""
    traced = TextPath((0, 0), letter, size=size, prop=find_fonts(letter, lang, bold=True))
    box = traced.get_extents()
    middle = (-(box.x0 + box.x1) / 2, shift - (box.y0 + box.y1) / 2)
    return DrawnPath(traced.vertices, traced.codes).transformed(Affine2D().translate(*middle))
