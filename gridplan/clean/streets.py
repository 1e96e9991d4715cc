"""Which streets, rivers and railways are borders at all, and of what rank."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import BarrierRules

__all__ = ["LINE_COLUMNS", "select_streets", "select_water"]

#: Columns of a line table before noding.
LINE_COLUMNS = ("street_id", "name", "street_class", "rank", "geometry")
#: Water that bars by its outline; lines inside such water bar nothing of their own.
_WATER = ("river", "canal", "water", "coastline")


def select_streets(streets: gpd.GeoDataFrame, rules: BarrierRules) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Pick the streets that are borders, one row per single line, with their rank.

    Parameters
    ----------
    streets
        Contract of ``Layers.streets``, in metres.
    rules
        Ranks by class and the classes that are no border.

    Returns
    -------
    lines, issues
        ``LINE_COLUMNS`` sorted by id; a given rank wins over the class. Tunnels and lines below
        ground are dropped. A bridge stays: areas are drawn in plan view, so what crosses in plan is
        noded in plan, whatever its level.
    """
    frame = _name_lines(streets, "street_id", "street_class")
    tables = []
    given = pd.to_numeric(frame["rank_given"], errors="coerce")
    by_class = frame["street_class"].map(dict(rules.rank))
    frame["rank"] = given.fillna(by_class).astype("float64")
    below = streets["tunnel"].reindex(frame["row"]).fillna(False).to_numpy(dtype=bool)
    no_border = (given.isna() & frame["street_class"].isin(rules.dropped)).to_numpy()
    beyond = ~frame["rank"].isin([1, 2, 3]).to_numpy() & given.notna().to_numpy()
    unknown = frame["rank"].isna().to_numpy() & ~no_border
    dropped = (("street_not_border", no_border), ("street_underground", below & ~no_border))
    for code, mask in dropped:
        tables.append(_rows(frame[mask], code, "dropped"))
    kept = ~(no_border | below)
    tables.append(
        _rows(frame[unknown & kept], "street_class_unknown", "estimated", float(rules.unknown_rank))
    )
    tables.append(_rows(frame[beyond & kept], "street_rank_beyond", "dropped"))
    frame["rank"] = frame["rank"].fillna(rules.unknown_rank).astype("int64")
    return _finish(frame[kept & ~beyond], tables)


