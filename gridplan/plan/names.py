"""What areas and the places in them are called."""

from __future__ import annotations

import pandas as pd

from gridplan.plan.value import Plan

__all__ = ["name_areas", "name_places"]


def name_areas(areas: pd.DataFrame) -> list[str]:
    """Call areas by their name, those without one by their code (the index)."""
    named = areas["name"].to_numpy(dtype=object)
    return [str(name or code) for name, code in zip(named, areas.index, strict=True)]


def name_places(plan: Plan) -> list[str]:
    """Name what stands on each atom: the building, else the compound (小区), "" for neither."""
    names = plan.buildings["name"] if "name" in plan.buildings.columns else pd.Series(dtype="str")
    places = plan.atoms["building_id"].map(names).fillna("").astype(str).str.strip()
    if "compound" in plan.atoms.columns:
        places = places.where(places != "", plan.atoms["compound"].fillna("").astype(str))
    return [str(name) for name in places]
