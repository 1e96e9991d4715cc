"""What others wrote lies in the tree byte for byte, with its licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import gridplan

FOLDERS = sorted(path.parent for path in Path(gridplan.__file__).parent.rglob("vendor.json"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.parent.name)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_both_rooms_with_vendored_files_are_known() -> None:
    assert [path.parent.name for path in FOLDERS] == ["assets", "notebook"]


def test_every_file_is_the_recorded_one(folder: Path) -> None:
    packages = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))
    recorded = {name: file["sha512"] for package in packages for name, file in package["files"].items()}
    for name, digest in recorded.items():
        assert hashlib.sha512((folder / name).read_bytes()).hexdigest() == digest, name
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {*recorded, "vendor.json", "LICENSES.md"}


def test_every_package_has_its_licence_and_its_line(folder: Path) -> None:
    listed = (folder / "LICENSES.md").read_text(encoding="utf-8")
    for package in json.loads((folder / "vendor.json").read_text(encoding="utf-8")):
        assert package["integrity"].startswith("sha512-")
        assert f"{package['name']}.LICENSE" in package["files"]
        assert f"{package['name']} (npm) | {package['version']} |" in listed
