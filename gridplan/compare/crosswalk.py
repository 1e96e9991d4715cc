"""From old areas to new ones: who lives where, what each area is to the old ones, where old ones went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.compare.ranking import pick_heaviest, rank_rows
from gridplan.errors import InputError
from gridplan.plan import Plan
from gridplan.plan.succession import Standing, trace_succession

__all__ = [
    "CHANGES",
    "classify_changes",
    "count_changes",
    "list_levels",
    "list_moves",
    "stand_areas",
    "tabulate_crosswalk",
    "trace_areas",
]


#: What a new area is to the old ones: 新设, 村改社区, 撤并, 边界微调, 不变.
CHANGES = ("new", "converted", "merged", "adjusted", "same")
_COUNTS = ("buildings", "households", "population")


def stand_areas(plan: Plan, level: str) -> Standing:
    """Read what stood before a level from a plan.

    Parameters
    ----------
    plan
        A plan whose atoms have the column ``old_<level>``.
    level
        Id of the level.

    Returns
    -------
    Standing

    Raises
    ------
    InputError
        ``level_without_existing`` if the plan knows of no areas that stood before.
    """
    column = _require_old(plan, level)
    table = plan.existing[level].sort_index(kind="stable")
    codes = table.index.to_numpy(dtype=object)
    place = pd.Index(codes).get_indexer(pd.Index(plan.atoms[column].fillna("").astype(str)))
    return Standing(
        codes=codes,
        types=table["type"].to_numpy(dtype=object),
        grounds=table["ground"].to_numpy(dtype=object),
        place=place.astype(np.int64),
        people=plan.atoms["population"].to_numpy(dtype=np.int64),
        ground_m2=plan.atoms["area_m2"].to_numpy(dtype=np.float64),
    )


def _require_old(plan: Plan, level: str) -> str:
    """Return the column of the atoms that holds the old area."""
    column = f"old_{level}"
    if level not in plan.existing or column not in plan.atoms:
        known = ", ".join(sorted(plan.existing))
        raise InputError("level_without_existing", level=level, known=known or "-")
    return column


def _join_old(plan: Plan, level: str) -> pd.DataFrame:
    """Return the atoms with their old and their new area, "" for none."""
    column = _require_old(plan, level)
    kept = ["building_id", "slice", "households", "population", "area_m2"]
    old, new = (plan.atoms[name].fillna("").astype(str) for name in (column, level))
    return pd.DataFrame(plan.atoms[kept]).assign(old=old, new=new)


def list_moves(plan: Plan, level: str) -> pd.DataFrame:
    """List every building, or slice of one, with its old and its new area.

    Parameters
    ----------
    plan, level
        As in :func:`stand_areas`.

    Returns
    -------
    DataFrame
        ``building_id, slice, households, population, old, new``, sorted by building and slice; ``old`` is
        "" where no area stood.
    """
    table = _join_old(plan, level).dropna(subset=["building_id"]).drop(columns="area_m2")
    return table.sort_values(["building_id", "slice"], kind="stable", ignore_index=True)


def tabulate_crosswalk(plan: Plan, level: str) -> pd.DataFrame:
    """Count buildings, households and people by old and new area.

    Parameters
    ----------
    plan, level
        As in :func:`stand_areas`.

    Returns
    -------
    DataFrame
        ``old, new, buildings, households, population, area_m2``, sorted; one row per pair that shares any
        ground. A building that is cut between areas counts once, where most of its people are (then
        households, then the first code), so that every column adds up to the plan's total.
    """
    atoms = _join_old(plan, level)
    sums = atoms.groupby(["old", "new"], sort=True)[["households", "population", "area_m2"]].sum()
    homes = atoms.dropna(subset=["building_id"]).groupby(["building_id", "old", "new"], sort=True)
    homes = homes[["population", "households"]].sum().reset_index()
    most = pick_heaviest(homes, "building_id", ["population", "households"], ["old", "new"])
    sums["buildings"] = most.groupby(["old", "new"]).size().reindex(sums.index, fill_value=0)
    return sums.reset_index()[["old", "new", *_COUNTS, "area_m2"]]


def classify_changes(plan: Plan, level: str) -> pd.DataFrame:
    """Classify what each area of a level is to the areas that stood before.

    Parameters
    ----------
    plan, level
        As in :func:`stand_areas`.

    Returns
    -------
    DataFrame
        Index ``code``; ``name, type, change, continues, absorbs, households, population`` and
        ``people, households, buildings`` each ``_in`` and ``_out``. ``change`` is one of :data:`CHANGES`,
        the first that holds: ``new`` (continues none), ``converted`` (a village became a community),
        ``merged`` (holds most people of an old area that is gone, see ``absorbs``), ``adjusted`` (anything
        came or went, be it open land) or ``same``. ``in`` counts what came from other old areas or from no
        area, ``out`` what left the old area that is continued. Over all areas in = out + what came from no
        area and from retired areas.
    """
    standing = stand_areas(plan, level)
    codes, new = np.unique(plan.atoms[level].astype(str).to_numpy(), return_inverse=True)
    succession = trace_succession(standing, new.astype(np.int64), redrawn=plan.scheme[level].redraw)
    old_codes = np.append(standing.codes, "")
    continues = old_codes[succession.continues]
    table = tabulate_crosswalk(plan, level)
    heir = dict(zip(continues, codes, strict=True))
    heir.pop("", None)
    stays = table["old"].map(heir) == table["new"]
    names = plan.existing[level]["name"]
    frame = pd.DataFrame(index=pd.Index(codes, name="code"))
    frame["name"] = [names.get(code, "") for code in continues]
    frame["type"] = succession.types
    frame["continues"] = continues
    absorbed = _find_absorbed(table, set(heir))
    frame["absorbs"] = [" ".join(absorbed.get(code, [])) for code in codes]
    frame[["households", "population"]] = _sum_people(table, "new", codes)
    moved = table[~stays]
    for direction, key, index in (("in", "new", codes), ("out", "old", continues)):
        counts = moved[moved[key] != ""].groupby(key)[list(_COUNTS)].sum().reindex(index, fill_value=0)
        for name, short in zip(_COUNTS, ("buildings", "households", "people"), strict=True):
            frame[f"{short}_{direction}"] = counts[name].to_numpy(dtype=np.int64)
    touched = set(moved["new"]) | {heir[code] for code in moved["old"] if code in heir}
    conditions = [
        continues == "",
        succession.converted,
        (frame["absorbs"] != "").to_numpy(),
        np.isin(codes, sorted(touched)),
    ]
    frame["change"] = np.select(conditions, CHANGES[:4], CHANGES[4])
    flows = [f"{short}_{end}" for short in ("people", "households", "buildings") for end in ("in", "out")]
    return frame[["name", "type", "change", "continues", "absorbs", "households", "population", *flows]]


def count_changes(plan: Plan, level: str) -> dict[str, int]:
    """Count the areas of a level by what they are to those before, in the order of :data:`CHANGES`."""
    counts = classify_changes(plan, level)["change"].value_counts()
    return {key: int(counts.get(key, 0)) for key in CHANGES}


def _sum_people(table: pd.DataFrame, key: str, index: Iterable[str]) -> IntArray:
    """Sum up households and people of each area, shape (n, 2)."""
    sums = table.groupby(key)[["households", "population"]].sum().reindex(list(index), fill_value=0)
    return np.asarray(sums, dtype=np.int64)


def _find_absorbed(table: pd.DataFrame, continued: set[str]) -> dict[str, list[str]]:
    """Find for each retired area the new one that holds most of its people, then of its ground."""
    retired = table[(table["old"] != "") & ~table["old"].isin(continued)]
    most = pick_heaviest(retired, "old", ["population", "area_m2"], ["new"])
    return {str(code): rows.tolist() for code, rows in most.groupby("new")["old"]}


def trace_areas(plan: Plan, level: str) -> pd.DataFrame:
    """Find where every old area went.

    Parameters
    ----------
    plan, level
        As in :func:`stand_areas`.

    Returns
    -------
    DataFrame
        Index ``old``; ``name, type, fate, continued_by, goes_to, households, population``. ``fate`` is
        ``continued``, ``recoded`` (continued under another code) or ``retired``; ``goes_to`` lists the new
        areas, most people first.
    """
    standing = stand_areas(plan, level)
    changes = classify_changes(plan, level)
    heirs = changes[changes["continues"] != ""].reset_index().set_index("continues")["code"]
    table = tabulate_crosswalk(plan, level)
    rows = plan.existing[level].loc[standing.codes]
    frame = pd.DataFrame(
        {"name": rows["name"].to_numpy(), "type": rows["type"].to_numpy()},
        index=pd.Index(standing.codes, name="old"),
    )
    frame["continued_by"] = heirs.reindex(frame.index).fillna("").to_numpy()
    same = (frame["continued_by"] == frame.index).to_numpy()
    frame["fate"] = np.select([frame["continued_by"] == "", same], ["retired", "continued"], "recoded")
    ranked = rank_rows(table, "old", ["population", "area_m2"], ["new"])
    goes = ranked.groupby("old")["new"].agg(" ".join).reindex(frame.index)
    frame["goes_to"] = goes.fillna("").to_numpy()
    frame[["households", "population"]] = _sum_people(table, "old", frame.index)
    return frame[["name", "type", "fate", "continued_by", "goes_to", "households", "population"]]


def list_levels(plan: Plan) -> Sequence[str]:
    """Return the levels of a plan that are known to have stood before."""
    return [level for level in plan.areas if level in plan.existing and f"old_{level}" in plan.atoms]
