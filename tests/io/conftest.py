"""The towns for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import hostile as hostile_module
import numpy as np
import pytest
from lattice_town import build_town

from gridplan.plan import Plan
from gridplan.report import describe_plan


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    return hostile_module


@pytest.fixture
def make_town(hostile: ModuleType, tmp_path: Path) -> Callable[[], object]:
    return lambda: hostile.build_town(tmp_path, np.random.default_rng(7))


@pytest.fixture(scope="session")
def plan() -> Plan:
    return build_town()


@pytest.fixture(scope="session")
def areas(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    return describe_plan(plan)
