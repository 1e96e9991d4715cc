"""The map of risk: coloured areas, enterprises and risk points, where they lie thickest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.i18n import t
from gridplan.onemap.picking import break_values, find_level, pick_areas, pick_outlines, tell_classes
from gridplan.onemap.risk.areas import AREA_RULES, find_spots, has_ratings, list_hazards, score_level
from gridplan.onemap.risk.swatches import (
    RAMP,
    name_ratings,
    swatch_ratings,
    swatch_spots,
    tell_rating,
    tell_way,
)
from gridplan.onemap.risk.things import THING_ROLES
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, HeatLayer, Imprint, MapView, PointLayer, Swatch
from gridplan.risk import MIN_AREAS, RATINGS, SPOTS, tell_share

__all__ = ["view_risk"]

_SHAPES = {"enterprises": "circle", "risk_points": "triangle"}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def view_risk(
    shown: Shown,
    level: str,
    rule: str,
    lang: str,
    *,
    things: Mapping[str, pd.DataFrame],
    imprint: Imprint,
    within: str = "",
    heat: bool = False,
) -> MapView:
    """Show areas by their risk, and above them what it comes from, the red things on top.

    Parameters
    ----------
    shown
        What may be seen.
    level
        The level that is coloured.
    rule
        One of :data:`AREA_RULES`, "" for that of the scheme.
    lang
        "zh" or "en".
    things
        Rated things by role ("enterprises", "risk_points"), narrowed down as wanted; the areas are coloured
        by these alone.
    imprint
        What stands on the map.
    within
        Code of an area above, "" for all.
    heat
        Whether to show how thickly things lie.

    Returns
    -------
    MapView

    Raises
    ------
    InputError
        ``esda_missing`` if hot spots are asked for and the library is not installed.
    """
    rule = rule if rule in AREA_RULES else shown.scheme.risk.area_rule
    drawn = {role: _pick_things(shown, level, within, things[role]) for role in THING_ROLES if role in things}
    owners = _name_enterprises(shown)
    layers = [_draw_points(role, table, owners, lang) for role, table in drawn.items() if len(table)]
    return MapView(
        lang=lang,
        imprint=imprint,
        ground=shown.ground,
        areas=_colour_areas(shown, level, within, rule, things, lang),
        outlines=pick_outlines(shown, level, within),
        points=tuple(layers),
        heat=_heat_things(shown, drawn, lang) if heat else None,
    )


def _pick_things(shown: Shown, level: str, within: str, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the things that lie in an area of the level or of one above."""
    if not within:
        return table
    holding = find_level(shown, within, level) or level
    return table[(table[holding] == within).to_numpy(dtype=bool)]


def _colour_areas(
    shown: Shown, level: str, within: str, rule: str, things: Mapping[str, pd.DataFrame], lang: str
) -> AreaLayer:
    scores = score_level(shown, level, things)
    spots = find_spots(shown, level, scores) if rule == "hotspot" else None
    areas = pick_areas(shown, level, within)
    own = scores.reindex(areas["code"])
    name = shown.scheme[level].name[lang]
    title = t(f"risk.areas.{rule}", lang, level=name)
    if spots is not None:
        classes, legend, labels = _class_spots(spots["spot"].reindex(areas["code"]), lang)
        if len(scores) < MIN_AREAS:
            title = t("risk.areas.too_few", lang, level=name, fewest=MIN_AREAS)
        elif not (spots["spot"] != "").any():
            title = t("risk.areas.no_spots", lang, level=name)
        elif not has_ratings(scores):
            title = t("risk.areas.hotspot_count", lang, level=name)
    elif rule == "worst":
        classes, legend, labels = _class_worst(own, lang)
    else:
        column = "score" if rule == "weighted" else "total"
        classes, legend, labels = _class_numbers(own[column].where(own["total"] > 0), own["total"], lang)
    return AreaLayer(
        level=level,
        shapes=areas[["code", "geometry"]].set_index("code"),
        classes=classes,
        legend=legend,
        legend_title=title,
        labels=labels,
        lines=_tell_areas(shown, level, areas, own, lang),
    )


