"""Lists of things as offices write them, for the small town of `lattice_town`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from gridplan.pipeline import attach_things
from gridplan.plan import Plan

Attach = Callable[..., Plan]


@pytest.fixture
def attach(town: Plan, tmp_path: Path) -> Attach:
    """Attach tables to the town: `attach(enterprises=DataFrame, ..., crs="gcj02")`."""

    def run(*, plan: Plan | None = None, **given: object) -> Plan:
        things: dict[str, str | Path] = {}
        options: dict[str, object] = {}
        for name, one in given.items():
            if isinstance(one, pd.DataFrame):
                things[name] = tmp_path / f"{name}.csv"
                one.to_csv(things[name], index=False)
            elif isinstance(one, Path):
                things[name] = one
            else:
                options[name] = one
        return attach_things(plan or town, things, **options)  # type: ignore[arg-type]

    return run
