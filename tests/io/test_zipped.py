"""Zips: what is packed in them is read as if it lay beside, whatever folder or encoding it was packed in."""

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from raising import raises

from gridplan.errors import InputError
from gridplan.io import read_layers
from gridplan.io.lists import read_list

HOUSES = gpd.GeoDataFrame(
    {"小区": ["香樟苑"] * 9, "户数": [3] * 9},
    geometry=[
        shapely.box(500_000 + 20 * i, 2_500_000 + 20 * j, 500_010 + 20 * i, 2_500_010 + 20 * j)
        for i in range(3)
        for j in range(3)
    ],
    crs="EPSG:4547",
)
STREETS = gpd.GeoDataFrame(
    {"名称": ["大林沱路"] * 4},
    geometry=[
        shapely.LineString([(499_990, 2_499_995 + 20 * k), (500_080, 2_499_995 + 20 * k)]) for k in range(4)
    ],
    crs="EPSG:4547",
)


def write_shapefile(frame: gpd.GeoDataFrame, folder: Path, name: str) -> list[Path]:
    """Write a shapefile in GBK that does not say so."""
    folder.mkdir(exist_ok=True)
    frame.to_file(folder / f"{name}.shp", encoding="GBK")
    (folder / f"{name}.cpg").unlink()
    return sorted(folder.glob(f"{name}.*"))


class WindowsName(zipfile.ZipInfo):
    """A name in the code page of the country, which the zip does not tell."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gb18030"), self.flag_bits


def pack(
    path: Path, files: list[Path], inside: str = "", name: type[zipfile.ZipInfo] = zipfile.ZipInfo
) -> Path:
    """Pack files into a folder of a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.writestr(name(f"{inside}{file.name}"), file.read_bytes())
    return path


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, list[Path]]:
    return {
        name: write_shapefile(frame, tmp_path / name, name)
        for name, frame in (("房屋", HOUSES), ("路网", STREETS))
    }


@pytest.mark.parametrize("inside", ["", "资料/", "../../", "a/b/c/"])
def test_shapefiles_in_one_zip_are_read_with_their_names_in_gbk(tmp_path, parts, inside):
    packed = pack(tmp_path / "all.zip", parts["房屋"] + parts["路网"], inside)
    read = read_layers(buildings=packed, streets=packed)
    assert set(read.buildings["compound"]) == {"香樟苑"} and read.buildings["households"].sum() == 27
    assert set(read.streets["name"]) == {"大林沱路"}
    assert {(one.path, one.layer) for one in read.sources} == {(str(packed), "房屋"), (str(packed), "路网")}
    assert not list(tmp_path.parent.parent.glob("房屋.*"))


def test_a_zip_gives_what_its_files_give(tmp_path, parts):
    plain = read_layers(buildings=parts["房屋"][-2], streets=parts["路网"][-2])
    zipped = read_layers(
        buildings=pack(tmp_path / "b.zip", parts["房屋"]), streets=pack(tmp_path / "s.zip", parts["路网"])
    )
    assert plain.buildings.equals(zipped.buildings) and plain.streets.equals(zipped.streets)
    assert plain.issues.equals(zipped.issues)


def test_the_file_that_is_named_is_read_and_others_are_told(tmp_path, parts):
    streets = parts["路网"][-2]
    two = [write_shapefile(HOUSES.iloc[:n], tmp_path / name, name) for n, name in ((9, "东片"), (2, "西片"))]
    packed = pack(tmp_path / "all.zip", [*two[0], *two[1]])
    assert len(read_layers(buildings=f"{packed}#西片", streets=streets).buildings) == 2
    with raises(InputError, "layer_unclear") as caught:
        read_layers(buildings=packed, streets=streets)
    assert caught.value.values["layers"] == "东片, 西片"
    with raises(InputError, "layer_missing"):
        read_layers(buildings=f"{packed}#楼", streets=streets)


def test_geopackages_and_geodatabases_may_be_zipped(tmp_path, parts):
    STREETS.to_file(tmp_path / "g.gpkg", layer="roads")
    base = tmp_path / "资料.gdb"
    HOUSES.astype({"户数": "int32"}).to_file(base, driver="OpenFileGDB", layer="楼")
    packed = pack(tmp_path / "base.zip", sorted(base.iterdir()), "内网/资料.gdb/")
    roads = pack(tmp_path / "g.zip", [tmp_path / "g.gpkg"])
    read = read_layers(buildings=packed, streets=f"{roads}#roads")
    assert len(read.buildings) == 9 and set(read.streets["name"]) == {"大林沱路"}


def test_lists_may_be_zipped(tmp_path):
    shops = HOUSES.set_geometry(HOUSES.centroid).rename(columns={"小区": "企业名称"})
    packed = pack(tmp_path / "qy.zip", write_shapefile(shops, tmp_path / "qy", "企业"), "导出/")
    assert set(read_list(packed, "enterprises").table["企业名称"]) == {"香樟苑"}


def test_names_that_windows_packed_are_read(tmp_path, parts):
    packed = pack(tmp_path / "win.zip", parts["路网"], name=WindowsName)
    read = read_layers(buildings=parts["房屋"][-2], streets=f"{packed}#路网")
    assert set(read.streets["name"]) == {"大林沱路"}


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"说明.txt": b"x"}, "zip_without_layer"),
        ({}, "zip_without_layer"),
        ({"a/x.geojson": b"{}", "b/x.geojson": b"{}"}, "zip_same_name"),
        ({"x.shp": b"\x00\x00"}, "shapefile_parts_missing"),
        ({"x.gpkg": b"hello"}, "file_damaged"),
    ],
)
def test_a_zip_that_is_of_no_use_is_told_by_its_own_name(tmp_path, files, key):
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with raises(InputError, key) as caught:
        read_layers(buildings=packed, streets=packed)
    assert str(caught.value.values["path"]).startswith(str(packed))
    assert "gridplan-" not in str(caught.value)


def test_a_zip_that_the_disk_cannot_hold_is_refused_before_it_is_unpacked(tmp_path, parts, monkeypatch):
    packed = pack(tmp_path / "all.zip", parts["路网"])
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with raises(InputError, "zip_too_large") as caught:
        read_layers(buildings=packed, streets=packed)
    assert caught.value.values["path"] == str(packed)


def test_tables_of_mapinfo_may_be_zipped(tmp_path, parts):
    STREETS.astype({"名称": "str"}).rename(columns={"名称": "name"}).to_file(
        tmp_path / "路.tab", driver="MapInfo File", encoding="UTF-8"
    )
    packed = pack(tmp_path / "tab.zip", sorted(tmp_path.glob("路.*")), "导出/")
    read = read_layers(buildings=parts["房屋"][-2], streets=packed)
    assert len(read.streets) == len(STREETS)


def test_a_broken_neighbour_is_nobodys_concern(tmp_path, parts):
    packed = pack(tmp_path / "all.zip", parts["路网"])
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("旧/坏.shp", b"\x00\x00")
    assert len(read_layers(buildings=parts["房屋"][-2], streets=f"{packed}#路网").streets) == 4


def test_what_is_no_zip_is_told(tmp_path):
    broken = tmp_path / "x.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    with raises(InputError, "file_damaged"):
        read_layers(buildings=broken, streets=broken)
