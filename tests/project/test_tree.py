"""Nothing stands in the tree that belongs to one machine, and nothing that is too large."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# folders of a machine, and hosts of package registries; the shared data are found beside the repository
MACHINE_PATH = re.compile(r"(?<![\w.$)}-])/(?:work|root|home|opt|tmp|srv|mnt|Users)/\w|[A-Z]:\\\\?Users")
REGISTRY = re.compile(
    r"(?:pypi|pythonhosted|registry\.npmjs|deb\.debian|ghcr|proxy\.golang)\.\w+", re.IGNORECASE
)
# the synthetic towns of data/ are the largest files that belong here
LARGEST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: no list of tracked files")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_machine_in_the_files(tracked: list[Path]) -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked
        if path != Path(__file__).resolve()
        for number, line in enumerate(_read_text(path).splitlines(), 1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert not faults


def test_nothing_is_too_large(tracked: list[Path]) -> None:
    assert not [path.name for path in tracked if path.stat().st_size > LARGEST_BYTES]


def test_no_init_in_tests(tracked: list[Path]) -> None:
    assert not [path for path in tracked if path.name == "__init__.py" and "tests" in path.parts]


def test_notebooks_are_stripped(tracked: list[Path]) -> None:
    notebooks = [path for path in tracked if path.suffix == ".ipynb"]
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        dirty = [cell for cell in cells if cell.get("outputs") or cell.get("execution_count") is not None]
        assert not dirty, path.name


def test_every_source_can_be_opened(tracked: list[Path]) -> None:
    """A comment that names docs/sources.md is enough; notes that are not in the tree are not."""
    closed = re.compile(r"shared (?:proposal|study)|domain note|domain\.md|bench/\w+\.(?:md|py)")
    wanted = [
        path
        for path in tracked
        if path.suffix in {".py", ".toml", ".json"} and path != Path(__file__).resolve()
    ]
    faults = [path.name for path in wanted if closed.search(_read_text(path))]
    assert not faults
