"""The turning points of borders (界址点): numbered once for all areas, and what leads to the next."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gridplan.arrays import BoolArray, FloatArray
from gridplan.borders.limits import FOLLOWED, absorb_short, label_stretches, name_line, number_runs
from gridplan.borders.trace import number_points
from gridplan.crs import WGS84, reproject
from gridplan.i18n import t

__all__ = ["TOLERANCE_M", "format_turning_points", "list_turning_points"]

#: How far a border may lie from the straight lines between its turning points [m]: half a millimetre on
#: a map of 1:2,000, and as far as a border may lie beside the street that it follows.
TOLERANCE_M = 1.0

#: The sixteen directions in which Chinese boundary papers give a line's course.
_DIRECTIONS = 16


def list_turning_points(
    borders: pd.DataFrame,
    streets: gpd.GeoDataFrame,
    areas: Sequence[str],
    crs: pyproj.CRS,
    *,
    tolerance_m: float = TOLERANCE_M,
) -> pd.DataFrame:
    """List the points where a border turns, changes what it follows, or meets another border.

    Parameters
    ----------
    borders
        Result of :func:`gridplan.borders.trace.trace_borders` for all areas of a level.
    streets
        The lines that it was traced on.
    areas
        Codes of the traced areas, in their order.
    crs
        Coordinate system of the borders.
    tolerance_m
        How far the border may lie from the lines between the points [m].

    Returns
    -------
    DataFrame
        One row per area and point, with the clock from the north-west (holes against it): ``code``, ``part``
        (0 for the largest), ``hole``, ``seq`` (1..n), ``point`` ("J001": the same for all areas that
        share it), ``x_north``, ``y_east`` [m, to 1 cm], ``lon``, ``lat`` [degrees, WGS 84; NaN in a local
        plane], ``to`` (the next point), ``bearing`` [degrees from grid north with the clock],
        ``direction`` (0..15 of the sixteen, 0 is north), ``distance_m`` (straight), ``length_m`` (along the
        border; the lengths of an area add up to its perimeter), ``follows``, ``word`` (see
        :func:`~gridplan.borders.limits.label_stretches`) and ``neighbour`` (code across, "" for none).

    Notes
    -----
    Borders are cut where three of them meet and where they begin to follow another line for at least
    :data:`~gridplan.borders.limits.SHORT_M`; each piece is thinned once, by Douglas and Peucker, so that both
    areas beside it get the same points. The coordinates are read off the plan, not surveyed.
    """
    follows, word, same = label_stretches(borders, streets)
    own = pd.Index(areas).get_indexer(borders["code"])
    table = borders.assign(follows=follows, word=word, same=same, own=own)
    n = len(table)
    ends = number_points(np.concatenate((table[["x", "y"]].to_numpy(), table[["to_x", "to_y"]].to_numpy())))
    table["start"], table["end"] = ends[:n], ends[n:]
    node = _find_nodes(table)
    table = _start_rings(table, node, table["start"].to_numpy())
    table, node = _settle_lines(table, node)
    kept = node | _thin_lines(table, node, tolerance_m)
    kept[table["start"].to_numpy()[_find_spoilt(table, kept)]] = True
    return _tabulate(_start_rings(table, kept, _turn_north_west(table)), kept, areas, crs)


def _find_nodes(table: pd.DataFrame) -> BoolArray:
    """Find the points at which several borders meet; on a ring without any, its north-western corner."""
    edges = np.sort(table[["start", "end"]].to_numpy(), axis=1)
    points = int(edges.max(initial=-1)) + 1
    edges = np.stack(np.divmod(np.unique(edges[:, 0] * points + edges[:, 1]), max(points, 1)))
    node: BoolArray = np.bincount(edges.ravel(), minlength=points) != 2
    ring, start = table["ring"].to_numpy(), table["start"].to_numpy()
    bare = np.bincount(ring, node[start], minlength=ring.max(initial=-1) + 1) == 0
    order = np.lexsort((-_turn_north_west(table), ring))
    first = order[np.flatnonzero(np.diff(ring[order], prepend=-1))]
    node[start[first[bare[ring[first]]]]] = True
    return node


def _turn_north_west(table: pd.DataFrame) -> FloatArray:
    return np.asarray(table["y"] - table["x"] - 1e-9 * table["x"], dtype=np.float64)


def _start_rings(table: pd.DataFrame, node: BoolArray, worth: npt.NDArray[np.generic]) -> pd.DataFrame:
    """Turn every ring so that it begins at its node of most worth."""
    ring = table["ring"].to_numpy()
    starts = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(np.append(starts, len(ring)))
    order = np.lexsort((worth, node[table["start"]], ring))
    first = order[starts + size - 1]
    place = (np.arange(len(ring)) - np.repeat(first, size)) % np.repeat(size, size)
    return table.iloc[np.lexsort((place, ring))].reset_index(drop=True)


def _settle_lines(table: pd.DataFrame, node: BoolArray) -> tuple[pd.DataFrame, BoolArray]:
    """Give short stretches the line of their neighbours, and add the points at which the line changes.

    Both areas beside a border get the same: it is settled once, as the first of them walks it.
    """
    start = table["start"].to_numpy()
    arc = number_runs(table["ring"].to_numpy(), np.cumsum(node[start]))
    chosen = _choose_walk(table)
    mine = table[chosen]
    run = number_runs(arc[chosen], mine["same"].to_numpy())
    first = np.flatnonzero(np.diff(run, prepend=-1))
    length = np.bincount(run, mine["length"].to_numpy(), minlength=len(first))
    runs = pd.DataFrame(
        {"ring": arc[chosen][first], "side": 0, "same": mine["same"].to_numpy()[first], "length": length}
    )
    named, owner = absorb_short(runs)
    stretch = owner[run]
    row = first[named[np.unique(owner[named], return_index=True)[1]]][stretch]
    changed = node.copy()
    changed[start[chosen][np.diff(stretch, prepend=-1) != 0]] = True
    edge = np.sort(table[["start", "end"]].to_numpy(), axis=1)
    index = pd.MultiIndex.from_arrays(edge.T)
    settled = {}
    for name in ("follows", "word"):
        line = pd.Series(mine[name].to_numpy()[row], index=index[chosen])
        settled[name] = line.reindex(index).to_numpy()
    return table.assign(**settled), changed


def _choose_walk(table: pd.DataFrame) -> BoolArray:
    """Choose each border once: as the area with the lower row walks it."""
    chosen: BoolArray = (table["neighbour"] < 0) | (table["own"] < table["neighbour"])
    return np.asarray(chosen, dtype=bool)


def _thin_lines(table: pd.DataFrame, node: BoolArray, tolerance_m: float) -> BoolArray:
    """Thin the lines between nodes; return which points stay."""
    start = table["start"].to_numpy()
    line = number_runs(table["ring"].to_numpy(), np.cumsum(node[start]))
    chosen = _choose_walk(table)
    xy, to = table[["x", "y"]].to_numpy(), table[["to_x", "to_y"]].to_numpy()
    number = np.unique(line[chosen], return_inverse=True)[1]
    last = np.diff(number, append=-1) != 0
    # each line is the starts of its stretches and the end of the last one
    points = np.concatenate((xy[chosen], to[chosen][last]))
    which = np.concatenate((number, number[last]))
    order = np.argsort(which, kind="stable")
    lines = shapely.linestrings(points[order], indices=which[order])
    thin = shapely.get_coordinates(shapely.simplify(lines, tolerance_m, preserve_topology=False))
    numbers = number_points(np.concatenate((xy, to, thin)))
    stays = np.isin(numbers[: len(xy)], numbers[2 * len(xy) :])
    kept = np.zeros(len(node), dtype=bool)
    kept[start[stays]] = True
    return kept


def _find_spoilt(table: pd.DataFrame, kept: BoolArray) -> BoolArray:
    """Find the stretches of rings that thinning left without ground or crossing themselves."""
    stays = kept[table["start"]]
    ring, xy = table["ring"].to_numpy(), table[["x", "y"]].to_numpy()
    count = np.bincount(ring, stays, minlength=ring.max(initial=-1) + 1)
    spoilt = count < 3
    usable = stays & ~spoilt[ring]
    rings = shapely.linearrings(xy[usable], indices=np.unique(ring[usable], return_inverse=True)[1])
    spoilt[np.unique(ring[usable])] = ~shapely.is_valid(shapely.polygons(rings))
    return np.asarray(spoilt[ring], dtype=bool)


def _tabulate(table: pd.DataFrame, kept: BoolArray, areas: Sequence[str], crs: pyproj.CRS) -> pd.DataFrame:
    start = table["start"].to_numpy()
    leg = np.cumsum(kept[start]) - 1
    first = np.flatnonzero(np.diff(leg, prepend=-1))
    rows = table.iloc[first].reset_index(drop=True)
    ring = rows["ring"].to_numpy()
    begin = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(np.append(begin, len(ring)))
    seq = np.arange(len(ring)) - np.repeat(begin, size)
    after = np.arange(1, len(ring) + 1)
    after[begin + size - 1] = begin
    number = pd.factorize(rows["start"].to_numpy())[0] + 1
    digits = max(3, len(str(number.max(initial=0))))
    names = np.array([f"J{turn:0{digits}d}" for turn in number], dtype=object)
    dx, dy = (rows[axis].to_numpy()[after] - rows[axis].to_numpy() for axis in ("x", "y"))
    bearing = np.degrees(np.arctan2(dx, dy)) % 360
    lon, lat = _find_degrees(rows, crs)
    across = np.array([*areas, ""], dtype=object)[rows["neighbour"].to_numpy()]
    return pd.DataFrame(
        {
            "code": rows["code"],
            "part": rows["part"],
            "hole": rows["hole"],
            "seq": seq + 1,
            "point": names,
            "x_north": rows["y"].round(2),
            "y_east": rows["x"].round(2),
            "lon": lon,
            "lat": lat,
            "to": names[after],
            "bearing": bearing.round(2) % 360,
            "direction": np.rint(bearing / (360 / _DIRECTIONS)).astype(np.int64) % _DIRECTIONS,
            "distance_m": np.hypot(dx, dy),
            "length_m": np.bincount(leg, table["length"].to_numpy(), minlength=len(rows)),
            "follows": np.array(FOLLOWED, dtype=object)[rows["follows"].to_numpy(dtype=np.int64)],
            "word": rows["word"],
            "neighbour": across,
        }
    )


def _find_degrees(rows: pd.DataFrame, crs: pyproj.CRS) -> tuple[FloatArray, FloatArray]:
    if crs.is_engineering:
        unknown = np.full(len(rows), np.nan)
        return unknown, unknown
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["x"], rows["y"]), crs=crs)
    moved = reproject(points, WGS84).geometry
    # seven digits are a centimetre on the ground
    return moved.x.round(7).to_numpy(), moved.y.round(7).to_numpy()


def format_turning_points(
    points: pd.DataFrame, names: Sequence[str], areas: Sequence[str], lang: str
) -> pd.DataFrame:
    """Put a table of turning points into words.

    Parameters
    ----------
    points
        Result of :func:`list_turning_points`.
    names, areas
        What the areas are called, and their codes in the same order.
    lang
        "zh" or "en".

    Returns
    -------
    DataFrame
        ``direction`` and ``along`` (what leads to the next point) in words, and ``neighbour`` by its name;
        ``follows`` and ``word`` are gone.
    """
    lines = points[["follows", "word"]]
    words = {
        (f, w): name_line(str(f), str(w), lang) for f, w in lines.drop_duplicates().itertuples(index=False)
    }
    called = {**dict(zip(areas, names, strict=True)), "": ""}
    directions = [t(f"direction.{n}", lang) for n in range(_DIRECTIONS)]
    table = points.drop(columns=["follows", "word"])
    table["direction"] = [directions[n] for n in points["direction"]]
    along = [words[line] for line in lines.itertuples(index=False, name=None)]
    table.insert(table.columns.get_loc("neighbour"), "along", along)
    table["neighbour"] = [called[code] for code in points["neighbour"]]
    return table
