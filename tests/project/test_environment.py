"""pyproject.toml, environment.yml and constraints.txt ask for the same things."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
CONDA_EXTRAS = ("app", "demo", "osm")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _floors(lines: list[str]) -> dict[str, str]:
    wanted = map(Requirement, lines)
    return {one.name.lower(): str(one.specifier) for one in wanted if one.name != "gridplan"}


def test_conda_users_get_the_same_set(project: dict) -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = _floors(re.findall(r"^  - ([a-z][\w.-]*(?:>=[\d.]+)?)$", text, flags=re.MULTILINE))
    wanted = _floors(project["dependencies"])
    for extra in CONDA_EXTRAS:
        wanted |= _floors(project["optional-dependencies"][extra])
    own = {"python": project["requires-python"], "pip": "", "conda-forge": "", "nodefaults": ""}
    assert {name: floor for name, floor in listed.items() if name not in own} == wanted
    assert listed["python"] == own["python"]


def test_every_dependency_has_a_floor_and_a_pin_above_it(project: dict) -> None:
    extras = project["optional-dependencies"].values()
    wanted = _floors([*project["dependencies"], *(line for extra in extras for line in extra)])
    pins = {
        name.lower().replace("_", "-"): Version(version)
        for name, version in re.findall(
            r"^([\w.-]+)==([\w.]+)$",
            (ROOT / "constraints.txt").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    }
    for name, floor in wanted.items():
        assert floor.startswith(">="), f"{name} has no floor"
        assert pins[name] >= Version(floor.removeprefix(">=")), f"{name} is pinned below its floor"


def test_pins_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
