"""The risk of areas: how many things of each rating, their score, who comes first, the load on the staff."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.risk.rating import RATINGS
from gridplan.scheme import RiskRules

__all__ = ["AREA_COLUMNS", "compare_staff", "rank_areas", "score_areas"]

#: Columns of :func:`score_areas`.
AREA_COLUMNS = (*RATINGS, "unknown", "total", "score", "worst")


def score_areas(codes: pd.Series, ratings: pd.Series, areas: pd.Index, rules: RiskRules) -> pd.DataFrame:
    """Count the things of each area by rating, and score them.

    Parameters
    ----------
    codes, ratings
        Code of the area and rating of each thing, in the same order.
    areas
        The areas wanted; things elsewhere are left out.
    rules
        The weights.

    Returns
    -------
    DataFrame
        Index ``areas``, the :data:`AREA_COLUMNS`: things by rating; ``unknown``: those without one;
        ``total``: all; ``score``: sum of weights of those that have a rating (NaN where there are things and
        none has one: not known is not 0); ``worst``: the highest rating, "" where there is none.
    """
    where = areas.get_indexer(codes)
    rating = pd.Index(RATINGS).get_indexer(ratings)
    width = len(RATINGS) + 1
    # -1, the rating that is not known, is the last column
    cells = np.bincount((where * width + rating % width)[where >= 0], minlength=len(areas) * width)
    counts = cells.reshape(len(areas), width)
    table = pd.DataFrame(counts, index=areas, columns=[*RATINGS, "unknown"])
    rated = counts[:, : len(RATINGS)]
    total = counts.sum(axis=1)
    score = rated @ np.array([rules.weights[name] for name in RATINGS])
    none_rated = (total > 0) & (rated.sum(axis=1) == 0)
    return table.assign(
        total=total,
        score=np.where(none_rated, np.nan, score),
        worst=np.select([rated[:, i] > 0 for i in range(len(RATINGS))], RATINGS, ""),
    )


def rank_areas(table: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Put areas in the order in which they are to be looked at.

    Parameters
    ----------
    table
        Result of :func:`score_areas`; for "hotspot" also ``z`` of
        :func:`~gridplan.risk.find_hot_spots`.
    rule
        "worst": by the number of red things, then orange, yellow, blue ones; "weighted": by the score;
        "count": by the number of things; "hotspot": by ``z``. Ties go by the score, then the code.

    Returns
    -------
    DataFrame
        The areas that hold things, in order.
    """
    first = {"worst": list(RATINGS), "weighted": ["score"], "count": ["total"], "hotspot": ["z"]}[rule]
    keys = list(dict.fromkeys([*first, "score", *RATINGS, "total"]))
    held = table[table["total"] > 0].sort_index()
    return held.sort_values(keys, ascending=False, kind="stable", na_position="last")


def compare_staff(table: pd.DataFrame, staff: IntArray | None) -> pd.DataFrame:
    """Set the risk of areas against the people who work there.

    Parameters
    ----------
    table
        Result of :func:`score_areas`.
    staff
        People of each area, shape (n,); None where no list of people is known.

    Returns
    -------
    DataFrame
        The columns of ``table``, ``staff`` (NA for not known), ``per_worker`` (score a person; NA without
        people or score) and ``unstaffed`` (things, and nobody there). Those that nobody works in come first,
        then by the load, then by the code.
    """
    people = pd.array([pd.NA] * len(table) if staff is None else staff, dtype="Int64")
    heads = pd.Series(people, index=table.index)
    score = table["score"].astype("Float64")
    compared = table.assign(
        staff=heads,
        per_worker=score / heads.mask(heads == 0).astype("Float64"),
        unstaffed=((heads == 0) & (table["total"] > 0)).fillna(False).astype(bool),
    ).sort_index()
    return compared.sort_values(
        ["unstaffed", "per_worker", "score", "total"], ascending=False, kind="stable", na_position="last"
    )
