"""The three lists that leaders ask for: too big or too small, without staff, not covered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import IntArray
from gridplan.i18n import LANGUAGES, t
from gridplan.onemap.numbers import format_km2, format_whole
from gridplan.onemap.places import is_placed
from gridplan.onemap.shown import Shown
from gridplan.report.reasons import tell_bounds
from gridplan.scheme import Level, StaffRule

__all__ = ["REACH_M", "has_things", "list_misfits", "list_uncovered", "list_unstaffed"]

#: How far a service place reaches [m], straight: the way of a quarter of an hour, 800-1,000 m in the
#: standard of residential districts (GB 50180-2018).
REACH_M = 1_000.0

#: Faults of land where nobody lives: the check notes them, nobody is too many or too few there.
_OF_LAND = ("land_over_cap",)
_CAPS = ("over_cap", "land_over_cap")
_MISFIT_COLUMNS = (
    "level", "code", "name", "households", "population", "area_m2", "verdict", "fault", "value", "bound",
    "words_zh", "words_en", "reason_zh", "reason_en",
)  # fmt: skip
_UNSTAFFED_COLUMNS = (
    "level", "code", "name", "population", "have", "need", "lack", "words_zh", "words_en",
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
        exempt because nothing better exists: ``level, code, name, households, population, area_m2,
        verdict, fault, value, bound``, ``words_*`` (what is out of which bound: "户数 96 > 80") and
        ``reason_*`` (why nothing better exists).
    """
    tables = []
    for level, frame in shown.areas.items():
        odd = pd.DataFrame(
            frame[(frame["fault"] != "") & ~frame["fault"].isin(_OF_LAND)].drop(columns="geometry")
        )
        for lang in LANGUAGES:
            words = [_format_fault(shown.scheme[level], row, lang) for row in odd.to_dict("records")]
            odd[f"words_{lang}"] = pd.Series(words, index=odd.index, dtype="str")
        tables.append(odd.assign(level=level))
    rows = pd.concat(tables, ignore_index=True)
    over = (rows["value"] / rows["bound"]).astype(float)
    far = np.maximum(over, 1 / over.where(over > 0)).fillna(0.0)
    order = np.lexsort((rows["code"], -far, rows["verdict"].map(_RANKS).fillna(9)))
    return rows.iloc[order][list(_MISFIT_COLUMNS)].reset_index(drop=True)


