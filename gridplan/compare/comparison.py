"""What changes for people, areas and borders between two plans of the same ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.compare.crosswalk import stand_areas
from gridplan.compare.ground import ChangedBorders, compare_borders, overlay_areas
from gridplan.compare.homes import ABSENT, Homes, match_buildings, overlay_counts, read_homes
from gridplan.compare.ranking import pick_heaviest
from gridplan.crs import reproject
from gridplan.errors import InputError
from gridplan.plan import Plan, dissolve_level
from gridplan.plan.succession import match_areas

__all__ = ["Comparison", "compare_plans", "restore_plan"]


#: Stands for "in no area of this plan".
_NONE = ""
#: Land that may change hands without an area counting as changed [m2]: noise of another run's atoms.
_NOISE_M2 = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two divisions of the same ground on one level.

    Parameters
    ----------
    level
        Its id.
    figures
        Numbers by key: ``households``, ``population`` and ``buildings`` in both plans, each also
        ``_moved``, ``_only_before`` and ``_only_after`` (``moved``, ``only_before``, ``only_after`` and
        ``recoded`` for households); ``areas_``, ``legal_``, ``exempt_``, ``violation_``, ``compactness_`` and
        ``border_m_`` ``before`` and ``after``; areas ``same``, ``changed``, ``new``, ``gone``;
        ``border_new_m``, ``border_gone_m``, ``border_new_share``, ``ground_moved_m2``.
    areas
        One row per area of either plan: ``change, before, after, name, status_before, status_after`` and
        ``population, households`` each also ``_in`` and ``_out``.
    flows
        ``before, after, population, households, buildings, area_m2, moved``.
    moved
        Ground that changes hands, with its flow; its area in ``after``.
    before, after
        The areas as polygons, index ``code``.
    borders
        What became of the borders.
    """

    level: str
    figures: Mapping[str, float]
    areas: pd.DataFrame
    flows: pd.DataFrame
    moved: gpd.GeoDataFrame
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    borders: ChangedBorders


def compare_plans(before: Plan, after: Plan, levels: Sequence[str] | None = None) -> dict[str, Comparison]:
    """Compare two plans of the same ground, level by level.

    Parameters
    ----------
    before, after
        Two plans, of the same atoms or not: buildings are matched by their id where it stands in the same
        place, else by place.
    levels
        Ids of levels; default: all that both have.

    Returns
    -------
    dict of Comparison
        By level id. An area goes on as the one that keeps most people in place over all areas
        (:func:`gridplan.plan.succession.match_areas`); ``moved`` are those whose area does not go on.

    Raises
    ------
    InputError
        ``compare_no_level`` if the plans have no level in common, ``compare_apart`` if they lie apart.

    Examples
    --------
    >>> before, after = gridplan.open_plan("plan.gpkg"), plan
    >>> int(gridplan.compare_plans(before, after)["grid"].figures["population_moved"])
    0
    """
    shared = [level.id for level in before.scheme.levels if level.id in after.areas]
    chosen = shared if levels is None else [level for level in levels if level in shared]
    if not chosen:
        raise InputError("compare_no_level", before=list(before.areas), after=list(after.areas))
    if after.crs != before.crs:
        after = _move(after, before)
    if not before.district.intersects(after.district):
        raise InputError("compare_apart")
    names = match_buildings(before.buildings, after.buildings)
    return {level: _compare_level(before, after, level, names) for level in chosen}


def restore_plan(plan: Plan, level: str) -> Plan:
    """Return the plan as it stood before: one level, divided into the old areas, not checked.

    Parameters
    ----------
    plan
        A plan made with areas that stood before.
    level
        Level that has such.

    Raises
    ------
    InputError
        ``level_without_existing`` if there are none.
    """
    stand_areas(plan, level)
    codes = plan.atoms[f"old_{level}"].fillna(_NONE).astype(str)
    known = plan.existing[level]
    index = pd.Index(sorted(set(codes)), name="code")
    table = pd.DataFrame(
        {
            "name": [known["name"].get(code, "") for code in index],
            "parent": "", "kind": "mixed", "status": "ok", "certificate": "", "certificate_id": -1,
            "reason_key": "", "reason_values": "{}",
        },
        index=index,
    )  # fmt: skip
    rules = replace(plan.scheme[level], parent="", within=(), redraw=False)
    return replace(
        plan,
        scheme=replace(plan.scheme, levels=(rules,)),
        atoms=plan.atoms.assign(**{level: codes.astype("str")}),
        areas={level: table},
        certificates=plan.certificates.iloc[:0],
        polygons={},
    )


