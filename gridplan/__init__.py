"""gridplan splits a district into small governance areas from street centre lines and building footprints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridplan.atoms import build_atoms
    from gridplan.atoms.contiguity import build_graph
    from gridplan.check import check_plan
    from gridplan.clean import clean_layers
    from gridplan.compare.comparison import compare_plans
    from gridplan.crs import to_metres
    from gridplan.errors import GridplanError
    from gridplan.io import export_plan, load_scheme, open_plan, read_layers
    from gridplan.pipeline import (
        assess_feasibility,
        attach_things,
        compare_with_existing,
        make_plan,
        solve_plan,
        write_plan,
    )
    from gridplan.plan import Plan, dissolve_level
    from gridplan.scheme import Level, Scheme, list_schemes
    from gridplan.solve.partition import Partition, partition

#: Where each name of the front door lives. Rooms are opened when they are first used, so that
#: ``import gridplan`` and the command line start at once.
_ROOMS = {
    "GridplanError": "errors",
    "Level": "scheme",
    "Partition": "solve.partition",
    "Plan": "plan",
    "Scheme": "scheme",
    "assess_feasibility": "pipeline",
    "attach_things": "pipeline",
    "build_atoms": "atoms",
    "build_graph": "atoms.contiguity",
    "check_plan": "check",
    "clean_layers": "clean",
    "compare_plans": "compare.comparison",
    "compare_with_existing": "pipeline",
    "dissolve_level": "plan",
    "export_plan": "io",
    "list_schemes": "scheme",
    "load_scheme": "io",
    "make_plan": "pipeline",
    "open_plan": "io",
    "partition": "solve.partition",
    "read_layers": "io",
    "solve_plan": "pipeline",
    "to_metres": "crs",
    "write_plan": "pipeline",
}

__all__ = [
    "GridplanError",
    "Level",
    "Partition",
    "Plan",
    "Scheme",
    "assess_feasibility",
    "attach_things",
    "build_atoms",
    "build_graph",
    "check_plan",
    "clean_layers",
    "compare_plans",
    "compare_with_existing",
    "dissolve_level",
    "export_plan",
    "list_schemes",
    "load_scheme",
    "make_plan",
    "open_plan",
    "partition",
    "read_layers",
    "solve_plan",
    "to_metres",
    "write_plan",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'gridplan' has no attribute {name!r}")
    return getattr(import_module(f"gridplan.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
