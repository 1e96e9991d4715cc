"""The app in Chromium: pages, clicks, bytes, frames a second on the map, many users; beside it st_folium.

``python -m benchmarks.app [PLAN] [--runs 10] [--users 20] [--buildings 100000] [--parts pages map ...]``
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from playwright.sync_api import TimeoutError as PatienceError
from playwright.sync_api import sync_playwright

from benchmarks.app_towns import crowd_plan, find_county
from benchmarks.app_users import Recorder, play_crowd
from benchmarks.browsing import FLAGS, PAGES, Watch, find_browser, serve_app, settle
from benchmarks.peer_folium import measure_peer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CACHE = Path(__file__).resolve().parents[1] / "out" / "bench"
SCREEN = {"width": 1920, "height": 1080}
PARTS = ("pages", "map", "users", "peer")
#: Metres a pixel at which the map is dragged: the whole county, a town, a community, a grid, a house.
ZOOMS = (11, 13, 14, 15, 16, 17)
# When a button was pressed, when the page last changed, when the first map was painted [ms, page's clock].
CLOCK = """
(() => {
  window.__pressed = window.__changed = window.__painted = 0;
  const rules = {subtree: true, childList: true, attributes: true, characterData: true};
  const seen = new MutationObserver((list) => {
    window.__changed = performance.now();
    if (!window.__painted && list.some((one) => one.attributeName === "data-ready"))
      window.__painted = performance.now();
  });
  seen.observe(document, rules);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    seen.observe(root, rules);
    return root;
  };
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, () => { window.__pressed = performance.now(); }, {capture: true});
})();
"""
SET_ZOOM = "(z) => document.querySelector('.gridplan-map').gridplanMap.setZoom(z, {animate: false})"
FRAMES = """() => {
  window.__frames = [];
  const note = (now) => { window.__frames.push(now); if (window.__counting) requestAnimationFrame(note); };
  window.__counting = true;
  requestAnimationFrame(note);
}"""


def main() -> None:
    """Measure the parts that are asked for and print a table each."""
    options = _read_options()
    path = find_browser()
    if path is None:
        sys.exit("no Chromium: run `make test`, or name one in GRIDPLAN_BROWSER")
    plan = options.plan or find_county(CACHE)
    print(f"{plan.stem}, load of the machine before: {psutil.getloadavg()[0]:.1f}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        if {"pages", "users"} & set(options.parts):
            with serve_app(plan) as (url, log):
                if "pages" in options.parts:
                    measure_pages(browser, url, options.runs)
                if "users" in options.parts:
                    measure_users(browser, url, options.users)
                _tell_log(log)
        if "map" in options.parts:
            CACHE.mkdir(parents=True, exist_ok=True)
            crowded = crowd_plan(plan, options.buildings, CACHE / f"{plan.stem}_{options.buildings}.gpkg")
            with serve_app(crowded) as (url, _):
                measure_map(browser, url, options.buildings)
        if "peer" in options.parts:
            measure_peer(browser, plan, min(options.runs, 3))
        browser.close()


def measure_pages(browser: Browser, url: str, runs: int) -> None:
    """Print how long the pages and each click take, and what came over the wire."""
    with _open(browser, f"{url}/") as (page, _):
        _print_row("opening the plan, once per server", [_read_clock(page)])
    print(f"\n## First page, cold cache, {runs} runs [s]")
    first = []
    for _ in range(runs):
        with _open(browser, f"{url}/") as (page, _):
            first.append(_read_clock(page))
    _print_row("navigation to painted map", first)
    print("\n## Over the wire, each page opened by its address [KB]")
    for name in PAGES:
        with _open(browser, f"{url}/{'' if name == PAGES[0] else name}") as (_page, watch):
            files = sum(answer.request.sizes()["responseBodySize"] for answer in watch.answers)
            print(f"{name:<34} socket {watch.socket_bytes / 1e3:8.0f}   files {files / 1e3:8.0f}")
    print(f"\n## Interactions, {runs} runs [s]: from the press to the last change of the page")
    with _open(browser, f"{url}/") as (page, _):
        for name, act in list_actions(page):
            _print_row(name, _repeat(page, act, runs))


def list_actions(page: Page) -> Iterator[tuple[str, Callable[[int], None]]]:
    """Yield what a visitor does, by name; what is done the n-th time differs from the time before."""
    for number, name in enumerate(PAGES):
        yield f"page: {PAGES[number - 1]} and {name}, to and fro", partial(_go_between, page, number)
    go_to(page, PAGES.index("population"))
    settle(page)
    for key in ("level", "measure"):
        yield f"population: {key}", partial(choose, page, key)
    yield "population: down and up by the map", partial(drill, page)
    yield "language", partial(choose, page, "lang")
    go_to(page, PAGES.index("risk"))
    settle(page)
    for key in ("level", "rule", "heat", "layers"):
        yield f"risk: {key}", partial(choose, page, key)
    yield "risk: filter", partial(filter_things, page)


def _go_between(page: Page, number: int, turn: int) -> None:
    go_to(page, number - turn % 2)


def go_to(page: Page, number: int) -> None:
    """Press the link to a page."""
    page.locator("[data-testid=stTopNavLink]").nth(number % len(PAGES)).click()


def choose(page: Page, key: str, turn: int) -> None:
    """Press a choice of a widget that is not made yet, or the next one of those that are on or off."""
    widget = page.locator(f".st-key-{key}")
    others = widget.locator("button[role=radio][aria-checked=false]")
    for choices in (others, widget.locator("button[aria-pressed]"), widget.locator("label:has(input)")):
        if count := choices.count():
            choices.nth(turn % count).click(timeout=5000)
            return
    box = widget.locator("input[role=combobox]")
    if box.count() == 0:
        raise LookupError(key)
    box.click(timeout=5000)
    options = page.locator("[role=option][aria-selected=false]")
    options.first.wait_for(timeout=5000)
    options.nth(turn % options.count()).click(timeout=5000)


def filter_things(page: Page, turn: int) -> None:
    """Press a filter of the risk page; they are behind a button."""
    choices = page.locator("[data-testid=stPopoverBody] button[aria-pressed]")
    if not choices.count():
        page.locator("[data-testid=stPopover] button").first.click(timeout=5000)
        settle(page)
    if not choices.count():
        raise LookupError("filter")
    choices.nth(turn % choices.count()).click(timeout=5000)


def drill(page: Page, turn: int) -> None:
    """Press an area of the map and so go down a level, or go back to the whole."""
    back = page.locator(".st-key-crumb-0 button:enabled")
    if back.count():
        back.click()
        return
    box = page.locator(".gridplan-map").first.bounding_box()
    if box is None:
        raise LookupError("map")
    page.mouse.click(box["x"] + box["width"] * (0.3 + 0.02 * (turn % 5)), box["y"] + box["height"] * 0.45)


def _repeat(page: Page, act: Callable[[int], None], runs: int) -> list[float]:
    """Do something so often and return the seconds; the first time, which fills caches, is thrown away."""
    seconds = []
    for turn in range(runs + 1):
        page.evaluate("() => { window.__pressed = window.__changed = 0; }")
        try:
            act(turn)
        except (LookupError, PatienceError):
            page.keyboard.press("Escape")
            return []
        settle(page, still_ms=600)
        seconds.append(page.evaluate("() => Math.max(0, window.__changed - window.__pressed) / 1000"))
    return seconds[1:]


def measure_map(browser: Browser, url: str, buildings: int) -> None:
    """Print the frames a second while the map with all footprints is dragged."""
    print(f"\n## Dragging the map with {buildings:,} footprints, frames a second (worst frame [ms])")
    with _open(browser, f"{url}/population") as (page, _):
        if page.evaluate("() => !document.querySelector('.gridplan-map')?.gridplanMap"):
            print("the map does not give itself as element.gridplanMap")
            return
        for zoom in ZOOMS:
            page.evaluate(SET_ZOOM, zoom)
            page.wait_for_timeout(1500)
            times = np.array(_drag(page))
            gaps = np.diff(times)
            held = int(page.locator(".gridplan-map").first.get_attribute("data-buildings") or 0)
            print(f"zoom {zoom:<29} {1000 / gaps.mean():6.0f}   ({gaps.max():.0f})   {held:,} held")


def _drag(page: Page) -> list[float]:
    """Drag the map to and fro for about two seconds and return when frames were shown [ms]."""
    box = page.locator(".gridplan-map").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(90):
        page.mouse.move(x + 220 * np.sin(step / 12), y + 120 * np.sin(step / 9))
        page.wait_for_timeout(12)
    times: list[float] = page.evaluate("() => { window.__counting = false; return window.__frames; }")
    page.mouse.up()
    return times


def measure_users(browser: Browser, url: str, users: int) -> None:
    """Print what many users at once wait for."""
    recorder = Recorder()
    with _open(browser, None) as (page, _):
        recorder.follow(page)
        recorder.record(page, "first page", lambda: page.goto(f"{url}/"))
        for number, name in list(enumerate(PAGES))[1:]:
            recorder.record(page, name, partial(go_to, page, number))
        recorder.record(page, "population again", partial(go_to, page, PAGES.index("population")))
        for key in ("level", "measure", "lang"):
            recorder.record(page, key, partial(choose, page, key, 0))
    crowd = play_crowd(recorder.steps, recorder.socket_url, users)
    print(f"\n## {users} users at once, the server's side [s]")
    for name, seconds in crowd.seconds.items():
        _print_row(name, seconds)
    _print_row("all", [one for seconds in crowd.seconds.values() for one in seconds])
    print(f"errors: {len(crowd.faults)}")
    for fault in sorted(set(crowd.faults))[:10]:
        print(f"  {fault[:300]}")


@contextmanager
def _open(browser: Browser, url: str | None) -> Iterator[tuple[Page, Watch]]:
    """Open a page with a cache of its own, and wait until it is there."""
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    context.add_init_script(CLOCK)
    page = context.new_page()
    watch = Watch()
    watch.follow(page)
    if url is not None:
        page.goto(url)
        settle(page, still_ms=600)
    try:
        yield page, watch
    finally:
        for fault in watch.faults[:3]:
            print(f"  !! {fault[:300]}")
        context.close()


def _read_clock(page: Page) -> float:
    """Return when the first map was painted, or where there is none the page last changed [s]."""
    return float(page.evaluate("() => (window.__painted || window.__changed) / 1000"))


def _print_row(name: str, seconds: list[float]) -> None:
    if not seconds:
        print(f"{name:<44} not there")
        return
    median, high = np.percentile(seconds, [50, 95])
    print(f"{name:<44} median {median:6.2f}   p95 {high:6.2f}   most {max(seconds):6.2f}   n {len(seconds)}")


def _tell_log(log: Path) -> None:
    text = log.read_text(encoding="utf-8", errors="replace")
    if "Traceback" in text:
        print("  !! the server wrote:\n" + text[-2000:])


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?", type=Path, help="a plan; without one that of a county is made")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--buildings", type=int, default=100_000)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
