"""Snap rounding: segments cut where they meet, every vertex in the middle of a pixel of the common grid.

The rule is that of Hobby (1999) as GEOS applies it: all ends and crossings make a pixel hot, and a segment
that passes through a hot pixel is bent to its middle. The result is that of GEOS, which needs several times
as long, and the longer for each segment the more there are.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from gridplan.arrays import BoolArray, FloatArray, IntArray

__all__ = ["merge_chains", "snap_segments"]


# a vertex this near to a segment lies on it [m], as in GEOS
NEAR = 1e-4
# where the sign of a determinant is in doubt, and the constant that splits a number into halves (Dekker 1971)
FILTER = 1e-15
SPLITTER = 134217729.0
#: Pixels to the metre.
PIXELS = 100.0
# cells of the index are not smaller than this [pixels], nor more than two for each segment
CELL = 500.0
INDEX_BITS = 32


def name_pixels(pixels: IntArray) -> IntArray:
    """Name pixels by one integer each that sorts west to east, then south to north."""
    return (pixels[:, 0] << INDEX_BITS) + pixels[:, 1] + (1 << (INDEX_BITS - 1))


def snap_segments(line_start: FloatArray, line_end: FloatArray) -> tuple[IntArray, IntArray]:
    """Cut segments at each other and round them to pixels.

    Parameters
    ----------
    line_start, line_end
        Ends [m], shape (n, 2).

    Returns
    -------
    pixels : ndarray of int64, shape (p, 2)
        Vertices, west to east, then south to north.
    pairs : ndarray of int64, shape (m, 2)
        Vertices at the ends of each segment, the lower one first; sorted, none twice.
    """
    start, end = line_start * PIXELS, line_end * PIXELS
    a, b = np.floor(start + 0.5).astype(np.int64), np.floor(end + 0.5).astype(np.int64)
    if len(a) == 0:
        return a, a
    low, high = np.minimum(start, end), np.maximum(start, end)
    corner, reach = low.min(axis=0) - 1, high.max(axis=0) + 2
    side = max(CELL, math.sqrt(np.prod(reach - corner) / (2 * len(a))))
    columns = int((reach[0] - corner[0]) // side) + 1
    cells = columns * (int((reach[1] - corner[1]) // side) + 1)
    boxes = np.column_stack([(low - 1 - corner) // side, (high + 1 - corner) // side]).astype(np.int64)
    boxes = np.maximum(boxes, 0)
    owner, meeting = find_meetings(line_start, line_end, boxes, *file_boxes(boxes, columns, cells), columns)
    points = np.floor(meeting * PIXELS + 0.5).astype(np.int64)
    names, seat = np.unique(name_pixels(np.concatenate([a, b, points])), return_inverse=True)
    north = (names & ((1 << INDEX_BITS) - 1)) - (1 << (INDEX_BITS - 1))
    pixels = np.column_stack([names >> INDEX_BITS, north])
    spot = ((pixels - corner) // side).astype(np.int64)
    filed = file_boxes(np.column_stack([spot, spot]), columns, cells)
    order = np.argsort(owner, kind="stable")
    forced = np.searchsorted(owner[order], np.arange(len(a) + 1)), seat[2 * len(a) :][order]
    ends = seat[: len(a)], seat[len(a) : 2 * len(a)]
    found = bend_segments((start, end), ends, pixels, boxes, filed, forced, columns)
    pairs = np.unique(np.minimum(*found.T) * len(names) + np.maximum(*found.T))
    return pixels, np.column_stack([pairs // len(names), pairs % len(names)])


@njit(cache=True, nogil=True)
def file_boxes(boxes: IntArray, columns: int, cells: int) -> tuple[IntArray, IntArray]:
    """List for each cell of the index the rows whose boxes lie on it: first item of each cell, items."""
    first = np.zeros(cells + 1, dtype=np.int64)
    for west, south, east, north in boxes:
        for y in range(south, north + 1):
            for x in range(west, east + 1):
                first[y * columns + x + 1] += 1
    for cell in range(cells):
        first[cell + 1] += first[cell]
    items = np.empty(first[cells], dtype=np.int64)
    free = first.copy()
    for row in range(len(boxes)):
        for y in range(boxes[row, 1], boxes[row, 3] + 1):
            for x in range(boxes[row, 0], boxes[row, 2] + 1):
                items[free[y * columns + x]] = row
                free[y * columns + x] += 1
    return first, items


@njit(cache=True, nogil=True)
def find_meetings(
    start: FloatArray, end: FloatArray, boxes: IntArray, first: IntArray, items: IntArray, columns: int
) -> tuple[IntArray, FloatArray]:
    """Find where segments cross, else where they pass by a vertex of another within :data:`NEAR`.

    Returns
    -------
    segment, point : ndarray
        Each segment with each point that it is to be led through.
    """
    owner = np.empty(1024, dtype=np.int64)
    point = np.empty((1024, 2))
    count = 0
    for cell in range(len(first) - 1):
        for i in range(first[cell], first[cell + 1]):
            s = items[i]
            for j in range(i + 1, first[cell + 1]):
                t = items[j]
                # a pair is looked at in one cell only: the first that both lie in
                if max(boxes[s, 0], boxes[t, 0]) + columns * max(boxes[s, 1], boxes[t, 1]) != cell:
                    continue
                if part_boxes(start[s], end[s], start[t], end[t]):
                    continue
                if count + 4 > len(owner):
                    owner = np.concatenate((owner, np.empty_like(owner)))
                    point = np.concatenate((point, np.empty_like(point)))
                if cross(start[s], end[s], start[t], end[t]):
                    owner[count], owner[count + 1] = s, t
                    x, y = meet(start[s], end[s], start[t], end[t])
                    point[count, 0], point[count, 1] = x, y
                    point[count + 1, 0], point[count + 1, 1] = x, y
                    count += 2
                    continue
                for segment, other in ((s, t), (t, s)):
                    for vertex in (start[other], end[other]):
                        if is_near(vertex, start[segment], end[segment]):
                            owner[count] = segment
                            point[count, 0], point[count, 1] = vertex[0], vertex[1]
                            count += 1
    return owner[:count], point[:count]


@njit(cache=True, nogil=True)
def part_boxes(p: FloatArray, q: FloatArray, a: FloatArray, b: FloatArray) -> bool:
    """Return whether the boxes of two segments lie apart."""
    return bool(
        max(p[0], q[0]) + NEAR < min(a[0], b[0])
        or max(a[0], b[0]) + NEAR < min(p[0], q[0])
        or max(p[1], q[1]) + NEAR < min(a[1], b[1])
        or max(a[1], b[1]) + NEAR < min(p[1], q[1])
    )


@njit(cache=True, nogil=True)
def turn(p: FloatArray, q: FloatArray, x: float, y: float) -> float:
    """Return twice the area of a triangle, positive where it turns left."""
    return float((q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]))


@njit(cache=True, nogil=True)
def subtract(a: float, b: float) -> tuple[float, float]:
    """Return a difference and what rounding took from it."""
    high = a - b
    back = high - a
    return high, (a - (high - back)) - (b + back)


@njit(cache=True, nogil=True)
def multiply(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Return a product of sums of two numbers each, as such a sum."""
    high = a[0] * b[0]
    c, d = SPLITTER * a[0], SPLITTER * b[0]
    a_top, b_top = c - (c - a[0]), d - (d - b[0])
    a_low, b_low = a[0] - a_top, b[0] - b_top
    low = ((a_top * b_top - high) + a_top * b_low + a_low * b_top) + a_low * b_low
    low += a[0] * b[1] + a[1] * b[0]
    total = high + low
    return total, low - (total - high)


