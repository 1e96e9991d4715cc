"""What changes for people between two plans of the same ground."""

from __future__ import annotations

import pandas as pd

from gridplan.plan import Plan

__all__ = ["compare_plans"]


def compare_plans(before: Plan, after: Plan) -> dict[str, dict[str, int]]:
    """Count the households whose area changes.

    Parameters
    ----------
    before, after
        Two plans of the same buildings; what is in one of them only is counted apart.

    Returns
    -------
    dict
        Per level that both have: ``households`` in both plans, ``moved``: those that leave their
        area, where an area goes on as the one that holds most of its households and most of whose
        households it holds; ``recoded``: those whose area's code differs; ``only_before`` and
        ``only_after``: households known to one plan only; ``areas_before``, ``areas_after``.

    Notes
    -----
    Slices of a building are matched by their number; where a building is sliced otherwise in the two
    plans, the households of the smaller of the two slices are compared.
    """
    shared = [level.id for level in before.scheme.levels if level.id in after.areas]
    return {level: _compare_level(_homes(before, level), _homes(after, level)) for level in shared}


def _homes(plan: Plan, level: str) -> pd.DataFrame:
    atoms = plan.atoms
    lived = atoms[(atoms["households"] > 0) & atoms["building_id"].notna()]
    columns = {"building_id": "building", "slice": "slice", "households": "households", level: "code"}
    return pd.DataFrame(lived[list(columns)]).rename(columns=columns)


def _compare_level(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, int]:
    both = before.merge(after, on=["building", "slice"], suffixes=("_a", "_b"))
    both = both.assign(households=both[["households_a", "households_b"]].min(axis=1))
    pairs = both.groupby(["code_a", "code_b"], sort=True)["households"].sum().reset_index()
    pairs = pairs.sort_values(["households", "code_a", "code_b"], ascending=[False, True, True])
    heir = pairs.drop_duplicates("code_a").set_index("code_a")["code_b"]
    origin = pairs.drop_duplicates("code_b").set_index("code_b")["code_a"]
    goes_on = (pairs["code_a"].map(heir) == pairs["code_b"]) & (
        pairs["code_b"].map(origin) == pairs["code_a"]
    )
    total = int(both["households"].sum())
    return {
        "households": total,
        "moved": total - int(pairs.loc[goes_on, "households"].sum()),
        "recoded": int(both.loc[both["code_a"] != both["code_b"], "households"].sum()),
        "only_before": int(before["households"].sum()) - total,
        "only_after": int(after["households"].sum()) - total,
        "areas_before": int(before["code"].nunique()),
        "areas_after": int(after["code"].nunique()),
    }