def select_water(barriers: gpd.GeoDataFrame, rules: BarrierRules) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Turn rivers, lakes and railways into barrier lines.

    Parameters
    ----------
    barriers
        Contract of ``Layers.barriers``, in metres; lines or polygons.
    rules
        Ranks by class; ``water_m2`` is the smallest water that bars.

    Returns
    -------
    lines, issues
        Polygons are dissolved (rivers come in pieces) and bar by their outline, so that water is a
        block of its own that no area swallows; ponds below ``water_m2`` bar nothing. A river line
        is kept only where it runs outside such water, so that a river is not cut along its middle.
    """
    frame = _name_lines(barriers, "barrier_id", "barrier_class")
    given = pd.to_numeric(frame["rank_given"], errors="coerce")
    frame["rank"] = given.fillna(frame["street_class"].map(dict(rules.rank))).astype("float64")
    no_border = given.isna().to_numpy() & frame["street_class"].isin(rules.dropped).to_numpy()
    tables = [_rows(frame[no_border], "street_not_border", "dropped")]
    frame = frame[~no_border].copy()
    unknown = frame["rank"].isna()
    tables.append(_rows(frame[unknown], "barrier_class_unknown", "estimated", 1.0))
    frame["rank"] = frame["rank"].fillna(1).astype("int64")
    polygons = frame[shapely.get_dimensions(frame["geometry"].to_numpy()) == 2]
    lines = frame[shapely.get_dimensions(frame["geometry"].to_numpy()) == 1]
    outlines, cover, pond_issues = _outline_water(polygons, rules)
    tables.append(pond_issues)
    wet = lines["street_class"].isin(_WATER).to_numpy()
    if wet.any() and not shapely.is_empty(cover):
        geometry = lines["geometry"].to_numpy().copy()
        geometry[wet] = shapely.difference(geometry[wet], cover)
        inside = shapely.is_empty(geometry)
        tables.append(_rows(lines[inside], "water_line_inside", "merged"))
        lines = lines.assign(geometry=geometry)[~inside]
    return _finish(pd.concat([lines, outlines]), tables)


def _name_lines(table: gpd.GeoDataFrame, id_column: str, class_column: str) -> pd.DataFrame:
    """Bring streets and barriers to one shape; rows sorted by id, then by geometry."""
    frame = pd.DataFrame(
        {
            "street_id": table[id_column].astype(str),
            "name": table["name"].astype(object),
            "street_class": table[class_column].astype(object),
            "rank_given": table.get("rank", np.nan),
            "geometry": shapely.force_2d(table.geometry.to_numpy()),
            "row": table.index,
        },
        index=table.index,
    )
    frame["wkb"] = shapely.to_wkb(frame["geometry"].to_numpy())
    return frame.sort_values(["street_id", "wkb"], kind="stable").drop(columns="wkb").reset_index(drop=True)


def _finish(frame: pd.DataFrame, tables: list[pd.DataFrame]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Drop what is no line, split multi-part lines, and close the list of issues."""
    geometry = frame["geometry"].to_numpy()
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    x0, y0, x1, y1 = shapely.bounds(geometry).T
    broken = ~missing & ~np.isfinite(x0 + y0 + x1 + y1)
    broken |= ~missing & ~broken & ~np.isfinite(shapely.length(geometry))
    wrong = ~missing & ~broken & (shapely.get_dimensions(geometry) == 0)
    ring = ~missing & ~broken & (shapely.get_dimensions(geometry) == 2)
    tables.append(_rows(frame[missing], "geometry_missing", "dropped"))
    tables.append(_rows(frame[broken], "geometry_not_finite", "dropped"))
    tables.append(_rows(frame[wrong], "geometry_not_line", "dropped"))
    tables.append(_rows(frame[ring], "geometry_not_line", "repaired"))
    geometry = geometry.copy()
    geometry[ring] = shapely.boundary(geometry[ring])
    good = frame.assign(geometry=geometry)[~(missing | broken | wrong)][list(LINE_COLUMNS)]
    table = gpd.GeoDataFrame(good, geometry="geometry").explode(index_parts=False, ignore_index=True)
    return table, join_issues(*tables)


def _outline_water(
    polygons: pd.DataFrame, rules: BarrierRules
) -> tuple[pd.DataFrame, BaseGeometry, pd.DataFrame]:
    """Dissolve water polygons by class and rank; return outlines, the water itself and the ponds dropped."""
    empty = shapely.Polygon()
    if polygons.empty:
        return polygons, empty, _rows(polygons, "water_small", "dropped")
    shapes = shapely.make_valid(polygons["geometry"].to_numpy())
    bodies = shapely.get_parts(shapely.union_all(shapes))
    bodies = bodies[shapely.get_dimensions(bodies) == 2]
    big = bodies[shapely.area(bodies) >= rules.water_m2]
    owner = shapely.STRtree(big).query(shapely.point_on_surface(shapes), predicate="intersects")
    body = np.full(len(polygons), -1, dtype=np.int64)
    body[owner[0]] = owner[1]
    ponds = polygons[body < 0]
    issues = _rows(ponds, "water_small", "dropped", shapely.area(shapes[body < 0]))
    first = polygons.assign(body=body)[body >= 0].sort_values(["rank", "street_id"], kind="stable")
    heads = first.drop_duplicates("body")
    joined = first[~first["street_id"].isin(heads["street_id"])]
    merged = _rows(joined, "water_pieces_joined", "merged")
    outlines = heads.assign(geometry=shapely.boundary(big[heads["body"].to_numpy()])).drop(columns="body")
    cover = shapely.union_all(big) if len(big) else empty
    return outlines, cover, join_issues(issues, merged)


def _rows(frame: pd.DataFrame, code: str, action: str, value: float | np.ndarray = np.nan) -> pd.DataFrame:
    """List lines by id."""
    return issue_rows("streets", frame["street_id"], code, action, value)
