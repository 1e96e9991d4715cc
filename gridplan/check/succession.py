"""Which new area continues which old one, as the check sees it.

Written apart from ``plan.succession`` on purpose: the codes were given by that room, and a slip in it must
not pass unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, eye_array, hstack
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from gridplan.arrays import BoolArray, FloatArray, IntArray, TextArray

__all__ = ["OldAreas", "find_urban", "match_by_people"]


@dataclass(frozen=True, slots=True, eq=False)
class OldAreas:
    """The areas that stood before, read from the tables of the plan.

    Parameters
    ----------
    codes, types, grounds
        Code, committee ("residents", "village" or "") and ground ("urban", "rural" or "") of each old area,
        shape (m,).
    place
        Old area of each atom, -1 for none, shape (n,).
    people, ground_m2
        People and square metres of each atom, shape (n,).
    """

    codes: TextArray
    types: TextArray
    grounds: TextArray
    place: IntArray
    people: IntArray
    ground_m2: FloatArray


def match_by_people(old: IntArray, new: IntArray, people: IntArray, ground_m2: FloatArray) -> IntArray:
    """Match new areas with old ones so that most people stay; among equals, so that most ground stays.

    The old and the new area of each atom are -1 for none. Returns the old area that each new one continues,
    -1 where there is none left that it shares anything with.
    """
    count, before = int(new.max(initial=-1)) + 1, int(old.max(initial=-1)) + 1
    continues = np.full(count, -1, dtype=np.int64)
    both = (old >= 0) & (new >= 0)
    if not both.any():
        return continues
    # all the ground together weighs less than one person
    weight = people[both] + ground_m2[both] / (2 * ground_m2.sum() + 1)
    shared = csr_array(coo_array((weight, (new[both], old[both])), shape=(count, before)))
    shared.eliminate_zeros()
    # each new area may also stay alone; that everything weighs one more makes explicit zeros of these
    shared.data += 1.0
    areas, chosen = min_weight_full_bipartite_matching(
        csr_array(hstack([shared, eye_array(count)])), maximize=True
    )
    real = chosen < before
    continues[areas[real]] = chosen[real]
    return continues


def find_urban(standing: OldAreas, new: IntArray) -> BoolArray:
    """Mark the new areas of which most people live on urban ground, as far as the ground is known."""
    count = int(new.max(initial=-1)) + 1
    weight = standing.people + standing.ground_m2 / (2 * standing.ground_m2.sum() + 1)
    sides = []
    for word in ("urban", "rural"):
        here = (new >= 0) & (standing.place >= 0) & (standing.grounds[standing.place] == word)
        sides.append((np.bincount(new[here], weight[here], count), np.bincount(new[here], minlength=count)))
    (urban, urban_atoms), (rural, rural_atoms) = sides
    return np.asarray((urban > rural) | ((urban_atoms > 0) & (rural_atoms == 0)), dtype=bool)
