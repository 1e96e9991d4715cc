"""The map of a plan: a canvas of our own, no other host is asked for anything."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import streamlit as st

from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.report.colours import EMPTY_COLOUR, PALETTE, STATUS_COLOURS, colour_areas

__all__ = ["encode_map", "show_map"]

# The screen shows no more than about this many points across a district: finer is not sent.
_POINTS_ACROSS = 4000
# More buildings than this are not sent: the page would be slow to load, and they would be specks.
_MOST_BUILDINGS = 20_000

Rings = list[list[int]]


def show_map(content: Mapping[str, object], *, key: str) -> str | None:
    """Show a map and return the code of the area that was clicked.

    Parameters
    ----------
    content
        Result of :func:`encode_map`.
    key
        Key of the widget.

    Returns
    -------
    str or None
    """
    component = st.components.v2.component(
        "gridplan.plan_map",
        html='<div class="gridplan-map"></div>',
        css=_asset("map.css"),
        js=_asset("map.js"),
    )
    result = component(data=dict(content), key=key, default={"code": None}, on_code_change=lambda: None)
    code = result.get("code")
    return str(code) if code else None


def _asset(name: str) -> str:
    return resources.files("gridplan.ui").joinpath("assets", name).read_text(encoding="utf-8")


def encode_map(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame], level: str, lang: str) -> dict[str, object]:
    """Put the areas of a level and what is round them into whole numbers and words for the browser.

    Parameters
    ----------
    plan
        The plan.
    areas
        Described areas by level.
    level
        The level to show.
    lang
        "zh" or "en".

    Returns
    -------
    dict
        ``size``: width and height in steps; ``step`` [m]; ``areas``: per area code, rings, colour,
        mark, and lines of text; ``parents``, ``streets``, ``buildings``: rings or lines. Coordinates
        count steps from the west and from the north.
    """
    west, south, east, north = plan.district.bounds
    step = max(east - west, north - south) / _POINTS_ACROSS
    frame = areas[level]
    parent = plan.scheme[level].parent

    def encode(shapes: npt.NDArray[np.object_]) -> list[Rings]:
        return _encode_shapes(shapes, west, north, step)

    homes = (frame["households"] > 0).to_numpy()
    colours = np.full(len(frame), EMPTY_COLOUR, dtype=object)
    colours[homes] = np.array(PALETTE, dtype=object)[colour_areas(frame[homes])]
    # simplified as one coverage: neighbours keep their common border
    shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), step)
    buildings = (
        plan.buildings.geometry.to_numpy() if len(plan.buildings) <= _MOST_BUILDINGS else np.array([], object)
    )
    streets = plan.streets[plan.streets.intersects(plan.district)]
    return {
        "size": [round((east - west) / step), round((north - south) / step)],
        "step": step,
        "areas": [
            {
                "code": row.code,
                "rings": rings,
                "colour": colour,
                "mark": STATUS_COLOURS.get(row.status, ""),
                "text": text,
            }
            for row, rings, colour, text in zip(
                frame.itertuples(), encode(shapes), colours.tolist(), _tell_areas(frame, lang), strict=True
            )
        ],
        "parents": encode(areas[parent].geometry.to_numpy()) if parent else [],
        "streets": [
            {"rank": rank, "lines": encode(streets.geometry[(streets["rank"] == rank).to_numpy()].to_numpy())}
            for rank in (3, 2, 1)
        ],
        "buildings": encode(buildings),
        "words": {
            "metres": t("ui.map.metres", lang),
            "km": t("ui.map.km", lang),
            "help": t("ui.map.help", lang),
        },
    }


def _tell_areas(frame: gpd.GeoDataFrame, lang: str) -> list[list[str]]:
    """Return the lines of each area's tooltip."""
    return [
        [
            row.code,
            t(
                "ui.map.households",
                lang,
                households=row.households,
                population=row.population,
                buildings=row.buildings,
            ),
            t(
                "ui.map.status",
                lang,
                kind=t(f"kind.{row.kind}", lang),
                status=t(f"status.{row.status}", lang),
            ),
        ]
        for row in frame.itertuples()
    ]


def _encode_shapes(shapes: npt.NDArray[np.object_], west: float, north: float, step: float) -> list[Rings]:
    """Return per shape its rings or lines as x, y, x, y, ... in steps, without repeated points."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    polygonal = len(parts) > 0 and shapely.get_type_id(parts[0]) == shapely.GeometryType.POLYGON
    if polygonal:
        parts, ring_part = shapely.get_rings(parts, return_index=True)
        shape = shape[ring_part]
    xy, ring = shapely.get_coordinates(parts, return_index=True)
    steps = np.rint((xy - (west, north)) / (step, -step)).astype(np.int64)
    repeated = np.zeros(len(steps), dtype=bool)
    repeated[1:] = (steps[1:] == steps[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    steps, ring = steps[~repeated], ring[~repeated]
    pieces = np.split(steps.ravel(), 2 * (np.flatnonzero(np.diff(ring)) + 1)) if len(ring) else []
    encoded: list[Rings] = [[] for _ in range(len(shapes))]
    for owner, piece in zip(shape.tolist(), pieces, strict=True):
        encoded[owner].append(piece.tolist())
    return encoded