def _class_worst(own: pd.DataFrame, lang: str) -> tuple[IntArray, tuple[Swatch, ...], list[str]]:
    rating = pd.Index(RATINGS).get_indexer(own["worst"])
    unknown = (rating < 0) & (own["total"].to_numpy() > 0)
    classes = np.where(unknown, len(RATINGS), rating).astype(np.int64)
    legend = swatch_ratings(np.bincount(classes[classes >= 0], minlength=len(RATINGS) + 1), lang)
    letters = np.array([*(one.letter for one in legend), *("",) * 2], dtype=object)
    return classes, legend, letters[classes].tolist()


def _class_spots(spots: pd.Series, lang: str) -> tuple[IntArray, tuple[Swatch, ...], list[str]]:
    classes = pd.Index((*SPOTS, "")).get_indexer(spots).astype(np.int64)
    legend = swatch_spots(np.bincount(classes, minlength=len(SPOTS) + 1), lang)
    signs = np.array([t(f"risk.sign.{spot}", lang) for spot in SPOTS] + [""], dtype=object)
    return classes, legend, signs[classes].tolist()


def _class_numbers(
    values: pd.Series, total: pd.Series, lang: str
) -> tuple[IntArray, tuple[Swatch, ...], list[str]]:
    """Put numbers into classes, the greatest first in the legend; a number that is not known comes last."""
    number = values.to_numpy(dtype=np.float64)
    known = np.isfinite(number)
    bounds = break_values(number, len(RAMP))
    whole = bool((number[known] % 1 == 0).all())
    kinds = len(bounds)
    place = np.where(known, kinds - np.searchsorted(bounds, number, side="right"), -1)
    place[~known & (total.to_numpy() > 0)] = kinds
    classes = place.astype(np.int64)
    counts = np.bincount(classes[classes >= 0], minlength=kinds + 1)
    colours = [RAMP[-1 - round(i * (len(RAMP) - 1) / max(kinds - 1, 1))] for i in range(kinds)]
    names = tell_classes(bounds, whole=whole)[::-1]
    legend = [
        Swatch(t("risk.class", lang, name=name, count=int(count)), colour)
        for name, count, colour in zip(names, counts, colours, strict=False)
    ]
    if counts[kinds]:
        legend.append(swatch_ratings(np.full(len(RATINGS) + 1, counts[kinds]), lang)[-1])
    return classes, tuple(legend), [f"{one:,.10g}" if np.isfinite(one) else "" for one in number]


def _tell_areas(
    shown: Shown, level: str, areas: pd.DataFrame, own: pd.DataFrame, lang: str
) -> list[list[str]]:
    """Return what is told of an area that is pointed at: things by rating, score, hazards."""
    kind = shown.scheme[level].name[lang]
    names = {rating or "unknown": tell_rating(rating, lang) for rating in (*RATINGS, "")}
    columns = [own[key].tolist() for key in names]
    hazards = list_hazards(shown, level).reindex(own.index) if "hazards" in shown.attached else None
    nothing, score = t("risk.nothing", lang), t("risk.score", lang)
    lines = []
    for code, name, points, *counts in zip(areas["code"], areas["name"], own["score"], *columns, strict=True):
        told = [f"{label} {count:,}" for label, count in zip(names.values(), counts, strict=True) if count]
        head = f"{kind} {name or code}" if name in ("", code) else f"{kind} {name} · {code}"
        line = [head, " · ".join(told) if told else nothing]
        lines.append([*line, f"{score} {points:,.10g}"] if points > 0 else line)
    if hazards is not None:
        for line, found, on_site, left, untold in zip(
            lines, *(hazards[key] for key in ("found", "on_site", "open", "untold")), strict=True
        ):
            if found:
                share = tell_share(on_site, found - untold) or "–"
                line.append(t("risk.hazards", lang, found=found, share=share, open=left))
    return lines


