"""Compounds (小区): unique names, who lives in them, and lanes behind their walls."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray
from gridplan.graph import find_components
from gridplan.schema import issue_rows, join_issues

__all__ = [
    "COMPOUND_COLUMNS",
    "infer_compounds",
    "lower_lanes",
    "name_compounds",
    "place_buildings",
]


#: Columns of the compounds besides the geometry.
COMPOUND_COLUMNS = ("compound_id", "name", "type")

#: Polygons of one name this near to each other are parts of one compound [m]: the width of a main street
#: and its verges; own choice.
_SAME_PLACE_M = 100.0
#: What two compounds may share before it is listed [m2]: a wall drawn twice is a sliver; own choice.
_OVERLAP_M2 = 50.0
#: A street is behind the walls from here on [m]: walls and street axes are drawn metres off; own choice.
_WALL_M = 8.0
#: Less of a street than this behind the walls is a gateway [m]; own choice.
_GATEWAY_M = 20.0
#: Words of land use whose named areas are taken for compounds where none are given.
_RESIDENTIAL = ("residential", "居住", "住宅")


def name_compounds(compounds: gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame]:
    """Give every compound a name of its own and a single shape.

    Parameters
    ----------
    compounds
        ``compound_id, name`` and, where known, ``type``; polygons in metres.

    Returns
    -------
    compounds, issues
        The ``COMPOUND_COLUMNS`` and ``base``, the name as given, sorted by name. A compound without a name
        is called by its id. Polygons of one name within ``_SAME_PLACE_M`` are one compound; further ones
        get ``#2``, ``#3``, ... from west to east. Overlaps are listed; a building in several belongs to
        the smallest.
    """
    if compounds is None or not len(compounds):
        return compounds, join_issues()
    frame = _mend_shapes(compounds)
    lost = sorted(set(compounds["compound_id"].astype(str)) - set(frame["compound_id"]))
    group = _find_same(frame)
    order = np.argsort(group, kind="stable")
    frame, group = frame.iloc[order].reset_index(drop=True), group[order]
    first = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    joined = issue_rows(
        "compounds",
        frame["compound_id"][~first],
        "compound_parts_joined",
        "merged",
        detail=frame["base"][~first],
    )
    types = frame["type"].groupby(group).first()
    shapes = gpd.GeoSeries(frame.geometry).groupby(group).agg(shapely.union_all)
    whole = frame[first].reset_index(drop=True).assign(type=types.to_numpy(dtype=object))
    whole = whole.set_geometry(gpd.GeoSeries(shapes.to_numpy(), crs=compounds.crs))
    turn = whole.groupby("base").cumcount().to_numpy() + 1
    suffix = np.where(turn > 1, "#" + turn.astype(str).astype(object), "")
    whole["name"] = (whole["base"] + suffix).astype(object)
    renamed = issue_rows(
        "compounds", whole["compound_id"][turn > 1], "compound_name_repeated", "repaired",
        detail=whole["name"][turn > 1],
    )  # fmt: skip
    whole = whole.sort_values("name", kind="stable").reset_index(drop=True)
    dropped = issue_rows("compounds", lost, "compound_without_area", "dropped")
    issues = join_issues(dropped, joined, renamed, _list_overlaps(whole))
    return whole[[*COMPOUND_COLUMNS, "base", "geometry"]], issues


def infer_compounds(
    landuse: gpd.GeoDataFrame | None, barriers: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame]:
    """Take the named residential areas of the land use for compounds, as far as no street runs through.

    Parameters
    ----------
    landuse
        Polygons with ``use`` and ``name``.
    barriers
        Cleaned barriers: what a main street or a lane with a name runs through is no compound
        (wangjing: the lanes inside of 望京西园三区 have none). Ranks stay: a guess lowers nothing.

    Returns
    -------
    compounds, issues
        As :func:`name_compounds`; one row of the issues says that, and how many were taken.
    """
    if landuse is None or not len(landuse):
        return None, join_issues()
    use = landuse["use"].fillna("").astype(str).str.casefold()
    named = landuse[landuse["name"].notna() & use.isin(_RESIDENTIAL)]
    if not len(named):
        return None, join_issues()
    ids = named["landuse_id"] if "landuse_id" in named else named["name"]
    picked = named.assign(compound_id=ids.astype(str), type=None)[[*COMPOUND_COLUMNS, "geometry"]]
    frame, issues = name_compounds(picked)
    if frame is None:
        return None, issues
    public = (barriers["rank"] == 2) & (barriers["name"].fillna("").astype(str) != "")
    street = barriers[public | (barriers["rank"] == 1)]
    crossed = _find_inside(street.geometry.to_numpy(), frame.geometry.to_numpy())[1]
    frame = frame.drop(index=np.unique(crossed)).reset_index(drop=True)
    taken = issue_rows("compounds", ["*"], "compounds_from_landuse", "noted", float(len(frame)))
    return frame, taken if len(frame) else join_issues()


def place_buildings(
    buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame | None
) -> tuple[ShapeArray, ShapeArray, pd.DataFrame]:
    """Find the compound of every building, and its type.

    Parameters
    ----------
    buildings
        With ``compound`` and ``compound_type`` as given, missing where they are not.
    compounds
        Result of :func:`name_compounds` or :func:`infer_compounds`.

    Returns
    -------
    name, type : ndarray of object, shape (n,)
        None outside of compounds and where the type is not known. What the building's own row names comes
        before the polygon around it.
    issues
        Buildings in two compounds, and those whose row and place disagree.
    """
    ids = buildings["building_id"].to_numpy(dtype=object)
    given = _texts(buildings["compound"])
    around, base, several = _look_up(buildings, compounds)
    same = (given != "") & (given == base)
    name = np.where(same | (given == ""), around, given)
    apart = (given != "") & (around != "") & ~same & (given != around)
    words = _texts(buildings["compound_type"])
    types = _find_types(name, words, compounds)
    issues = join_issues(
        issue_rows(
            "buildings", ids[apart], "compound_disagrees", "noted",
            detail=[f"{a} / {b}" for a, b in zip(given[apart], around[apart], strict=True)],
        ),
        issue_rows(
            "buildings", ids[several], "building_in_two_compounds", "assigned", detail=name[several].tolist()
        ),
    )  # fmt: skip
    return _none_for_blank(name), _none_for_blank(types), issues


def lower_lanes(
    barriers: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, ranked: Iterable[str] = ()
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Lower lanes behind the walls of a compound to rank 3: they are no public border.

    Parameters
    ----------
    barriers
        Noded lines with ``street_id`` and ``rank``.
    compounds
        Polygons given as compounds.
    ranked
        Streets whose rank the planner has given; they keep it, and that is listed.

    Returns
    -------
    barriers, issues
        Lanes (rank 2) are cut ``_WALL_M`` behind the wall (docs/sources.md, fault 21). Main streets keep
        their rank; a compound that one runs through is listed.
    """
    rank = barriers["rank"].to_numpy(dtype=np.int64)
    streets = np.flatnonzero(rank <= 2)
    line, compound, inner = _find_inside(barriers.geometry.to_numpy()[streets], compounds.geometry.to_numpy())
    line = streets[line]
    own = barriers["street_id"].isin(set(ranked)).to_numpy()
    lane = rank[line] == 2
    lowered = lane & ~own[line]
    inside = (barriers, compounds, line, compound, shapely.length(inner))
    issues = join_issues(
        _list_lengths(*inside, lowered, "lane_in_compound", "repaired"),
        _list_lengths(*inside, lane & own[line], "lane_in_compound_kept", "noted"),
        _list_lengths(*inside, ~lane, "main_street_in_compound", "noted"),
    )
    if not lowered.any():
        return barriers, issues
    shapes = barriers.geometry.to_numpy()
    hit, first = np.unique(line[lowered], return_index=True)
    behind = inner[lowered][first]
    # a lane behind the walls of several compounds is rare enough for a loop
    for at in np.flatnonzero(np.bincount(np.searchsorted(hit, line[lowered])) > 1).tolist():
        behind[at] = shapely.union_all(inner[lowered][line[lowered] == hit[at]])
    outside = shapely.difference(shapes[hit], behind)
    pieces = np.concatenate([np.delete(shapes, hit), outside, behind])
    source = np.concatenate([np.delete(np.arange(len(shapes)), hit), hit, hit])
    ranks = np.concatenate([np.delete(rank, hit), rank[hit], np.full(len(hit), 3)])
    parts, row = shapely.get_parts(shapely.line_merge(pieces), return_index=True)
    order = np.lexsort((*shapely.bounds(parts).T, ranks[row], source[row]))
    parts, row = parts[order], row[order]
    kept = shapely.length(parts) > 0
    parts, row = parts[kept], row[kept]
    frame = barriers.iloc[source[row]].reset_index(drop=True)
    frame["rank"] = ranks[row].astype(barriers["rank"].dtype)
    return frame.set_geometry(gpd.GeoSeries(parts, crs=barriers.crs)), issues


