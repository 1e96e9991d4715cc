"""A plan cut down to what its audience may see: pages and files of the one map show nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.errors import InputError
from gridplan.onemap.care import ATTACHED_CARE, hide_care
from gridplan.onemap.cells import PEOPLE_COLUMNS, hide_counts, in_column
from gridplan.onemap.limits import cut_limits
from gridplan.onemap.papers import (
    blank_findings,
    blank_issues,
    blank_reasons,
    cut_compounds,
    cut_provenance,
    judge_areas,
)
from gridplan.onemap.service_access import SERVICES, ServiceAccess, measure_access
from gridplan.onemap.view import Ground
from gridplan.plan import Plan, dissolve_atoms
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.report.areas import AREA_COLUMNS
from gridplan.scheme import Level, Scheme

__all__ = ["Shown", "described_from_file", "show_plan_to"]

#: What the public sees individually: where to go. Enterprises, staff and hazards are the office's.
_PUBLIC_THINGS = ("services",)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What an audience may see of a plan. Nothing in it refers to the plan or to what was cut.

    Parameters
    ----------
    name
        Name of the plan (its file without the ending).
    audience
        Who looks at it.
    scheme
        The rules of the plan.
    levels
        The levels that the audience sees, coarse to fine.
    areas
        Described areas of these levels (``gridplan.report.AREA_COLUMNS``; ``reason_*`` never give a small
        count away), RangeIndex, in the order of the codes. ``households``, ``population`` and ``buildings``
        are nullable: NA is a count that is withheld, because it is small or because it would give a small
        one away; households and people are hidden together. A parent equals the sum of its children
        wherever all of them are published. ``in_<level>`` is the code of the area of that coarser level that
        an area lies in, for each level seen that holds all areas of this one whole. ``fault`` ("" for
        none), ``verdict``, ``value`` and ``bound`` are what the check found against the level's bounds
        (``gridplan.check``, law "bounded"), without the values that are withheld.
    attached
        Things by role as in ``Plan.attached``, only those that the audience may see individually; a role that
        nobody attached is missing. ``care`` has ``level``, ``code``, ``care_class`` and nullable
        ``households`` for each area seen and each class, the small cells NA.
    ground
        Streets, footprints and the district.
    compounds
        The register of compounds as it may be shown (``gridplan.report.tabulate_compounds``).
    findings, issues
        What the check found and what was wrong in the data; empty for the public.
    provenance
        Text by key: date and source of the data, scheme, versions.
    compound_shapes
        Ground of the compounds of the register, index ``name``; what lies outside of a worker's area is cut.
    access
        Walking distances to the service places; None where nobody attached such places.
    totals
        ``households``, ``population`` and ``estimated`` (households that were estimated) of all that is
        shown; one that is withheld is missing.
    """

    name: str
    audience: Audience
    scheme: Scheme
    levels: tuple[str, ...]
    areas: Mapping[str, gpd.GeoDataFrame]
    attached: Mapping[str, pd.DataFrame]
    ground: Ground
    compounds: pd.DataFrame
    findings: pd.DataFrame
    issues: pd.DataFrame
    provenance: Mapping[str, str]
    compound_shapes: gpd.GeoDataFrame
    access: ServiceAccess | None = None
    totals: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Name of the district where its outline has one, else that of the plan."""
        return self.provenance.get("district") or self.name

    @property
    def finest(self) -> Level:
        """The finest level that is seen."""
        return self.scheme[self.levels[-1]]


def described_from_file(plan: Plan) -> Mapping[str, gpd.GeoDataFrame]:
    """Describe the areas of a plan from the level layers of its file.

    Describing 3,382 grids takes 8 s, reading their layers no time at all.

    Parameters
    ----------
    plan
        An opened plan.

    Returns
    -------
    mapping of GeoDataFrame
        As :func:`gridplan.report.describe_plan` gives it; described again where the layers lack a column or
        an area, or count other households and people than the atoms do.
    """
    if plan.polygons and all(_is_described(plan, level) for level in plan.areas):
        return {level: plan.polygons[level][[*AREA_COLUMNS, "geometry"]] for level in plan.areas}
    return describe_plan(plan)


def _is_described(plan: Plan, level: str) -> bool:
    """Return whether the layer of a level says all that describing would, and counts what its atoms do."""
    layer = plan.polygons.get(level)
    if layer is None or level not in plan.atoms or not set(AREA_COLUMNS) <= set(layer.columns):
        return False
    counts = plan.atoms.groupby(level)[["households", "population"]].sum().sort_index()
    written = layer.set_index("code")[["households", "population"]]
    return (
        written.index.equals(counts.index.astype(written.index.dtype))
        and bool((written.to_numpy() == counts.to_numpy()).all())
        and bool(layer[["area_m2", "perimeter_m", "compactness"]].notna().all(axis=None))
    )


def show_plan_to(
    plan: Plan, areas: Mapping[str, gpd.GeoDataFrame], audience: Audience, *, name: str
) -> Shown:
    """Cut a plan down to what an audience may see.

    What is hidden does not depend on the audience: counts are hidden with all levels in view, and each
    audience is then shown a part of that, so that no two audiences can put their maps together.

    Parameters
    ----------
    plan
        The plan.
    areas
        Its described areas by level (:func:`gridplan.report.describe_plan` or
        :func:`described_from_file`).
    audience
        Who looks at it.
    name
        Name of the plan.

    Returns
    -------
    Shown

    Raises
    ------
    InputError
        ``audience_area_unknown`` if a worker's code is none of the finest level's, ``audience_no_level`` if
        the plan has no level for the public: grids alone are not theirs.
    """
    hidden = hide_counts(plan, areas)
    levels = _choose_levels(plan.scheme, areas, audience)
    judged = judge_areas(plan.findings, blank_reasons(plan, hidden.areas))
    frames = {level: _link_areas(judged[level], plan, levels, level) for level in levels}
    if audience.name == "worker":
        own = frames[levels[0]]["code"] == audience.code
        if not own.any():
            raise InputError("audience_area_unknown", code=audience.code, level=levels[0])
        frames = {levels[0]: frames[levels[0]][own].reset_index(drop=True)}
    frames = {
        level: cut_limits(frame, judged[level], plan, level, audience) for level, frame in frames.items()
    }
    office = audience.name == "office"
    own_area = (levels[0], audience.code) if audience.name == "worker" else None
    attached = _choose_things(plan, hide_care(plan, hidden.secret), levels, audience)
    compounds = cut_compounds(hidden.compounds, plan, levels, audience)
    return Shown(
        name=name,
        audience=audience,
        scheme=plan.scheme,
        levels=levels,
        areas=frames,
        attached=attached,
        ground=_cut_ground(plan, frames, audience),
        compounds=compounds,
        compound_shapes=_shape_compounds(plan, compounds["name"], own_area),
        access=measure_access(plan, frames, attached.get(SERVICES), own_area),
        findings=blank_findings(plan.findings, hidden.areas) if office else _empty(plan.findings),
        issues=blank_issues(plan.issues, plan) if office else _empty(plan.issues),
        provenance=cut_provenance(plan, audience),
        totals=hidden.totals if audience.name != "worker" else _sum_own(frames[levels[0]]),
    )


def _empty(table: pd.DataFrame) -> pd.DataFrame:
    """Make a table of the same columns without rows: a slice would keep the rows in its memory."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in table.dtypes.items()})


