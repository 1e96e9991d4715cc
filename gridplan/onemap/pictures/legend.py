"""What surrounds a map: title, key figures, legend, scale bar, north arrow and source line."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import geopandas as gpd
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.patheffects import withStroke

from gridplan.check import summarise_findings
from gridplan.i18n import measure_text, t
from gridplan.onemap.colours import EMPTY_COLOUR, PALETTE, STATUS_COLOURS
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.plan import Plan

__all__ = ["draw_entries", "draw_figures", "draw_frame", "draw_north", "draw_panel", "draw_scale_bar"]

_INK, _PALE_INK = "#20242a", "#6b7078"
# the panel at the right of the map, as shares of the picture's width
_LEFT, _RIGHT = 0.795, 0.985
# letters of a line of the legend; Chinese ones are twice as wide and their labels short
_LINE = 32
# letters that fit into a line of the head: of the title in its largest size, of the subtitle
_TITLE_PT, _TITLE, _SUBTITLE = 17, 14, 36


def draw_frame(figure: Figure, axes: Axes, plan: Plan, lang: str) -> None:
    """Draw the scale bar, the north arrow and the source line.

    Parameters
    ----------
    figure, axes
        The picture and its map, limits set [m].
    plan
        The plan.
    lang
        "zh" or "en".
    """
    draw_scale_bar(figure, axes, lang, corner=(_LEFT, 0.062), room=(_RIGHT - _LEFT) * 0.62)
    draw_north(figure, lang, foot=(_RIGHT - 0.012, 0.058))
    _write(figure, 0.014, 0.018, _tell_source(plan, lang), lang, size=7, color=_PALE_INK, va="bottom")


def _write(figure: Figure, x: float, y: float, text: str, lang: str, **style: Any) -> None:
    font = find_fonts(text, lang, size=style.pop("size"), bold=style.pop("bold", False))
    # dollar signs in the name of a file are no formula
    told = {"color": _INK, "va": "top", "parse_math": False, **style}
    figure.text(x, y, text, fontproperties=font, **told)


def draw_panel(figure: Figure, plan: Plan, areas: gpd.GeoDataFrame, level: str, lang: str) -> None:
    """Draw the panel at the right: what the map shows, its figures and its legend.

    Parameters
    ----------
    figure
        The picture.
    plan
        The plan.
    areas
        Described areas of the level shown.
    level
        Id of that level.
    lang
        "zh" or "en".
    """
    title = t("map.title", lang, level=plan.scheme[level].name[lang])
    subtitle = t("map.subtitle", lang, scheme=plan.scheme.name[lang])
    y = draw_figures(figure, title, subtitle, _key_figures(plan, areas, level, lang), lang)
    _draw_legend(figure, plan, areas, level, lang, top=y - 0.02)


def draw_figures(
    figure: Figure, title: str, subtitle: str, figures: list[tuple[str, str]], lang: str
) -> float:
    """Write the head of the panel and its key figures.

    Parameters
    ----------
    figure
        The picture.
    title, subtitle
        Its head.
    figures
        Label and value of each figure.
    lang
        "zh" or "en".

    Returns
    -------
    float
        How far down the panel is filled, as a share of the picture.
    """
    head = title[0].upper() + title[1:]
    size = _TITLE_PT * min(1.0, _TITLE / measure_text(head))
    _write(figure, _LEFT, 0.955, head, lang, size=size, bold=True)
    told = textwrap.fill(subtitle, _SUBTITLE if lang == "en" else _SUBTITLE // 2)
    _write(figure, _LEFT, 0.897, told, lang, size=8, color=_PALE_INK, linespacing=1.4)
    y = 0.842
    for label, value in figures:
        _write(figure, _LEFT, y, label, lang, size=9, color=_PALE_INK)
        _write(figure, _RIGHT, y, value, lang, size=10.5, bold=True, ha="right")
        y -= 0.034
    figure.add_artist(Line2D([_LEFT, _RIGHT], [y - 0.004] * 2, color="#d5d8dc", linewidth=0.8))
    return y


def _key_figures(plan: Plan, areas: gpd.GeoDataFrame, level: str, lang: str) -> list[tuple[str, str]]:
    counted = (areas["households"] > 0) | (plan.scheme[level].measure == "area")
    counts = areas["status"].value_counts()
    figures = [
        (t("map.households", lang), f"{int(areas['households'].sum()):,}"),
        (t("map.population", lang), f"{int(areas['population'].sum()):,}"),
        (t("map.buildings", lang), f"{int(areas['buildings'].sum()):,}"),
        (t("map.area", lang), t("map.km2", lang, value=float(areas["area_m2"].sum()) / 1e6)),
        (_name_areas(plan.scheme[level].name[lang], lang), f"{int(counted.sum()):,}"),
        (t("map.legal", lang), f"{int(((areas['status'] == 'ok') & counted).sum()):,}"),
        (t("map.exempt", lang), f"{int(counts.get('exempt', 0)):,}"),
        (t("map.violation", lang), f"{int(counts.get('violation', 0)):,}"),
    ]
    if parent := plan.scheme[level].parent:
        figures.insert(4, (_name_areas(plan.scheme[parent].name[lang], lang), f"{len(plan.areas[parent]):,}"))
    if len(plan.findings):
        share = summarise_findings(plan.findings, plan)["levels"][level]["street_share"]
        figures.append((t("map.on_street", lang), f"{share:.0%}"))
    return figures


def _draw_legend(
    figure: Figure, plan: Plan, areas: gpd.GeoDataFrame, level: str, lang: str, *, top: float
) -> None:
    name = plan.scheme[level].name[lang]
    entries: list[tuple[Artist, str]] = [
        (Patch(facecolor=PALETTE[0], edgecolor="#5d6168", linewidth=0.8), t("legend.area", lang, level=name)),
        (Patch(facecolor=EMPTY_COLOUR, edgecolor="#9a9fa6", linewidth=0.8), t("legend.empty", lang)),
    ]
    for status, hatch in (("exempt", "////"), ("violation", "xxxx")):
        if (areas["status"] == status).any():
            colour = STATUS_COLOURS[status]
            patch = Patch(facecolor="white", edgecolor=colour, hatch=hatch, linewidth=1.2)
            entries.append((patch, t(f"status.{status}", lang)))
    if parent := plan.scheme[level].parent:
        line = Line2D([], [], color="#23272e", linewidth=2.4)
        entries.append((line, t("legend.parent", lang, level=plan.scheme[parent].name[lang])))
    for rank, width in ((1, 3.6), (2, 2.2), (3, 1.2)):
        if (plan.streets["rank"] == rank).any():
            casing = [withStroke(linewidth=width + 1.2, foreground="#a08c72")]
            line = Line2D([], [], color="white", linewidth=width, path_effects=casing)
            entries.append((line, t(f"legend.rank{rank}", lang)))
    entries += [
        (Patch(facecolor="#6f6a66", alpha=0.62), t("legend.dwelling", lang)),
        (Patch(facecolor="#a9a49d", alpha=0.62), t("legend.building", lang)),
    ]
    draw_entries(figure, entries, lang, top=top)


def draw_entries(figure: Figure, entries: list[tuple[Artist, str]], lang: str, *, top: float) -> None:
    """Draw a legend into the panel.

    Parameters
    ----------
    figure
        The picture.
    entries
        Sign and label of each entry.
    lang
        "zh" or "en".
    top
        Where it begins, as a share of the picture.
    """
    handles = [handle for handle, _ in entries]
    labels = [textwrap.fill(label, _LINE) for _, label in entries]
    font = find_fonts("".join(labels), lang, size=8.5)
    figure.legend(
        handles,
        labels,
        prop=font,
        loc="upper left",
        bbox_to_anchor=(_LEFT - 0.004, top),
        frameon=False,
        borderpad=0,
        handlelength=2.2,
        handleheight=1.3,
        labelspacing=0.75,
        labelcolor=_INK,
    )


def draw_scale_bar(
    figure: Figure, axes: Axes, lang: str, *, corner: tuple[float, float], room: float, size: float = 8.5
) -> None:
    """Draw a bar of the longest round length that fits.

    Parameters
    ----------
    figure, axes
        The picture and its map, limits set [m].
    lang
        "zh" or "en".
    corner
        Lower left corner of the bar, as shares of the picture.
    room
        Longest bar, as a share of the picture's width.
    size
        Size of its letters [pt]; the bar is as thick as three quarters of it.
    """
    (west, east), box = axes.get_xlim(), axes.get_position()
    share_per_m = box.width / (east - west)
    most = room / share_per_m
    power = 10 ** np.floor(np.log10(most))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= most))
    label = t("map.metres", lang, value=length) if length < 1000 else t("map.km", lang, value=length / 1000)
    (left, y), quarter = corner, length * share_per_m / 4
    thick = 0.75 * size / 72 / figure.get_figheight()
    for part, colour in enumerate((_INK, "white", _INK, "white")):
        figure.add_artist(
            Rectangle((left + part * quarter, y), quarter, thick, facecolor=colour, edgecolor=_INK, lw=0.7)
        )
    for x, text, side in ((left, "0", "left"), (left + 4 * quarter, label, "center")):
        _write(figure, x, y + 2 * thick, text, lang, size=size, ha=side, va="bottom")


def draw_north(
    figure: Figure, lang: str, *, foot: tuple[float, float], height: float = 0.05, size: float = 10.0
) -> None:
    """Draw an arrow to the north.

    Parameters
    ----------
    figure
        The picture.
    lang
        "zh" or "en".
    foot
        Where the arrow stands, as shares of the picture.
    height
        Its height, as a share of the picture's.
    size
        Size of its letter [pt].
    """
    (x, y), width = foot, 0.24 * height * figure.get_figheight() / figure.get_figwidth()
    for side, colour in ((-width, _INK), (width, "white")):
        half = [(x, y + height), (x + side, y), (x, y + 0.24 * height)]
        figure.add_artist(Polygon(half, facecolor=colour, edgecolor=_INK, lw=0.8))
    top = y + 1.12 * height
    _write(figure, x, top, t("map.north", lang), lang, size=size, bold=True, ha="center", va="bottom")


def _tell_source(plan: Plan, lang: str) -> str:
    """Tell what made the map, from which files, in which coordinates."""
    inputs = json.loads(plan.provenance.get("inputs", "[]"))
    files = list(dict.fromkeys(str(entry["file"]) for entry in inputs))
    parts = [
        t("map.made", lang, version=plan.provenance.get("gridplan_version", "?")),
        *([t("map.sources", lang, files=files)] if files else []),
        plan.crs.name,
    ]
    return " · ".join(parts)


def _name_areas(name: str, lang: str) -> str:
    """Name a number of areas: English has two ways of writing many."""
    if name.endswith("y"):
        return t("map.areas_ies", lang, stem=name[:-1])
    return t("map.areas", lang, level=name)
