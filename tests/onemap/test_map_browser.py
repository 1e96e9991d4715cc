"""The map in a real browser, without the app round it: what it fetches, what is picked, where tiles lie."""

from __future__ import annotations

import math
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from map_views import make_view

from benchmarks.browsing import FLAGS
from gridplan.crs import from_wgs84
from gridplan.onemap.browser.bundle import read_script, read_style
from gridplan.onemap.browser.encode import EncodedView, encode_view
from gridplan.onemap.browser.page import write_page
from gridplan.onemap.browser.tiles import Tiles
from gridplan.onemap.view import MapView
from gridplan.plan import Plan

pytestmark = pytest.mark.browser

FRAME = """<!DOCTYPE html><html lang="zh"><head><title>map</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/style"></head>
<body style="margin:0"><main id="app"><div class="gridplan-map" style="height:100vh"></div></main>
<script type="module">
import { mount } from "/script";
window.told = [];
window.show = (data) => mount({
  data,
  parentElement: document.getElementById("app"),
  setStateValue: (name, value) => told.push([name, value]),
  setTriggerValue: (name, value) => told.push([name, value]),
});
window.loaded = true;
</script></body></html>"""


def _make_pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    picture = zlib.compress(b"\x00\xd0\xe0\xd0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", picture) + chunk(b"IEND", b"")


