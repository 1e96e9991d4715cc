"""A written plan of the lattice town for the app."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gridplan.io import write_plan
from gridplan.plan import Plan
from gridplan.report import describe_plan

LATTICE_TOWN = Path(__file__).parents[1] / "report" / "lattice_town.py"


@pytest.fixture(scope="session")
def town() -> Plan:
    spec = importlib.util.spec_from_file_location("lattice_town", LATTICE_TOWN)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build_town()


@pytest.fixture(scope="session")
def plan_file(town: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plan(town, tmp_path_factory.mktemp("plan") / "town.gpkg", describe_plan(town))
