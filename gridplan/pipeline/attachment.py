"""Things attached to a plan: read, placed, and told where they came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.atoms import label_compounds
from gridplan.attach import (
    Directory,
    build_directory,
    compare_systems,
    list_members,
    list_owners,
    place_things,
    relabel_compounds,
    replace_followers,
)
from gridplan.check import judge_plan
from gridplan.clean.compounds import name_compounds, place_buildings
from gridplan.errors import InputError
from gridplan.io.frames import Table
from gridplan.io.things import read_things
from gridplan.plan import Plan
from gridplan.schema import ATTACHED_COLUMNS, Things, issue_rows, join_issues

__all__ = ["ATTACHABLE", "attach_things"]

#: What :func:`attach_things` takes: things that are placed into areas, and compounds.
ATTACHABLE = (*ATTACHED_COLUMNS, "compounds")

#: The message for a list of which nothing fits, by the reason that most of its things have.
_NOTHING_PLACED = {
    "thing_outside": "things_outside",
    "thing_building_unknown": "things_unknown",
    "thing_area_unknown": "things_unknown",
    "thing_area_several": "things_unknown",
    "thing_owner_unknown": "things_ownerless",
    "thing_owner_unplaced": "things_ownerless",
    "thing_nowhere": "things_placeless",
}

#: What is told at buildings of the compounds that they lie in.
_OF_COMPOUNDS = ("building_in_two_compounds", "compound_disagrees")

Progress = Callable[[str, float], None]


def attach_things(
    plan: Plan,
    things: Mapping[str, Table],
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    crs: str = "",
    date: str = "",
    progress: Progress | None = None,
) -> Plan:
    """Attach things to a plan: each is placed into its areas, or listed with the reason.

    Parameters
    ----------
    plan
        The plan; its areas stay as they are.
    things
        By role of :data:`ATTACHABLE` a GeoDataFrame, a DataFrame with columns of coordinates, codes or names,
        or a file; see :func:`gridplan.io.things.read_things`. A role that the plan has already is replaced.
        Risk points and hazards without a place of their own lie where their enterprise does, whether it comes
        now or was there before. Frames are never changed.
    columns
        Which column holds which field, by role.
    crs
        Coordinate system of lists that have none or a wrong one: an EPSG code, "gcj02", "bd09" or "wgs84".
    date
        What day the lists are of ("YYYY-MM-DD"); "" where it is not known.
    progress
        Called with a role and 0.0 at its start, 1.0 at its end.

    Returns
    -------
    Plan
        With ``attached``, its issues and the sources under ``attached`` in the provenance. New compounds are
        labels of buildings and atoms, and the plan is judged anew.

    Raises
    ------
    InputError
        If a file cannot be read, or none of its things fits into the plan.
    """
    for role in [*things, *(columns or {})]:
        if role not in ATTACHABLE:
            raise InputError("role_unknown", role=role, known=", ".join(ATTACHABLE))
    directory = None
    for role in (one for one in ATTACHABLE if one in things):
        if progress is not None:
            progress(role, 0.0)
        read = read_things(
            role, things[role], plan.crs, columns=(columns or {}).get(role), system=crs, date=date
        )
        directory = _open_directory(plan, read, directory)
        told = join_issues(read.issues, compare_systems(plan, read))
        if role == "compounds":
            plan, placed = _attach_compounds(plan, directory, read)
        else:
            table, placed = place_things(directory, read, list_owners(plan))
            if not (table["placed"] != "").any():
                raise _tell_nothing_placed(read, join_issues(told, placed))
            attached = {**plan.attached, role: table}
            order = [one for one in ATTACHED_COLUMNS if one in attached]
            plan = replace(plan, attached={one: attached[one] for one in order})
        issues = join_issues(_drop_issues(plan, role), told, placed)
        plan = replace(plan, issues=issues, provenance=_tell_attached(plan, read))
        plan = replace_followers(plan, directory.levels) if role == "enterprises" else plan
        if progress is not None:
            progress(role, 1.0)
    return judge_plan(plan) if "compounds" in things else plan


def _open_directory(plan: Plan, things: Things, known: Directory | None) -> Directory:
    """Build the directory of a plan, with the codes of its houses only where ids of buildings do not do."""
    told = things.frame["house"]
    coded = bool((~told.isin(plan.buildings.index.astype("str")) & (told != "")).any())
    if known is not None and (known.houses or not coded):
        return known
    return build_directory(plan, houses=coded)


def _drop_issues(plan: Plan, role: str) -> pd.DataFrame:
    """Return the issues of a plan without those of the list that is replaced."""
    issues = plan.issues
    gone = issues["layer"] == role
    if role == "compounds":
        gone |= (issues["layer"] == "buildings") & issues["code"].isin(_OF_COMPOUNDS)
    return issues[~gone]


def _attach_compounds(plan: Plan, directory: Directory, things: Things) -> tuple[Plan, pd.DataFrame]:
    """Label buildings and land anew: by outlines, or by a list of buildings."""
    outlines = None
    if "outline" in things.frame:
        drawn = things.frame.rename(columns={"id": "compound_id"})
        drawn = drawn.assign(type=drawn["type"].where(drawn["type"] != "", None)).drop(columns="outline")
        shapes = gpd.GeoSeries(things.frame["outline"], crs=plan.crs)
        outlines, named = name_compounds(gpd.GeoDataFrame(drawn, geometry=shapes))
        bare = plan.buildings.reset_index(names="building_id").assign(compound=None, compound_type=None)
        name, types, told = place_buildings(bare, outlines)
        told = join_issues(named, told, _list_outside(plan, things))
    else:
        name, types, told = list_members(directory, things)
    atoms = label_compounds(plan.atoms, plan.buildings.assign(compound=name), outlines)
    if not (atoms != "").any():
        raise _tell_nothing_placed(things, told)
    plan, changed = relabel_compounds(plan, name, types, atoms)
    return plan, join_issues(told, changed)


def _list_outside(plan: Plan, things: Things) -> pd.DataFrame:
    """List compounds that lie outside of the district, with the distance."""
    far = shapely.distance(plan.district, things.frame["outline"].to_numpy())
    out = far > 0
    return issue_rows(things.role, things.frame["id"][out], "thing_outside", "noted", np.round(far[out], 0))


def _tell_nothing_placed(things: Things, issues: pd.DataFrame) -> InputError:
    """Say in one message why not one thing of a list fits: the reason that most of them have."""
    told = issues[issues["code"].isin(_NOTHING_PLACED)]
    code = str(told["code"].mode().iloc[0]) if len(told) else "thing_nowhere"
    mine = told[told["code"] == code]
    systems = issues.loc[issues["code"] == "points_system_other", "detail"]
    return InputError(
        _NOTHING_PLACED[code],
        role=things.role,
        path=things.source.path,
        rows=len(things.frame),
        distance=float(mine["value"].min()) / 1000 if len(mine) else 0.0,
        words=sorted(set(mine["detail"]) - {""})[:3] or ["-"],
        crs=things.source.crs or "-",
        systems=str(systems.iloc[0]) if len(systems) else "-",
    )


def _tell_attached(plan: Plan, things: Things) -> dict[str, str]:
    """Add the source of a list to what the plan tells of its own."""
    source = things.source
    listed = [one for one in json.loads(plan.provenance.get("attached", "[]")) if one["role"] != things.role]
    listed.append(
        {
            "role": things.role,
            "file": Path(source.path).name,
            "layer": source.layer,
            "sha256": source.sha256,
            "rows": source.rows,
            "crs": source.crs,
            "date": things.date,
            "columns": dict(source.columns),
        }
    )
    listed.sort(key=lambda one: ATTACHABLE.index(one["role"]))
    return {**plan.provenance, "attached": json.dumps(listed, ensure_ascii=False, sort_keys=True)}
