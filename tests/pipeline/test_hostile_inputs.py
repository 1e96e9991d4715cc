"""Spoilt inputs through the command line: a plan that passes the check, or one message, exit 2, no file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hostile import make_hostile_cases

from gridplan.cli import main


def _judge_cases(folder: Path, rng: np.random.Generator, n: int, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = []
    out = folder / "out"
    out.mkdir()
    for i, case in enumerate(make_hostile_cases(folder, rng, n)):
        plan = out / f"{i}.gpkg"
        code = main(["plan", *case.args, "--out", str(plan), "--workers", "1", "--json", "--lang", "zh"])
        told = capsys.readouterr()
        if code == 2:
            lines = told.err.strip().splitlines()
            if plan.exists() or "Traceback" in told.err or not lines or case.outcome == "plan":
                wrong.append((case.name, "refused", told.err[-300:]))
            continue
        if code not in (0, 1) or case.outcome == "refused":
            wrong.append((case.name, code, told.err[-300:]))
            continue
        judged = main(["check", str(plan), "--json", "--lang", "en"])
        if judged != code:
            wrong.append((case.name, f"check says {judged}", json.loads(capsys.readouterr().out)))
        capsys.readouterr()
        if sorted(p.name for p in out.iterdir() if p.name.startswith(f"{i}.")) != [plan.name]:
            wrong.append((case.name, "left more than the plan behind", ""))
    assert not wrong


@pytest.mark.filterwarnings("ignore")
def test_some_spoilt_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _judge_cases(tmp_path, np.random.default_rng(3), 8, capsys)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_hundred_spoilt_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _judge_cases(tmp_path, np.random.default_rng(4), 200, capsys)
