"""The risk of areas as it may be shown: scores, hot spots, hazards, key areas, the load on the staff."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.atoms.contiguity import find_shared_edges
from gridplan.onemap.picking import count_inside, pick_areas
from gridplan.onemap.risk.things import rate_all, rate_things
from gridplan.onemap.shown import Shown
from gridplan.risk import (
    compare_staff,
    count_funnels,
    find_hot_spots,
    rank_areas,
    score_areas,
)

__all__ = [
    "compare_risk_staff",
    "find_spots",
    "has_ratings",
    "list_hazards",
    "list_key_areas",
    "score_level",
]


def score_level(shown: Shown, level: str, things: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Count and score the things of each area of a level.

    Parameters
    ----------
    shown
        What may be seen.
    level
        One of its levels.
    things
        Rated things by role, narrowed down as wanted; ``None`` for all enterprises and risk points.

    Returns
    -------
    DataFrame
        Index ``code`` in the order of ``shown.areas[level]``; the columns of
        :func:`gridplan.risk.score_areas`.
    """
    tables = [table for table in (rate_all(shown) if things is None else things).values() if len(table)]
    areas = pd.Index(shown.areas[level]["code"], name="code")
    if not tables:
        nothing = pd.Series(dtype="str")
        return score_areas(nothing, nothing, areas, shown.scheme.risk)
    codes = pd.concat([table[level] for table in tables], ignore_index=True)
    ratings = pd.concat([table["rating"] for table in tables], ignore_index=True)
    return score_areas(codes, ratings, areas, shown.scheme.risk)


def find_spots(shown: Shown, level: str, scores: pd.DataFrame) -> pd.DataFrame:
    """Find hot spots among all areas of a level, so that looking into one part does not change them.

    Parameters
    ----------
    shown, level
        As in :func:`score_level`.
    scores
        Result of :func:`score_level`. Where things are there and none is rated anywhere, their number is
        judged instead of the score.

    Returns
    -------
    DataFrame
        As of :func:`gridplan.risk.find_hot_spots`.
    """
    values = scores["score" if has_ratings(scores) else "total"].to_numpy(dtype=np.float64)
    return find_hot_spots(values, _find_neighbours(shown, level), scores.index)


def has_ratings(scores: pd.DataFrame) -> bool:
    """Return whether anything is rated at all (the points of interest of OpenStreetMap are not)."""
    return bool((scores["total"] > scores["unknown"]).any())


@lru_cache(maxsize=4)
def _find_neighbours(shown: Shown, level: str) -> IntArray:
    """Return the pairs of areas of a level that share a border, a corner does not count."""
    pairs, _ = find_shared_edges(shown.areas[level].geometry.to_numpy())
    n = len(shown.areas[level])
    return np.stack(np.divmod(np.unique(pairs @ (n, 1)), n), axis=1)


def list_hazards(shown: Shown, level: str, hazards: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count the hazards of each area of a level.

    Parameters
    ----------
    shown, level
        As in :func:`score_level`.
    hazards
        Hazards narrowed down as wanted; ``None`` for all.

    Returns
    -------
    DataFrame
        Index ``code``; as of :func:`gridplan.risk.count_funnels`.
    """
    if hazards is None:
        hazards = shown.attached["hazards"] if "hazards" in shown.attached else rate_things(shown, "hazards")
    return count_funnels(hazards, hazards[level], pd.Index(shown.areas[level]["code"], name="code"))


def list_key_areas(
    shown: Shown,
    level: str,
    *,
    things: Mapping[str, pd.DataFrame] | None = None,
    rule: str = "",
    within: str = "",
) -> pd.DataFrame:
    """List the areas that hold things, those to be looked at first on top (重点网格).

    Parameters
    ----------
    shown, level, things
        As in :func:`score_level`.
    rule
        One of :data:`AREA_RULES`, "" for that of the scheme.
    within
        Code of an area above, "" for all.

    Returns
    -------
    DataFrame
        ``code, name, parent``, the columns of :func:`gridplan.risk.score_areas`, where there are hazards
        ``found`` and ``open`` (and ``unreported`` where some are not reported as fixed or open), where there
        is a list of staff ``staff`` and ``per_worker``, and by the rule "hotspot" ``z`` and ``spot``.
    """
    rule = rule or shown.scheme.risk.area_rule
    scores = score_level(shown, level, things)
    if rule == "hotspot":
        scores = scores.join(find_spots(shown, level, scores)[["z", "spot"]])
    if "hazards" in shown.attached:
        hazards = list_hazards(shown, level)
        columns = ["found", "open", *(["unreported"] if hazards["unreported"].any() else [])]
        scores = scores.join(hazards[columns])
    if "staff" in shown.attached:
        loads = compare_staff(scores, _count_staff(shown, level))
        scores = scores.join(loads[["staff", "per_worker"]])
    return _name_rows(shown, level, within, rank_areas(scores, rule))


def compare_risk_staff(
    shown: Shown, level: str, *, things: Mapping[str, pd.DataFrame] | None = None, within: str = ""
) -> pd.DataFrame:
    """Set the risk of areas against the people who work there.

    Parameters
    ----------
    shown, level, things, within
        As in :func:`list_key_areas`.

    Returns
    -------
    DataFrame
        ``code, name, parent`` and the columns of :func:`gridplan.risk.compare_staff`, areas with things or
        people: those with things and nobody there first (``unstaffed``), then by the score per person.
    """
    compared = compare_staff(score_level(shown, level, things), _count_staff(shown, level))
    busy = (compared["total"] > 0) | (compared["staff"] > 0).fillna(False)
    return _name_rows(shown, level, within, compared[busy])


def _count_staff(shown: Shown, level: str) -> IntArray | None:
    """Return how many people work in each area of a level, None where no list says.

    A list that names communities only knows of no grid whether anybody works there.
    """
    staff = shown.attached.get("staff")
    if staff is None:
        return None
    counts = count_inside(shown.areas[level], staff[level])
    return None if len(staff) and not counts.any() else counts


def _name_rows(shown: Shown, level: str, within: str, table: pd.DataFrame) -> pd.DataFrame:
    """Put name and parent beside the codes of a table, and keep the areas within another one."""
    areas = pick_areas(shown, level, within).set_index("code")[["name", "parent"]]
    kept = table[areas.index.get_indexer(table.index) >= 0]
    named = areas.reindex(kept.index).join(kept)
    return named.rename_axis("code").reset_index()
