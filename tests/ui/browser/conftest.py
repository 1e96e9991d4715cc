"""One browser and one server per plan and module: a page is opened on them, not started for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guarded_town import Secrets, build_guarded_town, list_secrets

from benchmarks.browsing import FLAGS, Watch, serve_app, settle
from gridplan.pipeline import write_plan
from tests.ui.browser.looking import HEAR_CANVAS, SCREENS

ROOT = Path(__file__).parents[3]
# the demo is planned before it is shown for the first time
_DEMO_S = 400.0


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Folder of the pictures that are kept: GRIDPLAN_SCREENS, else out/screens."""
    folder = Path(os.environ.get("GRIDPLAN_SCREENS", ROOT / "out" / "screens"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# a module's, not the session's: Playwright keeps an event loop running, in which notebooks cannot be run
@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Secrets]]:
    """Return the file of the guarded town and what must not reach whom."""
    folder = tmp_path_factory.mktemp("guarded")
    plan = build_guarded_town(folder)
    return write_plan(plan, folder / "格林镇.gpkg"), list_secrets(plan)


@pytest.fixture(scope="module")
def address(guarded: tuple[Path, dict[str, Secrets]]) -> Iterator[str]:
    """Address of the app with the guarded town open, as the office sees it."""
    with serve_app(guarded[0]) as (url, _):
        yield url


@pytest.fixture(scope="module")
def demo_address(chromium) -> Iterator[str]:
    """Address of the app with what it opens where no plan is named."""
    with serve_app(None) as (url, _):
        page = chromium.new_page()
        page.goto(url)
        settle(page, timeout_s=_DEMO_S)
        page.close()
        yield url


@pytest.fixture
def open_page(chromium) -> Iterator[Callable]:
    """Open an address on a screen; the page is settled, and watched from its first request on."""
    contexts = []

    def open_it(url: str, screen: str = "notebook", *, keeps: bool = False):
        width, height = SCREENS[screen]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            has_touch=screen == "phone",
            is_mobile=screen == "phone",
        )
        contexts.append(context)
        context.add_init_script(HEAR_CANVAS)
        page = context.new_page()
        watch = Watch(keeps=keeps)
        watch.follow(page)
        page.goto(url)
        if url.startswith("http"):
            settle(page)
        return page, watch

    yield open_it
    for context in contexts:
        context.close()