def _move(plan: Plan, there: Plan) -> Plan:
    """Bring a plan into another one's coordinate system."""
    district = reproject(gpd.GeoDataFrame(geometry=[plan.district], crs=plan.crs), there.crs)
    return replace(
        plan,
        atoms=reproject(plan.atoms, there.crs),
        buildings=reproject(plan.buildings, there.crs),
        district=district.geometry.iloc[0],
    )


def _compare_level(before: Plan, after: Plan, level: str, names: pd.Series) -> Comparison:
    old, new = (_draw_level(plan, level) for plan in (before, after))
    ground = overlay_areas(old, new)
    flows = _sum_flows(read_homes(before, level), read_homes(after, level, names))
    land = pd.DataFrame(
        {"before": old.index[ground.before], "after": new.index[ground.after], "area_m2": ground.area_m2}
    )
    flows = flows.merge(land, on=["before", "after"], how="outer").fillna(0.0)
    flows = flows.sort_values(["before", "after"], ignore_index=True)
    goes_on = _find_continued(flows, old.index, new.index)
    stays = flows["after"].map(goes_on) == flows["before"]
    flows["moved"] = ~stays & ~flows[["before", "after"]].isin((ABSENT, _NONE)).any(axis=1)
    flows = flows.astype(dict.fromkeys(("population", "households", "buildings"), "int64"))
    pieces = land.assign(stays=land["after"].map(goes_on) == land["before"])
    moved = gpd.GeoDataFrame(pieces.drop(columns="stays"), geometry=ground.shapes, crs=before.crs)[
        ~pieces["stays"].to_numpy()
    ].reset_index(drop=True)
    moved = moved.merge(flows[["before", "after", "population", "households"]], on=["before", "after"])
    borders = compare_borders(old, new, before.district.intersection(after.district))
    areas = _list_areas(before, after, level, flows, goes_on)
    figures = _count(flows) | _count_statuses(before, after, level, old, new)
    figures |= {key: int((areas["change"] == key).sum()) for key in ("same", "changed", "new", "gone")}
    figures |= {
        "ground_moved_m2": round(float(flows.loc[flows["moved"], "area_m2"].sum())),
        "border_m_before": round(borders.before_m),
        "border_m_after": round(borders.after_m),
        "border_new_m": round(borders.new_m),
        "border_gone_m": round(borders.gone_m),
        "border_new_share": round(borders.new_m / max(borders.after_m, 1.0), 4),
    }
    return Comparison(level, figures, areas, flows, moved, old, new, borders)


def _draw_level(plan: Plan, level: str) -> gpd.GeoDataFrame:
    """Dissolve a level; ground of no area is no area."""
    areas = dissolve_level(plan, level)
    return areas[areas.index != _NONE]


def _sum_flows(old: Homes, new: Homes) -> pd.DataFrame:
    """Count people, households and buildings by old and new area; ``ABSENT`` for what one plan lacks."""
    parts = [overlay_counts(old, new, column).assign(key=column) for column in ("population", "households")]
    most = [_place_buildings(homes) for homes in (old, new)]
    codes = pd.DataFrame({"before": most[0], "after": most[1]}).fillna(ABSENT)
    parts.append(
        codes.groupby(["before", "after"]).size().rename("count").reset_index().assign(key="buildings")
    )
    wide = pd.concat(parts).pivot_table(
        index=["before", "after"], columns="key", values="count", aggfunc="sum", fill_value=0
    )
    return wide.reindex(columns=["population", "households", "buildings"], fill_value=0).reset_index()


def _place_buildings(homes: Homes) -> pd.Series:
    """Find the area of each building: where most of its people are, then of its households."""
    sums = homes.groupby(["building", "code"], sort=True)[["population", "households"]].sum().reset_index()
    most = pick_heaviest(sums, "building", ["population", "households"], ["code"])
    return most.set_index("building")["code"]


