"""The sections of the main town and what stands in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Polygon

from ground.fill import (
    Building,
    Filling,
    fill_halls,
    fill_old_town,
    fill_rows,
    fill_slabs,
    fill_towers,
    fill_village,
)
from ground.shapes import cut_off, halve_ground, lead_to_street, take_largest
from ground.sheet import find_faces
from shangnan.drawing import SEED, STREETS
from shangnan.uses import BESIDE, INSTITUTIONS, OLD, ROWS, SLABS, TOWERS, USES, VILLAGE

PLOT_M2 = 17_000.0
SIDE_SHARE = 0.25
STREET_M, LANE_M, EDGE_M = 13.0, 4.5, 3.0
# a piece of ground too small for an estate is filled with rows
ESTATE_M2 = 5_000.0


class Plot(NamedTuple):
    """A plot of one use with what stands on it; estates and institutions have a name."""

    section: str
    use: str
    name: str
    ground: Polygon
    filling: Filling


def find_sections(lines: list[LineString], edge: Polygon) -> dict[str, Polygon]:
    """Find the faces of streets and lanes and name them by row, column and place in their region."""
    regions = find_faces(lines[: len(STREETS)], edge)
    sections = find_faces(lines, edge)
    inside = shapely.point_on_surface(np.asarray(sections, dtype=object))
    named: dict[str, Polygon] = {}
    slope = 0.12  # the valley climbs to the east
    rows = sorted(regions, key=lambda r: slope * r.centroid.x - r.centroid.y)
    for number in range(16):
        row, column = divmod(number, 4)
        region = sorted(rows[4 * row : 4 * row + 4], key=lambda r: r.centroid.x)[column]
        members = [i for i in range(len(sections)) if region.contains(inside[i])]
        for place, i in enumerate(sorted(members, key=lambda i: inside[i].x)):
            named[f"{'ABCD'[row]}{column}{place}"] = sections[i]
    return named


def fill_sections(sections: dict[str, Polygon], lines: list[LineString], edge: Polygon) -> list[Plot]:
    """Fill every section: its institutions first, then plots of its main use and of what is beside it."""
    streets = shapely.union_all(lines[: len(STREETS)]).buffer(STREET_M)
    lanes = shapely.union_all(lines[len(STREETS) :]).buffer(LANE_M)
    land = edge.buffer(-EDGE_M)
    plots: list[Plot] = []
    for number, (name, face) in enumerate(sections.items()):
        rng = np.random.default_rng([SEED, number])
        ground = take_largest(face.intersection(land).difference(streets).difference(lanes))
        for place in INSTITUTIONS:
            if place.section == name:
                campus, ground = cut_off(ground, place.area_m2 / ground.area)
                yard = take_largest(campus.buffer(-3, join_style="mitre"))
                empty = Filling([], [])
                filling = empty if place.use == "field" else fill_halls(place.use, yard, rng)
                plots.append(Plot(name, place.use, place.name, yard, filling))
        plots += _fill_plots(name, ground, face, rng)
    return plots


def _fill_plots(section: str, ground: Polygon, face: Polygon, rng: np.random.Generator) -> list[Plot]:
    """Cut a section's ground in plots along ways and fill them."""
    main = USES[section[:2]][int(section[2])]
    whole = main in (VILLAGE, OLD) or ground.area < 1.6 * PLOT_M2
    limit = 45_000.0 if whole else PLOT_M2
    cut = halve_ground(ground, limit, rng, way_from_m2=0.0, way_m=6.0, reach_m=3.3)
    plots = []
    for piece in cut.pieces:
        plot = take_largest(piece)
        use = BESIDE[main] if rng.random() < SIDE_SHARE and len(cut.pieces) > 1 else main
        if use in (SLABS, TOWERS) and plot.area < ESTATE_M2:
            use = ROWS
        filling = _fill_plot(use, plot, rng)
        ways = [(drive, part) for drive, way in filling.ways for part in lead_to_street(way, face)]
        plots.append(Plot(section, use, "", plot, Filling(filling.buildings, ways)))
    if plots:
        first = plots[0]
        inner = [(True, part) for way in cut.ways for part in lead_to_street(way, face)]
        plots[0] = first._replace(filling=Filling(first.filling.buildings, first.filling.ways + inner))
    return plots


def _fill_plot(use: str, plot: Polygon, rng: np.random.Generator) -> Filling:
    """Fill a plot by its use; an estate's plot that holds no block of flats gets rows of houses."""
    fillers: dict[str, Callable[[Polygon, np.random.Generator], Filling]] = {
        VILLAGE: fill_village,
        ROWS: fill_rows,
        OLD: fill_old_town,
        SLABS: fill_slabs,
        TOWERS: fill_towers,
    }
    filling = fillers[use](plot, rng)
    buildings: list[Building] = filling.buildings
    return filling if buildings or use not in (SLABS, TOWERS) else fill_rows(plot, rng)
