"""Connected groups through an atom, enumerated one by one: the ground of the proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from gridplan.arrays import FloatArray, IntArray
from gridplan.check.rule import BoundedLoads

__all__ = ["EXHAUSTED", "FOUND", "NONE", "GroupSearch", "collect_groups", "find_group"]


NONE, FOUND, EXHAUSTED = 0, 1, 2
#: Words of the mixed rule as numbers for the compiled search.
MODES = {"weighted": 0, "forbid": 0, "majority": 1}
#: Atoms in one group at most; a legal group of the shipped schemes holds far fewer dwellings.
DEPTH = 4096


@dataclass(frozen=True, slots=True)
class GroupSearch:
    """What the search knows of the atoms that hold dwellings.

    Parameters
    ----------
    starts, neighbours
        Neighbour lists in CSR form: those of atom i stand at ``starts[i]:starts[i + 1]``.
    loads
        What counts of each atom by kind, shape (n, K).
    area
        Area of each atom [m2], shape (n,).
    rule
        The household rule.
    max_area
        Area cap of a group [m2], infinite for none.
    """

    starts: IntArray
    neighbours: IntArray
    loads: IntArray
    area: FloatArray
    rule: BoundedLoads
    max_area: float

    def arrays(self) -> tuple[Any, Any, Any, float]:
        """Return the arguments of the compiled search in its order."""
        rule = self.rule
        bounds = np.vstack([rule.lower, rule.upper, rule.lower_weight, rule.upper_weight])
        limits = np.array([MODES[rule.mixed], rule.need, rule.cap], dtype=np.int64)
        return (self.starts, self.neighbours), (self.loads, self.area), (bounds, limits), self.max_area


def find_group(search: GroupSearch, atom: int, budget: int) -> int:
    """Look for one legal connected group that holds an atom.

    Parameters
    ----------
    search
        The atoms.
    atom
        The atom.
    budget
        Groups looked at before giving up.

    Returns
    -------
    int
        ``NONE`` (proved), ``FOUND`` or ``EXHAUSTED``.
    """
    banned = np.zeros(len(search.area), dtype=np.bool_)
    seen, _, members = _enumerate(*search.arrays(), atom, banned, (budget, True))
    if len(members):
        return FOUND
    return EXHAUSTED if seen > budget else NONE


def collect_groups(search: GroupSearch, atoms: IntArray, budget: int) -> tuple[IntArray, IntArray] | None:
    """Collect every legal connected group that holds at least one of the atoms, each once.

    Parameters
    ----------
    search
        The atoms.
    atoms
        Those of the core.
    budget
        Groups looked at before giving up.

    Returns
    -------
    starts, members
        The atoms of group g stand at ``members[starts[g]:starts[g + 1]]``; None where the budget ran out.
    """
    banned = np.zeros(len(search.area), dtype=np.bool_)
    sizes, found = [], []
    for atom in atoms:
        seen, ends, members = _enumerate(*search.arrays(), int(atom), banned, (budget, False))
        if seen > budget:
            return None
        budget -= seen
        sizes.append(np.diff(ends, prepend=0))
        found.append(members)
        banned[atom] = True  # all groups with this atom are listed by now
    lengths = np.concatenate(sizes) if sizes else np.zeros(0, np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return starts, np.concatenate(found) if found else np.zeros(0, np.int64)


@numba.njit(cache=True)
def _is_light(sums: IntArray, bounds: IntArray, limits: IntArray) -> bool:
    """Whether a growing group can still become legal: loads only grow."""
    if limits[0] == 0:
        return bool((sums * bounds[3]).sum() <= limits[2])
    return bool(sums.sum() <= bounds[1].max())


@numba.njit(cache=True)
def _is_legal(sums: IntArray, bounds: IntArray, limits: IntArray) -> bool:
    if limits[0] == 0:
        return bool((sums * bounds[2]).sum() >= limits[1])
    chief = sums.argmax()
    return bool(bounds[0, chief] <= sums.sum() <= bounds[1, chief])


@numba.njit(cache=True)
def _enumerate(  # type: ignore[no-untyped-def]
    lists, held, terms, max_area, root, banned, limit
):
    """Walk every connected group through ``root`` that is not too heavy, each exactly once.

    The candidates stand in one list. At each depth the next one is either taken (its new neighbours
    are appended) or passed over for good in that branch; what was appended is taken back on return.
    """
    starts, neighbours = lists
    loads, area = held
    bounds, limits = terms
    budget, first_only = limit
    kinds = loads.shape[1]
    marked = banned.copy()
    candidates = np.empty(len(area) + 1, dtype=np.int64)
    chosen = np.empty(DEPTH, dtype=np.int64)
    place = np.empty(DEPTH, dtype=np.int64)
    filled = np.empty(DEPTH, dtype=np.int64)
    sums = np.zeros((DEPTH, kinds), dtype=np.int64)
    ground = np.zeros(DEPTH)
    ends = np.empty(1024, dtype=np.int64)
    members = np.empty(1024, dtype=np.int64)
    groups = 0
    used = 0
    seen = 0
    candidates[0] = root
    marked[root] = True
    place[0], filled[0] = 0, 1
    depth = 0
    while depth >= 0:
        if place[depth] >= filled[depth] or (depth == 0 and place[0] > 0):
            depth -= 1
            if depth >= 0:
                for i in range(filled[depth], filled[depth + 1]):
                    marked[candidates[i]] = False
            continue
        atom = candidates[place[depth]]
        place[depth] += 1
        sums[depth + 1] = sums[depth] + loads[atom]
        ground[depth + 1] = ground[depth] + area[atom]
        if ground[depth + 1] > max_area or not _is_light(sums[depth + 1], bounds, limits):
            continue
        seen += 1
        if seen > budget or depth + 2 >= DEPTH:
            return budget + 1, ends[:groups], members[:used]
        chosen[depth] = atom
        if _is_legal(sums[depth + 1], bounds, limits):
            if groups == len(ends):
                ends = np.concatenate((ends, np.empty(len(ends), dtype=np.int64)))
            while used + depth + 1 > len(members):
                members = np.concatenate((members, np.empty(len(members), dtype=np.int64)))
            members[used : used + depth + 1] = chosen[: depth + 1]
            used += depth + 1
            ends[groups] = used
            groups += 1
            if first_only:
                return seen, ends[:groups], members[:used]
        top = filled[depth]
        for i in range(starts[atom], starts[atom + 1]):
            other = neighbours[i]
            if not marked[other]:
                marked[other] = True
                candidates[top] = other
                top += 1
        filled[depth + 1] = top
        place[depth + 1] = place[depth]
        depth += 1
    return seen, ends[:groups], members[:used]
