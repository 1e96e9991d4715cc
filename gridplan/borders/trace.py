"""The borders of areas, taken apart: where each stretch lies, what it follows and who lives across."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import FloatArray, IntArray

__all__ = ["GROUNDS", "SIDES", "number_points", "trace_borders"]

#: The four sides in the order in which Chinese documents list them (四至), which is also that of a
#: walk from the north-eastern corner with the clock.
SIDES = ("east", "south", "west", "north")

#: What lies on either hand of a border off the streets: not known, two buildings, one building cut into
#: slices, open land on one side at least, two compounds (小区).
GROUNDS = ("", "houses", "building", "open", "compound")

# A border drawn along a street lies on the street's line itself; rounding in files moves it by
# millimetres, snapping of the network by less than this [m].
_ON_STREET_M = 1.0
# How far beside a border its atoms are looked for [m]: above the 1 cm grid on which they are cut.
_BESIDE_M = 0.03
# How often the ground is looked at along a border [m]: half the width of a stairwell (``AtomRules.strip_m``).
_LOOK_EVERY_M = 5.0


def trace_borders(
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    district: BaseGeometry,
    atoms: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Take the borders of areas apart and find what each stretch lies on.

    Parameters
    ----------
    areas
        Polygons indexed by ``code``, projected [m]; neighbours share their vertices.
    streets
        Noded lines, same CRS.
    district
        The ground that the areas divide.
    atoms
        What the areas are made of, with ``building_id`` and perhaps ``compound``; without them the
        ground beside a border off the streets is not known.

    Returns
    -------
    DataFrame
        One row per stretch between two vertices, in the order of a walk with the clock (the area on the
        right hand) that starts in the north-east; the largest part of an area first, its rim before its
        holes: ``code``, ``ring`` (numbered over all areas), ``part`` (0 for the largest), ``hole``, ``x``,
        ``y``, ``to_x``, ``to_y``, ``length`` [m], ``side`` (index into :data:`SIDES`, see Notes), ``street``
        (row of ``streets``, -1 for none), ``rim`` (on the district's edge), ``neighbour`` (row of the area
        across, -1 for none), ``inside``, ``across`` (row of the atom on either hand, -1 on streets and on
        the rim), ``ground`` (index into :data:`GROUNDS`; 0 on streets and on the rim).

    Notes
    -----
    A walk passes the four sides one after the other. Its corners are the vertices that lie farthest to the
    north-east, south-east, south-west and north-west: of all ways to cut a walk into four, this one lets
    the stretches of each side look into its direction best (the sum over all stretches of length times
    the cosine between outward normal and direction is largest, as it telescopes to x + y, x - y, ... of the
    corners). A side is empty where the area tapers to a tip.
    """
    table = _walk_rings(areas)
    xy, to = table[["x", "y"]].to_numpy(), table[["to_x", "to_y"]].to_numpy()
    first, both, other = _match_stretches(xy, to)
    row = table.pop("row").to_numpy()
    points = shapely.points((xy + to)[first] / 2)
    street = _find_lines(points, streets.geometry.to_numpy())[both]
    alone = other < 0
    rim = np.zeros(len(table), dtype=bool)
    rim[alone] = _find_lines(shapely.points((xy + to)[alone] / 2), _lines_of(district)) >= 0
    table["street"], table["rim"] = street, rim
    table["neighbour"] = np.where(alone, -1, row[other])
    hands = np.full((2, len(table)), -1, dtype=np.int64)
    inner = np.flatnonzero((street < 0) & ~alone & (np.arange(len(table)) < other))
    if atoms is not None and len(inner):
        at, step = _choose_samples(inner, table["length"].to_numpy()[inner])
        beside = _find_atoms(xy[inner][at], to[inner][at], atoms)
        hands[:, inner] = beside[:, step]
        hands[:, other[inner]] = beside[::-1, step]
    table["across"], table["inside"] = hands
    table["ground"] = _judge_ground(hands[0], hands[1], atoms)
    return table


def _choose_samples(rows: IntArray, length: FloatArray) -> tuple[IntArray, IntArray]:
    """Choose where to look at the ground: one stretch every few metres of a walk, for those after it too."""
    walked = np.cumsum(length) // _LOOK_EVERY_M
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (np.diff(rows) > 1) | (np.diff(walked) > 0)
    return np.flatnonzero(new), np.cumsum(new) - 1


