"""The sheet that a poster is drawn on, and what all its parts are drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import Affine2D, Transform

from gridplan.onemap.pictures.canvas import make_halo
from gridplan.onemap.pictures.fonts import find_fonts

__all__ = ["HATCHES", "INK", "NO_CLASS", "PALE_INK", "Sheet", "darken", "fade", "is_light", "write"]

INK, PALE_INK = "#2b3038", "#646a73"
#: Fill of areas without a class, as in the browser.
NO_CLASS = "#e9ebe6"
#: Patterns of a view as matplotlib writes them.
HATCHES = {"": "", "lines": "///", "cross": "xxx", "dots": "..", "grid": "++"}


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet laid out.

    Parameters
    ----------
    figure, axes
        The picture and its map, limits set [m].
    unit
        Inches of paper per inch of the screen sheet: letters and lines grow with it.
    points_per_m
        Scale of the map [pt/m].
    lang
        "zh" or "en".
    panel
        Left, lower, right and upper side of the room for the legend [units].
    strength
        How strong the colours of areas are, 1 for full: they step back where things lie above them.
    """

    figure: Figure
    axes: Axes
    unit: float
    points_per_m: float
    lang: str
    panel: tuple[float, float, float, float]
    strength: float = 1.0

    @property
    def units(self) -> Transform:
        """The way from units, counted from the lower left corner, to the picture."""
        return Affine2D().scale(self.unit) + self.figure.dpi_scale_trans

    @property
    def wide(self) -> float:
        """Width of the sheet [units]."""
        return float(self.figure.get_figwidth()) / self.unit

    @property
    def high(self) -> float:
        """Height of the sheet [units]."""
        return float(self.figure.get_figheight()) / self.unit


def write(sheet: Sheet, at: tuple[float, float], text: str, size: float, **style: Any) -> None:
    """Write a text on the sheet.

    Parameters
    ----------
    sheet
        The sheet.
    at
        Where, in units.
    text
        What.
    size
        Size of the letters on the screen sheet [pt].
    **style
        ``bold``, ``halo`` and what matplotlib knows of texts.
    """
    font = find_fonts(text, sheet.lang, size=size * sheet.unit, bold=style.pop("bold", False))
    effects: list[AbstractPathEffect] = make_halo(size * sheet.unit / 3) if style.pop("halo", False) else []
    # a name with dollar signs in it is no formula
    full = {"color": INK, "va": "top", "ha": "left", "parse_math": False, **style}
    sheet.figure.text(*at, text, fontproperties=font, transform=sheet.units, path_effects=effects, **full)


def darken(colour: str, share: float) -> str:
    """Make a colour "#rrggbb" darker by a share."""
    parts = (round(int(colour[at : at + 2], 16) * (1 - share)) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def fade(colour: str, strength: float) -> str:
    """Let the pale ground shine through a colour "#rrggbb"; 1 leaves it as it is."""
    ground = (251, 251, 248)
    parts = (
        round(int(colour[at : at + 2], 16) * strength + under * (1 - strength))
        for at, under in zip((1, 3, 5), ground, strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def is_light(colour: str, limit: float = 0.62) -> bool:
    """Return whether dark letters are read better than white ones on a colour."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255 > limit
