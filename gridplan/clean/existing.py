"""Areas that stand already: sorted by level, named, and made disjoint with every fault listed."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import ShapeArray
from gridplan.clean.area_borders import draw_area_borders
from gridplan.clean.network import GRID_M
from gridplan.clean.old_borders import settle_borders
from gridplan.errors import InputError
from gridplan.plan.codes import RESIDENTS, STEM_DIGITS, VILLAGES
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import Scheme

__all__ = ["clean_existing", "clean_level", "sort_levels"]


#: Two areas with more than this share of their union in common are one area drawn twice (as for footprints).
_SAME = 0.8
#: Areas and parts below this are drawing noise [m2].
_NOISE_M2 = 1.0

_COLUMNS = ("code", "name", "type", "ground", "geometry")


def clean_existing(
    existing: Mapping[str, gpd.GeoDataFrame],
    scheme: Scheme,
    barriers: gpd.GeoDataFrame,
    district: BaseGeometry,
) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame, BaseGeometry, pd.DataFrame]:
    """Make the areas of every existing layer disjoint; the borders of given levels cut the ground.

    Parameters
    ----------
    existing
        ``Layers.existing``, in metres.
    scheme
        Its levels say which layer is whose.
    barriers
        Clean barriers with ``rank``: of two borders the one that lies on a street is the more trusted.
    district
        The ground to be divided.

    Returns
    -------
    areas, barriers, district, issues
        Contract of ``CleanLayers.existing``, coarse levels first; the barriers with the borders of given
        levels that no street runs along, and the district noded with them.

    Raises
    ------
    InputError
        If it is not clear to which level of the scheme a layer belongs.
    """
    sorted_levels, issues = sort_levels(existing, scheme)
    areas = {}
    tables = [issues]
    for level in scheme.levels:
        if level.id not in sorted_levels:
            continue
        areas[level.id], listed = clean_level(level.id, sorted_levels[level.id], district, barriers)
        tables.append(listed)
        standing = areas[level.id]
        if level.make != "given":
            # of a level that is redrawn only the ground that it does not apply to stands as it is
            # (ground is urban unless it is given as rural)
            rural = standing["ground"] == "rural"
            standing = standing[(rural == (level.applies_to == "urban")) & bool(level.applies_to)]
        if len(standing):
            standing = standing.reset_index(drop=True)
            barriers, district, listed = draw_area_borders(level.id, standing, barriers, district)
            tables.append(listed)
    return areas, barriers, district, join_issues(*tables)


def sort_levels(
    existing: Mapping[str, gpd.GeoDataFrame], scheme: Scheme
) -> tuple[dict[str, gpd.GeoDataFrame], pd.DataFrame]:
    """Find the level of every area that stands already.

    Parameters
    ----------
    existing
        Frames by level id; under "" those whose level stands in their column ``level`` (an id or a name
        of the scheme), or else follows from the scheme: its only level that is given or redrawn.
    scheme
        The levels.

    Returns
    -------
    frames, issues
        One frame per level; rows whose level is not in the scheme are dropped and listed.

    Raises
    ------
    InputError
        ``existing_level_unknown`` and ``existing_level_unclear``.
    """
    ids = [level.id for level in scheme.levels]
    words = {
        word.casefold(): level.id
        for level in scheme.levels
        for word in (level.name.zh, level.name.en, level.id)
    }
    wanted = [level.id for level in scheme.levels if level.redraw or level.make == "given"]
    parts: list[gpd.GeoDataFrame] = []
    tables = []
    for key, frame in sorted(existing.items()):
        if key and key not in ids:
            raise InputError("existing_level_unknown", level=key, known=", ".join(ids))
        named = frame["level"].str.casefold().map(words)
        own = key or (wanted[0] if len(wanted) == 1 else "")
        if not own and named.isna().all():
            raise InputError("existing_level_unclear", known=", ".join(wanted or ids))
        # a column of other words than levels says nothing; one of levels is taken at its word
        blank = frame["level"].isna() & bool(own) if named.notna().any() else named.isna()
        level = named.where(~blank, own)
        strange = level.isna()
        codes = frame.loc[strange, "code"].fillna("")
        tables.append(
            issue_rows("existing", codes, "area_level_unknown", "dropped", detail=frame["level"][strange])
        )
        parts.append(frame.assign(level=level)[~strange])
    if not parts:
        return {}, join_issues(*tables)
    joined = pd.concat(parts, ignore_index=True)
    frames = {str(level): rows.reset_index(drop=True) for level, rows in joined.groupby("level", sort=True)}
    return frames, join_issues(*tables)


def clean_level(
    level: str, frame: gpd.GeoDataFrame, district: BaseGeometry, streets: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make the areas of one level single, named, valid and disjoint.

    Parameters
    ----------
    level
        Its id.
    frame
        Areas as read: ``code, name, type, ground``.
    district, streets
        The ground to be divided and the clean barriers.

    Returns
    -------
    areas, issues
        Contract of ``CleanLayers.existing``, sorted by code.

    Raises
    ------
    InputError
        ``existing_outside`` if no area lies in the district.
    """
    frame, shape_issues = _mend_shapes(frame)
    frame, row_issues = _join_rows(frame)
    frame, twice_issues = _join_twins(frame)
    frame, code_issues = _fill_codes(level, frame)
    frame, type_issues = _infer_types(frame)
    frame, clip_issues = _clip(frame, district)
    if not len(frame):
        raise InputError("existing_outside", level=level)
    shapes, border_issues = settle_borders(frame, district, streets)
    there = ~shapely.is_empty(shapes)
    gone = issue_rows("existing", frame["code"][~there], "area_swallowed", "dropped")
    count = shapely.get_num_geometries(shapes)
    split = issue_rows("existing", frame["code"][count > 1], "area_parts", "noted", count[count > 1])
    clean = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    tables = (
        shape_issues,
        row_issues,
        twice_issues,
        code_issues,
        type_issues,
        clip_issues,
        border_issues,
        gone,
        split,
    )
    return clean.loc[there, list(_COLUMNS)].reset_index(drop=True), join_issues(*tables)


