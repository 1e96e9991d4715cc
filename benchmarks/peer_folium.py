"""The peer of the browser map: st_folium with the same areas, as it comes and with Leaflet given to it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from playwright.sync_api import TimeoutError as PatienceError

from benchmarks.browsing import Watch, serve
from gridplan.crs import parse_crs, reproject
from gridplan.io import open_plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["measure_peer"]

ASSETS = Path(__file__).resolve().parents[1] / "gridplan" / "onemap" / "browser" / "assets" / "vendor"
SCREEN = {"width": 1920, "height": 1080}
_PATIENCE_MS = 60_000
_STEP_M = 2.0
_PAINTED = """() => {
  const sheet = document.querySelector(".leaflet-overlay-pane canvas");
  if (!sheet || !sheet.width || sheet.seen) return false;
  const pen = sheet.getContext("2d");
  const [x, y] = [sheet.width / 2 - 150, sheet.height / 2 - 150];
  sheet.seen = pen.getImageData(x, y, 300, 300).data.some((v) => v > 0);
  return sheet.seen;
}"""


def measure_peer(browser: Browser, plan: Path, runs: int) -> None:
    """Print how st_folium shows the finest areas of a plan: first page, another measure, bytes."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        areas = folder / "areas.geojson"
        count = _write_areas(plan, areas)
        shutil.copy(Path(__file__).with_name("peer_folium_page.py"), folder / "page.py")
        (folder / "static").mkdir()
        for part in ("leaflet.js", "leaflet.css"):
            shutil.copy(ASSETS / part, folder / "static" / part)
        print(f"\n## The peer: st_folium with the same {count:,} areas, {runs} runs [s]")
        for manner in ("as it comes", "local"):
            words = [
                "-m", "streamlit", "run", str(folder / "page.py"), "--server.port={port}",
                "--server.address=127.0.0.1", "--browser.gatherUsageStats=false",
                "--server.enableStaticServing=true", "--server.fileWatcherType=none",
                "--", str(areas), manner.split()[0],
            ]  # fmt: skip
            with serve(words) as (url, _):
                _tell_manner(browser, url, manner, runs if manner == "local" else 1)


def _write_areas(plan: Path, path: Path) -> int:
    """Write the finest areas as a peer would wish for them: simplified as one coverage, six decimals."""
    whole = open_plan(plan)
    areas = whole.polygons[whole.scheme.levels[-1].id].reset_index()
    areas = areas.set_geometry(shapely.coverage_simplify(areas.geometry.to_numpy(), _STEP_M), crs=areas.crs)
    shown = reproject(areas, parse_crs("EPSG:4326"))[["code", "households", "population", "geometry"]]
    shown.to_file(path, driver="GeoJSON", layer_options={"COORDINATE_PRECISION": "6"})
    return len(shown)


def _tell_manner(browser: Browser, url: str, manner: str, runs: int) -> None:
    first, other, sizes = [], [], []
    for _ in range(runs):
        context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
        page = context.new_page()
        watch = Watch()
        watch.follow(page)
        start = time.perf_counter()
        page.goto(url)
        try:
            _await_map(page)
            first.append(time.perf_counter() - start)
            start = time.perf_counter()
            page.get_by_text("population", exact=True).click()
            _await_map(page)
            other.append(time.perf_counter() - start)
            sizes.append(watch.socket_bytes / 2e6)
        except PatienceError:
            strangers = watch.tell_strangers()
            print(
                f"{manner}: no map within {_PATIENCE_MS / 1000:.0f} s; asked {len(strangers)} times elsewhere"
            )
        finally:
            context.close()
    if first:
        print(
            f"{manner}: painted map {np.median(first):.1f}, another measure {np.median(other):.1f}, "
            f"over the socket {np.median(sizes):.1f} MB each time"
        )


def _await_map(page: Page) -> None:
    """Wait until the frame of the component has painted something."""
    until = time.monotonic() + _PATIENCE_MS / 1000
    while time.monotonic() < until:
        for frame in page.frames[1:]:
            if frame.evaluate(_PAINTED):
                return
        page.wait_for_timeout(50)
    raise PatienceError("no map")
