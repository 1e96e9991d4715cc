"""Small pictures of the map, and what the browser makes of the blobs it gets."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.onemap.view import AreaLayer, Ground, Imprint, MapView, PointLayer, Swatch
from gridplan.plan import Plan, dissolve_level

RISK = (
    Swatch("重大", "#d7191c", "红", "cross"),
    Swatch("较大", "#f58220", "橙", "lines"),
    Swatch("一般", "#f2c80f", "黄", "dots"),
)


def make_view(plan: Plan, level: str, lang: str = "zh") -> MapView:
    """Draw a level of a plan in three classes, with three things on it."""
    shapes = dissolve_level(plan, level)
    parent = plan.scheme[level].parent
    x, y = plan.district.centroid.coords[0]
    things = PointLayer(
        "enterprises",
        "企业",
        np.array([[x, y], [x + 30, y], [x, y + 30]]),
        np.array([1, 0, 1]),
        RISK,
        [["one"], ["two"], ["three"]],
    )
    return MapView(
        lang,
        Imprint("小城 <b>风险图</b>", "街道办", "2026-10", stamp="内部工作用图"),
        Ground(plan.district, plan.streets, plan.buildings),
        AreaLayer(
            level,
            shapes,
            np.arange(len(shapes), dtype=np.int64) % 4 - 1,
            RISK,
            "风险等级",
            list(shapes.index),
            [[str(code), f"第 {n} 个 </script>"] for n, code in enumerate(shapes.index)],
        ),
        outlines=dissolve_level(plan, parent) if parent else None,
        points=(things,),
    )


def open_blob(blob: bytes) -> tuple[dict[str, Any], bytes]:
    """Return head and numbers of a blob."""
    length = int.from_bytes(blob[:4], "little")
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


def read_varints(stream: bytes) -> npt.NDArray[np.int64]:
    """Read whole numbers, seven bits a byte, low bits first."""
    numbers, value, shift = [], 0, 0
    for byte in stream:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value, shift = 0, 0
    return np.array(numbers, dtype=np.int64)


def _unfold(numbers: npt.NDArray[np.int64], step: float) -> npt.NDArray[np.float64]:
    signed = np.where(numbers % 2 == 1, -(numbers + 1) // 2, numbers // 2)
    return np.cumsum(signed.reshape(-1, 2), axis=0) * step


def _decode_rings(blob: bytes) -> list[list[npt.NDArray[np.float64]]]:
    head, stream = open_blob(blob)
    numbers = read_varints(stream)
    rings, numbers = numbers[: head["shapes"]], numbers[head["shapes"] :]
    points, numbers = numbers[: head["rings"]], numbers[head["rings"] :]
    xy = _unfold(numbers[: 2 * head["points"]], head["step"])
    pieces = np.split(xy, np.cumsum(points)[:-1])
    ends = np.cumsum(rings)
    return [pieces[end - count : end] for count, end in zip(rings, ends, strict=True)]


def decode_points(blob: bytes) -> list[npt.NDArray[np.float64]]:
    """Return the points of each shape."""
    return [np.concatenate(rings) for rings in _decode_rings(blob)]


def decode_shapes(blob: bytes) -> list[list[shapely.Polygon]]:
    """Return the polygons of each shape: a ring against the clock opens one, the others are its holes."""
    shapes = []
    for rings in _decode_rings(blob):
        outer: list[tuple[Any, list[Any]]] = []
        for ring in rings:
            if shapely.is_ccw(shapely.linearrings(ring)):
                outer.append((ring, []))
            else:
                outer[-1][1].append(ring)
        shapes.append([shapely.Polygon(shell, holes) for shell, holes in outer])
    return shapes


def decode_places(blob: bytes) -> npt.NDArray[np.float64]:
    """Return the places of a blob that holds nothing else."""
    head, stream = open_blob(blob)
    return _unfold(read_varints(stream), head["step"])
