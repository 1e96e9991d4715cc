"""Things attached to a plan: read, placed, and listed with where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
from gridplan.check import record_findings
from gridplan.clean.compounds import name_compounds, place_buildings
from gridplan.crs import WGS84, describe_crs, reproject
from gridplan.errors import InputError
from gridplan.io.frames import Table
from gridplan.io.things import read_things
from gridplan.pipeline.provenance import ATTACHABLE, describe_lists
from gridplan.pipeline.stopwatch import Progress
from gridplan.plan import Plan
from gridplan.schema import ATTACHED_COLUMNS, Source, Things, issue_rows, join_issues

__all__ = ["attach_services", "attach_things"]

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

#: Issues of buildings that come with the compounds that they lie in.
_OF_COMPOUNDS = ("building_in_two_compounds", "compound_disagrees")


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

    Examples
    --------
    >>> import geopandas as gpd
    >>> homes = plan.to_geodataframe("buildings").representative_point().head(1)
    >>> centres = gpd.GeoDataFrame({"name": ["Centre"]}, geometry=homes.to_list(), crs=plan.crs)
    >>> served = gridplan.attach_things(plan, {"services": centres})
    >>> served.to_geodataframe("services")["placed"].to_list()
    ['point']
    """
    for role in [*things, *(columns or {})]:
        if role not in ATTACHABLE:
            raise InputError("role_unknown", role=role, known=", ".join(ATTACHABLE))
    directory = None
    for role in (role for role in ATTACHABLE if role in things):
        if progress is not None:
            progress(role, 0.0)
        read = read_things(
            role, things[role], plan.crs, columns=(columns or {}).get(role), system=crs, date=date
        )
        plan, directory = _attach_list(plan, read, [read.source], directory)
        if progress is not None:
            progress(role, 1.0)
    return record_findings(plan) if "compounds" in things else plan


def attach_services(plan: Plan, services: gpd.GeoDataFrame, sources: Sequence[Source]) -> Plan:
    """Attach the service places that a plan was made with, as far as one of them lies in it.

    Parameters
    ----------
    plan
        The plan.
    services
        Points in the plan's coordinate system, as :func:`gridplan.io.read_layers` reads them.
    sources
        Where they came from.

    Returns
    -------
    Plan
        With ``attached["services"]``; with an issue in place of it where none lies in the district.
    """
    degrees = np.full((len(services), 2), np.nan)
    if {source.crs for source in sources} == {describe_crs(WGS84)}:
        degrees = shapely.get_coordinates(reproject(services, WGS84).geometry.to_numpy())
    xy = shapely.get_coordinates(services.geometry.to_numpy())
    frame = services.drop(columns=services.geometry.name).rename(columns={"service_id": "id"})
    texts = {name: frame[name].fillna("").astype("str") for name in ("id", "name", "kind", "house", "area")}
    places = {"x": xy[:, 0], "y": xy[:, 1], "lon": degrees[:, 0], "lat": degrees[:, 1]}
    table = pd.DataFrame({**texts, **places, "area_m2": frame["area_m2"].astype("float64")})
    table = table.sort_values(list(table.columns), kind="stable", ignore_index=True)
    known = plan.issues[plan.issues["layer"] == "services"]
    try:
        return _attach_list(plan, Things("services", table, sources[0], "", known), sources, None)[0]
    except InputError as error:
        noted = issue_rows("services", ["*"], "services_not_attached", "noted", detail=error.key)
        return replace(plan, issues=join_issues(plan.issues, noted))


def _attach_list(
    plan: Plan, things: Things, sources: Sequence[Source], directory: Directory | None
) -> tuple[Plan, Directory]:
    """Place a list into the areas of a plan, in the stead of the one that was attached before."""
    role = things.role
    directory = _open_directory(plan, things, directory)
    issues = join_issues(things.issues, compare_systems(plan, things))
    if role == "compounds":
        plan, placed = _attach_compounds(plan, directory, things)
    else:
        table, placed = place_things(directory, things, list_owners(plan))
        if not (table["placed"] != "").any():
            raise _refuse_list(things, join_issues(issues, placed))
        attached = {**plan.attached, role: table}
        plan = replace(plan, attached={name: attached[name] for name in ATTACHED_COLUMNS if name in attached})
    lists = describe_lists(plan.provenance.get("attached", ""), sources, things.date)
    plan = replace(
        plan,
        issues=join_issues(_drop_issues(plan, role), issues, placed),
        provenance={**plan.provenance, "attached": lists},
    )
    return (replace_followers(plan, directory.levels) if role == "enterprises" else plan), directory


def _open_directory(plan: Plan, things: Things, known: Directory | None) -> Directory:
    """Build the directory of a plan, with the codes of its houses only where ids of buildings do not do."""
    houses = things.frame["house"]
    coded = bool((~houses.isin(plan.buildings.index.astype("str")) & (houses != "")).any())
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
        name, types, placed = place_buildings(bare, outlines)
        issues = join_issues(named, placed, _list_outside(plan, things))
    else:
        name, types, issues = list_members(directory, things)
    atoms = label_compounds(plan.atoms, plan.buildings.assign(compound=name), outlines)
    if not (atoms != "").any():
        raise _refuse_list(things, issues)
    plan, changed = relabel_compounds(plan, name, types, atoms)
    return plan, join_issues(issues, changed)


def _list_outside(plan: Plan, things: Things) -> pd.DataFrame:
    """List compounds that lie outside of the district, with the distance."""
    far = shapely.distance(plan.district, things.frame["outline"].to_numpy())
    out = far > 0
    return issue_rows(things.role, things.frame["id"][out], "thing_outside", "noted", np.round(far[out], 0))


def _refuse_list(things: Things, issues: pd.DataFrame) -> InputError:
    """Say in one message why not one thing of a list fits: the reason that most of them have."""
    unplaced = issues[issues["code"].isin(_NOTHING_PLACED)]
    code = str(unplaced["code"].mode().iloc[0]) if len(unplaced) else "thing_nowhere"
    mine = unplaced[unplaced["code"] == code]
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
