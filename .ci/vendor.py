"""Fetch again what others wrote for maps in a browser: pinned npm packages, refused where a digest differs.

``npm`` knows the registry (``npm_config_registry`` names another one). After a new version is pinned in
``vendor.json``, ``--pin`` writes the digests of the files that came with it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "gridplan"


def fetch_package(name: str, version: str, integrity: str, folder: Path) -> Path:
    """Fetch a package and return its archive, if it is the one that was pinned."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed")
    command = [npm, "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        sys.exit(f"{name}@{version}: digest is {found}, pinned is {integrity}")
    return archive


def update_folder(manifest: Path, *, pin: bool) -> list[Path]:
    """Write the files of every package of a manifest; return those whose digest is not the recorded one."""
    packages = json.loads(manifest.read_text(encoding="utf-8"))
    faults = []
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            archive = fetch_package(package["name"], package["version"], package["integrity"], Path(folder))
            with tarfile.open(archive) as content:
                for name, source in package["files"].items():
                    member = content.extractfile(f"package/{source['path']}")
                    assert member is not None, f"{source['path']} is no file"
                    data = member.read()
                    digest = hashlib.sha512(data).hexdigest()
                    target = manifest.parent / name
                    if pin:
                        source["sha512"] = digest
                    elif digest != source["sha512"]:
                        faults.append(target)
                        continue
                    target.write_bytes(data)
    if pin:
        manifest.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")
    return faults


def main() -> int:
    """Update every folder of vendored files; name each file that is not the recorded one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pin", action="store_true", help="record the digests of the files that came")
    pin = parser.parse_args().pin
    manifests = sorted(PACKAGE.rglob("vendor.json"))
    faults = [target for manifest in manifests for target in update_folder(manifest, pin=pin)]
    for target in faults:
        print(f"{target.name}: not the recorded file; left as it is")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
