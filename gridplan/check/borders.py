"""Shared borders of atoms, measured from the written polygons.

Two polygons of an exact coverage share a border where they share a segment, vertex by vertex. So
borders are found by sorting segments, without any overlay; a segment that only one polygon has lies
on the rim of the whole (or of a hole), one that three have lies in an overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray

__all__ = [
    "BorderTable",
    "Segments",
    "fingerprint_segments",
    "measure_borders",
    "take_segments",
]


#: A border lies on a street when two places on it are this near [m]: the written grid is 1 cm, the
#: rounding of border and street together and half as much again.
ON_STREET_M = 0.03
#: Rounding of a border's length [m].
LENGTH_SLACK_M = 0.02
#: Streets are looked up in pieces of this length [m], so that the boxes of slanting ones stay small.
PIECE_M = 20.0
#: Distance of the places at which a street is looked for inside an atom [m]: half a house's width.
SAMPLE_M = 3.0


@dataclass(frozen=True, slots=True)
class Segments:
    """All ring segments of a row of polygons.

    Parameters
    ----------
    ends
        ``x0, y0, x1, y1`` with the lesser end first, shape (s, 4) [m].
    owner
        Position of the polygon, shape (s,).
    left
        Whether the polygon lies to the left of the segment, seen from the lesser end, shape (s,).
    """

    ends: FloatArray
    owner: IntArray
    left: BoolArray

    @property
    def length(self) -> FloatArray:
        """Length of each segment [m]."""
        return np.hypot(self.ends[:, 2] - self.ends[:, 0], self.ends[:, 3] - self.ends[:, 1])


@dataclass(frozen=True, slots=True)
class BorderTable:
    """Who borders on whom, how long and on what.

    Parameters
    ----------
    pairs
        Atoms i < j, one row per pair and rank, sorted, shape (m, 2).
    length
        Length of the shared border on that rank [m], shape (m,).
    rank
        0 where the border lies on no street, else the rank 1-3, shape (m,).
    segments
        All segments of the atoms.
    partner
        The atom on the other side of each segment, -1 where there is none, shape (s,).
    crowded
        Atoms that share a segment with more than one other, or with one on the same side of it: they overlap.
    """

    pairs: IntArray
    length: FloatArray
    rank: npt.NDArray[np.int8]
    segments: Segments
    partner: IntArray
    crowded: IntArray

    def join_pairs(self, passable: BoolArray, n: int, shortest: float) -> IntArray:
        """Return the pairs whose passable border reaches a length.

        Parameters
        ----------
        passable
            Which rows count, shape (m,).
        n
            Number of atoms.
        shortest
            Least length of the shared border [m]; a border over several ranks counts as one.

        Returns
        -------
        ndarray of int64, shape (p, 2)
        """
        keys = self.pairs[passable, 0] * n + self.pairs[passable, 1]
        unique, place = np.unique(keys, return_inverse=True)
        total = np.bincount(place, self.length[passable], minlength=len(unique))
        # the tolerance is the grid of the written coordinates, not a second rule
        kept = unique[total >= shortest - LENGTH_SLACK_M]
        return np.column_stack([kept // n, kept % n])


def take_segments(polygons: ShapeArray) -> Segments:
    """Take the segments of the rings of polygons; missing ones have none."""
    parts, part_of = shapely.get_parts(polygons, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, point_of = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # -0.0 and 0.0 are one place
    inner = np.flatnonzero(point_of[1:] == point_of[:-1])
    x, y = xy.T
    turned = (x[1:] < x[:-1]) | ((x[1:] == x[:-1]) & (y[1:] < y[:-1]))
    turned = turned[inner]
    ends = np.empty((len(inner), 4))
    ends[:, :2], ends[:, 2:] = xy[inner + turned], xy[inner + ~turned]
    # an outer ring against the clock and a hole with it have the polygon to their left
    hole = np.diff(ring_of, prepend=-1) == 0
    ring = point_of[inner]
    left = (shapely.is_ccw(rings) != hole)[ring] != turned
    return Segments(ends, np.asarray(part_of[ring_of], dtype=np.int64)[ring], left)


def hash_segments(ends: FloatArray) -> npt.NDArray[np.uint64]:
    """Give each segment one number from the exact bits of its ends, shape (s,)."""
    bits = np.ascontiguousarray(ends).view(np.uint64)
    mixed = np.zeros(len(bits), dtype=np.uint64)
    for column in range(4):
        mixed = (mixed ^ bits[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed * np.uint64(0xBF58476D1CE4E5B9)) ^ (mixed >> np.uint64(32))


def fingerprint_segments(ends: FloatArray, owner: IntArray, count: int) -> npt.NDArray[np.uint64]:
    """Sum the numbers of the segments of each of ``count`` owners: equal outlines have equal sums."""
    order = np.argsort(owner, kind="stable")
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hash_segments(ends)[order], dtype=np.uint64)])
    cuts = np.searchsorted(owner[order], np.arange(count + 1))
    return np.asarray(running[cuts[1:]] - running[cuts[:-1]], dtype=np.uint64)


def measure_borders(
    polygons: ShapeArray,
    streets: ShapeArray,
    ranks: IntArray,
    blocks: IntArray | None = None,
    houses: IntArray | None = None,
) -> BorderTable:
    """Measure the shared borders of polygons and find what they lie on.

    Parameters
    ----------
    polygons
        The atoms [m, projected CRS], shape (n,).
    streets
        Street lines, same CRS, shape (k,).
    ranks
        Rank of each street, shape (k,).
    blocks, houses
        Block and house of each atom, -1 for land, shape (n,). With them, a border that leaves the street
        around a house keeps the street's rank: a house that stands on a street lies on one side whole,
        and to go through it is to cross the street all the same.
    """
    segments = take_segments(polygons)
    n = len(polygons)
    partner, first, crowded = _pair_segments(segments)
    apart = first[segments.owner[first] != partner[first]]
    ends = segments.ends[apart]
    sides = np.column_stack([segments.owner[apart], partner[apart]])
    rank = rank_segments(ends, streets, ranks)
    if blocks is not None and houses is not None:
        detour = (rank == 0) & (blocks[sides[:, 0]] != blocks[sides[:, 1]])
        detour &= _find_on_street(polygons, streets, houses, np.unique(sides[detour]))[sides].any(axis=1)
        rank = rank_detours(rank, blocks[sides], detour)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    keys = (sides[:, 0] * n + sides[:, 1]) * 4 + rank
    unique, place = np.unique(keys, return_inverse=True)
    total = np.bincount(place, length, minlength=len(unique)).astype(np.float64)
    pair = unique // 4
    pairs = np.column_stack([pair // max(n, 1), pair % max(n, 1)])
    return BorderTable(pairs, total, (unique % 4).astype(np.int8), segments, partner, crowded)


def _pair_segments(segments: Segments) -> tuple[IntArray, IntArray, IntArray]:
    """Find the polygon across each segment (-1 for none), the first segment of each pair, and the crowded."""
    ends, owner = segments.ends, segments.owner
    # equal segments come to stand side by side, in the order of their owners
    hashes = hash_segments(ends)
    order = np.argsort(hashes, kind="stable")
    same = hashes[order[1:]] == hashes[order[:-1]]
    at = np.flatnonzero(same)
    same[at] = (ends[order[at]] == ends[order[at + 1]]).all(axis=1)
    starts = np.flatnonzero(np.concatenate([np.ones(min(len(order), 1), dtype=bool), ~same]))
    size = np.diff(starts, append=len(order))
    first = starts[size == 2]
    one, other = order[first], order[first + 1]
    partner = np.full(len(order), -1, dtype=np.int64)
    partner[one], partner[other] = owner[other], owner[one]
    # in the order of the polygons neighbouring segments lie near each other, which the later steps gain from
    beside = segments.left[one] == segments.left[other]
    crowded = np.concatenate([order[np.repeat(size > 2, size)], one[beside], other[beside]])
    return partner, np.sort(one), np.unique(owner[crowded])


def rank_detours(rank: npt.NDArray[np.int8], blocks: IntArray, detour: BoolArray) -> npt.NDArray[np.int8]:
    """Give detours the strongest rank between their two blocks (shape (s, 2)), else around either of them."""
    pair = np.sort(blocks, axis=1)
    known = (pair[:, 0] != pair[:, 1]) & (rank > 0)
    if not detour.any() or not known.any():
        return rank
    width = int(pair.max()) + 1
    names = pair[:, 0] * width + pair[:, 1]
    between, place = np.unique(names[known], return_inverse=True)
    strongest = np.full(len(between), 9, dtype=np.int8)
    np.minimum.at(strongest, place, rank[known])
    around = np.full(width, 9, dtype=np.int8)
    for side in (0, 1):
        np.minimum.at(around, pair[known, side], rank[known])
    row = np.minimum(np.searchsorted(between, names[detour]), len(between) - 1)
    either = np.minimum(around[pair[detour, 0]], around[pair[detour, 1]])
    best = np.where(between[row] == names[detour], strongest[row], either)
    ranked = rank.copy()
    ranked[detour] = np.where(best < 9, best, 0)
    return ranked


def _find_on_street(
    polygons: ShapeArray, streets: ShapeArray, houses: IntArray, asked: IntArray
) -> BoolArray:
    """Mark those of the atoms asked for that a street runs through, with all atoms of the same house."""
    marked = np.zeros(len(polygons), dtype=bool)
    if not len(streets) or not len(asked):
        return marked
    marked[asked] = True
    looked_at = np.flatnonzero(marked | np.isin(houses, houses[asked][houses[asked] >= 0]))
    marked[:] = False
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(streets, SAMPLE_M)))
    hit, atom = shapely.STRtree(polygons[looked_at]).query(points, predicate="intersects")
    inner = ~shapely.dwithin(shapely.boundary(polygons[looked_at[atom]]), points[hit], ON_STREET_M)
    marked[looked_at[atom[inner]]] = True
    on_street = houses[marked & (houses >= 0)]
    return marked | np.isin(houses, on_street)


def rank_segments(ends: FloatArray, streets: ShapeArray, ranks: IntArray) -> npt.NDArray[np.int8]:
    """Find the rank of the strongest street on which each segment lies by two places on it, 0 for none."""
    found = np.zeros(len(ends), dtype=np.int8)
    if not len(streets) or not len(ends):
        return found
    pieces, of = _cut_pieces(streets)
    near = _find_near_cells(ends, pieces)
    tree = shapely.STRtree(pieces)
    span = ends[near, 2:] - ends[near, :2]
    best = np.zeros(len(near), dtype=np.int64)
    left = np.arange(len(near))
    # a border that only crosses a street has one place on it, not two
    for share in (0.25, 0.75):
        points = shapely.points(ends[near[left], :2] + span[left] * share)
        hit, piece = tree.query(points, predicate="dwithin", distance=ON_STREET_M)
        here = np.full(len(left), 9, dtype=np.int64)
        np.minimum.at(here, hit, ranks[of[piece]])
        best[left] = np.maximum(best[left], here)
        left = left[here < 9]
    found[near] = np.where(best < 9, best, 0)
    return found


def _cut_pieces(streets: ShapeArray) -> tuple[ShapeArray, IntArray]:
    """Cut lines into straight pieces of at most ``PIECE_M``, with the line each belongs to."""
    parts, part_of = shapely.get_parts(streets, return_index=True)
    xy, of = shapely.get_coordinates(shapely.segmentize(parts, PIECE_M), return_index=True)
    inner = of[1:] == of[:-1]
    ends = np.stack([xy[:-1][inner], xy[1:][inner]], axis=1)
    return shapely.linestrings(ends), np.asarray(part_of[of[:-1][inner]], dtype=np.int64)


def _find_near_cells(ends: FloatArray, pieces: ShapeArray) -> IntArray:
    """Return the segments whose middle lies in a square that some street piece touches.

    Most borders run through courtyards; this throws them out before the tree is asked.
    """
    line = shapely.get_coordinates(pieces).reshape(-1, 4)
    origin = np.floor(np.minimum(line[:, :2], line[:, 2:]).min(axis=0)) - 1
    cell = 4.0
    width = int((line[:, ::2].max() - origin[0]) / cell) + 3
    steps = np.linspace(0, 1, int(PIECE_M / cell * 2) + 1)
    squares = [
        (((line[:, 1] * (1 - t) + line[:, 3] * t) - origin[1]) // cell) * width
        + ((line[:, 0] * (1 - t) + line[:, 2] * t) - origin[0]) // cell
        for t in steps
    ]
    square = np.sort(np.concatenate(squares).astype(np.int64))
    square = square[np.diff(square, prepend=-1) != 0]
    marked = np.concatenate([square + dy * width + dx for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
    middle = ((ends[:, :2] + ends[:, 2:]) / 2 - origin) // cell
    inside = (middle >= -1).all(axis=1) & (middle[:, 0] < width)
    keys = np.where(inside, middle[:, 1] * width + middle[:, 0], -(10**15)).astype(np.int64)
    return np.flatnonzero(np.isin(keys, marked))
