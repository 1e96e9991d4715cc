"""The limits of areas: traced, put in the order of a walk, put into words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.borders.limits import SHORT_M, format_limits, list_limits
from gridplan.borders.trace import GROUNDS, SIDES, trace_borders
from gridplan.plan import Plan, dissolve_level
from gridplan.report import describe_areas

CRS = "EPSG:4545"


def _areas(*shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    index = pd.Index([chr(97 + n) for n in range(len(shapes))], name="code")
    return gpd.GeoDataFrame(index=index, geometry=list(shapes), crs=CRS)


def _streets(*lines: tuple[str | None, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": [name for name, _, _ in lines],
            "street_class": [cls for _, cls, _ in lines],
            "rank": [2 for _ in lines],
        },
        geometry=[shapely.LineString(xy) for _, _, xy in lines],
        crs=CRS,
    )


def _format(areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, lang: str = "en") -> pd.Series:
    district = shapely.union_all(areas.geometry.to_numpy())
    limits = list_limits(trace_borders(areas, streets, district), streets)
    return format_limits(limits, list(areas.index), areas.index, lang)


def test_limits_name_the_streets(town: Plan) -> None:
    areas = describe_areas(town, "grid").set_index("code")
    assert areas.loc["S001-01", "borders_zh"] == (
        "东至解放路；南至无名巷道（约100米）；西至西环路；北至环城北路"
    )
    assert areas.loc["S001-01", "borders_en"] == (
        "east: 解放路; south: an unnamed lane (about 100 m); west: 西环路; north: 环城北路"
    )


def test_what_is_no_street_is_named_with_who_lives_across() -> None:
    areas = _areas(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    streets = _streets(("南街", "primary", [(0, 0), (100, 0)]), (None, "rail", [(0, 100), (100, 100)]))
    texts = _format(areas, streets, "zh")
    assert texts["a"] == "东至与b之间的非道路界线（约100米）；南至南街；西至区划边界；北至铁路（约100米）"
    assert texts["b"] == "东至区划边界；南至区划边界；西至与a之间的非道路界线（约100米）；北至区划边界"


def test_stretches_come_in_the_order_of_a_walk() -> None:
    xs = [0.0, 100.0, 200.0, 300.0]
    ring = [(0, 0), *((x, 100.0) for x in xs), (300, 0)]
    streets = _streets(
        *((f"N{n}", "residential", [(xs[n], 100.0), (xs[n + 1], 100.0)]) for n in range(3)),
        ("E", "residential", [(300.0, 100.0), (300.0, 0.0)]),
    )
    texts = _format(_areas(shapely.Polygon(ring)), streets)["a"]
    assert texts.endswith("north: N0, then N1, then N2")
    assert texts.startswith("east: E; south: the edge")


def test_short_stretches_are_not_named_but_not_lost() -> None:
    xs = [0.0, 100.0, 110.0, 200.0]
    areas = _areas(shapely.Polygon([(0, 0), *((x, 100.0) for x in xs), (200, 0)]))
    streets = _streets(
        ("A", "residential", [(0, 100), (100, 100)]),
        (None, "residential", [(100, 100), (110, 100)]),
        ("A", "residential", [(110, 100), (200, 100)]),
    )
    traced = trace_borders(areas, streets, areas.geometry.iloc[0])
    limits = list_limits(traced, streets)
    north = limits[limits["side"] == SIDES.index("north")]
    assert north["word"].tolist() == ["A"]
    assert north["length"].tolist() == [200.0]
    assert north["gap_unnamed"].tolist() == [10.0]
    text = format_limits(limits, ["a"], ["a"], "zh")["a"]
    assert text.endswith("北至A（其间10米无名）")


def test_a_side_that_is_a_tip_is_named_by_the_lines_that_meet() -> None:
    triangle = shapely.Polygon([(0, 0), (0, 200), (300, 100)])
    streets = _streets(
        ("N", "residential", [(0, 200), (300, 100)]), ("S", "residential", [(0, 0), (300, 100)])
    )
    texts = _format(_areas(triangle), streets)["a"]
    assert texts == "east: the meeting of N and S; south: S; west: the edge of the district; north: N"


def test_what_is_enclosed_and_what_lies_apart_is_reported() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    apart = shapely.MultiPolygon([ring, shapely.box(200, 0, 240, 40)])
    texts = _format(_areas(apart, shapely.box(40, 40, 60, 60)), _streets())
    assert "enclosed, but not part of it: b" in texts["a"]
    assert "part 2: east: the edge of the district" in texts["a"]
    assert texts["b"].count("shared with a") == 4


def test_the_ground_beside_a_line_is_reported() -> None:
    areas = _areas(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    streets, district = _streets(), shapely.box(0, 0, 200, 100)
    cases = {
        "houses": (["h1", "h2"], ["", ""]),
        "building": (["h1", "h1"], ["", ""]),
        "open": (["h1", None], ["", ""]),
        "compound": (["h1", "h2"], ["东园", "西园"]),
    }
    for word, (buildings, compounds) in cases.items():
        atoms = areas.assign(building_id=buildings, compound=compounds)
        traced = trace_borders(areas, streets, district, atoms)
        assert set(traced.loc[traced["neighbour"] >= 0, "ground"]) == {GROUNDS.index(word)}
        assert not traced.loc[traced["rim"], "ground"].any()


@settings(max_examples=25)
@given(angle=st.floats(-40, 40))
def test_every_side_is_described_for_a_turned_square(angle: float) -> None:
    square = shapely.affinity.rotate(shapely.box(0, 0, 100, 100), angle)
    traced = trace_borders(_areas(square), _streets(), square)
    sums = traced.groupby("side")["length"].sum()
    assert sums.tolist() == pytest.approx([100.0] * len(SIDES))


@settings(max_examples=40)
@given(seed=st.integers(0, 100_000), corners=st.integers(3, 12), start=st.integers(0, 11))
def test_sides_follow_each_other_and_face_their_way_as_well_as_can_be(
    seed: int, corners: int, start: int
) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(50, 400, corners)
    ring = shapely.Polygon(np.column_stack((radius * np.cos(angles), radius * np.sin(angles))))
    if not ring.is_valid or ring.area < 1:
        return
    traced = trace_borders(_areas(ring), _streets(), ring)
    side = traced["side"].to_numpy()
    assert (np.diff(side) >= 0).all(), "east, south, west, north"
    ends, starts = traced[["to_x", "to_y"]].to_numpy(), traced[["x", "y"]].to_numpy()
    assert (ends[:-1] == starts[1:]).all()
    assert (ends[-1] == starts[0]).all()
    # no other cut of the ring into four faces outwards better
    along = ends - starts
    facing = np.column_stack((-along[:, 1], -along[:, 0], along[:, 1], along[:, 0]))
    n = len(facing)
    sums = np.vstack((np.zeros(4), np.cumsum(np.vstack((facing, facing)), axis=0)))
    best = -np.inf
    for first in range(n):
        reach = sums[first : first + n + 1] - sums[first]
        value = reach[:, 0]
        for direction in (1, 2, 3):
            value = reach[:, direction] + np.maximum.accumulate(value - reach[:, direction])
        best = max(best, value[-1])
    assert facing[np.arange(n), side].sum() == pytest.approx(best)
    # the walk does not depend on the point at which the ring is stored
    xy = shapely.get_coordinates(ring)[:-1]
    turned = shapely.Polygon(np.roll(xy, start % len(xy), axis=0)[:: 1 if start % 2 else -1])
    again = trace_borders(_areas(turned), _streets(), turned)
    pd.testing.assert_frame_equal(traced, again)


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_no_metre_of_a_border_is_lost(town: Plan, level: str) -> None:
    shapes = dissolve_level(town, level)
    limits = list_limits(trace_borders(shapes, town.streets, town.district, town.atoms), town.streets)
    sums = limits.groupby("code")["length"].sum()
    assert sums.tolist() == pytest.approx(shapes.length.tolist())
    per_side = limits[~limits["hole"]].groupby(["code", "part", "side"])["length"].max()
    assert (per_side >= min(SHORT_M, 0.05 * shapes.length.min())).all()


def test_buildings_and_compounds_along_a_line_are_named() -> None:
    areas = _areas(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    streets, district = _streets(), shapely.box(0, 0, 200, 100)
    cases = [
        (["h1", "h2"], ["1号楼", "2号楼"], "本侧1号楼，对侧2号楼"),
        (["h1", "h1"], ["高楼", "高楼"], "穿高楼"),
        (["h1", "h2"], ["", "2号楼"], "对侧2号楼"),
    ]
    for buildings, places, wanted in cases:
        traced = trace_borders(areas, streets, district, areas.assign(building_id=buildings))
        limits = list_limits(traced, streets, places)
        texts = format_limits(limits, ["a", "b"], ["a"], "zh")["a"]
        assert texts.split("；")[0].endswith(f"（{wanted}，约100米）")


def test_what_is_hidden_is_replaced_before_it_is_worded() -> None:
    row = [shapely.box(100 * n, 0, 100 * (n + 1), 100) for n in range(3)]
    areas = _areas(
        *row, shapely.Polygon([(0, 100), (100, 100), (200, 100), (300, 100), (300, 200), (0, 200)])
    )
    streets, district = _streets(), shapely.box(0, 0, 300, 200)
    traced = trace_borders(areas, streets, district, areas.assign(building_id=["h1", "h2", "h3", "h4"]))
    limits = list_limits(traced, streets, ["own", "*", "*", "*"])
    hidden = format_limits(limits, ["other", "other", "other", "d"], ["d"], "en", places={"*": "a house"})
    assert hidden["d"].count("other") == 1, "neighbours of one name side by side are named once"
    assert "facing own, a house" in hidden["d"] or "along a house, facing own" in hidden["d"]
    assert "*" not in "".join(hidden)
    own = format_limits(limits, ["a", "other", "other", "other"], ["a"], "zh", places={"*": "房屋"})["a"]
    assert "与other之间" in own
    assert "本侧own，对侧房屋" in own