def _sum_own(own: pd.DataFrame) -> dict[str, int]:
    """Sum up a worker's own area."""
    return {name: int(own[name].iloc[0]) for name in PEOPLE_COLUMNS if pd.notna(own[name].iloc[0])}


def _choose_levels(scheme: Scheme, areas: Mapping[str, object], audience: Audience) -> tuple[str, ...]:
    """Choose the levels that an audience sees, coarse to fine."""
    known = [level.id for level in scheme.levels if level.id in areas]
    if audience.name == "office":
        return tuple(known)
    if audience.name == "worker":
        return (known[-1],)
    public = scheme.public_level
    if public not in known:
        if len(known) == 1:
            raise InputError("audience_no_level", level=known[0])
        return (known[0],)
    line = [public]
    while parent := scheme[line[0]].parent:
        line.insert(0, parent)
    return tuple(line)


def _link_areas(areas: gpd.GeoDataFrame, plan: Plan, levels: tuple[str, ...], level: str) -> gpd.GeoDataFrame:
    """Add the areas of the other levels that each area lies in, where all of them lie whole in one."""
    links = {}
    for other in levels:
        pairs = plan.atoms[[level, other]].drop_duplicates()
        if other != level and not pairs[level].duplicated().any():
            links[in_column(other)] = areas["code"].map(pairs.set_index(level)[other]).astype("str")
    return areas.assign(**links)


def _choose_things(
    plan: Plan, care: pd.DataFrame | None, levels: tuple[str, ...], audience: Audience
) -> dict[str, pd.DataFrame]:
    """Choose the things that an audience sees individually."""
    roles = [role for role in plan.attached if role != ATTACHED_CARE]
    if audience.name == "public":
        roles = [role for role in roles if role in _PUBLIC_THINGS]
    unseen = [level for level in plan.areas if level not in levels]
    things = {role: plan.attached[role] for role in roles}
    if audience.name == "worker":
        things = {role: table[table[levels[0]] == audience.code] for role, table in things.items()}
    shown = {
        role: table.drop(columns=unseen, errors="ignore").reset_index(drop=True)
        for role, table in things.items()
    }
    if audience.name == "public":
        shown = {role: table.drop(columns="building_id", errors="ignore") for role, table in shown.items()}
    elif care is not None:
        mine = care["level"].isin(levels)
        if audience.name == "worker":
            mine &= care["code"] == audience.code
        shown[ATTACHED_CARE] = care[mine].reset_index(drop=True)
    return shown


def _cut_ground(plan: Plan, frames: Mapping[str, gpd.GeoDataFrame], audience: Audience) -> Ground:
    """Cut the base of the map; a worker sees that of the own area, the public footprints without an id."""
    streets = plan.streets[["name", "rank", "geometry"]]
    houses = gpd.GeoDataFrame(geometry=plan.buildings.geometry)
    if audience.name == "worker":
        (level, areas) = next(iter(frames.items()))
        own = areas.geometry.iloc[0]
        atoms = plan.atoms.loc[plan.atoms[level] == audience.code, "building_id"].dropna()
        near = streets.geometry.intersects(own).to_numpy()
        mine = houses.index.isin(np.unique(atoms.to_numpy(dtype=str)))
        return Ground(own, streets[near].clip(own).reset_index(drop=True), houses[mine])
    if audience.name == "public":
        houses = houses.reset_index(drop=True)
    return Ground(plan.district, streets.reset_index(drop=True), houses)


def _shape_compounds(plan: Plan, names: pd.Series, own_area: tuple[str, str] | None) -> gpd.GeoDataFrame:
    """Put the ground of compounds together, index ``name``; of a worker's what lies in the own area."""
    atoms = plan.atoms[plan.atoms["compound"].isin(names)]
    if own_area is not None:
        atoms = atoms[atoms[own_area[0]] == own_area[1]]
    ground = dissolve_atoms(atoms, atoms["compound"])
    return ground.reindex(pd.Index(names.astype(str), name="name")).dropna(subset="geometry")
