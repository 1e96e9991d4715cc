"""What surrounds the map of a poster: title, stamp, legend, scale, north, review number, source and date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle

from gridplan.i18n import measure_text, t
from gridplan.onemap.pictures.ground import HEAT_COLOURS
from gridplan.onemap.pictures.legend import draw_north, draw_scale_bar
from gridplan.onemap.pictures.sheet import HATCHES, NO_CLASS, PALE_INK, Sheet, darken, fade, is_light, write
from gridplan.onemap.pictures.symbols import choose_radius, draw_symbols
from gridplan.onemap.view import MapView, Swatch

__all__ = ["draw_surround"]

_RULE = "#d3d7db"
_STAMP = "#b3121d"
# sizes of letters [pt], heights of rows [units] and widths of letters [units] on the screen sheet
_TITLE, _HEAD, _ROW, _NOTE = 27.0, 14.5, 13.5, 11.0
_ROW_HIGH, _HEAD_HIGH, _GAP = 0.345, 0.33, 0.2
# what stands below the legend: scale, north, review number
_BOTTOM = 1.35
_SIGN_WIDE, _SIGN_HIGH = 0.5, 0.23
_INCH = 72.0
# what the title, the stamp, the source and the review number may fill in height [units]
_TITLE_HIGH, _STAMP_HIGH, _SOURCE_HIGH, _REVIEW_HIGH = 0.72, 0.6, 0.42, 0.3
# height of a line of the size of its letters; letters smaller than this are read by nobody [pt]
_LINE, _LEAST = 1.25, 5.0
# how much smaller letters may be so that a text stays on one line
_ALONE = 0.65
# where a text may be broken: before a Latin word, and before each Chinese sign that ends no sentence
_PIECE = re.compile(r"\s*(?:[（《]?[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。、；：！？）》]*")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the legend: what draws its sign at a place, its words, whether it heads others."""

    draw: Callable[[float, float, float], None] | None
    lines: tuple[str, ...]
    head: bool = False

    @property
    def high(self) -> float:
        """Height of the row [units]."""
        extra = (len(self.lines) - 1) * 0.24
        return (_HEAD_HIGH if self.head else _ROW_HIGH) + extra


def draw_surround(sheet: Sheet, view: MapView) -> None:
    """Draw everything around the map.

    Parameters
    ----------
    sheet
        The sheet.
    view
        What is drawn.
    """
    _draw_head(sheet, view)
    _draw_legend(sheet, _list_entries(sheet, view))
    _draw_bottom(sheet, view)
    _draw_foot(sheet, view)


def _draw_head(sheet: Sheet, view: MapView) -> None:
    """Write the title as large as it fits beside the stamp."""
    left, right = 0.4, sheet.wide - 0.4
    if view.imprint.stamp:
        stamp, size = _fit(view.imprint.stamp, 15.0, 0.45 * (right - left), _STAMP_HIGH, bold=True)
        lines = stamp.split("\n")
        wide = max(_measure(line, size, bold=True) for line in lines) + 0.36
        high = 0.18 + len(lines) * _LINE * size / _INCH
        box = FancyBboxPatch(
            (right - wide, sheet.high - 0.55 - high / 2),
            wide,
            high,
            boxstyle="round,pad=0,rounding_size=0.06",
            transform=sheet.units,
            facecolor="white",
            edgecolor=_STAMP,
            linewidth=1.6 * sheet.unit,
        )
        sheet.figure.add_artist(box)
        middle = (right - wide / 2, sheet.high - 0.56)
        write(sheet, middle, stamp, size, color=_STAMP, bold=True, ha="center", va="center")
        right -= wide + 0.3
    title, size = _fit(view.imprint.title, _TITLE, right - left, _TITLE_HIGH, bold=True)
    write(sheet, (left, sheet.high - 0.56), title, size, bold=True, va="center")


