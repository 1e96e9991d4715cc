"""What every map is drawn with: a sheet, its scale, polygons and lines as paths, the file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import AbstractPathEffect, withStroke
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import FloatArray
from gridplan.errors import InputError, WriteError

__all__ = [
    "PICTURE_SIZE",
    "add_polygons",
    "make_halo",
    "open_sheet",
    "render_sheet",
    "save_sheet",
    "trace_lines",
    "trace_polygons",
]

#: Width and height of a map [px]: sharp on a full-HD wall and in a document.
PICTURE_SIZE = (2400, 1600)

_DPI = 200
# Polygons drawn as one path: many are much faster than one each, all would strain the rasteriser.
_CHUNK = 5000


def open_sheet(
    path: str | Path, size: tuple[int, int], district: BaseGeometry
) -> tuple[Path, Figure, Axes, float]:
    """Lay out a sheet: the district in the middle of the map, one metre equally long both ways.

    Parameters
    ----------
    path
        Where the map will go; the ending chooses the format (.png, .svg, .pdf).
    size
        Width and height [px].
    district
        The ground to be shown [m].

    Returns
    -------
    target, figure, axes, points_per_m

    Raises
    ------
    InputError
        ``map_format`` for an ending that is none of the three.
    """
    target = Path(path)
    if target.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise InputError("map_format", path=str(target))
    # letters and lines grow with the picture, so that every size shows the same sheet
    dpi = _DPI * min(size[0] / PICTURE_SIZE[0], size[1] / PICTURE_SIZE[1])
    figure = Figure(figsize=(size[0] / dpi, size[1] / dpi), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.012, 0.05, 0.766, 0.938))
    west, south, east, north = district.bounds
    box = axes.get_position()
    width, height = (side * part for side, part in zip(figure.get_size_inches(), box.size, strict=True))
    metres_per_inch = max((east - west) / width, (north - south) / height) * 1.03
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - metres_per_inch * width / 2, x + metres_per_inch * width / 2)
    axes.set_ylim(y - metres_per_inch * height / 2, y + metres_per_inch * height / 2)
    axes.set_axis_off()
    return target, figure, axes, 72 / metres_per_inch


def make_halo(width: float) -> list[AbstractPathEffect]:
    """Put a pale rim around letters."""
    return [withStroke(linewidth=width, foreground="#ffffffcc")]


def trace_lines(shapes: npt.NDArray[np.object_]) -> list[FloatArray]:
    """Return the coordinates of each part of some lines."""
    xy, line = shapely.get_coordinates(shapely.get_parts(shapes), return_index=True)
    return np.split(xy, np.flatnonzero(np.diff(line)) + 1) if len(xy) else []


def add_polygons(axes: Axes, shapes: npt.NDArray[np.object_], **style: Any) -> None:
    """Add polygons of one style; they must not overlap."""
    joinstyle = style.pop("joinstyle", "miter")
    paths = [trace_polygons(shapes[first : first + _CHUNK]) for first in range(0, len(shapes), _CHUNK)]
    collection = PathCollection(paths, **style)
    collection.set_joinstyle(joinstyle)
    collection.set_transform(axes.transData)
    axes.add_collection(collection, autolim=False)


def trace_polygons(shapes: npt.NDArray[np.object_]) -> DrawnPath:
    """Put all rings of some polygons into one path; holes run the other way round."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shapes)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), DrawnPath.LINETO, dtype=DrawnPath.code_type)
    firsts = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[firsts] = DrawnPath.MOVETO
    codes[np.append(firsts[1:], len(xy))[: len(firsts)] - 1] = DrawnPath.CLOSEPOLY
    return DrawnPath(xy, codes)


def save_sheet(figure: Figure, target: Path) -> None:
    """Write a sheet whole or not at all.

    Raises
    ------
    WriteError
        If the file cannot be written; nothing half-written is left.
    """
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        part.write_bytes(render_sheet(figure, target.suffix.lower().removeprefix(".")))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WriteError("map_not_written", path=str(target), fault=str(error)) from error


def render_sheet(figure: Figure, kind: str) -> bytes:
    """Turn a sheet into the bytes of a file.

    Parameters
    ----------
    figure
        The sheet.
    kind
        "png", "svg" or "pdf".

    Returns
    -------
    bytes
        Without a date and a program version: equal sheets give equal bytes.
    """
    unset = {"png": ("Software",), "svg": ("Date", "Creator"), "pdf": ("CreationDate", "Creator", "Producer")}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=figure.dpi, metadata=dict.fromkeys(unset[kind]))
    return buffer.getvalue()
