"""Find a Chromium for the browser tests, or install one, and note its path in .venv/.browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NOTE = Path(sys.prefix) / ".browser"
PATIENCE_S = 300
# a browser that is there may still not start: a stub that asks for a snap, a download without its libraries
TRIAL = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox", "--disable-gpu"])
    browser.new_page().goto("data:text/html,here")
    browser.close()
"""
WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as play:
    print(play.chromium.executable_path)
"""


def list_candidates() -> Iterator[str]:
    """Yield what may be a Chromium: the one that is named, those of the system, Playwright's own."""
    named = os.environ.get("GRIDPLAN_BROWSER")
    for path in (named, *map(shutil.which, NAMES), find_downloaded()):
        if path and Path(path).is_file():
            yield path


def find_downloaded() -> str:
    """Return where Playwright keeps its own Chromium, whether it is there or not."""
    told = subprocess.run([sys.executable, "-c", WHERE], check=False, capture_output=True, text=True)
    return told.stdout.strip()


def starts(path: str) -> bool:
    """Tell whether a browser starts and shows a page."""
    return run_quietly(sys.executable, "-c", TRIAL, path)


def find_installed() -> str | None:
    """Return the first browser that starts, else None."""
    return next((path for path in list_candidates() if starts(path)), None)


def run_quietly(*command: str) -> bool:
    """Run a command and tell whether it worked."""
    try:
        done = subprocess.run(command, check=False, timeout=PATIENCE_S, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as fault:
        print(f"{command[0]}: {fault}", file=sys.stderr)
        return False
    return done.returncode == 0


def download() -> None:
    """Let Playwright fetch the Chromium that it was made for."""
    run_quietly(sys.executable, "-m", "playwright", "install", "chromium")


def install_package() -> None:
    """Install Debian's Chromium with a Chinese font where this user may install packages."""
    if not shutil.which("apt-get"):
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        rights: list[str] = []
    elif shutil.which("sudo") and run_quietly("sudo", "-n", "true"):
        rights = ["sudo", "-n"]
    else:
        return
    run_quietly(*rights, "apt-get", "update", "-qq")
    run_quietly(*rights, "apt-get", "install", "-y", "-qq", "chromium", "fonts-wqy-microhei")


def find_or_install() -> str | None:
    """Return the path of a browser, installing one where none is there."""
    if path := find_installed():
        return path
    for install in (download, install_package):
        install()
        if path := find_installed():
            return path
    return None


def main() -> int:
    """Note the browser; without one say so loudly, and fail where CI asks for every test."""
    if path := find_or_install():
        NOTE.write_text(path, encoding="utf-8")
        return 0
    NOTE.unlink(missing_ok=True)
    print("!!! NO BROWSER: no Chromium found and none could be installed; browser tests are skipped !!!")
    return int(os.environ.get("CI", "").lower() in {"1", "true"})


if __name__ == "__main__":
    sys.exit(main())
