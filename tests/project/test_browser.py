"""The script that finds a browser: in which order it looks and installs, and that it is loud and strict."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
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


@pytest.fixture
def machine(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """Make a machine of files; what is run on it is told, and ``works`` are the browsers that start."""

    def make_machine(
        *,
        there: str = "",
        works: str = "",
        downloads: bool = False,
        packages: bool = False,
        root: bool = True,
    ) -> list[str]:
        ran: list[str] = []
        places = {name: tmp_path / name for name in ("chromium", "own", "named")}
        for name in there.split():
            places[name].touch()
        able = set(works.split())

        def which(name: str) -> str | None:
            if name in {"apt-get", "sudo"}:
                return f"/bin/{name}"
            return str(tmp_path / name) if (tmp_path / name).is_file() else None

        def run(*command: str) -> bool:
            line = " ".join(command[-4:])
            if script.TRIAL in command:
                ran.append(f"try {Path(command[-1]).name}")
                return Path(command[-1]).name in able
            ran.append(line)
            if "playwright" in line and downloads:
                places["own"].touch()
            if "chromium" in line and "apt-get" in command and packages:
                places["chromium"].touch()
            return "sudo" not in command

        monkeypatch.delenv("GRIDPLAN_BROWSER", raising=False)
        monkeypatch.setattr(script.shutil, "which", which)
        monkeypatch.setattr(script, "find_downloaded", lambda: str(places["own"]))
        monkeypatch.setattr(script, "run_quietly", run)
        monkeypatch.setattr(script.os, "geteuid", lambda: 0 if root else 1000, raising=False)
        return ran

    return make_machine


def test_what_is_there_is_taken_before_anything_is_installed(
    script: ModuleType, machine: Callable[..., list[str]], tmp_path: Path
) -> None:
    ran = machine(there="chromium own", works="chromium own")
    assert script.find_or_install() == str(tmp_path / "chromium")
    assert ran == ["try chromium"]


def test_a_browser_that_is_named_comes_first(
    script: ModuleType, machine: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine(there="chromium named", works="chromium named")
    monkeypatch.setenv("GRIDPLAN_BROWSER", str(tmp_path / "named"))
    assert script.find_or_install() == str(tmp_path / "named")


def test_a_browser_that_does_not_start_is_passed_over(
    script: ModuleType, machine: Callable[..., list[str]], tmp_path: Path
) -> None:
    machine(there="chromium own", works="own")
    assert script.find_or_install() == str(tmp_path / "own")


def test_a_download_comes_before_a_package(
    script: ModuleType, machine: Callable[..., list[str]], tmp_path: Path
) -> None:
    ran = machine(works="own chromium", downloads=True, packages=True)
    assert script.find_or_install() == str(tmp_path / "own")
    assert not any("apt-get" in line for line in ran)


def test_a_package_stands_in_where_the_download_fails_or_does_not_start(
    script: ModuleType, machine: Callable[..., list[str]], tmp_path: Path
) -> None:
    ran = machine(works="chromium", downloads=True, packages=True)
    assert script.find_or_install() == str(tmp_path / "chromium")
    assert [line.split()[0] for line in ran][-1] == "try"


def test_nothing_is_installed_where_the_user_may_not(
    script: ModuleType, machine: Callable[..., list[str]]
) -> None:
    ran = machine(packages=True, works="chromium", root=False)
    assert script.find_or_install() is None
    assert not any("apt-get" in line for line in ran)


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1), ("1", 1)])
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
