"""Place things into areas; what does not fit is listed by id with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray, TextArray
from gridplan.attach.directory import Directory
from gridplan.plan import Plan
from gridplan.schema import ATTACHED_COLUMNS, PLACED_COLUMNS, Things, issue_rows, join_issues

__all__ = ["Owners", "list_owners", "place_things", "replace_followers"]


#: Which evidence comes first: a register that names the building is surer than a point, and the point
#: surer than the name of an area. Staff belong to the area that they are named for, wherever they live.
_ORDER = ("building", "point", "code")
_ORDER_STAFF = ("code", "building", "point")
#: Roles that keep their points. Where staff live is nobody's business, the area that they work in is.
_POINTS = ("enterprises", "risk_points", "hazards", "services")
#: Why a thing is not placed where its enterprise is: that was not placed itself, or is not known.
_OWNERLESS = ("thing_owner_unplaced", "thing_owner_unknown")


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Things by one kind of evidence: which have it, which were found by it, their codes, their building."""

    kind: str
    asked: BoolArray
    there: BoolArray
    codes: TextArray
    building: TextArray


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """The enterprises of a plan, as others name them.

    Parameters
    ----------
    table
        The table of ``Plan.attached``.
    merged
        Ids that are gone, by the id of the enterprise that they were merged into.
    """

    table: pd.DataFrame
    merged: Mapping[str, str]

    def find(self, names: pd.Series) -> IntArray:
        """Return the row of each enterprise that is named, by id or by a name of its own; -1 for none."""
        given = names.astype("str")
        given = given.map(dict(self.merged)).fillna(given) if self.merged else given
        ids = pd.Index(self.table["id"].astype("str"))
        single = self.table["name"].astype("str")
        single = single[~single.duplicated(keep=False) & (single != "")]
        by_name = given.map(pd.Series(single.index.to_numpy(), index=single.to_numpy()))
        by_id = ids.get_indexer(given)
        at: IntArray = np.where(by_id >= 0, by_id, by_name.fillna(-1).to_numpy(dtype=np.int64))
        return at


def list_owners(plan: Plan) -> Owners | None:
    """Return the enterprises of a plan, None where it has none."""
    if "enterprises" not in plan.attached:
        return None
    merged = plan.issues[
        (plan.issues["layer"] == "enterprises") & (plan.issues["code"] == "enterprise_merged")
    ]
    return Owners(plan.attached["enterprises"], dict(zip(merged["id"], merged["detail"], strict=True)))


