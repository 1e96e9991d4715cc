"""What is called impossible is impossible, and a way out does what it says: against trying everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gridplan
from gridplan.feasibility import judge_feasibility
from gridplan.feasibility.bounds import make_bounds
from gridplan.feasibility.cores import Load, find_cores
from gridplan.graph import find_components
from tests.feasibility.small_grounds import (
    GRID,
    SCHEME,
    find_most_held,
    list_legal_areas,
    make_ground,
    with_levels,
)

SIZES = st.sampled_from([0, 0, 4, 9, 15, 20, 25, 30, 41, 45, 52, 60, 79, 85, 110])


@st.composite
def small_towns(draw, most=8):
    """A connected or broken town of a few atoms, with land, kinds, main streets and lanes."""
    n = draw(st.integers(1, most))
    households = draw(st.lists(SIZES, min_size=n, max_size=n))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    edges = sorted(draw(st.sets(st.sampled_from(pairs), max_size=2 * n))) if pairs else []
    ranks = draw(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=len(edges), max_size=len(edges)))
    kind = draw(st.lists(st.sampled_from([0, 0, 1]), min_size=n, max_size=n))
    area = draw(st.lists(st.sampled_from([50.0, 400.0, 900.0, 3000.0]), min_size=n, max_size=n))
    graph, setting = make_ground(
        households, edges, rank=np.array(ranks, dtype=np.int8), kind=np.array(kind), area=area
    )
    closed = [edge for edge, rank in zip(edges, ranks, strict=True) if rank == 0]
    blocks = find_components(n, np.array(closed, dtype=np.int64).reshape(-1, 2)).astype(np.int64)
    return graph, replace(setting, block=blocks)


LEVELS = st.builds(
    lambda mixed, cap: replace(GRID, parent="", mixed=mixed, max_area_m2=cap),
    st.sampled_from(["weighted", "weighted", "forbid", "majority"]),
    st.sampled_from([0.0, 500.0, 1000.0, 5000.0]),
)


@settings(max_examples=200)
@given(small_towns(), LEVELS)
def test_what_a_core_loses_no_choice_of_areas_holds(town, level):
    graph, setting = town
    open_ = graph.border_rank != 1
    pairs = graph.edges[open_].astype(np.int64)
    carries = (graph.households > 0) | (graph.area <= SCHEME.atoms.carry_land_m2)
    load = Load(
        make_bounds(level, graph, setting),
        graph.area,
        setting.population,
        level.max_area_m2 or np.inf,
        np.inf,
    )
    taken = np.zeros(len(graph), dtype=int)
    cores, legal, total = (
        find_cores(load, pairs, carries),
        list_legal_areas(load, pairs, carries),
        load.bounds.total,
    )
    for core in cores:
        taken[core.atoms] += 1
        held = np.zeros(len(graph), dtype=np.int64)
        held[core.atoms] = total[core.atoms]
        assert 0 < core.lost <= held.sum()
        assert held.sum() - find_most_held(legal, held) >= core.lost, core.cause
    assert taken.max(initial=0) <= 1
    # together they are as true as one by one
    assert sum(core.lost for core in cores) <= total.sum() - find_most_held(legal, total)


@settings(max_examples=80)
@given(small_towns(most=9), LEVELS)
def test_ways_out_do_what_they_say(town, level):
    graph, setting = town
    scheme = with_levels(level)
    street = np.arange(len(graph.edges), dtype=np.int64) // 2
    before = judge_feasibility(graph, setting, scheme, border_street=street)
    for one in before.obstacles:
        assert one.ways[-1].action == "accept"
        if one.scope != "ground":
            continue
        for way in one.ways:
            opened = np.zeros(len(graph.edges), dtype=bool)
            if way.action == "lower":
                opened = np.isin(street, way.streets)
            elif way.action == "cross" and not way.land:
                piece = before.levels[0].piece[graph.edges]
                sides = {one.piece, *way.beside}
                opened = np.isin(street, way.streets) & np.array(
                    [set(row) == sides for row in piece.tolist()]
                )
            if opened.any():
                rank = np.where(opened, 0, graph.border_rank).astype(np.int8)
                after = judge_feasibility(
                    replace(graph, border_rank=rank), setting, scheme, border_street=street
                )
                assert before.levels[0].lost - after.levels[0].lost == way.gained


@settings(max_examples=40)
@given(small_towns(most=9), LEVELS)
def test_joins_of_blocks_hold_what_they_say(town, level):
    graph, setting = town
    outlook = judge_feasibility(graph, setting, with_levels(level))
    bounds = make_bounds(level, graph, setting)
    assert outlook.levels[0].piece_held.sum() == bounds.total.sum() == outlook.levels[0].held
    for one in outlook.obstacles:
        assert one.held == bounds.total[one.atoms].sum()
        assert one.households == graph.households[one.atoms].sum()
        for way in one.ways[:-1]:
            assert way.gained > 0
            assert way.held >= one.held or way.action == "lower" or one.scope == "ground"
            if way.left == 0 and way.action == "cross":
                assert way.fewest <= way.most


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([0, 5, 12, 20, 28, 30, 60]), min_size=36, max_size=36),
    st.sets(st.integers(1, 5), max_size=2),
    st.sampled_from([0.0, 3000.0]),
)
def test_no_plan_has_more_legal_areas_or_fewer_households_out(households, main, cap):
    side = 6
    at = np.arange(side * side).reshape(side, side)
    right = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    down = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    rank = np.r_[np.isin(right[:, 1] % side, sorted(main)).astype(np.int8), np.zeros(len(down), np.int8)]
    graph, setting = make_ground(households, np.concatenate([right, down]), rank=rank, area=400.0)
    level = replace(GRID, parent="", max_area_m2=cap)
    outlook = judge_feasibility(graph, setting, with_levels(level)).levels[0]
    open_ = graph.border_rank != 1
    low, high = level.bound_arrays()
    labels = gridplan.partition(
        graph.households, graph.kind, graph.edges[open_], graph.border_length[open_],
        lower=low, upper=np.maximum(high, 1), area=graph.area, max_area=cap or None,
    ).labels  # fmt: skip
    k = int(labels.max()) + 1
    held = np.bincount(labels, graph.households, minlength=k)
    legal = (held >= 50) & (held <= 80)
    if cap:
        legal &= np.bincount(labels, graph.area, minlength=k) <= cap
    assert int(outlook.piece_most.sum()) >= legal.sum()
    assert held[~legal].sum() >= outlook.lost
    if legal[held > 0].all():
        assert outlook.fewest <= legal.sum() <= outlook.most


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_atoms_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    n = 40
    households = rng.choice([0, 8, 20, 45, 70], n)
    edges = np.array(
        [(i, j) for i in range(n) for j in range(i + 1, n) if j - i in (1, 7) and rng.random() < 0.8]
    )
    rank = rng.choice([0, 0, 1, 2], len(edges)).astype(np.int8)
    graph, setting = make_ground(households, edges, rank=rank)
    turn = rng.permutation(n)
    moved, moved_rank = _turn(edges, rank, turn)
    turned, around = make_ground(households[turn], moved, rank=moved_rank)
    blocks = find_components(n, graph.edges[graph.border_rank == 0]).astype(np.int64)
    first = judge_feasibility(graph, replace(setting, block=blocks), with_levels(GRID_ALONE))
    second = judge_feasibility(turned, replace(around, block=blocks[turn]), with_levels(GRID_ALONE))
    told = [
        sorted((one.scope, one.cause, one.held, one.lost) for one in outlook.obstacles)
        for outlook in (first, second)
    ]
    assert told[0] == told[1]
    assert first.levels[0].lost == second.levels[0].lost


GRID_ALONE = replace(GRID, parent="")


def _turn(edges, rank, turn):
    place = np.argsort(turn)
    moved = np.sort(place[edges], axis=1)
    order = np.lexsort(moved.T[::-1])
    return moved[order], rank[order]
