"""From streets, rivers and railways to a net of borders that bounds blocks and nothing else."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.clean.closing import close_main_ends, find_main_ends, join_free_ends, lower_stubs
from gridplan.clean.medians import collapse_slivers
from gridplan.clean.network import GRID_M, RIM_RANK, Net, find_bridges, insert_lines, node_lines, select_edges
from gridplan.clean.streets import LINE_COLUMNS, select_streets, select_water
from gridplan.schema import ISSUE_COLUMNS, issue_rows, join_issues
from gridplan.scheme import BarrierRules

__all__ = ["clean_barriers", "node_borders", "rebuild_district", "select_lines"]

#: Mending repeats until nothing is left to do; real cities need two or three passes.
_MAX_PASSES = 8
#: Classes that give way to a street of the same rank beside them.
_LESSER = ("river", "canal", "water", "coastline")


def select_lines(
    streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame | None, rules: BarrierRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put the border lines of all layers into one table, sorted by id.

    Returns
    -------
    lines, issues
        Columns ``street_id, name, street_class, rank, geometry``.
    """
    lines, issues = select_streets(streets, rules)
    if barriers is not None and len(barriers):
        water, more = select_water(barriers, rules)
        lines = pd.concat([lines, water], ignore_index=True)
        issues = join_issues(issues, more)
    return gpd.GeoDataFrame(lines, geometry="geometry", crs=streets.crs), issues


def node_borders(lines: gpd.GeoDataFrame) -> Net:
    """Node the border lines with each other; ``source`` is the row in ``lines``."""
    rank = lines["rank"].to_numpy(dtype=np.int64)
    return node_lines(lines.geometry.to_numpy(), rank, np.arange(len(lines)))


def clean_barriers(
    net: Net,
    lines: gpd.GeoDataFrame,
    district: BaseGeometry,
    buildings: npt.NDArray[np.object_],
    rules: BarrierRules,
) -> tuple[gpd.GeoDataFrame, BaseGeometry, pd.DataFrame]:
    """Node the border lines, mend their ends, and take out what bounds no block.

    Parameters
    ----------
    net
        Result of :func:`node_borders`.
    lines
        Result of :func:`select_lines`, in metres.
    district
        Ground to be divided.
    buildings
        Points inside the buildings that make a face a block.
    rules
        Reaches and thresholds.

    Returns
    -------
    barriers, district, issues
        The lines, noded with each other and with the district's outline; the district with a vertex
        wherever a line meets its outline, so that both polygonize without further noding.
    """
    net, clip_issues = _clip(net, lines, district)
    tables = [clip_issues]
    for reach, rim_only, code in (
        (rules.gap_m, False, "street_gap_closed"),
        (rules.rim_m, True, "street_drawn_to_rim"),
    ):
        joined = join_free_ends(net, reach, rim_only=rim_only)
        net = joined.net
        tables.append(_by_line(lines, joined.source, joined.length, code, "repaired"))
    net, dead = _drop_dead_ends(net, lines, spare_main=True)
    tables.append(dead)
    lesser = _gives_way(lines)
    for _ in range(_MAX_PASSES):
        net, changes = _mend(net, buildings, lesser, rules, lines)
        if not len(changes):
            break
        tables.append(changes)
    tables.append(_open_ends(net, lines))
    barriers = _to_frame(net, lines)
    tables.append(_absorbed(lines, barriers, tables))
    return barriers, rebuild_district(net, district), _add_up(join_issues(*tables))


def _clip(net: Net, lines: gpd.GeoDataFrame, district: BaseGeometry) -> tuple[Net, pd.DataFrame]:
    """Keep what lies inside the district and add its outline; list the lines cut at its edge."""
    shapely.prepare(district)
    inside = shapely.covers(district, net.lines)
    outside = ~inside & shapely.disjoint(district, net.lines)
    cut = np.flatnonzero(~inside & ~outside)
    pieces, owner = shapely.get_parts(shapely.intersection(net.lines[cut], district), return_index=True)
    deeper, inner = shapely.get_parts(pieces, return_index=True)
    is_line = shapely.get_type_id(deeper) == 1
    pieces, owner = deeper[is_line], cut[owner[inner[is_line]]]
    rim = shapely.get_parts(shapely.boundary(district))
    kept = select_edges(net, inside)
    cut_source = net.source[np.concatenate([cut, np.flatnonzero(outside)])]
    net = insert_lines(
        kept,
        np.concatenate([pieces, shapely.get_parts(rim)]),
        np.concatenate([net.rank[owner], np.full(len(rim), RIM_RANK)]),
        np.concatenate([net.source[owner], np.full(len(rim), -1)]),
    )
    had = np.unique(np.concatenate([kept.source, net.source[net.source >= 0]]))
    ids = lines["street_id"].to_numpy(dtype=object)
    stays = set(ids[had])
    gone = sorted(set(ids) - stays)
    trimmed = sorted(stays & set(ids[np.unique(cut_source)]))
    return net, join_issues(
        issue_rows("streets", gone, "street_outside", "dropped"),
        issue_rows("streets", trimmed, "street_clipped", "repaired"),
    )


