"""People assigned to areas: those who have an area of their own stay there, the others go to the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.plan import Plan
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import StaffRule
from gridplan.staffing.matching import match_nearest
from gridplan.staffing.posts import apportion_heads, plan_posts

__all__ = ["PEOPLE_COLUMNS", "Staffing", "assign_people"]

#: What is known of people: ``person`` (their id), ``post`` ("" for any), ``x``, ``y`` [m, the plan's
#: coordinate system; NaN for not known], ``place`` (code of an area or id of a building, "" for none),
#: ``capacity`` (most households that they can look after; NaN for any number).
PEOPLE_COLUMNS = ("person", "post", "x", "y", "place", "capacity")


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who works where.

    Parameters
    ----------
    posts
        Result of :func:`~gridplan.staffing.plan_posts` with ``assigned`` (people), ``short`` (people lacking
        to the fewest) and ``load`` (households per person, NaN for nobody).
    assignments
        One row per person who has a place: ``rule, level, code, person, distance_m`` (straight line to the
        middle of the homes; NaN where it is not known where the person is).
    unplaced
        People without one: ``person``, ``post`` and ``reason`` (``no_room``, ``post_unknown``).
    issues
        What had to be made of the list of people (the ``ISSUE_COLUMNS``).
    """

    posts: pd.DataFrame
    assignments: pd.DataFrame
    unplaced: pd.DataFrame
    issues: pd.DataFrame


@dataclass(slots=True)
class _Roll:
    """People in the order of their ids, and what each of them has got so far."""

    person: npt.NDArray[np.object_]
    post: npt.NDArray[np.object_]
    place: npt.NDArray[np.object_]
    capacity: FloatArray
    xy: FloatArray
    rule: IntArray
    area: IntArray


@dataclass(frozen=True, slots=True)
class _Job:
    """One post of a level: what its areas need up to a limit, and where they are."""

    number: int
    posts: pd.DataFrame
    limit: str
    codes: npt.NDArray[np.object_]
    middles: FloatArray

    def count_held(self, roll: _Roll) -> IntArray:
        """Count the people that each area has."""
        own = roll.area[roll.rule == self.number]
        return np.asarray(np.bincount(own, minlength=len(self.posts)), dtype=np.int64)


def assign_people(plan: Plan, people: pd.DataFrame) -> Staffing:
    """Assign people to the areas that need them.

    Parameters
    ----------
    plan
        A plan whose scheme has posts.
    people
        The :data:`PEOPLE_COLUMNS`; a person may stand in several rows with different posts.

    Returns
    -------
    Staffing
        Independent of the order of the rows.

    Raises
    ------
    SchemeError
        If the scheme has no posts.

    Notes
    -----
    Post by post in the order of the scheme, first the people of this post, then those of any post for what
    is still short, at last those of any post for places beyond the fewest. People whose own place is an area
    of the post's level stay there as long as it has room. Each area gets somebody before one gets more;
    places beyond that are handed out by load (:func:`~gridplan.staffing.posts.apportion_heads`). They
    are filled so that as many people as can be are placed, at the least sum of distances. Nobody gets two
    areas of one post or the area in which they hold the post's ``distinct_from``, nor, but in their own
    place, more households than they can look after.
    """
    posts = plan_posts(plan)
    roll, issues = _call_roll(plan, people)
    centres = {rule.level: _find_centres(plan, rule.level) for rule in plan.scheme.staffing}
    tables = {number: posts[posts["rule"] == number] for number in range(len(plan.scheme.staffing))}
    steps = [
        ("named", _keep_own, "most"),
        ("named", _match_rest, "most"),
        ("any", _keep_own, "fewest"),
        ("any", _keep_own, "most"),
        ("any", _match_rest, "fewest"),
        ("any", _match_rest, "most"),
    ]
    for who, give, limit in steps:
        for number, rule in enumerate(plan.scheme.staffing):
            job = _Job(number, tables[number], limit, *centres[rule.level])
            rows = _find_free(
                roll, number, _match_posts(roll.post, rule) if who == "named" else roll.post == ""
            )
            give(roll, job, rows, _bar_areas(roll, plan.scheme.staffing, rule))
    return _report(plan, posts, roll, issues, centres)


