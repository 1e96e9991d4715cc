"""Golden cases: the shapes that break tessellations."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box

from gridplan.schema import ISSUE_COLUMNS
from gridplan.scheme import AtomRules
from tests.atoms.towns import check_laws, make_town


def test_two_houses_share_the_ground_halfway() -> None:
    town = make_town([box(20, 40, 30, 60), box(60, 40, 70, 60)], district=box(0, 0, 90, 100))
    frame = town.build().frame
    check_laws(town, town.build())
    assert list(frame["building_id"]) == ["b000", "b001"]
    np.testing.assert_allclose(frame["area_m2"], 4500, rtol=0.02)


def test_party_walls_are_borders() -> None:
    town = make_town([box(20 + 8 * i, 40, 28 + 8 * i, 52) for i in range(8)], district=box(0, 0, 100, 80))
    atoms = town.build()
    check_laws(town, atoms)
    cells = atoms.frame.set_index("building_id").geometry
    wall = shapely.LineString([(28, 40), (28, 52)])
    shared = shapely.intersection(cells["b000"].boundary, cells["b001"].boundary)
    assert shapely.length(shapely.intersection(shapely.buffer(wall, 0.01), shared)) == pytest.approx(12, 0.01)


def test_block_with_one_building_is_one_atom() -> None:
    town = make_town([box(50, 50, 60, 60)], district=box(20, 20, 90, 90))
    atoms = town.build()
    check_laws(town, atoms)
    assert len(atoms.frame) == 1


def test_town_without_buildings_is_land() -> None:
    town = make_town([], [(1, [(100, -1), (100, 101)])])
    atoms = town.build()
    check_laws(town, atoms)
    assert list(atoms.frame["kind"]) == ["empty", "empty"]
    assert atoms.frame["households"].dtype == np.int64


def test_house_in_a_courtyard() -> None:
    ring = box(30, 20, 90, 80).difference(box(45, 35, 75, 65))
    town = make_town([ring, box(55, 45, 65, 55)])
    atoms = town.build()
    check_laws(town, atoms)
    cells = atoms.frame.set_index("building_id").geometry
    assert len(cells["b000"].interiors) == 1
    assert box(30, 20, 90, 80).contains(cells["b001"])


def test_courtyard_belongs_to_its_building() -> None:
    ring = box(30, 20, 90, 80).difference(box(45, 35, 75, 65))
    town = make_town([ring], district=box(10, 0, 110, 100))
    frame = town.build().frame
    assert len(frame) == 1
    assert frame.geometry[0].area == pytest.approx(10_000)


def test_building_across_a_street_keeps_whole() -> None:
    town = make_town(
        [box(80, 40, 115, 60), box(20, 40, 40, 60), box(150, 40, 170, 60)], [(1, [(100, -1), (100, 101)])]
    )
    atoms = town.build()
    check_laws(town, atoms)
    across = atoms.issues.query("code == 'building_across_street'").iloc[0]
    assert (across["id"], across["value"]) == ("b000", pytest.approx(300, rel=0.01))
    frame = atoms.frame.set_index("building_id")
    assert frame.block["b000"] == frame.block["b001"] != frame.block["b002"]
    # but for the house itself, the street stays the border
    assert frame.geometry["b000"].difference(box(0, 0, 100, 100)).area == pytest.approx(300, rel=0.01)


def test_building_on_the_rim_is_clipped_and_one_outside_is_dropped() -> None:
    town = make_town([box(-10, 40, 10, 60), box(300, 0, 310, 10)], households=np.array([2, 7]))
    atoms = town.build()
    check_laws(town, atoms)
    dropped = atoms.issues.query("code == 'building_outside_district'").iloc[0]
    assert (dropped["id"], dropped["value"]) == ("b001", 7)


def test_open_land_beyond_reach_is_its_own_and_cut() -> None:
    town = make_town([box(100, 480, 110, 490)], district=box(0, 0, 1000, 970))
    atoms = town.build()
    check_laws(town, atoms)
    land = atoms.frame[atoms.frame["building_id"].isna()]
    assert land["area_m2"].max() <= AtomRules().land_max_m2
    assert atoms.frame["area_m2"].max() < 100_000
    own = atoms.frame[atoms.frame["building_id"].notna()].geometry.iloc[0]
    # 50 m, at the corners of a plot up to a quarter more
    assert shapely.hausdorff_distance(own, box(100, 480, 110, 490)) < 50 * 1.25


def test_sheds_do_not_claim_the_field() -> None:
    town = make_town(
        [box(20, 20, 30, 30), box(400, 400, 404, 404)],
        district=box(0, 0, 500, 500),
        kind=["selfbuilt", "empty"],
        households=np.array([1, 0]),
    )
    frame = town.build().frame.set_index("building_id")
    assert frame.area_m2["b001"] < 1_000


def test_median_is_joined_to_a_neighbour() -> None:
    town = make_town(
        [box(20, 40, 40, 60), box(150, 40, 170, 60)],
        [(1, [(98, -1), (98, 101)]), (1, [(102, -1), (102, 101)])],
    )
    atoms = town.build()
    check_laws(town, atoms)
    assert atoms.frame["block"].nunique() == 2
    assert list(atoms.issues["code"]) == ["face_without_building"]


def test_service_lanes_cut_large_blocks_only() -> None:
    lane = [(3, [(100, -1), (100, 101)])]
    houses = [box(70, 40, 80, 60), box(120, 40, 130, 60)]
    small = make_town(houses, lane).build().frame
    assert small["lane_block"].nunique() == 1
    large = make_town(houses, lane).build(options=AtomRules(lane_block_m2=10_000)).frame
    assert large["lane_block"].nunique() == 2
    assert large["block"].nunique() == 1


def test_dead_end_bars_nothing() -> None:
    town = make_town([box(70, 40, 80, 60), box(120, 40, 130, 60)], [(1, [(100, -1), (100, 50)])])
    assert town.build().frame["block"].nunique() == 1


def test_district_of_two_parts_with_a_hole() -> None:
    district = shapely.MultiPolygon(
        [box(0, 0, 100, 100).difference(box(60, 60, 80, 80)), box(150, 0, 250, 100)]
    )
    town = make_town([box(20, 20, 30, 30), box(160, 20, 170, 30)], district=district)
    check_laws(town, town.build())


def test_off_grid_district_is_covered_to_the_corner() -> None:
    district = shapely.Polygon([(0.12345, 0.00678), (200.98765, 3.14159), (190.55555, 99.99999), (3.3, 88.8)])
    town = make_town([box(50, 40, 60, 50)], [(2, [(100.123, -5), (101.777, 120)])], district=district)
    atoms = town.build()
    check_laws(town, atoms)
    assert shapely.area(atoms.frame.geometry.to_numpy()).sum() == pytest.approx(district.area, rel=1e-9)


def test_order_runs_west_to_east_then_north_to_south() -> None:
    streets = [(2, [(100, -1), (100, 101)]), (2, [(-1, 50), (201, 50)])]
    houses = [box(x, y, x + 10, y + 10) for x in (140, 40) for y in (20, 70)]
    frame = make_town(houses, streets).build().frame
    assert list(frame["building_id"]) == ["b003", "b002", "b001", "b000"]
    assert list(frame["block"]) == [0, 1, 2, 3]


def test_a_district_smaller_than_a_house_is_one_atom() -> None:
    houses = [box(40, 40, 60, 60), box(70, 40, 90, 60)]
    town = make_town(houses, district=box(48, 48, 52, 52), households=np.array([9, 7]))
    atoms = town.build()
    check_laws(town, atoms)
    assert atoms.frame.geometry.area.sum() == pytest.approx(16)
    nobody = make_town([], district=box(0, 0, 4, 4)).build().frame
    assert list(nobody["kind"]) == ["empty"]


def test_issues_follow_the_contract() -> None:
    houses = [box(80, 40, 115, 60), box(20, 40, 40, 60), box(300, 0, 310, 10)]
    town = make_town(houses, [(1, [(100, -1), (100, 101)])], households=np.array([90, 2, 3]))
    issues = town.build().issues
    assert tuple(issues.columns) == ISSUE_COLUMNS
    told = dict(zip(issues["code"], issues["action"], strict=True))
    assert told.items() >= {
        ("building_across_street", "assigned"),
        ("building_cut_by_stairwell", "split"),
        ("building_outside_district", "dropped"),
    }
