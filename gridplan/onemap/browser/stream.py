"""Shapes and places as streams of small whole numbers: what the browser map reads.

A blob is the length of its head (uint32, little-endian), the head as JSON, and whole numbers of seven bits a
byte, low bits first, the high bit set where more follow. Signed numbers are folded (0, -1, 1, -2 ...).
Coordinates count steps of one lattice that all layers of a view share, each as the difference from the point
before: borders that two areas share stay shared, whatever the step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import shapely

from gridplan.arrays import FloatArray, IntArray, ShapeArray

__all__ = ["pack_places", "pack_shapes", "pack_values", "to_varints"]


def pack_values(head: Mapping[str, object], numbers: bytes = b"") -> bytes:
    """Put a head and a stream of numbers into one blob."""
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + numbers


def pack_shapes(
    shapes: ShapeArray, step: float, head: Mapping[str, object], places: FloatArray | None = None
) -> bytes:
    """Put shapes, and a place for each, into a blob.

    Parameters
    ----------
    shapes
        Polygons or lines, single or multi, x and y in units of the lattice's coordinates.
    step
        Step of the lattice in the same units.
    head
        What else is stored.
    places
        Further places, shape (m, 2), None for none.

    Returns
    -------
    bytes
        Per shape the number of its rings or lines, per ring the number of its points (the closing one is left
        out), then the points, then the places. The first ring of a polygon runs against the clock and its
        holes with it, so that a fill by winding number leaves the holes open.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    closed = len(parts) > 0 and shapely.get_type_id(parts[0]) == shapely.GeometryType.POLYGON
    if closed:
        parts, ring_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
        owner = owner[ring_part]
    xy, ring = shapely.get_coordinates(parts, return_index=True)
    steps = np.rint(xy / step).astype(np.int64)
    kept = np.ones(len(steps), dtype=bool)
    kept[1:] = (steps[1:] != steps[:-1]).any(axis=1) | (ring[1:] != ring[:-1])
    steps, ring = steps[kept], ring[kept]
    if closed and len(steps):
        # the last point of a ring is its first; one that has shrunk to a point keeps it
        last = np.append(ring[1:] != ring[:-1], True)
        sizes = np.bincount(ring, minlength=len(parts))
        drop = last & (sizes[ring] > 1)
        steps, ring = steps[~drop], ring[~drop]
    rings, points = np.bincount(owner, minlength=len(shapes)), np.bincount(ring, minlength=len(parts))
    whole = {**head, "step": step, "shapes": len(shapes), "rings": len(parts), "points": len(steps)}
    stream = to_varints(rings) + to_varints(points) + to_varints(_fold(_differ(steps)))
    if places is not None:
        whole["places"] = len(places)
        stream += _stream_places(places, step)
    return pack_values(whole, stream)


def pack_places(places: FloatArray, step: float, head: Mapping[str, object]) -> bytes:
    """Put places, shape (n, 2), into a blob."""
    return pack_values({**head, "step": step, "places": len(places)}, _stream_places(places, step))


def _stream_places(places: FloatArray, step: float) -> bytes:
    return to_varints(_fold(_differ(np.rint(np.reshape(places, (-1, 2)) / step).astype(np.int64))))


def _differ(steps: IntArray) -> IntArray:
    return np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()


def _fold(numbers: IntArray) -> IntArray:
    return np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)


def to_varints(numbers: IntArray) -> bytes:
    """Write whole numbers from 0 on, seven bits a byte, low bits first."""
    if not len(numbers):
        return b""
    left = numbers.astype(np.uint64)
    widest = max(1, -(-int(left.max()).bit_length() // 7))
    table = np.empty((len(left), widest), dtype=np.uint8)
    more = np.empty((len(left), widest), dtype=bool)
    for place in range(widest):
        table[:, place] = left & np.uint64(127)
        more[:, place] = left > 127
        left = left >> np.uint64(7)
    # a byte is written where the byte before it says that more follow
    written = np.ones_like(more)
    written[:, 1:] = more[:, :-1]
    table |= more.astype(np.uint8) << 7
    return table[written].tobytes()
