"""What surrounds a map: title, key figures, legend, scale bar, north arrow and source line."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle

from gridplan.check import summarise_findings
from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.report.colours import EMPTY_COLOUR, PALETTE, STATUS_COLOURS
from gridplan.report.fonts import find_fonts

__all__ = ["draw_frame", "draw_panel"]

_INK, _PALE_INK = "#20242a", "#6b7078"
_PANEL_LEFT = 0.795


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
    _draw_scale_bar(axes, lang)
    _draw_north(axes, lang)
    source = _tell_source(plan, lang)
    figure.text(0.014, 0.018, source, fontproperties=find_fonts(source, size=7), color=_PALE_INK, va="bottom")


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
    name = plan.scheme[level].name[lang]
    place = plan.provenance.get("place", "")
    title = t("map.title", lang, place=place, level=name).strip()
    y = 0.955
    figure.text(
        _PANEL_LEFT, y, title, fontproperties=find_fonts(title, size=17, bold=True), color=_INK, va="top"
    )
    subtitle = t("map.subtitle", lang, scheme=plan.scheme.name[lang])
    y -= 0.058
    figure.text(
        _PANEL_LEFT, y, subtitle, fontproperties=find_fonts(subtitle, size=8.5), color=_PALE_INK, va="top"
    )
    y -= 0.055
    for label, value in _key_figures(plan, areas, level, lang):
        figure.text(
            _PANEL_LEFT, y, label, fontproperties=find_fonts(label, size=9), color=_PALE_INK, va="top"
        )
        figure.text(
            0.985,
            y,
            value,
            fontproperties=find_fonts(value, size=10.5, bold=True),
            color=_INK,
            va="top",
            ha="right",
        )
        y -= 0.034
    figure.add_artist(Line2D([_PANEL_LEFT, 0.985], [y - 0.004] * 2, color="#d5d8dc", linewidth=0.8))
    _draw_legend(figure, plan, areas, level, lang, top=y - 0.02)


def _key_figures(plan: Plan, areas: gpd.GeoDataFrame, level: str, lang: str) -> list[tuple[str, str]]:
    homes = areas["households"] > 0
    counts = areas["status"].value_counts()
    figures = [
        (t("map.households", lang), f"{int(areas['households'].sum()):,}"),
        (t("map.population", lang), f"{int(areas['population'].sum()):,}"),
        (t("map.buildings", lang), f"{int(areas['buildings'].sum()):,}"),
        (t("map.area", lang), t("map.km2", lang, value=float(areas["area_m2"].sum()) / 1e6)),
        (t("map.areas", lang, level=plan.scheme[level].name[lang]), f"{int(homes.sum()):,}"),
        (t("map.legal", lang), f"{int(((areas['status'] == 'ok') & homes).sum()):,}"),
        (t("map.exempt", lang), f"{int(counts.get('exempt', 0)):,}"),
        (t("map.violation", lang), f"{int(counts.get('violation', 0)):,}"),
    ]
    if parent := plan.scheme[level].parent:
        figures.insert(
            4, (t("map.areas", lang, level=plan.scheme[parent].name[lang]), f"{len(plan.areas[parent]):,}")
        )
    if len(plan.findings):
        share = summarise_findings(plan.findings, plan)["levels"][level]["street_share"]
        figures.append((t("map.on_street", lang), f"{share:.0%}"))
    return figures


def _draw_legend(
    figure: Figure, plan: Plan, areas: gpd.GeoDataFrame, level: str, lang: str, *, top: float
) -> None:
    name = plan.scheme[level].name[lang]
    entries: list[tuple[object, str]] = [
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
            entries.append((Line2D([], [], color="#b3a48f", linewidth=width), t(f"legend.rank{rank}", lang)))
    entries += [
        (Patch(facecolor="#6f6a66", alpha=0.62), t("legend.dwelling", lang)),
        (Patch(facecolor="#a9a49d", alpha=0.62), t("legend.building", lang)),
    ]
    handles, labels = zip(*entries, strict=True)
    font = find_fonts("".join(labels), size=8.5)
    figure.legend(
        handles,
        labels,
        prop=font,
        loc="upper left",
        bbox_to_anchor=(_PANEL_LEFT - 0.004, top),
        frameon=False,
        borderpad=0,
        handlelength=2.2,
        handleheight=1.3,
        labelspacing=0.75,
        labelcolor=_INK,
    )


def _draw_scale_bar(axes: Axes, lang: str) -> None:
    """Draw a bar of a round length, about a sixth of the map's width."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    wish = (east - west) / 6
    power = 10 ** np.floor(np.log10(wish))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= wish))
    x, y, thick = west + (east - west) * 0.012, south + (north - south) * 0.022, (north - south) * 0.006
    label = t("map.metres", lang, value=length) if length < 1000 else t("map.km", lang, value=length / 1000)
    margin = (east - west) * 0.008
    axes.add_patch(
        Rectangle(
            (x - margin, y - margin),
            length + 6 * margin,
            thick + 4.2 * margin,
            facecolor="#ffffffcc",
            edgecolor="none",
            zorder=19,
        )
    )
    for part, colour in enumerate((_INK, "white", _INK, "white")):
        axes.add_patch(
            Rectangle(
                (x + part * length / 4, y),
                length / 4,
                thick,
                facecolor=colour,
                edgecolor=_INK,
                lw=0.7,
                zorder=20,
            )
        )
    for place, text in ((0.0, "0"), (length, label)):
        font = find_fonts(text, size=8)
        axes.text(
            x + place,
            y + thick * 1.6,
            text,
            fontproperties=font,
            color=_INK,
            zorder=20,
            ha="center" if place else "left",
        )


def _draw_north(axes: Axes, lang: str) -> None:
    x, y, height, width = 0.972, 0.905, 0.05, 0.011
    for side, colour in ((-width, _INK), (width, "white")):
        half = Polygon(
            [(x, y + height), (x + side, y), (x, y + 0.012)], facecolor=colour, edgecolor=_INK, lw=0.8
        )
        half.set_transform(axes.transAxes)
        half.set_zorder(20)
        axes.add_patch(half)
    word = t("map.north", lang)
    axes.text(
        x,
        y + height + 0.006,
        word,
        transform=axes.transAxes,
        fontproperties=find_fonts(word, size=10, bold=True),
        color=_INK,
        ha="center",
        va="bottom",
        zorder=20,
    )


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
