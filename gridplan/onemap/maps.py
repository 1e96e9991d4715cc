"""The maps of the catalogue, made of what an audience may see, with their tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.onemap.catalogue import MAPS, MapKind, MapOrder, find_map
from gridplan.onemap.compounds import find_outline_level, tabulate_estates, view_compounds
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.numbers import fill_withheld
from gridplan.onemap.overview import view_overview
from gridplan.onemap.picking import pick_areas
from gridplan.onemap.population import list_measures, view_areas
from gridplan.onemap.risk import rate_all, tabulate_key_areas, view_risk
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint, MapView

__all__ = ["has_needs", "list_orders", "make_map", "make_view"]


def list_orders(shown: Shown) -> tuple[MapOrder, ...]:
    """List the maps that a plan has something for and its audience may see, one for each rule."""
    orders = []
    for kind in MAPS:
        if has_needs(shown, kind.needs) and not _is_closed(shown, kind):
            orders += [MapOrder(kind.key, rule=rule) for rule in kind.rules or ("",)]
    cares = [MapOrder(name) for name in list_measures(shown) if name.startswith("care:")]
    last = max(number for number, order in enumerate(orders, 1) if _find(order).page == "population")
    return (*orders[:last], *cares, *orders[last:])


def has_needs(shown: Shown, needs: str) -> bool:
    """Return whether a plan has what a map needs (see :class:`~gridplan.onemap.catalogue.MapKind`)."""
    if needs == "things":
        return any(
            len(shown.attached.get(role, ())) for kind in MAPS if kind.needs == needs for role in kind.roles
        )
    return needs != "compounds" or bool(len(shown.compounds)) or shown.access is not None


def make_view(shown: Shown, order: MapOrder, lang: str, *, imprint: Imprint | None = None) -> MapView:
    """Make a map.

    Parameters
    ----------
    shown
        What may be seen.
    order
        Which map.
    lang
        "zh" or "en".
    imprint
        What stands on it; None for the name of the plan, of the map and of the place.

    Returns
    -------
    MapView

    Raises
    ------
    InputError
        ``export_map_unknown``, ``export_level`` for a level that is not seen, ``export_not_shown`` for a map
        that this audience does not see, ``export_rule`` for a rule that is none, ``area_unknown``.
    """
    level = _check_order(shown, order)
    kind = _find(order)
    signed = imprint or _sign(shown, order, kind, level, lang)
    if kind.page == "compounds":
        return view_compounds(shown, lang, imprint=signed, within=order.within)
    if kind.page == "overview":
        return view_overview(shown, level, lang, imprint=signed, within=order.within)
    if kind.page == "risk":
        things = rate_all(shown)
        return view_risk(
            shown,
            level,
            order.rule,
            lang,
            things=things,
            imprint=signed,
            within=order.within,
            heat=order.heat,
        )
    return view_areas(shown, level, order.name, lang, within=order.within, imprint=signed)


def make_map(shown: Shown, order: MapOrder, lang: str) -> tuple[MapView, Mapping[str, pd.DataFrame]]:
    """Make a map and its tables, as :func:`gridplan.onemap.exports.export_view` takes them.

    Parameters and errors are those of :func:`make_view`.
    """
    view, level, kind = make_view(shown, order, lang), _check_order(shown, order), _find(order)
    if kind.page == "compounds":
        return view, tabulate_estates(shown, level, lang, within=order.within)
    if kind.page == "risk":
        things = rate_all(shown)
        return view, tabulate_key_areas(
            shown, level, lang, things=things, rule=order.rule, within=order.within
        )
    return view, _tabulate_areas(shown, level, order.within, lang)


def _find(order: MapOrder) -> MapKind:
    kind = find_map(order.name)
    if kind is None:
        raise InputError("export_map_unknown", map=order.name, known=", ".join(kind.key for kind in MAPS))
    return kind


def _is_closed(shown: Shown, kind: MapKind) -> bool:
    """Return whether an audience does not see a map."""
    return kind.office_only and shown.audience.name == "public"


def _check_order(shown: Shown, order: MapOrder) -> str:
    """Return the level of an order, or say why it cannot be made."""
    kind = _find(order)
    if _is_closed(shown, kind):
        raise InputError("export_not_shown", map=order.name, audience=shown.audience.name)
    if order.rule and order.rule not in kind.rules:
        raise InputError("export_rule", rule=order.rule, known=", ".join(kind.rules))
    level = order.level or (find_outline_level(shown) if kind.page == "compounds" else shown.levels[-1])
    if level not in shown.levels:
        raise InputError("export_level", level=level, known=", ".join(shown.levels))
    if order.within and pick_areas(shown, level, order.within).empty:
        raise InputError("area_unknown", code=order.within)
    return level


def _sign(shown: Shown, order: MapOrder, kind: MapKind, level: str, lang: str) -> Imprint:
    """Call the map by the plan, what it shows, and where."""
    what = t(f"onemap.care.{order.name.removeprefix('care:')}" if kind.key == "care" else kind.label, lang)
    words = [shown.place, order.within, what]
    if kind.page != "compounds":
        words.append(shown.scheme[level].name[lang])
    title = " · ".join(word for word in words if word)
    return make_imprint(
        shown, title, lang, roles=kind.roles, review_number=order.review_number, stamp=order.stamp
    )


def _tabulate_areas(shown: Shown, level: str, within: str, lang: str) -> dict[str, pd.DataFrame]:
    """Make the table of the areas, headings in the language; withheld counts are marked."""
    areas = pick_areas(shown, level, within)
    table = pd.DataFrame(
        {
            "code": areas["code"],
            "name": areas["name"],
            "parent": areas["parent"],
            "households": areas["households"],
            "population": areas["population"],
            "buildings": areas["buildings"],
            "density": (areas["population"] / (areas["area_m2"] / 1e6)).round().astype("Int64"),
            "area_km2": (areas["area_m2"] / 1e6).round(3),
            "status": [t(f"onemap.status.{status}", lang) for status in areas["status"]],
        }
    )
    table = fill_withheld(table, ("households", "population", "density"), lang)
    heads = {column: t(f"export.column.{column}", lang) for column in table.columns}
    return {shown.scheme[level].name[lang]: table.rename(columns=heads)}
