"""What others wrote lies in the tree byte for byte, with its licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import gridplan

VENDOR = Path(gridplan.__file__).parent / "onemap" / "browser" / "assets" / "vendor"


def test_every_file_is_the_recorded_one() -> None:
    packages = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))
    recorded = {name: file["sha512"] for package in packages for name, file in package["files"].items()}
    for name, digest in recorded.items():
        assert hashlib.sha512((VENDOR / name).read_bytes()).hexdigest() == digest, name
    found = {path.name for path in VENDOR.iterdir()}
    assert found == {*recorded, "vendor.json", "LICENSES.md"}


def test_every_package_has_its_licence_and_its_line() -> None:
    told = (VENDOR / "LICENSES.md").read_text(encoding="utf-8")
    for package in json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8")):
        assert package["integrity"].startswith("sha512-")
        assert f"{package['name']}.LICENSE" in package["files"]
        assert f"{package['name']} (npm) | {package['version']} |" in told
