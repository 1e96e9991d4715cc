"""Cut polygons by straight lines into parts of about equal area, each of one piece."""

from __future__ import annotations

import numpy as np
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.atoms.linework import GRID_M

__all__ = ["cut_polygons", "find_axes"]


# where the area is measured to find the cut: shares of the length along the axis
PROBES = np.array([0.2, 0.35, 0.5, 0.65, 0.8])
# crumbs of a cut along a wall stay with the larger side [m2]
CRUMB_M2 = 0.5
# a piece may be this much smaller or larger than its due
MISS = 0.6


def find_axes(polygons: ShapeArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Find the long axis of each polygon's smallest rectangle.

    Returns
    -------
    middle : ndarray, shape (n, 2)
    axis : ndarray, shape (n, 2)
        Unit vector along the long side, pointing east (or north).
    size : ndarray, shape (n, 2)
        Long and short side [m].
    """
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    sides = corners[:, 1:3] - corners[:, 0:2]
    length = np.hypot(sides[..., 0], sides[..., 1])
    longest = length.argmax(axis=1)
    rows = np.arange(len(polygons))
    axis = sides[rows, longest] / np.maximum(length[rows, longest], 1e-9)[:, None]
    axis *= np.where((axis[:, 0] > 1e-9) | ((abs(axis[:, 0]) <= 1e-9) & (axis[:, 1] > 0)), 1.0, -1.0)[:, None]
    return corners[:, :4].mean(axis=1), axis, np.sort(length, axis=1)[:, ::-1]


def half_planes(middle: FloatArray, axis: FloatArray, offset: FloatArray, reach: FloatArray) -> ShapeArray:
    """Return squares that hold all that lies before ``offset`` along the axis, as far as ``reach``."""
    across = np.stack([-axis[:, 1], axis[:, 0]], axis=1) * reach[:, None]
    edge = middle + axis * offset[:, None]
    back = edge - axis * (2 * reach)[:, None]
    squares: ShapeArray = shapely.polygons(
        np.stack([edge - across, edge + across, back + across, back - across], axis=1)
    )
    return squares


def measure_before(
    polygons: ShapeArray, middle: FloatArray, axis: FloatArray, offsets: FloatArray
) -> FloatArray:
    """Measure how much of each polygon lies before each offset along its axis [m2], shape of ``offsets``.

    By Green's theorem the ground before ``c`` is the integral of min(along, c) over the outline.
    """
    rings, owner = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    mine = owner[ring]
    local = xy - middle[mine]
    along = (local * axis[mine]).sum(axis=1)
    across = local[:, 1] * axis[mine, 0] - local[:, 0] * axis[mine, 1]
    inner = np.flatnonzero(ring[:-1] == ring[1:])
    mine, step = mine[inner], across[inner + 1] - across[inner]
    ends = along[inner], along[inner + 1]
    low, high = np.minimum(*ends), np.maximum(*ends)
    area = np.empty_like(offsets)
    for column, cut in enumerate(offsets.T):
        at = cut[mine]
        over = np.clip(high - at, 0, None) ** 2 - np.clip(low - at, 0, None) ** 2
        mean = (low + high) / 2 - over / (2 * np.maximum(high - low, 1e-12))
        # an edge across the axis lies before the cut or on it
        mean = np.where(high - low < 1e-9, np.minimum(low, at), mean)
        area[:, column] = np.bincount(mine, mean * step, minlength=len(polygons))
    return area


def find_offsets(
    polygons: ShapeArray, middle: FloatArray, axis: FloatArray, size: FloatArray, share: FloatArray
) -> FloatArray:
    """Find where along the axis the given share of each polygon's area lies before the cut."""
    probes = (PROBES[None, :] - 0.5) * size[:, :1]
    before = measure_before(polygons, middle, axis, probes)
    ends = size[:, :1] / 2
    x = np.concatenate([-ends, probes, ends], axis=1)
    full = shapely.area(polygons)[:, None]
    y = np.concatenate([np.zeros_like(ends), before / full, np.ones_like(ends)], axis=1)
    seat = np.clip((y < share[:, None]).sum(axis=1), 1, len(PROBES) + 1)
    rows = np.arange(len(polygons))
    low, high = y[rows, seat - 1], y[rows, seat]
    part = (share - low) / np.maximum(high - low, 1e-9)
    offset: FloatArray = x[rows, seat - 1] + part * (x[rows, seat] - x[rows, seat - 1])
    return offset


def pick_piece(polygon: shapely.Polygon, sides: ShapeArray, count: int) -> tuple[ShapeArray, int] | None:
    """Choose the piece whose loss leaves one piece and whose area is nearest to a whole number of parts.

    Returns
    -------
    tuple or None
        The piece and the rest, and the number of parts due to the piece; None if no piece fits.
    """
    best: tuple[float, ShapeArray, int] | None = None
    if len(sides) == 2:
        share = sides[0].area / polygon.area * count
        due = int(np.clip(round(share), 1, count - 1))
        if abs(share - due) <= MISS * min(due, count - due):
            return sides, due
    for piece in sides:
        share = piece.area / polygon.area * count
        due = int(np.clip(round(share), 1, count - 1))
        miss = abs(share - due) / due
        if miss > MISS or (best is not None and miss >= best[0]):
            continue
        rest = shapely.get_parts(shapely.difference(polygon, piece, grid_size=GRID_M))
        rest = rest[shapely.area(rest) > CRUMB_M2]
        if len(rest) == 1:
            best = (miss, np.array([piece, rest[0]], dtype=object), due)
    return None if best is None else (best[1], best[2])


def halve(polygons: ShapeArray, counts: IntArray) -> list[tuple[ShapeArray, int] | None]:
    """Cut each polygon once, across its long axis, else along it; None where neither works."""
    middle, axis, size = find_axes(polygons)
    result: list[tuple[ShapeArray, int] | None] = [None] * len(polygons)
    todo = np.arange(len(polygons))
    for turn in (False, True):
        for aim in (0.5, 0.0, 1.0):
            if len(todo) == 0:
                return result
            along = np.stack([-axis[:, 1], axis[:, 0]], axis=1) if turn else axis
            sides = size[:, ::-1] if turn else size
            parts = np.clip(np.floor(counts[todo] * aim), 1, counts[todo] - 1)
            ground = polygons[todo]
            offset = find_offsets(ground, middle[todo], along[todo], sides[todo], parts / counts[todo])
            plane = half_planes(middle[todo], along[todo], offset, sides[todo].sum(axis=1) + 1.0)
            pieces, owner = shapely.get_parts(
                np.concatenate(
                    [
                        cut(ground, plane, grid_size=GRID_M)
                        for cut in (shapely.intersection, shapely.difference)
                    ]
                ),
                return_index=True,
            )
            kept = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > CRUMB_M2)
            pieces, owner = pieces[kept], owner[kept] % len(todo)
            order = np.argsort(owner, kind="stable")
            ends = np.searchsorted(owner[order], np.arange(1, len(todo)))
            for whole, mine in zip(todo, np.split(pieces[order], ends), strict=True):
                result[whole] = pick_piece(polygons[whole], mine, int(counts[whole]))
            todo = np.array([i for i in todo if result[i] is None], dtype=np.int64)
    return result


