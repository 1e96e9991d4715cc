"""Words, letters, colours and patterns of risk: one set for the map, its legend and the tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplan.arrays import IntArray
from gridplan.i18n import t
from gridplan.onemap.colours import EMPTY_COLOUR
from gridplan.onemap.view import Swatch
from gridplan.risk import RATINGS, SPOTS

__all__ = [
    "RAMP",
    "drop_unused",
    "label_method",
    "label_rating",
    "name_ratings",
    "swatch_nothing",
    "swatch_ratings",
    "swatch_spots",
    "swatch_unknown",
]

#: Colour and pattern by rating. The colours are those of the national four-level scheme (docs/sources.md)
#: in tones that red-green blind eyes tell apart best; letters and patterns stand beside them for grey print.
_RATED = {
    "red": ("#d7191c", "cross"),
    "orange": ("#f58220", "lines"),
    "yellow": ("#f2c80f", "dots"),
    "blue": ("#2b83ba", ""),
    "": ("#b9bdc0", ""),
}
_SPOTTED = {
    "hot99": ("#8c2d5f", "cross"),
    "hot95": ("#bd6a93", "lines"),
    "hot90": ("#dfb2c8", "dots"),
    "": (EMPTY_COLOUR, ""),
    "cold": ("#8fb0c4", "grid"),
}
#: Fills of numbers, from few to many: none of the colours of the ratings, and they differ by lightness alone.
RAMP = ("#e4ece8", "#c2d6ce", "#96b9ad", "#669488", "#3d6a60")


def label_rating(rating: str, lang: str) -> str:
    """Name a rating ("重大风险"), "" as not rated."""
    return t(f"risk.rating.{rating or 'unknown'}", lang)


def label_method(rated_by: str, points: float, lang: str) -> str:
    """Name how a thing was rated: "LEC, D = 420"; "" for not at all."""
    return t(f"risk.by.{rated_by}", lang, points=points) if rated_by else ""


def name_ratings(lang: str) -> dict[str, str]:
    """Return letter and name of each rating ("红 重大风险"); of things without one the name alone."""
    named = {rating: f"{_label_letter(rating, lang)} {label_rating(rating, lang)}" for rating in RATINGS}
    return named | {"": label_rating("", lang)}


def _label_letter(rating: str, lang: str) -> str:
    return t(f"risk.letter.{rating or 'unknown'}", lang)


def _swatch_rating(rating: str, count: int, lang: str) -> Swatch:
    colour, pattern = _RATED[rating]
    name = t("risk.class", lang, name=label_rating(rating, lang), count=count)
    return Swatch(name, colour, _label_letter(rating, lang), pattern)


def swatch_unknown(count: int, lang: str) -> Swatch:
    """Make the class of what is not rated."""
    return _swatch_rating("", count, lang)


def swatch_nothing(name: str, count: int, lang: str) -> Swatch:
    """Make the class of areas without anything that could be rated."""
    return Swatch(t("risk.class", lang, name=name, count=count), EMPTY_COLOUR)


def swatch_ratings(counts: IntArray, lang: str) -> tuple[Swatch, ...]:
    """Make the legend of the ratings, red first, not rated last.

    Parameters
    ----------
    counts
        How many there are of each of ``RATINGS`` and without one, shape (5,).
    lang
        "zh" or "en".
    """
    return tuple(
        _swatch_rating(rating, int(count), lang) for rating, count in zip((*RATINGS, ""), counts, strict=True)
    )


def swatch_spots(counts: IntArray, lang: str) -> tuple[Swatch, ...]:
    """Make the legend of hot spots, the hottest first; ``counts`` in the order of ``SPOTS`` and ""."""
    return tuple(
        Swatch(
            t("risk.class", lang, name=t(f"risk.spot.{spot or 'none'}", lang), count=int(count)),
            _SPOTTED[spot][0],
            pattern=_SPOTTED[spot][1],
        )
        for spot, count in zip((*SPOTS, ""), counts, strict=True)
    )


def drop_unused(
    classes: IntArray, legend: Sequence[Swatch], always: int = 0
) -> tuple[IntArray, tuple[Swatch, ...]]:
    """Leave out the classes that nothing is in; the first few stay together where there is one of them."""
    used = np.bincount(classes, minlength=len(legend)) > 0
    used[:always] = used[:always].any()
    return (np.cumsum(used) - 1)[classes], tuple(
        swatch for swatch, kept in zip(legend, used, strict=True) if kept
    )
