"""Why an area is out of bounds and nothing better exists: keys and values first, plain words at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.scheme import Level

__all__ = ["Reason", "format_bounds", "format_reason", "list_reasons"]

# main streets round an area that are named
_MOST_BARRIERS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an area is out of bounds.

    Parameters
    ----------
    keys
        What is said, in order: keys of texts ("reason.households_out", "reason.arithmetic").
    values
        Numbers of these sentences: ``households``, ``area_km2``, ``core_households``, ``bound`` and what the
        certificate adds.
    kind
        Kind of the area, which the bounds depend on.
    barriers
        Names of the main streets round the area, the longest first; "" for one without a name.
    """

    keys: tuple[str, ...]
    values: Mapping[str, object]
    kind: str
    barriers: tuple[str, ...]


def list_reasons(
    plan: Plan, level_id: str, frame: gpd.GeoDataFrame, borders: pd.DataFrame
) -> dict[str, Reason]:
    """List why areas are out of bounds.

    Parameters
    ----------
    plan
        The plan, with its certificates.
    level_id
        The level.
    frame
        The level's areas indexed by code, with ``kind, households, area_m2, status, certificate``.
    borders
        Their borders (see :func:`gridplan.borders.trace.trace_borders`); the main streets round an
        area are named from it.

    Returns
    -------
    dict of Reason
        By code, of the areas that are not ok.
    """
    given = plan.areas[level_id].reindex(frame.index)
    proofs = _read_certificates(plan)
    level = plan.scheme[level_id]
    odd = frame.index[(frame["status"] != "ok").to_numpy()]
    around = _find_main_streets(borders[borders["code"].isin(odd)], plan.streets)
    reasons: dict[str, Reason] = {}
    for code in odd:
        area, row = frame.loc[code], given.loc[code]
        households = int(area["households"])
        values = {
            "code": code,
            "households": households,
            "area_km2": float(area["area_m2"]) / 1e6,
            "cap_km2": level.max_area_m2 / 1e6,
            **proofs.get(_as_id(row["certificate_id"]), {"core_households": households, "bound": 0}),
            **_read_values(row["reason_values"]),
        }
        reasons[str(code)] = Reason(
            _choose_keys(level, area), values, str(area["kind"]), around.get(code, ())
        )
    return reasons


def format_reason(reason: Reason, level: Level, lang: str) -> str:
    """Put a reason into words.

    Parameters
    ----------
    reason
        One of :func:`list_reasons`.
    level
        Its level.
    lang
        "zh" or "en".

    Returns
    -------
    str
        What is out of bounds, and why nothing better exists.
    """
    barriers = [name or t("borders.unnamed_main", lang) for name in reason.barriers]
    values = {
        "level": level.name[lang],
        "bounds": format_bounds(level, reason.kind, lang),
        "barriers": t("borders.and", lang).join(barriers) or t("reason.no_barrier", lang),
        **reason.values,
    }
    return t("reason.join", lang).join(t(key, lang, **values) for key in reason.keys)


def _choose_keys(level: Level, area: pd.Series) -> tuple[str, ...]:
    """Choose what is said: what is out of bounds, then why."""
    over = level.max_area_m2 > 0 and area["area_m2"] > level.max_area_m2
    uncounted = level.measure == "area" or not area["households"]
    leads = [] if uncounted or (over and _fits(level, area)) else ["reason.households_out"]
    leads += ["reason.area_over"] if over else []
    return (*leads, f"reason.{area['certificate'] or 'unproven'}")


def _fits(level: Level, area: pd.Series) -> bool:
    """Return whether the households of an area of one kind are within its bounds."""
    low, high = level.bounds.get(str(area["kind"]), (1, 0))
    return bool(low <= area["households"] <= high)


def format_bounds(level: Level, kind: str, lang: str) -> str:
    """Put the bounds that hold for a kind of area into words, such as "50-80".

    Parameters
    ----------
    level
        The level.
    kind
        Kind of the area; for mixed areas the bounds of every kind are given.
    lang
        "zh" or "en".

    Returns
    -------
    str
    """
    if kind in level.bounds:
        low, high = level.bounds[kind]
        return f"{low}–{high}"
    named = [
        t(
            "bounds.of_kind", lang, kind=t(f"kind.{name}", lang) if name != "any" else "", low=low, high=high
        ).strip()
        for name, (low, high) in level.bounds.items()
    ]
    return " / ".join(named) or t("bounds.none", lang)


def _read_certificates(plan: Plan) -> dict[int, dict[str, object]]:
    """Return what each certificate claims: the households of its core and the bound on them."""
    homes = plan.atoms["households"]
    proofs: dict[int, dict[str, object]] = {}
    for row in plan.certificates.itertuples(index=False):
        core = json.loads(str(row.atoms))
        proofs[int(row.certificate_id)] = {
            "core_households": int(homes.loc[core].sum()),
            "core_atoms": len(core),
            "bound": int(row.bound),
            **_read_values(row.params),
        }
    return proofs


def _read_values(text: object) -> dict[str, object]:
    values = json.loads(text) if isinstance(text, str) and text else {}
    return values if isinstance(values, dict) else {}


def _as_id(value: object) -> int:
    return -1 if pd.isna(value) else int(str(value).split(".")[0])


def _find_main_streets(borders: pd.DataFrame, streets: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Find the barriers of rank 1 round each area, the longest first, three at most."""
    on = borders[borders["street"] >= 0]
    line = on["street"].to_numpy()
    main = streets["rank"].to_numpy()[line] == 1
    names = streets["name"].fillna("").astype(str).to_numpy(dtype=object)[line[main]]
    sums = on[main].assign(name=names).groupby(["code", "name"])["length"].sum().reset_index()
    sums = sums.sort_values(["code", "length", "name"], ascending=[True, False, True])
    first = sums[sums.groupby("code").cumcount() < _MOST_BARRIERS]
    return {str(code): tuple(group) for code, group in first.groupby("code")["name"]}
