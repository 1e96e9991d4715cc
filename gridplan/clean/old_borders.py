"""Borders of areas that stand already, and whose the ground is where they overlap or leave gaps.

The rule, as a planner would settle it on the map. An area that lies in another keeps its ground. Else a
piece that two areas claim, or none, goes to the one with the longest common border, where a border that
lies on a street hardly counts: a street parts, it does not join. So of the two borders around an overlap
the one on the street holds, and a strip along a street is shared out along its centre line. Gaps that
are wide and large stay nobody's, because that is a finding (管理真空), not noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray
from gridplan.clean.network import GRID_M
from gridplan.schema import issue_rows, join_issues

__all__ = ["settle_borders"]


#: An area with more than this share in another one lies in it (as for footprints).
_NESTED = 0.8
#: A gap stays nobody's where it is wider than this [m] and larger than this [m2]. Own choice: a main street
#: or a river with its banks is narrower; a football pitch and a half is larger than any slip of the pen.
_WIDE_M = 40.0
_LARGE_M2 = 10_000.0
#: A border this near to a street counts as lying on it, and counts the less the nearer [m]: half of the
#: widest carriageway pair on the shared cities (20 m) and a pavement.
_STREET_M = 15.0
#: What a metre on a street counts, so that streets all around still leave an order.
_ON_STREET = 1e-3
#: Ranks of the streets that part areas.
_DEEPEST_RANK = 2
#: Pieces below this are listed in a single row, not each by itself [m2].
_NOISE_M2 = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Faces:
    """The ground cut by all borders.

    Parameters
    ----------
    shapes
        Faces of the borders inside the district, shape (n,).
    points
        A point well inside each.
    area, face
        Which area covers which face, one row per pair, sorted by face.
    claims
        How many areas cover each face, shape (n,).
    """

    shapes: ShapeArray
    points: ShapeArray
    area: IntArray
    face: IntArray
    claims: IntArray


def settle_borders(
    areas: gpd.GeoDataFrame, district: BaseGeometry, streets: gpd.GeoDataFrame
) -> tuple[ShapeArray, pd.DataFrame]:
    """Make areas disjoint and close the gaps between them.

    Parameters
    ----------
    areas
        ``code``, ``name``; valid polygons inside the district, sorted by code.
    district
        The ground to be divided.
    streets
        Lines with ``rank``.

    Returns
    -------
    shapes, issues
        The areas in the same order, an exact coverage on the grid of 1 cm; one row for each overlap and each
        gap with its size and the names. Empty where nothing is left of an area.
    """
    shapes = areas.geometry.to_numpy()
    names = np.where(areas["name"] != "", areas["name"], areas["code"]).astype(object)
    lines = streets.geometry.to_numpy()[streets["rank"].to_numpy() <= _DEEPEST_RANK]
    gaps, cores = _find_gaps(shapes, district)
    faces = _cut_faces(shapes, district, gaps, cores, lines)
    nobodys = _lie_in(faces.points, cores)
    owner = _settle(faces, shapes, nobodys, lines)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(len(shapes) + 1))
    settled = np.array([_unite(faces.shapes[order[a:b]]) for a, b in pairwise(bounds)], dtype=object)
    issues = join_issues(
        _list_overlaps(faces, owner, areas["code"].to_numpy(dtype=object), names),
        _list_gaps(faces, owner, gaps, names),
        _list_cores(cores),
    )
    return settled, issues


def _unite(faces: ShapeArray) -> BaseGeometry:
    united = shapely.coverage_union_all(faces)
    return shapely.get_geometry(united, 0) if shapely.get_num_geometries(united) == 1 else united


def _find_gaps(shapes: ShapeArray, district: BaseGeometry) -> tuple[ShapeArray, ShapeArray]:
    """Find the ground of no area, and what of it is wide and large."""
    covered = shapely.union_all(shapes, grid_size=GRID_M)
    gaps = _polygons(shapely.difference(district, covered, grid_size=GRID_M))
    half = _WIDE_M / 2
    opened = shapely.buffer(shapely.buffer(gaps, -half, join_style="mitre"), half, join_style="mitre")
    cores = _polygons(shapely.intersection(opened, gaps, grid_size=GRID_M))
    return gaps, cores[shapely.area(cores) > _LARGE_M2]


def _polygons(shapes: BaseGeometry | ShapeArray) -> ShapeArray:
    parts: ShapeArray = shapely.get_parts(shapely.get_parts(shapes))
    polygons: ShapeArray = parts[shapely.get_type_id(parts) == 3]
    return polygons


def _cut_faces(
    shapes: ShapeArray, district: BaseGeometry, gaps: ShapeArray, cores: ShapeArray, lines: ShapeArray
) -> _Faces:
    """Cut the ground by all borders at once; gaps are cut by the streets in them too."""
    gap, line = STRtree(lines).query(gaps, predicate="intersects")
    inside = shapely.intersection(gaps[gap], lines[line])
    borders = np.concatenate(
        [shapely.boundary(shapes), shapely.boundary(cores), inside, [shapely.boundary(district)]]
    )
    noded = shapely.get_parts(shapely.union_all(borders, grid_size=GRID_M))
    cells = shapely.get_parts(shapely.polygonize(noded[shapely.get_type_id(noded) == 1]))
    points = _find_points(cells)
    shapely.prepare(district)
    kept = shapely.covers(district, points)
    cells, points = cells[kept], points[kept]
    area, face = STRtree(points).query(shapes, predicate="intersects")
    order = np.lexsort((area, face))
    return _Faces(cells, points, area[order], face[order], np.bincount(face, minlength=len(cells)))


def _find_points(cells: ShapeArray) -> ShapeArray:
    """Find a point inside each cell, off its spikes: noding moves lines by as much as a spike is wide."""
    inner = shapely.buffer(cells, -5 * GRID_M, quad_segs=1)
    points: ShapeArray = shapely.point_on_surface(np.where(shapely.is_empty(inner), cells, inner))
    return points


def _lie_in(points: ShapeArray, shapes: ShapeArray) -> BoolArray:
    inside = np.zeros(len(points), dtype=bool)
    if len(shapes):
        inside[STRtree(points).query(shapes, predicate="intersects")[1]] = True
    return inside


def _settle(faces: _Faces, shapes: ShapeArray, nobodys: BoolArray, lines: ShapeArray) -> IntArray:
    """Give each face its area, -1 for nobody."""
    size = shapely.area(shapes)
    owner = np.full(len(faces.shapes), -1, dtype=np.int64)
    single = faces.claims[faces.face] == 1
    owner[faces.face[single]] = faces.area[single]
    _settle_nested(faces, shapes, size, owner)
    claimed = np.unique(faces.face * len(shapes) + faces.area)
    open_faces = np.flatnonzero((owner < 0) & ~nobodys)
    mine, other, length = _weigh_borders(faces.shapes, open_faces, lines)
    while True:
        asked = (owner[mine] < 0) & (owner[other] >= 0)
        key = mine[asked] * len(shapes) + owner[other[asked]]
        allowed = (faces.claims[mine[asked]] == 0) | np.isin(key, claimed)
        key, row = np.unique(key[allowed], return_inverse=True)
        if not len(key):
            break
        total = np.round(np.bincount(row, length[asked][allowed]), 4)
        best = np.lexsort((key % len(shapes), size[key % len(shapes)], -total, key // len(shapes)))
        face, first = np.unique(key[best] // len(shapes), return_index=True)
        owner[face] = key[best][first] % len(shapes)
    # an overlap among overlaps that touches none of its areas' own ground goes to the smallest
    left = np.isin(faces.face, np.flatnonzero((owner < 0) & ~nobodys))
    order = np.lexsort((faces.area[left], -size[faces.area[left]]))[::-1]
    owner[faces.face[left][order]] = faces.area[left][order]
    return owner


def _settle_nested(faces: _Faces, shapes: ShapeArray, size: FloatArray, owner: IntArray) -> None:
    """Give an overlap to the area that lies in the other one."""
    covered = shapely.area(faces.shapes)[faces.face]
    pairs = pd.DataFrame({"face": faces.face, "area": faces.area, "covered": covered})
    pairs = pairs[faces.claims[faces.face] > 1]
    both = pairs.merge(pairs[["face", "area"]], on="face", suffixes=("", "_other"))
    both = both[(both["area"] != both["area_other"])]
    common = both.groupby(["area", "area_other"])["covered"].sum().reset_index()
    a, b = common["area"].to_numpy(), common["area_other"].to_numpy()
    lies_in = (common["covered"].to_numpy() > _NESTED * size[a]) & (size[a] < size[b])
    inner = pairs[pairs["area"].isin(a[lies_in])]
    first = inner.assign(size=size[inner["area"].to_numpy()]).sort_values(["face", "size", "area"])
    first = first.drop_duplicates("face")
    owner[first["face"].to_numpy()] = first["area"].to_numpy()


def _weigh_borders(
    shapes: ShapeArray, rows: IntArray, lines: ShapeArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Measure the borders of some faces with all others; a metre on a street hardly counts.

    Returns
    -------
    mine, other, length
        Face, neighbour and weighed border [m].
    """
    mine, other = STRtree(shapes).query(shapes[rows], predicate="intersects")
    mine = rows[mine]
    mine, other = mine[mine != other], other[mine != other]
    common = shapely.intersection(shapely.boundary(shapes[mine]), shapely.boundary(shapes[other]))
    lies = shapely.length(common) > 0
    mine, other, common = mine[lies], other[lies], common[lies]
    pieces, pair = shapely.get_parts(common, return_index=True)
    xy, piece = shapely.get_coordinates(shapely.segmentize(pieces, _STREET_M / 3), return_index=True)
    step = np.flatnonzero(piece[1:] == piece[:-1])
    middle = shapely.points((xy[step] + xy[step + 1]) / 2)
    weight = np.ones(len(step))
    if len(lines) and len(step):
        (near, _), away = STRtree(lines).query_nearest(
            middle, max_distance=_STREET_M, return_distance=True, all_matches=False
        )
        weight[near] = np.maximum(away / _STREET_M, _ON_STREET)
    length = np.hypot(*(xy[step + 1] - xy[step]).T) * weight
    weighed: FloatArray = np.bincount(pair[piece[step]], length, minlength=len(mine)).astype(np.float64)
    return mine, other, weighed


