"""Cores: parts of the ground of which some households lie out of bounds in every plan, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.feasibility.bounds import LoadBounds
from gridplan.feasibility.necks import grow_tree
from gridplan.feasibility.reach import HELD_BACK, REACHED, judge_reach
from gridplan.graph import find_components

__all__ = ["Core", "Load", "find_cores", "split_groups"]


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What the atoms weigh against the rules of a level.

    Parameters
    ----------
    bounds
        Bounds and what is counted.
    area
        Square metres, shape (n,).
    people
        Shape (n,).
    max_area, max_people
        Caps of one area, infinite for none.
    """

    bounds: LoadBounds
    area: FloatArray
    people: IntArray
    max_area: float
    max_people: float

    def count_areas(
        self, sums: IntArray, lived_m2: FloatArray, people: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Give the fewest and the most legal areas of pieces, with what the caps ask for.

        Parameters
        ----------
        sums
            What each piece holds by kind, shape (p, K).
        lived_m2, people
            Ground of its atoms that hold something, and people, shape (p,).
        """
        fewest, most = self.bounds.rule.count_parts(sums)
        by_cap = np.maximum(np.ceil(lived_m2 / self.max_area), np.ceil(people / self.max_people))
        return np.maximum(fewest, by_cap.astype(np.int64)), most

    def count_lost(self, sums: IntArray, lived_m2: FloatArray, people: IntArray) -> IntArray:
        """Give what cannot lie in legal areas at least, piece by piece, by the lemma and by the caps.

        Parameters
        ----------
        sums, lived_m2, people
            As in :meth:`count_areas`.
        """
        fewest, most = self.count_areas(sums, lived_m2, people)
        capped = (fewest > most) & (sums.sum(axis=1) > 0)
        return np.asarray(np.maximum(self.bounds.rule.count_lost(sums), capped), dtype=np.int64)

    def take(self, atoms: IntArray) -> Load:
        """Cut some atoms out."""
        bounds = self.bounds.with_loads(self.bounds.loads[atoms])
        return replace(self, bounds=bounds, area=self.area[atoms], people=self.people[atoms])

    @property
    def press(self) -> IntArray:
        """What each atom weighs against the upper bound, shape (n,)."""
        return np.asarray(self.bounds.loads @ self.bounds.rule.upper_weight, dtype=np.int64)

    @property
    def ease(self) -> IntArray:
        """What each atom weighs against the lower bound, shape (n,)."""
        return np.asarray(self.bounds.loads @ self.bounds.rule.lower_weight, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """In any plan at least ``lost`` of what these atoms hold lies out of bounds.

    Parameters
    ----------
    cause
        ``building``: one atom alone is too much. ``pocket``: what hangs together is too little. ``lemma``:
        the total lies between the multiples of the bounds. ``density``: too little within the area cap.
        ``choke``: a part that a single atom ties to the rest, and both are too much together.
    atoms
        The core, ascending.
    lost
        In what the level counts.
    values
        The numbers of the argument by name.
    """

    cause: str
    atoms: IntArray
    lost: int
    values: dict[str, int] = field(default_factory=dict)


def find_cores(load: Load, pairs: IntArray, carries: BoolArray) -> list[Core]:
    """Find disjoint cores; what they lose adds up.

    Parameters
    ----------
    load
        What the atoms weigh.
    pairs
        Atoms side by side that an area may span, shape (p, 2).
    carries
        Atoms that hold an area together, shape (n,).

    Notes
    -----
    What no legal area can contain ties nothing together, so it is taken out before the rest is looked at:
    first atoms that are too much alone, then what is too little or out of reach, until nothing changes.
    """
    alive, total = carries.copy(), load.bounds.total
    heavy = (
        alive
        & (total > 0)
        & (
            (load.press > load.bounds.rule.cap)
            | (load.area > load.max_area)
            | (load.people > load.max_people)
        )
    )
    cores = [
        Core(
            "building", np.array([v]), int(total[v]), {"by_area": int(load.press[v] <= load.bounds.rule.cap)}
        )
        for v in np.flatnonzero(heavy)
    ]
    alive &= ~heavy
    behind = _mark_beside(pairs, heavy)
    while True:
        pairs = pairs[alive[pairs].all(axis=1)]
        weak = _find_weak(load, pairs, alive)
        for core in _group(load, pairs, weak):
            cause = "choke" if behind[core].any() else "pocket"
            held = int(total[core].sum())
            cores.append(Core(cause, core[total[core] > 0], held, {"held": held}))
        alive &= ~weak
        pairs = pairs[alive[pairs].all(axis=1)]
        verdict = _judge_reach(load, pairs, alive)
        if not verdict.any():
            break
        for core in _group(load, pairs, verdict != REACHED):
            held = int(total[core].sum())
            cause = "choke" if (verdict[core] == HELD_BACK).all() else "density"
            cores.append(Core(cause, core, held, {"held": held}))
        behind |= _mark_beside(pairs, verdict != REACHED)
        alive &= verdict == REACHED
    piece = np.where(alive, find_components(len(alive), pairs), -1)
    closed = _judge_totals(load, piece)
    settled = np.isin(piece, [int(piece[core.atoms[0]]) for core in closed])
    return cores + closed + _find_chokes(load, pairs, piece, alive & ~settled)


def _mark_beside(pairs: IntArray, chosen: BoolArray) -> BoolArray:
    beside = np.zeros(len(chosen), dtype=bool)
    beside[pairs[chosen[pairs].any(axis=1)].ravel()] = True
    return beside & ~chosen


def _find_weak(load: Load, pairs: IntArray, alive: BoolArray) -> BoolArray:
    """Mark what hangs together and is below the lower bound."""
    piece = find_components(len(alive), pairs)
    ease = np.zeros(len(alive), dtype=np.int64)
    np.add.at(ease, piece, np.where(alive, load.ease, 0))
    held = np.zeros(len(alive), dtype=np.int64)
    np.add.at(held, piece, np.where(alive, load.bounds.total, 0))
    return np.asarray(alive & ((ease < load.bounds.rule.need) & (held > 0))[piece])


def _group(load: Load, pairs: IntArray, chosen: BoolArray) -> list[IntArray]:
    """Split chosen atoms into what hangs together and holds something."""
    if not chosen.any():
        return []
    piece = find_components(len(chosen), pairs[chosen[pairs].all(axis=1)])
    return [group for group in split_groups(piece, chosen) if load.bounds.total[group].any()]


def split_groups(labels: npt.NDArray[np.integer], chosen: BoolArray) -> list[IntArray]:
    """Split the chosen atoms by label; the first atom of each group tells the order."""
    atoms = np.flatnonzero(chosen)
    by_label = atoms[np.argsort(labels[atoms], kind="stable")]
    cuts = np.flatnonzero(np.diff(labels[by_label])) + 1
    return sorted(np.split(by_label, cuts), key=lambda group: int(group[0])) if len(atoms) else []


def _list_neighbours(n: int, pairs: IntArray) -> tuple[IntArray, IntArray]:
    both = np.concatenate([pairs, pairs[:, ::-1]])
    matrix: csr_array = coo_array(
        (np.ones(len(both), np.int8), (both[:, 0], both[:, 1])), shape=(n, n)
    ).tocsr()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)


def _judge_reach(load: Load, pairs: IntArray, alive: BoolArray) -> npt.NDArray[np.int8]:
    limits = np.array([load.bounds.rule.cap, load.bounds.rule.need, load.max_area], dtype=np.float64)
    indptr, near = _list_neighbours(len(alive), pairs)
    asked = alive & (load.bounds.total > 0)
    press, ease = load.press.astype(np.float64), load.ease.astype(np.float64)
    verdict: npt.NDArray[np.int8] = judge_reach(indptr, near, press, ease, load.area, limits, asked)
    return verdict


def _judge_totals(load: Load, piece: IntArray) -> list[Core]:
    """Apply the lemma to closed pieces, and see whether their homes fit below the caps at all."""
    size, bounds, total = len(piece), load.bounds, load.bounds.total
    sums = bounds.sum_by(piece, size)
    lost = bounds.rule.count_lost(sums)
    fewest, most = bounds.rule.count_parts(sums)
    lived = (piece >= 0) & (total > 0)
    room = np.maximum(most, 1) * load.max_area
    spread = np.bincount(piece[lived], load.area[lived], minlength=size) > room
    wanted = np.isin(piece, np.flatnonzero(((lost > 0) | spread) & (sums.sum(axis=1) > 0))) & lived
    cores = []
    for atoms in split_groups(piece, wanted):
        name = int(piece[atoms[0]])
        sparse = _count_uncovered(total[atoms], load.area[atoms], float(room[name]))
        values = {"fewest": int(fewest[name]), "most": int(most[name]), "held": int(sums[name].sum())}
        cause = "density" if sparse > lost[name] else "lemma"
        cores.append(Core(cause, atoms, max(int(lost[name]), sparse), values))
    return cores


def _count_uncovered(held: IntArray, area: FloatArray, room: float) -> int:
    """Count what stays outside at least when the densest atoms fill an area, the last one in part."""
    densest = np.argsort(-held / np.maximum(area, 1e-9), kind="stable")
    before = np.cumsum(area[densest]) - area[densest]
    share = np.clip((room - before) / np.maximum(area[densest], 1e-9), 0.0, 1.0)
    # the least that is lost is a whole number; a hair below it is rounding
    return int(np.ceil(held.sum() - (held[densest] * share).sum() - 1e-6))


def _find_chokes(load: Load, pairs: IntArray, piece: IntArray, alive: BoolArray) -> list[Core]:
    """Find atoms at which more must come together than one area can hold.

    Without the atom, what it ties together falls apart. One area only can reach from one part into another:
    that of the atom. What a part cannot place in areas of its own, ``u - floor(l)`` of an area at least,
    comes with it; where that sums up to more than one area, something is out of bounds.
    """
    inside = pairs[alive[pairs].all(axis=1)]
    if not len(inside):
        return []
    tree = grow_tree(*_list_neighbours(len(piece), inside))
    loads = load.bounds.loads * alive[:, None]
    below = tree.sum_below(loads)
    hung = np.flatnonzero(tree.cut_off)
    parent = tree.parent[hung]
    apart = np.zeros_like(loads)
    np.add.at(apart, parent, below[hung])
    whole = load.bounds.sum_by(np.where(alive, piece, -1), len(piece))[piece]
    rest = whole - loads - apart
    tied, excess_rest = _spare(load, below), _spare(load, rest)
    carried = load.press + excess_rest
    np.add.at(carried, parent, tied[hung])
    excess = np.where(alive, carried - load.bounds.rule.cap, 0)
    found = []
    for v in np.flatnonzero(excess > 0):
        parts = [tree.list_below(int(w)) for w in hung[(parent == v) & (tied[hung] > 0)]]
        if excess_rest[v] > 0:
            apart_atoms = [tree.list_below(int(w)) for w in hung[parent == v]]
            outside = np.setdiff1d(np.flatnonzero(piece == piece[v]), np.concatenate([*apart_atoms, [v]]))
            parts.append(outside)
        found.append(_describe_choke(load, int(v), parts, int(excess[v])))
    taken, cores = np.zeros(len(piece), dtype=bool), []
    for core in sorted(found, key=lambda one: (-one.lost, int(one.atoms[0]))):
        if core.lost > 0 and not taken[core.atoms].any():
            taken[core.atoms] = True
            cores.append(core)
    return cores


def _spare(load: Load, sums: IntArray) -> IntArray:
    """Give what parts cannot place in areas of their own, in the weights of the upper bound, shape (n,)."""
    bounds = load.bounds
    areas = sums @ bounds.rule.lower_weight // bounds.rule.need
    return np.asarray(
        np.maximum(sums @ bounds.rule.upper_weight - areas * bounds.rule.cap, 0), dtype=np.int64
    )


def _describe_choke(load: Load, neck: int, parts: list[IntArray], excess: int) -> Core:
    """Count what is lost at a neck: the neck itself and what its parts lose alone, or the excess."""
    bounds, total = load.bounds, load.bounds.total
    sums = np.stack([bounds.loads[part].sum(axis=0) for part in parts])
    without = int(total[neck]) + int(bounds.rule.count_lost(sums).sum())
    atoms = np.sort(np.concatenate([*parts, [neck]]))
    heaviest = int(bounds.rule.upper_weight[bounds.loads[atoms].any(axis=0)].max(initial=1))
    values = {"neck": int(total[neck]), "behind": int(sums.sum()), "parts": len(parts)}
    return Core("choke", atoms[total[atoms] > 0], min(without, -(-excess // heaviest)), values)