def _walk_rings(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the stretches of all rings, each ring from its north-eastern corner with the clock."""
    shapes = shapely.orient_polygons(areas.geometry.to_numpy(), exterior_cw=True)
    parts, part_row = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((-shapely.area(parts), part_row))
    parts, part_row = parts[order], part_row[order]
    part = np.arange(len(parts)) - np.searchsorted(part_row, part_row)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    hole = np.diff(ring_part, prepend=-1) == 0
    points, ring = shapely.get_coordinates(rings, return_index=True)
    stretch = np.flatnonzero((ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1))
    ring, xy, to = ring[stretch], points[stretch], points[stretch + 1]
    place, side = _turn_sides(ring, xy)
    order = np.lexsort((place, ring))
    ring, xy, to = ring[order], xy[order], to[order]
    row = part_row[ring_part[ring]]
    return pd.DataFrame(
        {
            "code": areas.index.to_numpy()[row],
            "row": row,
            "ring": ring,
            "part": part[ring_part[ring]],
            "hole": hole[ring],
            "x": xy[:, 0],
            "y": xy[:, 1],
            "to_x": to[:, 0],
            "to_y": to[:, 1],
            "length": np.hypot(*(to - xy).T),
            "side": np.where(hole[ring], -1, side[order]).astype(np.int8),
        }
    )


def _turn_sides(ring: IntArray, xy: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the place of each stretch in a walk from the north-east, and its side."""
    starts = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(np.append(starts, len(ring)))
    group = np.repeat(np.arange(len(starts)), size)
    x, y = xy.T
    # a tie belongs to the later side: the edge of a square that stands on its tip
    ne, se, sw, nw = (
        _find_farthest(starts, group, value, tie)
        for value, tie in ((x + y, y), (x - y, x), (-x - y, -y), (y - x, -x))
    )
    place = (np.arange(len(ring)) - ne[group]) % np.maximum(size, 1)[group]
    # a tip that is both the last corner and the first ends the walk
    corners = np.stack((place[se], place[sw], np.where(place[nw] == 0, size, place[nw])))
    side = (place >= np.maximum.accumulate(corners)[:, group]).sum(axis=0)
    return place, side.astype(np.int64)


def _find_farthest(starts: IntArray, group: IntArray, value: FloatArray, tie: FloatArray) -> IntArray:
    """Return for each group the row of the largest value, of equal ones that with the largest tie."""
    best = np.flatnonzero(value == np.maximum.reduceat(value, starts)[group])
    best = best[np.lexsort((tie[best], group[best]))]
    return np.asarray(best[np.flatnonzero(np.diff(group[best], append=-1))], dtype=np.int64)


def number_points(xy: FloatArray) -> IntArray:
    """Give points numbers so that equal coordinates have equal numbers, west to east then south to north."""
    # complex numbers sort by their real part first, much faster than rows of a table
    numbers = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)[1]
    return np.asarray(numbers, dtype=np.int64).ravel()


def _match_stretches(xy: FloatArray, to: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Pair the stretches that two areas share.

    Returns
    -------
    first, both, other
        Rows of the distinct stretches, the distinct stretch of each row, and the row of the same stretch
        in the area across (-1 where there is none).
    """
    n = len(xy)
    ends = number_points(np.concatenate((xy, to))).reshape(2, n)
    key = ends.min(axis=0) * (2 * n) + ends.max(axis=0)
    first, both, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(both, kind="stable")
    starts = np.cumsum(times) - times
    other = np.full(n, -1, dtype=np.int64)
    pairs = starts[times == 2]
    other[order[pairs]], other[order[pairs + 1]] = order[pairs + 1], order[pairs]
    return first, both.ravel(), other


def _find_atoms(xy: FloatArray, to: FloatArray, atoms: gpd.GeoDataFrame) -> IntArray:
    """Find the atoms on the left and on the right hand of stretches, -1 for none; shape (2, n)."""
    middle, along = (xy + to) / 2, to - xy
    normal = np.column_stack((-along[:, 1], along[:, 0])) / np.hypot(*along.T)[:, None] * _BESIDE_M
    hands = np.concatenate((middle + normal, middle - normal))
    # the tree holds the points, so that the large shapes are the prepared ones
    tree = shapely.STRtree(shapely.points(hands))
    atom, point = tree.query(atoms.geometry.to_numpy(), predicate="intersects")
    found = np.full(len(hands), len(atoms), dtype=np.int64)
    np.minimum.at(found, point, atom)
    found[found == len(atoms)] = -1
    return found.reshape(2, -1)


def _judge_ground(left: IntArray, right: IntArray, atoms: gpd.GeoDataFrame | None) -> npt.NDArray[np.int8]:
    """Find what lies on either hand of stretches off the streets, as an index into :data:`GROUNDS`."""
    if atoms is None:
        return np.zeros(len(left), dtype=np.int8)
    building, compound = (_number_words(atoms, name) for name in ("building_id", "compound"))
    on_left, on_right = building[left], building[right]
    fenced = (compound[left] >= 0) & (compound[right] >= 0) & (compound[left] != compound[right])
    ground = np.select(
        [
            (left < 0) | (right < 0),
            (on_left == on_right) & (on_left >= 0),
            fenced,
            (on_left >= 0) & (on_right >= 0),
        ],
        [0, GROUNDS.index("building"), GROUNDS.index("compound"), GROUNDS.index("houses")],
        GROUNDS.index("open"),
    )
    return ground.astype(np.int8)


def _number_words(atoms: gpd.GeoDataFrame, column: str) -> IntArray:
    """Give the words of a column numbers, -1 for none; the last entry is that of no atom at all."""
    if column not in atoms.columns:
        return np.full(len(atoms) + 1, -1, dtype=np.int64)
    numbers = pd.factorize(atoms[column].replace("", None), use_na_sentinel=True)[0]
    return np.append(numbers, -1).astype(np.int64)


def _lines_of(district: BaseGeometry) -> npt.NDArray[np.object_]:
    edge = shapely.get_parts(shapely.boundary(district))
    xy, line = shapely.get_coordinates(edge, return_index=True)
    same = line[1:] == line[:-1]
    lines: npt.NDArray[np.object_] = shapely.linestrings(np.stack((xy[:-1][same], xy[1:][same]), axis=1))
    return lines


def _find_lines(points: npt.NDArray[np.object_], lines: npt.NDArray[np.object_]) -> IntArray:
    """Return for each point the first line on which it lies, -1 for none."""
    found = np.full(len(points), len(lines), dtype=np.int64)
    if len(lines) and len(points):
        tree = shapely.STRtree(lines)
        point, line = tree.query(points, predicate="dwithin", distance=_ON_STREET_M)
        # of several lines the first row, whatever order the tree gives them in
        np.minimum.at(found, point, line)
    found[found == len(lines)] = -1
    return found
