"""What surrounds the map of a poster: title, stamp, legend, scale, north, review number, source and date."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from gridplan.i18n import t
from gridplan.onemap.pictures.fitting import INCH, LINE, fit_text, measure_width, wrap_text
from gridplan.onemap.pictures.ground import OUTLINE_PT, list_streets, shows_houses
from gridplan.onemap.pictures.scale import draw_north, draw_scale_bar
from gridplan.onemap.pictures.sheet import INK, NO_CLASS, PALE_INK, Sheet, write
from gridplan.onemap.pictures.signs import (
    ROW,
    SIGN_WIDE,
    Sign,
    sign_box,
    sign_houses,
    sign_line,
    sign_ramp,
    sign_street,
    sign_symbol,
)
from gridplan.onemap.pictures.symbols import choose_radius
from gridplan.onemap.view import MapView, Swatch

__all__ = ["draw_surround"]

_RULE = "#d3d7db"
_STAMP = "#b3121d"
# sizes of letters [pt], heights of rows [units] and widths of letters [units] on the screen sheet
_TITLE, _HEAD, _NOTE = 27.0, 14.5, 11.0
_ROW_HIGH, _FIGURE_HIGH, _HEAD_HIGH, _GAP = 0.345, 0.3, 0.33, 0.2
# what stands below the legend: scale, north, review number
_BOTTOM = 1.35
# what the title, the stamp, the source and the review number may fill in height [units]
_TITLE_HIGH, _STAMP_HIGH, _SOURCE_HIGH, _REVIEW_HIGH = 0.72, 0.6, 0.42, 0.3


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the panel: what draws its sign, its words, its figure, whether it begins a part."""

    lines: tuple[str, ...]
    draw: Sign | None = None
    figure: str = ""
    head: bool = False

    @property
    def high(self) -> float:
        """Height of the row [units]."""
        extra = (len(self.lines) - 1) * 0.24
        if self.figure:
            return _FIGURE_HIGH + extra
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
        stamp, size = fit_text(view.imprint.stamp, 15.0, 0.45 * (right - left), _STAMP_HIGH, bold=True)
        lines = stamp.split("\n")
        wide = max(measure_width(line, size, bold=True) for line in lines) + 0.36
        high = 0.18 + len(lines) * LINE * size / INCH
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
    title, size = fit_text(view.imprint.title, _TITLE, right - left, _TITLE_HIGH, bold=True)
    write(sheet, (left, sheet.high - 0.56), title, size, bold=True, va="center")


def _list_entries(sheet: Sheet, view: MapView) -> list[list[_Entry]]:
    """List the parts of the panel: figures, areas, lines, ground, things (the highest layer first), heat."""
    left, _, right, _ = sheet.panel
    wide = right - left - SIGN_WIDE - 0.15

    def head(title: str) -> list[_Entry]:
        return [_Entry(wrap_text(title, _HEAD, right - left, bold=True), head=True)] if title else []

    def row(draw: Sign, label: str) -> _Entry:
        return _Entry(wrap_text(label, ROW, wide), draw)

    parts = [[_Entry((label,), figure=value) for label, value in view.figures]]
    areas = [row(sign_box(sheet, swatch), swatch.label) for swatch in view.areas.legend if swatch.label]
    if areas and (view.areas.classes < 0).any():
        label = t("onemap.map.no_class", sheet.lang)
        areas.append(row(sign_box(sheet, Swatch(label, NO_CLASS)), label))
    parts.append(head(view.areas.legend_title) + areas if areas else [])
    lines = [
        row(sign_line(sheet, layer.colour, layer.width, dashed=layer.dashed), layer.label)
        for layer in view.lines
    ]
    parts.append(lines + [row(draw, label) for draw, label in _list_ground(sheet, view)])
    radius = choose_radius(sum(len(layer.xy) for layer in view.points))
    for layer in reversed(view.points):
        things = [
            row(sign_symbol(sheet, layer.shape, swatch, radius), swatch.label) for swatch in layer.legend
        ]
        parts.append(head(layer.title) + things)
    if view.heat is not None:
        parts.append([*head(view.heat.title), row(sign_ramp(sheet), "")])
    return [part for part in parts if part]


