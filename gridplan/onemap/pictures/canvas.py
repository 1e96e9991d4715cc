"""What every map is drawn with: polygons and lines as paths, halos of letters, the bytes of a file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import AbstractPathEffect, withStroke

from gridplan.arrays import FloatArray

__all__ = ["add_polygons", "make_halo", "render_sheet", "trace_lines", "trace_polygons"]

# Polygons drawn as one path: many are much faster than one each, all would strain the rasteriser.
_CHUNK = 5000


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
