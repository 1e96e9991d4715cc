"""OpenStreetMap: files and places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from raising import raises

from gridplan.errors import InputError
from gridplan.io import read_layers

SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="8" lat="39.990" lon="116.460"/><node id="2" lat="39.990" lon="116.462"/>
 <node id="3" lat="39.992" lon="116.462"/><node id="4" lat="39.992" lon="116.460"/>
 <node id="5" lat="39.9905" lon="116.4605"/><node id="6" lat="39.9905" lon="116.4608"/>
 <node id="7" lat="39.9907" lon="116.4608"/>
 <way id="1"><nd ref="8"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="8"/>
  <tag k="highway" v="residential"/></way>
 <way id="2"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="5"/><tag k="building" v="apartments"/>
  <tag k="building:levels" v="6"/><tag k="building:flats" v="36"/><tag k="name" v="望京1号楼"/></way>
 <way id="3"><nd ref="5"/><nd ref="2"/><tag k="railway" v="subway"/><tag k="tunnel" v="yes"/></way>
 <way id="4"><nd ref="4"/><nd ref="2"/><tag k="waterway" v="river"/><tag k="name" v="小河"/></way>
 <way id="5"><nd ref="8"/><nd ref="2"/><nd ref="3"/><nd ref="8"/><tag k="landuse" v="residential"/></way>
</osm>
"""


def test_one_file_serves_all_roles(tmp_path: Path) -> None:
    path = tmp_path / "small.osm"
    path.write_text(SMALL, encoding="utf-8")
    layers = read_layers(path)
    home = layers.buildings.iloc[0]
    assert (home["building_id"], home["name"], home["kind"], home["households"], home["floors"]) == (
        "w2", "望京1号楼", "apartment", 36, 6.0,
    )  # fmt: skip
    assert layers.streets["street_id"].tolist() == ["w1"]
    assert layers.barriers is not None and layers.landuse is not None
    assert layers.barriers["barrier_class"].tolist() == ["river"]
    told = {"*": "dwellings_as_households", "w3": "tunnel_no_barrier"}
    assert layers.issues.set_index("id")["code"].to_dict() == told
    assert layers.landuse["use"].tolist() == ["residential"]


def test_a_cut_off_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "small.osm"
    path.write_text(SMALL[: len(SMALL) // 2], encoding="utf-8")
    with raises(InputError, "file_damaged"):
        read_layers(path)


def test_a_file_serves_only_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "small.osm"
    path.write_text(SMALL, encoding="utf-8")
    with raises(InputError, "osm_role"):
        read_layers(path, compounds=path)


@pytest.mark.city
@pytest.mark.parametrize(("name", "suffix"), [("beijing_wangjing", ".osm"), ("karhula", ".osm.pbf")])
def test_files_hold_what_their_extracts_hold(city: Callable[[str], Path], name: str, suffix: str) -> None:
    laid = read_layers(city(name))
    raw = read_layers(city(name).with_name(f"{name}{suffix}"))
    assert len(raw.buildings) == len(laid.buildings)
    assert raw.buildings["kind"].value_counts().to_dict() == laid.buildings["kind"].value_counts().to_dict()
    assert len(raw.streets) == len(laid.streets)


# places: what OSMnx answers is played back


def answer(features: gpd.GeoDataFrame | Exception) -> SimpleNamespace:
    def geocode(place: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {"name": [place]}, geometry=[shapely.box(116.45, 39.98, 116.47, 40.0)], crs=4326
        )

    def fetch(*_: object) -> gpd.GeoDataFrame:
        if isinstance(features, Exception):
            raise features
        return features

    settings = SimpleNamespace(use_cache=True)
    return SimpleNamespace(settings=settings, geocode_to_gdf=geocode, features_from_polygon=fetch)


def played(monkeypatch: pytest.MonkeyPatch, features: gpd.GeoDataFrame | Exception) -> SimpleNamespace:
    import sys

    module = answer(features)
    monkeypatch.setitem(sys.modules, "osmnx", module)
    return module


def test_a_place_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    index = pd.MultiIndex.from_tuples([("way", 1), ("way", 2), ("node", 3)], names=["element", "id"])
    features = gpd.GeoDataFrame(
        {"highway": ["primary", None, None], "building": [None, "house", "yes"], "height": [None, 6.5, None]},
        geometry=[
            shapely.LineString([(116.455, 39.99), (116.465, 39.99)]),
            shapely.box(116.456, 39.991, 116.457, 39.992),
            shapely.Point(116.46, 39.99),
        ],
        index=index,
        crs=4326,
    )
    module = played(monkeypatch, features)
    layers = read_layers(place="望京, 北京")
    assert layers.buildings[["building_id", "kind", "height"]].to_numpy().tolist() == [
        ["w2", "selfbuilt", 6.5]
    ]
    assert layers.streets[["street_id", "street_class"]].to_numpy().tolist() == [["w1", "primary"]]
    assert layers.boundary is not None and layers.boundary["name"].tolist() == ["望京, 北京"]
    assert module.settings.use_cache is True


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (ConnectionError("no route"), "place_no_network"),
        (ValueError("nothing found"), "place_not_found"),
    ],
)
def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch, fault: Exception, key: str) -> None:
    played(monkeypatch, fault)
    with raises(InputError, key):
        read_layers(place="nowhere")


def test_osmnx_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "osmnx", None)
    with raises(InputError, "osmnx_missing"):
        read_layers(place="nowhere")
