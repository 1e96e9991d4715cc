"""The overview of a plan: its areas, borders, streets and figures, as a view that every renderer draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, IntArray
from gridplan.check import summarise_findings
from gridplan.i18n import t
from gridplan.onemap.cells import in_column
from gridplan.onemap.choropleth import label_areas, list_area_lines
from gridplan.onemap.colours import EMPTY_COLOUR, PALETTE, colour_areas
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.picking import find_lineage, pick_areas, pick_outlines
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, Ground, Imprint, MapView, Swatch
from gridplan.plan import Plan
from gridplan.plan.names import name_areas
from gridplan.report.areas import describe_areas
from gridplan.scheme import Scheme

__all__ = ["OVERVIEW_SIZE", "list_ground_labels", "sign_plan", "view_overview", "view_plan"]

#: Width and height of an overview [px]: sharp on a big screen and in a document.
OVERVIEW_SIZE = (2400, 1600)

#: Fill and pattern of areas that are not ok, by status: what stands out must not look like its neighbours.
_STATUS_FILLS = {"exempt": ("#e9a65a", "lines"), "violation": ("#e0615a", "cross")}


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """What an overview shows: the areas of a level, those above them, and the ground."""

    scheme: Scheme
    level: str
    areas: gpd.GeoDataFrame
    parent: str
    outlines: gpd.GeoDataFrame | None
    ground: Ground


def view_plan(
    plan: Plan,
    lang: str = "zh",
    *,
    level: str = "",
    areas: Mapping[str, gpd.GeoDataFrame] | None = None,
    review_number: str = "",
    stamp: str | None = None,
) -> MapView:
    """Draw a whole plan for whoever made it: areas in calm colours, streets, homes, what is out of bounds.

    Parameters
    ----------
    plan
        The plan.
    lang
        "zh" or "en".
    level
        Level to colour, "" for the lowest. The borders of its parent are drawn bold.
    areas
        Described areas by level (:func:`gridplan.report.describe_areas`) where the caller has them already.
    review_number
        The review number (审图号) that the planner was given, "" for none.
    stamp
        What is stamped on it, "" for nothing, None for what every map bears.

    Returns
    -------
    MapView
        Nothing is withheld in it: :func:`view_overview` draws what an audience may see.

    Examples
    --------
    >>> draw_poster(view_plan(plan, "en"), "plan.png")  # doctest: +SKIP
    """
    chosen = plan.scheme[level or plan.scheme.levels[-1].id].id
    parent = plan.scheme[chosen].parent
    described = dict(areas or {})
    for wanted in filter(None, (chosen, parent)):
        if wanted not in described:
            described[wanted] = describe_areas(plan, wanted)
    areas_shown = _sort(described[chosen]).assign(verdict="ok")
    if parent:
        areas_shown[in_column(parent)] = areas_shown["parent"]
    homes = (plan.buildings["households"].fillna(0) > 0).to_numpy(dtype=bool)
    streets = plan.streets[plan.streets.intersects(plan.district)]
    subject = _Subject(
        scheme=plan.scheme,
        level=chosen,
        areas=areas_shown,
        parent=parent,
        outlines=_sort(described[parent]).set_index("code") if parent else None,
        ground=Ground(
            plan.district, streets, plan.buildings, homes, list_ground_labels(plan.scheme, parent, lang)
        ),
    )
    title = t("map.title", lang, level=plan.scheme[chosen].name[lang])
    imprint = sign_plan(plan, title, lang, review_number=review_number, stamp=stamp)
    view = _compose(subject, lang, imprint)
    figures = view.figures
    if len(plan.findings):
        share = summarise_findings(plan.findings, plan)["levels"][chosen]["street_share"]
        figures = (*figures, (t("map.on_street", lang), f"{share:.0%}"))
    return replace(view, figures=figures)


def view_overview(shown: Shown, level: str, lang: str, *, within: str = "", imprint: Imprint) -> MapView:
    """Draw what an audience may see of a plan: areas in calm colours, streets, and what is out of bounds.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    lang
        "zh" or "en".
    within
        Code of an area above, whose areas alone are drawn; "" for all.
    imprint
        What stands on the map (:func:`gridplan.onemap.imprint.make_imprint`).

    Returns
    -------
    MapView
        Figures that are withheld are not in it.
    """
    parent = next(iter(find_lineage(shown, level)), "")
    labels = list_ground_labels(shown.scheme, parent, lang)
    subject = _Subject(
        scheme=shown.scheme,
        level=level,
        areas=pick_areas(shown, level, within),
        parent=parent,
        outlines=pick_outlines(shown, level, within),
        ground=replace(shown.ground, labels=labels),
    )
    return _compose(subject, lang, imprint)


def sign_plan(
    plan: Plan, title: str, lang: str, *, review_number: str = "", stamp: str | None = None
) -> Imprint:
    """Make the imprint of a map of a whole plan: the source with the scheme, the system and the version."""
    imprint = make_imprint(plan, title, lang, review_number=review_number, stamp=stamp)
    version = plan.provenance.get("gridplan_version", "?")
    parts = (
        imprint.source,
        plan.crs.name,
        t("map.subtitle", lang, scheme=plan.scheme.name[lang]),
        t("map.made", lang, version=version),
    )
    district = plan.provenance.get("district", "")
    title = " · ".join(filter(None, (district, title[0].upper() + title[1:])))
    return replace(imprint, title=title, source=" · ".join(parts))


def list_ground_labels(scheme: Scheme, parent: str, lang: str) -> dict[str, str]:
    """List what the legend calls the parts of the ground; ``parent`` is the level above, "" for none."""
    labels = {f"rank{rank}": t(f"legend.rank{rank}", lang) for rank in (1, 2, 3)}
    labels |= {"home": t("legend.dwelling", lang), "building": t("legend.building", lang)}
    if parent:
        labels["outline"] = t("legend.parent", lang, level=scheme[parent].name[lang])
    return labels


def _sort(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put areas into the order of their codes: colours depend on it."""
    return areas.sort_values("code", ignore_index=True)


