"""Reading: formats, layers, columns, ids, text encodings, coordinate systems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from raising import raises

from gridplan.errors import CRSError, InputError
from gridplan.io import read_layers
from gridplan.io.dbf import decode_name, find_encoding
from gridplan.io.words import compound_types

MakeTown = Callable[[], Any]


def codes(issues: pd.DataFrame) -> dict[str, int]:
    return dict(issues.groupby("code").size())


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet"])
def test_every_format_gives_the_same_town(make_town: MakeTown, suffix: str) -> None:
    town = make_town()
    if suffix == ".parquet":
        paths = {}
        for role in ("buildings", "streets"):
            paths[role] = str(town.folder / f"{role}.parquet")
            getattr(town, role).to_parquet(paths[role])
    else:
        paths = town.write(suffix=suffix, **({"encoding": "GBK"} if suffix == ".shp" else {}))
    layers = read_layers(**paths)
    # FlatGeobuf sorts its rows along a curve
    buildings = layers.buildings.sort_values("building_id")
    assert buildings["building_id"].tolist() == town.buildings["编号"].tolist()
    assert buildings["name"].tolist() == town.buildings["名称"].tolist()
    assert buildings["households"].tolist() == town.buildings["户数"].tolist()
    assert set(layers.buildings["kind"]) == {"apartment", "selfbuilt"}
    assert set(layers.streets["street_class"]) == {"primary", "living_street"}
    assert len(layers.issues) == 0
    assert [source.rows for source in layers.sources] == [len(town.buildings), len(town.streets)]
    assert all(len(source.sha256) == 64 for source in layers.sources)


def test_one_file_holds_all_layers(make_town: MakeTown) -> None:
    town = make_town()
    path = town.folder / "town.gpkg"
    for layer, frame in (
        ("道路", town.streets),
        ("房屋", town.buildings),
        ("ledger", town.buildings.iloc[:0]),
    ):
        pyogrio.write_dataframe(frame, path, layer=layer)
    layers = read_layers(path)
    assert (len(layers.buildings), len(layers.streets)) == (len(town.buildings), len(town.streets))
    named = read_layers(f"{path}#房屋", f"{path}#道路")
    pd.testing.assert_frame_equal(named.buildings, layers.buildings)
    with pytest.raises(InputError) as caught:
        read_layers(path, compounds=path)
    assert caught.value.key == "layer_unclear"
    assert "道路" in str(caught.value.values["layers"])


def test_several_files_for_one_role(make_town: MakeTown) -> None:
    town = make_town()
    paths = town.write()
    river = town.folder / "rivers.gpkg"
    rail = town.folder / "铁路.gpkg"
    pyogrio.write_dataframe(town.streets[["geometry"]].iloc[:1].to_crs(4326), river)
    pyogrio.write_dataframe(town.streets[["geometry"]].iloc[1:2], rail)
    layers = read_layers(**paths, barriers=[river, rail])
    assert layers.barriers is not None
    assert layers.barriers["barrier_class"].tolist() == ["river", "rail"]
    assert layers.barriers["barrier_id"].is_unique


def test_named_columns_outrank_the_table(make_town: MakeTown) -> None:
    town = make_town()
    town.buildings["odd"] = 7
    paths = town.write()
    layers = read_layers(**paths, columns={"buildings": {"households": "odd", "floors": ""}})
    assert (layers.buildings["households"] == 7).all()
    assert layers.buildings["floors"].isna().all()
    for columns, key in (
        ({"buildings": {"households": "nowhere"}}, "column_missing"),
        ({"buildings": {"households": "名称"}}, "column_not_numeric"),
        ({"buildings": {"colour": "odd"}}, "field_unknown"),
        ({"houses": {"households": "odd"}}, "role_unknown"),
    ):
        if key == "column_not_numeric":
            town.buildings["名称"] = "许多"
            paths = town.write()
        with pytest.raises(InputError) as caught:
            read_layers(**paths, columns=columns)
        assert caught.value.key == key


def test_unknown_is_not_zero(make_town: MakeTown) -> None:
    town = make_town()
    cells = ["", "约20", "3户", "abc", "0", None]
    town.buildings["户数"] = np.resize(np.array(cells, dtype=object), len(town.buildings))
    layers = read_layers(**town.write())
    assert layers.buildings["households"].iloc[:6].tolist() == [pd.NA, 20, 3, pd.NA, 0, pd.NA]
    one = layers.issues[layers.issues["id"] == "B003"].iloc[0]
    assert (one["code"], one["detail"]) == ("number_unreadable", "户数=abc")
    assert codes(layers.issues).keys() == {"number_unreadable", "number_approximate"}


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, hostile: Any, seed: int
) -> None:
    tables = []
    for shuffled in (False, True):
        town = hostile.build_town(tmp_path_factory.mktemp("town"), np.random.default_rng(3))
        town.buildings.loc[:5, "编号"] = "same"
        if shuffled:
            order = np.random.default_rng(seed).permutation(len(town.buildings))
            town.buildings = town.buildings.iloc[order]
        layers = read_layers(**town.write())
        tables.append(layers.buildings.sort_values("building_id", ignore_index=True))
        assert layers.buildings["building_id"].is_unique
        assert codes(layers.issues) == {"id_repeated": 5}
    pd.testing.assert_frame_equal(tables[0], tables[1])


@pytest.mark.parametrize("dtype", ["int64", "float64", "str"])
def test_the_type_of_ids_does_not_matter(make_town: MakeTown, dtype: str) -> None:
    town = make_town()
    town.buildings["编号"] = pd.Series(range(100, 100 + len(town.buildings))).astype(dtype)
    ids = read_layers(**town.write()).buildings["building_id"]
    assert ids.tolist() == [str(n) for n in range(100, 100 + len(ids))]


def test_rows_without_ids_are_numbered(make_town: MakeTown) -> None:
    town = make_town()
    town.buildings = town.buildings.drop(columns="编号")
    assert read_layers(**town.write()).buildings["building_id"].iloc[:3].tolist() == ["1", "2", "3"]


def test_what_is_dropped_is_told_with_its_households(make_town: MakeTown) -> None:
    town = make_town()
    shapes = town.buildings.geometry.to_numpy().copy()
    shapes[0] = None
    shapes[1] = shapely.Point(shapely.get_coordinates(shapes[1])[0])
    shapes[2] = shapely.box(0, 0, 5, 5)
    town.set_shapes("buildings", shapes)
    layers = read_layers(**town.write(geometry_type="Unknown"))
    told = layers.issues.set_index("id")
    assert told["code"].to_dict() == {
        "B000": "shape_missing",
        "B001": "shape_wrong_type",
        "B002": "shape_astray",
    }
    assert set(told["action"]) == {"dropped"}
    kept = layers.buildings["households"].sum() + told["value"].sum()
    assert kept == town.buildings["户数"].sum()


def test_closed_lines_become_polygons(make_town: MakeTown) -> None:
    town = make_town()
    shapes = town.buildings.geometry.to_numpy()
    town.set_shapes("buildings", shapely.boundary(shapes))
    layers = read_layers(**town.write())
    assert np.isclose(layers.buildings.area.sum(), shapely.area(shapes).sum())
    assert codes(layers.issues) == {"outline_filled": len(shapes)}


def test_homes_counted_in_a_shop_are_homes(make_town: MakeTown) -> None:
    town = make_town()
    town.buildings["类型"] = "商业"
    town.buildings.loc[0, "户数"] = 0
    layers = read_layers(**town.write())
    assert layers.buildings.loc[0, "kind"] == "exclusive"
    assert layers.buildings["kind"].iloc[1:].isna().all()
    assert (layers.buildings["use"].iloc[1:] == "residential").all()
    assert codes(layers.issues) == {"kind_against_households": len(town.buildings) - 1}


def test_a_column_of_ranks_or_of_words(make_town: MakeTown) -> None:
    town = make_town()
    town.streets = town.streets.rename(columns={"道路等级": "等级"})
    layers = read_layers(**town.write())
    assert layers.streets["rank"].isna().all() and layers.streets["street_class"].notna().all()
    town.streets["rank"] = [1, 2, 3, 9] + [None] * (len(town.streets) - 4)
    layers = read_layers(**town.write())
    assert layers.streets["rank"].iloc[:5].tolist() == [1, 2, 3, pd.NA, pd.NA]
    assert codes(layers.issues) == {"rank_unknown": 1}


# text of shapefiles


@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8", "nonsense", "936"])
def test_gbk_is_found_whatever_the_cpg_says(make_town: MakeTown, cpg: str | None) -> None:
    town = make_town()
    paths = town.write(suffix=".shp", encoding="GBK")
    for path in paths.values():
        note = Path(path).with_suffix(".cpg")
        note.unlink() if cpg is None else note.write_text(cpg)
    layers = read_layers(**paths)
    assert layers.buildings["name"].tolist() == town.buildings["名称"].tolist()
    assert layers.sources[0].encoding == "gb18030"
    assert ("encoding_guessed" in codes(layers.issues)) == (cpg not in ("GBK", "936"))


def test_names_cut_in_the_middle_of_a_character(make_town: MakeTown) -> None:
    town = make_town()
    town.buildings = town.buildings.rename(columns={"户数": "常住人口"})
    with pytest.warns(RuntimeWarning):
        paths = town.write(suffix=".shp", encoding="UTF-8")
    layers = read_layers(**paths)
    assert layers.sources[0].columns["population"] == "常住人"
    assert layers.buildings["population"].tolist() == town.buildings["常住人口"].tolist()


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12),
    st.integers(1, 30),
)
def test_cut_text_keeps_its_whole_characters(text: str, length: int) -> None:
    for encoding in ("utf-8", "gb18030"):
        raw = text.encode(encoding)[:length]
        assert text.startswith(decode_name(raw.decode("latin-1"), encoding))


def test_ascii_tables_are_no_guess(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "a.shp")
    assert not find_encoding(tmp_path / "a.shp").guessed


# coordinate systems


def test_systems_are_kept_or_told(make_town: MakeTown) -> None:
    town = make_town()
    town.streets = town.streets.to_crs(4326)
    layers = read_layers(**town.write())
    assert [source.crs for source in layers.sources] == ["EPSG:4547", "EPSG:4326"]
    assert len(layers.issues) == 0


def test_a_missing_system_is_taken_from_the_neighbour(make_town: MakeTown) -> None:
    town = make_town()
    paths = town.write(suffix=".shp", encoding="GBK")
    Path(paths["streets"]).with_suffix(".prj").unlink()
    layers = read_layers(**paths)
    assert codes(layers.issues) == {"crs_borrowed": 1}
    assert layers.streets.crs == layers.buildings.crs


def test_an_uncertain_system_is_asked_for(make_town: MakeTown) -> None:
    town = make_town()
    paths = town.write(suffix=".shp", encoding="GBK")
    for path in paths.values():
        Path(path).with_suffix(".prj").unlink()
    with raises(CRSError, "crs_zone_unknown"):
        read_layers(**paths)
    assert read_layers(**paths, crs="EPSG:4547").buildings.crs.to_epsg() == 4547
    with raises(CRSError, "crs_misfit"):
        read_layers(**paths, crs="EPSG:4326")


# real cities


@pytest.mark.city
def test_nantes_keeps_every_dwelling(city: Callable[[str], Path]) -> None:
    layers = read_layers(city("nantes_centre"))
    assert (len(layers.buildings), len(layers.streets)) == (8639, 3696)
    assert layers.buildings["households"].sum() == 39_108
    assert layers.buildings["households"].isna().sum() == 2_753
    homes = layers.buildings["households"].fillna(0) > 0
    assert not layers.buildings.loc[homes, "kind"].isin(["exclusive", "empty"]).any()
    assert layers.streets["street_class"].notna().all()
    assert layers.streets["tunnel"].sum() == 6


@pytest.mark.city
def test_vologda_tells_homes_but_no_classes(city: Callable[[str], Path]) -> None:
    path = city("vologda")
    layers = read_layers(path, barriers=[f"{path}#water", f"{path}#railways"], boundary=f"{path}#extent")
    assert (layers.buildings["use"] == "residential").sum() == 1_804
    assert layers.buildings["population"].sum() == 356_810
    assert layers.buildings["kind"].isna().all()
    assert "streets_without_class" in codes(layers.issues)
    assert layers.barriers is not None
    assert layers.barriers["barrier_class"].value_counts().to_dict() == {"rail": 328, "water": 221}


def test_dwellings_stand_beside_households_or_for_them(tmp_path: Path) -> None:
    shapes = [shapely.box(116.0 + i * 1e-3, 40.0, 116.0005 + i * 1e-3, 40.0005) for i in range(2)]
    street = gpd.GeoDataFrame(
        {"highway": ["primary"]}, geometry=[shapely.LineString([(116, 40.001), (116.01, 40.001)])], crs=4326
    )
    street.to_file(tmp_path / "s.gpkg")
    table = {"套数": ["40", "12"], "小区名称": ["怡园", None], "小区类型": ["物业小区", "奇怪"]}
    gpd.GeoDataFrame(table | {"户数": ["36", None]}, geometry=shapes, crs=4326).to_file(tmp_path / "b.gpkg")
    both = read_layers(tmp_path / "b.gpkg", tmp_path / "s.gpkg")
    assert both.buildings["households"].fillna(-1).tolist() == [36, -1]
    assert both.buildings["dwellings"].tolist() == [40, 12]
    assert both.buildings["compound"].fillna("").tolist() == ["怡园", ""]
    assert both.buildings["compound_type"].fillna("").tolist() == ["property", ""]
    assert both.issues["code"].tolist() == ["compound_word_unknown"]
    gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_file(tmp_path / "f.gpkg")
    flats = read_layers(tmp_path / "f.gpkg", tmp_path / "s.gpkg")
    assert flats.buildings["households"].tolist() == flats.buildings["dwellings"].tolist() == [40, 12]
    assert "dwellings_as_households" in set(flats.issues["code"])


@pytest.mark.parametrize(
    ("word", "type_"),
    [
        ("物业小区", "property"),
        ("商品房小区", "property"),
        ("老旧院落", "old"),
        ("拆迁安置小区", "resettled"),
        ("resettlement housing", "resettled"),
        ("机关事业单位宿舍", "unit"),
        ("家属院", "unit"),
        ("住宅小区", ""),
    ],
)
def test_compounds_tell_their_type(word: str, type_: str) -> None:
    types, known = compound_types(pd.Series([word, None, "奇怪"]))
    assert types.fillna("").tolist() == [type_, "", ""]
    assert known.tolist() == [True, True, False]


def test_service_places_are_points_whatever_shape_they_have(tmp_path):
    frame = gpd.GeoDataFrame(
        {"名称": ["东站", "西站"]},
        geometry=[shapely.Point(500_000, 3_700_000), shapely.box(500_010, 3_700_000, 500_030, 3_700_020)],
        crs="EPSG:4545",
    )
    frame.iloc[[0]].to_file(tmp_path / "one.gpkg")
    frame.iloc[[1]].to_file(tmp_path / "two.gpkg")
    houses = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_700_000, 500_100, 3_700_100)], crs="EPSG:4545")
    houses.to_file(tmp_path / "houses.gpkg")
    lines = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(500_000, 3_700_000), (500_100, 3_700_100)])], crs="EPSG:4545"
    )
    lines.to_file(tmp_path / "ways.gpkg")
    layers = read_layers(
        tmp_path / "houses.gpkg",
        tmp_path / "ways.gpkg",
        services=[tmp_path / "one.gpkg", tmp_path / "two.gpkg"],
    )
    assert layers.services["name"].tolist() == ["东站", "西站"]
    assert (layers.services.geom_type == "Point").all()
    assert layers.services.geometry.iloc[1].x == 500_020
