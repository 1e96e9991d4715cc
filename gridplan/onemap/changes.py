"""The map of what changes between two plans, as a view that every renderer draws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.compare.comparison import Comparison
from gridplan.crs import reproject
from gridplan.i18n import t
from gridplan.onemap.colours import PALETTE, colour_areas
from gridplan.onemap.overview import list_ground_labels, sign_plan
from gridplan.onemap.view import AreaLayer, Ground, LineLayer, MapView, Swatch
from gridplan.plan import Plan

__all__ = ["view_changes"]

_KEPT, _KEPT_BORDER = "#e6e7e9", "#8b919a"
_OLD, _NEW = "#b3262e", "#1d2126"


def view_changes(
    comparison: Comparison, after: Plan, lang: str = "zh", *, stamp: str | None = None
) -> MapView:
    """Draw what changes: kept ground grey, moved ground in the colour of the area that it goes to.

    Parameters
    ----------
    comparison
        Of one level, by :func:`gridplan.compare_plans`.
    after
        The second plan, for its streets, names and source line.
    lang
        "zh" or "en".
    stamp
        What is stamped on it, "" for nothing, None for what every map bears.

    Returns
    -------
    MapView
        One area for each piece of moved ground ("old→new") and for what stays of each new area (its code).

    Examples
    --------
    >>> compared = gridplan.compare_plans(before, after)  # doctest: +SKIP
    >>> draw_poster(view_changes(compared["grid"], after), "changes.png")  # doctest: +SKIP
    """
    level = after.scheme[comparison.level].name[lang]
    return MapView(
        lang,
        sign_plan(after, t("compare.title", lang, level=level), lang, stamp=stamp),
        _find_ground(comparison, after, lang),
        _list_pieces(comparison, level, lang),
        lines=_list_borders(comparison, lang),
        figures=_list_figures(comparison, lang),
    )


def _find_ground(comparison: Comparison, after: Plan, lang: str) -> Ground:
    """Return main streets and homes, so that a reader finds the place; in the system of the first plan."""
    main = (after.streets["rank"] == 1) & after.streets.intersects(after.district)
    lived = after.buildings["households"].fillna(0) > 0
    streets, homes = (
        reproject(frame.loc[chosen, columns], comparison.after.crs)
        for frame, chosen, columns in (
            (after.streets, main, ["name", "rank", "geometry"]),
            (after.buildings, lived, ["geometry"]),
        )
    )
    district = shapely.union_all(comparison.after.geometry.to_numpy())
    return Ground(
        district, streets, homes, np.ones(len(homes), dtype=bool), list_ground_labels(after.scheme, "", lang)
    )


def _list_pieces(comparison: Comparison, level: str, lang: str) -> AreaLayer:
    """Divide the new areas into ground that stays and ground that comes from another area."""
    after, moved = comparison.after, comparison.moved
    target = after.index.get_indexer(moved["after"])
    pieces = _keep_ground(moved.geometry.to_numpy())
    kept = _keep_ground(_cut_moved(after.geometry.to_numpy(), target, pieces))
    stays = np.flatnonzero(~shapely.is_empty(kept))
    owner = np.concatenate((stays, target))
    shapes = gpd.GeoDataFrame(
        geometry=[*kept[stays], *pieces],
        index=pd.Index([*after.index[stays], *(moved["before"] + "→" + moved["after"])], name="code"),
        crs=after.crs,
    )
    classes = np.concatenate((np.full(len(stays), len(PALETTE)), colour_areas(after)[target])).astype(
        np.int64
    )
    legend = [
        Swatch(t("compare.ground_moved", lang) if not n else "", fill) for n, fill in enumerate(PALETTE)
    ]
    if not len(moved):
        legend = [Swatch("", fill) for fill in PALETTE]
    names = comparison.areas.set_index("after")["name"].reindex(after.index).fillna("")
    titles = np.where(names != "", names, after.index).astype(object)
    labels = np.full(len(owner), "", dtype=object)
    labels[_find_largest(owner, shapes.area.to_numpy(), len(after))] = titles
    people = zip(moved["before"], titles[target], moved["population"], moved["households"], strict=True)
    lines = [[f"{level} {title}", t("compare.kept", lang)] for title in titles[stays]]
    lines += [
        [
            f"{before} → {title}",
            f"{t('compare.population', lang)} {residents:,}",
            f"{t('compare.households', lang)} {homes:,}",
        ]
        for before, title, residents, homes in people
    ]
    return AreaLayer(
        level=comparison.level,
        shapes=shapes,
        classes=classes,
        legend=(*legend, Swatch(t("compare.kept", lang), _KEPT)),
        legend_title="",
        labels=labels.tolist(),
        lines=lines,
        bordered=False,
    )


def _keep_ground(shapes: ShapeArray) -> ShapeArray:
    """Drop lines and points that two areas share where they only touch."""
    kept = shapes.copy()
    for row in np.flatnonzero(shapely.get_dimensions(shapes) == 2):
        if shapely.get_type_id(shapes[row]) == shapely.GeometryType.GEOMETRYCOLLECTION:
            parts = shapely.get_parts(shapes[row])
            kept[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return kept


def _cut_moved(areas: ShapeArray, target: IntArray, moved: ShapeArray) -> ShapeArray:
    """Take from each area the ground that moved there."""
    kept = areas.copy()
    for row in np.unique(target):
        kept[row] = shapely.difference(areas[row], shapely.union_all(moved[target == row]))
    return kept


def _find_largest(owner: IntArray, size: FloatArray, count: int) -> IntArray:
    """Return the largest piece of each area."""
    order = np.lexsort((-size, owner))
    first = np.searchsorted(owner[order], np.arange(count))
    return np.asarray(order[first], dtype=np.int64)


def _list_borders(comparison: Comparison, lang: str) -> tuple[LineLayer, ...]:
    """List the borders that stay, that are gone and that are new."""
    borders = comparison.borders
    kept = shapely.boundary(comparison.after.geometry.to_numpy())
    layers = [LineLayer(t("compare.border_kept", lang), kept, _KEPT_BORDER, 0.9)]
    for key, lines, length, colour, width in (
        ("compare.border_gone", borders.gone, borders.gone_m, _OLD, 2.0),
        ("compare.border_new", borders.new, borders.new_m, _NEW, 2.2),
    ):
        if length > 0:
            shapes = np.array([lines], dtype=object)
            layers.append(LineLayer(t(key, lang), shapes, colour, width, dashed=lines is borders.gone))
    return tuple(layers)


def _list_figures(comparison: Comparison, lang: str) -> tuple[tuple[str, str], ...]:
    figures = comparison.figures
    share = figures["population_moved"] / max(figures["population"], 1)
    counts = ("moved", "buildings_moved", "same", "changed", "new", "gone")
    values = {
        "population_moved": f"{figures['population_moved']:,}",
        "share": f"{share:.1%}",
        **{key: f"{figures[key]:,}" for key in counts},
        "border": t("map.km", lang, value=figures["border_new_m"] / 1000),
        "border_share": f"{figures['border_new_share']:.1%}",
        "legal": f"{figures['legal_before']:,} → {figures['legal_after']:,}",
        "compactness": f"{figures['compactness_before']:.2f} → {figures['compactness_after']:.2f}",
    }
    return tuple((t(f"compare.map.{key}", lang), value) for key, value in values.items())