def _add_up(issues: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of several passes about the same line together, their metres added."""
    keys = ["layer", "id", "code", "action", "detail"]
    total = issues.groupby(keys, sort=False)["value"].sum(min_count=1).reset_index()
    return total[list(ISSUE_COLUMNS)]


def _gives_way(lines: gpd.GeoDataFrame) -> BoolArray:
    """Find the slip roads and shores."""
    classes = lines["street_class"].fillna("").astype(str)
    found: BoolArray = (classes.str.endswith("_link") | classes.isin(_LESSER)).to_numpy()
    return found


def _mend(
    net: Net,
    buildings: npt.NDArray[np.object_],
    lesser: BoolArray,
    rules: BarrierRules,
    lines: gpd.GeoDataFrame,
) -> tuple[Net, pd.DataFrame]:
    """Take out slivers, settle the ends of main streets, take out dead ends; list what was done."""
    merged = collapse_slivers(net, buildings, lesser, sliver_m2=rules.sliver_m2, thin_m=rules.thin_m)
    lowered = lower_stubs(merged.net, rules.rim_m)
    closed = close_main_ends(lowered.net, rules.closing_m)
    net, dead = _drop_dead_ends(closed.net, lines, spare_main=False)
    return net, join_issues(
        _by_line(lines, merged.source, merged.length, "street_sliver_merged", "merged"),
        _by_line(lines, merged.promoted, merged.promoted_length, "street_took_rank", "repaired"),
        _by_line(lines, lowered.source, lowered.length, "street_stub_lowered", "repaired"),
        _by_line(lines, closed.source, closed.length, "street_promoted_to_close", "repaired"),
        dead,
    )


def _drop_dead_ends(net: Net, lines: gpd.GeoDataFrame, *, spare_main: bool) -> tuple[Net, pd.DataFrame]:
    """Take out edges with the same face on both sides; rank 1 may wait until it had its chance to close."""
    loose = find_bridges(net) & (net.rank != RIM_RANK)
    if spare_main:
        loose &= net.rank > 1
    length = shapely.length(net.lines[loose])
    table = _by_line(lines, net.source[loose], length, "street_dead_end", "dropped")
    return select_edges(net, ~loose), table


def _open_ends(net: Net, lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """List main streets that still end in the open; lesser streets go on from there."""
    nodes = find_main_ends(net)
    barred = np.flatnonzero(net.rank == 1)
    ends = np.concatenate([net.tail[barred], net.head[barred]])
    owner = np.concatenate([barred, barred])
    at = np.isin(ends, nodes)
    source = net.source[owner[at]]
    xy = net.xy[ends[at]]
    detail = [f"x={x:.0f} y={y:.0f}" for x, y in xy.tolist()]
    ids = lines["street_id"].to_numpy()[source]
    rows = issue_rows("streets", ids, "street_open_end", "noted", np.nan, detail)
    return rows.sort_values(["id", "detail"], kind="stable", ignore_index=True)


def _by_line(
    lines: gpd.GeoDataFrame,
    source: IntArray,
    length: FloatArray,
    code: str,
    action: str,
) -> pd.DataFrame:
    """List lines by id with the metres concerned."""
    inside = source >= 0
    ids = pd.Series(lines["street_id"].to_numpy()[source[inside]], dtype=object)
    total = pd.Series(length[inside]).groupby(ids).sum().sort_index()
    return issue_rows("streets", total.index, code, action, np.round(total.to_numpy(), 2))


def _to_frame(net: Net, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the edges their names again."""
    kept = net.source >= 0
    source = net.source[kept]
    table = lines.drop(columns="geometry").iloc[source].reset_index(drop=True)
    table["rank"] = net.rank[kept]
    frame = gpd.GeoDataFrame(table, geometry=net.lines[kept], crs=lines.crs)
    return frame[list(LINE_COLUMNS)]


def _absorbed(
    lines: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, tables: list[pd.DataFrame]
) -> pd.DataFrame:
    """List lines that went without a word: they run on a better line or on the district's outline."""
    listed = set(barriers["street_id"]).union(
        *(set(t.loc[t["action"] != "repaired", "id"]) for t in tables if len(t))
    )
    gone = sorted(set(lines["street_id"]) - listed)
    return issue_rows("streets", gone, "street_covered", "merged")


def rebuild_district(net: Net, district: BaseGeometry) -> BaseGeometry:
    """Build the district from the noded outline."""
    rim = net.lines[net.rank == RIM_RANK]
    cells = shapely.get_parts(shapely.polygonize(rim))
    inside = shapely.covers(shapely.buffer(district, 2 * GRID_M), shapely.point_on_surface(cells))
    return shapely.union_all(cells[inside])
