"""The whole way from layers to a judged plan. This module alone knows the order of the rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from gridplan.check import record_findings
from gridplan.io import load_scheme
from gridplan.io.frames import LayerOrLayers
from gridplan.pipeline.assembly import assemble_plan, list_slivers
from gridplan.pipeline.attachment import attach_services
from gridplan.pipeline.inputs import LayerInputs, SchemeLike
from gridplan.pipeline.preparation import (
    build_setting,
    lay_ground,
    measure_distances,
    place_existing,
    read_and_clean,
)
from gridplan.pipeline.provenance import describe_inputs, describe_run
from gridplan.pipeline.stopwatch import Progress, Stopwatch
from gridplan.plan import Plan
from gridplan.schema import CleanLayers, join_issues
from gridplan.scheme import Scheme
from gridplan.solve.levels import solve_levels

__all__ = ["ROOMS", "make_plan", "solve_plan", "write_plan"]

#: The rooms in their order, as progress and timings name them.
ROOMS = ("read", "clean", "atoms", "contiguity", "solve", "check")


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
        says which.
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
    >>> plan = gridplan.make_plan(houses, streets)
    >>> len(plan.areas["grid"])
    194
    """
    scheme, watch = load_scheme(scheme), Stopwatch(progress)
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
    layers, clean = read_and_clean(inputs, scheme, watch)
    plan = solve_plan(
        clean,
        scheme,
        seed=seed,
        workers=workers,
        time_limit=time_limit,
        choice=choice,
        provenance={**describe_inputs(layers, clean), "data_date": date},
        watch=watch,
    )
    if clean.services is None:
        return plan
    return attach_services(plan, clean.services, [s for s in layers.sources if s.role == "services"])


def solve_plan(
    clean: CleanLayers,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    choice: str = "",
    provenance: Mapping[str, str] | None = None,
    watch: Stopwatch | None = None,
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

    Examples
    --------
    >>> scheme = gridplan.load_scheme("gridplan")
    >>> layers = gridplan.read_layers("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> plan = gridplan.solve_plan(gridplan.clean_layers(gridplan.to_metres(layers), scheme), scheme)
    >>> len(plan.areas["grid"])
    194
    """
    watch = watch or Stopwatch(None)
    atoms, graph = lay_ground(clean, scheme, workers, watch)
    with watch.enter("solve"):
        standing, placed = place_existing(clean, atoms.frame)
        setting = build_setting(atoms.frame, standing)
        solved = solve_levels(
            graph,
            setting,
            scheme,
            seed=seed,
            workers=workers,
            time_limit=time_limit,
            choice=choice,
            service_m=measure_distances(graph.xy, clean.services),
        )
    with watch.enter("check"):
        frame = atoms.frame.assign(ground=np.where(setting.urban, "urban", "rural"))
        plan = assemble_plan(clean, frame, graph.xy, solved, scheme, standing)
        plan = replace(
            plan,
            issues=join_issues(clean.issues, atoms.issues, placed, list_slivers(solved)),
            provenance={**(provenance or {}), **describe_run(scheme, seed, solved)},
            timings=watch.timings,
        )
        plan = record_findings(plan)
    return replace(plan, timings=dict(watch.timings))


def write_plan(plan: Plan, path: str | Path) -> Path:
    """Write a plan with everything that is known of its areas.

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

    Examples
    --------
    >>> gridplan.write_plan(plan, "copy.gpkg").name
    'copy.gpkg'
    """
    return plan.save(path)