def _find_continued(flows: pd.DataFrame, old: pd.Index, new: pd.Index) -> dict[str, str]:
    """Find the old area that each new one goes on from, so that most people stay."""
    before, after = old.get_indexer(flows["before"]), new.get_indexer(flows["after"])
    continues = match_areas(
        before.astype(np.int64),
        after.astype(np.int64),
        flows["population"].to_numpy(dtype=np.int64),
        flows["area_m2"].to_numpy(dtype=np.float64),
    )
    return {str(new[area]): str(old[source]) for area, source in enumerate(continues.tolist()) if source >= 0}


def _count(flows: pd.DataFrame) -> dict[str, float]:
    """Count what is in both plans, what moved and what is in one of them only."""
    inside = ~flows[["before", "after"]].isin((ABSENT,)).any(axis=1)
    figures: dict[str, float] = {}
    for key in ("households", "population", "buildings"):
        stem = "" if key == "households" else f"{key}_"
        figures[key] = int(flows.loc[inside, key].sum())
        figures[f"{stem}moved"] = int(flows.loc[flows["moved"], key].sum())
        figures[f"{stem}only_before"] = int(flows.loc[flows["after"] == ABSENT, key].sum())
        figures[f"{stem}only_after"] = int(flows.loc[flows["before"] == ABSENT, key].sum())
    recoded = inside & (flows["before"] != flows["after"])
    return figures | {"recoded": int(flows.loc[recoded, "households"].sum())}


def _count_statuses(
    before: Plan, after: Plan, level: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame
) -> dict[str, float]:
    """Count areas with homes by status, and measure how compact they are."""
    figures: dict[str, float] = {}
    for when, plan, shapes in (("before", before, old), ("after", after, new)):
        homes = plan.atoms.groupby(level)["households"].sum()
        lived = shapes.loc[shapes.index.isin(homes.index[homes > 0])]
        status = plan.areas[level]["status"].reindex(lived.index).value_counts()
        figures[f"areas_{when}"] = len(shapes)
        figures[f"legal_{when}"] = int(status.get("ok", 0))
        figures[f"exempt_{when}"] = int(status.get("exempt", 0))
        figures[f"violation_{when}"] = int(status.get("violation", 0))
        compactness = 4 * np.pi * lived.area / lived.length**2
        figures[f"compactness_{when}"] = round(float(compactness.mean()), 4) if len(lived) else 0.0
    return figures


def _list_areas(
    before: Plan, after: Plan, level: str, flows: pd.DataFrame, goes_on: Mapping[str, str]
) -> pd.DataFrame:
    """List the areas of both plans: those that go on, those that are new, those that are gone."""
    ends = (_NONE, ABSENT)
    old = sorted(set(before.areas[level].index.astype(str)) - {_NONE})
    new = sorted(set(after.areas[level].index.astype(str)) - {_NONE})
    gone = sorted(set(old) - set(goes_on.values()))
    rows = [(goes_on.get(code, ""), code) for code in new] + [(code, "") for code in gone]
    table = pd.DataFrame(rows, columns=["before", "after"])
    moved = flows[flows["moved"] | flows["before"].isin(ends) | flows["after"].isin(ends)]
    for key in ("population", "households"):
        table[key] = table["after"].map(flows.groupby("after")[key].sum()).fillna(0).astype("int64")
        for direction, side in (("in", "after"), ("out", "before")):
            sums = moved[~moved[side].isin(ends)].groupby(side)[key].sum()
            table[f"{key}_{direction}"] = table[side].map(sums).fillna(0).astype("int64")
    touched = moved[
        (moved[["population", "households", "buildings"]].sum(axis=1) > 0) | (moved["area_m2"] > _NOISE_M2)
    ]
    hit = table["before"].isin(touched["before"]) | table["after"].isin(touched["after"])
    conditions = [table["before"] == "", table["after"] == "", hit]
    table.insert(0, "change", np.select(conditions, ["new", "gone", "changed"], "same"))
    for when, plan in (("before", before), ("after", after)):
        table[f"status_{when}"] = table[when].map(plan.areas[level]["status"]).fillna("").astype(str)
    names = table["after"].map(after.areas[level]["name"]).fillna("").astype(str)
    earlier = table["before"].map(before.areas[level]["name"]).fillna("").astype(str)
    table["name"] = names.where((names != "") & (names != table["after"]), earlier)
    return table
