"""A plan on a folium map: as ``GeoDataFrame.explore`` draws it, without a network, through the gate."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from forbidden import list_forbidden
from guarded_town import OWN, build_guarded_town, list_secrets
from matplotlib import pyplot as plt

from gridplan.errors import InputError
from gridplan.onemap.notebook.offline import keep_offline
from gridplan.plan import Plan
from gridplan.privacy import parse_audience

_LINK = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["'](?!data:)[^>]*>""")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def _list_loaded(page: str) -> list[str]:
    """List what a page loads from elsewhere: scripts, styles and pictures, and those that styles name."""
    styles = "".join(_STYLE.findall(page))
    return _LINK.findall(page) + re.findall(r"""@import[^;]*|url\((?!["']?(?:data:|#))[^)]*\)""", styles)


def _render(drawn: folium.Map) -> str:
    page: str = drawn.get_root().render()
    return page


def _read_features(page: str) -> list[dict]:
    """Return the areas that stand in a page."""
    (found,) = re.findall(r"geo_json_\w+_add\((\{.*\})\);", page)
    return json.loads(found)["features"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return build_guarded_town(tmp_path_factory.mktemp("guarded"))


@pytest.mark.parametrize("column", [None, "status", "kind", "households", "density", "compactness", "name"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_asks_another_host(town: Plan, column: str | None, lang: str) -> None:
    page = _render(town.explore("grid", column, lang=lang))
    assert not _list_loaded(page)
    assert len(_read_features(page)) == len(town.areas["grid"])


def test_other_maps_of_the_process_keep_their_links(town: Plan) -> None:
    town.explore()
    plain = _render(folium.Map(tiles=None))
    assert "cdn.jsdelivr.net" in plain and "code.jquery.com" in plain


def test_maps_are_chained_in_both_directions_and_stay_offline(town: Plan) -> None:
    sights = gpd.GeoDataFrame(
        {"kind": ["a", "b"], "n": [1.0, 2.0]},
        geometry=shapely.centroid(town.atoms.geometry.to_numpy()[[0, 99]]),
        crs=town.crs,
    )
    ours_first = sights.explore("kind", m=town.explore("grid", "households"))
    theirs_first = town.explore("subgrid", m=sights.explore("n", tiles=None))
    for drawn in (ours_first, theirs_first):
        page = _render(drawn)
        assert not _list_loaded(page)
        assert len(re.findall(r"geo_json_\w+_add\(\{", page)) == 2


def test_tiles_that_are_asked_for_stay(town: Plan) -> None:
    drawn = town.explore(tiles="https://tiles.example/{z}/{x}/{y}.png", attr="ours")
    assert "https://tiles.example/{z}/{x}/{y}.png" in _render(drawn)


def test_icon_markers_and_pins_need_no_network_either(town: Plan) -> None:
    drawn = town.explore()
    folium.Marker([33.4, 111.0], icon=folium.Icon("red")).add_to(drawn)
    folium.Marker([33.4, 111.0]).add_to(drawn)
    page = _render(drawn)
    assert not _list_loaded(page)
    assert "L.AwesomeMarkers.Icon" in page
    assert "AwesomeMarkers" not in _render(town.explore())


def test_a_link_that_nobody_knows_is_left_alone() -> None:
    drawn = keep_offline(folium.Map(tiles=None))
    drawn.get_root().header.add_child(folium.JavascriptLink("https://example.org/leaflet.js.map/other.js"))
    assert "https://example.org/leaflet.js.map/other.js" in _render(drawn)


def test_names_are_no_script(town: Plan) -> None:
    evil = "</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}`${x}`"
    areas = {level: table.assign(name=evil) for level, table in town.areas.items()}
    for column in (None, "name"):
        page = _render(replace(town, areas=areas).explore("grid", column, popup=True))
        assert "<img src=x" not in page and "{{ 7*7" not in page
        shown = {value for feature in _read_features(page) for value in feature["properties"].values()}
        assert any("&lt;img src=x onerror=alert(1)&gt;&#123;&#123; 7*7" in str(value) for value in shown)


def test_areas_stand_where_they_are_and_share_their_borders(town: Plan) -> None:
    features = _read_features(_render(town.explore("grid")))
    shapes = gpd.GeoSeries([shapely.geometry.shape(f["geometry"]) for f in features], crs=4326)
    assert shapely.coverage_is_valid(shapes.to_numpy())
    back = shapes.to_crs(town.crs)
    ours = town.to_geodataframe("grid").geometry
    assert np.allclose(back.area, ours.area, rtol=3e-3)
    assert back.centroid.distance(ours.centroid.set_axis(back.index)).max() < 0.5


def test_figures_are_those_of_the_areas(town: Plan) -> None:
    features = _read_features(
        _render(town.explore("grid", "households", lang="en", tooltip=["Code", "Households"]))
    )
    read = {f["properties"]["Code"]: f["properties"] for f in features}
    areas = town.to_geodataframe("grid")
    for code, row in areas.iterrows():
        assert read[code]["Households"] == f"{row['households']:,}"
        assert read[code]["__plottable_column"] == row["households"]


@pytest.mark.parametrize("audience", ["office", "public", f"worker:{OWN}"])
@pytest.mark.parametrize("column", [None, "households", "density"])
def test_what_an_audience_may_not_see_is_nowhere_in_the_page(
    guarded: Plan, audience: str, column: str | None
) -> None:
    page = _render(guarded.explore(column=column, audience=audience, popup=True))
    secrets = list_secrets(guarded)[audience]
    features = json.dumps(_read_features(page), ensure_ascii=False)
    hidden = [*secrets.words, *list_forbidden(guarded, parse_audience(audience))]
    assert not [word for word in hidden if word in features]
    for number in secrets.numbers:
        assert not {str(number), f"{number:,}", f"{number}.0"} & set(re.findall(r"[\d,.]+\d", features))


def test_the_area_above_is_named_where_it_is_shown(guarded: Plan) -> None:
    for audience, seen in (("office", True), (f"worker:{OWN}", False)):
        (properties, *_) = (
            f["properties"] for f in _read_features(_render(guarded.explore(audience=audience)))
        )
        assert ("上级编码" in properties) == seen


def test_a_count_that_is_withheld_is_said_to_be(guarded: Plan) -> None:
    page = _render(guarded.explore("grid", "households", lang="en"))
    features = _read_features(page)
    hidden = [f["properties"] for f in features if f["properties"]["Households"] == "withheld"]
    assert hidden
    for properties in hidden:
        assert properties["__plottable_column"] is None or np.isnan(properties["__plottable_column"])
        assert properties["People"] == "withheld" and properties["People per km²"] == "withheld"
    assert "withheld (under 5" in page


def test_what_is_not_shown_is_refused_by_name(guarded: Plan) -> None:
    for call, key in (
        (lambda: guarded.explore("grid", audience="public"), "export_level"),
        (lambda: guarded.explore("castle"), "export_level"),
        (lambda: guarded.explore("grid", "borders_zh"), "column_not_shown"),
        (lambda: guarded.explore("grid", tooltip=["castle"]), "column_not_shown"),
        (lambda: guarded.plot("grid", audience="public"), "export_level"),
        (lambda: guarded.explore(audience="king"), "audience_unknown"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert caught.value.key == key


def test_one_number_and_no_number_are_drawn_too(town: Plan) -> None:
    same = replace(town, atoms=town.atoms.assign(households=2, population=6))
    assert len(_read_features(_render(same.explore("grid", "households")))) == 12
    few = town.atoms.assign(households=0, population=0)
    few.loc[few.index[::20], ["households", "population"]] = (1, 2)
    assert len(_read_features(_render(replace(town, atoms=few).explore("grid", "population")))) == 12


def test_the_caller_keeps_what_was_passed(town: Plan) -> None:
    style = {"weight": 3.0}
    page = _render(town.explore("grid", style_kwds=style, legend_kwds={"caption": "own caption"}))
    assert style == {"weight": 3.0}
    assert '"weight": 3.0' in page and "own caption" in page


@pytest.mark.parametrize("column", [None, "kind", "households"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plots_have_letters_for_all_they_say(
    town: Plan, column: str | None, lang: str, tmp_path: Path
) -> None:
    figure, axes = plt.subplots()
    drawn = town.plot("grid", column, ax=axes, lang=lang)
    assert drawn is axes
    # a missing glyph is a warning, and warnings are errors
    figure.savefig(tmp_path / "plot.png")
    assert np.allclose(axes.dataLim.bounds[:2], town.district.bounds[:2])
    plt.close(figure)


def test_the_library_starts_without_a_map() -> None:
    heavy = "{'folium', 'matplotlib', 'sklearn'}"
    code = f"import sys, gridplan, gridplan.cli; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
