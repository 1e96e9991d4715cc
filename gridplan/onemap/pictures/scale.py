"""Scale bar and north arrow of a poster."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from gridplan.i18n import t
from gridplan.onemap.pictures.sheet import INK, Sheet, write

__all__ = ["draw_north", "draw_scale_bar"]

_POINTS_PER_UNIT = 72.0
_LETTER_PT, _NORTH_PT = 11.0, 12.0


def draw_scale_bar(sheet: Sheet, corner: tuple[float, float], room: float) -> None:
    """Draw a bar of the longest round length that fits.

    Parameters
    ----------
    sheet
        The sheet, its limits set.
    corner
        Lower left corner of the bar [units].
    room
        Longest bar [units].
    """
    units_per_m = sheet.points_per_m / sheet.unit / _POINTS_PER_UNIT
    most = room / units_per_m
    power = 10 ** np.floor(np.log10(most))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= most))
    key, value = ("map.metres", length) if length < 1000 else ("map.km", length / 1000)
    (left, y), part = corner, length * units_per_m / 4
    thick = 0.75 * _LETTER_PT / _POINTS_PER_UNIT
    for number, colour in enumerate((INK, "white", INK, "white")):
        box = Rectangle(
            (left + number * part, y),
            part,
            thick,
            transform=sheet.units,
            facecolor=colour,
            edgecolor=INK,
            linewidth=0.7 * sheet.unit,
        )
        sheet.figure.add_artist(box)
    for x, text, side in ((left, "0", "left"), (left + 4 * part, t(key, sheet.lang, value=value), "center")):
        write(sheet, (x, y + 2 * thick), text, _LETTER_PT, ha=side, va="bottom")


def draw_north(sheet: Sheet, foot: tuple[float, float], height: float) -> None:
    """Draw an arrow to the north.

    Parameters
    ----------
    sheet
        The sheet.
    foot
        Where the arrow stands [units].
    height
        Its height [units].
    """
    x, y = foot
    for side, colour in ((-0.24 * height, INK), (0.24 * height, "white")):
        half = [(x, y + height), (x + side, y), (x, y + 0.24 * height)]
        arrow = Polygon(
            half, transform=sheet.units, facecolor=colour, edgecolor=INK, linewidth=0.8 * sheet.unit
        )
        sheet.figure.add_artist(arrow)
    top = (x, y + 1.12 * height)
    write(sheet, top, t("map.north", sheet.lang), _NORTH_PT, bold=True, ha="center", va="bottom")