def _format_fault(level: Level, row: dict[str, object], lang: str) -> str:
    """Word what is out of which bound."""
    fault, value, bound = str(row["fault"]), row["value"], row["bound"]
    if fault in _CAPS:
        return t(
            "onemap.misfit.area",
            lang,
            found=format_km2(float(str(value)), lang),
            cap=format_km2(float(str(bound)), lang),
        )
    measure = "population" if fault == "over_people" else level.measure
    name = t(f"onemap.measure.{'households' if measure == 'area' else measure}", lang)
    found = format_whole(value, lang)
    if fault in ("above_upper", "over_people", "below_lower"):
        sign = "<" if fault == "below_lower" else ">"
        return f"{name} {found} {sign} {format_whole(bound, lang)}"
    if fault == "mixed_kinds":
        return t("onemap.misfit.mixed_kinds", lang)
    side = "few" if fault == "below_lower_mixed" else "many"
    bounds = tell_bounds(level, str(row["kind"]), lang)
    return t(f"onemap.misfit.{side}", lang, measure=name, found=found, bounds=bounds)


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
        ``level, code, name, population, have, need`` (the fewest that the scheme wants), ``lack``,
        ``words_*`` ("A岗片长 0/1"). People of posts that the scheme does not name fill none of its posts, but
        are counted in ``have`` and named. Where the scheme names no posts: areas with nobody, of the finest
        level that the list names.
    """
    staff = shown.attached.get("staff")
    if staff is None or not len(staff):
        return pd.DataFrame(columns=list(_UNSTAFFED_COLUMNS))
    rules = [rule for rule in shown.scheme.staffing if rule.level in shown.areas]
    named = {_fold(post) for rule in shown.scheme.staffing for post in (rule.post.zh, rule.post.en)}
    people = pd.DataFrame(staff).assign(
        fold=staff["post"].map(_fold), own=_find_own_level(staff, shown.levels)
    )
    people = people.assign(named=people["fold"].isin(named))
    # of a list that names communities only nobody knows which grids have nobody
    listed = [level for level in shown.levels if (people["own"] == level).any()]
    levels = dict.fromkeys([rule.level for rule in rules] or (listed or shown.levels)[-1:])
    tables = [
        _count_staff(shown, level, [rule for rule in rules if rule.level == level], people)
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


def _count_staff(shown: Shown, level: str, rules: list[StaffRule], people: pd.DataFrame) -> pd.DataFrame:
    """Count the people of the posts of a level in each area beside the fewest that are wanted."""
    frame = shown.areas[level]
    areas = pd.DataFrame(
        frame[frame["households"].isna() | (frame["households"] > 0)].drop(columns="geometry")
    )
    codes = pd.Index(areas["code"])
    rows = areas[["code", "name", "population"]].assign(level=level, words_zh="", words_en="")
    need, lack = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    others = people[~people["named"] & (people["own"] == level)] if rules else people
    have = _count_in(codes, others[level])
    words: dict[str, list[list[str]]] = {lang: [[] for _ in range(len(rows))] for lang in LANGUAGES}
    for rule in rules:
        mine = people["fold"].isin([_fold(rule.post.zh), _fold(rule.post.en)])
        held, wanted = _count_in(codes, people.loc[mine, level]), _count_needed(rule, rows["population"])
        have, need = have + held, need + wanted
        lack += np.maximum(wanted - held, 0)
        for at in np.flatnonzero(wanted > held):
            for lang in LANGUAGES:
                words[lang][at].append(f"{rule.post[lang]} {held[at]}/{wanted[at]}")
    if not rules:
        need, lack = need + 1, (have == 0).astype(np.int64)
    unnamed = others.groupby(level)["post"].agg(lambda posts: "、".join(sorted(set(posts)))) if rules else {}
    for lang in LANGUAGES:
        rows[f"words_{lang}"] = [
            (t("onemap.and", lang).join(own) or t("onemap.nobody", lang))
            + (t("onemap.other_posts", lang, posts=unnamed[code]) if code in unnamed else "")
            for code, own in zip(codes, words[lang], strict=True)
        ]
    return rows.assign(have=have, need=need, lack=lack)[lack > 0]


def _count_in(codes: pd.Index, places: pd.Series) -> IntArray:
    """Count how many of the places are each code."""
    at = codes.get_indexer(places)
    return np.bincount(at[at >= 0], minlength=len(codes)).astype(np.int64)


def _count_needed(rule: StaffRule, population: pd.Series) -> IntArray:
    """Return the fewest people of a post per area; where people are withheld there are at most a few."""
    people = population.fillna(1).to_numpy(dtype=np.float64)
    by_people = np.ceil(people * rule.per_10000 / 10_000 - 1e-9).astype(np.int64)
    return np.asarray(np.maximum(rule.per_area[0], by_people), dtype=np.int64)


def list_uncovered(shown: Shown, *, reach_m: float = REACH_M) -> pd.DataFrame:
    """List the areas that no service place covers.

    Nobody is outside of every area: that law the check keeps.

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
        reach of every place (``lack`` "far"): ``level, code, name, population, lack, nearest_m`` (from the
        nearest point of the area), ``words_*``.
    """
    columns = ["level", "code", "name", "population", "lack", "nearest_m", "words_zh", "words_en"]
    places = shown.attached.get("services")
    if places is None or not len(places):
        return pd.DataFrame(columns=columns)
    placed = is_placed(places)
    known = places["geometry"].to_numpy(dtype=object)[placed] if placed.any() else ()
    serving = "community" if "community" in shown.areas else shown.levels[0]
    held = set(places[serving].astype(str)) if serving in places else set()
    tables = []
    for level in dict.fromkeys((serving, shown.levels[-1])):
        frame = shown.areas[level]
        frame = frame[(frame["households"].isna() | (frame["households"] > 0)).to_numpy()]
        nearest = np.full(len(frame), np.inf)
        if len(known):
            tree = shapely.STRtree(known)
            (at, _), distance = tree.query_nearest(
                frame.geometry.to_numpy(), all_matches=False, return_distance=True
            )
            nearest[at] = distance
        none = ~frame["code"].isin(held).to_numpy() & (level == serving)
        far = (nearest > reach_m) & (level == shown.levels[-1])
        rows = pd.DataFrame(frame[["code", "name", "population"]])
        rows = rows.assign(level=level, lack=np.select([none, far], ["none", "far"], ""), nearest_m=nearest)
        tables.append(rows[none | far])
    found = pd.concat(tables, ignore_index=True)
    for lang in LANGUAGES:
        found[f"words_{lang}"] = pd.Series(
            [
                t(f"onemap.uncovered.{lack}", lang, metres=f"{metres:,.0f}", reach=f"{reach_m:,.0f}")
                for lack, metres in zip(found["lack"], found["nearest_m"], strict=True)
            ],
            dtype="str",
        )
    order = np.lexsort((found["code"], -found["nearest_m"], found["lack"] == "far"))
    return found.iloc[order][columns].reset_index(drop=True)
