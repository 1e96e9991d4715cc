"""The parts that proofs are made of, against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.check.groups import EXHAUSTED, FOUND, NONE, GroupSearch, collect_groups, find_group
from gridplan.check.proofs import _pack_groups
from gridplan.check.rule import LEGAL, BoundedLoads, make_load_rule
from gridplan.scheme import Level, Text

NAME = Text("网格", "grid")


def make_rule(
    mixed: str, bounds: dict[str, tuple[int, int]], homes: list[int], kinds: list[int]
) -> BoundedLoads:
    level = Level("grid", NAME, bounds=bounds, mixed=mixed)
    counts = np.array(homes, dtype=np.int64)
    return make_load_rule(level, counts, np.array(kinds, dtype=np.int64), np.ones(len(kinds), dtype=bool))


def make_search(
    rule: BoundedLoads, pairs: list[tuple[int, int]], area: list[float], cap: float
) -> GroupSearch:
    n = len(rule.loads)
    near: list[list[int]] = [[] for _ in range(n)]
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in near])]).astype(np.int64)
    flat = np.array([j for one in near for j in sorted(one)], dtype=np.int64)
    return GroupSearch(starts, flat, rule.loads, np.array(area), rule, cap)


def is_connected(group: set[int], pairs: list[tuple[int, int]]) -> bool:
    reached = {min(group)}
    while True:
        more = {b for a, b in pairs if a in reached and b in group} | {
            a for a, b in pairs if b in reached and a in group
        }
        if more <= reached:
            return reached == group
        reached |= more


def list_groups(search: GroupSearch, pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
    n = len(search.area)
    found = set()
    for size in range(1, n + 1):
        for chosen in itertools.combinations(range(n), size):
            group = set(chosen)
            sums = search.loads[list(group)].sum(axis=0)[None, :]
            small = search.area[list(group)].sum() <= search.max_area
            if small and search.rule.check(sums)[0] == LEGAL and is_connected(group, pairs):
                found.add(frozenset(group))
    return found


@st.composite
def small_searches(draw: st.DrawFn) -> tuple[GroupSearch, list[tuple[int, int]]]:
    n = draw(st.integers(2, 8))
    homes = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    kinds = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    pairs = draw(
        st.lists(st.sampled_from(list(itertools.combinations(range(n), 2))), unique=True, max_size=14)
    )
    mixed = draw(st.sampled_from(["weighted", "majority"]))
    rule = make_rule(mixed, {"apartment": (8, 12), "selfbuilt": (5, 8)}, homes, kinds)
    cap = draw(st.sampled_from([np.inf, 4.0]))
    return make_search(rule, pairs, [1.0] * n, cap), pairs


@given(case=small_searches())
@settings(max_examples=150, deadline=None)
def test_enumeration_finds_each_legal_group_once(case: tuple[GroupSearch, list[tuple[int, int]]]) -> None:
    search, pairs = case
    wanted = list_groups(search, pairs)
    groups = collect_groups(search, np.arange(len(search.area)), 10**6)
    assert groups is not None
    starts, members = groups
    listed = [frozenset(members[a:b].tolist()) for a, b in itertools.pairwise(starts)]
    assert len(listed) == len(set(listed))
    assert set(listed) == wanted
    for atom in range(len(search.area)):
        expected = FOUND if any(atom in group for group in wanted) else NONE
        assert find_group(search, atom, 10**6) == expected


def test_enumeration_says_when_its_budget_runs_out() -> None:
    rule = make_rule("weighted", {"apartment": (90, 100)}, [1] * 40, [0] * 40)
    pairs = list(itertools.combinations(range(40), 2))
    search = make_search(rule, pairs, [1.0] * 40, np.inf)
    assert find_group(search, 0, 1000) == EXHAUSTED
    assert collect_groups(search, np.array([0]), 1000) is None


def best_cover(total: int, lower: int, upper: int) -> int:
    """Most of a total that some areas within bounds can hold."""
    return max(
        (held for held in range(total + 1) if any(m * lower <= held <= m * upper for m in range(total + 1))),
        default=0,
    )


@given(total=st.integers(0, 400), lower=st.integers(1, 60), width=st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_lemma_for_one_kind(total: int, lower: int, width: int) -> None:
    rule = make_rule("weighted", {"apartment": (lower, lower + width)}, [total], [0])
    assert rule.count_unplaceable(np.array([total])) == total - best_cover(total, lower, lower + width)


@pytest.mark.parametrize("total", [*range(1, 50), *range(81, 100)])
def test_lemma_names_the_totals_that_no_grid_can_hold(total: int) -> None:
    rule = make_rule("weighted", {"apartment": (50, 80)}, [total], [0])
    assert rule.count_unplaceable(np.array([total])) == (total if total < 50 else total - 80)


@given(apartment=st.integers(0, 40), selfbuilt=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_lemma_for_two_kinds(apartment: int, selfbuilt: int) -> None:
    rule = make_rule("weighted", {"apartment": (20, 23), "selfbuilt": (12, 14)}, [apartment], [0])
    best = 0
    for a, s in itertools.product(range(apartment + 1), range(selfbuilt + 1)):
        if any(a * 14 + s * 23 <= m * 322 and a * 12 + s * 20 >= m * 240 for m in range(6)):
            best = max(best, a + s)
    assert rule.count_unplaceable(np.array([apartment, selfbuilt])) == apartment + selfbuilt - best


@pytest.mark.parametrize(
    ("mixed", "sums", "legal"),
    [
        ("weighted", (40, 25), True),  # 40/80 + 25/50 = 1
        ("weighted", (41, 25), False),
        ("weighted", (25, 15), True),  # 25/50 + 15/30 = 1
        ("weighted", (24, 15), False),
        ("weighted", (0, 0), True),
        ("forbid", (40, 25), False),
        ("forbid", (50, 0), True),
        ("majority", (40, 25), True),  # 65 by the bounds of apartments
        ("majority", (25, 40), False),  # 65 by the bounds of self-built houses
        ("majority", (25, 25), True),  # the first of equals: 50 apartments
    ],
)
def test_rule_is_exact_at_its_bounds(mixed: str, sums: tuple[int, int], legal: bool) -> None:
    rule = make_rule(mixed, {"apartment": (50, 80), "selfbuilt": (30, 50)}, [1, 1], [0, 1])
    assert (rule.check(np.array([sums]))[0] == LEGAL) == legal


def test_one_of_an_odd_number_that_fits_in_pairs_only_is_left_over() -> None:
    n = 31
    pairs = np.array(np.triu_indices(n, 1)).T
    starts, households = np.arange(0, 2 * len(pairs) + 1, 2), np.full(n, 29)
    assert _pack_groups(starts, pairs.ravel(), np.arange(n), households) == 30 * 29
