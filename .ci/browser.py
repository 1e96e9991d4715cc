"""Find a Chromium for the browser tests, or install one, and note its path in .venv/.browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NOTE = Path(sys.prefix) / ".browser"
PATIENCE_S = 300


def find_installed() -> str | None:
    """Return a browser of the system, else the one that Playwright keeps, else None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def run_quietly(*command: str) -> None:
    """Run one way of installing; whether it worked is seen from the browser alone."""
    try:
        subprocess.run(command, check=False, timeout=PATIENCE_S, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as fault:
        print(f"{command[0]}: {fault}", file=sys.stderr)


def find_or_install() -> str | None:
    """Return the path of a browser, installing one where none is there."""
    if path := find_installed():
        return path
    run_quietly(sys.executable, "-m", "playwright", "install", "chromium")
    if path := find_installed():
        return path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        run_quietly("apt-get", "update", "-qq")
        run_quietly("apt-get", "install", "-y", "-qq", "chromium")
    return find_installed()


def main() -> int:
    """Note the browser; without one say so loudly, and fail where CI asks for every test."""
    path = find_or_install()
    if path:
        NOTE.write_text(path, encoding="utf-8")
        return 0
    NOTE.unlink(missing_ok=True)
    print("!!! NO BROWSER: no Chromium found and none could be installed; browser tests are skipped !!!")
    return int(os.environ.get("CI", "").lower() == "true")


if __name__ == "__main__":
    sys.exit(main())
