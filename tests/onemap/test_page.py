"""The map as a file of its own: whole, small, and silent."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import geopandas as gpd
import pytest
import shapely
from map_views import make_view, open_blob

from gridplan.onemap.browser import page as page_module
from gridplan.onemap.browser.page import PAGE_BYTES, write_page
from gridplan.onemap.view import MapView
from gridplan.plan import Plan


@pytest.fixture(scope="module")
def view(town: Plan) -> MapView:
    return make_view(town, "grid")


@pytest.fixture(scope="module")
def page(view: MapView) -> str:
    return write_page(view)


def _read_data(page: str) -> dict:
    return json.loads(re.search(r'id="gridplan-data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_names_no_address(page: str) -> None:
    named = set(re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"'`)<]*", page))
    assert named <= {"http://www.w3.org/2000/svg"}, "a namespace is a name, not an address"
    assert "url(" not in page[: page.index("</style>")]
    assert "default-src 'none'" in page, "and a browser would not follow one"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag = self.tags[-1][0] if self.tags else ""
        self.text[tag] = self.text.get(tag, "") + data


def test_the_page_is_well_formed_and_text_stays_text(page: str, view: MapView) -> None:
    reader = _Reader()
    reader.feed(page)
    names = [tag for tag, _ in reader.tags]
    assert names.count("script") == 2, "no text of the plan ends a script"
    assert not [attrs for _, attrs in reader.tags if {"src", "href"} & set(attrs)], "nothing is loaded"
    assert "b" not in names, "no text of the plan is markup"
    assert ("html", {"lang": "zh-Hans"}) in reader.tags
    assert reader.text["title"].strip() == view.imprint.title
    assert reader.text["h1"].strip() == view.imprint.title


def test_the_page_holds_everything_once(page: str, view: MapView) -> None:
    data = _read_data(page)
    config = data["config"]
    assert config["imprint"]["stamp"] == "内部工作用图"
    assert config["imprint"]["review_number"] == "", "never made up"
    values, _ = open_blob(base64.b64decode(data["blobs"][config["areas"]["values"]]))
    assert values["codes"] == list(view.areas.shapes.index)
    named = re.findall(r'"([0-9a-f]{64})"', json.dumps(config))
    assert set(named) == set(data["blobs"])


def test_buildings_are_left_out_when_the_page_grows_too_large(
    view: MapView, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _read_data(page)["config"]["buildings"]
    assert "栋建筑轮廓" not in page
    monkeypatch.setattr(page_module, "PAGE_BYTES", len(page.encode()) - 1)
    small = write_page(view)
    assert _read_data(small)["config"]["buildings"] is None
    assert f"{len(view.ground.buildings)} 栋建筑轮廓" in small
    assert len(small) < len(page)


def test_a_hundred_thousand_buildings_fit(view: MapView) -> None:
    side = 317
    corner = view.ground.district.bounds[:2]
    x, y = (axis.ravel() * 20.0 for axis in gpd.np.meshgrid(range(side), range(side)))
    houses = shapely.box(corner[0] + x, corner[1] + y, corner[0] + x + 11.3, corner[1] + y + 8.7)
    buildings = gpd.GeoDataFrame(geometry=houses, crs=view.areas.shapes.crs)
    page = write_page(replace(view, ground=replace(view.ground, buildings=buildings)))
    data = _read_data(page)
    assert len(buildings) > 100_000
    assert data["config"]["buildings"], "they fit"
    assert len(base64.b64decode(data["blobs"][data["config"]["buildings"]])) < 4_000_000
    assert len(page.encode()) < PAGE_BYTES


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_are_of_one_language(town: Plan, lang: str) -> None:
    config = _read_data(write_page(make_view(town, "subgrid", lang)))["config"]
    chinese = [word for word in config["words"].values() if re.search("[一-鿿]", word)]
    assert len(chinese) == (len(config["words"]) if lang == "zh" else 0)
