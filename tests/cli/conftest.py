"""A written plan of the lattice town, and the command line called in this process."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridplan.cli import main
from gridplan.io import write_plan
from gridplan.plan import Plan
from gridplan.report import describe_plan

LATTICE_TOWN = Path(__file__).parents[1] / "report" / "lattice_town.py"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Call the command line and return its exit code and what it printed."""
    monkeypatch.setenv("GRIDPLAN_LANG", "zh")
    monkeypatch.delenv("GRIDPLAN_DEBUG", raising=False)

    def run(*words: object) -> Answer:
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run


@pytest.fixture(scope="session")
def town() -> Plan:
    spec = importlib.util.spec_from_file_location("lattice_town", LATTICE_TOWN)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build_town()


@pytest.fixture(scope="session")
def plan_file(town: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plan(town, tmp_path_factory.mktemp("plan") / "town.gpkg", describe_plan(town))