def _name_enterprises(shown: Shown) -> dict[str, str]:
    """Return the names of the enterprises by their id, for the things that belong to them."""
    table = shown.attached.get("enterprises")
    if table is None:
        return {}
    named = table[table["name"].fillna("") != ""]
    return dict(zip(named["id"].tolist(), named["name"].tolist(), strict=True))


def _draw_points(role: str, table: pd.DataFrame, owners: Mapping[str, str], lang: str) -> PointLayer:
    """Make a layer of things, ordered so that red ones are drawn last."""
    placed, xy = _find_places(table)
    table = table[placed]
    rating = pd.Index(RATINGS).get_indexer(table["rating"])
    classes = np.where(rating < 0, len(RATINGS), rating).astype(np.int64)
    order = np.argsort(-classes, kind="stable")
    counts = np.bincount(classes, minlength=len(RATINGS) + 1)
    missing = int((~placed).sum())
    title = t(f"risk.layer.{role}", lang, count=len(table))
    return PointLayer(
        id=role,
        title=title if not missing else title + t("risk.layer.unplaced", lang, count=missing),
        xy=xy[order],
        classes=classes[order],
        legend=swatch_ratings(counts, lang),
        lines=_tell_things(table.iloc[order], owners, lang),
        shape=_SHAPES[role],
        heights=len(RATINGS) - classes[order],
    )


def _find_places(table: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Return which things have a place, and the places of those [m]."""
    if "geometry" not in table.columns:
        return np.zeros(len(table), dtype=bool), np.empty((0, 2))
    shapes = table["geometry"].to_numpy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return placed, shapely.get_coordinates(shapes[placed])


def _tell_things(table: pd.DataFrame, owners: Mapping[str, str], lang: str) -> Sequence[Sequence[str]]:
    """Return what is told of a thing that is pointed at: name, kind and rating, whose it is, id and date."""
    ratings = name_ratings(lang)
    given = tell_way("given", np.nan, lang)
    ids = table["enterprise"].fillna("").tolist() if "enterprise" in table else [""] * len(table)
    owner = [owners.get(one, one) for one in ids]
    columns = [table[key].fillna("").astype("str").tolist() for key in ("id", "name", "kind", "date")]
    rated = (table[key].tolist() for key in ("rating", "rated_by", "points"))
    return [
        [
            name or own,
            _join(kind, ratings[rating], given if by == "given" else tell_way(by, points, lang)),
            _join(whose, own if name else "", date),
        ]
        for own, name, kind, date, rating, by, points, whose in zip(*columns, *rated, owner, strict=True)
    ]


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _heat_things(shown: Shown, drawn: Mapping[str, pd.DataFrame], lang: str) -> HeatLayer:
    """Show how thickly risk lies; where nothing is rated, how thickly things lie."""
    rules = shown.scheme.risk
    weight_of = np.array([*(rules.weights[rating] for rating in RATINGS), 0.0])
    found = [_find_places(table) for table in drawn.values()]
    ratings = [table["rating"][placed] for table, (placed, _) in zip(drawn.values(), found, strict=True)]
    xy = np.concatenate([np.empty((0, 2)), *(places for _, places in found)])
    rating = pd.Index(RATINGS).get_indexer(pd.concat(ratings)) if ratings else np.empty(0, dtype=np.int64)
    rated = rating >= 0
    radius = rules.heat_radius_m
    if not rated.any():
        title = t("risk.heat.count", lang, radius=radius)
        return HeatLayer(title, xy, np.ones(len(xy)), radius)
    title = t("risk.heat.weighted", lang, radius=radius)
    if not rated.all():
        title += t("risk.heat.unrated", lang, count=int((~rated).sum()))
    return HeatLayer(title, xy[rated], weight_of[rating[rated]], radius)
