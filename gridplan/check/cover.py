"""Law 1, seamless: the areas of a level are disjoint and their union is the district."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import FloatArray, IntArray, ShapeArray
from gridplan.check.borders import Segments, fingerprint_segments, take_segments
from gridplan.check.findings import Finding, count_fault, name_ids, with_ok
from gridplan.check.reading import LevelReading, Reading

__all__ = ["check_seamless"]


#: Share of the district's area that may be lost to rounding (DESIGN.md, law 1).
AREA_SHARE = 1e-6
#: Holes and overlaps below this are the rounding of coordinates, not ground [m2]: 1 cm along 10 m.
SPECK_M2 = 0.1
#: A place lies on the district's outline when it is this near [m]: the written grid.
ON_RIM_M = 0.01


def check_seamless(reading: Reading) -> list[Finding]:
    """Check the cover by atoms and every written level layer."""
    rows = with_ok("", _check_atoms(reading), checked=len(reading.geometry))
    return rows + reading.check_levels(lambda level: _check_layer(reading, level))


def _check_atoms(reading: Reading) -> list[Finding]:
    shapes = reading.geometry
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    broken = np.flatnonzero(~polygonal | shapely.is_empty(shapes) | ~shapely.is_valid(shapes))
    if len(broken):
        return count_fault("atoms_broken", broken)
    whole = float(shapely.area(reading.plan.district))
    gaps, covered = _find_gaps(reading, whole)
    if _cancels(reading, covered) or bool(shapely.coverage_is_valid(shapes)):
        return gaps
    return _name_overlaps(reading) + gaps


def _cancels(reading: Reading, covered: float) -> bool:
    """Whether the borders of the atoms cancel, so that they are a coverage without further ado.

    How many atoms lie over a place can change only across a segment that has no partner on its other side.
    Where all those lie on the district's outline, the number is the same all over, and it is one if the
    areas of the atoms add up to the ground inside the outline.
    """
    borders = reading.borders
    if len(borders.crowded) or abs(float(reading.area.sum()) - covered) > SPECK_M2:
        return False
    limit = take_segments(np.array([reading.plan.district], dtype=object))
    tree = shapely.STRtree(shapely.linestrings(limit.ends.reshape(-1, 2, 2)))
    rim = shapely.points(borders.segments.ends[borders.partner < 0].reshape(-1, 2))
    near = tree.query(rim, predicate="dwithin", distance=ON_RIM_M)[0]
    return len(np.unique(near)) == len(rim)


def _find_gaps(reading: Reading, whole: float) -> tuple[list[Finding], float]:
    """Compare the rim of all atoms with the district; name holes and what sticks out, measure the ground."""
    borders = reading.borders
    rim = borders.partner < 0
    ends = borders.segments.ends[rim]
    limit = take_segments(np.array([reading.plan.district], dtype=object))
    total = float(reading.area.sum())
    mine, wanted = (fingerprint_segments(one, np.zeros(len(one), np.int64), 1) for one in (ends, limit.ends))
    same = len(ends) == len(limit.ends) and bool(mine == wanted)
    if same and abs(total - whole) <= AREA_SHARE * whole:
        return [], whole
    covered = shapely.build_area(shapely.multilinestrings(shapely.linestrings(ends.reshape(-1, 2, 2))))
    lost = _take_pieces(shapely.difference(reading.plan.district, covered), whole)
    over = _take_pieces(shapely.difference(covered, reading.plan.district), whole)
    faults = [
        _describe_pieces(reading, reason, pieces)
        for reason, pieces in (("hole", lost), ("outside", over))
        if len(pieces)
    ]
    if not faults and abs(total - whole) > AREA_SHARE * whole:
        faults.append(Finding("violation", value=total, bound=whole, reason="area_differs"))
    return faults, float(shapely.area(covered))


def _take_pieces(shape: BaseGeometry, whole: float) -> ShapeArray:
    """Pieces that are ground and not rounding; none where all together are below the law's share."""
    parts = shapely.get_parts(shape)
    area = shapely.area(parts)
    if area.sum() <= AREA_SHARE * whole and not (area > max(SPECK_M2, AREA_SHARE * whole / 10)).any():
        return np.zeros(0, dtype=object)
    return np.asarray(parts[area > min(SPECK_M2, area.max() / 2)], dtype=object)


def _describe_pieces(reading: Reading, reason: str, pieces: ShapeArray) -> Finding:
    """Name the areas beside holes by the codes of the last level."""
    tree = shapely.STRtree(reading.geometry)
    touched = np.unique(tree.query(pieces, predicate="dwithin", distance=0.01)[1])
    m2 = float(shapely.area(pieces).sum())
    values = {"m2": round(m2, 3), "pieces": len(pieces)} | _name_codes(reading, touched)
    return Finding("violation", value=m2, bound=0.0, reason=reason, values=values)


