"""Words, letters, colours and patterns of risk: one set for the map, its legend and the tables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.i18n import t
from gridplan.onemap.view import Swatch
from gridplan.risk import RATINGS, SPOTS

__all__ = ["RAMP", "name_ratings", "swatch_ratings", "swatch_spots", "tell_rating", "tell_way"]

#: Colour and pattern by rating. The colours are those of the national four-level scheme (domain note B.11) in
#: tones that red-green blind eyes tell apart best; letters and patterns stand beside them for grey print.
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
    "": ("#eceee8", ""),
    "cold": ("#8fb0c4", "grid"),
}
#: Fills of numbers, from few to many: none of the colours of the ratings, and told apart by lightness alone.
RAMP = ("#e4ece8", "#c2d6ce", "#96b9ad", "#669488", "#3d6a60")


def tell_rating(rating: str, lang: str) -> str:
    """Name a rating ("重大风险"), "" as not rated."""
    return t(f"risk.rating.{rating or 'unknown'}", lang)


def tell_way(rated_by: str, points: float, lang: str) -> str:
    """Tell how a thing was rated: "LEC, D = 420"; "" for not at all."""
    return t(f"risk.by.{rated_by}", lang, points=points) if rated_by else ""


def name_ratings(lang: str) -> dict[str, str]:
    """Return letter and name of each rating ("红 重大风险"); of things without one the name alone."""
    named = {rating: f"{_tell_letter(rating, lang)} {tell_rating(rating, lang)}" for rating in RATINGS}
    return named | {"": tell_rating("", lang)}


def _tell_letter(rating: str, lang: str) -> str:
    return t(f"risk.letter.{rating or 'unknown'}", lang)


def swatch_ratings(counts: npt.NDArray[np.int64], lang: str) -> tuple[Swatch, ...]:
    """Make the legend of the ratings, red first, not rated last where there are such.

    Parameters
    ----------
    counts
        How many there are of each of ``RATINGS`` and without one, shape (5,).
    lang
        "zh" or "en".
    """
    return tuple(
        Swatch(
            t("risk.class", lang, name=tell_rating(rating, lang), count=int(count)),
            _RATED[rating][0],
            _tell_letter(rating, lang),
            _RATED[rating][1],
        )
        for rating, count in zip((*RATINGS, ""), counts, strict=True)
        if rating or count
    )


def swatch_spots(counts: npt.NDArray[np.int64], lang: str) -> tuple[Swatch, ...]:
    """Make the legend of hot spots, the hottest first; ``counts`` in the order of ``SPOTS`` and ""."""
    return tuple(
        Swatch(
            t("risk.class", lang, name=t(f"risk.spot.{spot or 'none'}", lang), count=int(count)),
            _SPOTTED[spot][0],
            pattern=_SPOTTED[spot][1],
        )
        for spot, count in zip((*SPOTS, ""), counts, strict=True)
    )
