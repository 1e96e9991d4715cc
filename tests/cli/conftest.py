"""The command line called in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gridplan.cli import main


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
