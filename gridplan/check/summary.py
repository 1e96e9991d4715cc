"""The figures of a checked plan, for a line on the screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gridplan.check.findings import VERDICTS, read_reason
from gridplan.plan import Plan

__all__ = ["summarise_findings"]

CERTIFICATES = ("arithmetic", "indivisible", "structure", "exact")


def summarise_findings(findings: pd.DataFrame, plan: Plan) -> dict[str, Any]:
    """Sum up the findings of a plan.

    Parameters
    ----------
    findings
        From :func:`gridplan.check.check_plan`.
    plan
        The plan that they are about.

    Returns
    -------
    dict
        ``verdict``: the worst of all. ``violations``, ``exempt``, ``warnings``: rows. ``broken_laws``:
        keys with a violation. ``households``, ``population``: of the district. ``levels``: by level id
        ``areas``, ``households_legal`` (in areas within bounds), ``households_certified`` by kind of
        certificate, ``households_unproven``, ``areas_exempt``, ``areas_unproven``,
        ``areas_in_pieces``, ``buildings_cut``, ``buildings_forced``, ``street_share``,
        ``areas_mostly_empty``, ``compactness``.
    """
    verdicts = findings["verdict"].to_numpy()
    worst = max((VERDICTS.index(v) for v in verdicts), default=0)
    return {
        "verdict": VERDICTS[worst],
        "violations": int((verdicts == "violation").sum()),
        "exempt": int((verdicts == "exempt").sum()),
        "warnings": int((verdicts == "warning").sum()),
        "broken_laws": sorted(set(findings["key"][verdicts == "violation"])),
        "households": int(plan.atoms["households"].sum()),
        "population": int(plan.atoms["population"].sum()),
        "levels": {
            level.id: _summarise_level(findings[findings["level"] == level.id], plan, level.id)
            for level in plan.scheme.levels
            if level.id in plan.atoms.columns
        },
    }


def _summarise_level(rows: pd.DataFrame, plan: Plan, level_id: str) -> dict[str, Any]:
    homes = plan.atoms.groupby(level_id)["households"].sum()
    bounded = rows[(rows["key"] == "bounded") & (rows["code"] != "")]
    out = bounded[bounded["verdict"].isin(["exempt", "violation"])]
    reasons = [read_reason(text) for text in out["reason"]]
    kinds = [
        str(values.get("certificate", "")) if verdict == "exempt" else "unproven"
        for verdict, (_, values) in zip(out["verdict"], reasons, strict=True)
    ]
    held = homes.reindex(out["code"].to_numpy()).fillna(0).to_numpy(dtype=np.int64)
    # an area may have two rows (out of bounds, and its status written wrongly): it counts once
    table = pd.DataFrame({"code": out["code"].to_numpy(), "kind": kinds, "held": held})
    out_of_bounds = np.array([key != "status_differs" for key, _ in reasons], dtype=bool)
    table = table[out_of_bounds].drop_duplicates("code")
    by_kind = table.groupby("kind")["held"].sum()
    pieces = rows[(rows["key"] == "contiguous") & (rows["verdict"] == "violation")]
    cut = _find_value(rows, "whole", "buildings_cut")
    return {
        "areas": len(homes),
        "households_legal": int(homes.sum() - table["held"].sum()),
        "households_certified": {kind: int(by_kind.get(kind, 0)) for kind in CERTIFICATES},
        "households_unproven": int(by_kind.get("unproven", 0)),
        "areas_exempt": int((table["kind"] != "unproven").sum()),
        "areas_unproven": int((table["kind"] == "unproven").sum()),
        "areas_in_pieces": int(pieces["code"].nunique()),
        "buildings_cut": int(cut[0]),
        "buildings_forced": int(cut[1]),
        "street_share": _find_value(rows, "shape", "share_on_streets")[0],
        "areas_mostly_empty": int(_find_value(rows, "shape", "mostly_empty")[0]),
        "compactness": _find_value(rows, "shape", "compactness")[0],
    }


def _find_value(rows: pd.DataFrame, key: str, reason: str) -> tuple[float, float]:
    """Value and bound of the one row with a reason, zeros where there is none."""
    for row in rows[rows["key"] == key].itertuples(index=False):
        if read_reason(str(row.reason))[0] == reason:
            return float(row.value), float(row.bound)
    return 0.0, 0.0
