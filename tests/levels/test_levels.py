"""Levels on small lattices: every atom placed, nested, contiguous, below the cap, land by its rule."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lattice_ground import make_lattice, pieces_of

from gridplan.scheme import load_preset
from gridplan.solve.grids.carriers import find_passages, gather_homes
from gridplan.solve.levels import solve_levels

SCHEME = load_preset("gridplan")


@settings(max_examples=20)
@given(
    st.lists(st.sampled_from([0, 0, 3, 8, 14, 25, 30]), min_size=64, max_size=64),
    st.sampled_from([(), (3,), (2, 6)]),
    st.sampled_from([(), (5,), (1, 4)]),
    st.sampled_from([20.0, 40.0, 120.0]),
)
def test_laws_hold_on_any_town(households, main, lanes, cell):
    graph, setting = make_lattice(8, households, main=main, lanes=lanes, cell=cell)
    done = solve_levels(graph, setting, SCHEME, seed=1)
    for level in SCHEME.levels:
        labels = done.labels[level.id]
        assert labels.min() >= 0
        assert pieces_of(labels, graph) == labels.max() + 1, "one piece each, no main street crossed"
        assert np.bincount(labels, graph.area).max() <= level.max_area_m2
    pairs = np.unique(np.stack([done.labels["grid"], done.labels["subgrid"]]), axis=1)
    assert pairs.shape[1] == done.labels["grid"].max() + 1, "a grid lies in one sub-grid"


def test_a_legal_town_is_legal_and_keeps_to_its_lanes():
    graph, setting = make_lattice(8, [12] * 64, lanes=(4,))
    labels = solve_levels(graph, setting, SCHEME).labels["grid"]
    loads = np.bincount(labels, graph.households)
    assert ((loads >= 50) & (loads <= 80)).all()
    assert len(np.unique(np.stack([labels, setting.block]), axis=1).T) == labels.max() + 1


def test_a_block_that_cannot_be_legal_alone_reaches_over_the_lane_only():
    # 8 homes of 5 left of the lane are 40 households: too few; right of it there is enough
    graph, setting = make_lattice(8, [5 if i % 8 == 0 else 12 for i in range(64)], lanes=(1,))
    done = solve_levels(graph, setting, SCHEME)
    loads = np.bincount(done.labels["grid"], graph.households)
    assert ((loads >= 50) & (loads <= 80)).all()
    assert done.certificates["grid"] == ()


def test_a_pocket_behind_a_main_street_is_proved():
    graph, setting = make_lattice(8, [5 if i % 8 == 0 else 12 for i in range(64)], main=(1,))
    done = solve_levels(graph, setting, SCHEME)
    proofs = done.certificates["grid"]
    assert sum(one.bound for one in proofs) == 40
    assert {atom for one in proofs for atom in one.core} == set(range(0, 64, 8))


def test_open_land_carries_nothing_and_becomes_an_area_of_its_own():
    homes = [10 if i % 8 < 3 or i % 8 > 4 else 0 for i in range(64)]
    graph, setting = make_lattice(8, homes, cell=40.0)  # 1,600 m2 each: above carry_land_m2
    labels = solve_levels(graph, setting, SCHEME).labels["grid"]
    land = graph.households == 0
    assert not set(labels[land]) & set(labels[~land])
    assert len(set(labels[land])) == 1


def test_a_shed_goes_with_its_house():
    homes = [20, 0, 20, 0] + [0] * 12
    graph, _ = make_lattice(4, homes, cell=10.0)
    home = gather_homes(graph, find_passages(graph, (1,), 1.0), 1000.0)
    assert home.tolist()[:4] == [0, 0, 2, 2]
    assert (home >= 0).all()
