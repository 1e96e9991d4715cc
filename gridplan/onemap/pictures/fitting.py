"""Words that fit: how wide a text is, where it is broken, how large its letters may be."""

from __future__ import annotations

import re

from gridplan.i18n import measure_text

__all__ = ["INCH", "LINE", "fit_text", "measure_width", "wrap_text"]

#: Points of an inch, and height of a line of the size of its letters.
INCH, LINE = 72.0, 1.25
# letters smaller than this are read by nobody [pt]
_LEAST = 5.0
# how much smaller letters may be so that a text stays on one line
_ALONE = 0.65
# where a text may be broken: before a Latin word, and before each Chinese sign that ends no sentence
_PIECE = re.compile(r"\s*(?:[（《]?[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。、；：！？）》]*")


def measure_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is [units]."""
    return (0.6 if bold else 0.55) * measure_text(text) * size / INCH


def wrap_text(text: str, size: float, wide: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines that fit; Chinese may be broken anywhere, Latin words only where they must."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        fits = measure_width(piece.strip(), size, bold=bold) <= wide
        for part in (piece,) if fits else piece:
            if line and measure_width(line + part, size, bold=bold) > wide:
                lines.append(line)
                line = part.lstrip()
            else:
                line += part if line else part.lstrip()
    return (*lines, line)


def fit_text(text: str, largest: float, wide: float, high: float, *, bold: bool = False) -> tuple[str, float]:
    """Break a text into lines and choose the largest letters [pt] with which it fits: nothing is cut off."""
    size = largest
    # one line is read better than two, unless its letters are much smaller
    alone = largest * wide / max(measure_width(text, largest, bold=bold), wide)
    if alone >= _ALONE * largest:
        return text, alone
    while True:
        lines = wrap_text(text, size, wide, bold=bold)
        if len(lines) == 1 or len(lines) * LINE * size / INCH <= high or size <= _LEAST:
            return "\n".join(lines), size
        size *= 0.96
