"""Frames are read as files are, whatever their index, and stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from osmnx_frames import TOWN, make_edges, make_features, read_corner
from pandas.testing import assert_frame_equal

from gridplan.errors import CRSError, GridplanError, InputError
from gridplan.i18n import t
from gridplan.io import read_layers
from gridplan.io.frames import hash_frame
from gridplan.io.things import read_things

ROLES = {
    "buildings": "buildings",
    "streets": "streets",
    "boundary": "boundary",
    "barriers": "river",
    "landuse": "landuse",
    "compounds": "compounds",
}
FRAMES = {role: gpd.read_file(TOWN, layer=layer) for role, layer in ROLES.items()}
BUILDINGS, STREETS = FRAMES["buildings"].head(60), FRAMES["streets"].head(40)


def read(buildings: object = BUILDINGS, streets: object = STREETS, **options: object) -> object:
    return read_layers(buildings, streets, **options)  # type: ignore[arg-type]


def test_frames_are_read_as_the_files_that_they_came_from() -> None:
    of_files = read_layers(**{role: f"{TOWN}#{layer}" for role, layer in ROLES.items()})
    of_frames = read_layers(**FRAMES)
    for role in ROLES:
        one, other = getattr(of_files, role), getattr(of_frames, role)
        ids = [name for name in one if name.endswith("_id") and role != "buildings"]
        assert_geodataframe_equal(one.drop(columns=ids), other.drop(columns=ids))
    assert_frame_equal(of_files.issues, of_frames.issues)
    assert {(source.path, source.layer) for source in of_frames.sources} == {("frame", "")}


@pytest.mark.parametrize("make", [make_features, make_edges, lambda: FRAMES["buildings"]])
def test_the_frame_of_the_caller_stays_as_it_was(make: Callable[[], gpd.GeoDataFrame]) -> None:
    frame = make()
    before, attrs = deepcopy(frame), {"note": 1}
    frame.attrs, before.attrs = attrs, dict(attrs)
    streets = frame.geom_type.iloc[-1] == "LineString"
    read(*((BUILDINGS, frame) if streets else (frame, STREETS)), crs="EPSG:4547")
    assert_geodataframe_equal(frame, before, check_like=False)
    assert frame.attrs == attrs and frame.index.identical(before.index)


def test_what_osmnx_returns_goes_in_as_it_is() -> None:
    features, edges = make_features(), make_edges()
    layers = read(features, edges)
    houses = layers.buildings.set_index("building_id")
    assert "way/100001" in houses.index and "relation/100007" in houses.index
    assert houses.loc["way/100001", "dwellings"] == FRAMES["buildings"]["户数"].iloc[1]
    assert set(houses["kind"].dropna()) >= {"apartment", "selfbuilt", "exclusive"}
    assert (layers.issues["code"] == "shape_wrong_type").sum() == 1, "the point is listed"
    lanes = layers.streets[layers.streets["street_class"] == "residential"]
    several = [isinstance(word, list) for word in edges["highway"]]
    assert len(lanes) == sum(several) > 200, "the more important of both words counts"
    assert layers.streets["street_id"].str.fullmatch(r"\d+/\d+/\d+").all() and len(layers.streets) == len(
        edges
    )
    assert not layers.issues["code"].isin(["id_repeated", "street_word_unknown"]).any()


INDICES = {
    "numbers": lambda n: range(100, 100 + n),
    "texts": lambda n: [f"b{at}" for at in range(n)],
    "floats": lambda n: np.arange(n, dtype=float),
    "levels": lambda n: pd.MultiIndex.from_arrays([["way"] * n, range(n)], names=["element", "id"]),
    "named": lambda n: pd.Index(range(n), name="gid"),
}
IDS = {"numbers": "100", "texts": "b0", "floats": "0", "levels": "way/0", "named": "0"}


@pytest.mark.parametrize("kind", INDICES)
def test_the_index_gives_the_ids_where_no_column_does(kind: str) -> None:
    bare = BUILDINGS.drop(columns="编号").set_axis(INDICES[kind](len(BUILDINGS)))
    assert read(bare).buildings["building_id"].iloc[0] == IDS[kind]
    named = BUILDINGS.set_axis(INDICES[kind](len(BUILDINGS)))
    assert read(named).buildings["building_id"].tolist() == BUILDINGS["编号"].tolist()
    without = read(named, columns={"buildings": {"id": ""}}).buildings
    assert without["building_id"].iloc[0] == IDS[kind]


def test_ids_that_stand_twice_are_told_apart_as_in_files() -> None:
    some = list(range(50)) + list(range(10))
    layers = read(BUILDINGS.drop(columns="编号").set_axis(some))
    assert layers.buildings["building_id"].is_unique
    assert (layers.issues["code"] == "id_repeated").sum() == 10
    most = BUILDINGS.drop(columns="编号").set_axis([1] * len(BUILDINGS))
    assert read(most).buildings["building_id"].tolist() == [str(n + 1) for n in range(len(most))]
    twice = read([BUILDINGS, BUILDINGS.translate(5_000).to_frame("geometry").set_geometry("geometry")])
    assert len(twice.buildings) == 2 * len(BUILDINGS)


def test_a_code_that_is_missing_is_not_made_up_from_the_index() -> None:
    areas = gpd.GeoDataFrame(
        {"编码": ["A1", None]}, geometry=[BUILDINGS.union_all().envelope] * 2, crs=BUILDINGS.crs
    )
    codes = read(existing={"community": areas}).existing["community"]["code"]
    assert codes.iloc[0] == "A1" and codes.isna().iloc[1]
    bare = read(existing={"community": areas.drop(columns="编码")}).existing["community"]["code"]
    assert bare.isna().all()
    made = areas.drop(columns="编码").set_axis(["X", "Y"])
    assert read(existing={"community": [made]}).existing["community"]["code"].tolist() == ["X", "Y"]
    several = read(existing={"community": [made, made.to_crs(4326)]}).existing["community"]
    assert several["code"].tolist() == ["X", "Y", "X", "Y"] and several.crs == made.crs


def test_geometry_may_lie_in_any_column_and_have_heights() -> None:
    frame = BUILDINGS.set_geometry(shapely.force_3d(BUILDINGS.geometry.to_numpy(), 7.0))
    frame = frame.rename_geometry("shape").assign(footprint=BUILDINGS.centroid)
    layers = read(frame[["footprint", *frame.columns.drop("footprint")]])
    assert_geodataframe_equal(layers.buildings, read().buildings)


def test_frames_and_files_may_be_mixed(tmp_path: Path) -> None:
    BUILDINGS.iloc[:30].to_file(tmp_path / "half.gpkg")
    mixed = read([tmp_path / "half.gpkg", BUILDINGS.iloc[30:].to_crs(4326)], f"{TOWN}#streets")
    assert mixed.buildings["building_id"].tolist() == BUILDINGS["编号"].tolist()
    assert mixed.buildings.crs == BUILDINGS.crs


@pytest.mark.parametrize("crs", [None, "EPSG:4547"])
def test_a_frame_without_a_system_is_asked_about_as_a_file_is(crs: str | None, tmp_path: Path) -> None:
    bare, streets = BUILDINGS.set_crs(None, allow_override=True), STREETS.set_crs(None, allow_override=True)
    if crs is not None:
        assert read(bare, streets, crs=crs).buildings.crs == crs
        return
    with pytest.raises(CRSError) as caught:
        read(bare, streets)
    assert caught.value.key == "crs_zone_unknown" and caught.value.values["path"] == "frame"


WRONG = {
    "series": (BUILDINGS.geometry, "layer_type", "geopandas.GeoSeries"),
    "table": (pd.DataFrame(BUILDINGS.drop(columns="geometry")), "frame_without_geometry", None),
    "number": (7, "layer_type", "int"),
    "list": ([BUILDINGS, None], "layer_type", "NoneType"),
    "set": ({"a.gpkg"}, "layer_type", "set"),
    "lost": (gpd.GeoDataFrame({"a": [1]}), "frame_without_geometry", None),
    "empty": (BUILDINGS.head(0), "no_buildings", None),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_layer_is_refused_in_one_sentence(name: str) -> None:
    wrong, key, kind = WRONG[name]
    with pytest.raises(InputError) as caught:
        read(wrong)
    error = caught.value
    assert error.key == key and kind in (None, error.values.get("given"))
    for lang in ("zh", "en"):
        assert "{" not in t(f"error.{error.key}", lang, **error.values)
    assert key == "no_buildings" or error.values["layer"] == "buildings"


def test_existing_areas_stand_by_level() -> None:
    with pytest.raises(GridplanError) as caught:
        read(existing=FRAMES["boundary"])
    assert caught.value.key == "existing_type" and caught.value.values["given"] == "GeoDataFrame"


@given(st.permutations(["户数", "层数", "类型", "geometry"]), st.randoms(use_true_random=False))
def test_the_digest_is_of_what_is_read(order: list[str], random: object) -> None:
    frame = gpd.GeoDataFrame(BUILDINGS.head(5)[order], geometry="geometry")
    digest = hash_frame(frame, ["户数", "类型"])
    # written down once: the digest is the same in every process
    assert digest == hash_frame(BUILDINGS.head(5).assign(名称="x"), ["类型", "户数"])
    assert digest != hash_frame(frame, ["户数"])
    assert digest != hash_frame(frame.assign(户数=frame["户数"].to_numpy() + 1), ["户数", "类型"])
    assert digest != hash_frame(frame.set_crs(4546, allow_override=True), ["户数", "类型"])
    assert digest != hash_frame(frame.set_geometry(frame.translate(1)), ["户数", "类型"])
    assert digest == hash_frame(frame.assign(户数=frame["户数"].astype(float)), ["户数", "类型"])


def test_sources_carry_the_digest() -> None:
    one, other = read(), read(BUILDINGS.assign(名称="别名"), STREETS)
    assert [len(source.sha256) for source in one.sources] == [64, 64]
    assert one.sources[0].sha256 == read(BUILDINGS[BUILDINGS.columns[::-1]]).sources[0].sha256
    assert one.sources[0].sha256 != other.sources[0].sha256
    assert one.sources[1].sha256 == other.sources[1].sha256


SHOPS = pd.DataFrame({"名称": ["甲厂", "乙店"], "行业": ["工业", "零售"], "楼栋编号": ["XC0001", "XC0002"]})


def test_a_list_may_be_a_table(tmp_path: Path) -> None:
    SHOPS.to_csv(tmp_path / "shops.csv", index=False)
    of_file = read_things("enterprises", tmp_path / "shops.csv", BUILDINGS.crs)
    of_table = read_things("enterprises", SHOPS, BUILDINGS.crs)
    assert_frame_equal(of_file.frame, of_table.frame)
    assert_frame_equal(of_file.issues, of_table.issues)
    assert of_table.source.path == "frame" and len(of_table.source.sha256) == 64
    shuffled = read_things("enterprises", SHOPS.iloc[::-1], BUILDINGS.crs)
    assert_frame_equal(shuffled.frame, of_table.frame)


def test_a_list_may_be_points_under_an_index_of_codes() -> None:
    points = gpd.GeoDataFrame(
        SHOPS.drop(columns="楼栋编号"), geometry=BUILDINGS.centroid[:2], crs=BUILDINGS.crs
    )
    coded = points.set_axis(["Q1", "Q2"]).to_crs(4326)
    before = deepcopy(coded)
    things = read_things("enterprises", coded, BUILDINGS.crs)
    assert things.frame["id"].tolist() == ["Q1", "Q2"]
    assert np.allclose(things.frame[["x", "y"]], shapely.get_coordinates(points.geometry), atol=0.01)
    assert_geodataframe_equal(coded, before)
    named = read_things(
        "enterprises", points.set_index(pd.Index(["Q1", "Q2"], name="企业编号")), BUILDINGS.crs
    )
    assert named.frame["id"].tolist() == ["Q1", "Q2"]


@pytest.mark.parametrize("name", ["姓名", None])
def test_names_of_persons_in_an_index_are_not_read(name: str | None) -> None:
    staff = pd.DataFrame(
        {"岗位": ["网格员", "网格员"], "网格": ["G1", "G2"]}, index=pd.Index(["王某", "李某"], name=name)
    )
    things = read_things("staff", staff, BUILDINGS.crs)
    assert things.frame["id"].tolist() == ["row 1", "row 2"]
    assert "王某" not in things.frame.to_string() + things.issues.to_string() + str(things.source)
    personal = things.issues["code"] == "things_personal_columns"
    assert personal.sum() == (1 if name else 0)


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read_things("enterprises", {"名称": ["甲厂"]}, BUILDINGS.crs)  # type: ignore[arg-type]
    assert caught.value.key == "list_type" and caught.value.values == {"role": "enterprises", "given": "dict"}


def test_a_corner_of_the_town_is_smaller() -> None:
    assert 0 < len(read_corner("buildings", 0.4)) < len(FRAMES["buildings"])


@pytest.mark.parametrize("kind", ["numbers", "levels"])
def test_a_column_that_repeats_itself_goes_before_plain_numbers_only(kind: str, tmp_path: Path) -> None:
    column = [*BUILDINGS["编号"][:-1], BUILDINGS["编号"].iloc[0]]
    frame = BUILDINGS.assign(编号=column)
    frame.to_file(tmp_path / "twice.gpkg")
    ids = read(frame.set_axis(INDICES[kind](len(frame)))).buildings["building_id"]
    of_file = read(tmp_path / "twice.gpkg").buildings["building_id"]
    assert (ids.tolist() == of_file.tolist()) == (kind == "numbers")
    assert ids.iloc[1] == (of_file.iloc[1] if kind == "numbers" else "way/1")


def test_shapes_are_no_words() -> None:
    layers = read(BUILDINGS.assign(小区=BUILDINGS.centroid))
    assert layers.buildings["compound"].isna().all()


def test_service_places_without_a_number_are_called_by_their_name() -> None:
    points = gpd.GeoDataFrame(
        {"名称": ["东站", None], "面积": [120, None]},
        geometry=BUILDINGS.centroid[:2].to_numpy(),
        crs=BUILDINGS.crs,
    )
    services = read(services=points.set_axis([5, 6])).services
    assert services["service_id"].tolist() == ["东站", "row 2"]
    assert services["area_m2"].iloc[0] == 120
    assert read(services=points.set_axis(["S1", "S2"])).services["service_id"].tolist() == ["S1", "S2"]
