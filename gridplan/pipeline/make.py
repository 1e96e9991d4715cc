"""The whole way from layers to a judged plan. This module alone knows the order of the rooms."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
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
from gridplan.io.frames import LayerOrLayers, list_layers
from gridplan.pipeline.assembly import assemble_plan, measure_ways, place_existing, read_setting, tell_slivers
from gridplan.pipeline.attachment import ATTACHABLE, attach_things
from gridplan.pipeline.inputs import LayerInputs, SchemeLike, take_scheme
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
    "assess_feasibility",
    "attach_things",
    "make_plan",
    "solve_plan",
    "write_plan",
]

#: The rooms in their order, as progress and timings name them.
ROOMS = ("read", "clean", "atoms", "contiguity", "solve", "check")

Progress = Callable[[str, float], None]


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


def make_plan(  # noqa: PLR0913 -- a front door, one keyword per layer
    buildings: LayerOrLayers | None = None,
    streets: LayerOrLayers | None = None,
    *,
    boundary: LayerOrLayers | None = None,
    barriers: LayerOrLayers | None = None,
    landuse: LayerOrLayers | None = None,
    compounds: LayerOrLayers | None = None,
    services: LayerOrLayers | None = None,
    existing: Mapping[str, LayerOrLayers] | None = None,
    scheme: SchemeLike = "gridplan",
    columns: Mapping[str, Mapping[str, str]] | None = None,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    progress: Progress | None = None,
    choice: str = "",
    crs: object = None,
    date: str = "",
    place: str | None = None,
) -> Plan:
    """Make a plan of a district and check it.

    Every layer is a GeoDataFrame, the path of a file that GDAL reads (``file.gpkg#layer`` for one of
    several layers), or a list of these. Frames may come as geopandas or OSMnx return them, with any index
    and in any coordinate system; they are never changed. The ids of their rows are those of an id column,
    else of the index (the levels of a MultiIndex joined by ``/``: "way/123").

    Parameters
    ----------
    buildings, streets
        Footprints, and centre lines of streets. Streets may be left out where the buildings' file holds
        them too, such as an OpenStreetMap extract.
    boundary
        Outline of the district; where it is not given, one piece is drawn around the buildings.
    barriers
        Rivers and railways, lines or polygons.
    landuse, compounds
        Polygons of land use, and of residential compounds that are kept whole where the bounds allow.
    services
        Service places; they are attached to the plan too.
    existing
        Areas that stand already (old communities, villages) by level id; "" where the scheme or a column
        tells the level.
    scheme
        Name of a packaged scheme (:func:`gridplan.list_schemes`), path of a scheme file, or a scheme.
    columns
        Columns by role and field where their names are not understood, such as
        ``{"buildings": {"households": "N_HH"}}``; "" says that there is none.
    seed
        Same inputs, scheme and seed give the same plan.
    workers
        Number of threads; the plan does not depend on it.
    time_limit
        Seconds for the search; the best so far is returned after that, and the provenance says so.
    progress
        Called with a room of :data:`gridplan.pipeline.ROOMS` and 0.0 at its start, 1.0 at its end.
    choice
        Alternative to take where a level is redrawn; "" for the recommended one (fewest people moved
        among the plans with most people within bounds).
    crs
        Coordinate system of layers that have none or a wrong one; "local" for plain metres.
    date
        Day that the data are of, "YYYY-MM-DD"; "" where it is not known.
    place
        Name of a place to fetch from OpenStreetMap for every layer that is not given.

    Returns
    -------
    Plan
        With its findings: what breaks a rule is in them, not raised.

    Raises
    ------
    GridplanError
        If the input cannot be planned on: which layer, what is wrong, and what to do.

    Examples
    --------
    >>> import geopandas as gpd
    >>> houses = gpd.read_file("data/xiao_cheng.gpkg", layer="buildings")
    >>> streets = gpd.read_file("data/xiao_cheng.gpkg", layer="streets")
    >>> plan = make_plan(houses, streets)  # doctest: +SKIP
    >>> len(plan.areas["grid"])  # doctest: +SKIP
    194
    """
    scheme, watch = take_scheme(scheme), _Watch(progress)
    inputs = LayerInputs(
        buildings=buildings,
        streets=streets,
        boundary=boundary,
        barriers=barriers,
        landuse=landuse,
        compounds=compounds,
        services=services,
        existing=existing,
        columns=columns,
        crs=crs,
        place=place,
    )
    layers, clean = _read_clean(inputs, scheme, watch)
    plan = solve_plan(
        clean,
        scheme,
        seed=seed,
        workers=workers,
        time_limit=time_limit,
        choice=choice,
        provenance={**_tell_inputs(layers, clean), "data_date": date},
        watch=watch,
    )
    return plan if services is None else _attach_services(plan, inputs)


def _attach_services(plan: Plan, inputs: LayerInputs) -> Plan:
    """Attach the service places that a plan was made with, as far as one of them lies in it."""
    columns = {role: asked for role, asked in (inputs["columns"] or {}).items() if role == "services"}
    crs = inputs["crs"] or ""
    layers = list_layers(inputs["services"], "services")
    try:
        if len(layers) != 1:
            raise InputError("services_several")
        return attach_things(plan, {"services": layers[0]}, columns=columns, crs=str(crs))
    except InputError as error:
        noted = issue_rows("services", ["*"], "services_not_attached", "noted", detail=error.key)
        return replace(plan, issues=join_issues(plan.issues, noted))


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


def assess_feasibility(  # noqa: PLR0913 -- a front door, one keyword per layer
    buildings: LayerOrLayers | None = None,
    streets: LayerOrLayers | None = None,
    *,
    boundary: LayerOrLayers | None = None,
    barriers: LayerOrLayers | None = None,
    landuse: LayerOrLayers | None = None,
    compounds: LayerOrLayers | None = None,
    services: LayerOrLayers | None = None,
    existing: Mapping[str, LayerOrLayers] | None = None,
    scheme: SchemeLike = "gridplan",
    columns: Mapping[str, Mapping[str, str]] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    crs: object = None,
    date: str = "",
    place: str | None = None,
) -> Foresight:
    """Find what no plan of some layers can make legal, why, and what would help, before one is made.

    Parameters
    ----------
    buildings, streets, boundary, barriers, landuse, compounds, services, existing
        As in :func:`gridplan.make_plan`.
    scheme, columns, workers, crs, place
        As there.
    progress
        As there, without the room "solve".
    date
        Not used; it is taken so that the same arguments serve here and there.

    Returns
    -------
    Foresight
        The outlook by level, and the names of what it speaks of.

    Raises
    ------
    GridplanError
        If the input cannot be planned on.
    """
    del date
    scheme, watch = take_scheme(scheme), _Watch(progress)
    inputs = LayerInputs(
        buildings=buildings,
        streets=streets,
        boundary=boundary,
        barriers=barriers,
        landuse=landuse,
        compounds=compounds,
        services=services,
        existing=existing,
        columns=columns,
        crs=crs,
        place=place,
    )
    _, clean = _read_clean(inputs, scheme, watch)
    atoms, graph = _lay_atoms(clean, scheme, workers, watch)
    with watch.enter("check"):
        standing, _ = place_existing(clean, atoms.frame)
        setting = read_setting(atoms.frame, standing)
        street, borders = name_borders(atoms.frame, clean.barriers, graph)
        outlook = judge_feasibility(
            graph, setting, scheme, border_street=street, fixed_streets=borders["fixed"].to_numpy()
        )
    names = {
        level: [str(name or code) for code, name in zip(table["code"], table["name"], strict=True)]
        for level, table in ((level, table.sort_values("code")) for level, table in clean.existing.items())
    }
    return Foresight(outlook, scheme, borders, names)


def _read_clean(inputs: LayerInputs, scheme: Scheme, watch: _Watch) -> tuple[Layers, CleanLayers]:
    with watch.enter("read"):
        layers = to_metres(read_layers(**inputs))
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
