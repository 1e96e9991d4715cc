"""Levels of three makes in one scheme: faces, given areas, bounded ones, counts, classes of ground."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lattice_ground import make_lattice, pieces_of
from raising import raises

from gridplan.errors import SchemeError
from gridplan.graph import fence_graph, take_ground
from gridplan.graph.faces import find_faces
from gridplan.scheme import load_preset, parse_scheme
from gridplan.solve.fences import cross_labels
from gridplan.solve.grids.counted import reach_count
from gridplan.solve.kernels.shares import share_count
from gridplan.solve.levels import solve_levels

BASE = load_preset("gridplan").text.split("[codes]")[0]
GRID = """
[[levels]]
id = "grid"
name = { zh = "网格", en = "grid" }
measure = "households"
bounds = { apartment = [50, 80], selfbuilt = [30, 50] }
"""


def make_scheme(levels):
    return parse_scheme(BASE + levels)


def level(id_, **rules):
    words = [f'id = "{id_}"', f'name = {{ zh = "层", en = "{id_}" }}']
    words += [f"{key} = {json.dumps(value)}" for key, value in rules.items()]
    return "\n[[levels]]\n" + "\n".join(words) + "\n"


def test_faces_lie_between_streets_of_their_ranks_and_grids_lie_in_them():
    graph, setting = make_lattice(8, [12] * 64, main=(4,), lanes=(2, 6))
    scheme = make_scheme(
        level("region", make="faces", ranks=(1,))
        + level("section", make="faces", ranks=(1, 2), parent="region")
        + GRID
        + 'parent = "section"\n'
    )
    done = solve_levels(graph, setting, scheme)
    assert [int(done.labels[one.id].max()) + 1 for one in scheme.levels[:2]] == [2, 4]
    nested = np.unique(np.stack([done.labels["grid"], done.labels["section"]]), axis=1)
    assert nested.shape[1] == done.labels["grid"].max() + 1


def test_a_sliver_joins_the_neighbour_with_the_longest_border():
    graph, _ = make_lattice(6, [12] * 36, lanes=(1, 4))
    area = np.where(np.arange(36) % 6 == 0, 10.0, 1600.0)
    rules = make_scheme(level("s", make="faces", ranks=(2,), merge_m2=100.0))["s"]
    faces = find_faces(replace(graph, area=area), rules)
    assert faces.labels.max() == 1
    assert faces.merged_m2.tolist() == [60.0]
    assert len(set(faces.labels.reshape(6, 6)[:, :4].ravel())) == 1


def test_given_areas_are_taken_and_ground_of_nobody_stands_apart():
    graph, setting = make_lattice(6, [12] * 36)
    ward = np.repeat([0, 1, -1], 12)
    scheme = make_scheme(level("ward", make="given") + GRID + 'parent = "ward"\n')
    done = solve_levels(graph, replace(setting, existing={"ward": ward}), scheme)
    assert np.array_equal(done.labels["ward"], np.where(ward < 0, 2, ward))
    nested = np.unique(np.stack([done.labels["grid"], done.labels["ward"]]), axis=1)
    assert nested.shape[1] == done.labels["grid"].max() + 1
    with raises(SchemeError, "existing_missing"):
        solve_levels(graph, setting, scheme)


@pytest.mark.parametrize("lanes", [(), (3,), (2, 5)])
@pytest.mark.parametrize("count", [10, 11, 12, 14])
def test_a_count_that_can_be_met_is_met_legally(count, lanes):
    # 64 homes of 12, five or six to a grid of 50-80: eleven grids or twelve
    graph, setting = make_lattice(8, [12] * 64, lanes=lanes)
    scheme = make_scheme(GRID + f"count = {count}\n")
    labels = solve_levels(graph, setting, scheme).labels["grid"]
    loads = np.bincount(labels, graph.households)
    assert ((loads >= 50) & (loads <= 80)).all()
    assert len(loads) == np.clip(count, 11, 12)


def test_a_count_is_given_up_when_the_time_is_up_and_what_is_legal_stays_so():
    graph, setting = make_lattice(8, [12] * 64, lanes=(2, 5))
    scheme = make_scheme(GRID + "count = 14\n")
    legal = solve_levels(graph, setting, make_scheme(GRID)).labels["grid"]
    for limit, late in ((0.0, True), (None, False)):
        labels, told = reach_count(graph, setting.block, scheme["grid"], scheme, legal, time_limit=limit)
        loads = np.bincount(labels, graph.households)
        assert told == late
        assert pieces_of(labels, graph) == len(loads)
        assert ((loads >= 50) & (loads <= 80)).all()
    assert solve_levels(graph, setting, scheme, time_limit=0.0).timed_out


def test_a_mere_count_shares_homes_evenly_and_takes_the_land_along():
    homes = [12 if i % 3 else 0 for i in range(64)]
    graph, setting = make_lattice(8, homes)
    labels = solve_levels(graph, setting, make_scheme(level("grid", count=7))).labels["grid"]
    loads = np.bincount(labels, graph.households)
    assert len(loads) == 7
    assert pieces_of(labels, graph) == 7
    assert loads.max() <= 1.35 * loads.mean() and loads.min() >= 0.65 * loads.mean()


def test_a_count_of_areas_by_ground_keeps_the_cap_and_the_parents():
    graph, setting = make_lattice(8, [12] * 64, cell=100.0)
    ward = np.tile(np.repeat([0, 1], 4), 8)
    scheme = make_scheme(
        level("ward", make="given")
        + level(
            "subgrid",
            parent="ward",
            measure="area",
            max_area_m2=60_000.0,
            count=14,
            statistic="mean",
            warn=("each",),
        )
    )
    labels = solve_levels(graph, replace(setting, existing={"ward": ward}), scheme).labels["subgrid"]
    assert labels.max() + 1 == 14
    assert np.bincount(labels, graph.area).max() <= 60_000.0
    assert len(np.unique(np.stack([labels, ward]), axis=1).T) == 14


def test_ground_that_a_level_does_not_apply_to_keeps_what_stands_or_gets_its_own_count():
    graph, setting = make_lattice(8, [12] * 64)
    ward = np.tile(np.repeat([0, 1], 4), 8)
    setting = replace(setting, existing={"ward": ward}, urban=ward == 0)
    scheme = make_scheme(
        level("ward", make="given")
        + GRID
        + 'parent = "ward"\napplies_to = "urban"\ncount = 6\ncount_elsewhere = 3\n'
    )
    labels = solve_levels(graph, setting, scheme).labels["grid"]
    assert len(np.unique(labels[ward == 0])) == 6
    assert len(np.unique(labels[ward == 1])) == 3
    assert not set(labels[ward == 0]) & set(labels[ward == 1])


def test_a_grid_is_first_sought_inside_a_compound():
    graph, setting = make_lattice(8, [15] * 64)
    compound = np.where(np.arange(64) % 8 < 4, np.where(np.arange(64) < 32, 0, 1), -1)
    labels = solve_levels(graph, replace(setting, compound=compound), make_scheme(GRID)).labels["grid"]
    assert len(np.unique(np.stack([labels, compound]), axis=1).T) == labels.max() + 1


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=12),
    st.integers(0, 80),
)
def test_a_count_is_shared_out_within_limits(parts, count):
    loads, least, more = (np.array(column) for column in zip(*parts, strict=True))
    most = least + more
    given_ = share_count(loads, least, most, count)
    assert ((given_ >= least) & (given_ <= most)).all()
    assert given_.sum() == np.clip(count, least.sum(), most.sum())


def test_fences_take_borders_away_and_cut_outs_keep_theirs():
    graph, setting = make_lattice(4, [12] * 16)
    fence = cross_labels(16, [np.tile([0, 0, 1, 1], 4), np.repeat([0, 1], 8)])
    assert fence.max() == 3
    inside = fence_graph(graph, fence)
    assert (fence[inside.edges[:, 0]] == fence[inside.edges[:, 1]]).all()
    part, around = take_ground(graph, setting, np.flatnonzero(fence == 0))
    assert len(part) == 4 and len(part.edges) == 4 and len(around.block) == 4
