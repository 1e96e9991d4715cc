"""What an audience may not see does not reach its browser: not drawn, not sent, not in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from guarded_town import OWN, SMALL, Secrets

from benchmarks.browsing import serve_app, settle
from tests.ui.browser.looking import list_errors
from tests.ui.browser.wire import find_secrets, read_wire

pytestmark = pytest.mark.browser


def visit_pages(page, *, presses: bool) -> int:
    """Go through all pages, pressing the choices of their maps too, and return how many there are."""
    links = page.locator("[data-testid=stTopNavLink]")
    for number in range(links.count()):
        links.nth(number).click()
        settle(page)
        assert not list_errors(page)
        for key in ("level", "measure", "rule") if presses else ():
            choices = page.locator(f".st-key-{key} button[role=radio]")
            for choice in range(choices.count()):
                choices.nth(choice).click()
                settle(page)
    return links.count()


def test_the_public_gets_no_thing_and_no_grid(
    guarded: tuple[Path, dict[str, Secrets]], open_page: Callable
) -> None:
    plan, secrets = guarded
    with serve_app(plan, audience="public") as (url, _):
        # the page is not for the public: the first one opens
        page, watch = open_page(f"{url}/risk", keeps=True)
        assert visit_pages(page, presses=False) == 4
        told = read_wire(watch.frames, watch.read_bodies())
    assert "S001" in told, "the areas that the public may see came"
    assert find_secrets(told, secrets["public"].words, secrets["public"].numbers) == []


@pytest.mark.slow
@pytest.mark.parametrize(("audience", "pages"), [("office", 6), ("public", 4), (f"worker:{OWN}", 5)])
def test_nothing_secret_comes_over_the_wire(
    guarded: tuple[Path, dict[str, Secrets]], open_page: Callable, audience: str, pages: int
) -> None:
    plan, secrets = guarded
    with serve_app(plan, audience=audience) as (url, log):
        page, watch = open_page(f"{url}/", keeps=True)
        assert visit_pages(page, presses=True) == pages
        told = read_wire(watch.frames, watch.read_bodies())
        written = log.read_text(encoding="utf-8", errors="replace")
    assert "gridplan-map" in told, "maps came"
    assert not watch.faults
    assert "Traceback" not in written
    hidden = secrets[audience]
    assert find_secrets(told, hidden.words, hidden.numbers) == []
    if audience == "office":
        assert SMALL in told
        assert "密厂000号" in told, "the reading of the wire finds what is there"
