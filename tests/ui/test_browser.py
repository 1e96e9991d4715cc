"""The app in a real browser that can reach this machine only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(plan_file: Path) -> Iterator[str]:
    """Address of the app with the lattice town open."""
    port = _free_port()
    words = ["-m", "gridplan", "app", str(plan_file), "--port", str(port), "--lang", "zh"]
    environment = {**os.environ, "STREAMLIT_SERVER_HEADLESS": "true", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, *words], env=environment, stdout=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _await_health(f"{address}/_stcore/health", process)
            yield address
        finally:
            process.terminate()


def _await_health(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "the server has stopped"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer")


@pytest.mark.browser
def test_the_map_lives_without_any_other_host(server: str, browser_path: str, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    asked, faults = set(), []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1100})
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(server)
        page.wait_for_selector(".gridplan-map[data-ready='12']", timeout=60_000)
        box = page.locator(".gridplan-map canvas").bounding_box()
        x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.2 * box["height"]
        page.mouse.move(x, y)
        page.wait_for_selector(".gridplan-map .tip:has-text('S002-01')")
        page.locator(".gridplan-map").screenshot(path=tmp_path / "map.png")
        page.mouse.click(x, y)
        page.wait_for_selector("text=四至：东至槐树巷")
        page.mouse.wheel(0, -300)
        page.get_by_text("English", exact=True).first.click()
        page.wait_for_selector("text=Exempt, with proof")
        browser.close()
    assert not faults
    assert asked <= {"127.0.0.1", None}, "blob: and data: addresses have no host"
    with Image.open(tmp_path / "map.png") as picture:
        colours = np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)
    assert len(colours) > 50, "something is drawn"