def _mend_shapes(compounds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the polygons valid and name those without a name by their id."""
    ids = compounds["compound_id"].astype(str).to_numpy(dtype=object)
    given = _texts(compounds["name"])
    frame = gpd.GeoDataFrame(
        {
            "compound_id": ids,
            "base": np.where(given == "", ids, given),
            "type": compounds["type"].to_numpy(dtype=object) if "type" in compounds else None,
        },
        geometry=shapely.make_valid(
            shapely.force_2d(compounds.geometry.to_numpy()), method="structure", keep_collapsed=False
        ),
        crs=compounds.crs,
    )
    area = shapely.area(frame.geometry.to_numpy())
    frame["type"] = frame["type"].where(frame["type"].notna(), None).astype(object)
    frame = frame[np.isfinite(area) & (area > 0)]
    # from west to east, whatever the order of the rows
    order = np.lexsort((frame["compound_id"].to_numpy(dtype=str), *shapely.bounds(frame.geometry).T[::-1]))
    return frame.iloc[order].reset_index(drop=True)


def _find_same(frame: gpd.GeoDataFrame) -> IntArray:
    """Give one number to polygons that are parts of one compound: of one name and near to each other."""
    shapes = frame.geometry.to_numpy()
    base = pd.factorize(frame["base"], sort=True)[0]
    near = np.flatnonzero(pd.Series(base).duplicated(keep=False))
    pairs = np.zeros((0, 2), dtype=np.int64)
    if len(near):
        first, second = shapely.STRtree(shapes[near]).query(
            shapes[near], predicate="dwithin", distance=_SAME_PLACE_M
        )
        same = base[near[first]] == base[near[second]]
        pairs = np.stack([near[first[same]], near[second[same]]], axis=1)
    return find_components(len(frame), pairs).astype(np.int64)


def _list_overlaps(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """List pairs of compounds that share ground, at the smaller of the two."""
    shapes, ids = frame.geometry.to_numpy(), frame["compound_id"].to_numpy(dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    real = common > _OVERLAP_M2
    first, second, common = first[real], second[real], common[real]
    area = shapely.area(shapes)
    swap = area[first] > area[second]
    small, large = np.where(swap, second, first), np.where(swap, first, second)
    names = frame["name"].to_numpy(dtype=object)
    order = np.lexsort((names[large].astype(str), ids[small].astype(str)))
    small, large = small[order], large[order]
    return issue_rows(
        "compounds", ids[small], "compounds_overlap", "noted", np.round(common[order]), names[large].tolist()
    )


def _look_up(
    buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame | None
) -> tuple[ShapeArray, ShapeArray, BoolArray]:
    """Find the compound around each building's inner point, the smallest of several, and its given name."""
    name, base = np.full((2, len(buildings)), "", dtype=object)
    several = np.zeros(len(buildings), dtype=bool)
    if compounds is None or not len(compounds):
        return name, base, several
    shapes = compounds.geometry.to_numpy()
    inside = shapely.point_on_surface(buildings.geometry.to_numpy())
    building, compound = shapely.STRtree(shapes).query(inside, predicate="intersects")
    names = compounds["name"].to_numpy(dtype=object)
    area = shapely.area(shapes)
    order = np.lexsort((names[compound].astype(str), area[compound], building))
    building, compound = building[order], compound[order]
    smallest = np.r_[True, building[1:] != building[:-1]] if len(building) else np.zeros(0, dtype=bool)
    several[building[~smallest]] = True
    name[building[smallest]] = names[compound[smallest]]
    base[building[smallest]] = compounds["base"].to_numpy(dtype=object)[compound[smallest]]
    return name, base, several


def _find_types(name: ShapeArray, words: ShapeArray, compounds: gpd.GeoDataFrame | None) -> ShapeArray:
    """Find the type of each building's compound: the polygon's, else what most of its buildings say."""
    given = pd.DataFrame({"name": name, "type": words})
    given = given[(given["name"] != "") & (given["type"] != "")]
    counts = given.value_counts(sort=False).rename("count").reset_index()
    counts = counts.sort_values(["name", "count", "type"], ascending=[True, False, True])
    by_name = dict(counts.drop_duplicates("name")[["name", "type"]].itertuples(index=False))
    if compounds is not None:
        known = compounds[compounds["type"].notna()]
        by_name |= dict(zip(known["name"], known["type"], strict=True))
    unique, place = np.unique(name.astype(str), return_inverse=True)
    return np.array([by_name.get(compound, "") for compound in unique.tolist()], dtype=object)[place]


def _find_inside(lines: ShapeArray, polygons: ShapeArray) -> tuple[IntArray, IntArray, ShapeArray]:
    """Find lines that run behind walls: line, polygon, and the part of the line that does."""
    core = shapely.buffer(polygons, -_WALL_M)
    line, polygon = shapely.STRtree(core).query(lines, predicate="intersects")
    inner = shapely.intersection(lines[line], core[polygon])
    real = shapely.length(inner) >= _GATEWAY_M
    order = np.lexsort((polygon[real], line[real]))
    return line[real][order], polygon[real][order], inner[real][order]


def _list_lengths(
    barriers: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    line: IntArray,
    compound: IntArray,
    length: FloatArray,
    held: BoolArray,
    code: str,
    action: str,
) -> pd.DataFrame:
    """List streets with the metres that they run behind the walls of a compound."""
    table = pd.DataFrame(
        {
            "id": barriers["street_id"].to_numpy(dtype=object)[line[held]],
            "name": compounds["name"].to_numpy(dtype=object)[compound[held]],
            "length": length[held],
        }
    )
    total = table.groupby(["id", "name"], sort=True)["length"].sum().reset_index()
    return issue_rows("streets", total["id"], code, action, total["length"].round(1), total["name"])


def _texts(column: pd.Series) -> ShapeArray:
    """Return texts without blanks around them, "" where there is none."""
    texts: ShapeArray = column.astype("str").fillna("").str.strip().to_numpy(dtype=object)
    return texts


def _none_for_blank(words: ShapeArray) -> ShapeArray:
    found = words.copy()
    found[words == ""] = None
    return found