def _list_overlaps(faces: _Faces, owner: IntArray, codes: ShapeArray, names: ShapeArray) -> pd.DataFrame:
    """List every overlap with its size, its areas and whose it is now; noise once per pair."""
    several = np.flatnonzero(faces.claims > 1)
    starts = np.searchsorted(faces.face, several)
    size = shapely.area(faces.shapes[several])
    spots = shapely.get_coordinates(faces.points[several])
    rows: dict[tuple[str, str], float] = {}
    for face, start, m2, (x, y) in zip(
        several.tolist(), starts.tolist(), size.tolist(), spots.tolist(), strict=True
    ):
        claiming = faces.area[start : start + int(faces.claims[face])]
        parties = " + ".join(names[claiming]) + f" > {names[owner[face]]}"
        place = f" (x={x:.0f} y={y:.0f})" if m2 >= _NOISE_M2 else ""
        key = ("+".join(codes[claiming]), parties + place)
        rows[key] = rows.get(key, 0.0) + m2
    keys = sorted(rows)
    values = [round(rows[key], 2) for key in keys]
    return issue_rows(
        "existing", [k[0] for k in keys], "area_overlap", "repaired", values, [k[1] for k in keys]
    )


def _list_gaps(faces: _Faces, owner: IntArray, gaps: ShapeArray, names: ShapeArray) -> pd.DataFrame:
    """List every gap that was closed with the areas that took it."""
    gap, face = STRtree(faces.points).query(gaps, predicate="intersects")
    taken = (owner[face] >= 0) & (faces.claims[face] == 0)
    table = pd.DataFrame(
        {"gap": gap[taken], "area": owner[face[taken]], "m2": shapely.area(faces.shapes[face[taken]])}
    )
    filled = (
        table.groupby(["gap", "area"])["m2"]
        .sum()
        .reset_index()
        .sort_values(["gap", "m2"], ascending=[True, False])
    )
    size = filled.groupby("gap")["m2"].sum()
    takers = filled.groupby("gap")["area"].agg(lambda rows: " + ".join(names[rows.to_numpy()]))
    spots = shapely.get_coordinates(shapely.point_on_surface(gaps))
    rows = [
        ((f"x={spots[gap, 0]:.0f} y={spots[gap, 1]:.0f}"), float(m2), takers[gap]) for gap, m2 in size.items()
    ]
    rows.sort()
    large = [row for row in rows if row[1] >= _NOISE_M2]
    small = [row for row in rows if row[1] < _NOISE_M2]
    if small:
        large.append(("*", sum(row[1] for row in small), str(len(small))))
    return issue_rows(
        "existing",
        [row[0] for row in large],
        "area_gap",
        "assigned",
        np.round([row[1] for row in large], 2),
        [row[2] for row in large],
    )


def _list_cores(cores: ShapeArray) -> pd.DataFrame:
    """List the ground that stays nobody's."""
    spots = shapely.get_coordinates(shapely.point_on_surface(cores))
    ids = [f"x={x:.0f} y={y:.0f}" for x, y in spots]
    rows = issue_rows("existing", ids, "area_gap_left", "noted", np.round(shapely.area(cores)))
    return rows.sort_values("id", kind="stable", ignore_index=True)
