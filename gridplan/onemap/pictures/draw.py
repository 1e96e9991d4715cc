"""The make-up of a poster: the map, what surrounds it, and the file that comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gridplan.errors import InputError
from gridplan.io import write_whole
from gridplan.onemap.pictures.canvas import render_sheet
from gridplan.onemap.pictures.fonts import is_truetype
from gridplan.onemap.pictures.ground import draw_map
from gridplan.onemap.pictures.panel import draw_surround
from gridplan.onemap.pictures.sheet import Sheet
from gridplan.onemap.view import MapView

__all__ = ["PAPERS", "POSTER_KINDS", "SCREEN_SIZE", "Size", "draw_poster", "render_poster"]

#: Width and height of a picture [px], or a name of :data:`PAPERS`.
Size = tuple[int, int] | str

#: The big screens in offices.
SCREEN_SIZE = (1920, 1080)
#: Landscape sheets [px] at the 300 dpi that printers ask for (ISO 216).
PAPERS: Mapping[str, tuple[int, int]] = {"A4": (3508, 2480), "A3": (4961, 3508)}
#: What a poster can be.
POSTER_KINDS = ("png", "pdf", "svg")

_PAPER_DPI, _SCREEN_DPI = 300, 100
# matplotlib puts any outlines into a PDF as TrueType when asked to; Acrobat refuses those that are none
_EMBEDDED, _DRAWN = 42, 3

# Sides of a sheet in units: a unit is an inch of the screen, so that every sheet has the same make-up.
_UNITS_HIGH = 10.8
_MARGIN, _HEAD, _FOOT, _PANEL, _GAP = 0.4, 1.02, 0.44, 3.9, 0.3
# so few things are seen on areas in full colours
_FEW_THINGS = 40
# how much wider than what it shows the map is
_AIR = 1.04


def draw_poster(view: MapView, path: str | Path, *, size: Size = SCREEN_SIZE) -> Path:
    """Draw a view of the map as a file.

    Parameters
    ----------
    view, size
        As for :func:`render_poster`.
    path
        Where to write; the ending chooses the format (.png, .svg, .pdf).

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        As :func:`render_poster`.
    WriteError
        If the file cannot be written; nothing half-written is left.
    """
    target = Path(path)
    made = render_poster(view, target.suffix.lower().removeprefix("."), size=size)
    write_whole(target, made)
    return target


def render_poster(view: MapView, kind: str, *, size: Size = SCREEN_SIZE) -> bytes:
    """Draw a view of the map with all that a map must show: title, legend, scale, north, source, stamp.

    Parameters
    ----------
    view
        The view; what it holds is drawn, nothing is looked up.
    kind
        One of :data:`POSTER_KINDS`. Around the map a PDF carries its letters and can be searched: in fonts of
        TrueType, else (Noto, Source Han: outlines that TrueType does not know) in fonts of drawn letters
        (Type 3). Names on the map have a halo and are drawings.
    size
        Width and height [px], or a name of :data:`PAPERS`.

    Returns
    -------
    bytes
        Equal views give equal bytes.

    Raises
    ------
    InputError
        ``map_format`` for another kind, ``paper_unknown`` for another sheet, ``font_missing`` if this
        machine cannot write the language (never boxes instead of letters).
    """
    if kind not in POSTER_KINDS:
        raise InputError("map_format", path=kind)
    # names in the file that are the same on every run
    with mpl.rc_context({"svg.hashsalt": "gridplan"}):
        sheet = _lay_out(view, size)
        # the lines of hatches take their width from the settings alone
        with mpl.rc_context({"hatch.linewidth": 1.1 * sheet.unit}):
            draw_map(sheet, view)
            draw_surround(sheet, view)
            with mpl.rc_context({"pdf.fonttype": _choose_fonts(sheet)}):
                return render_sheet(sheet.figure, kind)


def _choose_fonts(sheet: Sheet) -> int:
    """Choose how a PDF carries the letters that stay letters: those with a halo are drawings in any case."""
    written = (text for text in sheet.figure.findobj(Text) if isinstance(text, Text))
    letters = "".join(text.get_text() for text in written if not text.get_path_effects())
    return _EMBEDDED if is_truetype(letters, sheet.lang) else _DRAWN


def _find_size(size: Size) -> tuple[float, float, float]:
    """Return width and height [in] and dots per inch."""
    if isinstance(size, str):
        if size not in PAPERS:
            raise InputError("paper_unknown", paper=size, known=", ".join(PAPERS))
        width, height = PAPERS[size]
        return width / _PAPER_DPI, height / _PAPER_DPI, _PAPER_DPI
    width, height = size
    dpi = _SCREEN_DPI * height / SCREEN_SIZE[1]
    return width / dpi, height / dpi, dpi


def _lay_out(view: MapView, size: Size) -> Sheet:
    """Lay out the sheet: the map at the left, what it means at the right, the title above."""
    width_in, height_in, dpi = _find_size(size)
    figure = Figure(figsize=(width_in, height_in), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    unit = figure.get_figheight() / _UNITS_HIGH
    wide, high = figure.get_figwidth() / unit, _UNITS_HIGH
    width, height = wide - 2 * _MARGIN - _PANEL - _GAP, high - _HEAD - _MARGIN - _FOOT
    axes = figure.add_axes((_MARGIN / wide, (_MARGIN + _FOOT) / high, width / wide, height / high))
    metres_per_inch = _set_limits(axes, view, width * unit, height * unit)
    panel = (wide - _MARGIN - _PANEL, _MARGIN + _FOOT, wide - _MARGIN, high - _HEAD)
    return Sheet(figure, axes, unit, 72 / metres_per_inch, view.lang, panel, _choose_strength(view))


def _choose_strength(view: MapView) -> float:
    """Let areas step back where many things, or heat, are to be seen above them, as in the browser."""
    if view.heat is not None:
        return 0.4
    return 0.55 if sum(len(layer.xy) for layer in view.points) > _FEW_THINGS else 1.0


def _set_limits(axes: Axes, view: MapView, width: float, height: float) -> float:
    """Put the areas shown into the middle, one metre equally long both ways; return metres per inch."""
    shown = view.areas.shapes if len(view.areas.shapes) else view.outlines
    # scattered areas, such as compounds, are shown inside the borders that stand around them
    if view.outlines is not None and shown is not None and shown.area.sum() < view.outlines.area.sum() / 2:
        shown = view.outlines
    bounds = shown.total_bounds if shown is not None and len(shown) else view.ground.district.bounds
    west, south, east, north = (float(side) for side in bounds)
    metres_per_inch = max((east - west) / width, (north - south) / height, 1.0) * _AIR
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - metres_per_inch * width / 2, x + metres_per_inch * width / 2)
    axes.set_ylim(y - metres_per_inch * height / 2, y + metres_per_inch * height / 2)
    return metres_per_inch
