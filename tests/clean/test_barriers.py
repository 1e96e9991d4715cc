"""Borders: what is one, how its ends are mended, and that medians are no blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridplan.clean import clean_layers
from gridplan.schema import CleanLayers, Layers
from gridplan.scheme import Scheme

LayersOf = Callable[..., Layers]


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


def cells(clean: CleanLayers, deepest: int = 3) -> np.ndarray:
    lines = clean.barriers[clean.barriers["rank"] <= deepest].geometry
    arrangement = shapely.union_all([shapely.boundary(clean.district), *lines])
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(arrangement)))


def codes(clean: CleanLayers) -> set[tuple[str, str]]:
    return set(zip(clean.issues["code"], clean.issues["action"], strict=True))


def test_median_between_carriageways_is_no_block(scheme: Scheme, layers_of: LayersOf) -> None:
    main = [line((0, 500), (1000, 500)), line((0, 515), (1000, 515))]
    side = [line((x, 515), (x, 1000)) for x in (200, 500, 800)] + [line((x, 500), (x, 0)) for x in (350, 650)]
    across = [line((500, 500), (500, 515))]
    classes = ["primary"] * 2 + ["residential"] * 5 + ["primary"]
    clean = clean_layers(layers_of([], main + side + across, classes), scheme)
    assert len(cells(clean)) == 7
    assert shapely.area(cells(clean)).min() > 50_000
    assert len(cells(clean, deepest=1)) == 2
    assert ("street_sliver_merged", "merged") in codes(clean)


def test_median_with_a_house_is_a_block(scheme: Scheme, layers_of: LayersOf) -> None:
    main = [line((0, 500), (1000, 500)), line((0, 515), (1000, 515))]
    clean = clean_layers(layers_of([shapely.box(400, 503, 420, 512)], main), scheme)
    assert len(cells(clean)) == 3


def test_roundabout_becomes_a_crossing(scheme: Scheme, layers_of: LayersOf) -> None:
    ring = shapely.boundary(shapely.Point(500, 500).buffer(12, quad_segs=8))
    arms = [
        line((0, 500), (488, 500)),
        line((512, 500), (1000, 500)),
        line((500, 0), (500, 488)),
        line((500, 512), (500, 1000)),
    ]
    clean = clean_layers(layers_of([], [ring, *arms]), scheme)
    assert len(cells(clean, deepest=1)) == 4


def test_slip_road_goes_and_the_streets_stay(scheme: Scheme, layers_of: LayersOf) -> None:
    streets = [line((0, 500), (1000, 500)), line((500, 0), (500, 1000)), line((480, 500), (500, 520))]
    clean = clean_layers(layers_of([], streets, ["primary", "secondary", "primary_link"]), scheme)
    assert set(clean.barriers["street_id"]) == {"s000", "s001"}
    assert len(cells(clean)) == 4


def test_gap_is_closed_and_a_dead_end_goes(scheme: Scheme, layers_of: LayersOf) -> None:
    streets = [line((0, 500), (1000, 500)), line((300, 0), (300, 498)), line((700, 0), (700, 480))]
    clean = clean_layers(layers_of([], streets, "residential"), scheme)
    assert len(cells(clean)) == 3
    assert "s002" not in set(clean.barriers["street_id"])
    assert codes(clean) >= {("street_gap_closed", "repaired"), ("street_dead_end", "dropped")}


def test_open_main_street_is_closed_along_lanes(scheme: Scheme, layers_of: LayersOf) -> None:
    streets = [line((0, 500), (1000, 500)), line((500, 1000), (500, 700)), line((500, 700), (500, 500))]
    clean = clean_layers(layers_of([], streets, ["primary", "primary", "residential"]), scheme)
    assert len(cells(clean, deepest=1)) == 3
    assert ("street_promoted_to_close", "repaired") in codes(clean)


def test_open_main_street_without_a_way_on_is_noted(scheme: Scheme, layers_of: LayersOf) -> None:
    streets = [
        line((500, 1000), (500, 600)),
        line((100, 600), (900, 600)),
        line((100, 600), (100, 0)),
        line((900, 600), (900, 0)),
    ]
    clean = clean_layers(layers_of([], streets, ["primary", *["residential"] * 3]), scheme)
    assert ("street_open_end", "noted") in codes(clean)
    assert len(cells(clean, deepest=2)) == 3


def test_main_street_is_drawn_to_the_rim(scheme: Scheme, layers_of: LayersOf) -> None:
    clean = clean_layers(layers_of([], [line((30, 500), (970, 500))]), scheme)
    assert len(cells(clean, deepest=1)) == 2
    assert clean.issues.loc[clean.issues["code"] == "street_drawn_to_rim", "value"].sum() == pytest.approx(60)


def test_paths_and_tunnels_are_no_borders(scheme: Scheme, layers_of: LayersOf) -> None:
    layers = layers_of([], [line((0, 300), (1000, 300)), line((0, 600), (1000, 600))], ["footway", "primary"])
    layers = replace(layers, streets=layers.streets.assign(tunnel=[False, True]))
    clean = clean_layers(layers, scheme)
    assert clean.barriers.empty
    assert codes(clean) == {("street_not_border", "dropped"), ("street_underground", "dropped")}


def test_river_is_a_block_and_a_pond_is_not(scheme: Scheme, layers_of: LayersOf) -> None:
    water = gpd.GeoDataFrame(
        {
            "barrier_id": ["w0", "w1", "w2", "w3"],
            "barrier_class": ["river", "river", "water", "river"],
            "name": None,
            "rank": None,
        },
        geometry=[
            shapely.box(400, -50, 480, 500),
            shapely.box(400, 500, 480, 1050),
            shapely.box(700, 700, 720, 720),
            line((440, -50), (440, 1050)),
        ],
        crs="EPSG:32650",
    )
    clean = clean_layers(replace(layers_of([], []), barriers=water), scheme)
    assert sorted(np.round(shapely.area(cells(clean)))) == [80_000, 400_000, 520_000]
    assert codes(clean) >= {
        ("water_small", "dropped"),
        ("water_line_inside", "merged"),
        ("water_pieces_joined", "merged"),
    }


def test_district_is_derived_around_the_buildings(scheme: Scheme, layers_of: LayersOf) -> None:
    shapes = list(shapely.box(x := np.arange(100, 900, 50), 100, x + 20, 120))
    layers = replace(layers_of(shapes, []), boundary=None)
    clean = clean_layers(layers, scheme)
    assert shapely.covers(clean.district, clean.buildings.geometry.to_numpy()).all()
    assert clean.district.geom_type == "Polygon"
    assert ("district_derived", "estimated") in codes(clean)