def _measure(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is [units]."""
    return (0.6 if bold else 0.55) * measure_text(text) * size / _INCH


def _wrap(text: str, size: float, wide: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines that fit; Chinese may be broken anywhere, Latin words only where they must."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        fits = _measure(piece.strip(), size, bold=bold) <= wide
        for part in (piece,) if fits else piece:
            if line and _measure(line + part, size, bold=bold) > wide:
                lines.append(line)
                line = part.lstrip()
            else:
                line += part
    return (*lines, line)


def _fit(text: str, largest: float, wide: float, high: float, *, bold: bool = False) -> tuple[str, float]:
    """Break a text into lines and choose the largest letters [pt] with which it fits: nothing is cut off."""
    size = largest
    # one line is read better than two, unless its letters are much smaller
    alone = largest * wide / max(_measure(text, largest, bold=bold), wide)
    if alone >= _ALONE * largest:
        return text, alone
    while True:
        lines = _wrap(text, size, wide, bold=bold)
        if len(lines) == 1 or len(lines) * _LINE * size / _INCH <= high or size <= _LEAST:
            return "\n".join(lines), size
        size *= 0.96


def _list_entries(sheet: Sheet, view: MapView) -> list[_Entry]:
    """List the legend: areas, things from the highest layer down, heat."""
    left, _, right, _ = sheet.panel
    wide = right - left - _SIGN_WIDE - 0.15
    entries: list[_Entry] = []

    def head(title: str) -> None:
        entries.append(_Entry(None, _wrap(title, _HEAD, right - left, bold=True), head=True))

    def row(draw: Callable[[float, float, float], None], label: str) -> None:
        entries.append(_Entry(draw, _wrap(label, _ROW, wide)))

    if view.areas.legend:
        head(view.areas.legend_title)
        for swatch in view.areas.legend:
            row(_paint_box(sheet, swatch), swatch.label)
        if (view.areas.classes < 0).any():
            label = t("onemap.map.no_class", sheet.lang)
            row(_paint_box(sheet, Swatch(label, NO_CLASS)), label)
    radius = choose_radius(sum(len(layer.xy) for layer in view.points))
    for layer in reversed(view.points):
        head(layer.title)
        for swatch in layer.legend:
            row(_paint_symbol(sheet, layer.shape, swatch, radius), swatch.label)
    if view.heat is not None:
        head(view.heat.title)
        row(_paint_ramp(sheet), "")
    return entries


def _draw_legend(sheet: Sheet, entries: list[_Entry]) -> None:
    """Write the legend from the top down, closer where it is long."""
    left, bottom, right, top = sheet.panel
    room = top - bottom - _BOTTOM
    parts = sum(one.head for one in entries)
    full = sum(one.high for one in entries) + max(parts - 1, 0) * 2 * _GAP
    scale = min(1.0, room / full) if full else 1.0
    y = top - 0.02
    for number, one in enumerate(entries):
        if one.head and number:
            y -= _GAP * scale
            _rule(sheet, left, right, y)
            y -= _GAP * scale
        size = (_HEAD if one.head else _ROW) * scale
        middle = y - 0.5 * _ROW_HIGH * scale
        if one.draw is not None:
            one.draw(left, middle, scale)
        x = left if one.head else left + _SIGN_WIDE + 0.15
        if one.head:
            write(sheet, (x, y), "\n".join(one.lines), size, bold=True, linespacing=1.25)
        elif any(one.lines):
            shift = 0.12 * (len(one.lines) - 1) * scale
            words = "\n".join(one.lines)
            write(sheet, (x, middle - shift), words, size, linespacing=1.2, va="center")
        y -= one.high * scale


def _paint_box(sheet: Sheet, swatch: Swatch) -> Callable[[float, float, float], None]:
    """Paint the sign of a class of areas: colour, pattern and letter."""

    def draw(x: float, y: float, scale: float) -> None:
        high, fill = _SIGN_HIGH * scale, fade(swatch.colour, sheet.strength)
        place = (x, y - high / 2)
        frame: dict[str, Any] = {
            "transform": sheet.units,
            "edgecolor": "#282d3473",
            "linewidth": 0.8 * sheet.unit,
        }
        sheet.figure.add_artist(Rectangle(place, _SIGN_WIDE, high, facecolor=fill, **frame))
        if swatch.pattern:
            ink = darken(swatch.colour, 0.3 if is_light(swatch.colour, 0.45) else 0.5)
            hatch: dict[str, Any] = {
                "hatch": HATCHES[swatch.pattern],
                "edgecolor": ink,
                "linewidth": 0.0,
                "alpha": 0.6 * sheet.strength,
            }
            sheet.figure.add_artist(
                Rectangle(place, _SIGN_WIDE, high, facecolor="none", transform=sheet.units, **hatch)
            )
        if swatch.letter:
            middle = (x + _SIGN_WIDE / 2, y)
            size = 0.8 * _ROW * scale
            write(sheet, middle, swatch.letter, size, bold=True, halo=True, ha="center", va="center")

    return draw


def _paint_symbol(
    sheet: Sheet, shape: str, swatch: Swatch, radius: float
) -> Callable[[float, float, float], None]:
    """Paint the sign of a class of things, which have a radius on the map."""

    def draw(x: float, y: float, scale: float) -> None:
        place = np.array([[x + _SIGN_WIDE / 2, y]])
        draw_symbols(sheet, place, shape, swatch, 8.5 * scale, zorder=30, seen_at=radius)

    return draw


def _paint_ramp(sheet: Sheet) -> Callable[[float, float, float], None]:
    """Paint from few to many."""
    words = (t("poster.few", sheet.lang), t("poster.many", sheet.lang))

    def draw(x: float, y: float, scale: float) -> None:
        size = _ROW * scale
        write(sheet, (x, y), words[0], size, va="center")
        begin, wide, steps = x + _measure(words[0], size) + 0.14, 1.9, 64
        stops = np.linspace(0, 1, len(HEAT_COLOURS))
        for step in range(steps):
            share = step / (steps - 1)
            colour = [
                np.interp(share, stops, [one[channel] / 255 for one in HEAT_COLOURS]) for channel in range(3)
            ]
            place = (begin + wide * step / steps, y - _SIGN_HIGH * scale / 2)
            box = Rectangle(
                place, 1.1 * wide / steps, _SIGN_HIGH * scale, facecolor=colour, transform=sheet.units, lw=0
            )
            sheet.figure.add_artist(box)
        write(sheet, (begin + wide + 0.14, y), words[1], size, va="center")

    return draw


def _rule(sheet: Sheet, left: float, right: float, y: float) -> None:
    line = Line2D([left, right], [y, y], transform=sheet.units, color=_RULE, linewidth=0.9 * sheet.unit)
    sheet.figure.add_artist(line)


def _draw_bottom(sheet: Sheet, view: MapView) -> None:
    """Draw scale and north, and the slot of the review number below them."""
    left, bottom, right, _ = sheet.panel
    share = (1 / sheet.wide, 1 / sheet.high)
    _rule(sheet, left, right, bottom + _BOTTOM - 0.12)
    draw_scale_bar(
        sheet.figure,
        sheet.axes,
        sheet.lang,
        corner=(left * share[0], (bottom + 0.62) * share[1]),
        room=2.5 * share[0],
        size=_NOTE * sheet.unit,
    )
    draw_north(
        sheet.figure,
        sheet.lang,
        foot=((right - 0.2) * share[0], (bottom + 0.45) * share[1]),
        height=0.5 * share[1],
        size=12 * sheet.unit,
    )
    label = t("poster.review", sheet.lang)
    write(sheet, (left, bottom + 0.1), label, _NOTE, va="center")
    begin = left + _measure(label, _NOTE) + 0.12
    if view.imprint.review_number:
        number, size = _fit(view.imprint.review_number, _NOTE, right - begin, _REVIEW_HIGH, bold=True)
        write(sheet, (begin, bottom + 0.1), number, size, bold=True, va="center")
    else:
        # an empty slot: a number is given by the authority, never made up
        line = Line2D(
            [begin, right], [bottom + 0.01] * 2, transform=sheet.units, color=PALE_INK, lw=0.8 * sheet.unit
        )
        sheet.figure.add_artist(line)


def _draw_foot(sheet: Sheet, view: MapView) -> None:
    """Tell the source and the date."""
    right, y = sheet.wide - 0.4, 0.36
    date = t("poster.date", sheet.lang, date=view.imprint.date) if view.imprint.date else ""
    write(sheet, (right, y), date, _NOTE, ha="right", va="center", color=PALE_INK)
    source = t("poster.source", sheet.lang, source=view.imprint.source)
    told, size = _fit(source, _NOTE, right - 0.4 - _measure(date, _NOTE) - 0.4, _SOURCE_HIGH)
    write(sheet, (0.4, y), told, size, va="center", color=PALE_INK)
