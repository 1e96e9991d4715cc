"""The areas of a level as an audience may see them: values to colour by and words to read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.errors import InputError
from gridplan.i18n import has_text, t
from gridplan.onemap.colours import EMPTY_COLOUR, PALETTE, STATUS_FILLS
from gridplan.onemap.numbers import format_density, format_whole
from gridplan.onemap.shown import Shown, described_from_file, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report.areas import AREA_COLUMNS, measure_areas

__all__ = ["Colouring", "choose_colouring", "choose_level", "show_areas", "word_areas"]

#: Columns that are read beside an area, in order.
_READ = (
    "code",
    "name",
    "parent",
    "kind",
    "households",
    "population",
    "density",
    "buildings",
    "area_km2",
    "status",
)
_FILLS = {**STATUS_FILLS, "empty": EMPTY_COLOUR}
_COUNTS = ("households", "population", "buildings")
#: Columns in words, which a plan that was just made would have to make first.
_WORDS = tuple(name for name in AREA_COLUMNS if name.startswith(("reason_", "borders_")))


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """What areas are coloured by.

    Parameters
    ----------
    values
        A number or a class per area, in the order of the areas; missing for a count that is withheld.
    caption
        What it is called.
    classes
        The classes in the order of the legend, with their colours; empty for numbers.
    """

    values: pd.Series
    caption: str
    classes: tuple[tuple[str, str], ...] = ()


def show_areas(plan: Plan, audience: str) -> Shown:
    """Let a plan through the gate of the one map.

    Parameters
    ----------
    plan
        The plan. The words that a file has of its areas are read from it; a plan just made is shown without.
    audience
        "office", "public" or "worker:CODE".

    Raises
    ------
    InputError
        As :func:`gridplan.onemap.shown.show_plan_to`.
    """
    if plan.polygons:
        described = described_from_file(plan)
    else:
        described = {
            level: measure_areas(plan, level)
            .assign(**dict.fromkeys(_WORDS, ""))
            .reset_index()[[*AREA_COLUMNS, "geometry"]]
            for level in plan.areas
        }
    # what is attached has no part in it, and walking distances to service places take long
    bare = replace(plan, attached={})
    return show_plan_to(bare, described, parse_audience(audience), name=plan.provenance.get("district", ""))


def choose_level(shown: Shown, level: str | None) -> str:
    """Return the level that is asked for, by default the finest that is shown.

    Raises
    ------
    InputError
        ``export_level`` if the audience does not see it.
    """
    if level is None:
        return shown.levels[-1]
    if level not in shown.levels:
        raise InputError("export_level", level=level, known=", ".join(shown.levels))
    return level


def word_areas(shown: Shown, level: str, lang: str) -> gpd.GeoDataFrame:
    """Return the areas of a level with what is read of them as texts under headings.

    Returns
    -------
    GeoDataFrame
        In the plan's coordinate system, index ``code``; columns named by their headings in the language.
    """
    areas = _measure_shown(shown, level)
    columns = {
        _head_column(name, lang): [_word_value(name, value, lang) for value in areas[name]]
        for name in _READ
        if name in areas
    }
    index = pd.Index(areas["code"].astype(str), name="code")
    return gpd.GeoDataFrame(columns, index=index, geometry=areas.geometry.to_numpy(), crs=areas.crs)


def choose_colouring(shown: Shown, level: str, column: str | None, lang: str) -> Colouring:
    """Choose what the areas of a level are coloured by.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    column
        A column of the areas; None or "status" for what the check says of them.
    lang
        "zh" or "en".

    Raises
    ------
    InputError
        ``column_not_shown`` for a column that the areas do not have.
    """
    areas = _measure_shown(shown, level)
    if column is None or column == "status":
        empty = (areas["households"] == 0).fillna(False) & (areas["status"] == "ok")
        keys = np.where(empty.to_numpy(dtype=bool), "empty", areas["status"])
        present = [key for key in _FILLS if (keys == key).any()]
        words = {key: _word_status(key, lang) for key in present}
        classes = tuple((words[key], _FILLS[key]) for key in present)
        return Colouring(pd.Series(keys).map(words), t("onemap.measure.status", lang), classes)
    known = [name for name in areas.columns if name not in ("geometry", *_WORDS)]
    if column not in known:
        raise InputError("column_not_shown", column=column, level=level, known=known)
    caption = _head_column(column, lang)
    values = areas[column].reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return Colouring(values.astype("Float64").astype(np.float64), caption)
    texts = values.map(lambda value: _word_value(column, value, lang))
    present = sorted(set(texts))
    fills = {key: PALETTE[n % len(PALETTE)] for n, key in enumerate(present)}
    return Colouring(texts, caption, tuple(fills.items()))


def _measure_shown(shown: Shown, level: str) -> gpd.GeoDataFrame:
    """Add what follows from the columns that are shown; the status is what the check says of an area."""
    areas = shown.areas[level]
    status = np.where(areas["verdict"].isin(["ok", ""]), areas["status"], areas["verdict"])
    km2 = areas["area_m2"] / 1e6
    if shown.scheme[level].parent not in shown.levels:
        areas = areas.drop(columns="parent")
    return areas.assign(status=status, area_km2=km2, density=areas["population"] / km2)


def _head_column(name: str, lang: str) -> str:
    keys = (f"export.column.{name}", f"notebook.{name}")
    return next((t(key, lang) for key in keys if has_text(key, lang)), name)


def _word_status(key: str, lang: str) -> str:
    return t("legend.empty" if key == "empty" else f"onemap.status.{key}", lang)


def _word_value(name: str, value: object, lang: str) -> str:
    """Write one value for people."""
    if name in _COUNTS:
        return format_whole(value, lang)
    if name == "density":
        return format_density(value, lang)
    if name == "area_km2":
        return f"{float(str(value)):.3f}"
    if name == "kind":
        return t(f"kind.{value}", lang)
    if name == "status":
        return _word_status(str(value), lang)
    return str(value)
