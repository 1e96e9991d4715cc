"""Spoilt inputs are planned on or refused in words, in both languages, never with a traceback."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from gridplan.crs import to_metres
from gridplan.errors import GridplanError
from gridplan.i18n import has_text, t
from gridplan.io import read_layers
from gridplan.schema import ISSUE_COLUMNS


@pytest.mark.filterwarnings("ignore")
def test_hostile_inputs(hostile: ModuleType, tmp_path: Path) -> None:
    _judge(hostile, tmp_path, np.random.default_rng(1), len(hostile.MUTATIONS))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_many_hostile_inputs(hostile: ModuleType, tmp_path: Path) -> None:
    _judge(hostile, tmp_path, np.random.default_rng(2), 4 * len(hostile.MUTATIONS))


def _judge(hostile: ModuleType, folder: Path, rng: np.random.Generator, n: int) -> None:
    wrong = []
    for case in hostile.make_hostile_cases(folder, rng, n):
        try:
            layers = to_metres(read_layers(**case.paths))
        except GridplanError as error:
            for lang in ("zh", "en"):
                assert t(f"error.{error.key}", lang, **error.values)
            told = "refused"
        else:
            told = "plan"
            assert tuple(layers.issues.columns) == ISSUE_COLUMNS
            for code in layers.issues["code"].unique():
                assert has_text(f"issue.{code}", "zh") and has_text(f"issue.{code}", "en"), code
            assert layers.buildings["building_id"].is_unique and layers.streets["street_id"].is_unique
        if case.outcome not in (told, "either"):
            wrong.append((case.name, told))
    assert not wrong
