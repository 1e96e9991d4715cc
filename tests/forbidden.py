"""What must not reach an audience, told from the plan alone: to look for in whatever leaves the server."""

from __future__ import annotations

from gridplan.plan import Plan
from gridplan.privacy import Audience

__all__ = ["list_forbidden"]

# shorter texts are found everywhere by chance
_LEAST_LENGTH = 4


def list_forbidden(plan: Plan, audience: Audience) -> list[str]:
    """List texts that an audience must never be sent: codes, ids and names of what it may not see.

    Counts are no texts to look for: that small ones are not told is tested on ``Shown``.
    """
    levels = [level.id for level in plan.scheme.levels if level.id in plan.areas]
    if audience.name == "office":
        return []
    finest = levels[-1]
    texts: set[str] = set()
    if audience.name == "worker":
        own = plan.atoms[finest].astype(str) == audience.code
        seen = {audience.code, *plan.atoms.loc[own, "building_id"].dropna().astype(str)}
        for level in levels:
            texts |= set(plan.areas[level].index.astype(str)) | set(plan.areas[level]["name"].astype(str))
        mine = {role: frame[frame[finest] == audience.code] for role, frame in plan.attached.items()}
    else:
        down_to = "community" if "community" in levels else levels[0]
        line = [down_to]
        while parent := plan.scheme[line[-1]].parent:
            line.append(parent)
        seen = {text for level in line for column in (plan.areas[level].index, plan.areas[level]["name"])
                for text in column.astype(str)}  # fmt: skip
        for level in levels:
            texts |= set(plan.areas[level].index.astype(str)) | set(plan.areas[level]["name"].astype(str))
        mine = {role: frame for role, frame in plan.attached.items() if role == "services"}
    texts |= set(plan.buildings.index.astype(str))
    for role, frame in plan.attached.items():
        for column in ("id", "name", "enterprise"):
            if column in frame:
                texts |= set(frame[column].dropna().astype(str))
                seen |= set(mine[role][column].dropna().astype(str)) if role in mine else set()
    known = "\n".join(seen)
    return sorted(text for text in texts if len(text) >= _LEAST_LENGTH and text not in known)