def _list_ground(sheet: Sheet, view: MapView) -> list[tuple[Sign, str]]:
    """List what is drawn of the ground and has a name in the legend."""
    signs: dict[str, Sign] = {}
    if view.outlines is not None:
        signs["outline"] = sign_line(sheet, INK, OUTLINE_PT)
    for street in reversed(list_streets(sheet, view)):
        signs[f"rank{street.rank}"] = sign_street(sheet, street)
    if shows_houses(sheet, view.ground) and view.ground.homes is not None:
        present = {"home": view.ground.homes.any(), "building": not view.ground.homes.all()}
        signs |= {kind: sign_houses(sheet, kind) for kind, seen in present.items() if seen}
    labels = view.ground.labels
    return [(sign, labels[kind]) for kind, sign in signs.items() if kind in labels]


def _draw_legend(sheet: Sheet, parts: list[list[_Entry]]) -> None:
    """Write the panel from the top down, closer where it is long."""
    left, bottom, right, top = sheet.panel
    room = top - bottom - _BOTTOM
    full = sum(entry.high for part in parts for entry in part) + max(len(parts) - 1, 0) * 2 * _GAP
    scale = min(1.0, room / full) if full else 1.0
    y = top - 0.02
    for number, part in enumerate(parts):
        if number:
            y -= _GAP * scale
            _rule(sheet, left, right, y)
            y -= _GAP * scale
        for entry in part:
            _draw_entry(sheet, entry, y, scale)
            y -= entry.high * scale


def _draw_entry(sheet: Sheet, entry: _Entry, y: float, scale: float) -> None:
    left, _, right, _ = sheet.panel
    middle = y - 0.5 * _ROW_HIGH * scale
    words = "\n".join(entry.lines)
    if entry.head:
        write(sheet, (left, y), words, _HEAD * scale, bold=True, linespacing=1.25)
        return
    if entry.draw is not None:
        entry.draw(left, middle, scale)
    x = left if entry.draw is None else left + SIGN_WIDE + 0.15
    if any(entry.lines):
        shift = 0.12 * (len(entry.lines) - 1) * scale
        colour = PALE_INK if entry.figure else INK
        write(sheet, (x, middle - shift), words, ROW * scale, linespacing=1.2, va="center", color=colour)
    if entry.figure:
        write(sheet, (right, middle), entry.figure, ROW * scale, bold=True, ha="right", va="center")


def _rule(sheet: Sheet, left: float, right: float, y: float) -> None:
    line = Line2D([left, right], [y, y], transform=sheet.units, color=_RULE, linewidth=0.9 * sheet.unit)
    sheet.figure.add_artist(line)


def _draw_bottom(sheet: Sheet, view: MapView) -> None:
    """Draw scale and north, and the slot of the review number below them."""
    left, bottom, right, _ = sheet.panel
    _rule(sheet, left, right, bottom + _BOTTOM - 0.12)
    draw_scale_bar(sheet, (left, bottom + 0.62), 2.5)
    draw_north(sheet, (right - 0.2, bottom + 0.45), 0.5)
    label = t("poster.review", sheet.lang)
    write(sheet, (left, bottom + 0.1), label, _NOTE, va="center")
    begin = left + measure_width(label, _NOTE) + 0.12
    if view.imprint.review_number:
        number, size = fit_text(view.imprint.review_number, _NOTE, right - begin, _REVIEW_HIGH, bold=True)
        write(sheet, (begin, bottom + 0.1), number, size, bold=True, va="center")
    else:
        # an empty slot: a number is given by the authority, never made up
        line = Line2D(
            [begin, right], [bottom + 0.01] * 2, transform=sheet.units, color=PALE_INK, lw=0.8 * sheet.unit
        )
        sheet.figure.add_artist(line)


def _draw_foot(sheet: Sheet, view: MapView) -> None:
    """Write the source and the date."""
    right, y = sheet.wide - 0.4, 0.36
    date = t("poster.date", sheet.lang, date=view.imprint.date) if view.imprint.date else ""
    write(sheet, (right, y), date, _NOTE, ha="right", va="center", color=PALE_INK)
    source = t("poster.source", sheet.lang, source=view.imprint.source)
    lines, size = fit_text(source, _NOTE, right - 0.4 - measure_width(date, _NOTE) - 0.4, _SOURCE_HIGH)
    write(sheet, (0.4, y), lines, size, va="center", color=PALE_INK)
