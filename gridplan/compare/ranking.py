"""Rows in the order of their weight: which area holds most of a building, where most of an old area went."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

__all__ = ["pick_heaviest", "rank_rows"]


def rank_rows(table: pd.DataFrame, key: str, weights: Sequence[str], ties: Sequence[str]) -> pd.DataFrame:
    """Sort rows by a key, the heaviest first.

    Parameters
    ----------
    table
        The rows.
    key
        Column whose rows stand together.
    weights
        Columns that are compared one after the other, largest first.
    ties
        Columns that decide where all weights are equal, smallest first.
    """
    ascending = [True, *[False] * len(weights), *[True] * len(ties)]
    return table.sort_values([key, *weights, *ties], ascending=ascending)


def pick_heaviest(table: pd.DataFrame, key: str, weights: Sequence[str], ties: Sequence[str]) -> pd.DataFrame:
    """Keep the heaviest row of each key; the parameters are those of :func:`rank_rows`."""
    return rank_rows(table, key, weights, ties).drop_duplicates(key)