def _call_roll(plan: Plan, people: pd.DataFrame) -> tuple[_Roll, pd.DataFrame]:
    """Put people into the order of their ids, each once per post, and find where they are."""
    table = people[list(PEOPLE_COLUMNS)].copy()
    for name in ("person", "post", "place"):
        table[name] = table[name].fillna("").astype(str).str.strip()
    table = table.sort_values(list(PEOPLE_COLUMNS), kind="stable", ignore_index=True)
    again = table.duplicated(["person", "post"]).to_numpy()
    issues = [issue_rows("people", table.loc[again, "person"], "person_repeated", "dropped")]
    table = table[~again].reset_index(drop=True)
    xy = np.array(table[["x", "y"]], dtype=np.float64)
    place = table["place"].to_numpy(dtype=object)
    known = _locate_places(plan, set(place) - {""})
    strange = np.array([code != "" and code not in known for code in place], dtype=bool)
    issues.append(
        issue_rows(
            "people", table.loc[strange, "person"], "person_place_unknown", "noted", detail=place[strange]
        )
    )
    for row in np.flatnonzero(np.isnan(xy).any(axis=1) & (place != "") & ~strange):
        xy[row] = known[place[row]]
    nowhere = np.isnan(xy).any(axis=1)
    xy[nowhere] = np.nan
    issues.append(issue_rows("people", table.loc[nowhere, "person"], "person_nowhere", "noted"))
    nobody = np.full(len(table), -1, dtype=np.int64)
    roll = _Roll(
        person=table["person"].to_numpy(dtype=object),
        post=table["post"].to_numpy(dtype=object),
        place=place,
        capacity=table["capacity"].fillna(np.inf).to_numpy(dtype=np.float64),
        xy=xy,
        rule=nobody,
        area=nobody.copy(),
    )
    return roll, join_issues(*issues)


def _locate_places(plan: Plan, wanted: set[str]) -> dict[str, FloatArray]:
    """Find the middle of areas and buildings by code or id; the coarsest level first."""
    found: dict[str, FloatArray] = {}
    ids = plan.buildings.index.astype(str)
    own = ids.isin(list(wanted))
    middles = shapely.get_coordinates(shapely.centroid(plan.buildings.geometry.to_numpy()[own]))
    found.update(zip(ids[own], middles, strict=True))
    for level in reversed(list(plan.areas)):
        centres = _find_centres(plan, level)
        found.update((code, xy) for code, xy in zip(*centres, strict=True) if code in wanted)
    return found


def _find_centres(plan: Plan, level: str) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Return the codes of a level and the middle of each area's homes [m], else of its ground."""
    atoms = plan.atoms
    xy = shapely.get_coordinates(shapely.centroid(atoms.geometry.to_numpy()))
    codes, label = np.unique(atoms[level].to_numpy(dtype=str), return_inverse=True)
    homes = atoms["households"].to_numpy(dtype=np.float64)
    weight = np.where(np.bincount(label, homes)[label] > 0, homes, atoms["area_m2"].to_numpy())
    total = np.bincount(label, weight)
    middle = np.column_stack([np.bincount(label, weight * xy[:, axis]) / total for axis in (0, 1)])
    return codes.astype(object), middle


def _match_posts(post: npt.NDArray[np.object_], rule: StaffRule) -> BoolArray:
    names = {rule.post.zh.casefold(), rule.post.en.casefold()}
    return np.array([name.casefold() in names for name in post], dtype=bool)


def _bar_areas(roll: _Roll, rules: tuple[StaffRule, ...], rule: StaffRule) -> IntArray:
    """Return for each row the area in which its person must not hold a post, -1 for none."""
    barred = np.full(len(roll.person), -1, dtype=np.int64)
    against = {
        number
        for number, other in enumerate(rules)
        if other.level == rule.level
        and (other.post.zh == rule.distinct_from or other.distinct_from == rule.post.zh)
    }
    if against:
        held: Mapping[str, int] = {
            roll.person[row]: int(roll.area[row]) for row in np.flatnonzero(np.isin(roll.rule, list(against)))
        }
        barred[:] = [held.get(person, -1) for person in roll.person]
    return barred


