"""The map as a file of its own: opened from a disk without any network, it tells everything."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guarded_town import build_guarded_town, list_secrets

from gridplan.onemap.browser.page import write_page
from gridplan.onemap.compounds import view_compounds
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.population import view_areas
from gridplan.onemap.risk import rate_things, view_risk
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.onemap.view import MapView
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report import describe_plan
from tests.ui.browser.looking import list_barriers, list_tofu
from tests.ui.browser.wire import find_secrets

pytestmark = pytest.mark.browser
TITLE = "格林镇一张图"
PARTS = ("legend", "scale", "north", "stamp", "imprint")
DATA = re.compile(r'<script type="application/json" id="gridplan-data">(.*?)</script>', re.DOTALL)
CODE = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)


@pytest.fixture(scope="module")
def guarded_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return build_guarded_town(tmp_path_factory.mktemp("lists"))


def draw_maps(shown: Shown, lang: str) -> Iterator[tuple[str, MapView]]:
    """Draw each kind of map that has a page."""
    imprint = make_imprint(shown, TITLE, lang, review_number="GS(2026)0001号")
    level = shown.finest.id
    yield "population", view_areas(shown, level, "population", lang, imprint=imprint)
    yield "compounds", view_compounds(shown, lang, imprint=imprint)
    if shown.audience.name != "public":
        things = {role: rate_things(shown, role) for role in ("enterprises", "risk_points")}
        yield "risk", view_risk(shown, level, "worst", lang, things=things, heat=True, imprint=imprint)


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_a_file_opens_without_any_network(
    guarded_plan: Plan, open_page: Callable, pictures: Path, tmp_path: Path, lang: str
) -> None:
    shown = show_plan_to(guarded_plan, describe_plan(guarded_plan), parse_audience("office"), name="格林镇")
    for name, view in draw_maps(shown, lang):
        path = tmp_path / f"{name}.html"
        path.write_text(write_page(view), encoding="utf-8")
        page, watch = open_page(path.as_uri())
        page.wait_for_selector(".gridplan-map[data-ready]")
        page.screenshot(path=pictures / f"file-{name}-{lang}.png")
        assert watch.asked == [path.as_uri()]
        assert not watch.faults
        assert list_tofu(page) == []
        assert list_barriers(page) == []
        assert TITLE in page.locator("h1").inner_text()
        parts = {
            part: page.locator(f".om-{part}") for part in ("legend", "scale", "north", "stamp", "imprint")
        }
        assert {part: one.first.is_visible() for part, one in parts.items()} == dict.fromkeys(parts, True)
        assert parts["legend"].inner_text().strip()
        assert re.search(r"\d+ ?(m|km|米|千米|公里)", parts["scale"].inner_text())
        told = parts["imprint"].inner_text()
        assert "GS(2026)0001号" in told
        assert view.imprint.source in told
        assert not view.imprint.date or view.imprint.date in told


@pytest.mark.parametrize("audience", ["public", "worker:S002-01", "office"])
def test_a_file_holds_nothing_that_its_audience_may_not_see(guarded_plan: Plan, audience: str) -> None:
    shown = show_plan_to(guarded_plan, describe_plan(guarded_plan), parse_audience(audience), name="格林镇")
    hidden = list_secrets(guarded_plan)[audience]
    for name, view in draw_maps(shown, "zh"):
        told = read_file(write_page(view))
        assert find_secrets(told, hidden.words, hidden.numbers) == [], name


def read_file(page: str) -> str:
    """Write down all that a file tells, what its blobs hold too."""
    (data,) = DATA.findall(page)
    content = json.loads(data)
    blobs = [base64.b64decode(blob).decode("utf-8", errors="replace") for blob in content["blobs"].values()]
    frame = CODE.sub("", page.replace(data, ""))
    return "\n".join([frame, json.dumps(content["config"], ensure_ascii=False), *blobs])
