"""Areas coloured by a number of people or by their status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.onemap.care import ATTACHED_CARE
from gridplan.onemap.cells import in_column
from gridplan.onemap.colours import EMPTY_COLOUR, STATUS_FILLS, WITHHELD_COLOUR
from gridplan.onemap.numbers import format_count, format_density, format_km2, format_share, format_whole
from gridplan.onemap.picking import break_values, label_classes, pick_areas, pick_outlines
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, Imprint, MapView, Swatch

__all__ = ["label_areas", "list_area_lines", "list_measures", "view_areas"]

#: Light enough at the one end for letters, dark at the other; even steps of lightness, one hue a measure.
_RAMPS = {
    "population": ("#e4f0ec", "#c3e0d9", "#97cac3", "#68aeab", "#3f8d92", "#21697a"),
    "density": ("#fdf0d5", "#f8d9a8", "#efb97a", "#dd9253", "#bf6a3c", "#94462e"),
    "households": ("#e8eef7", "#c9d9ec", "#a3bfdd", "#7a9fca", "#557db0", "#375b8f"),
    "care": ("#f3ebf5", "#dfcce6", "#c4a6d1", "#a680b9", "#855b9d", "#633b7c"),
}
_STATUSES = ("ok", "warning", "exempt", "violation")
_MARKS = {"warning": "dots", "exempt": "lines", "violation": "cross"}
_CARE, _SHARE = "care:", ":share"
#: More areas than this have no room for their numbers.
_MOST_FIGURES = 200


@dataclass(frozen=True, slots=True)
class _Classed:
    """Areas put into classes."""

    classes: IntArray
    legend: tuple[Swatch, ...]
    title: str
    extra: Sequence[str]
    figures: Sequence[str] = ()


def list_measures(shown: Shown) -> tuple[str, ...]:
    """List what areas can be coloured by: the care classes where somebody attached such."""
    care = shown.attached.get(ATTACHED_CARE)
    classes = sorted(set(care["care_class"])) if care is not None else []
    return ("population", "density", "households", "status", *(f"{_CARE}{name}" for name in classes))


def view_areas(
    shown: Shown, level: str, measure: str, lang: str, *, within: str = "", imprint: Imprint
) -> MapView:
    """Draw the areas of a level by a measure.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    measure
        "population", "density" (people per km2), "households", "status", "care:<class>" (households) or
        "care:<class>:share" (of the area's households).
    lang
        "zh" or "en".
    within
        Code of an area above, whose areas alone are drawn; "" for all.
    imprint
        What stands on the map (:func:`gridplan.onemap.imprint.make_imprint`).

    Returns
    -------
    MapView
        Numbers are in at most six classes of about as many areas each, with round limits; areas without
        homes and those whose count is withheld have classes of their own.

    Raises
    ------
    InputError
        ``measure_unknown``.
    """
    areas = pick_areas(shown, level, within)
    classed = (
        _class_status(areas, lang)
        if measure == "status"
        else _class_numbers(shown, areas, level, measure, lang)
    )
    shapes = gpd.GeoDataFrame(
        geometry=areas.geometry.to_numpy(), index=pd.Index(areas["code"], name="code"), crs=areas.crs
    )
    layer = AreaLayer(
        level=level,
        shapes=shapes,
        classes=classed.classes,
        legend=classed.legend,
        legend_title=classed.title,
        labels=label_areas(areas, classed.figures),
        lines=list_area_lines(areas, shown.scheme[level].name[lang], classed.extra, lang),
    )
    return MapView(lang, imprint, shown.ground, layer, outlines=pick_outlines(shown, level, within))


def _class_status(areas: gpd.GeoDataFrame, lang: str) -> _Classed:
    """Put areas into classes by what the check says of them, those without homes apart."""
    verdicts = np.where(areas["verdict"] == "ok", areas["status"], areas["verdict"])
    empty = (areas["households"] == 0).fillna(False).to_numpy(dtype=bool) & (verdicts == "ok")
    named = [status for status in reversed(_STATUSES) if (verdicts == status).any() or status == "ok"]
    classes = np.select(
        [empty, *(verdicts == status for status in named)], [len(named), *range(len(named))], -1
    )
    legend = [
        Swatch(t(f"onemap.status.{status}", lang), STATUS_FILLS[status], "", _MARKS.get(status, ""))
        for status in named
    ]
    if empty.any():
        legend.append(Swatch(t("legend.empty", lang), EMPTY_COLOUR))
    return _Classed(classes.astype(np.int64), tuple(legend), t("onemap.measure.status", lang), ())


def _class_numbers(shown: Shown, areas: gpd.GeoDataFrame, level: str, measure: str, lang: str) -> _Classed:
    """Put areas into classes by a number."""
    numbers, title, extra = _take_measure(shown, areas, level, measure, lang)
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    withheld, zero = np.isnan(values), values == 0
    whole = not measure.endswith((_SHARE, "density"))
    ramp = _RAMPS["care" if measure.startswith(_CARE) else measure]
    bounds = break_values(np.where(zero, np.nan, values), most=len(ramp))
    classes = np.searchsorted(bounds, values, side="right").astype(np.int64) - 1
    colours = [ramp[round(at * (len(ramp) - 1) / max(len(bounds) - 1, 1))] for at in range(len(bounds))]
    legend = [
        Swatch(name, colour) for name, colour in zip(label_classes(bounds, whole=whole), colours, strict=True)
    ]
    for mask, swatch in (
        (zero, Swatch(t("onemap.none_here", lang), EMPTY_COLOUR)),
        (withheld, Swatch(t("onemap.withheld_why", lang), WITHHELD_COLOUR, "", "lines")),
    ):
        if mask.any():
            classes[mask] = len(legend)
            legend.append(swatch)
    figures = (
        [_format_figure(number, measure, lang) for number in numbers] if len(areas) <= _MOST_FIGURES else ()
    )
    return _Classed(classes, tuple(legend), title, extra, figures)


def _format_figure(value: object, measure: str, lang: str) -> str:
    """Format the number that stands on an area, "" for nothing and for one that is withheld."""
    if pd.isna(value) or not value:
        return ""
    if measure.endswith(_SHARE):
        return f"{float(str(value)):.1f} %"
    return format_count(round(float(str(value))), lang)


def _take_measure(
    shown: Shown, areas: gpd.GeoDataFrame, level: str, measure: str, lang: str
) -> tuple[pd.Series, str, Sequence[str]]:
    """Return the number of each area, what it is called, and what is said of it besides."""
    if measure == "density":
        density = areas["population"] / (areas["area_m2"] / 1e6)
        return (
            density,
            t("onemap.measure.density", lang),
            [format_density(number, lang) for number in density],
        )
    if measure in ("population", "households"):
        return areas[measure], t(f"onemap.legend.{measure}", lang), ()
    if measure.removesuffix(_SHARE) not in list_measures(shown) or not measure.startswith(_CARE):
        raise InputError("measure_unknown", measure=measure, known=", ".join(list_measures(shown)))
    wanted = measure.removeprefix(_CARE).removesuffix(_SHARE)
    care = shown.attached[ATTACHED_CARE]
    mine = care[(care["level"] == level) & (care["care_class"] == wanted)].set_index("code")["households"]
    counts = mine.reindex(areas["code"].to_numpy(), fill_value=0).reset_index(drop=True)
    name = t(f"onemap.care.{wanted}", lang)
    shares_text = [
        f"{name} {format_whole(part, lang)}" + ("" if pd.isna(part) else f" ({format_share(part, homes)})")
        for part, homes in zip(counts, areas["households"], strict=True)
    ]
    if measure.endswith(_SHARE):
        shares = (100 * counts / areas["households"].where(areas["households"] > 0)).astype("Float64")
        return (
            shares.where(areas["households"] != 0, 0.0),
            t("onemap.legend.care_share", lang, care=name),
            shares_text,
        )
    return counts, t("onemap.legend.care", lang, care=name), shares_text


def label_areas(areas: gpd.GeoDataFrame, figures: Sequence[str]) -> list[str]:
    """Call areas by their name, else by the end of their code that those of the areas above do not say."""
    holding = [areas[column].tolist() for column in areas if str(column).startswith(in_column(""))]
    labels = []
    for at, (code, name) in enumerate(zip(areas["code"], areas["name"], strict=True)):
        known = max((len(codes[at]) for codes in holding if code.startswith(codes[at])), default=0)
        labels.append(str(name) if name and name != code else code[known:].lstrip("-") or code)
    if not figures:
        return labels
    return [f"{label}\n{figure}" if figure else label for label, figure in zip(labels, figures, strict=True)]


def list_area_lines(areas: gpd.GeoDataFrame, level: str, extra: Sequence[str], lang: str) -> list[list[str]]:
    """List what a pointer shows of each area, line by line."""
    heads = [t(f"onemap.line.{name}", lang) for name in ("population", "households", "area", "status")]
    states = np.where(areas["verdict"] == "ok", areas["status"], areas["verdict"])
    columns = ["code", "name", "population", "households", "area_m2"]
    rows = zip(*(areas[name] for name in columns), states, extra or [""] * len(areas), strict=True)
    return [
        [
            f"{level} {name} {code}" if name and name != code else f"{level} {code}",
            f"{heads[0]} {format_whole(people, lang)}",
            f"{heads[1]} {format_whole(homes, lang)}",
            *([note] if note else []),
            f"{heads[2]} {format_km2(area, lang)}",
            f"{heads[3]} {t(f'onemap.status.{state}', lang)}",
        ]
        for code, name, people, homes, area, state, note in rows
    ]