def _mend_shapes(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make outlines valid polygons on the grid; rows in an order that the data alone decides."""
    raw = shapely.force_2d(frame.geometry.to_numpy())
    bad = ~shapely.is_valid(raw)
    shapes = _keep_polygons(shapely.set_precision(shapely.make_valid(raw), GRID_M))
    label = frame["code"].fillna(frame["name"]).fillna("")
    empty = shapely.area(shapes) < _NOISE_M2
    issues = join_issues(
        issue_rows("existing", label[bad & ~empty], "area_invalid", "repaired"),
        issue_rows("existing", label[empty], "area_empty", "dropped"),
    )
    table = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))[~empty]
    for name in ("name", "type", "ground"):
        table[name] = table[name].fillna("").astype("str")
    box = shapely.bounds(table.geometry.to_numpy())
    order = np.lexsort((*box.T, table["name"], table["code"].fillna("").to_numpy()))
    return table.iloc[order].reset_index(drop=True), issues


def _keep_polygons(shapes: ShapeArray) -> ShapeArray:
    """Keep the areas of collections; a line or a point left over by a repair is no ground."""
    mixed = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    for row in np.flatnonzero(mixed).tolist():
        parts = shapely.get_parts(shapes[row])
        shapes[row] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    return shapes


def _join_rows(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Unite rows of one code and name; rows of one code and several names get a suffix each."""
    code = frame["code"].to_numpy(dtype=object)
    name = frame["name"].to_numpy(dtype=object)
    known = pd.notna(code)
    names_of = pd.Series(name[known]).groupby(code[known]).agg(lambda names: sorted({*names} - {""}))
    turn = np.array(
        [names_of[c].index(n) if k and n else 0 for c, n, k in zip(code, name, known, strict=True)],
        dtype=np.int64,
    )
    fresh = np.array([f"{c}#{t + 1}" if t else c for c, t in zip(code, turn, strict=True)], dtype=object)
    renamed = issue_rows("existing", fresh[turn > 0], "area_code_twice", "repaired", detail=name[turn > 0])
    group = np.where(known, fresh, [f"\n{row}" for row in range(len(frame))])
    _, first, group_of, size = np.unique(
        group.astype(str), return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    shapes = frame.geometry.to_numpy()
    united = np.array([shapely.union_all(shapes[group_of == number], grid_size=GRID_M) for number in order])
    kept = frame.iloc[first[order]].assign(code=fresh[first[order]]).reset_index(drop=True)
    several = size[order] > 1
    joined = issue_rows("existing", kept["code"][several], "area_rows_joined", "merged", size[order][several])
    return kept.set_geometry(gpd.GeoSeries(united, crs=frame.crs)), join_issues(renamed, joined)


def _join_twins(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Keep one of two areas that lie on each other: the one with more cells filled, then the first."""
    shapes = frame.geometry.to_numpy()
    area = shapely.area(shapes)
    a, b = STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    same = common > _SAME * (area[a] + area[b] - common)
    filled = (
        frame["code"].notna().to_numpy() * 4
        + (frame[["name", "type", "ground"]] != "").sum(axis=1).to_numpy()
    )
    gone: dict[int, int] = {}
    for first, second in sorted(zip(a[same].tolist(), b[same].tolist(), strict=True)):
        if first not in gone and second not in gone:
            keep, lose = (first, second) if filled[first] >= filled[second] else (second, first)
            gone[lose] = keep
    names = _label_areas(frame)
    lost = sorted(gone)
    issues = issue_rows(
        "existing", names[lost], "area_twice", "merged", area[lost], names[[gone[row] for row in lost]]
    )
    return frame.drop(index=lost).reset_index(drop=True), issues


def _label_areas(frame: gpd.GeoDataFrame) -> ShapeArray:
    """Return what each area is called: its name, else its code."""
    named = (frame["name"] != "").to_numpy()
    labels: ShapeArray = np.where(
        named, frame["name"].to_numpy(dtype=object), frame["code"].fillna("").to_numpy()
    )
    return labels


def _fill_codes(level: str, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make up codes where none is given: the level's id and a number, west to east."""
    missing = frame["code"].isna().to_numpy()
    box = shapely.bounds(frame.geometry.to_numpy()[missing])
    turn = np.argsort(np.lexsort((-box[:, 3], box[:, 0])))
    taken = set(frame["code"].dropna())
    numbered = (f"{level}{number:03d}" for number in range(1, 2 * len(frame) + 2))
    free = (code for code in numbered if code not in taken)
    made = np.array([next(free) for _ in range(int(missing.sum()))], dtype=object)[turn]
    code = frame["code"].to_numpy(dtype=object).copy()
    code[missing] = made
    names = frame["name"].to_numpy()[missing]
    issues = issue_rows("existing", made, "area_code_made", "estimated", detail=names)
    filled = frame.assign(code=pd.array(code, dtype="str"))
    return filled.sort_values("code", kind="stable", ignore_index=True), issues


def _infer_types(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Infer the kind of committee from the series of a 12-digit code where no type is given."""
    code = frame["code"].str.extract(rf"^\d{{{STEM_DIGITS}}}(\d{{3}})$")[0]
    number = pd.to_numeric(code, errors="coerce")
    by_code = np.where(number.isin(RESIDENTS), "residents", np.where(number.isin(VILLAGES), "village", ""))
    given = frame["type"].to_numpy(dtype=object)
    guessed = (given == "") & (by_code != "")
    against = (given != "") & (by_code != "") & (given != by_code)
    issues = join_issues(
        issue_rows(
            "existing", frame["code"][guessed], "area_type_by_code", "estimated", detail=by_code[guessed]
        ),
        issue_rows(
            "existing", frame["code"][against], "area_type_against_code", "noted", detail=given[against]
        ),
    )
    return frame.assign(type=pd.array(np.where(guessed, by_code, given), dtype="str")), issues


def _clip(frame: gpd.GeoDataFrame, district: BaseGeometry) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Cut the areas at the district's edge; those outside are dropped."""
    shapes = frame.geometry.to_numpy()
    shapely.prepare(district)
    reaching = ~shapely.covers(district, shapes)
    cut = shapes.copy()
    cut[reaching] = _keep_polygons(shapely.intersection(shapes[reaching], district, grid_size=GRID_M))
    lost = shapely.area(shapes) - shapely.area(cut)
    outside = shapely.area(cut) < _NOISE_M2
    clipped = ~outside & (lost >= _NOISE_M2)
    issues = join_issues(
        issue_rows("existing", frame["code"][outside], "area_outside", "dropped"),
        issue_rows("existing", frame["code"][clipped], "area_clipped", "repaired", np.round(lost[clipped])),
    )
    kept = frame.set_geometry(gpd.GeoSeries(cut, index=frame.index, crs=frame.crs))[~outside]
    return kept.reset_index(drop=True), issues