@njit(cache=True, nogil=True)
def find_side(p: FloatArray, q: FloatArray, v: FloatArray) -> int:
    """Return 1 for a vertex left of a segment, -1 right of it, 0 on it; in doubled precision if need be."""
    left, right = (p[0] - v[0]) * (q[1] - v[1]), (p[1] - v[1]) * (q[0] - v[0])
    det = left - right
    if abs(det) >= FILTER * (abs(left) + abs(right)) and det != 0:
        return 1 if det > 0 else -1
    first = multiply(subtract(q[0], p[0]), subtract(v[1], q[1]))
    second = multiply(subtract(q[1], p[1]), subtract(v[0], q[0]))
    top, rest = subtract(first[0], second[0])
    det = top + (rest + (first[1] - second[1]))
    return 1 if det > 0 else (-1 if det < 0 else 0)


@njit(cache=True, nogil=True)
def cross(p: FloatArray, q: FloatArray, a: FloatArray, b: FloatArray) -> bool:
    """Return whether two segments cross within both."""
    return find_side(p, q, a) * find_side(p, q, b) < 0 and find_side(a, b, p) * find_side(a, b, q) < 0


@njit(cache=True, nogil=True)
def meet(p: FloatArray, q: FloatArray, a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """Return the point where two segments cross, computed around the middle of what they share."""
    west, east = max(min(p[0], q[0]), min(a[0], b[0])), min(max(p[0], q[0]), max(a[0], b[0]))
    south, north = max(min(p[1], q[1]), min(a[1], b[1])), min(max(p[1], q[1]), max(a[1], b[1]))
    x, y = (west + east) / 2, (south + north) / 2
    p0, p1, q0, q1 = p[0] - x, p[1] - y, q[0] - x, q[1] - y
    a0, a1, b0, b1 = a[0] - x, a[1] - y, b[0] - x, b[1] - y
    first, second = (p1 - q1, q0 - p0, p0 * q1 - q0 * p1), (a1 - b1, b0 - a0, a0 * b1 - b0 * a1)
    w = first[0] * second[1] - second[0] * first[1]
    if w != 0:
        x += (first[1] * second[2] - second[1] * first[2]) / w
        y += (second[0] * first[2] - first[0] * second[2]) / w
        if west <= x <= east and south <= y <= north:
            return x, y
    # nearly the same line: the end that is nearest to the other one
    best, nearest = find_distance(p, a, b), p
    for vertex, u, v in ((q, a, b), (a, p, q), (b, p, q)):
        away = find_distance(vertex, u, v)
        if away < best:
            best, nearest = away, vertex
    return nearest[0], nearest[1]


@njit(cache=True, nogil=True)
def find_distance(vertex: FloatArray, p: FloatArray, q: FloatArray) -> float:
    """Return how far a vertex is from a segment."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    along = ((vertex[0] - p[0]) * dx + (vertex[1] - p[1]) * dy) / max(dx * dx + dy * dy, 1e-300)
    if along <= 0:
        return math.hypot(vertex[0] - p[0], vertex[1] - p[1])
    if along >= 1:
        return math.hypot(vertex[0] - q[0], vertex[1] - q[1])
    return float(abs((p[1] - vertex[1]) * dx - (p[0] - vertex[0]) * dy) / math.hypot(dx, dy))


@njit(cache=True, nogil=True)
def is_near(vertex: FloatArray, p: FloatArray, q: FloatArray) -> bool:
    """Return whether a vertex lies on a segment, off its ends."""
    x, y = vertex[0], vertex[1]
    if x < min(p[0], q[0]) - NEAR or x > max(p[0], q[0]) + NEAR:
        return False
    if y < min(p[1], q[1]) - NEAR or y > max(p[1], q[1]) + NEAR:
        return False
    if (x - p[0]) ** 2 + (y - p[1]) ** 2 < NEAR**2 or (x - q[0]) ** 2 + (y - q[1]) ** 2 < NEAR**2:
        return False
    return bool(find_distance(vertex, p, q) < NEAR)


@njit(cache=True, nogil=True)
def pass_pixel(p: FloatArray, q: FloatArray, x: int, y: int) -> bool:
    """Return whether a segment passes through a pixel, whose west and south sides belong to it."""
    west, east, south, north = x - 0.5, x + 0.5, y - 0.5, y + 0.5
    if p[0] > q[0]:
        p, q = q, p
    if p[0] >= east or q[0] < west or min(p[1], q[1]) >= north or max(p[1], q[1]) < south:
        return False
    if p[0] == q[0] or p[1] == q[1]:
        return True
    rising = bool(p[1] < q[1])
    north_west, north_east = turn(p, q, west, north), turn(p, q, east, north)
    south_west, south_east = turn(p, q, west, south), turn(p, q, east, south)
    if north_west == 0:
        return not rising
    if north_east == 0:
        return rising
    if (north_west > 0) != (north_east > 0) or south_west == 0 or (south_west > 0) != (north_west > 0):
        return True
    if south_east == 0:
        return not rising
    return bool((south_east > 0) != (south_west > 0))


@njit(cache=True, nogil=True)
def sort_along(row: IntArray, pixels: IntArray, count: int, step: IntArray) -> None:
    """Sort pixels along a step: by the axis that it goes along most, then by the other."""
    major = 0 if abs(step[0]) >= abs(step[1]) else 1
    sign, side = (1 if step[major] >= 0 else -1), (1 if step[1 - major] >= 0 else -1)
    for i in range(1, count):
        mine = row[i]
        at = i
        while at > 0:
            ahead = sign * (pixels[row[at - 1], major] - pixels[mine, major])
            if ahead < 0 or (
                ahead == 0 and side * (pixels[row[at - 1], 1 - major] - pixels[mine, 1 - major]) <= 0
            ):
                break
            row[at] = row[at - 1]
            at -= 1
        row[at] = mine


@njit(cache=True, nogil=True)
def make_room(row: IntArray, size: int) -> IntArray:
    """Return an array with room for one more."""
    return row if size < len(row) else np.concatenate((row, np.empty_like(row)))


@njit(cache=True, nogil=True)
def find_passed(
    segment: tuple[FloatArray, FloatArray],
    ends: tuple[int, int],
    pixels: IntArray,
    box: IntArray,
    filed: tuple[IntArray, IntArray],
    row: IntArray,
    columns: int,
) -> tuple[IntArray, int]:
    """List the hot pixels that a segment passes through, but its ends: the list, and how many of it count."""
    p, q = segment
    first, items = filed
    size = 0
    for y in range(box[1], box[3] + 1):
        for x in range(box[0], box[2] + 1):
            for pixel in items[first[y * columns + x] : first[y * columns + x + 1]]:
                if pixel not in ends and pass_pixel(p, q, pixels[pixel, 0], pixels[pixel, 1]):
                    row = make_room(row, size)
                    row[size] = pixel
                    size += 1
    return row, size


@njit(cache=True, nogil=True)
def bend_segments(
    segments: tuple[FloatArray, FloatArray],
    ends: tuple[IntArray, IntArray],
    pixels: IntArray,
    boxes: IntArray,
    filed: tuple[IntArray, IntArray],
    forced: tuple[IntArray, IntArray],
    columns: int,
) -> IntArray:
    """Lead each segment through the hot pixels on its way: pairs of pixels that follow each other."""
    pairs = np.empty((2 * len(boxes) + 16, 2), dtype=np.int64)
    count = 0
    row = np.empty(64, dtype=np.int64)
    for s in range(len(boxes)):
        a, b = ends[0][s], ends[1][s]
        if a == b:
            continue
        segment = (segments[0][s], segments[1][s])
        row, size = find_passed(segment, (a, b), pixels, boxes[s], filed, row, columns)
        for pixel in forced[1][forced[0][s] : forced[0][s + 1]]:
            if pixel not in (a, b):
                row = make_room(row, size)
                row[size] = pixel
                size += 1
        sort_along(row, pixels, size, pixels[b] - pixels[a])
        while count + size + 1 > len(pairs):
            pairs = np.concatenate((pairs, np.empty_like(pairs)))
        last = a
        for i in range(size + 1):
            following = b if i == size else row[i]
            if following != last:
                pairs[count, 0], pairs[count, 1] = last, following
                count += 1
            last = following
    return pairs[:count]


def merge_chains(pairs: IntArray, stops: BoolArray) -> tuple[IntArray, IntArray]:
    """Join segments into lines that end where others meet them, or at a stop.

    Parameters
    ----------
    pairs
        Vertices at the ends of each segment, shape (m, 2).
    stops
        Vertices at which a line ends in any case.

    Returns
    -------
    vertex : ndarray
        Vertices, line by line.
    first : ndarray
        First vertex of each line, and the end, shape (lines + 1,).
    """
    half = np.concatenate([pairs[:, 0], pairs[:, 1]])
    order = np.argsort(half, kind="stable")
    seats = np.searchsorted(half[order], np.arange(len(stops) + 1))
    halt = stops | (np.diff(seats) != 2)
    return walk_chains(np.concatenate([pairs[:, 1], pairs[:, 0]]), order, seats, halt)


@njit(cache=True, nogil=True)
def walk_chains(
    far: IntArray, order: IntArray, seats: IntArray, halt: BoolArray
) -> tuple[IntArray, IntArray]:
    """Walk from every halt along the segments to the next one, then around what has none."""
    m = len(far) // 2
    used = np.zeros(m, dtype=np.bool_)
    vertex, first = np.empty(2 * m, dtype=np.int64), np.empty(m + 1, dtype=np.int64)
    count = lines = 0
    for rings in (False, True):
        for begin in range(len(halt)):
            if halt[begin] == rings:
                continue
            for seat in range(seats[begin], seats[begin + 1]):
                half = order[seat]
                if used[half % m]:
                    continue
                first[lines] = count
                lines += 1
                vertex[count] = begin
                count += 1
                at = begin
                while True:
                    used[half % m] = True
                    at = far[half]
                    vertex[count] = at
                    count += 1
                    if halt[at] or at == begin:
                        break
                    other = order[seats[at]]
                    half = order[seats[at] + 1] if other % m == half % m else other
    first[lines] = count
    return vertex[:count], first[: lines + 1]
