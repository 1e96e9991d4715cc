"""The examples in the docstrings of the front door give what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import gridplan

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted({getattr(gridplan, name).__module__ for name in gridplan.__all__})


@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(import_module(module), optionflags=flags)
    assert not failed
