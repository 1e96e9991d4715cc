"""Compounds and service places: the map, the register, and how far people walk."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from gridplan.access import BRIDGE_M, MAX_ACCESS_M
from gridplan.i18n import t
from gridplan.onemap.numbers import fill_withheld, format_whole
from gridplan.onemap.picking import pick_areas
from gridplan.onemap.places import find_points, is_placed
from gridplan.onemap.service_access import DISTANCE_COLUMNS, SERVICE_COLUMNS, SERVICES
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, Imprint, MapView, PointLayer, Swatch
from gridplan.privacy import MIN_CELL
from gridplan.report.compounds import COMPOUND_TYPES, format_compounds, label_type

__all__ = [
    "COMPOUNDS",
    "DISTANCE_COLUMNS",
    "SERVICE_COLUMNS",
    "find_outline_level",
    "list_distances",
    "list_services",
    "pick_compounds",
    "tabulate_estates",
    "view_compounds",
]

#: What the layer of compounds is called where other maps name a level.
COMPOUNDS = "compound"

# colour and pattern by type: told apart in grey print too
_TYPES = {
    "property": ("#7fb3ad", ""),
    "old": ("#e3b46c", "lines"),
    "resettled": ("#8aa9d6", "dots"),
    "unit": ("#c5a3c9", "grid"),
    "": ("#c9c5bb", ""),
}
_SERVICE = Swatch("", "#b3121d")


def find_outline_level(shown: Shown) -> str:
    """Return the level whose borders stand around compounds: the public one, else the coarsest shown."""
    return shown.scheme.pick_serving(shown.levels)


def pick_compounds(shown: Shown, within: str = "", names: Collection[str] | None = None) -> pd.DataFrame:
    """Return the rows of the register that lie in an area, and are among some.

    Parameters
    ----------
    shown
        What may be seen.
    within
        Code of an area of the level of :func:`find_outline_level` or above, "" for all.
    names
        Names of those that are wanted, None for all.
    """
    register, level = shown.compounds, find_outline_level(shown)
    if names is not None:
        register = register[register["name"].isin(list(names))]
    if within:
        codes = frozenset(pick_areas(shown, level, within)["code"])
        inside = [not codes.isdisjoint(codes_in.split(", ")) for codes_in in register[level].astype(str)]
        register = register[np.array(inside, dtype=bool)]
    return register


def view_compounds(
    shown: Shown, lang: str, *, imprint: Imprint, within: str = "", names: Collection[str] | None = None
) -> MapView:
    """Draw the compounds by type, with the service places, above the borders of the communities.

    Parameters
    ----------
    shown
        What may be seen.
    lang
        "zh" or "en".
    imprint
        What stands on the map.
    within
        Code of an area of the level of :func:`find_outline_level` or above: only compounds that lie in it
        are drawn; "" for all.
    names
        Names of the compounds that are drawn, None for all.

    Returns
    -------
    MapView
        Its areas are compounds, known by their name; their level is called :data:`COMPOUNDS`.
    """
    level = find_outline_level(shown)
    outlines = pick_areas(shown, level, within)
    register = pick_compounds(shown, within, names)
    register = register[register["name"].isin(shown.compound_shapes.index)]
    drawn = [kind for kind in COMPOUND_TYPES if (register["type"] == kind).any()]
    shapes = shown.compound_shapes.loc[register["name"]].rename_axis("code")
    layer = AreaLayer(
        level=COMPOUNDS,
        shapes=shapes[["geometry"]],
        classes=np.array([drawn.index(kind) for kind in register["type"]], dtype=np.int64),
        legend=tuple(Swatch(label_type(kind, lang), _TYPES[kind][0], "", _TYPES[kind][1]) for kind in drawn),
        legend_title=t("estates.by_type", lang),
        labels=list(register["name"]),
        lines=_describe_compounds(shown, register, lang),
    )
    places = _draw_services(shown, level, within, lang)
    return MapView(
        lang,
        imprint,
        shown.ground,
        layer,
        outlines=outlines[["code", "geometry"]].set_index("code"),
        points=(places,) if places is not None else (),
    )


def _describe_compounds(shown: Shown, register: pd.DataFrame, lang: str) -> list[list[str]]:
    """Write the lines that a pointer shows of each compound."""
    heads = {name: t(f"compounds.{name}", lang) for name in ("type", "households", "population", "buildings")}
    levels = {level: shown.scheme[level].name[lang] for level in shown.levels if level in register}
    rows = []
    for compound in register.to_dict("records"):
        cut = [levels[level] for level in str(compound["cut"]).split(", ") if level in levels]
        rows.append(
            [
                str(compound["name"]),
                f"{heads['type']} {label_type(str(compound['type']), lang)}",
                *(
                    f"{heads[name]} {format_whole(compound[name], lang)}"
                    for name in ("households", "population", "buildings")
                ),
                *(f"{name} {compound[level]}" for level, name in levels.items() if compound[level]),
                t("estates.cut", lang, levels=cut) if cut else t("estates.whole", lang),
            ]
        )
    return rows


def _draw_services(shown: Shown, level: str, within: str, lang: str) -> PointLayer | None:
    """Draw the service places that lie in what is shown."""
    places = shown.attached.get(SERVICES)
    if places is None:
        return None
    mine = is_placed(places)
    if within:
        mine &= places[level].isin(pick_areas(shown, level, within)["code"]).to_numpy()
    chosen, title = places[mine], t("estates.services", lang)
    if chosen.empty:
        return None
    return PointLayer(
        id=SERVICES,
        title=title,
        xy=find_points(chosen)[1],
        classes=np.zeros(len(chosen), dtype=np.int64),
        legend=(Swatch(title, _SERVICE.colour),),
        lines=[[str(name)] for name in chosen["name"].fillna("")],
        shape="square",
        codes=chosen["id"].astype(str).tolist(),
    )


def list_services(shown: Shown) -> pd.DataFrame:
    """List the service places and whom they serve: the :data:`SERVICE_COLUMNS`, empty without places.

    See :class:`gridplan.onemap.service_access.ServiceAccess` for what they mean.
    """
    if shown.access is None:
        return pd.DataFrame(columns=list(SERVICE_COLUMNS))
    return shown.access.services


def list_distances(shown: Shown, level: str, within: str = "") -> pd.DataFrame:
    """List how far people of each area walk to the place that serves them.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    within
        Code of an area above, "" for all.

    Returns
    -------
    DataFrame
        The :data:`DISTANCE_COLUMNS` (:class:`gridplan.onemap.service_access.ServiceAccess`), areas with homes
        only, the longest distance first. Empty without service places.
    """
    if shown.access is None:
        return pd.DataFrame(columns=list(DISTANCE_COLUMNS))
    table = shown.access.distances[level]
    table = table[table["code"].isin(pick_areas(shown, level, within)["code"])]
    return table.sort_values(
        ["longest_walk_m", "code"], ascending=[False, True], na_position="first", ignore_index=True
    )


def tabulate_estates(
    shown: Shown, level: str, lang: str, *, within: str = "", names: Collection[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Make the tables of the page of compounds, ready to be written.

    Parameters
    ----------
    shown
        What may be seen.
    level
        The level whose distances are listed.
    lang
        "zh" or "en".
    within
        Code of an area above, "" for all.
    names
        Names of the compounds that are listed, None for all.

    Returns
    -------
    dict of DataFrame
        By title, headings in the language: the register, its sums by type; with service places these, the
        distances to them, and notes on how these are measured.
    """
    tables = format_compounds(pick_compounds(shown, within, names), shown.scheme, lang)
    counts = [t(f"compounds.{name}", lang) for name in ("households", "population", "dwellings", "buildings")]
    tables = {title: fill_withheld(table, counts, lang) for title, table in tables.items()}
    if shown.access is None:
        return tables
    distances = fill_withheld(
        list_distances(shown, level, within), ("households", "without_route"), lang
    ).rename(columns={name: t(f"estates.column.{name}", lang) for name in DISTANCE_COLUMNS})
    services = fill_withheld(list_services(shown), ("households", "population"), lang).rename(
        columns={name: t(f"estates.service.{name}", lang) for name in SERVICE_COLUMNS}
    )
    own = shown.scheme[find_outline_level(shown)].name[lang]
    notes = [
        t("estates.note.streets", lang, metres=MAX_ACCESS_M, step=BRIDGE_M),
        t("estates.note.own", lang, level=own),
        t("estates.note.reach", lang),
        t("estates.note.tens", lang),
        t("estates.note.withheld", lang, least=MIN_CELL),
    ]
    return tables | {
        t("estates.services", lang): services,
        t("estates.distances", lang, level=shown.scheme[level].name[lang]): distances,
        t("estates.notes", lang): pd.DataFrame({t("estates.notes_head", lang): notes}),
    }
