"""Slices: how many, of which kind, and that they add up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from gridplan.atoms.cutting import cut_polygons
from gridplan.atoms.slices import share_out
from tests.atoms.towns import CRS, check_laws, make_town

SLAB = box(20, 40, 100, 52)


@pytest.mark.parametrize(
    ("households", "floors", "stairwells", "shape", "count", "kind"),
    [
        (30, 6, np.nan, SLAB, 1, ""),
        (31, np.nan, np.nan, SLAB, 2, "stairwell"),
        (90, 6, np.nan, SLAB, 4, "stairwell"),  # 24 flats to a stairwell of 6 landings
        (90, 6, 5, SLAB, 5, "stairwell"),
        (90, 33, 1, SLAB, 3, "floor band"),
        (200, 6, 3, SLAB, 9, "floor band"),  # three bands in each stairwell
        (120, 33, np.nan, box(40, 40, 65, 62), 4, "floor band"),  # a tower: too short for four stairwells
    ],
)
def test_number_and_kind_of_slices(
    households: int, floors: float, stairwells: float, shape: shapely.Polygon, count: int, kind: str
) -> None:
    town = make_town(
        [shape],
        kind=["apartment"],
        households=np.array([households]),
        population=np.array([households * 2 + 1]),
        floors=np.array([floors]),
        stairwells=np.array([stairwells]),
    )
    atoms = town.build()
    check_laws(town, atoms)
    own = atoms.frame[atoms.frame["building_id"].notna()]
    assert len(own) == count
    assert set(own["slice_kind"]) == {kind}
    assert own["households"].max() <= max(30, households // count + 1)
    assert sorted(own["slice"]) == (list(range(1, count + 1)) if count > 1 else [0])


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.lists(st.integers(1, 50), min_size=1, max_size=9)), max_size=8
    )
)
def test_shares_add_up(groups: list[tuple[int, list[int]]]) -> None:
    total = np.array([have for have, _ in groups], dtype=np.int64)
    group = np.repeat(np.arange(len(groups)), [len(weights) for _, weights in groups])
    weight = np.array([w for _, weights in groups for w in weights], dtype=np.int64)
    share = share_out(total, group, weight)
    assert (share >= 0).all()
    assert (np.bincount(group, share, minlength=len(groups)) == total).all()
    exact = total[group] * weight / np.bincount(group, weight, minlength=len(groups))[group]
    assert (abs(share - exact) < 1).all()


BENT = shapely.LineString([(0, 0), (60, 0), (90, 40), (80, 90)]).buffer(
    6, cap_style="flat", join_style="mitre"
)
COURT = box(0, 0, 60, 60).difference(box(14, 14, 46, 46))
COMB = shapely.union_all([box(0, 0, 100, 12), *(box(x, 0, x + 12, 60) for x in (0, 44, 88))])
DISC = shapely.Point(0, 0).buffer(20)


@pytest.mark.parametrize(
    "shape", [SLAB, BENT, COURT, COMB, DISC], ids=["slab", "bent", "court", "comb", "disc"]
)
@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_parts_are_single_and_cover_the_shape(shape: shapely.Polygon, count: int) -> None:
    parts, index, load = cut_polygons(np.array([shape], dtype=object), np.array([count]))
    assert (load == 1).all()
    assert (index == 0).all()
    assert len(parts) == count
    assert (shapely.get_type_id(parts) == 3).all()
    assert shapely.area(parts).sum() == pytest.approx(shape.area, rel=1e-3)
    assert shapely.union_all(parts, grid_size=0.01).area == pytest.approx(shape.area, rel=1e-3)
    assert shapely.area(parts).min() > shape.area / count / 3


def test_nothing_to_cut_leaves_nothing() -> None:
    parts, index, load = cut_polygons(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))
    assert len(parts) == len(index) == len(load) == 0


def test_dwellings_are_shared_out_like_the_households() -> None:
    town = make_town([shapely.box(20, 20, 80, 32), shapely.box(120, 20, 130, 30)], households=[70, 1],
                     population=[180, 3], dwellings=[90, 2], kind=["apartment"] * 2)  # fmt: skip
    frame = town.build().frame
    assert frame.groupby("building_id")["dwellings"].sum().to_dict() == {"b000": 90, "b001": 2}
    slices = frame[frame["building_id"] == "b000"]
    assert len(slices) > 1 and (slices["dwellings"] >= slices["households"]).all()
    assert frame.loc[frame["building_id"].isna(), "dwellings"].sum() == 0
    told = make_town([shapely.box(20, 20, 80, 32)], households=[70], population=[180]).build().frame
    assert told["dwellings"].tolist() == told["households"].tolist()


def test_land_inside_a_compound_belongs_to_it() -> None:
    town = make_town(
        [shapely.box(20, 20, 30, 30), shapely.box(60, 20, 70, 30)],
        district=shapely.box(0, 0, 600, 200),
        compound=["怡园", None],
    )
    walls = gpd.GeoDataFrame(
        {"name": ["怡园", "大院", "大院里"]},
        geometry=[shapely.box(0, 0, 45, 200), shapely.box(200, 0, 600, 200), shapely.box(210, 5, 600, 195)],
        crs=CRS,
    )
    frame = town.build(compounds=walls).frame
    assert frame.set_index("building_id").loc[["b000", "b001"], "compound"].tolist() == ["怡园", ""]
    land = frame[frame["building_id"].isna()]
    # of two around it the smaller one counts
    assert set(land.loc[land.representative_point().x > 215, "compound"]) == {"大院里"}
    assert set(town.build().frame["compound"]) == {"怡园", ""}
