"""The maps of the pages by name, with their tables: what the command line gives away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.onemap.compounds import find_outline_level, tabulate_estates, view_compounds
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.numbers import fill_withheld
from gridplan.onemap.picking import pick_areas
from gridplan.onemap.population import view_areas
from gridplan.onemap.risk import AREA_RULES, THING_ROLES, rate_all, tabulate_key_areas, view_risk
from gridplan.onemap.service_access import SERVICES
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint, MapView

__all__ = ["STANDARD_MAPS", "MapOrder", "list_roles", "make_standard"]

#: Maps by name.
STANDARD_MAPS = ("population", "density", "households", "status", "risk", "compounds")
# what everybody may not see is no map for them
_OFFICE_MAPS = ("risk",)


@dataclass(frozen=True, slots=True)
class MapOrder:
    """Which map is wanted.

    Parameters
    ----------
    name
        One of :data:`STANDARD_MAPS`.
    level
        Id of the level that is coloured, "" for the finest that is seen (of compounds: the level whose
        walking distances are listed, "" for the communities).
    rule
        Of the map of risk: one of :data:`gridplan.onemap.risk.AREA_RULES`, "" for that of the scheme.
    heat
        Of the map of risk: whether to show how thickly things lie.
    within
        Code of an area above, "" for all.
    review_number
        The review number (审图号), "" for none.
    stamp
        What is stamped on the map, "" for nothing, None for what every map bears.
    """

    name: str = "population"
    level: str = ""
    rule: str = ""
    heat: bool = False
    within: str = ""
    review_number: str = ""
    stamp: str | None = None


def make_standard(shown: Shown, order: MapOrder, lang: str) -> tuple[MapView, Mapping[str, pd.DataFrame]]:
    """Make a map of a page and its tables.

    Parameters
    ----------
    shown
        What may be seen.
    order
        Which map.
    lang
        "zh" or "en".

    Returns
    -------
    view, tables
        As :func:`gridplan.onemap.exports.export_view` takes them.

    Raises
    ------
    InputError
        ``export_map_unknown``, ``export_level`` for a level that is not seen, ``export_not_shown`` for a map
        that this audience does not see, ``export_rule`` for a rule that is none, ``area_unknown``.
    """
    if order.name not in STANDARD_MAPS:
        raise InputError("export_map_unknown", map=order.name, known=", ".join(STANDARD_MAPS))
    if order.name in _OFFICE_MAPS and shown.audience.name == "public":
        raise InputError("export_not_shown", map=order.name, audience=shown.audience.name)
    if order.rule and order.rule not in AREA_RULES:
        raise InputError("export_rule", rule=order.rule, known=", ".join(AREA_RULES))
    finest = find_outline_level(shown) if order.name == "compounds" else shown.levels[-1]
    level = order.level or finest
    if level not in shown.levels:
        raise InputError("export_level", level=level, known=", ".join(shown.levels))
    if order.within and pick_areas(shown, level, order.within).empty:
        raise InputError("area_unknown", code=order.within)
    imprint = _sign(shown, order, level, lang)
    if order.name == "compounds":
        view = view_compounds(shown, lang, imprint=imprint, within=order.within)
        return view, tabulate_estates(shown, level, lang, within=order.within)
    if order.name == "risk":
        things = rate_all(shown)
        view = view_risk(
            shown,
            level,
            order.rule,
            lang,
            things=things,
            imprint=imprint,
            within=order.within,
            heat=order.heat,
        )
        return view, tabulate_key_areas(
            shown, level, lang, things=things, rule=order.rule, within=order.within
        )
    view = view_areas(shown, level, order.name, lang, within=order.within, imprint=imprint)
    return view, _tabulate_areas(shown, level, order.within, lang)


def list_roles(name: str) -> tuple[str, ...]:
    """List the roles of the things that a map ("risk", "compounds") shows: their day is its own."""
    return {"risk": THING_ROLES, "compounds": (SERVICES,)}.get(name, ())


def _sign(shown: Shown, order: MapOrder, level: str, lang: str) -> Imprint:
    """Call the map by the plan, what it shows, and where."""
    place = order.within
    words = [shown.place, place, t(f"export.map.{order.name}", lang)]
    if order.name != "compounds":
        words.append(shown.scheme[level].name[lang])
    title = " · ".join(word for word in words if word)
    roles = list_roles(order.name)
    return make_imprint(shown, title, lang, roles=roles, review_number=order.review_number, stamp=order.stamp)


def _tabulate_areas(shown: Shown, level: str, within: str, lang: str) -> dict[str, pd.DataFrame]:
    """Make the table of the areas, headings in the language; what is not told is told as such."""
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
            "status": [t(f"onemap.status.{one}", lang) for one in areas["status"]],
        }
    )
    table = fill_withheld(table, ("households", "population", "density"), lang)
    heads = {column: t(f"export.column.{column}", lang) for column in table.columns}
    return {shown.scheme[level].name[lang]: table.rename(columns=heads)}
