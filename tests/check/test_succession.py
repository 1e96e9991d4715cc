"""The check's own succession of areas: as good as any other matching, and as good as the one of the plan."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridplan.check.changes import _find_series
from gridplan.check.order import _rank_areas
from gridplan.check.succession import OldAreas, find_urban, match_by_people
from gridplan.plan import codes, succession

Town = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def towns(draw: st.DrawFn, areas: int = 4) -> Town:
    size = draw(st.integers(1, 14))

    def row(least: int, most: int) -> np.ndarray:
        return np.array(
            draw(st.lists(st.integers(least, most), min_size=size, max_size=size)), dtype=np.int64
        )

    return row(-1, areas - 1), row(-1, areas - 1), row(0, 9), row(0, 90).astype(np.float64)


def kept(old: np.ndarray, new: np.ndarray, weight: np.ndarray, continues: np.ndarray) -> float:
    inside = (old >= 0) & (new >= 0)
    return float(weight[inside][continues[new[inside]] == old[inside]].sum())


@given(towns())
def test_no_other_matching_keeps_more_people(town: Town) -> None:
    old, new, people, ground = town
    found = match_by_people(old, new, people, ground)
    used = found[found >= 0]
    assert len(set(used.tolist())) == len(used)
    count = int(new.max(initial=-1)) + 1
    choices = [*range(int(old.max(initial=-1)) + 1), *[-1] * count]
    best = max(
        (
            kept(old, new, people, np.array(order, dtype=np.int64))
            for order in set(permutations(choices, count))
        ),
        default=0.0,
    )
    assert kept(old, new, people, found) == best


@given(towns(areas=8))
def test_the_check_and_the_plan_keep_as_many_people_and_as_much_ground(town: Town) -> None:
    old, new, people, ground = town
    ours, theirs = match_by_people(old, new, people, ground), succession.match_areas(old, new, people, ground)
    assert kept(old, new, people, ours) == kept(old, new, people, theirs)
    assert np.isclose(kept(old, new, ground, ours), kept(old, new, ground, theirs))


@given(towns())
def test_an_area_continues_only_what_it_shares_people_or_ground_with(town: Town) -> None:
    old, new, people, ground = town
    found = match_by_people(old, new, people, ground)
    for area in np.flatnonzero(found >= 0).tolist():
        shared = (new == area) & (old == found[area])
        assert people[shared].sum() + ground[shared].sum() > 0


@given(towns(), st.lists(st.sampled_from(["urban", "rural", ""]), min_size=4, max_size=4))
def test_the_check_and_the_plan_agree_on_urban_ground(town: Town, words: list[str]) -> None:
    old, new, people, ground = town
    names = np.array(["a", "b", "c", "d"], dtype=object)
    grounds = np.array(words, dtype=object)
    ours = find_urban(OldAreas(names, names, grounds, old, people, ground), new)
    theirs = succession.find_urban(succession.Standing(names, names, grounds, old, people, ground), new)
    assert ours.tolist() == theirs.tolist()


def test_most_people_decide_where_ground_is_both() -> None:
    words = np.array(["urban", "rural"], dtype=object)
    place, new = np.array([0, 1, 1]), np.zeros(3, dtype=np.int64)
    few = OldAreas(words, words, words, place, np.array([5, 3, 3]), np.array([900.0, 1.0, 1.0]))
    many = OldAreas(words, words, words, place, np.array([7, 3, 3]), np.array([1.0, 900.0, 900.0]))
    assert find_urban(few, new).tolist() == [False]
    assert find_urban(many, new).tolist() == [True]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 5)), min_size=1, max_size=30)
)
def test_the_check_and_the_plan_count_areas_in_one_order(points: list[tuple[int, int, int]]) -> None:
    table = np.array(points, dtype=np.float64)
    _, area = np.unique(table[:, 2], return_inverse=True)
    assert _rank_areas(table[:, :2], area).tolist() == codes.order_codes(table[:, :2], area).tolist()


def test_rows_run_west_to_east_and_the_next_row_lies_south() -> None:
    xy = np.array([[0.0, 100.0], [100.0, 98.0], [0.0, 0.0], [100.0, 2.0]])
    assert _rank_areas(xy, np.array([0, 1, 2, 3])).tolist() == [0, 1, 2, 3]


def test_a_series_has_two_hundred_numbers_of_a_township() -> None:
    series = [_find_series(f"61102300{code}") for code in ("1001", "1150", "1199", "1200", "2150")]
    assert series[0] == series[1] == series[2]
    assert len(set(series)) == 3
    assert _find_series("grid-7") is None
