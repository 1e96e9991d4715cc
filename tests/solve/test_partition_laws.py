"""Laws of the solver on small random grounds, judged by code that shares nothing with it but the rule."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.errors import InputError
from gridplan.solve import Partition, Weights, certify, make_rule, partition
from gridplan.solve.kernels.moves import anneal
from gridplan.solve.partition.search import price_layout, tally_layout
from gridplan.solve.problem import label_components, make_problem

LOWER, UPPER = np.array([50, 30]), np.array([80, 50])
MODES = ("weighted", "forbid", "majority")
FAST = settings(max_examples=40)


@st.composite
def grounds(draw, most=9, largest=60):
    """A small ground: a random tree with some chords, perhaps in two components."""
    n = draw(st.integers(1, most))
    units = draw(st.lists(st.integers(0, largest), min_size=n, max_size=n))
    kind = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    edges = {(draw(st.integers(0, i - 1)), i) for i in range(1, n) if draw(st.integers(0, 7)) > 0}
    for _ in range(draw(st.integers(0, n))):
        a, b = sorted((draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))))
        if a != b:
            edges.add((a, b))
    pairs = np.array(sorted(edges), np.int64).reshape(-1, 2)
    length = np.array([draw(st.integers(1, 40)) for _ in range(len(pairs))], float)
    area = np.array(draw(st.lists(st.integers(1, 20), min_size=n, max_size=n)), float) * 100.0
    return np.array(units), np.array(kind), pairs, length, area


def solve(ground, **options) -> Partition:
    units, kind, pairs, length, _ = ground
    return partition(units, kind, pairs, length, lower=LOWER, upper=UPPER, **options)


def is_connected(atoms, pairs) -> bool:
    left, front = set(atoms), [next(iter(atoms))]
    left.discard(front[0])
    while front:
        here = front.pop()
        for a, b in pairs:
            for x, y in ((a, b), (b, a)):
                if x == here and y in left:
                    left.discard(y)
                    front.append(y)
    return not left


def judge_part(atoms, units, kind, mixed) -> bool:
    """Legality in fractions-free words of the rule, written anew."""
    a = int(sum(units[v] for v in atoms if kind[v] == 0))
    s = int(sum(units[v] for v in atoms if kind[v] == 1))
    if a + s == 0:
        return True
    if mixed == "weighted":
        return 5 * a + 8 * s <= 400 and 3 * a + 5 * s >= 150
    if mixed == "forbid" and a > 0 and s > 0:
        return False
    low, high = (50, 80) if a >= s else (30, 50)
    return low <= a + s <= high


def count_ill(labels, ground, mixed="weighted", max_area=np.inf) -> int:
    units, kind, _, _, area = ground
    total = 0
    for part in np.unique(labels):
        atoms = np.flatnonzero(labels == part)
        if not judge_part(atoms, units, kind, mixed) or area[atoms].sum() > max_area:
            total += int(units[atoms].sum())
    return total


def find_least_ill(ground, mixed="weighted", max_area=np.inf, core=None) -> int:
    """Minimum of households out of bounds (of a core) over all plans, by subsets."""
    units, kind, pairs, _, area = ground
    n = len(units)
    core = range(n) if core is None else core
    weight = [int(units[v]) if v in set(core) else 0 for v in range(n)]
    legal = []
    for size in range(1, n + 1):
        for atoms in combinations(range(n), size):
            fits = judge_part(atoms, units, kind, mixed) and area[list(atoms)].sum() <= max_area
            if fits and is_connected(atoms, pairs):
                legal.append((sum(1 << v for v in atoms), sum(weight[v] for v in atoms)))
    best = np.zeros(1 << n, np.int64)  # most households of the core that legal parts within a set hold
    for mask in range(1, 1 << n):
        low = mask & -mask
        best[mask] = best[mask ^ low]
        for bits, gain in legal:
            if bits & low and bits & mask == bits:
                best[mask] = max(best[mask], best[mask ^ bits] + gain)
    return sum(weight) - int(best[-1])


def assert_whole(labels, ground) -> None:
    """Every atom in one part, parts numbered by first atom, each connected."""
    k = int(labels.max()) + 1
    assert (np.unique(labels) == np.arange(k)).all()
    assert (np.diff([np.flatnonzero(labels == part)[0] for part in range(k)]) > 0).all()
    for part in range(k):
        assert is_connected(np.flatnonzero(labels == part).tolist(), ground[2].tolist())


@FAST
@given(grounds(), st.sampled_from(MODES))
def test_small_grounds_reach_the_least_households_out_of_bounds(ground, mixed):
    done = solve(ground, mixed=mixed)
    assert_whole(done.labels, ground)
    assert count_ill(done.labels, ground, mixed) == find_least_ill(ground, mixed)


@FAST
@given(grounds(most=8), st.sampled_from(MODES), st.sampled_from([np.inf, 1500.0, 3000.0]), st.integers(0, 99))
def test_certificates_hold_for_any_labelling(ground, mixed, cap, seed):
    units, kind, pairs, _, area = ground
    labels = np.random.default_rng(seed).integers(0, 3, len(units))
    capped = {} if np.isinf(cap) else {"area": area, "max_area": cap}
    proofs = certify(units, kind, pairs, labels, lower=LOWER, upper=UPPER, mixed=mixed, **capped)
    cores = [v for proof in proofs for v in proof.core]
    assert len(cores) == len(set(cores))
    for proof in proofs:
        assert 0 < proof.bound <= find_least_ill(ground, mixed, cap, proof.core)


@FAST
@given(grounds(), st.sampled_from([800.0, 2000.0, 4000.0]))
def test_area_cap_is_kept_but_by_atoms_above_it_alone(ground, cap):
    area = ground[4]
    done = solve(ground, area=area, max_area=cap, weights=Weights(area=0.0))
    assert_whole(done.labels, ground)
    for part in np.unique(done.labels):
        inside = np.flatnonzero(done.labels == part)
        assert area[inside].sum() <= cap or (area[inside] > cap).any()


@FAST
@given(grounds(most=30, largest=25), st.integers(1, 12))
def test_wanted_count_is_met_where_components_allow(ground, parts):
    done = solve(ground, target_parts=parts)
    assert_whole(done.labels, ground)
    n, components = len(ground[0]), int(solve((np.zeros_like(ground[0]), *ground[1:])).labels.max()) + 1
    assert int(done.labels.max()) + 1 == min(n, max(parts, components))


@FAST
@given(grounds(most=40, largest=20), st.integers(0, 5), st.randoms(use_true_random=False))
def test_result_depends_on_neither_workers_nor_row_order(ground, seed, random):
    units, kind, pairs, length, _ = ground
    n = len(units)
    xy = np.stack([np.arange(n) * 1.0, np.arange(n) % 3.0], axis=1)
    first = solve(ground, seed=seed, xy=xy)
    assert (solve(ground, seed=seed, xy=xy, workers=3).labels == first.labels).all()
    shuffled = list(range(n))
    random.shuffle(shuffled)
    place = np.argsort(shuffled)
    rows = np.array(random.sample(range(len(pairs)), len(pairs)), np.int64)
    again = partition(
        units[shuffled],
        kind[shuffled],
        place[pairs][rows][:, ::-1],
        length[rows],
        lower=LOWER,
        upper=UPPER,
        seed=seed,
        xy=xy[shuffled],
    )
    back = again.labels[place]
    assert len(np.unique(np.stack([back, first.labels]), axis=1).T) == first.labels.max() + 1


@FAST
@given(grounds(most=25, largest=25), st.integers(0, 9))
def test_locked_parts_and_pinned_atoms_are_kept(ground, seed):
    start = solve(ground).labels.astype(np.int64)
    rng = np.random.default_rng(seed)
    locked = np.flatnonzero(rng.random(start.max() + 1) < 0.3)
    pinned = np.where(rng.random(len(start)) < 0.3, start, -1)
    done = solve(ground, initial=start, locked=locked, pinned=pinned, seed=seed).labels
    assert_whole(done, ground)
    for part in locked:
        kept = np.unique(done[start == part])
        assert len(kept) == 1 and (start[done == kept[0]] == part).all()
    for part in np.unique(pinned[pinned >= 0]):
        assert len(np.unique(done[pinned == part])) == 1
    held = pinned >= 0
    assert len({(p, d) for p, d in zip(pinned[held], done[held], strict=True)}) == len(np.unique(done[held]))


@FAST
@given(grounds(most=25, largest=25), st.integers(0, 9))
def test_resolving_never_makes_it_worse(ground, seed):
    rng = np.random.default_rng(seed)
    rough = partition(*ground[:4], lower=LOWER, upper=UPPER, target_parts=int(rng.integers(1, 6)), seed=seed)
    done = solve(ground, initial=rough.labels, seed=seed)
    assert_whole(done.labels, ground)
    assert count_ill(done.labels, ground) <= count_ill(rough.labels, ground)


def test_pin_moves_an_atom_into_another_part():
    n = 6
    pairs = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    pinned = np.array([0, -1, -1, 0, -1, -1])
    labels = partition(
        np.full(n, 15),
        np.zeros(n, int),
        pairs,
        np.ones(n - 1),
        lower=[20],
        upper=[80],
        initial=[0, 0, 0, 1, 1, 1],
        pinned=pinned,
    ).labels
    assert labels[:4].tolist() == [0, 0, 0, 0]


def test_buildings_stay_whole_unless_a_bound_demands_the_cut():
    # two slabs of two stairwells: 40 + 30 each, side by side; only whole slabs are needed
    pairs = np.array([[0, 1], [1, 2], [2, 3]])
    done = partition(
        [40, 30, 40, 30],
        [0] * 4,
        pairs,
        [1.0, 100.0, 1.0],
        lower=LOWER,
        upper=UPPER,
        building=[7, 7, 9, 9],
    )
    assert done.labels.tolist() == [0, 0, 1, 1]
    apart = partition(
        [45, 50, 45], [0] * 3, pairs[:2], [50.0, 1.0], lower=[40], upper=[60], building=[7, 7, 9]
    )
    assert len(set(apart.labels.tolist())) == 3


def test_lanes_are_the_better_borders():
    pairs = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    for at, wanted in ((1, [0, 0, 1, 1, 1]), (2, [0, 0, 0, 1, 1])):
        lane = np.arange(4) == at
        assert (
            partition([20] * 5, [0] * 5, pairs, [10.0] * 4, lane=lane, lower=[40], upper=[60]).labels.tolist()
            == wanted
        )


@pytest.mark.parametrize(
    ("kind", "homes", "least"),
    [
        (0, 0, 0),
        (0, 1, 1),
        (0, 49, 49),
        (0, 50, 0),
        (0, 80, 0),
        (0, 81, 1),
        (0, 99, 19),
        (0, 100, 0),
        (0, 149, 0),
        (1, 29, 29),
        (1, 30, 0),
        (1, 51, 1),
        (1, 59, 9),
        (1, 60, 0),
    ],
)
def test_lemma_for_one_kind(kind, homes, least):
    units = np.array([homes, 1])
    rule = make_rule(np.array([1, 1]), np.array([0, 1]), LOWER, UPPER)
    tally = np.zeros(2, np.int64)
    tally[kind] = units[0]
    assert rule.floor_households(tally) == least


def test_weighted_rule_is_decided_in_whole_numbers():
    rule = make_rule(np.array([1, 1]), np.array([0, 1]), LOWER, UPPER)
    homes = np.array([[40, 25], [40, 26], [25, 15], [25, 14], [80, 0], [0, 50], [0, 0]])
    assert rule.is_legal(homes).tolist() == [True, False, True, False, True, True, True]


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        partition([1, -2], [0, 5], [[0, 0], [0, 1]], [1.0, -1.0], lower=[60], upper=[50])
    assert len(caught.value.values["faults"]) >= 4


def test_time_limit_gives_a_whole_labelling():
    side = 40
    index = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], 1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], 1),
        ]
    )
    units = np.full(side * side, 2)
    done = partition(
        units, np.ones(side * side, int), pairs, np.ones(len(pairs)), lower=LOWER, upper=UPPER, time_limit=0.0
    )
    assert done.status == "time_limit"
    assert_labels = np.bincount(done.labels)
    assert assert_labels.min() > 0 and len(done.labels) == side * side


def make_lattice(rows, columns, seed=0):
    """A village of houses of 1-4 households in a lattice, some borders on lanes."""
    rng = np.random.default_rng(seed)
    index = np.arange(rows * columns).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], 1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], 1),
        ]
    )
    units, kind = rng.integers(1, 5, rows * columns), np.ones(rows * columns, np.int64)
    return units, kind, pairs, rng.uniform(4.0, 16.0, len(pairs)), np.full(len(units), 200.0)


def assert_connected_parts(labels, pairs) -> None:
    inside = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
    pieces = label_components(len(labels), inside[:, 0], inside[:, 1])
    assert pieces.max() == labels.max()


@FAST
@given(grounds(most=25, largest=30), st.sampled_from(MODES), st.booleans(), st.integers(0, 99))
def test_annealing_keeps_its_books(ground, mixed, with_area, seed):
    units, kind, pairs, length, area = ground
    capped = {"area": area, "max_area": 4_000.0} if with_area else {}
    problem = make_problem(units, kind, pairs, length, lower=LOWER, upper=UPPER, mixed=mixed, **capped)
    labels = label_components(len(units), problem.tail[: len(pairs) // 2], problem.head[: len(pairs) // 2])
    fixed = np.random.default_rng(seed).random(len(units)) < 0.2
    region, terms = problem.cut_region(np.arange(len(units)), fixed), problem.make_terms(40.0)
    layout = tally_layout(region, labels.copy(), spare=3)
    before = price_layout(region, terms, labels)
    gained = anneal(region, terms, layout, np.array([200.0, 300.0, 1.0]), False, np.array([2 * seed + 1]))
    after = price_layout(region, terms, layout.labels)
    assert gained == pytest.approx(after - before, rel=1e-5, abs=1e-2)
    again = tally_layout(region, layout.labels, spare=len(layout.size) - int(layout.labels.max()) - 1)
    for kept, counted in zip(layout[1:], again[1:], strict=True):
        assert np.allclose(kept, counted)
    assert (layout.labels[fixed] == labels[fixed]).all()
    for part in np.unique(layout.labels):
        assert is_connected(np.flatnonzero(layout.labels == part).tolist(), pairs.tolist())


@pytest.mark.parametrize(("rows", "columns", "parts"), [(96, 100, None), (60, 68, 255)])
def test_workers_do_not_matter_where_there_are_blocks(rows, columns, parts):
    ground = make_lattice(rows, columns)
    first, second = (solve(ground, target_parts=parts, workers=workers).labels for workers in (1, 2))
    assert (first == second).all()
    assert_connected_parts(first, ground[2])
    load = np.bincount(first, ground[0])
    assert load.min() >= 30 and load.max() <= 50


@pytest.mark.slow
@pytest.mark.parametrize("parts", [None, 1_250])
def test_a_giant_component_is_solved_block_by_block(parts):
    ground = make_lattice(130, 154)
    labels = solve(ground, target_parts=parts, workers=2).labels
    assert_connected_parts(labels, ground[2])
    load = np.bincount(labels, ground[0])
    assert load.min() >= 30 and load.max() <= 50
    assert parts is None or (len(load) == parts and load.std() / load.mean() < 0.05)
    # few parts: within 3 % of the bound
    assert parts is not None or len(load) <= 1.03 * ground[0].sum() / 50
