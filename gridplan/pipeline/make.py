"""The whole way from files to a judged plan. This module alone knows the order of the rooms."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np

from gridplan.atoms import Atoms, build_atoms
from gridplan.atoms.contiguity import build_graph
from gridplan.borders.streets import name_borders
from gridplan.check import judge_plan
from gridplan.clean import clean_layers
from gridplan.crs import to_metres
from gridplan.errors import InputError
from gridplan.feasibility import judge_feasibility
from gridplan.graph import AtomGraph
from gridplan.io import read_layers
from gridplan.io import write_plan as write_tables
from gridplan.pipeline.assembly import assemble_plan, measure_ways, place_existing, read_setting, tell_slivers
from gridplan.pipeline.attachment import ATTACHABLE, attach_things
from gridplan.plan import FORMAT_VERSION, Plan
from gridplan.report import describe_plan
from gridplan.report.feasibility import Foresight
from gridplan.schema import (
    CleanLayers,
    Layers,
    issue_rows,
    join_issues,
)
from gridplan.scheme import Scheme
from gridplan.solve.levels import LevelsResult, solve_levels

__all__ = [
    "ATTACHABLE",
    "ROOMS",
    "Inputs",
    "attach_things",
    "foresee",
    "make_plan",
    "solve_plan",
    "write_plan",
]

#: The rooms in their order, as progress and timings name them.
ROOMS = ("read", "clean", "atoms", "contiguity", "solve", "check")

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one district.

    Parameters
    ----------
    buildings, streets
        Files that GDAL reads, ``file.gpkg#layer``, GeoParquet, or one OSM extract for both.
    boundary, barriers, landuse, compounds, services
        Optional layers: the district, rivers and railways, land use, residential compounds, service places.
    existing
        Areas that stand already (old communities, villages) by level id; "" where the scheme or a column of
        the file tells the level.
    place
        A place name to fetch from OpenStreetMap instead of files.
    columns
        Which column holds which field, by role.
    crs
        Coordinate system of files that name none.
    date
        Day that the data are of, "YYYY-MM-DD"; "" for not told.
    """

    buildings: str | Path | None = None
    streets: str | Path | None = None
    boundary: str | Path | None = None
    barriers: str | Path | None = None
    landuse: str | Path | None = None
    compounds: str | Path | None = None
    services: str | Path | None = None
    existing: Mapping[str, str | Path] = field(default_factory=dict)
    place: str | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    crs: str | None = None
    date: str = ""


class _Watch:
    """Seconds and peak memory per room."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.timings: dict[str, tuple[float, float]] = {}

    @contextmanager
    def enter(self, room: str) -> Iterator[None]:
        if self.progress is not None:
            self.progress(room, 0.0)
        start = time.perf_counter()
        yield
        self.timings[room] = (time.perf_counter() - start, _peak_memory_mib())
        if self.progress is not None:
            self.progress(room, 1.0)


def _peak_memory_mib() -> float:
    """Return the most memory that this process has held so far [MiB]; NaN where it is not told."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def make_plan(
    inputs: Inputs,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    choice: str = "",
    progress: Progress | None = None,
) -> Plan:
    """Make a judged plan from files.

    Parameters
    ----------
    inputs
        The files.
    scheme
        The rules.
    seed
        Same inputs, scheme and seed give the same plan.
    workers
        Number of threads; the plan does not depend on it.
    time_limit
        Seconds for the search; the best so far is returned after that, and the provenance says so.
    choice
        Alternative to take where a level is redrawn; "" for the recommended one (fewest people moved
        among the plans with most people within bounds).
    progress
        Called with a room of :data:`ROOMS` and 0.0 at its start, 1.0 at its end.

    Raises
    ------
    GridplanError
        If the input cannot be planned on.
    """
    watch = _Watch(progress)
    layers, clean = _read_clean(inputs, scheme, watch)
    provenance = {**_tell_inputs(layers, clean), "data_date": inputs.date}
    plan = solve_plan(
        clean,
        scheme,
        seed=seed,
        workers=workers,
        time_limit=time_limit,
        choice=choice,
        provenance=provenance,
        watch=watch,
    )
    return plan if inputs.services is None else _attach_services(plan, inputs)


def _attach_services(plan: Plan, inputs: Inputs) -> Plan:
    """Attach the service places that a plan was made with, as far as one of them lies in it."""
    columns = {role: told for role, told in inputs.columns.items() if role == "services"}
    try:
        return attach_things(plan, {"services": inputs.services or ""}, columns=columns, crs=inputs.crs or "")
    except InputError as error:
        told = issue_rows("services", ["*"], "services_not_attached", "noted", detail=error.key)
        return replace(plan, issues=join_issues(plan.issues, told))


