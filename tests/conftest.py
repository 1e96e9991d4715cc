"""What every room's tests share: where the real cities are, a browser, Hypothesis profiles."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import HealthCheck, settings
from lattice_town import build_town

from benchmarks.browsing import find_browser
from gridplan.pipeline import write_plan
from gridplan.plan import Plan

ROOT = Path(__file__).resolve().parents[1]

# the same examples on every run and machine; `HYPOTHESIS_PROFILE=search` looks for new ones
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

mpl.use("Agg")


def _find_shared() -> Path:
    return Path(os.environ.get("GRIDPLAN_SHARED", ROOT.parent / "shared")).resolve()


def _refuse(reason: str, variable: str) -> None:
    """Skip, or fail where the named variable demands that nothing is skipped."""
    if os.environ.get(variable, "").lower() in {"1", "true"}:
        pytest.fail(f"{reason} ({variable} is set)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of the real cities and the bench, beside the repository or in GRIDPLAN_SHARED."""
    folder = _find_shared()
    if not (folder / "data").is_dir():
        _refuse(
            "real data not found: no folder ../shared/data, none in GRIDPLAN_SHARED",
            "GRIDPLAN_REQUIRE_SHARED",
        )
    return folder


@pytest.fixture(scope="session")
def city(shared_dir: Path) -> Callable[[str], Path]:
    """Path of a real city's GeoPackage by its name, for instance ``city("monaco")``."""

    def find_city(name: str) -> Path:
        path = shared_dir / "data" / name / f"{name}.gpkg"
        if not path.is_file():
            _refuse(f"real data not found: {name}.gpkg", "GRIDPLAN_REQUIRE_SHARED")
        return path

    return find_city


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Executable of a Chromium: GRIDPLAN_BROWSER, the one `make test` noted, or the system's."""
    if path := find_browser():
        return path
    _refuse("no Chromium: run `make test`, or name one in GRIDPLAN_BROWSER", "CI")
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def town() -> Plan:
    """Return a plan of a small town laid out by hand."""
    return build_town()


@pytest.fixture(scope="session")
def plan_file(town: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of that plan."""
    return write_plan(town, tmp_path_factory.mktemp("plan") / "town.gpkg")
