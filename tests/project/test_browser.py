"""The script that finds a browser is loud where there is none, and strict where CI asks for all tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "browser.py"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_script", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "NOTE", tmp_path / ".browser")
    return module


def test_found_browser_is_noted(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "find_or_install", lambda: "/a/chromium")
    assert script.main() == 0
    assert script.NOTE.read_text(encoding="utf-8") == "/a/chromium"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_no_browser_is_loud_and_fails_in_ci(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    code: int,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(script, "find_or_install", lambda: None)
    script.NOTE.write_text("/gone", encoding="utf-8")
    assert script.main() == code
    told = capsys.readouterr().out
    assert "NO BROWSER" in told and told.count("\n") == 1
    assert not script.NOTE.exists()
