"""Whereon the borders of areas lie: streets, the district's edge, or neither; and the 四至 told from it."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.i18n import has_text, t

__all__ = ["SIDES", "tell_sides", "trace_borders"]

#: The four sides in the order in which Chinese documents tell them (四至: east, south, west, north).
SIDES = ("east", "south", "west", "north")

# A border drawn along a street lies on the street's line itself; rounding in files moves it by
# millimetres, snapping of the network by less than this [m].
_ON_STREET_M = 1.0
# A second name is told when it covers at least this share of a side.
_SECOND_SHARE = 0.25
# Weight of where a stretch lies against where it faces, when its side is chosen: facing decides,
# place breaks the tie of borders that run diagonally.
_PLACE_WEIGHT = 0.5

FloatArray = npt.NDArray[np.float64]


def trace_borders(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, district: BaseGeometry) -> pd.DataFrame:
    """Take the borders of areas apart and tell of each stretch whereon it lies.

    Parameters
    ----------
    areas
        Polygons indexed by ``code``, projected [m].
    streets
        Noded lines, same CRS.
    district
        The ground that the areas divide.

    Returns
    -------
    DataFrame
        One row per stretch between two vertices: ``code``, ``length`` [m], ``side`` (index into
        :data:`SIDES`: the direction in which the stretch looks out of its area), ``street`` (row of
        ``streets``, -1 for none), ``rim`` (on the district's edge).
    """
    row, start, end = _split_rings(areas.geometry.to_numpy())
    vector = end - start
    length = np.hypot(vector[:, 0], vector[:, 1])
    keep = length > 0
    row, start, vector, length = row[keep], start[keep], vector[keep], length[keep]
    middle = start + vector / 2
    points = shapely.points(middle)
    return pd.DataFrame(
        {
            "code": areas.index.to_numpy()[row],
            "length": length,
            "side": _face_sides(areas.geometry.bounds.to_numpy()[row], middle, vector, length),
            "street": _find_lines(points, streets.geometry.to_numpy()),
            "rim": _find_lines(points, _lines_of(district)) >= 0,
        }
    )


def _split_rings(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Return polygon row, start and end of every stretch, with the area always to the left."""
    parts, part_row = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    row = part_row[ring_part[ring[1:][same]]]
    return row.astype(np.int64), xy[:-1][same], xy[1:][same]


def _face_sides(
    bounds: FloatArray, middle: FloatArray, vector: FloatArray, length: FloatArray
) -> npt.NDArray[np.int8]:
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    half = np.maximum((bounds[:, 2:] - bounds[:, :2]) / 2, 1e-9)
    outward = np.column_stack((vector[:, 1], -vector[:, 0])) / length[:, None]
    look = outward + _PLACE_WEIGHT * (middle - centre) / half
    east_west = np.abs(look[:, 0]) >= np.abs(look[:, 1])
    return np.where(east_west, np.where(look[:, 0] >= 0, 0, 2), np.where(look[:, 1] < 0, 1, 3)).astype(
        np.int8
    )


def _lines_of(district: BaseGeometry) -> npt.NDArray[np.object_]:
    edge = shapely.get_parts(shapely.boundary(district))
    xy, line = shapely.get_coordinates(edge, return_index=True)
    same = line[1:] == line[:-1]
    lines: npt.NDArray[np.object_] = shapely.linestrings(np.stack((xy[:-1][same], xy[1:][same]), axis=1))
    return lines


def _find_lines(points: npt.NDArray[np.object_], lines: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return for each point the first line on which it lies, -1 for none."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(lines) and len(points):
        tree = shapely.STRtree(lines)
        point, line = tree.query(points, predicate="dwithin", distance=_ON_STREET_M)
        # of several lines the first row, whatever order the tree gives them in
        order = np.lexsort((line, point))[::-1]
        found[point[order]] = line[order]
    return found


def tell_sides(
    borders: pd.DataFrame, streets: gpd.GeoDataFrame, codes: Iterable[str], lang: str
) -> pd.Series:
    """Tell the 四至 of areas: what each side borders on.

    Parameters
    ----------
    borders
        Result of :func:`trace_borders`.
    streets
        The lines that it was traced on, with ``name`` and ``street_class``.
    codes
        The areas, in the order wanted.
    lang
        "zh" or "en".

    Returns
    -------
    Series of str, indexed by code
        Per side the name with the largest share, and a second one that covers at least a quarter;
        stretches without a name or off the streets are said to be so.
    """
    table = borders.assign(label=_label_borders(borders, streets, lang))
    shares = table.groupby(["code", "side", "label"], sort=True)["length"].sum().reset_index()
    shares["share"] = shares["length"] / shares.groupby(["code", "side"])["length"].transform("sum")
    shares = shares.sort_values(["code", "side", "share", "label"], ascending=[True, True, False, True])
    place = shares.groupby(["code", "side"]).cumcount()
    told = shares[(place == 0) | ((place == 1) & (shares["share"] >= _SECOND_SHARE))]
    comma = t("borders.and", lang)
    per_side = told.groupby(["code", "side"], sort=True)["label"].agg(comma.join)
    phrases = [t(f"borders.{SIDES[side]}", lang, names=names) for (_, side), names in per_side.items()]
    words = pd.Series(phrases, index=per_side.index.get_level_values("code"), dtype="str")
    joined = words.groupby(level=0).agg(t("borders.next", lang).join)
    return joined.reindex(list(codes)).fillna("")


def _label_borders(borders: pd.DataFrame, streets: gpd.GeoDataFrame, lang: str) -> npt.NDArray[np.object_]:
    names = streets["name"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    classes = streets["street_class"].fillna("").astype(str).to_numpy(dtype=object)
    unnamed = {
        word: t(
            f"borders.unnamed.{word}" if has_text(f"borders.unnamed.{word}", lang) else "borders.unnamed",
            lang,
        )
        for word in sorted(set(classes))
    }
    spoken = np.array(
        [name or unnamed[word] for name, word in zip(names, classes, strict=True)], dtype=object
    )
    street = borders["street"].to_numpy()
    off = np.where(borders["rim"].to_numpy(), t("borders.rim", lang), t("borders.inner", lang)).astype(object)
    if len(spoken):
        off[street >= 0] = spoken[street[street >= 0]]
    return off
