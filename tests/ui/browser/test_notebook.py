"""A folium map of a plan, opened from a disk with all hosts cut off: drawn, read, chained, no fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import pytest
import shapely
from busy_town import fill_town

from gridplan.plan import Plan
from tests.ui.browser.looking import list_tofu

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def busy(town: Plan) -> Plan:
    return fill_town(town)


@pytest.fixture(scope="module")
def sights(town: Plan) -> gpd.GeoDataFrame:
    places = shapely.centroid(town.atoms.geometry.to_numpy()[[0, 99]])
    return gpd.GeoDataFrame({"种类": ["塔", "桥"], "年": [1.0, 2.0]}, geometry=places, crs=town.crs)


def _draw_maps(plan: Plan, sights: gpd.GeoDataFrame) -> dict[str, folium.Map]:
    with_markers = plan.explore("grid", lang="en")
    at = sights.to_crs(4326).geometry.iloc[0]
    folium.Marker([at.y, at.x], icon=folium.Icon("red")).add_to(with_markers)
    folium.Marker([at.y, at.x]).add_to(with_markers)
    folium.LayerControl().add_to(with_markers)
    return {
        "status": plan.explore("grid"),
        "households": plan.explore("grid", "households", lang="en", popup=True),
        "theirs-on-ours": sights.explore("种类", m=plan.explore("subgrid", "population")),
        "ours-on-theirs": plan.explore("subgrid", m=sights.explore("年", tiles=None)),
        "markers": with_markers,
    }


def test_maps_open_without_any_network(
    busy: Plan, sights: gpd.GeoDataFrame, open_page: Callable, pictures: Path, tmp_path: Path
) -> None:
    for name, drawn in _draw_maps(busy, sights).items():
        path = tmp_path / f"{name}.html"
        drawn.save(path)
        page, watch = open_page(path.as_uri())
        page.wait_for_selector(".leaflet-overlay-pane path")
        page.screenshot(path=pictures / f"notebook-{name}.png")
        # what stands in the page itself is no request to anybody
        assert [address for address in watch.asked if not address.startswith("data:")] == [path.as_uri()], (
            name
        )
        assert not watch.faults, name
        assert list_tofu(page) == [], name
        areas = len(busy.areas["subgrid" if "ours" in name else "grid"])
        assert page.locator(".leaflet-overlay-pane path").count() >= areas, name
        # everything fits the view, and the area in the middle is read when it is pointed at
        box = page.locator(".folium-map").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2 + 7, box["y"] + box["height"] / 2 + 7)
        page.wait_for_selector(".leaflet-tooltip")
        words = page.locator(".leaflet-tooltip").inner_text()
        assert ("Households" in words) or ("户数" in words), name


def test_a_legend_of_classes_can_be_moved(busy: Plan, open_page: Callable, tmp_path: Path) -> None:
    path = tmp_path / "status.html"
    busy.explore("grid", lang="en").save(path)
    page, _ = open_page(path.as_uri())
    legend = page.locator(".maplegend")
    assert "Within the bounds?" in legend.inner_text()
    before = legend.bounding_box()
    page.mouse.move(before["x"] + 20, before["y"] + 12)
    page.mouse.down()
    page.mouse.move(before["x"] - 180, before["y"] - 88, steps=5)
    page.mouse.up()
    assert legend.bounding_box()["x"] < before["x"] - 100


def test_a_card_is_read_on_light_and_dark_pages(
    busy: Plan, open_page: Callable, pictures: Path, tmp_path: Path
) -> None:
    for theme, colours in (("light", "#fff;color:#111"), ("dark", "#111;color:#eee")):
        path = tmp_path / f"card-{theme}.html"
        body = f'<body style="background:{colours}">{busy._repr_html_()}</body>'
        path.write_text(f'<meta charset="utf-8">{body}', encoding="utf-8")
        page, watch = open_page(path.as_uri())
        page.screenshot(path=pictures / f"notebook-card-{theme}.png")
        assert watch.asked == [path.as_uri()] and not watch.faults
        assert page.locator("svg path").count() == len(busy.areas["grid"])
