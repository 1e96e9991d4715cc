"""What the browser gets: the same borders within half a step, each once, nothing lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from map_views import decode_places, decode_points, decode_shapes, make_view, open_blob, read_varints

from gridplan.crs import LOCAL_METRES, from_wgs84
from gridplan.errors import CRSError
from gridplan.onemap.browser.encode import DEGREE_STEP, PLANE_STEP, encode_view, find_tolerance
from gridplan.onemap.browser.stream import pack_shapes, to_varints
from gridplan.onemap.browser.tiles import Tiles
from gridplan.onemap.view import HeatLayer, MapView
from gridplan.plan import Plan


@pytest.fixture(scope="module")
def view(town: Plan) -> MapView:
    return make_view(town, "grid")


@given(st.lists(st.integers(0, 2**53)))
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    assert read_varints(to_varints(np.array(numbers, dtype=np.int64))).tolist() == numbers


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.floats(0.01, 3))
def test_points_come_back_within_half_a_step(seed: int, count: int, step: float) -> None:
    rng = np.random.default_rng(seed)
    middles = shapely.points(rng.uniform(-40, 40, (count, 2)))
    rings = shapely.difference(
        shapely.buffer(middles, 5, quad_segs=2), shapely.buffer(middles, 2, quad_segs=1)
    )
    shapes = np.array([shapely.union_all(rings[:half]) for half in range(1, count + 1)], dtype=object)
    for before, after in zip(shapes, decode_points(pack_shapes(shapes, step, {})), strict=True):
        xy = shapely.get_coordinates(before)
        assert {tuple(place) for place in np.rint(after / step)} == {
            tuple(place) for place in np.rint(xy / step)
        }
        far = np.abs(after[:, None] - xy[None]).max(axis=2).min(axis=1)
        assert far.max() <= step * 0.5001


def test_every_code_comes_once_and_each_thing_in_its_order(view: MapView) -> None:
    encoded = encode_view(view)
    values = open_blob(encoded.blobs[encoded.config["areas"]["values"]])[0]
    assert values["codes"] == [str(code) for code in view.areas.shapes.index]
    assert len(set(values["codes"])) == len(values["codes"])
    assert values["classes"] == view.areas.classes.tolist()
    assert values["lines"] == [list(told) for told in view.areas.lines]
    (layer,) = encoded.config["points"]
    head, _ = open_blob(encoded.blobs[layer["blob"]])
    assert head["lines"] == [["one"], ["two"], ["three"]]
    assert head["classes"] == [1, 0, 1]


def test_the_lattice_is_within_a_step_of_the_ground(view: MapView) -> None:
    encoded = encode_view(view)
    shapes = decode_shapes(encoded.blobs[encoded.config["areas"]["shapes"]])
    moved = view.areas.shapes.to_crs("EPSG:4326").geometry.to_numpy()
    degrees = find_tolerance(view.ground.district) / 100_000 + DEGREE_STEP
    for before, after in zip(moved, shapes, strict=True):
        assert shapely.hausdorff_distance(before, shapely.MultiPolygon(after)) < degrees
    assert encoded.config["bounds"] == pytest.approx(shapely.total_bounds(moved), abs=degrees)


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_shared_borders_stay_shared(town: Plan, level: str) -> None:
    encoded = encode_view(make_view(town, level))
    shapes = decode_shapes(encoded.blobs[encoded.config["areas"]["shapes"]])
    steps = _on_lattice([shapely.MultiPolygon(parts) for parts in shapes], DEGREE_STEP)
    assert shapely.coverage_is_valid(steps)
    ground = decode_shapes(encoded.blobs[encoded.config["ground"]])
    assert shapely.coverage_union_all(steps).equals(
        _on_lattice([shapely.MultiPolygon(ground[0])], DEGREE_STEP)[0]
    )


def test_outlines_run_along_the_borders_of_the_areas_inside(view: MapView) -> None:
    encoded = encode_view(view)
    steps = {}
    for name, digest in (
        ("areas", encoded.config["areas"]["shapes"]),
        ("outlines", encoded.config["outlines"]),
    ):
        shapes = decode_shapes(encoded.blobs[digest])
        steps[name] = _on_lattice([shapely.MultiPolygon(parts) for parts in shapes], DEGREE_STEP)
    fine = {tuple(xy) for xy in shapely.get_coordinates(steps["areas"])}
    assert {tuple(xy) for xy in shapely.get_coordinates(steps["outlines"])} <= fine
    assert encoded.config["outline_codes"] == [str(code) for code in view.outlines.index]


def test_what_is_told_changes_without_the_geometry(view: MapView) -> None:
    first = encode_view(view)
    areas = replace(
        view.areas, classes=view.areas.classes[::-1].copy(), lines=[["x"]] * len(view.areas.shapes)
    )
    second = encode_view(replace(view, areas=areas))
    changed = set(second.blobs) - set(first.blobs)
    assert changed == {second.config["areas"]["values"]}
    assert first.key != second.key
    assert encode_view(view).key == first.key


def test_the_settings_are_small_and_plain(view: MapView) -> None:
    config = encode_view(view).config
    assert json.loads(json.dumps(config)) == config
    assert len(json.dumps(config)) < 50_000
    assert config["tiles"] is None, "no base map unless the office has set one"
    assert not any("{" in word for word in config["words"].values())


def test_a_plane_of_its_own_stays_in_metres(view: MapView) -> None:
    def put(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_crs(LOCAL_METRES, allow_override=True)

    local = replace(
        view,
        areas=replace(view.areas, shapes=put(view.areas.shapes)),
        outlines=put(view.outlines),
        ground=replace(view.ground, streets=put(view.ground.streets), buildings=put(view.ground.buildings)),
    )
    config = encode_view(local, Tiles(("https://tiles.example/{z}/{x}/{y}.png",))).config
    assert config["projection"] == "plane"
    assert config["tiles"] is None
    assert config["bounds"] == pytest.approx(view.areas.shapes.total_bounds, abs=PLANE_STEP)


def test_on_shifted_tiles_all_layers_are_shifted_alike(view: MapView) -> None:
    xy = np.array([view.ground.district.centroid.coords[0]])
    view = replace(view, heat=HeatLayer("h", xy, np.array([1.0]), 100.0))
    tiles = Tiles(("https://tiles.example/{z}/{x}/{y}.png",), crs="gcj02")
    plain, shifted = encode_view(view), encode_view(view, tiles)
    for find in (
        lambda config: config["points"][0]["blob"],
        lambda config: config["heat"]["blob"],
    ):
        before = decode_places(plain.blobs[find(plain.config)])
        after = decode_places(shifted.blobs[find(shifted.config)])
        assert after == pytest.approx(from_wgs84(before, "gcj02"), abs=2 * DEGREE_STEP)
    west, south = (shifted.config["bounds"][side] - plain.config["bounds"][side] for side in (0, 1))
    assert 100 < np.hypot(west, south) * 111_000 < 900
    assert encode_view(view, replace(tiles, crs="cgcs2000")).config["bounds"] == plain.config["bounds"]


def test_buildings_lie_beside_each_other_in_the_stream(view: MapView) -> None:
    encoded = encode_view(view)
    assert encoded.config["building_count"] == len(view.ground.buildings)
    shapes = decode_shapes(encoded.blobs[encoded.config["buildings"]])
    assert len(shapes) == len(view.ground.buildings)
    sent = shapely.area(_on_lattice([shapely.MultiPolygon(parts) for parts in shapes], DEGREE_STEP)).sum()
    assert sent > 0


def test_an_empty_layer_is_none(view: MapView) -> None:
    ground = replace(
        view.ground, buildings=view.ground.buildings.iloc[:0], streets=view.ground.streets.iloc[:0]
    )
    config = encode_view(replace(view, ground=ground, outlines=None, points=())).config
    assert config["buildings"] is None
    assert config["streets"] is None
    assert config["outlines"] is None
    assert config["outline_codes"] == []


def test_a_county_is_small(view: MapView) -> None:
    """3,364 grids with rugged borders: below 700 KB as they go over the wire."""
    import gzip

    rng = np.random.default_rng(7)
    side = 58
    cells = [shapely.box(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    rugged = shapely.segmentize(np.array(cells, dtype=object), 1 / 10)
    wobble = rng.uniform(-0.02, 0.02, (1 + 10 * side, 1 + 10 * side, 2))

    def move(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        column, row = np.rint(xy * 10).astype(int).T
        return (xy + wobble[column, row]) * 400 + view.areas.shapes.total_bounds[:2]

    shapes = shapely.transform(rugged, move)
    frame = gpd.GeoDataFrame(
        index=[f"{n:05d}" for n in range(len(shapes))], geometry=shapes, crs=view.areas.shapes.crs
    )
    areas = replace(
        view.areas,
        shapes=frame,
        classes=np.zeros(len(frame), dtype=np.int64),
        labels=list(frame.index),
        lines=[["area", "people"]] * len(frame),
    )
    district = shapely.box(*frame.total_bounds)
    ground = replace(view.ground, district=district)
    encoded = encode_view(replace(view, areas=areas, outlines=None, ground=ground, points=()))
    packed = {name: len(gzip.compress(blob, 6)) for name, blob in encoded.blobs.items()}
    assert packed[encoded.config["areas"]["shapes"]] < 700_000
    assert packed[encoded.config["areas"]["values"]] < 60_000


def _on_lattice(shapes: list[shapely.Geometry], step: float) -> npt.NDArray[np.object_]:
    return shapely.transform(np.array(shapes, dtype=object), lambda xy: np.rint(xy / step))


def test_a_frame_without_a_system_is_refused(view: MapView) -> None:
    bare = replace(view.areas, shapes=view.areas.shapes.set_crs(None, allow_override=True))
    with pytest.raises(CRSError):
        encode_view(replace(view, areas=bare))
