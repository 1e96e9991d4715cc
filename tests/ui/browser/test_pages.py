"""Every page in a real browser that can reach this machine only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.browsing import PAGES, settle
from tests.ui.browser.looking import (
    SCREENS,
    list_barriers,
    list_errors,
    list_tofu,
    list_unreadable_fonts,
    tell_overflow,
    walk_with_tab,
)

pytestmark = pytest.mark.browser


def judge(page, watch) -> dict[str, object]:
    """Tell all that is wrong with an open page."""
    told = {
        "asked of others": sorted(watch.tell_strangers()),
        "faults": watch.faults,
        "errors shown": list_errors(page),
        "fonts that did not come": list_unreadable_fonts(page),
        "characters without a glyph": list_tofu(page),
        "pixels beyond the screen": max(tell_overflow(page), 0),
        "barriers": list_barriers(page),
    }
    return {name: value for name, value in told.items() if value}


def find_address(address: str, name: str, lang: str) -> str:
    return f"{address}/{'' if name == PAGES[0] else name}?lang={lang}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nobody_and_can_be_read(
    address: str, open_page: Callable, pictures: Path, name: str
) -> None:
    page, watch = open_page(find_address(address, name, "zh"))
    page.screenshot(path=pictures / f"town-{name}-zh-notebook.png")
    assert judge(page, watch) == {}


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_in_every_language_on_every_screen(
    demo_address: str, open_page: Callable, pictures: Path, name: str, lang: str, screen: str
) -> None:
    page, watch = open_page(find_address(demo_address, name, lang), screen)
    page.screenshot(path=pictures / f"demo-{name}-{lang}-{screen}.png", full_page=True)
    assert judge(page, watch) == {}


def test_the_pages_are_walked_with_the_keyboard_alone(address: str, open_page: Callable) -> None:
    page, watch = open_page(find_address(address, "population", "zh"))
    walked = walk_with_tab(page)
    for wanted in ("st-key-lang", "stTopNavLink", "gridplan-map", "st-key-level"):
        assert any(wanted in place for place in walked), f"Tab does not reach {wanted}: {walked}"
    page.locator("[data-testid=stTopNavLink]").nth(3).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compounds**")
    settle(page)
    assert not watch.faults
    assert not list_errors(page)


def test_the_language_is_switched_at_once_and_stays(address: str, open_page: Callable) -> None:
    page, _ = open_page(find_address(address, "population", "zh"))
    page.locator(".st-key-lang").get_by_text("English").click()
    page.wait_for_function("() => new URL(location).searchParams.get('lang') === 'en'")
    settle(page)
    title = page.locator("h1").first.inner_text()
    assert title.isascii() or "人口" not in title
    page.locator("[data-testid=stTopNavLink]").first.click()
    page.wait_for_function("() => !location.pathname.includes('population')")
    settle(page)
    assert "English" in page.locator(".st-key-lang").inner_text()
    assert "总览" not in page.locator("h1").first.inner_text()
    page.reload()
    settle(page)
    assert "总览" not in page.locator("h1").first.inner_text()


@pytest.mark.slow
def test_a_browser_that_comes_again_gets_the_language_that_was_chosen_last(
    address: str, open_page: Callable
) -> None:
    page, watch = open_page(find_address(address, "overview", "en"))
    assert "gridplan-lang" not in {cookie["name"] for cookie in page.context.cookies()}, "a link is no choice"
    page.goto(f"{address}/")
    settle(page)
    assert "总览" in page.locator("h1").first.inner_text(), "nothing was chosen: the server's own"
    page.locator(".st-key-lang").get_by_text("English").click()
    page.wait_for_function("() => document.cookie.includes('gridplan-lang=en')")
    page.goto(f"{address}/population")
    settle(page)
    assert "Population" in page.locator("h1").first.inner_text()
    page.goto(f"{address}/population?lang=zh")
    settle(page)
    assert "人口" in page.locator("h1").first.inner_text(), "a link goes first"
    assert not watch.faults


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "words"), [("zh", "不能上传"), ("en", "not taken")])
def test_why_a_file_is_not_taken_is_told(
    address: str, open_page: Callable, tmp_path: Path, lang: str, words: str
) -> None:
    (tmp_path / "notes.txt").write_text("no plan", encoding="utf-8")
    page, watch = open_page(f"{address}/open?lang={lang}")
    page.locator(".st-key-upload input[type=file]").set_input_files(tmp_path / "notes.txt")
    refused = page.locator(".st-key-upload [role=alert]")
    refused.wait_for(state="visible")
    assert words in refused.evaluate("(one) => getComputedStyle(one, '::after').content")
    assert refused.bounding_box()["width"] > 100
    assert not watch.faults


@pytest.mark.slow
def test_a_thing_that_is_clicked_is_told_beside_the_map(address: str, open_page: Callable) -> None:
    page, watch = open_page(find_address(address, "risk", "zh"))
    box = page.locator(".gridplan-map").bounding_box()
    tip = page.locator(".om-tip.om-on")
    for step in range(400):
        x, y = (
            box["x"] + box["width"] * (step % 20 + 1) / 24,
            box["y"] + box["height"] * (step // 20 + 2) / 24,
        )
        page.mouse.move(x, y)
        page.wait_for_timeout(30)
        if tip.count() and "密厂" in tip.inner_text():
            break
    page.mouse.click(x, y)
    page.wait_for_selector(".gp-area:has-text('密厂')")
    assert not watch.faults


def test_an_area_that_is_clicked_is_told_beside_the_map(
    address: str, open_page: Callable, tmp_path: Path
) -> None:
    page, watch = open_page(find_address(address, "overview", "zh"))
    sheet = page.locator(".gridplan-map")
    box = sheet.bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.45 * box["height"]
    page.mouse.move(x, y)
    page.wait_for_selector(".om-tip:has-text('S0')")
    page.mouse.click(x, y)
    page.wait_for_selector("text=四至")
    settle(page)
    sheet.screenshot(path=tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        colours = np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)
    assert len(colours) > 50, "something is drawn"
    assert not watch.faults
    assert not list_errors(page)
