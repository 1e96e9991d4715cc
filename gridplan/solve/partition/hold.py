"""What a re-solve must keep: locked parts, pinned atoms, and a start whose parts are connected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.arrays import BoolArray, IntArray
from gridplan.errors import InputError
from gridplan.solve.problem import Problem, label_components, renumber

__all__ = ["Hold", "make_hold"]


@dataclass(frozen=True)
class Hold:
    """What must stay.

    Attributes
    ----------
    start
        Labels to start from, shape (n,), every unlocked part connected; None = from scratch.
    locked
        Atoms of locked parts, shape (n,).
    pinned
        Atoms that keep their part, shape (n,).
    locked_parts
        Number of locked parts.
    """

    start: IntArray | None
    locked: BoolArray
    pinned: BoolArray
    locked_parts: int


def make_hold(
    problem: Problem,
    initial: npt.ArrayLike | None,
    locked: npt.ArrayLike | None,
    pinned: npt.ArrayLike | None,
    order: IntArray,
) -> Hold:
    """Check and apply what must stay.

    Raises
    ------
    InputError
        If labels have the wrong shape, a locked part is named that does not exist, pins contradict
        locks, or pins of one part cannot be connected.
    """
    n = len(problem.units)
    none = np.zeros(n, np.bool_)
    if initial is None:
        if locked is not None or pinned is not None:
            raise InputError("partition_input", faults=["locked, pinned: want initial labels"])
        return Hold(None, none, none.copy(), 0)
    start, pins = _read_labels("initial", initial, n)[order], np.full(n, -1, np.int64)
    if pinned is not None:
        pins = _read_labels("pinned", pinned, n)[order]
    names = np.unique(np.asarray([] if locked is None else locked, np.int64))
    faults = [f"locked: no part {name}" for name in np.setdiff1d(names, start).tolist()]
    shut = np.isin(start, names)
    moved = (pins >= 0) & (pins != start) & (shut | np.isin(pins, names))
    if moved.any():
        faults.append(f"pinned: {int(moved.sum())} atoms pinned into or out of a locked part")
    if faults:
        raise InputError("partition_input", faults=faults)
    held = (pins >= 0) & ~shut
    start = np.where(held, pins, start)
    _join_pins(problem, start, pins, held, shut)
    return Hold(_separate_pieces(problem, start, held, shut), shut, held, len(names))


def _read_labels(name: str, values: npt.ArrayLike, n: int) -> IntArray:
    """Read labels >= -1, shape (n,)."""
    labels = np.asarray(values)
    if labels.shape != (n,) or labels.dtype.kind not in "iu" or (n and int(labels.min()) < -1):
        raise InputError("partition_input", faults=[f"{name}: wants {n} whole numbers >= -1"])
    return labels.astype(np.int64)


def _label_pieces(problem: Problem, start: IntArray) -> IntArray:
    """Label the connected pieces of equal label; an atom without a label is a piece of its own."""
    same = (start[problem.tail] == start[problem.head]) & (start[problem.tail] >= 0)
    return label_components(len(start), problem.tail[same], problem.head[same])


def _join_pins(problem: Problem, start: IntArray, pins: IntArray, held: BoolArray, shut: BoolArray) -> None:
    """Join the pieces that hold pins of one part by shortest paths over free atoms, in place."""
    for name in np.unique(pins[held]).tolist():
        while True:
            mine = np.flatnonzero(held & (pins == name))
            piece = _label_pieces(problem, start)
            homes = np.unique(piece[mine])
            if len(homes) == 1:
                break
            source = np.flatnonzero(piece == homes[0])
            goal = np.isin(piece, homes[1:])
            path = _find_path(problem, source, goal, shut | (held & (pins != name)))
            if path is None:
                raise InputError(
                    "partition_input", faults=[f"pinned: atoms of part {name} cannot be connected"]
                )
            start[path] = name


def _find_path(problem: Problem, source: IntArray, goal: BoolArray, barred: BoolArray) -> IntArray | None:
    """Find a path of fewest atoms from a set to a goal; None if there is none."""
    came = np.full(len(goal), -2, np.int64)
    came[source] = -1
    front = source
    while len(front):
        width = problem.indptr[front + 1] - problem.indptr[front]
        ends = np.repeat(problem.indptr[front + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
        near, origin = problem.near[ends], np.repeat(front, width)
        new = (came[near] == -2) & ~barred[near]
        near, first = np.unique(near[new], return_index=True)
        came[near] = origin[new][first]
        if goal[near].any():
            path = [int(near[goal[near]][0])]
            while came[path[-1]] >= 0:
                path.append(int(came[path[-1]]))
            return np.array(path, np.int64)
        front = near
    return None


def _separate_pieces(problem: Problem, start: IntArray, held: BoolArray, shut: BoolArray) -> IntArray:
    """Give every connected piece of an unlocked part its own label; locked parts stay as they are."""
    piece = _label_pieces(problem, start)
    return renumber(np.where(shut, start + int(piece.max()) + 1, piece))
