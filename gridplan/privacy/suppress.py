"""Which counts are withheld: those too small, and as many more as it takes that no sum gives them away.

A cell is a count of people; a sum says that one cell is as much as some others together (a town and its
communities). Whoever knows the published cells and all sums must not be able to work out any hidden cell.
Two things are made sure of:

* no hidden cell is determined by the published ones (linear algebra over all sums, whatever their shape:
  levels inside each other, levels across each other, classes beside levels);
* the hidden cells of a published sum leave each of them the whole range of 1 to 4: together they count at
  least 3 more than what is known of them anyway (each at least 1, a parent at least its published children).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from gridplan.arrays import BoolArray, IntArray
from gridplan.privacy.audience import MIN_CELL

__all__ = ["TiedCounts", "find_determined", "hide_cells"]


# what the normal equations are damped by, and how often the projection is repeated to make up for it
_DAMPING, _REPEATS = 1e-9, 3
# a cell that moves less than this while others move by about 1 does not move at all
_STILL = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class TiedCounts:
    """Counts, and the sums that tie them together.

    Parameters
    ----------
    values
        Counts in whole numbers, shape (k, m): what is hidden is hidden in all m columns.
    printed
        Whether the cell is published to anybody; one that is not ties others together (the overlap of
        two areas), shape (k,).
    totals
        The cell that each sum adds up to, shape (s,).
    sums, members
        Pairs of a sum and a cell that it adds up, shape (p,).
    judged
        Columns in which a sum holds, shape (s, m).
    """

    values: IntArray
    printed: BoolArray
    totals: IntArray
    sums: IntArray
    members: IntArray
    judged: BoolArray

    @property
    def incidence(self) -> sp.csr_matrix:
        """The sums as equations: members minus total is nothing, shape (s, k)."""
        rows = np.concatenate([self.sums, np.arange(len(self.totals))])
        columns = np.concatenate([self.members, self.totals])
        signs = np.concatenate([np.ones(len(self.sums)), -np.ones(len(self.totals))])
        return sp.csr_matrix((signs, (rows, columns)), shape=(len(self.totals), len(self.values)))


def hide_cells(
    cells: TiedCounts,
    least: int = MIN_CELL,
    *,
    published: Sequence[int] | IntArray = (),
    withheld: Sequence[int] | IntArray = (),
) -> BoolArray:
    """Choose the cells that are withheld.

    Cells of 1 to ``least`` - 1 are hidden. Where a sum would give one away the smallest further cell of it
    is hidden too, one that mends several sums before others, equal ones in the order of the cells. Zero is
    published: that nobody lives in a field is no secret.

    Parameters
    ----------
    cells
        The counts and their sums.
    least
        Smallest count that is published.
    published, withheld
        Cells that were decided on before, and stay so: what is added to a plan later on must not change
        what was published of it, or who has both gets at what each of them hides.

    Returns
    -------
    ndarray of bool, shape (k,)
        True where a printed cell is hidden.
    """
    some: BoolArray = np.asarray((cells.values > 0).any(axis=1))
    small: BoolArray = np.asarray(((cells.values > 0) & (cells.values < least)).any(axis=1))
    hidden = some & (small | ~cells.printed)
    decided = np.concatenate([np.asarray(cell, dtype=np.int64) for cell in (published, withheld)])
    hidden[decided] = np.isin(decided, withheld)
    some[decided] = small[decided] = False
    while True:
        secret = hidden & (cells.printed | small)
        if not secret.any():
            return hidden & cells.printed
        lacking = _find_lacking(cells, hidden, secret, least)
        chosen = _choose_cells(cells, hidden, some, lacking)
        if not len(chosen):
            bare = np.flatnonzero(find_determined(cells, hidden) & secret)
            near = [_choose_near(cells, hidden, some, int(cell)) for cell in bare]
            chosen = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *near]))
        if not len(chosen):
            return hidden & cells.printed
        hidden[chosen] = True


def _find_lacking(cells: TiedCounts, hidden: BoolArray, secret: BoolArray, least: int) -> BoolArray:
    """Mark the sums that give a hidden cell of theirs away, shape (s,)."""
    size = len(cells.totals)
    at_total = hidden[cells.totals]
    held = np.bincount(cells.sums, hidden[cells.members], minlength=size)
    holds_secret = np.bincount(cells.sums, secret[cells.members], minlength=size) > 0
    alone = (held + at_total == 1) & (holds_secret | secret[cells.totals])
    known = _bound_below(cells, hidden)
    narrow = np.zeros(size, dtype=bool)
    for column in range(cells.values.shape[1]):
        counted = np.where(hidden, cells.values[:, column], 0)[cells.members]
        free = counted - np.where(hidden, known[:, column], 0)[cells.members]
        some = np.bincount(cells.sums, counted, minlength=size) > 0
        slack = np.bincount(cells.sums, free, minlength=size)
        narrow |= cells.judged[:, column] & some & (slack < least - 2)
    return np.asarray(alone | (narrow & holds_secret & ~at_total), dtype=bool)


def _bound_below(cells: TiedCounts, hidden: BoolArray) -> IntArray:
    """Return what everybody knows each cell to be at least, shape (k, m)."""
    seen = cells.values * (~hidden)[:, None]
    known = np.where(hidden[:, None], np.minimum(cells.values, cells.printed[:, None]), seen)
    while True:
        before = known.copy()
        for column in range(known.shape[1]):
            sums = np.bincount(cells.sums, known[cells.members, column], minlength=len(cells.totals))
            counted = cells.judged[:, column]
            np.maximum.at(known[:, column], cells.totals[counted], sums[counted].astype(np.int64))
        if np.array_equal(known, before):
            return known


def _choose_cells(cells: TiedCounts, hidden: BoolArray, some: BoolArray, lacking: BoolArray) -> IntArray:
    """Choose a cell to hide for each sum that gives something away: a member, or the total itself."""
    open_cells = some & ~hidden & cells.printed
    pairs = lacking[cells.sums] & open_cells[cells.members]
    sums, members = cells.sums[pairs], cells.members[pairs]
    # how many of the sums at fault a cell would mend
    mends = np.bincount(cells.members[lacking[cells.sums]], minlength=len(hidden))
    mends += np.bincount(cells.totals[lacking], minlength=len(hidden))
    order = np.lexsort((members, *cells.values[members].T[::-1], -mends[members], sums))
    _, first = np.unique(sums[order], return_index=True)
    chosen = members[order][first]
    served = np.zeros(len(lacking), dtype=bool)
    served[sums] = True
    totals = cells.totals[lacking & ~served]
    return np.unique(np.concatenate([chosen, totals[open_cells[totals]]]))


def _choose_near(cells: TiedCounts, hidden: BoolArray, some: BoolArray, bare: int) -> IntArray:
    """Choose the cell to hide for one that is given away though no single sum does so.

    The smallest that closes a ring: it lies in sums with hidden cells of two sums of the bare one, so that
    the four can make up for each other. Where there is none, the smallest of the bare one's sums and of those
    that cross them at cells published to nobody; where those are hidden altogether, of the sums around.
    """
    own = _list_sums(cells, np.array([bare]))
    reached = np.zeros(len(hidden), dtype=np.int64)
    loose = []
    for total in own:
        inside = np.append(cells.members[cells.sums == total], cells.totals[total])
        tied = inside[hidden[inside] & (inside != bare)]
        onward = _list_sums(cells, tied)
        reached[_list_cells(cells, onward[onward != total])] += 1
        crossing = _list_sums(cells, inside[~cells.printed[inside]])
        loose.append(_pick_open(cells, hidden, some, np.append(inside, cells.totals[crossing])))
    shortest = int(np.argmin([len(near) or len(hidden) for near in loose]))
    near = (
        _pick_open(cells, hidden, some, np.flatnonzero(reached > 1))
        if cells.printed[bare]
        else loose[shortest]
    )
    near = near if len(near) else np.unique(np.concatenate(loose))
    found = np.array([bare])
    while not len(near):
        around = _list_cells(cells, _list_sums(cells, found))
        near = _pick_open(cells, hidden, some, around)
        grown = np.union1d(found, around[hidden[around]])
        if len(grown) == len(found):
            break
        found = grown
    order = np.lexsort((near, *cells.values[near].T[::-1]))
    return np.asarray(near[order[:1]], dtype=np.int64)


def _list_sums(cells: TiedCounts, among: IntArray) -> IntArray:
    """Return the sums that any of some cells is a member or the total of."""
    wanted = np.zeros(len(cells.values), dtype=bool)
    wanted[among] = True
    return np.union1d(cells.sums[wanted[cells.members]], np.flatnonzero(wanted[cells.totals]))


def _list_cells(cells: TiedCounts, among: IntArray) -> IntArray:
    """Return the members and totals of some sums."""
    wanted = np.zeros(len(cells.totals), dtype=bool)
    wanted[among] = True
    return np.union1d(cells.members[wanted[cells.sums]], cells.totals[among])


def _pick_open(cells: TiedCounts, hidden: BoolArray, some: BoolArray, among: IntArray) -> IntArray:
    """Return those of some cells that are published and could be hidden."""
    return np.unique(among[some[among] & ~hidden[among] & cells.printed[among]])


def find_determined(cells: TiedCounts, hidden: BoolArray) -> BoolArray:
    """Mark the hidden cells that the sums and the published cells determine.

    A hidden cell is free when some change of the hidden cells that keeps every sum changes it. A random
    change of that sort changes every free cell: it is a random vector projected onto the null space of the
    sums.

    Parameters
    ----------
    cells
        The counts and their sums.
    hidden
        Which cells are not known, shape (k,).

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    unknown = np.flatnonzero(hidden)
    equations = cells.incidence[:, unknown]
    equations = equations[np.diff(equations.indptr) > 0]
    determined = np.zeros(len(hidden), dtype=bool)
    if not len(unknown) or not equations.shape[0]:
        return determined
    # the same numbers every time: only that they fit no pattern of the sums matters
    change = np.random.default_rng(0).standard_normal((len(unknown), 2))
    normal = (equations @ equations.T + _DAMPING * sp.identity(equations.shape[0])).tocsc()
    solver = splu(normal)
    for _ in range(_REPEATS):
        change = change - equations.T @ solver.solve(equations @ change)
    determined[unknown[(np.abs(change) < _STILL).all(axis=1)]] = True
    return determined
