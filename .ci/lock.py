"""Write constraints.txt: the versions that a clean environment with every extra gets today."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "app,bench,demo,dev,docs,osm"
HEADER = (
    f"# Written by `make lock` from a clean environment; use: pip install -c constraints.txt -e .[{EXTRAS}]"
)


def main() -> None:
    """Install the newest versions that the floors admit and note them."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "-e", f"{ROOT}[{EXTRAS}]"], check=True)
        frozen = subprocess.run(
            [*pip, "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
        ).stdout
    # a line with "@" names a file or address of this machine, never a version
    pins = sorted((line for line in frozen.splitlines() if "==" in line and "@" not in line), key=str.lower)
    (ROOT / "constraints.txt").write_text("\n".join([HEADER, *pins, ""]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
