"""The map of risk: coloured areas, enterprises and risk points, where they lie thickest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from gridplan.i18n import t
from gridplan.onemap.catalogue import AREA_RULES, THING_ROLES
from gridplan.onemap.picking import find_level, pick_outlines
from gridplan.onemap.places import find_points
from gridplan.onemap.risk.colouring import colour_areas
from gridplan.onemap.risk.swatches import drop_unused, label_method, name_ratings, swatch_ratings
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import HeatLayer, Imprint, MapView, PointLayer
from gridplan.risk import RATINGS

__all__ = ["view_risk"]

_SHAPES = {"enterprises": "circle", "risk_points": "triangle"}


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
    """Make the map of risk: areas by their risk, the things above them, red ones on top.

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
        Whether to show how thickly things lie; the areas are then drawn without fill.

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
    areas = colour_areas(shown, level, within, rule, things, lang)
    if heat:
        # one ramp above another, and in the hues of the ratings, could not be read
        blank = np.full(len(areas.classes), -1)
        areas = replace(areas, classes=blank, legend=(), legend_title="", labels=[""] * len(blank))
    layers = [_draw_points(role, table, owners, lang) for role, table in drawn.items() if len(table)]
    return MapView(
        lang=lang,
        imprint=imprint,
        ground=shown.ground,
        areas=areas,
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


def _name_enterprises(shown: Shown) -> dict[str, str]:
    """Return the names of the enterprises by their id, for the things that belong to them."""
    table = shown.attached.get("enterprises")
    if table is None:
        return {}
    named = table[table["name"].fillna("") != ""]
    return dict(zip(named["id"].tolist(), named["name"].tolist(), strict=True))


def _draw_points(role: str, table: pd.DataFrame, owners: Mapping[str, str], lang: str) -> PointLayer:
    """Make a layer of things, ordered so that red ones are drawn last."""
    placed, xy = find_points(table)
    table = table[placed]
    rating = pd.Index(RATINGS).get_indexer(table["rating"])
    classes = np.where(rating < 0, len(RATINGS), rating).astype(np.int64)
    order = np.argsort(-classes, kind="stable")
    legend = swatch_ratings(np.bincount(classes, minlength=len(RATINGS) + 1), lang)
    drawn, legend = drop_unused(classes[order], legend, len(RATINGS))
    missing = int((~placed).sum())
    title = t(f"risk.layer.{role}", lang, count=len(table))
    return PointLayer(
        id=role,
        title=title if not missing else title + t("risk.layer.unplaced", lang, count=missing),
        xy=xy[order],
        classes=drawn,
        legend=legend,
        lines=_describe_things(table.iloc[order], owners, lang),
        shape=_SHAPES[role],
        heights=len(RATINGS) - classes[order],
        codes=table["id"].iloc[order].astype(str).tolist(),
    )


def _describe_things(table: pd.DataFrame, owners: Mapping[str, str], lang: str) -> Sequence[Sequence[str]]:
    """Write the lines that a pointer shows of each thing: name, kind and rating, whose it is, id and date."""
    ratings = name_ratings(lang)
    given = label_method("given", np.nan, lang)
    ids = table["enterprise"].fillna("").tolist() if "enterprise" in table else [""] * len(table)
    owner = [owners.get(enterprise, enterprise) for enterprise in ids]
    columns = [table[key].fillna("").astype("str").tolist() for key in ("id", "name", "kind", "date")]
    rated = (table[key].tolist() for key in ("rating", "rated_by", "points"))
    return [
        [
            name or own,
            _join(kind, ratings[rating], given if by == "given" else label_method(by, points, lang)),
            _join(whose, own if name else "", date),
        ]
        for own, name, kind, date, rating, by, points, whose in zip(*columns, *rated, owner, strict=True)
    ]


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _heat_things(shown: Shown, drawn: Mapping[str, pd.DataFrame], lang: str) -> HeatLayer:
    """Make the heat layer: the density of risk, or of things where nothing is rated."""
    rules = shown.scheme.risk
    weight_of = np.array([*(rules.weights[rating] for rating in RATINGS), 0.0])
    found = [find_points(table) for table in drawn.values()]
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
