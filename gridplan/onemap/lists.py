"""The three lists that leaders ask for: too big or too small, without staff, no service place near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import IntArray
from gridplan.onemap.picking import count_inside, has_homes
from gridplan.onemap.places import is_placed
from gridplan.onemap.shown import Shown
from gridplan.scheme import StaffRule

__all__ = ["REACH_M", "has_things", "list_misfits", "list_remote", "list_unstaffed"]

#: How far a service place reaches [m], straight: the way of a quarter of an hour, 800-1,000 m in the
#: standard of residential districts (GB 50180-2018).
REACH_M = 1_000.0

#: Faults of land where nobody lives: the check notes them, nobody is too many or too few there.
_OF_LAND = ("land_over_cap",)
_MISFIT_COLUMNS = (
    "level", "code", "name", "kind", "households", "population", "area_m2", "verdict", "fault", "value",
    "bound", "reason_zh", "reason_en",
)  # fmt: skip
_UNSTAFFED_COLUMNS = (
    "level", "code", "name", "population", "have", "need", "lack", "posts", "others",
)  # fmt: skip
_RANKS = {"violation": 0, "warning": 1, "exempt": 2}


def has_things(shown: Shown, role: str) -> bool:
    """Return whether things of a role were attached at all: without them a list of lacks means nothing."""
    return len(shown.attached.get(role, ())) > 0


def list_misfits(shown: Shown) -> pd.DataFrame:
    """List the areas that are too big or too small for the bounds of their level.

    Parameters
    ----------
    shown
        What may be seen.

    Returns
    -------
    DataFrame
        One row per area with homes, violations first, then those that the scheme only warns of, then those
        exempt because nothing better exists: ``level, code, name, kind, households, population, area_m2,
        verdict, fault, value, bound`` (what is out of which bound, in words by :func:`format_misfits`) and
        ``reason_*`` (why nothing better exists).
    """
    tables = []
    for level, frame in shown.areas.items():
        odd = pd.DataFrame(
            frame[(frame["fault"] != "") & ~frame["fault"].isin(_OF_LAND)].drop(columns="geometry")
        )
        tables.append(odd.assign(level=level))
    rows = pd.concat(tables, ignore_index=True)
    over = (rows["value"] / rows["bound"]).astype(float)
    far = np.maximum(over, 1 / over.where(over > 0)).fillna(0.0)
    order = np.lexsort((rows["code"], -far, rows["verdict"].map(_RANKS).fillna(9)))
    return rows.iloc[order][list(_MISFIT_COLUMNS)].reset_index(drop=True)


def list_unstaffed(shown: Shown) -> pd.DataFrame:
    """List the areas that lack people for the posts of the scheme.

    Parameters
    ----------
    shown
        What may be seen; where no staff was attached the list is empty and means nothing (see
        :func:`has_things`).

    Returns
    -------
    DataFrame
        One row per area with homes that lacks somebody, those without anybody first, then by how many lack:
        ``level, code, name, population, have, need`` (the fewest that the scheme wants), ``lack``, ``posts``
        (a tuple of place in ``scheme.staffing``, people there and fewest wanted for each post that lacks
        somebody) and ``others`` (names of other posts there): in words by :func:`format_unstaffed`. People of
        posts that the scheme does not name fill none of its posts, but are counted in ``have``. Where the
        scheme names no posts: areas with nobody, of the finest level that the list names.
    """
    staff = shown.attached.get("staff")
    if staff is None or not len(staff):
        return pd.DataFrame(columns=list(_UNSTAFFED_COLUMNS))
    rules = {at: rule for at, rule in enumerate(shown.scheme.staffing) if rule.level in shown.areas}
    named = {_fold(post) for rule in shown.scheme.staffing for post in (rule.post.zh, rule.post.en)}
    people = pd.DataFrame(staff).assign(
        fold=staff["post"].map(_fold), own=_find_own_level(staff, shown.levels)
    )
    people = people.assign(named=people["fold"].isin(named))
    # of a list that names communities only nobody knows which grids have nobody
    listed = [level for level in shown.levels if (people["own"] == level).any()]
    levels = dict.fromkeys([rule.level for rule in rules.values()] or (listed or shown.levels)[-1:])
    tables = [
        _count_staff(shown, level, {at: rule for at, rule in rules.items() if rule.level == level}, people)
        for level in levels
    ]
    rows = pd.concat(tables, ignore_index=True)
    load = rows["population"].fillna(0).astype("int64")
    order = np.lexsort((rows["code"], -load, -rows["lack"], rows["have"] > 0))
    return rows.iloc[order][list(_UNSTAFFED_COLUMNS)].reset_index(drop=True)


def _fold(text: object) -> str:
    return str(text).strip().casefold()


def _find_own_level(staff: pd.DataFrame, levels: Sequence[str]) -> npt.NDArray[np.object_]:
    """Return for each person the finest level whose area is known, "" for none."""
    own = np.full(len(staff), "", dtype=object)
    for level in levels:
        own[(staff[level].fillna("") != "").to_numpy()] = level
    return own


def _count_staff(
    shown: Shown, level: str, rules: Mapping[int, StaffRule], people: pd.DataFrame
) -> pd.DataFrame:
    """Count the people of the posts of a level in each area beside the fewest that are wanted."""
    areas = pd.DataFrame(shown.areas[level].drop(columns="geometry"))
    areas = areas[has_homes(areas)]
    others = people[~people["named"] & (people["own"] == level)] if rules else people
    have = count_inside(areas, others[level])
    need, lack = np.zeros_like(have), np.zeros_like(have)
    posts: list[list[tuple[int, int, int]]] = [[] for _ in have]
    for number, rule in rules.items():
        mine = people["fold"].isin([_fold(rule.post.zh), _fold(rule.post.en)])
        held = count_inside(areas, people.loc[mine, level])
        wanted = _count_needed(rule, areas["population"])
        have, need = have + held, need + wanted
        lack += np.maximum(wanted - held, 0)
        for at in np.flatnonzero(wanted > held):
            posts[at].append((number, int(held[at]), int(wanted[at])))
    if not rules:
        need, lack = need + 1, (have == 0).astype(np.int64)
    unnamed = others.groupby(level)["post"].agg(lambda names: tuple(sorted(set(names)))) if rules else {}
    rows = areas[["code", "name", "population"]].assign(
        level=level,
        have=have,
        need=need,
        lack=lack,
        posts=pd.Series([tuple(lacking) for lacking in posts], index=areas.index, dtype=object),
        others=pd.Series([unnamed.get(code, ()) for code in areas["code"]], index=areas.index, dtype=object),
    )
    return rows[lack > 0]


def _count_needed(rule: StaffRule, population: pd.Series) -> IntArray:
    """Return the fewest people of a post per area; where people are withheld there are at most a few."""
    people = population.fillna(1).to_numpy(dtype=np.float64)
    by_people = np.ceil(people * rule.per_10000 / 10_000 - 1e-9).astype(np.int64)
    return np.asarray(np.maximum(rule.per_area[0], by_people), dtype=np.int64)


def list_remote(shown: Shown, *, reach_m: float = REACH_M) -> pd.DataFrame:
    """List the areas without a service place near, by the straight line.

    How far people walk along the streets is another question
    (:func:`gridplan.onemap.compounds.list_distances`).

    Parameters
    ----------
    shown
        What may be seen; where no service place was attached the list is empty and means nothing (see
        :func:`has_things`).
    reach_m
        How far a place reaches [m] in a straight line; default :data:`REACH_M`.

    Returns
    -------
    DataFrame
        One row per area with homes: communities (where there are none, areas of the coarsest level) without
        a place of their own (``lack`` "none"), and areas of the finest level all of which lies beyond the
        reach of every place (``lack`` "far"): ``level, code, name, population, lack``, ``straight_m`` (from
        the nearest point of the area to the nearest place, infinite where no place is on the map) and
        ``reach_m``; in words by :func:`format_remote`.
    """
    columns = ["level", "code", "name", "population", "lack", "straight_m", "reach_m"]
    places = shown.attached.get("services")
    if places is None or not len(places):
        return pd.DataFrame(columns=columns)
    placed = is_placed(places)
    known = places["geometry"].to_numpy(dtype=object)[placed] if placed.any() else ()
    serving = shown.scheme.pick_serving(shown.levels)
    held = set(places[serving].astype(str)) if serving in places else set()
    tables = []
    for level in dict.fromkeys((serving, shown.levels[-1])):
        frame = shown.areas[level]
        frame = frame[has_homes(frame)]
        straight = np.full(len(frame), np.inf)
        if len(known):
            tree = shapely.STRtree(known)
            (at, _), distance = tree.query_nearest(
                frame.geometry.to_numpy(), all_matches=False, return_distance=True
            )
            straight[at] = distance
        none = ~frame["code"].isin(held).to_numpy() & (level == serving)
        far = (straight > reach_m) & (level == shown.levels[-1])
        rows = pd.DataFrame(frame[["code", "name", "population"]])
        rows = rows.assign(level=level, lack=np.select([none, far], ["none", "far"], ""), straight_m=straight)
        tables.append(rows[none | far])
    found = pd.concat(tables, ignore_index=True).assign(reach_m=reach_m)
    order = np.lexsort((found["code"], -found["straight_m"], found["lack"] == "far"))
    return found.iloc[order][columns].reset_index(drop=True)
