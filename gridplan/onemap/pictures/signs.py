"""The signs of the legend: what draws a class of areas, a line, footprints, things or heat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from gridplan.i18n import t
from gridplan.onemap.pictures.fitting import measure_width
from gridplan.onemap.pictures.ground import DASH, HEAT_COLOURS, HOUSE_COLOURS, Street
from gridplan.onemap.pictures.sheet import HATCHES, Sheet, darken, fade, is_light, write
from gridplan.onemap.pictures.symbols import draw_symbols
from gridplan.onemap.view import Swatch

__all__ = [
    "ROW",
    "SIGN_WIDE",
    "Sign",
    "sign_box",
    "sign_houses",
    "sign_line",
    "sign_ramp",
    "sign_street",
    "sign_symbol",
]

#: Draws a sign at a place [units], in the scale of the legend.
Sign: TypeAlias = Callable[[float, float, float], None]

#: Size of the words of a row [pt], and width of its sign [units], on the screen sheet.
ROW, SIGN_WIDE = 13.5, 0.5
_SIGN_HIGH = 0.23
# least and most width of a street in the legend by rank [pt]: on the map it is as wide as on the ground
_STREET_PT = {1: (5.0, 9.0), 2: (3.4, 7.0), 3: (2.0, 5.0)}


def sign_box(sheet: Sheet, swatch: Swatch) -> Sign:
    """Paint the sign of a class of areas: colour, pattern and letter."""

    def draw(x: float, y: float, scale: float) -> None:
        high, fill = _SIGN_HIGH * scale, fade(swatch.colour, sheet.strength)
        place = (x, y - high / 2)
        frame: dict[str, Any] = {
            "transform": sheet.units,
            "edgecolor": "#282d3473",
            "linewidth": 0.8 * sheet.unit,
        }
        sheet.figure.add_artist(Rectangle(place, SIGN_WIDE, high, facecolor=fill, **frame))
        if swatch.pattern:
            ink = darken(swatch.colour, 0.3 if is_light(swatch.colour, 0.45) else 0.5)
            hatch: dict[str, Any] = {
                "hatch": HATCHES[swatch.pattern],
                "edgecolor": ink,
                "linewidth": 0.0,
                "alpha": 0.6 * sheet.strength,
            }
            sheet.figure.add_artist(
                Rectangle(place, SIGN_WIDE, high, facecolor="none", transform=sheet.units, **hatch)
            )
        if swatch.letter:
            middle = (x + SIGN_WIDE / 2, y)
            size = 0.8 * ROW * scale
            write(sheet, middle, swatch.letter, size, bold=True, halo=True, ha="center", va="center")

    return draw


def sign_symbol(sheet: Sheet, shape: str, swatch: Swatch, radius: float) -> Sign:
    """Paint the sign of a class of things, which have a radius on the map."""

    def draw(x: float, y: float, scale: float) -> None:
        place = np.array([[x + SIGN_WIDE / 2, y]])
        draw_symbols(sheet, place, shape, swatch, 8.5 * scale, zorder=30, seen_at=radius)

    return draw


def sign_ramp(sheet: Sheet) -> Sign:
    """Paint from few to many."""
    words = (t("poster.few", sheet.lang), t("poster.many", sheet.lang))

    def draw(x: float, y: float, scale: float) -> None:
        size = ROW * scale
        write(sheet, (x, y), words[0], size, va="center")
        begin, wide, steps = x + measure_width(words[0], size) + 0.14, 1.9, 64
        stops = np.linspace(0, 1, len(HEAT_COLOURS))
        for step in range(steps):
            share = step / (steps - 1)
            colour = [
                np.interp(share, stops, [stop[channel] / 255 for stop in HEAT_COLOURS])
                for channel in range(3)
            ]
            place = (begin + wide * step / steps, y - _SIGN_HIGH * scale / 2)
            box = Rectangle(
                place, 1.1 * wide / steps, _SIGN_HIGH * scale, facecolor=colour, transform=sheet.units, lw=0
            )
            sheet.figure.add_artist(box)
        write(sheet, (begin + wide + 0.14, y), words[1], size, va="center")

    return draw


def sign_line(sheet: Sheet, colour: str, width: float, *, dashed: bool = False) -> Sign:
    """Paint a line of a width [pt on the screen sheet]."""

    def draw(x: float, y: float, scale: float) -> None:
        _draw_line(sheet, (x, y), colour, width * sheet.unit * scale, DASH if dashed else "solid")

    return draw


def sign_street(sheet: Sheet, street: Street) -> Sign:
    """Paint a street with its rims."""

    def draw(x: float, y: float, scale: float) -> None:
        least, most = _STREET_PT[street.rank]
        width = float(np.clip(street.width, least * sheet.unit, most * sheet.unit)) * scale
        _draw_line(sheet, (x, y), street.casing, width + 2 * sheet.unit * scale, "solid")
        _draw_line(sheet, (x, y), "#ffffff", width, "solid")

    return draw


def sign_houses(sheet: Sheet, kind: str) -> Sign:
    """Paint footprints of a kind, a key of :data:`~gridplan.onemap.pictures.ground.HOUSE_COLOURS`."""
    colour, alpha = HOUSE_COLOURS[kind]

    def draw(x: float, y: float, scale: float) -> None:
        high = _SIGN_HIGH * scale
        style: dict[str, Any] = {"facecolor": colour, "alpha": alpha, "linewidth": 0.0}
        box = Rectangle((x, y - high / 2), SIGN_WIDE, high, transform=sheet.units, **style)
        sheet.figure.add_artist(box)

    return draw


def _draw_line(
    sheet: Sheet,
    start: tuple[float, float],
    colour: str,
    width: float,
    dash: Literal["solid"] | tuple[int, tuple[float, float]],
) -> None:
    x, y = start
    line = Line2D(
        [x, x + SIGN_WIDE],
        [y, y],
        transform=sheet.units,
        color=colour,
        linewidth=width,
        linestyle=dash,
        solid_capstyle="butt",
        zorder=30,
    )
    sheet.figure.add_artist(line)
