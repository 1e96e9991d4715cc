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
import numpy.typing as npt
import pandas as pd

from gridplan.atoms import build_atoms
from gridplan.check import judge_plan
from gridplan.clean import clean_layers
from gridplan.codes import code_areas
from gridplan.contiguity import build_graph
from gridplan.crs import to_metres
from gridplan.io import read_layers
from gridplan.io import write_plan as write_tables
from gridplan.plan import FORMAT_VERSION, Plan
from gridplan.report import describe_plan
from gridplan.schema import CERTIFICATE_COLUMNS, CleanLayers, Layers, join_issues
from gridplan.scheme import Scheme
from gridplan.solve.levels import LevelsResult, solve_levels

__all__ = ["ROOMS", "Inputs", "make_plan", "solve_plan", "write_plan"]

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
    boundary, barriers, landuse, compounds
        Optional layers: the district, rivers and railways, land use, residential compounds.
    existing
        Areas that stand already (old communities, villages) by level id; "" where the scheme or a column of
        the file tells the level.
    place
        A place name to fetch from OpenStreetMap instead of files.
    columns
        Which column holds which field, by role.
    crs
        Coordinate system of files that name none.
    """

    buildings: str | Path | None = None
    streets: str | Path | None = None
    boundary: str | Path | None = None
    barriers: str | Path | None = None
    landuse: str | Path | None = None
    compounds: str | Path | None = None
    existing: Mapping[str, str | Path] = field(default_factory=dict)
    place: str | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    crs: str | None = None


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
        Number of processes; the plan does not depend on it. More than one needs a script with a main guard.
    time_limit
        Seconds for the search; the best so far is returned after that, and the provenance says so.
    progress
        Called with a room of :data:`ROOMS` and 0.0 at its start, 1.0 at its end.

    Raises
    ------
    GridplanError
        If the input cannot be planned on.
    """
    watch = _Watch(progress)
    with watch.enter("read"):
        layers = to_metres(
            read_layers(
                buildings=inputs.buildings,
                streets=inputs.streets,
                boundary=inputs.boundary,
                barriers=inputs.barriers,
                landuse=inputs.landuse,
                compounds=inputs.compounds,
                existing=inputs.existing,
                columns=inputs.columns,
                crs=inputs.crs,
                place=inputs.place,
            )
        )
    with watch.enter("clean"):
        clean = clean_layers(layers, scheme)
    provenance = _tell_inputs(layers, clean)
    return solve_plan(
        clean,
        scheme,
        seed=seed,
        workers=workers,
        time_limit=time_limit,
        provenance=provenance,
        watch=watch,
    )


def solve_plan(
    clean: CleanLayers,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    provenance: Mapping[str, str] | None = None,
    watch: _Watch | None = None,
) -> Plan:
    """Make a judged plan from clean layers.

    Parameters
    ----------
    clean
        What :func:`gridplan.clean.clean_layers` gives.
    scheme, seed, workers, time_limit
        As in :func:`make_plan`.
    provenance
        What is known about where the layers came from.
    """
    watch = watch or _Watch(None)
    with watch.enter("atoms"):
        atoms = build_atoms(clean.buildings, clean.barriers, clean.district, scheme.atoms, workers=workers)
    with watch.enter("contiguity"):
        graph = build_graph(atoms.frame, clean.barriers)
    with watch.enter("solve"):
        solved = solve_levels(
            graph,
            atoms.frame["block"].to_numpy(dtype=np.int64),
            scheme,
            seed=seed,
            workers=workers,
            time_limit=time_limit,
        )
    with watch.enter("check"):
        plan = _assemble(clean, atoms.frame, graph.xy, solved, scheme)
        plan = replace(
            plan,
            issues=join_issues(clean.issues, atoms.issues),
            provenance={**(provenance or {}), **_tell_run(scheme, seed, solved)},
            timings=watch.timings,
        )
        plan = judge_plan(plan)
    return replace(plan, timings=dict(watch.timings))


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


def _assemble(
    clean: CleanLayers,
    frame: gpd.GeoDataFrame,
    xy: npt.NDArray[np.float64],
    solved: LevelsResult,
    scheme: Scheme,
) -> Plan:
    """Put codes on the atoms and list the areas."""
    codes = code_areas(solved.labels, xy, scheme)
    atoms = frame.assign(**{level.id: pd.array(codes[level.id], dtype="str") for level in scheme.levels})
    areas = {level.id: _list_areas(atoms, level.id, level.parent) for level in scheme.levels}
    return Plan(
        scheme=scheme,
        atoms=atoms,
        buildings=clean.buildings,
        streets=clean.barriers,
        district=clean.district,
        areas=areas,
        certificates=_list_certificates(solved),
        issues=clean.issues,
        provenance={},
    )


def _list_areas(atoms: gpd.GeoDataFrame, level: str, parent: str) -> pd.DataFrame:
    """List the areas of a level with parent and kind; their status is the check's to tell."""
    columns = [level, "kind", "households"] + ([parent] if parent else [])
    table = pd.DataFrame({name: atoms[name].to_numpy() for name in columns})
    homes = table[table["households"] > 0]
    per_kind = homes.groupby([level, "kind"])["households"].sum().unstack(fill_value=0)
    institutions = set(table.loc[table["kind"] == "exclusive", level])
    codes = np.sort(table[level].unique())
    kinds = [
        ("mixed" if (row := per_kind.loc[code])[row > 0].size > 1 else str(row.idxmax()))
        if code in per_kind.index
        else ("exclusive" if code in institutions else "empty")
        for code in codes
    ]
    parents = table.drop_duplicates(level).set_index(level)[parent].loc[codes] if parent else ""
    return pd.DataFrame(
        {
            "name": codes,
            "parent": np.asarray(parents, dtype=object) if parent else "",
            "kind": kinds,
            "status": "ok",
            "certificate": "",
            "certificate_id": -1,
            "reason_key": "",
            "reason_values": "{}",
        },
        index=pd.Index(codes, name="code"),
    )


def _list_certificates(solved: LevelsResult) -> pd.DataFrame:
    rows = [
        (level, one.kind, json.dumps(sorted(one.core)), int(one.bound), "{}")
        for level, proofs in solved.certificates.items()
        for one in proofs
    ]
    table = pd.DataFrame(rows, columns=list(CERTIFICATE_COLUMNS[1:]))
    table.insert(0, "certificate_id", np.arange(len(table)))
    return table


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
    }


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
