"""Random counts in levels inside each other and across each other, and a proof by exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import strategies as st

from gridplan.privacy import TiedCounts, Ties

BoolArray = npt.NDArray[np.bool_]


def tie(levels: dict[str, list[int]], homes: list[int], people: list[int]) -> TiedCounts:
    """Tie counts of pieces of ground in the areas of some levels, the coarse ones first, and their whole."""
    pieces = pd.DataFrame({"whole": "", **levels}).astype(str)
    ties = Ties(2)
    ties.add_levels(pieces, np.column_stack([homes, people]), printed={})
    return ties.make_cells()


def find_forced(cells: TiedCounts, hidden: BoolArray) -> BoolArray:
    """Find by exact elimination which hidden cells the published ones determine."""
    unknown = np.flatnonzero(hidden)
    rows = [[Fraction(int(x)) for x in row] for row in cells.incidence[:, unknown].toarray()]
    pivots: list[int] = []
    for column in range(len(unknown)):
        at = next((i for i in range(len(pivots), len(rows)) if rows[i][column]), None)
        if at is None:
            continue
        top = len(pivots)
        rows[top], rows[at] = rows[at], rows[top]
        scale = rows[top][column]
        rows[top] = [x / scale for x in rows[top]]
        for i in range(len(rows)):
            if i != top and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[top], strict=True)]
        pivots.append(column)
    forced = np.zeros(len(hidden), dtype=bool)
    for row, pivot in zip(rows, pivots, strict=False):
        forced[unknown[pivot]] = sum(1 for x in row if x) == 1
    return forced


def _labels(most: int, size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, most), min_size=size, max_size=size)


@st.composite
def draw_forest(draw: st.DrawFn, *, crossing: bool) -> TiedCounts:
    """Draw counts of pieces in three levels inside each other, where wanted with a level across them."""
    size = draw(st.integers(2, 14))
    few_and_many = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 7, 12, 30, 41])
    homes = draw(st.lists(few_and_many, min_size=size, max_size=size))
    people = [one * each for one, each in zip(homes, draw(_labels(2, size)), strict=True)]
    middle = draw(_labels(4, size))
    above = draw(_labels(1, 5))
    levels = {"town": [above[one] for one in middle], "community": middle}
    levels["grid"] = draw(_labels(3, size)) if crossing else list(range(size))
    return tie(levels, homes, people)
