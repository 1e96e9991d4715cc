"""Which new area continues which old one, and what becomes of the others: arrays only, no codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridplan.arrays import BoolArray, FloatArray, IntArray, TextArray
from gridplan.graph import find_components

__all__ = ["Standing", "Succession", "find_urban", "match_areas", "trace_succession"]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Areas that stood before, as the atoms see them.

    Parameters
    ----------
    codes, types, grounds
        Code, "residents" | "village" | "" and "urban" | "rural" | "" of each old area, shape (m,), sorted by
        code.
    place
        Old area that each atom lies in, -1 for none, shape (n,).
    people
        People of each atom, shape (n,).
    ground_m2
        Ground of each atom [m2], shape (n,).
    """

    codes: TextArray
    types: TextArray
    grounds: TextArray
    place: IntArray
    people: IntArray
    ground_m2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """What became of the old areas.

    Parameters
    ----------
    continues
        Old area that each new one continues, -1 for none, shape (k,).
    origin
        Old area that most of its people come from (where nobody lives: most of its ground), -1 for none.
    types
        "residents", "village" or "" of each new area.
    converted
        Whether a new area is a community where the old one was a village (村改社区).
    """

    continues: IntArray
    origin: IntArray
    types: TextArray
    converted: BoolArray


def match_areas(old: IntArray, new: IntArray, people: IntArray, ground_m2: FloatArray) -> IntArray:
    """Match new areas with old ones so that most people stay where they are.

    Parameters
    ----------
    old, new
        Old and new area of each atom, shape (n,); -1 for none.
    people, ground_m2
        People and ground of each atom; where people tell nothing, ground decides.

    Returns
    -------
    ndarray of int64, shape (k,)
        Old area that each new one continues, -1 for none. An old area is continued by one new one at most,
        and only where they share people or ground; no other matching keeps more people in place.
    """
    size = int(new.max(initial=-1)) + 1
    continues = np.full(size, -1, dtype=np.int64)
    shared = (old >= 0) & (new >= 0)
    if not shared.any():
        return continues
    width = int(old.max()) + 1
    key, row = np.unique(new[shared] * width + old[shared], return_inverse=True)
    ground = np.bincount(row, ground_m2[shared], minlength=len(key))
    # all the ground together weighs less than one person
    weight = np.bincount(row, people[shared], minlength=len(key)) + ground / (2 * ground_m2.sum() + 1)
    after, before = key // width, key % width
    kept = weight > 0
    after, before, weight = after[kept], before[kept], weight[kept]
    while len(weight):
        sure = _find_sure(after, before, weight)
        if not sure.any():
            break
        continues[after[sure]] = before[sure]
        left = ~np.isin(after, after[sure]) & ~np.isin(before, before[sure])
        after, before, weight = after[left], before[left], weight[left]
    if len(weight):
        _assign(after, before, weight, continues)
    return continues


def _find_sure(after: IntArray, before: IntArray, weight: FloatArray) -> BoolArray:
    """Find pairs that weigh more than the best others of either side together.

    Leaving such a pair out of a matching frees two places at most, whose best use is worth less.
    """
    rest = []
    for side in (after, before):
        order = np.lexsort((-weight, side))
        _, first = np.unique(side[order], return_index=True)
        best = np.full(len(side), -1, dtype=np.int64)
        best[order[first]] = 1
        second = np.zeros(int(side.max()) + 1)
        np.maximum.at(second, side[best < 0], weight[best < 0])
        top = np.zeros(int(side.max()) + 1)
        np.maximum.at(top, side, weight)
        rest.append(np.where(best > 0, second[side], top[side]))
    return np.asarray(weight > rest[0] + rest[1])


def _assign(after: IntArray, before: IntArray, weight: FloatArray, continues: IntArray) -> None:
    """Solve what is left exactly, group by group of areas that share anything."""
    rows, row = np.unique(after, return_inverse=True)
    columns, column = np.unique(before, return_inverse=True)
    group = find_components(len(rows) + len(columns), np.stack([row, len(rows) + column], axis=1))[row]
    for one in np.unique(group):
        mine = group == one
        local_row, r = np.unique(row[mine], return_inverse=True)
        local_column, c = np.unique(column[mine], return_inverse=True)
        table = np.zeros((len(local_row), len(local_column)))
        table[r, c] = weight[mine]
        chosen, taken = linear_sum_assignment(table, maximize=True)
        real = table[chosen, taken] > 0
        continues[rows[local_row[chosen[real]]]] = columns[local_column[taken[real]]]


def trace_succession(standing: Standing, new: IntArray, *, redrawn: bool) -> Succession:
    """Tell for each new area what it continues and of which type it is.

    Parameters
    ----------
    standing
        The old areas.
    new
        New area of each atom, shape (n,).
    redrawn
        Whether the level was redrawn: a community then stands on urban ground whatever stood there, and a
        village that it continues was converted. Else areas keep their type.

    Returns
    -------
    Succession
    """
    size = int(new.max(initial=-1)) + 1
    place = standing.place
    continues = match_areas(place, new, standing.people, standing.ground_m2)
    weight = standing.people + standing.ground_m2 / (2 * standing.ground_m2.sum() + 1)
    origin = _find_most(new, place, weight, size)
    urban = find_urban(standing, new)
    source = np.where(continues >= 0, continues, origin)
    old_types = np.where(source >= 0, standing.types[source], "").astype(object)
    types = np.where(urban & redrawn, "residents", old_types).astype(object)
    converted = (continues >= 0) & (old_types == "village") & (types == "residents")
    return Succession(continues, origin, types, converted)


def find_urban(standing: Standing, new: IntArray) -> BoolArray:
    """Tell which new areas stand on urban ground, as far as the old areas tell theirs: most people decide.

    Parameters
    ----------
    standing
        The old areas.
    new
        New area of each atom, shape (n,).

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    weight = standing.people + standing.ground_m2 / (2 * standing.ground_m2.sum() + 1)
    grounds = standing.grounds[standing.place]
    choice = np.select([standing.place < 0, grounds == "urban", grounds == "rural"], [-1, 1, 0], -1)
    most = _find_most(new, choice.astype(np.int64), weight, int(new.max(initial=-1)) + 1)
    return np.asarray(most == 1, dtype=bool)


def _find_most(group: IntArray, choice: IntArray, weight: FloatArray, size: int) -> IntArray:
    """Find the choice of most weight in each group, -1 for none; ties go to the first."""
    most = np.full(size, -1, dtype=np.int64)
    known = (choice >= 0) & (group >= 0)
    if known.any():
        width = int(choice.max()) + 1
        key, row = np.unique(group[known] * width + choice[known], return_inverse=True)
        total = np.bincount(row, weight[known], minlength=len(key))
        order = np.lexsort((key % width, -total, key // width))
        owner, first = np.unique(key[order] // width, return_index=True)
        most[owner] = key[order][first] % width
    return most
