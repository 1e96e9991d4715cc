"""Xiao-Matian holds the published numbers: 8 communities, room for 80 sub-grids, enterprises and hazards."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from matian.assemble import list_care, list_hazards, list_layers
from matian.risk import SCORE_FROM

FOLDER = Path(__file__).resolve().parents[2] / "data"
STORED = FOLDER / "xiao_matian.gpkg"
STORED_HAZARDS = FOLDER / "xiao_matian_hazards.parquet"
STORED_CARE = FOLDER / "xiao_matian_care.parquet"
SUBGRIDS, SUBGRID_M2 = 80, 200_000.0


@pytest.fixture(scope="module")
def stored() -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_file(STORED, layer=name) for name, _ in pyogrio.list_layers(STORED)}


@pytest.fixture(scope="module")
def hazards() -> pd.DataFrame:
    return pd.read_parquet(STORED_HAZARDS)


@pytest.mark.slow
def test_generator_writes_the_stored_content(
    stored: dict[str, gpd.GeoDataFrame], hazards: pd.DataFrame
) -> None:
    fresh = list_layers()
    assert STORED.stat().st_size + STORED_HAZARDS.stat().st_size < 3_000_000
    assert set(fresh) == set(stored)
    for name, frame in fresh.items():
        kept = stored[name]
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        for column in plain.columns[plain.dtypes.astype(str) == "Int32"]:
            plain[column] = plain[column].astype(kept[column].dtype)
        assert_frame_equal(plain, kept.drop(columns="geometry"), check_dtype=False)
        assert shapely.equals_exact(frame.geometry.values, kept.geometry.values, tolerance=0.02).all()
        assert frame.crs == "EPSG:4547"
        assert frame.is_valid.all() and frame.geom_type.nunique() == 1
    assert_frame_equal(list_hazards(), hazards, check_dtype=False)


def test_care_counts_every_household_once(stored: dict[str, gpd.GeoDataFrame]) -> None:
    care = pd.read_parquet(STORED_CARE)
    assert_frame_equal(list_care(), care, check_dtype=False)
    homes = stored["buildings"].set_index("编号")["户数"].dropna().astype(int)
    assert care.groupby("楼栋编号")["户数"].sum().to_dict() == homes[homes > 0].to_dict()
    assert set(care["类别"]) == {"放心户", "关心户", "连心户"}


def test_eight_communities_cover_the_office_exactly(stored: dict[str, gpd.GeoDataFrame]) -> None:
    areas = stored["communities"]
    assert len(areas) == 8
    assert shapely.coverage_is_valid(areas.geometry.values)
    whole = stored["boundary"].geometry[0]
    assert areas.union_all().symmetric_difference(whole).area < 1e-3
    assert areas.area.sum() <= 15.2e6
    assert areas["编码"].str.fullmatch(r"990305003\d{3}").all() and areas["编码"].is_unique
    assert stored["buildings"].within(whole.buffer(0.1)).all()


def test_eighty_subgrids_of_whole_blocks_can_stay_below_the_cap(stored: dict[str, gpd.GeoDataFrame]) -> None:
    streets, areas = stored["streets"], stored["communities"]
    barring = streets[streets["道路等级"].isin(["主干路", "次干路", "支路"])]
    rings = shapely.boundary(areas.geometry.values)
    net = shapely.union_all([*barring.geometry, *rings], grid_size=0.01)
    blocks = shapely.get_parts(shapely.polygonize([net]))
    blocks = blocks[shapely.area(blocks) > 100.0]
    assert shapely.area(blocks).max() < 0.5 * SUBGRID_M2
    assert areas.area.sum() / SUBGRIDS < 0.95 * SUBGRID_M2
    # each community's share of the 80, by area, has room
    share = areas.area / areas.area.sum() * SUBGRIDS
    assert (areas.area / np.floor(share)).max() < 1.05 * SUBGRID_M2


def test_enterprises_and_risk_points(stored: dict[str, gpd.GeoDataFrame]) -> None:
    enterprises, points = stored["enterprises"], stored["risk_points"]
    assert len(enterprises) == 3177 and enterprises["编号"].is_unique
    assert len(points) == 402 and set(points["企业编号"]) <= set(enterprises["编号"])
    assert points["企业编号"].nunique() < 402, "some enterprises have several, most have none"
    named = enterprises["风险等级"].notna()
    scored = enterprises[["L", "E", "C"]].notna().all(axis=1)
    assert (named | scored).all(), "every enterprise has a level or what it is worked out from"
    assert (~named).sum() > 400 and (named & scored).sum() > 100
    both = enterprises[named & scored]
    product = both["L"] * both["E"] * both["C"]
    worked_out = pd.cut(
        product,
        [*sorted(SCORE_FROM.values()), np.inf],
        right=False,
        labels=sorted(SCORE_FROM, key=SCORE_FROM.get),
    )
    assert (worked_out.astype(str) == both["风险等级"]).all()
    assert set(enterprises["风险等级"].dropna()) == {"红", "橙", "黄", "蓝"}
    assert set(enterprises["楼栋编号"]) <= set(stored["buildings"]["编号"])


def test_hazards_add_up(stored: dict[str, gpd.GeoDataFrame], hazards: pd.DataFrame) -> None:
    assert len(hazards) == 95_714 and hazards["编号"].is_unique
    assert hazards["现场整改"].sum() == 95_198
    assert f"{95_198 / 95_714:.2%}" == "99.46%"
    assert set(hazards["企业编号"]) <= set(stored["enterprises"]["编号"])
    on_site = hazards["现场整改"]
    assert (hazards.loc[on_site, "整改日期"] == hazards.loc[on_site, "发现日期"]).all()
    later = hazards[~on_site]
    assert (later["整改日期"].dropna() > later.loc[later["整改日期"].notna(), "发现日期"]).all()
    assert 0 < later["整改日期"].isna().sum() < len(later)


def test_staff_carry_no_personal_data(stored: dict[str, gpd.GeoDataFrame]) -> None:
    staff = stored["staff"]
    assert len(staff) == 966 and staff["岗位"].nunique() == 3
    assert staff["编号"].str.fullmatch(r"人员\d{4}").all()
    assert stored["enterprises"]["名称"].str.fullmatch(r"企业\d{4}").all()
    text = " ".join(
        str(value)
        for frame in stored.values()
        for column in frame.columns.drop("geometry")
        for value in frame[column].dropna().unique()
    )
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]|@", text)


def test_buildings_stand_free(stored: dict[str, gpd.GeoDataFrame]) -> None:
    shapes = stored["buildings"].geometry.values
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    assert shared[left != right].sum() == 0
    streets = stored["streets"]
    barring = streets[streets["道路等级"].isin(["主干路", "次干路", "支路"])]
    assert not len(shapely.STRtree(shapes).query(barring.geometry.values, predicate="intersects")[0])
