"""Why an area is out of bounds and nothing better exists, in plain words with the numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.scheme import Level

__all__ = ["explain_areas", "tell_bounds"]


def explain_areas(
    plan: Plan, level_id: str, frame: gpd.GeoDataFrame, borders: pd.DataFrame, lang: str
) -> pd.Series:
    """Explain every area that is not ok.

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
    lang
        "zh" or "en".

    Returns
    -------
    Series of str, indexed by code
        "" for areas that are ok.
    """
    told = plan.areas[level_id].reindex(frame.index)
    proofs = _read_certificates(plan)
    level = plan.scheme[level_id]
    odd = frame.index[(frame["status"] != "ok").to_numpy()]
    around = _name_main_streets(borders[borders["code"].isin(odd)], plan.streets, lang)
    texts = pd.Series("", index=frame.index, dtype="str")
    for code in odd:
        area, words = frame.loc[code], told.loc[code]
        values = {
            "code": code,
            "level": level.name[lang],
            "households": int(area["households"]),
            "bounds": tell_bounds(level, str(area["kind"]), lang),
            "area_km2": float(area["area_m2"]) / 1e6,
            "cap_km2": level.max_area_m2 / 1e6,
            "barriers": around.get(code, t("reason.no_barrier", lang)),
            **proofs.get(
                _as_id(words["certificate_id"]), {"core_households": int(area["households"]), "bound": 0}
            ),
            **_read_values(words["reason_values"]),
        }
        texts[code] = _tell_area(level, area, values, lang)
    return texts


def _tell_area(level: Level, area: pd.Series, values: Mapping[str, object], lang: str) -> str:
    """Put together what is out of bounds and why."""
    over = level.max_area_m2 > 0 and area["area_m2"] > level.max_area_m2
    uncounted = level.measure == "area" or not area["households"]
    leads = [] if uncounted or (over and _fits(level, area)) else ["reason.households_out"]
    leads += ["reason.area_over"] if over else []
    why = f"reason.{area['certificate'] or 'unproven'}"
    return t("reason.join", lang).join(t(key, lang, **values) for key in (*leads, why))


def _fits(level: Level, area: pd.Series) -> bool:
    """Tell whether the households of an area of one kind are within its bounds."""
    low, high = level.bounds.get(str(area["kind"]), (1, 0))
    return bool(low <= area["households"] <= high)


def tell_bounds(level: Level, kind: str, lang: str) -> str:
    """Tell the bounds that hold for a kind of area, such as "50-80".

    Parameters
    ----------
    level
        The level.
    kind
        Kind of the area; for mixed areas the bounds of every kind are told.
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
    """Return what each certificate tells: the households of its core and the bound on them."""
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


def _name_main_streets(borders: pd.DataFrame, streets: gpd.GeoDataFrame, lang: str) -> dict[str, str]:
    """Name the barriers of rank 1 round each area, the longest first, three at most."""
    on = borders[borders["street"] >= 0]
    line = on["street"].to_numpy()
    main = streets["rank"].to_numpy()[line] == 1
    names = streets["name"].fillna("").astype(str).to_numpy(dtype=object)[line[main]]
    table = on[main].assign(name=np.where(names == "", t("borders.unnamed_main", lang), names))
    sums = table.groupby(["code", "name"])["length"].sum().reset_index()
    sums = sums.sort_values(["code", "length", "name"], ascending=[True, False, True])
    first = sums[sums.groupby("code").cumcount() < 3]
    told: dict[str, str] = first.groupby("code")["name"].agg(t("borders.and", lang).join).to_dict()
    return told