def _find_free(roll: _Roll, number: int, wanted: BoolArray) -> IntArray:
    """Return the rows that may get a post: free ones, one of each person, of nobody who holds it already."""
    rows = np.flatnonzero((roll.rule < 0) & wanted)
    there = set(roll.person[roll.rule == number])
    once = ~pd.Series(roll.person[rows], dtype=object).duplicated().to_numpy(dtype=bool)
    new = np.array([person not in there for person in roll.person[rows]], dtype=bool)
    return np.asarray(rows[once & new], dtype=np.int64)


def _keep_own(roll: _Roll, job: _Job, rows: IntArray, barred: IntArray) -> None:
    """Let people stay whose own place is an area of the level, as long as it has room."""
    room = job.posts[job.limit].to_numpy(dtype=np.int64) - job.count_held(roll)
    own = pd.Index(job.codes).get_indexer(pd.Index(roll.place[rows], dtype=object))
    for row, area in zip(rows[own >= 0], own[own >= 0], strict=True):
        if room[area] > 0 and barred[row] != area:
            roll.rule[row], roll.area[row] = job.number, area
            room[area] -= 1


def _match_rest(roll: _Roll, job: _Job, rows: IntArray, barred: IntArray) -> None:
    """Give areas to people by load and nearness; people who are nowhere get what is left."""
    homes, fewest, most = (
        job.posts[name].to_numpy(dtype=np.int64) for name in ("households", "fewest", job.limit)
    )
    for known in (True, False):
        left = rows[(roll.rule[rows] < 0) & (np.isfinite(roll.xy[rows, 0]) == known)]
        held = job.count_held(roll)
        vacant = ((held == 0) & (fewest > 0)).astype(np.int64)
        if len(left) < vacant.sum():  # too few for one each: then nearness alone decides who gets one
            heads = held + vacant
        else:
            heads = apportion_heads(homes, fewest, most, int(held.sum()) + len(left), held)
        area = match_nearest(
            roll.xy[left] if known else _line_up(len(left)),
            job.middles if known else _line_up(len(job.middles)),
            heads - held,
            load=homes / np.maximum(heads, 1),
            capacity=roll.capacity[left],
            barred=barred[left],
        )
        placed = area >= 0
        roll.rule[left[placed]], roll.area[left[placed]] = job.number, area[placed]


def _line_up(n: int) -> FloatArray:
    """Return n points along a metre: what is nowhere is near whatever comes at the same point of its list."""
    return np.column_stack((np.linspace(0, 1, n), np.zeros(n)))


def _report(
    plan: Plan,
    posts: pd.DataFrame,
    roll: _Roll,
    issues: pd.DataFrame,
    centres: Mapping[str, tuple[npt.NDArray[np.object_], FloatArray]],
) -> Staffing:
    """Put together who got what and what is lacking."""
    rules = plan.scheme.staffing
    counts = [
        np.bincount(roll.area[roll.rule == number], minlength=int((posts["rule"] == number).sum()))
        for number in range(len(rules))
    ]
    assigned = np.concatenate(counts)
    load = np.where(assigned > 0, posts["households"] / np.maximum(assigned, 1), np.nan)
    short = np.maximum(posts["fewest"].to_numpy() - assigned, 0)
    rows = np.flatnonzero(roll.rule >= 0)
    rows = rows[np.lexsort((rows, roll.area[rows], roll.rule[rows]))]
    places = [centres[rules[roll.rule[row]].level] for row in rows]
    areas = roll.area[rows]
    middles = np.array([xy[area] for (_, xy), area in zip(places, areas, strict=True)]).reshape(-1, 2)
    assignments = pd.DataFrame(
        {
            "rule": roll.rule[rows],
            "level": [rules[number].level for number in roll.rule[rows]],
            "code": [codes[area] for (codes, _), area in zip(places, areas, strict=True)],
            "person": roll.person[rows],
            "distance_m": np.hypot(*(middles - roll.xy[rows]).T),
        }
    )
    left = np.flatnonzero(roll.rule < 0)
    known = np.zeros(len(roll.post), dtype=bool)
    for rule in rules:
        known |= _match_posts(roll.post, rule)
    reasons = np.where(known[left] | (roll.post[left] == ""), "no_room", "post_unknown")
    unplaced = pd.DataFrame({"person": roll.person[left], "post": roll.post[left], "reason": reasons})
    return Staffing(
        posts=posts.assign(assigned=assigned, short=short, load=load),
        assignments=assignments,
        unplaced=unplaced,
        issues=issues,
    )
