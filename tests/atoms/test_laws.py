"""Laws of the atoms on random towns of rectangles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.atoms import Atoms
from tests.atoms.towns import Town, check_laws, make_town

# lots of 25 m; a house on each may fill its lot, so that neighbours share walls
LOT = 25.0
COLUMNS, ROWS = 8, 4


@st.composite
def towns(draw: st.DrawFn) -> Town:
    footprints, households, kinds = [], [], []
    for lot in range(COLUMNS * ROWS):
        if not draw(st.booleans()):
            continue
        x, y = (lot % COLUMNS) * LOT, (lot // COLUMNS) * LOT
        left, low = draw(st.integers(0, 16)) / 2, draw(st.integers(0, 16)) / 2
        right, high = LOT - draw(st.integers(0, 16)) / 2, LOT - draw(st.integers(0, 16)) / 2
        shape = shapely.box(x + left, y + low, x + right, y + high)
        if draw(st.integers(0, 5)) == 0:
            shape = shape.difference(shape.buffer(-3, join_style="mitre"))
        footprints.append(shape)
        households.append(draw(st.sampled_from([0, 1, 1, 5, 40, 130])))
        kinds.append("empty" if households[-1] == 0 else "apartment" if households[-1] > 3 else "selfbuilt")
    # streets of any rank anywhere, also through houses
    streets = []
    for x in draw(st.lists(st.sampled_from([24.0, 50.0, 77.5, 110.0, 150.0]), unique=True, max_size=3)):
        slant = draw(st.sampled_from([0.0, 0.0, 7.3]))
        streets.append((draw(st.integers(1, 3)), [(x, -5.0), (x + slant, 105.0)]))
    level = draw(st.lists(st.sampled_from([25.0, 52.0, 80.0]), unique=True, max_size=2))
    streets += [(draw(st.integers(1, 3)), [(-5.0, y), (205.0, y)]) for y in level]
    return make_town(
        footprints,
        streets,
        households=np.array(households, dtype=np.int64),
        population=np.array(households, dtype=np.int64) * 3 + 1,
        kind=kinds,
    )


def same(first: Atoms, second: Atoms) -> None:
    pd.testing.assert_frame_equal(
        first.frame.drop(columns="geometry"), second.frame.drop(columns="geometry"), rtol=1e-6
    )
    assert (first.frame.geometry.to_wkb() == second.frame.geometry.to_wkb()).all()


@given(towns())
@settings(max_examples=40)
def test_laws_hold_on_any_town(town: Town) -> None:
    check_laws(town, town.build())


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_row_order_leaves_no_trace(town: Town, random: object) -> None:
    rows, lines = list(range(len(town.buildings))), list(range(len(town.barriers)))
    random.shuffle(rows)
    random.shuffle(lines)
    shuffled = Town(town.buildings.iloc[rows], town.barriers.iloc[lines], town.district)
    same(town.build(), shuffled.build())


@given(towns(), st.integers(-500_000, 500_000), st.integers(-4_000_000, 4_000_000))
@settings(max_examples=15)
def test_moving_the_town_moves_the_atoms(town: Town, x: int, y: int) -> None:
    here, there = town.build().frame, town.shift(x, y).build().frame
    assert list(here["building_id"]) == list(there["building_id"])
    assert list(here["slice"]) == list(there["slice"])
    back = shapely.transform(there.geometry.to_numpy(), lambda xy: xy - [x, y])
    np.testing.assert_allclose(shapely.area(back), here["area_m2"], rtol=1e-6)


@given(towns())
@settings(max_examples=10)
def test_tiles_leave_no_trace(town: Town) -> None:
    from gridplan.atoms import build

    whole, size = town.build(), build.TILE_BUILDINGS
    try:
        build.TILE_BUILDINGS = 1
        tiled = town.build()
    finally:
        build.TILE_BUILDINGS = size
    same(whole, tiled)


@given(towns())
@settings(max_examples=20)
def test_atoms_stay_in_one_block(town: Town) -> None:
    atoms = town.build()
    across = set(atoms.issues.query("code == 'building_across_street'")["id"])
    joined = (atoms.issues["code"] == "face_without_building").any()
    lines = shapely.union_all(town.barriers.geometry.to_numpy()[town.barriers["rank"].to_numpy() <= 2])
    faces = shapely.get_parts(shapely.polygonize([shapely.node(town.district.boundary.union(lines))]))
    if across or joined or len(faces) == 0:
        return
    for cell in atoms.frame.geometry:
        parts = shapely.area(shapely.intersection(cell, faces))
        assert np.sort(parts)[-1] >= cell.area - 0.05 * np.sqrt(cell.area) - 0.5
