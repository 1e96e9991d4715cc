"""The areas of the risk map: their classes, their legend, and the lines that a pointer shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.i18n import t
from gridplan.onemap.catalogue import THING_ROLES
from gridplan.onemap.picking import break_values, label_classes, pick_areas
from gridplan.onemap.risk.areas import find_spots, has_ratings, list_hazards, score_level
from gridplan.onemap.risk.swatches import (
    RAMP,
    drop_unused,
    label_rating,
    swatch_nothing,
    swatch_ratings,
    swatch_spots,
    swatch_unknown,
)
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, Swatch
from gridplan.risk import MIN_AREAS, RATINGS, SPOTS

__all__ = ["colour_areas"]

#: Class of each area, the legend, and what is written on each.
Classed = tuple[IntArray, tuple[Swatch, ...], list[str]]


def colour_areas(
    shown: Shown, level: str, within: str, rule: str, things: Mapping[str, pd.DataFrame], lang: str
) -> AreaLayer:
    """Colour the areas of a level by their risk.

    Parameters
    ----------
    shown, level, within, rule, things, lang
        As in :func:`gridplan.onemap.risk.view_risk`.

    Returns
    -------
    AreaLayer
        Areas where no things lie have a class of their own. Where nobody gave a list of things, or the
        audience must not see it, no area has a class: that is not the same.
    """
    areas = pick_areas(shown, level, within)
    scores = score_level(shown, level, things)
    own = scores.reindex(areas["code"])
    nothing = _label_nothing(shown, things, lang)
    title = ""
    classed: Classed = (np.full(len(areas), -1), (), [""] * len(areas))
    if any(role in shown.attached for role in THING_ROLES):
        title, classed = _class_areas(shown, level, rule, scores, own, nothing, lang)
    classes, legend, labels = classed
    return AreaLayer(
        level=level,
        shapes=areas[["code", "geometry"]].set_index("code"),
        classes=classes,
        legend=legend,
        legend_title=title,
        labels=labels,
        lines=_describe_areas(shown, level, areas, own, nothing, lang),
    )


def _label_nothing(shown: Shown, things: Mapping[str, pd.DataFrame], lang: str) -> str:
    """Name what an area without things is without: any, those asked for, or a list of them ("")."""
    listed = {role: len(shown.attached[role]) for role in THING_ROLES if role in shown.attached}
    if not listed:
        return ""
    narrowed = any(len(things.get(role, ())) < count for role, count in listed.items())
    return t("risk.nothing_asked" if narrowed else "risk.nothing", lang)


def _class_areas(
    shown: Shown, level: str, rule: str, scores: pd.DataFrame, own: pd.DataFrame, nothing: str, lang: str
) -> tuple[str, Classed]:
    """Return title, classes, legend and labels of the areas ``own`` of all those in ``scores``."""
    name = shown.scheme[level].name[lang]
    title = t(f"risk.areas.{rule}", lang, level=name)
    if rule == "worst":
        return title, _class_worst(own, nothing, lang)
    if rule == "hotspot":
        spots = find_spots(shown, level, scores)["spot"]
        if len(scores) < MIN_AREAS:
            title = t("risk.areas.too_few", lang, level=name, fewest=MIN_AREAS)
        elif not (spots != "").any():
            title = t("risk.areas.no_spots", lang, level=name)
        elif not has_ratings(scores):
            title = t("risk.areas.hotspot_count", lang, level=name)
        return title, _class_spots(spots.reindex(own.index), lang)
    column = "score" if rule == "weighted" else "total"
    return title, _class_numbers(own[column].where(own["total"] > 0), own["total"], nothing, lang)


def _class_worst(own: pd.DataFrame, nothing: str, lang: str) -> Classed:
    """Put areas into the classes of the ratings, then those not rated, then those without things."""
    kinds = len(RATINGS)
    classes = _class_rest(pd.Index(RATINGS).get_indexer(own["worst"]), kinds, own["total"])
    counts = np.bincount(classes, minlength=kinds + 2)
    legend = (*swatch_ratings(counts[:-1], lang), swatch_nothing(nothing, int(counts[-1]), lang))
    letters = np.array([swatch.letter for swatch in legend], dtype=object)
    return *drop_unused(classes, legend, kinds), letters[classes].tolist()


def _class_spots(spots: pd.Series, lang: str) -> Classed:
    classes = pd.Index((*SPOTS, "")).get_indexer(spots).astype(np.int64)
    legend = swatch_spots(np.bincount(classes, minlength=len(SPOTS) + 1), lang)
    signs = np.array([t(f"risk.sign.{spot}", lang) for spot in SPOTS] + [""], dtype=object)
    return classes, legend, signs[classes].tolist()


def _class_numbers(values: pd.Series, total: pd.Series, nothing: str, lang: str) -> Classed:
    """Put numbers into classes, the greatest first, then those not known, then areas without things."""
    number = values.to_numpy(dtype=np.float64)
    known = np.isfinite(number)
    bounds = break_values(number, len(RAMP))
    whole = bool((number[known] % 1 == 0).all())
    kinds = len(bounds)
    place = np.where(known, kinds - np.searchsorted(bounds, number, side="right"), -1)
    classes = _class_rest(place, kinds, total)
    counts = np.bincount(classes, minlength=kinds + 2).tolist()
    colours = [RAMP[-1 - round(i * (len(RAMP) - 1) / max(kinds - 1, 1))] for i in range(kinds)]
    names = label_classes(bounds, whole=whole)[::-1]
    legend = [
        Swatch(t("risk.class", lang, name=name, count=count), colour)
        for name, count, colour in zip(names, counts, colours, strict=False)
    ]
    legend += [swatch_unknown(counts[-2], lang), swatch_nothing(nothing, counts[-1], lang)]
    labels = [f"{value:,.10g}" if np.isfinite(value) else "" for value in number]
    return *drop_unused(classes, legend), labels


def _class_rest(place: IntArray, kinds: int, total: pd.Series) -> IntArray:
    """Give areas without a class (-1) that of the things not rated, or that of no things."""
    rest = np.where(total.to_numpy() > 0, kinds, kinds + 1)
    return np.where(place < 0, rest, place).astype(np.int64)


def _describe_areas(
    shown: Shown, level: str, areas: pd.DataFrame, own: pd.DataFrame, nothing: str, lang: str
) -> list[list[str]]:
    """Write the lines that a pointer shows of each area: things by rating, score, hazards."""
    kind = shown.scheme[level].name[lang]
    names = {rating or "unknown": label_rating(rating, lang) for rating in (*RATINGS, "")}
    columns = [own[key].tolist() for key in names]
    hazards = list_hazards(shown, level).reindex(own.index) if "hazards" in shown.attached else None
    score = t("risk.score", lang)
    lines = []
    for code, name, points, *counts in zip(areas["code"], areas["name"], own["score"], *columns, strict=True):
        counted = [f"{label} {count:,}" for label, count in zip(names.values(), counts, strict=True) if count]
        head = f"{kind} {name or code}" if name in ("", code) else f"{kind} {name} · {code}"
        line = [head, *filter(None, [" · ".join(counted) or nothing])]
        lines.append([*line, f"{score} {points:,.10g}"] if points > 0 else line)
    if hazards is not None:
        counts = [hazards[key].tolist() for key in ("found", "share", "open", "unreported")]
        for line, found, share, left, unreported in zip(lines, *counts, strict=True):
            if found:
                more = t("risk.hazards_unreported", lang, count=unreported) if unreported else ""
                line.append(t("risk.hazards", lang, found=found, share=share or "–", open=left) + more)
    return lines
