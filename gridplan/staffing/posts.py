"""How many people each post needs: by area, in all, and what they are paid a year."""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.errors import SchemeError
from gridplan.plan import Plan
from gridplan.scheme import Scheme

__all__ = ["apportion_heads", "plan_posts", "require_rules", "sum_posts"]


def require_rules(scheme: Scheme) -> None:
    """Raise SchemeError where a scheme has no posts."""
    if not scheme.staffing:
        raise SchemeError("staffing_none", scheme=scheme.id)


def plan_posts(plan: Plan) -> pd.DataFrame:
    """Work out how many people each post needs in each area.

    Parameters
    ----------
    plan
        A plan whose scheme has posts (``[[staffing]]``).

    Returns
    -------
    DataFrame
        One row per rule and area, in the order of the scheme and of the codes: ``rule`` (place in
        ``scheme.staffing``), ``level``, ``code``, ``kind``, ``households``, ``population``, ``fewest``,
        ``most`` (from ``per_area``, raised by ``per_10000`` of the area's people, rounded up; none in an area
        of kind ``empty``, where nobody lives or works) and ``planned``: the pool handed out so that the most
        loaded area gets the next person, ``fewest`` where there is no pool.

    Raises
    ------
    SchemeError
        If the scheme has no posts.
    """
    require_rules(plan.scheme)
    tables = []
    for number, rule in enumerate(plan.scheme.staffing):
        sums = plan.atoms.groupby(rule.level)[["households", "population"]].sum().sort_index()
        kind = plan.areas[rule.level]["kind"].reindex(sums.index).fillna("").astype(str)
        manned = (kind != "empty").to_numpy() | (sums["population"].to_numpy() > 0)
        by_people = np.ceil(sums["population"].to_numpy(dtype=np.float64) * rule.per_10000 / 10_000 - 1e-9)
        fewest = np.where(manned, np.maximum(rule.per_area[0], by_people), 0).astype(np.int64)
        most = np.where(manned, np.maximum(rule.per_area[1], fewest), 0).astype(np.int64)
        households = sums["households"].to_numpy(dtype=np.int64)
        planned = apportion_heads(households, fewest, most, rule.pool) if rule.pool else fewest
        tables.append(
            pd.DataFrame(
                {
                    "rule": number,
                    "level": rule.level,
                    "code": sums.index.astype(str),
                    "kind": kind.to_numpy(),
                    "households": households,
                    "population": sums["population"].to_numpy(dtype=np.int64),
                    "fewest": fewest,
                    "most": most,
                    "planned": planned,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def apportion_heads(
    households: IntArray, fewest: IntArray, most: IntArray, total: int, held: IntArray | None = None
) -> IntArray:
    """Hand out people so that the area with most households per person gets the next one.

    Parameters
    ----------
    households, fewest, most
        Per area, shape (k,). All areas get their fewest before one gets more.
    total
        People to be had, those who are there already included.
    held
        People who are there already, shape (k,); default none.

    Returns
    -------
    ndarray of int64, shape (k,)
        Between ``held`` and ``most``; sums to ``total`` where the rules leave room for them. Ties go to the
        area that comes first.
    """
    heads = np.zeros_like(fewest) if held is None else held.astype(np.int64).copy()
    for limit in (np.maximum(fewest, heads), np.maximum(most, heads)):
        left = total - int(heads.sum())
        if left >= int((limit - heads).sum()):
            heads = limit.copy()
            continue
        loads = [_rank_load(households, heads, int(area)) for area in np.flatnonzero(limit > heads)]
        heapq.heapify(loads)
        for _ in range(left):
            area = heapq.heappop(loads)[2]
            heads[area] += 1
            if heads[area] < limit[area]:
                heapq.heappush(loads, _rank_load(households, heads, area))
        break
    return heads


def _rank_load(households: IntArray, heads: IntArray, area: int) -> tuple[float, int, int]:
    """Return the place of an area in the queue: nobody there first, then most households per person."""
    homes, there = int(households[area]), int(heads[area])
    return (-homes / there if there else -np.inf, -homes, int(area))


def sum_posts(scheme: Scheme, posts: pd.DataFrame) -> pd.DataFrame:
    """Sum the posts of a plan up by rule.

    Parameters
    ----------
    scheme
        The scheme of the plan.
    posts
        Result of :func:`plan_posts`.

    Returns
    -------
    DataFrame
        One row per rule: ``rule``, ``level``, ``areas`` (that are manned), ``fewest``, ``most``, ``pool``,
        ``beyond`` (people of the pool for whom the areas have no room), ``pool_short`` (people that the pool
        lacks), ``heads_low``, ``heads_high`` (people who are paid: the pool, never less than the fewest;
        fewest to most where there is no pool), ``pay_low``, ``pay_high`` and ``budget_low``,
        ``budget_high`` [yuan a year]: heads times pay.
    """
    rows = []
    for number, rule in enumerate(scheme.staffing):
        own = posts[posts["rule"] == number]
        fewest, most = int(own["fewest"].sum()), int(own["most"].sum())
        low, high = (max(rule.pool, fewest),) * 2 if rule.pool else (fewest, most)
        rows.append(
            {
                "rule": number,
                "level": rule.level,
                "areas": int((own["most"] > 0).sum()),
                "fewest": fewest,
                "most": most,
                "pool": rule.pool,
                "beyond": max(rule.pool - most, 0),
                "pool_short": max(fewest - rule.pool, 0) if rule.pool else 0,
                "heads_low": low,
                "heads_high": high,
                "pay_low": rule.pay_yuan_year[0],
                "pay_high": rule.pay_yuan_year[1],
                "budget_low": low * rule.pay_yuan_year[0],
                "budget_high": high * rule.pay_yuan_year[1],
            }
        )
    return pd.DataFrame(rows)