class _Office:
    """A server of this machine: the frame, blobs by digest, tiles; it notes what is asked."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.asked: list[str] = []
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                office.asked.append(self.path)
                kind, body = office.find(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def find(self, path: str) -> tuple[str, bytes | None]:
        if path == "/":
            return "text/html; charset=utf-8", FRAME.encode()
        if path == "/script":
            return "text/javascript; charset=utf-8", read_script("mount.js").encode()
        if path == "/style":
            return "text/css; charset=utf-8", read_style().encode()
        if path.startswith("/tiles/"):
            return "image/png", _make_pixel()
        return "application/octet-stream", self.blobs.get(path.removeprefix("/blob/"))

    def offer(self, encoded: EncodedView, **more: object) -> dict[str, Any]:
        self.blobs |= encoded.blobs
        urls = {digest: f"/blob/{digest}" for digest in encoded.blobs}
        return {
            "key": encoded.key,
            "config": encoded.config,
            "urls": urls,
            "chosen": "",
            "focus": None,
        } | more


@pytest.fixture
def office() -> Iterator[_Office]:
    office = _Office()
    thread = threading.Thread(target=office.server.serve_forever, daemon=True)
    thread.start()
    yield office
    office.server.shutdown()
    office.server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    faults: list[str] = []
    tab.on("pageerror", lambda fault: faults.append(str(fault)))
    yield tab
    tab.close()
    assert not faults


@pytest.fixture(scope="module")
def view(town: Plan) -> MapView:
    return replace(make_view(town, "grid"), points=())


def _show(tab: Any, office: _Office, data: dict[str, Any]) -> None:
    if not office.asked:
        tab.goto(office.address)
        tab.wait_for_function("window.loaded")
    tab.evaluate("(data) => { window.end = show(data) }", data)
    tab.wait_for_selector(".gridplan-map[data-ready]")


def _count(office: _Office, start: str) -> int:
    return sum(path.startswith(start) for path in office.asked)


def test_other_words_need_no_geometry(tab: Any, office: _Office, view: MapView) -> None:
    _show(tab, office, office.offer(encode_view(view)))
    before = _count(office, "/blob/")
    areas = replace(view.areas, lines=[[f"anew {code}"] for code in view.areas.shapes.index])
    _show(tab, office, office.offer(encode_view(replace(view, areas=areas))))
    tab.mouse.move(400, 400)
    tab.wait_for_selector(".om-tip:has-text('anew')")
    assert _count(office, "/blob/") == before + 1, "the words only"
    assert _count(office, "/tiles/") == 0
    assert len(set(office.asked)) == len(office.asked), "nothing is asked for twice"


def test_an_area_is_picked_by_mouse_and_by_keyboard(tab: Any, office: _Office, view: MapView) -> None:
    _show(tab, office, office.offer(encode_view(view)))
    code = view.areas.shapes.index[3]
    x, y = _find_on_screen(tab, view, code)
    tab.mouse.click(x, y)
    tab.wait_for_function("told.length === 1")
    name, pick = tab.evaluate("told[0]")
    assert name == "pick"
    assert (pick["kind"], pick["level"], pick["code"]) == ("area", "grid", code)
    other = view.areas.shapes.index[-1]
    tab.locator(".om-search input").fill(other)
    tab.keyboard.press("Enter")
    tab.wait_for_function("(code) => told.at(-1)[1].code === code", arg=other)
    tab.locator(".om-map").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("told.length > 2")
    assert tab.evaluate("told.at(-1)[1].code") == other, "the search has brought it to the middle"
    assert tab.locator(".om-told").inner_text().startswith(other)


def _find_on_screen(tab: Any, view: MapView, code: str) -> tuple[float, float]:
    place = view.areas.shapes.to_crs("EPSG:4326").geometry[code].centroid
    spot = tab.evaluate(
        "(place) => document.querySelector('.gridplan-map').gridplanMap.latLngToContainerPoint(place)",
        [place.y, place.x],
    )
    box = tab.locator(".om-map").bounding_box()
    return box["x"] + spot["x"], box["y"] + spot["y"]


def test_what_the_server_has_forgotten_is_asked_for_anew(tab: Any, office: _Office, view: MapView) -> None:
    data = office.offer(encode_view(view))
    kept = dict(office.blobs)
    office.blobs.clear()
    tab.goto(office.address)
    tab.wait_for_function("window.loaded")
    tab.evaluate("(data) => { show(data) }", data)
    tab.wait_for_function("told.some(([name]) => name === 'lost')")
    assert tab.locator(".om-note").inner_text() == data["config"]["words"]["lost"]
    office.blobs |= kept
    tab.evaluate("(data) => { show(data) }", data)
    tab.wait_for_selector(".gridplan-map[data-ready]")
    assert not tab.locator(".om-note").inner_text()


def test_footprints_that_did_not_come_are_asked_for_again(tab: Any, office: _Office, view: MapView) -> None:
    data = office.offer(encode_view(view))
    blob = office.blobs.pop(data["config"]["buildings"])
    _show(tab, office, data)
    zoom = "document.querySelector('.gridplan-map').gridplanMap.setZoom(17, {animate: false})"
    tab.evaluate(zoom)
    tab.wait_for_function("told.some(([name]) => name === 'lost')")
    office.blobs[data["config"]["buildings"]] = blob
    tab.evaluate(zoom.replace("17", "16.75"))
    tab.wait_for_selector(f".gridplan-map[data-buildings='{data['config']['building_count']}']")


def test_a_thing_is_picked_by_what_it_is_known_by(tab: Any, office: _Office, town: Plan) -> None:
    view = make_view(town, "grid")
    things = replace(view.points[0], codes=["E1", "E2", "E3"])
    _show(tab, office, office.offer(encode_view(replace(view, points=(things,)))))
    x, y = (float(side) for side in things.xy[2])
    frame = view.areas.shapes
    spot = gpd.GeoSeries([shapely.Point(x, y)], crs=frame.crs).to_crs("EPSG:4326").iloc[0]
    tab.evaluate(
        "(at) => document.querySelector('.gridplan-map').gridplanMap.setView(at, 18, {animate: false})",
        [spot.y, spot.x],
    )
    tab.locator(".om-map").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("told.length > 0")
    pick = tab.evaluate("told.at(-1)[1]")
    assert (pick["kind"], pick["level"], pick["code"]) == ("point", "enterprises", "E3")


@pytest.mark.parametrize("crs", ["cgcs2000", "gcj02"])
def test_tiles_are_asked_where_the_map_lies(tab: Any, office: _Office, view: MapView, crs: str) -> None:
    tiles = Tiles((f"{office.address}/tiles/{{z}}/{{x}}/{{y}}.png",), crs=crs, attribution="底图")
    _show(tab, office, office.offer(encode_view(view, tiles)))
    tab.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded:not(canvas)').length > 3")
    zoom = tab.evaluate("document.querySelector('.gridplan-map').gridplanMap.getZoom()")
    middle = view.areas.shapes.to_crs("EPSG:4326").union_all().centroid
    system = "wgs84" if crs == "cgcs2000" else crs
    lon, lat = from_wgs84(np.array([[middle.x, middle.y]]), system)[0]
    row = (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**zoom
    wanted = f"/tiles/{zoom:.0f}/{int((lon / 360 + 0.5) * 2**zoom)}/{int(row)}.png"
    assert wanted in office.asked
    assert "底图" in tab.locator(".om-imprint").inner_text()


def test_the_page_opens_from_the_disk_and_asks_nobody(tab: Any, view: MapView, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(write_page(view), encoding="utf-8")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    tab.wait_for_selector(f".gridplan-map[data-ready='{len(view.areas.shapes)}']")
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert "内部工作用图" in tab.locator(".om-stamp").inner_text()
    assert tab.title() == view.imprint.title


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_nothing_lies_outside_or_on_top_of_each_other(
    browser: Any, view: MapView, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "map.html"
    path.write_text(write_page(view), encoding="utf-8")
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]}, has_touch=size[0] < 640)
    tab.goto(path.as_uri())
    tab.wait_for_selector(".gridplan-map[data-ready]")
    names = (".om-tools", ".om-stamp", ".om-panel", ".om-foot", ".om-imprint")
    boxes = {name: tab.locator(name).bounding_box() for name in names}
    for name, box in boxes.items():
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= size[0], name
        assert box["y"] + box["height"] <= size[1], name
        for other in names[: names.index(name)]:
            against = boxes[other]
            apart = (
                box["x"] >= against["x"] + against["width"]
                or against["x"] >= box["x"] + box["width"]
                or box["y"] >= against["y"] + against["height"]
                or against["y"] >= box["y"] + box["height"]
            )
            assert apart, f"{name} and {other}"
    tab.close()
