"""The register of compounds (小区): who lives there, in which areas they lie, and by type."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridplan.i18n import t
from gridplan.plan import Plan
from gridplan.scheme import Scheme

__all__ = [
    "COMPOUND_TYPES",
    "format_compounds",
    "label_type",
    "list_compounds",
    "tabulate_compounds",
    "tabulate_types",
]

#: Types of compounds as Wuhou's register names them, and "" where the type is not given.
COMPOUND_TYPES = ("property", "old", "resettled", "unit", "")

_COUNTS = ("buildings", "households", "population", "dwellings")


def tabulate_compounds(plan: Plan) -> pd.DataFrame:
    """List the compounds of a plan.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    DataFrame
        One row per compound, sorted by name: ``name``, ``type`` (one of :data:`COMPOUND_TYPES`),
        ``buildings``, ``households``, ``population``, ``dwellings``, ``area_m2`` (of its atoms, land inside
        included), per level a column of the codes of the areas that its homes lie in (of all its ground
        where nobody lives), joined by ", ", and ``cut``: the levels on which it is spread over several areas
        of which one holds others too. Law 6 of the check says which of these cuts are without need.
    """
    atoms = pd.DataFrame(plan.atoms.drop(columns="geometry"))
    atoms = atoms.assign(compound=atoms["compound"].fillna("").astype(str))
    mine = atoms[atoms["compound"] != ""]
    by_name = mine.groupby("compound", sort=True)
    table = by_name[["households", "population", "dwellings"]].sum().astype(np.int64)
    table.insert(0, "buildings", by_name["building_id"].nunique().astype(np.int64))
    types = _find_types(plan)
    table.insert(0, "type", pd.array([types.get(str(name), "") for name in table.index], dtype="str"))
    table["area_m2"] = by_name["area_m2"].sum().round(1)
    empty = mine["compound"].map(table["households"]) == 0
    homes = mine[(mine["households"] > 0) | empty]
    cut = pd.Series("", index=table.index, dtype="str")
    for level in (name for name in plan.areas if name in atoms):
        held = homes.groupby(["compound", level], sort=True)["households"].sum().reset_index()
        codes = held.groupby("compound")[level]
        table[level] = codes.agg(lambda held: ", ".join(held.astype(str))).reindex(table.index).fillna("")
        whole = held[level].map(atoms.groupby(level)["households"].sum()).astype("int64")
        shared = (whole > held["households"]).groupby(held["compound"]).any()
        divided = ((codes.nunique() > 1) & shared).reindex(table.index, fill_value=False)
        cut = cut.where(~divided.astype(bool), cut + f"{level}, ")
    table["cut"] = cut.str.removesuffix(", ")
    return table.rename_axis("name").reset_index()


def tabulate_types(compounds: pd.DataFrame) -> pd.DataFrame:
    """Sum the register up by type.

    Parameters
    ----------
    compounds
        Result of :func:`tabulate_compounds`.

    Returns
    -------
    DataFrame
        One row per type of :data:`COMPOUND_TYPES`: ``type``, ``compounds``, the counts, ``area_m2`` and
        ``cut`` (compounds cut on any level).
    """
    groups = compounds.assign(compounds=1, cut=(compounds["cut"] != "").astype(np.int64)).groupby("type")
    sums = groups[["compounds", *_COUNTS, "area_m2", "cut"]].sum(min_count=1)
    return sums.reindex(list(COMPOUND_TYPES), fill_value=0).rename_axis("type").reset_index()


def list_compounds(plan: Plan, lang: str) -> dict[str, pd.DataFrame]:
    """Give the register and its sums by type as tables for people.

    Parameters
    ----------
    plan
        The plan.
    lang
        "zh" or "en".

    Returns
    -------
    dict of DataFrame
        By title.
    """
    return format_compounds(tabulate_compounds(plan), plan.scheme, lang)


def format_compounds(register: pd.DataFrame, scheme: Scheme, lang: str) -> dict[str, pd.DataFrame]:
    """Give a register and its sums by type as tables for people.

    Parameters
    ----------
    register
        As :func:`tabulate_compounds` gives it, or a part of it; counts may be NA.
    scheme
        The rules of its plan, for the names of the levels.
    lang
        "zh" or "en".

    Returns
    -------
    dict of DataFrame
        By title. Sums are of the counts that are given.
    """
    levels = {level.id: level.name[lang] for level in scheme.levels}
    labelled = register.assign(
        type=[label_type(kind, lang) for kind in register["type"]],
        cut=[", ".join(levels.get(level, level) for level in cut.split(", ")) for cut in register["cut"]],
    )
    types = tabulate_types(register)
    types["type"] = [label_type(kind, lang) for kind in types["type"]]
    heads = {
        name: t(f"compounds.{name}", lang)
        for name in ("name", "type", "compounds", "area_m2", "cut", *_COUNTS)
    }
    return {
        t("compounds.register", lang): labelled.rename(columns={**heads, **levels}),
        t("compounds.by_type", lang): types.rename(columns=heads),
    }


def _find_types(plan: Plan) -> dict[str, str]:
    """Return the type of each compound as its buildings carry it."""
    houses = plan.buildings
    if "compound_type" not in houses or "compound" not in houses:
        return {}
    typed = houses[houses["compound"].notna() & houses["compound_type"].notna()]
    return dict(zip(typed["compound"].astype(str), typed["compound_type"].astype(str), strict=True))


def label_type(word: str, lang: str) -> str:
    """Name a type of :data:`COMPOUND_TYPES`."""
    return t(f"compounds.type.{word or 'unknown'}", lang)