def cut_polygons(polygons: ShapeArray, counts: IntArray) -> tuple[ShapeArray, IntArray, IntArray]:
    """Cut polygons into parts of about equal area, each of one piece.

    Cuts are straight, across the long axis of what is left, and run through the polygon once, so that
    bent and branched buildings are cut across each wing.

    Parameters
    ----------
    polygons
        Shape (n,), valid.
    counts
        Number of parts wanted of each, >= 1.

    Returns
    -------
    parts : ndarray of polygons
    index : ndarray
        Polygon of each part, ascending.
    load : ndarray
        Parts that this one stands for: 1, more where no straight cut left two single pieces.
    """
    todo, index, load = polygons, np.arange(len(polygons)), np.asarray(counts, dtype=np.int64)
    done = [(todo[load <= 1], index[load <= 1], load[load <= 1])]
    while (load > 1).any():
        todo, index, load = todo[load > 1], index[load > 1], load[load > 1]
        cuts = halve(todo, load)
        stuck = np.array([cut is None for cut in cuts])
        done.append((todo[stuck], index[stuck], load[stuck]))
        fresh = [(cut[0], cut[1], i) for i, cut in enumerate(cuts) if cut is not None]
        load = np.array([n for _, due, i in fresh for n in (due, load[i] - due)], dtype=np.int64)
        index = np.array([index[i] for _, _, i in fresh for _ in range(2)], dtype=np.int64)
        todo = np.array([piece for pair, _, _ in fresh for piece in pair], dtype=object)
        done.append((todo[load <= 1], index[load <= 1], load[load <= 1]))
    parts, index, load = (np.concatenate(column) for column in zip(*done, strict=True))
    centre, cut = np.zeros((len(parts), 2)), np.bincount(index, minlength=len(polygons))[index] > 1
    centre[cut] = shapely.get_coordinates(shapely.centroid(parts[cut]))
    order = np.lexsort((-centre[:, 1].round(2), centre[:, 0].round(2), index))
    return parts[order], index[order], load[order]
