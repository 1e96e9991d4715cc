"""The lattice town for the tests of this room."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gridplan.plan import Plan


@pytest.fixture(scope="session")
def town() -> Plan:
    spec = importlib.util.spec_from_file_location("lattice_town", Path(__file__).with_name("lattice_town.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build_town()