def _compose(subject: _Subject, lang: str, imprint: Imprint) -> MapView:
    areas, level = subject.areas, subject.scheme[subject.level]
    lived = (areas["households"] != 0).fillna(True).to_numpy(dtype=bool)
    classes, legend = _class_areas(areas, lived, level.name[lang], lang)
    labels = np.where(lived | (level.measure == "area"), label_areas(areas, ()), "")
    upper = subject.outlines
    shapes = gpd.GeoDataFrame(
        geometry=areas.geometry.to_numpy(), index=pd.Index(areas["code"], name="code"), crs=areas.crs
    )
    layer = AreaLayer(
        level=subject.level,
        shapes=shapes,
        classes=classes,
        legend=legend,
        legend_title="",
        labels=labels.tolist(),
        lines=list_area_lines(areas, level.name[lang], (), lang),
    )
    return MapView(
        lang,
        imprint,
        subject.ground,
        layer,
        outlines=upper,
        outline_labels=() if upper is None else name_areas(upper),
        figures=_list_figures(subject, lived, lang),
    )


def _class_areas(
    areas: gpd.GeoDataFrame, lived: BoolArray, name: str, lang: str
) -> tuple[IntArray, tuple[Swatch, ...]]:
    """Give neighbours different colours, and areas without homes or out of bounds classes of their own."""
    classes = np.full(len(areas), len(PALETTE), dtype=np.int64)
    classes[lived] = colour_areas(areas[lived])
    legend = [Swatch(t("legend.area", lang, level=name), PALETTE[0])]
    legend += [Swatch("", colour) for colour in PALETTE[1:]]
    legend.append(Swatch(t("legend.empty", lang) if not lived.all() else "", EMPTY_COLOUR))
    for status, (colour, pattern) in _STATUS_FILLS.items():
        odd = (areas["status"] == status).to_numpy(dtype=bool)
        if odd.any():
            classes[odd] = len(legend)
            legend.append(Swatch(t(f"status.{status}", lang), colour, "", pattern))
    return classes, tuple(legend)


def _list_figures(subject: _Subject, lived: BoolArray, lang: str) -> tuple[tuple[str, str], ...]:
    """List the key figures; what is withheld is left out."""
    areas, level = subject.areas, subject.scheme[subject.level]
    figures = [
        (t(f"map.{name}", lang), f"{int(areas[name].sum()):,}")
        for name in ("households", "population", "buildings")
        if areas[name].notna().all()
    ]
    figures.append((t("map.area", lang), t("map.km2", lang, value=float(areas["area_m2"].sum()) / 1e6)))
    if subject.outlines is not None:
        name = subject.scheme[subject.parent].name[lang]
        figures.append((_count_label(name, lang), f"{len(subject.outlines):,}"))
    counted = lived | (level.measure == "area")
    status = areas["status"].to_numpy()
    figures += [
        (_count_label(level.name[lang], lang), f"{int(counted.sum()):,}"),
        (t("map.legal", lang), f"{int(((status == 'ok') & counted).sum()):,}"),
        (t("map.exempt", lang), f"{int((status == 'exempt').sum()):,}"),
        (t("map.violation", lang), f"{int((status == 'violation').sum()):,}"),
    ]
    return tuple(figures)


def _count_label(name: str, lang: str) -> str:
    """Name a number of areas: English has two ways of writing many."""
    if name.endswith("y"):
        return t("map.areas_ies", lang, stem=name[:-1])
    return t("map.areas", lang, level=name)