def solve_plan(
    clean: CleanLayers,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    choice: str = "",
    provenance: Mapping[str, str] | None = None,
    watch: _Watch | None = None,
) -> Plan:
    """Make a judged plan from clean layers.

    Parameters
    ----------
    clean
        What :func:`gridplan.clean.clean_layers` gives.
    scheme, seed, workers, time_limit, choice
        As in :func:`make_plan`.
    provenance
        What is known about where the layers came from.
    """
    watch = watch or _Watch(None)
    atoms, graph = _lay_atoms(clean, scheme, workers, watch)
    with watch.enter("solve"):
        standing, placed = place_existing(clean, atoms.frame)
        setting = read_setting(atoms.frame, standing)
        solved = solve_levels(
            graph,
            setting,
            scheme,
            seed=seed,
            workers=workers,
            time_limit=time_limit,
            choice=choice,
            service_m=measure_ways(graph.xy, clean.services),
        )
    with watch.enter("check"):
        frame = atoms.frame.assign(ground=np.where(setting.urban, "urban", "rural"))
        plan = assemble_plan(clean, frame, graph.xy, solved, scheme, standing)
        plan = replace(
            plan,
            issues=join_issues(clean.issues, atoms.issues, placed, tell_slivers(solved)),
            provenance={**(provenance or {}), **_tell_run(scheme, seed, solved)},
            timings=watch.timings,
        )
        plan = judge_plan(plan)
    return replace(plan, timings=dict(watch.timings))


def foresee(
    inputs: Inputs, scheme: Scheme, *, workers: int = 1, progress: Progress | None = None
) -> Foresight:
    """Say what no plan of some files can make legal, why, and what would help, without drawing one.

    Parameters
    ----------
    inputs, scheme, workers, progress
        As in :func:`make_plan`; there is no room "solve".

    Raises
    ------
    GridplanError
        If the input cannot be planned on.
    """
    watch = _Watch(progress)
    _, clean = _read_clean(inputs, scheme, watch)
    atoms, graph = _lay_atoms(clean, scheme, workers, watch)
    with watch.enter("check"):
        standing, _ = place_existing(clean, atoms.frame)
        setting = read_setting(atoms.frame, standing)
        street, streets = name_borders(atoms.frame, clean.barriers, graph)
        outlook = judge_feasibility(
            graph, setting, scheme, border_street=street, fixed_streets=streets["fixed"].to_numpy()
        )
    existing = {
        level: [str(name or code) for code, name in zip(table["code"], table["name"], strict=True)]
        for level, table in ((level, table.sort_values("code")) for level, table in clean.existing.items())
    }
    return Foresight(outlook, scheme, streets, existing)


def _read_clean(inputs: Inputs, scheme: Scheme, watch: _Watch) -> tuple[Layers, CleanLayers]:
    with watch.enter("read"):
        layers = to_metres(
            read_layers(
                buildings=inputs.buildings,
                streets=inputs.streets,
                boundary=inputs.boundary,
                barriers=inputs.barriers,
                landuse=inputs.landuse,
                compounds=inputs.compounds,
                services=inputs.services,
                existing=inputs.existing,
                columns=inputs.columns,
                crs=inputs.crs,
                place=inputs.place,
            )
        )
    with watch.enter("clean"):
        clean = clean_layers(layers, scheme)
    return layers, clean


def _lay_atoms(clean: CleanLayers, scheme: Scheme, workers: int, watch: _Watch) -> tuple[Atoms, AtomGraph]:
    with watch.enter("atoms"):
        atoms = build_atoms(
            clean.buildings,
            clean.barriers,
            clean.district,
            scheme.atoms,
            compounds=clean.compounds,
            workers=workers,
        )
    with watch.enter("contiguity"):
        graph = build_graph(atoms.frame, clean.barriers)
    return atoms, graph


def write_plan(plan: Plan, path: str | Path) -> Path:
    """Write a plan with everything that is told of its areas.

    Parameters
    ----------
    plan
        The plan.
    path
        A ``.gpkg`` file, replaced only when the new one is whole.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WriteError
        If it cannot be written; nothing is left behind.
    """
    return write_tables(plan, path, describe_plan(plan))


def _tell_inputs(layers: Layers, clean: CleanLayers) -> dict[str, str]:
    """Tell what came in, so that a reader can account for all of it."""
    told = [
        {
            "role": source.role,
            "file": Path(source.path).name,
            "layer": source.layer,
            "sha256": source.sha256,
            "rows": source.rows,
            "crs": source.crs,
            "columns": dict(source.columns),
        }
        for source in layers.sources
    ]
    given = layers.buildings["households"]
    refused = layers.issues[(layers.issues["layer"] == "buildings") & (layers.issues["action"] == "dropped")]
    return {
        "inputs": json.dumps(told, ensure_ascii=False, sort_keys=True),
        "buildings_in": str(len(layers.buildings) + refused["id"].nunique()),
        "streets_in": str(len(layers.streets)),
        "households_in": str(int(given.sum())),
        "households_unknown_in": str(int(given.isna().sum())),
        "buildings_planned": str(len(clean.buildings)),
        "district": _name_district(layers.boundary),
    }


def _name_district(boundary: gpd.GeoDataFrame | None) -> str:
    """Name the district by its outline, "" where that has no name or several."""
    names = [] if boundary is None else boundary["name"].dropna().astype(str).str.strip().unique().tolist()
    return names[0] if len(names) == 1 else ""


def _tell_run(scheme: Scheme, seed: int, solved: LevelsResult) -> dict[str, str]:
    return {
        "format_version": FORMAT_VERSION,
        "gridplan_version": version("gridplan"),
        "scheme": scheme.id,
        "scheme_version": scheme.version,
        "scheme_toml": scheme.text,
        "scheme_sha256": scheme.digest,
        "seed": str(seed),
        "search": "time_limit" if solved.timed_out else "complete",
    }
