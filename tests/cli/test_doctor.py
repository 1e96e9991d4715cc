"""``gridplan doctor``: nothing that gridplan needs goes without its version."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_package_that_is_needed_is_told(call: Callable) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["app"], *extras["osm"], *extras["demo"]]
    told = json.loads(call("doctor", "--json").out)
    assert {one.split(">=")[0] for one in wanted} <= set(told)