def place_things(
    directory: Directory, things: Things, owners: Owners | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place a list of things into the areas of a plan.

    Parameters
    ----------
    directory
        Where everything is in the plan.
    things
        The list, of any role but compounds.
    owners
        The enterprises of the plan as they were placed: risk points and hazards without a place of their own
        lie where their enterprise does.

    Returns
    -------
    frame, issues
        The table of ``Plan.attached``, each thing in it once, whether it was placed or not; and by id why
        one was not placed, or only as far as a coarse level. Care is counted: one row per class and area, or
        per class for what has no place, and no single household.
    """
    frame = things.frame
    xy = frame[["x", "y"]].to_numpy(dtype=np.float64)
    found = _find_all(directory, frame, xy)
    order = _ORDER_STAFF if things.role == "staff" else _ORDER
    codes, building, placed, against = _choose(directory, found, order, refine=things.role != "staff")
    points = _locate(directory, xy, building, placed)
    columns = [*ATTACHED_COLUMNS[things.role], *PLACED_COLUMNS, *directory.levels]
    table = frame.assign(building_id=building, placed=placed)
    table[list(directory.levels)] = codes
    issues = [
        _list_clashes(things.role, frame["id"], found, order, directory.levels),
        _list_against(things.role, frame["id"], found, against),
    ]
    if "enterprise" in frame and owners is not None:
        table, points = _follow_enterprises(table, points, owners, directory.levels)
    issues.append(_list_reasons(directory, things, table, found))
    if "enterprise" in frame:
        issues.append(_list_ownerless(things.role, table, issues[-1]["id"], owners))
    if things.role != "care":
        issues.append(_list_ignored(directory, things, table, found))
    issues.append(_list_coarse(things.role, table, directory.levels))
    if things.role == "care":
        lost = (table["care_class"] == "") | ~table["households"].gt(0)
        issues.append(issue_rows("care", table.loc[lost, "id"], "care_not_counted", "dropped"))
    listed = join_issues(*issues)
    if things.role == "care":
        return _count_care(table, directory.levels), listed
    if things.role not in _POINTS:
        table["building_id"] = ""
    texts = [name for name in columns if pd.api.types.is_string_dtype(table[name]) or name in ("placed",)]
    table[texts] = table[texts].astype("str")
    plain = table[columns].reset_index(drop=True)
    if things.role not in _POINTS or (things.role == "hazards" and not np.isfinite(xy).any()):
        return plain, listed
    return gpd.GeoDataFrame(plain, geometry=points, crs=directory.atoms.crs), listed


def _find_all(directory: Directory, frame: pd.DataFrame, xy: FloatArray) -> dict[str, _Found]:
    """Find each thing by every kind of evidence that it has."""
    n = len(frame)
    atom = directory.find_atoms(xy)
    house, slot = directory.find_houses(frame["house"])
    area, _ = directory.find_areas(frame["area"])
    # one row more stands for not found
    blank = np.full((1, len(directory.levels)), "", dtype=object)
    by_atom = np.concatenate([directory.atom_codes, blank])
    by_house = np.concatenate([directory.building_codes, blank])[house]
    named = np.append(directory.buildings.to_numpy(dtype=object), "")
    return {
        "point": _Found(
            "point", np.asarray(np.isfinite(xy).all(axis=1)), atom >= 0, by_atom[atom],
            np.append(directory.atom_building, "")[atom],
        ),
        "building": _Found(
            "building", (frame["house"] != "").to_numpy(), house >= 0,
            np.where((slot >= 0)[:, None], by_atom[slot], by_house), named[house],
        ),
        "code": _Found(
            "code", (frame["area"] != "").to_numpy(), area >= 0,
            np.concatenate([directory.area_codes, blank])[area], np.full(n, "", dtype=object),
        ),
    }  # fmt: skip


def _choose(
    directory: Directory, found: dict[str, _Found], order: Sequence[str], *, refine: bool
) -> tuple[TextArray, TextArray, TextArray, TextArray]:
    """Take the first evidence of each thing; a later one may fill in levels that it leaves open.

    Returns
    -------
    codes, building, placed, against
        ``against`` is the evidence that contradicts the building: it names areas that hold no part of it.
    """
    n = len(found["point"].there)
    codes = np.full(found["point"].codes.shape, "", dtype=object)
    building, placed, against = np.full((3, n), "", dtype=object)
    for kind in order:
        evidence = found[kind]
        fresh = evidence.there & (placed == "")
        agree = ((codes == evidence.codes) | (codes == "") | (evidence.codes == "")).all(axis=1)
        finer = (
            evidence.there & ~fresh & agree & ((codes == "") & (evidence.codes != "")).any(axis=1) & refine
        )
        apart = finer & ~_hold(directory, np.where(finer, building, ""), evidence.codes)
        against[apart & (against == "")] = kind
        more = fresh | (evidence.there & agree & ~apart & refine)
        codes[more] = np.where(codes[more] == "", evidence.codes[more], codes[more])
        same = more & (building == "")
        building[same] = evidence.building[same]
        placed[fresh] = kind
    return codes, building, placed, against


def _hold(directory: Directory, building: TextArray, codes: TextArray) -> BoolArray:
    """Return which buildings have an atom in the areas named; what has no building holds everything."""
    holds = building == ""
    asked = pd.DataFrame({"building": building, "row": np.arange(len(building))})[~holds]
    atoms = pd.DataFrame({"building": directory.atom_building, "atom": np.arange(len(directory.atoms))})
    pairs = asked.merge(atoms, on="building")
    named = codes[pairs["row"].to_numpy()]
    there = ((named == "") | (named == directory.atom_codes[pairs["atom"].to_numpy()])).all(axis=1)
    holds[pairs["row"].to_numpy()[there]] = True
    return np.asarray(holds, dtype=bool)


def _locate(directory: Directory, xy: FloatArray, building: TextArray, placed: TextArray) -> TextArray:
    """Return a point for each thing: its own, else one in its building, else an empty one."""
    known = np.isfinite(xy).all(axis=1)
    points = np.full(len(xy), shapely.Point(), dtype=object)
    points[known] = shapely.points(xy[known])
    at = directory.buildings.get_indexer(building)
    inside = ~known & (placed == "building") & (at >= 0)
    points[inside] = directory.spots[at[inside]]
    return points


def _follow_enterprises(
    table: pd.DataFrame, points: TextArray, owners: Owners, levels: Sequence[str]
) -> tuple[pd.DataFrame, TextArray]:
    """Place things that have no place of their own where their enterprise is.

    Parameters
    ----------
    table
        Things with ``enterprise``, the ``PLACED_COLUMNS`` and the codes of the levels; those placed by their
        enterprise before are placed anew.
    points
        Their points.
    owners
        The enterprises.
    levels
        Ids of the levels.

    Returns
    -------
    table, points
    """
    enterprises = owners.table
    at = owners.find(table["enterprise"])
    loose = table["placed"].isin(["", "enterprise"]).to_numpy()
    placed = enterprises["placed"].astype("str").to_numpy()
    ready = loose & (at >= 0) & (np.append(placed, "")[at] != "")
    followed = table.copy()
    moved = [*levels, "building_id"]
    followed.loc[loose, [*moved, "placed"]] = ""
    followed.loc[ready, moved] = enterprises[moved].to_numpy(dtype=object)[at[ready]]
    followed.loc[ready, "placed"] = "enterprise"
    where = points.copy()
    where[loose & ~ready & shapely.is_empty(points)] = shapely.Point()
    if isinstance(enterprises, gpd.GeoDataFrame):
        where[ready] = enterprises.geometry.to_numpy()[at[ready]]
    return followed, where


def _list_clashes(
    role: str, ids: pd.Series, found: dict[str, _Found], order: Sequence[str], levels: tuple[str, ...]
) -> pd.DataFrame:
    """List things whose point, building and area lie in different areas; what comes first counts."""
    rows = []
    for place, kind in enumerate(order):
        for other in order[place + 1 :]:
            first, second = found[kind], found[other]
            apart = (first.codes != second.codes) & (first.codes != "") & (second.codes != "")
            hit = np.flatnonzero(apart.any(axis=1) & first.there & second.there)
            level = apart[hit].argmax(axis=1)
            detail = [
                f"{levels[lv]}: {kind} {first.codes[i, lv]} | {other} {second.codes[i, lv]}"
                for i, lv in zip(hit.tolist(), level.tolist(), strict=True)
            ]
            secret = role == "care"
            rows.append(
                issue_rows(
                    role, ids.iloc[hit], "thing_places_differ", "noted", detail="" if secret else detail
                )
            )
    return join_issues(*rows)


def _list_against(role: str, ids: pd.Series, found: dict[str, _Found], against: TextArray) -> pd.DataFrame:
    """List things whose point or area holds no part of their building, which lies in several areas."""
    hit = np.flatnonzero(against != "")
    house = found["building"].building
    named = [next(code for code in found[against[i]].codes[i][::-1] if code) for i in hit]
    detail = [
        f"building {house[i]} | {against[i]} {code}" for i, code in zip(hit.tolist(), named, strict=True)
    ]
    return issue_rows(
        role, ids.iloc[hit], "thing_places_differ", "noted", detail="" if role == "care" else detail
    )


def _list_reasons(
    directory: Directory,
    things: Things,
    table: pd.DataFrame,
    found: dict[str, _Found],
) -> pd.DataFrame:
    """List what was not placed by its id: the reason, and how far off it is or what was not found."""
    frame, role = things.frame, things.role
    out = (table["placed"] == "").to_numpy()
    _, several = directory.find_areas(frame["area"])
    rows = []
    left = out.copy()
    for code, hit, words in (
        ("thing_outside", found["point"].asked, None),
        ("thing_building_unknown", found["building"].asked, frame["house"]),
        ("thing_area_several", several, frame["area"]),
        ("thing_area_unknown", found["code"].asked, frame["area"]),
    ):
        mine = left & hit
        left &= ~hit
        detail: str | list[str] = "" if words is None or role == "care" else list(words[mine])
        far = np.nan if words is not None else _measure(directory, frame, mine)
        rows.append(issue_rows(role, frame["id"][mine], code, "noted", far, detail))
    if "enterprise" in frame:
        left &= (frame["enterprise"] == "").to_numpy()
    rows.append(issue_rows(role, frame["id"][left], "thing_nowhere", "noted"))
    return join_issues(*rows)


def _list_ignored(
    directory: Directory, things: Things, table: pd.DataFrame, found: dict[str, _Found]
) -> pd.DataFrame:
    """List what led nowhere of things that were placed all the same; where staff live is not looked at."""
    frame, role = things.frame, things.role
    placed = (table["placed"] != "").to_numpy()
    idle = {kind: placed & evidence.asked & ~evidence.there for kind, evidence in found.items()}
    rows = []
    if role != "staff":
        far = _measure(directory, frame, idle["point"])
        house = list(frame["house"][idle["building"]])
        rows += [
            issue_rows(role, frame["id"][idle["point"]], "thing_point_ignored", "noted", far),
            issue_rows(role, frame["id"][idle["building"]], "thing_building_ignored", "noted", detail=house),
        ]
    words, counts = np.unique(frame["area"][idle["code"]].to_numpy(dtype=str), return_counts=True)
    rows.append(issue_rows(role, ["*"] * len(words), "things_area_ignored", "noted", counts, list(words)))
    return join_issues(*rows)


def _list_ownerless(role: str, table: pd.DataFrame, listed: pd.Series, owners: Owners | None) -> pd.DataFrame:
    """List what is not placed because of its enterprise; ``listed`` are those that are listed already."""
    left = table[(table["placed"] == "") & (table["enterprise"] != "") & ~table["id"].isin(listed)]
    known = np.zeros(len(left), dtype=bool) if owners is None else owners.find(left["enterprise"]) >= 0
    return join_issues(
        *(
            issue_rows(role, left["id"][hit], code, "noted", detail=list(left["enterprise"][hit]))
            for code, hit in zip(_OWNERLESS, (known, ~known), strict=True)
        )
    )


def _measure(directory: Directory, frame: pd.DataFrame, mine: BoolArray) -> FloatArray:
    """Return how far outside things lie [m], to the metre."""
    return np.round(directory.measure_outside(frame.loc[mine, ["x", "y"]].to_numpy(dtype=np.float64)), 0)


def _list_coarse(role: str, table: pd.DataFrame, levels: tuple[str, ...]) -> pd.DataFrame:
    """Count what is known on a coarse level only; by id where it is a building that lies in several areas."""
    open_ = (table[list(levels)] == "").any(axis=1) & (table["placed"] != "")
    # of households only their number is kept
    split = open_ & (table["placed"] == "building") & (role != "care")
    rows = [issue_rows(role, table["id"][split], "thing_in_several_areas", "noted")]
    rest = int((open_ & ~split).sum())
    if rest:
        rows.append(issue_rows(role, ["*"], "things_coarse", "noted", float(rest)))
    return join_issues(*rows)


def _count_care(table: pd.DataFrame, levels: tuple[str, ...]) -> pd.DataFrame:
    """Count households by class and area, so that no household is left in the plan."""
    counted = table[(table["care_class"] != "") & table["households"].gt(0)]
    counted = counted.assign(placed=np.where(counted["placed"] == "", "", "code"))
    keys = ["care_class", "placed", *levels]
    counts = counted.groupby(keys, sort=True)["households"].sum().round().astype(np.int64).reset_index()
    counts["building_id"] = ""
    columns = [*ATTACHED_COLUMNS["care"], *PLACED_COLUMNS, *levels]
    texts = [name for name in columns if name != "households"]
    counts[texts] = counts[texts].astype("str")
    return counts[columns]


def replace_followers(plan: Plan, levels: Sequence[str]) -> Plan:
    """Place the risk points and hazards of a plan anew after its enterprises were replaced.

    Parameters
    ----------
    plan
        With the new enterprises.
    levels
        Ids of the levels.

    Returns
    -------
    Plan
        What has no place of its own lies where its enterprise does, or is listed.
    """
    owners = list_owners(plan)
    for role in ("risk_points", "hazards"):
        if owners is None or role not in plan.attached:
            continue
        table = plan.attached[role]
        shaped = isinstance(table, gpd.GeoDataFrame)
        points = table.geometry.to_numpy() if shaped else np.full(len(table), shapely.Point(), dtype=object)
        followed, where = _follow_enterprises(table, points, owners, levels)
        followed = followed.set_geometry(gpd.GeoSeries(where, crs=plan.crs)) if shaped else followed
        issues = plan.issues[(plan.issues["layer"] != role) | ~plan.issues["code"].isin(_OWNERLESS)]
        listed = issues.loc[issues["layer"] == role, "id"]
        plan = replace(
            plan,
            attached={**plan.attached, role: followed},
            issues=join_issues(issues, _list_ownerless(role, followed, listed, owners)),
        )
    return plan
