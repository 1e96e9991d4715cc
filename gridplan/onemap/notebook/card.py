"""A plan as a card in a notebook: its figures and a small map, in one piece of HTML without any address."""

from __future__ import annotations

from html import escape

import numpy as np
import shapely

from gridplan.arrays import FloatArray
from gridplan.i18n import library_language, t
from gridplan.onemap.colours import EMPTY_COLOUR, PALETTE, STATUS_FILLS
from gridplan.plan import Plan, dissolve_level

__all__ = ["draw_card"]

_WIDTH, _HEIGHT = 320, 240
#: More areas than this have no room on the small map.
_MOST_AREAS = 800
#: Borders on the small map move by up to this many pixels.
_STEP_PX = 0.6
_COLUMNS = ("areas", "without_residents", "legal", "exempt", "unproven", "households", "population")
_BOX = (
    "display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start;font-family:sans-serif;font-size:13px;"
    "border:1px solid #8886;border-radius:6px;padding:.8em"
)


def draw_card(plan: Plan) -> str:
    """Draw a plan as a card.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    str
        HTML with an inline picture, in the language of ``GRIDPLAN_LANG``; readable on light and dark pages.
    """
    lang = library_language()
    summary = plan.summary()
    heads = "".join(f"<th>{t(f'notebook.card.{name}', lang)}</th>" for name in _COLUMNS)
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(plan.scheme[str(level)].name[lang])}</th>'
        + "".join(f"<td>{row[name]:,.0f}</td>" for name in _COLUMNS)
        + "</tr>"
        for level, row in summary.iterrows()
    )
    scheme, place = plan.scheme.name[lang], plan.provenance.get("district", "")
    counts = {"buildings": len(plan.buildings), "atoms": len(plan.atoms), "issues": len(plan.issues)}
    size = t("notebook.card.size", lang, **counts)
    title = escape(" · ".join(filter(None, (place, scheme))))
    return (
        f'<div style="{_BOX}">{_draw_map(plan)}<div><b>{title}</b>'
        f'<div style="opacity:.75;margin:.2em 0 .6em">{escape(size)}</div>'
        f'<table style="border-spacing:.9em .2em;text-align:right"><thead><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def _draw_map(plan: Plan) -> str:
    """Draw the finest level that has room as an SVG picture, coloured by status."""
    level = next(
        (name for name in reversed(plan.levels) if len(plan.areas[name]) <= _MOST_AREAS), plan.levels[0]
    )
    shapes = dissolve_level(plan, level).geometry
    left, low, right, high = shapes.total_bounds
    scale = min(_WIDTH / (right - left), _HEIGHT / (high - low))
    simple = shapely.coverage_simplify(shapes.to_numpy(), _STEP_PX / scale)
    status = plan.areas[level]["status"].reindex(shapes.index)
    homes = plan.atoms.groupby(level)["households"].sum().reindex(shapes.index)
    fills = np.where(homes == 0, EMPTY_COLOUR, status.map(STATUS_FILLS).fillna(PALETTE[0]))

    def place(xy: FloatArray) -> FloatArray:
        placed: FloatArray = np.round((xy - (left, high)) * (scale, -scale), 1)
        return placed

    pictured = shapely.transform(simple, place)
    paths = "".join(
        f'<path fill="{fill}" d="{"".join(_write_ring(ring) for ring in _list_rings(shape))}"/>'
        for fill, shape in zip(fills, pictured, strict=True)
    )
    return (
        f'<svg width="{(right - left) * scale:.0f}" height="{(high - low) * scale:.0f}" '
        f'stroke="#5b6670" stroke-width=".5" fill-rule="evenodd">{paths}</svg>'
    )


def _list_rings(shape: shapely.Geometry) -> list[shapely.LinearRing]:
    return [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]


def _write_ring(ring: shapely.LinearRing) -> str:
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in shapely.get_coordinates(ring)[:-1])}z"
