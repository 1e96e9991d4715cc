"""The towns for the tests of this room."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pytest

from gridplan.plan import Plan
from gridplan.report import describe_plan

TESTS = Path(__file__).resolve().parents[1]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name
    import sys

    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    return _load(TESTS / "hostile.py")


@pytest.fixture
def make_town(hostile: ModuleType, tmp_path: Path) -> Callable[[], object]:
    return lambda: hostile.build_town(tmp_path, np.random.default_rng(7))


@pytest.fixture(scope="session")
def plan() -> Plan:
    made: Plan = _load(TESTS / "report" / "lattice_town.py").build_town()
    return made


@pytest.fixture(scope="session")
def areas(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    return describe_plan(plan)