def _name_codes(reading: Reading, atoms: IntArray) -> dict[str, object]:
    if not reading.levels:
        return name_ids(atoms.tolist())
    last = reading.levels[-1]
    labels = np.unique(last.labels[atoms])
    return name_ids(last.codes[labels[labels >= 0]].tolist())


def _name_overlaps(reading: Reading) -> list[Finding]:
    """Find out what makes the atoms no coverage: overlaps by m2, else borders that do not match."""
    shapes = reading.geometry
    wrong = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    a, b, common = _find_overlaps(shapes[wrong])
    if not len(a):
        return count_fault("borders_unmatched", wrong)
    m2 = float(common.sum())
    values = {"m2": round(m2, 3)} | _name_codes(reading, wrong[np.union1d(a, b)])
    return [Finding("violation", value=m2, bound=0.0, reason="overlap", values=values)]


def _find_overlaps(shapes: ShapeArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Find pairs of polygons that share ground, with their common square metres."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    real = common > SPECK_M2 / 100
    return a[real], b[real], common[real]


def outline_segments(reading: Reading, level: LevelReading) -> Segments:
    """Segments of the atoms that lie on the outline of an area, owned by the area's label."""
    borders = reading.borders
    mine = level.labels[borders.segments.owner]
    beyond = np.where(borders.partner >= 0, level.labels[borders.partner], -2)
    outline = (mine != beyond) & (mine >= 0)
    return Segments(borders.segments.ends[outline], mine[outline], borders.segments.left[outline])


def find_differing(reading: Reading, level: LevelReading, layer: gpd.GeoDataFrame) -> dict[str, float]:
    """Find written polygons that are not the union of their atoms: square metres that differ, by code."""
    codes = layer_codes(layer)
    shapes = layer.geometry.to_numpy()
    outline = outline_segments(reading, level)
    wanted = fingerprint_segments(outline.ends, outline.owner, len(level.codes))
    written = take_segments(shapes)
    have = fingerprint_segments(written.ends, written.owner, len(shapes))
    place = {code: i for i, code in enumerate(level.codes)}
    differing = {}
    for row, code in enumerate(codes):
        label = place.get(code)
        if label is None or have[row] == wanted[label]:
            continue
        lines = outline.ends[outline.owner == label].reshape(-1, 2, 2)
        drawn = shapely.build_area(shapely.multilinestrings(shapely.linestrings(lines)))
        shape = shapes[row] if shapely.is_valid(shapes[row]) else shapely.make_valid(shapes[row])
        apart = float(shapely.area(shapely.symmetric_difference(shape, drawn)))
        if apart > max(SPECK_M2, AREA_SHARE * float(shapely.area(drawn))):
            differing[code] = apart
    return differing


def layer_codes(layer: gpd.GeoDataFrame) -> list[str]:
    """Codes of a written layer, from its column or its index."""
    column = layer["code"] if "code" in layer.columns else layer.index.to_series()
    return ["" if code is None or code != code else str(code) for code in column]  # noqa: PLR0124 (NaN)


def _check_layer(reading: Reading, level: LevelReading) -> list[Finding]:
    name, layer = level.id, reading.polygons.get(level.id)
    if layer is None:
        # a plan just made has labels only: its areas are as seamless as its atoms
        return []
    codes = np.array(layer_codes(layer), dtype=object)
    shapes = layer.geometry.to_numpy()
    faults = [
        Finding("violation", name, code, apart, 0.0, "polygon_differs", {"m2": round(apart, 3)})
        for code, apart in find_differing(reading, level, layer).items()
    ]
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes) | ~shapely.is_valid(shapes)
    faults += [Finding("violation", name, str(code), reason="polygon_broken") for code in codes[bad]]
    if bad.any() or bool(shapely.coverage_is_valid(shapes)):
        return faults
    pairs = _find_overlaps(shapes)
    if not len(pairs[0]):
        wrong = codes[~shapely.is_empty(shapely.coverage_invalid_edges(shapes))]
        return faults + count_fault("borders_unmatched", wrong, name)
    return faults + [
        Finding(
            "violation", name, str(codes[a]), float(common), 0.0, "polygons_overlap",
            {"m2": round(float(common), 3), "other": str(codes[b])},
        )
        for a, b, common in zip(*pairs, strict=True)
    ]  # fmt: skip
