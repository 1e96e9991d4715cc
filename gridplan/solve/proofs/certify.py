"""Proofs that households out of bounds cannot be avoided, in windows as small as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplan.arrays import BoolArray, IntArray
from gridplan.graph.bounds import Mixed
from gridplan.solve.kernels.groups import list_groups
from gridplan.solve.kernels.packing import pack_groups
from gridplan.solve.kernels.reach import lacks_reach
from gridplan.solve.kernels.terms import Ground, Terms
from gridplan.solve.problem import Problem, label_components, make_problem
from gridplan.solve.proofs.certificate import Certificate

__all__ = ["Certificate", "certify", "certify_problem"]

# Budgets are counts, so that the same proofs are found on every machine. The verifier of gridplan.check
# looks at up to 3 million groups a claim, so what is proved here can be proved there.
STEPS = 200_000  # groups visited in one window
COLUMNS = 20_000  # legal groups handed to one packing
NODES = 300  # branching nodes of one packing
REACH = 5_000  # atoms looked at around one atom
CORE = 60  # atoms in a window's core
WHOLE = 240  # atoms in a component that is tried as one core when no window settles it
RINGS = 4  # how often a window grows by the parts around it


@dataclass(frozen=True)
class _Ground:
    """Atoms with households after contraction, and the rule in the kernels' form."""

    ground: Ground
    terms: Terms
    atoms: IntArray
    households: IntArray
    component: IntArray


def certify(  # noqa: PLR0913 - keyword options of a front door
    units: npt.ArrayLike,
    kind: npt.ArrayLike,
    edges: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    area: npt.ArrayLike | None = None,
    max_area: float | None = None,
    mixed: Mixed = "weighted",
) -> tuple[Certificate, ...]:
    """Prove what can be proved about the parts of a labelling that are out of bounds.

    Parameters
    ----------
    units, kind, edges, lower, upper, area, max_area, mixed
        As in :func:`gridplan.solve.partition.partition`.
    labels
        Part of each atom, shape (n,).

    Returns
    -------
    tuple of Certificate
        Disjoint cores. A part is certified when its atoms with households lie in cores whose
        households out of bounds equal their bounds.

    Raises
    ------
    InputError
        With all faults of the input at once.
    """
    pairs = np.asarray(edges).reshape(-1, 2)
    problem = make_problem(
        units,
        kind,
        pairs,
        np.zeros(len(pairs)),
        lower=lower,
        upper=upper,
        area=area,
        max_area=max_area,
        mixed=mixed,
    )
    return certify_problem(problem, np.asarray(labels).astype(np.int64))


def certify_problem(problem: Problem, labels: IntArray) -> tuple[Certificate, ...]:
    """Do the same on checked input; see :func:`certify`."""
    ill = find_ill(problem, labels)
    if not ill.any():
        return ()
    base = _contract(problem)
    local_ill, local_labels = ill[base.atoms], labels[base.atoms]
    proved = np.zeros(len(base.atoms), np.bool_)
    found = _prove_components(base, problem, local_ill, proved)
    found += _prove_atoms(base, local_ill, proved)
    found += _prove_windows(base, local_labels, local_ill, proved)
    named = [replace(c, core=tuple(base.atoms[np.array(c.core)].tolist())) for c in found]
    return tuple(sorted(named, key=lambda c: c.core))


def find_ill(problem: Problem, labels: IntArray) -> BoolArray:
    """Mark the atoms with households whose part is out of bounds."""
    parts = int(labels.max(initial=-1)) + 1
    homes = np.zeros((parts, problem.homes.shape[1]), np.int64)
    np.add.at(homes, labels, problem.homes)
    ill = ~problem.rule.is_legal(homes)
    ill |= np.bincount(labels, problem.area, minlength=parts) > problem.max_area
    return np.asarray(ill[labels] & (problem.units > 0))


def _contract(problem: Problem) -> _Ground:
    """Make atoms without households free connectors: what they touch counts as side by side.

    A relaxation (their area is not counted and several parts may pass), so a proof stays a proof.
    """
    homes = problem.units > 0
    atoms = np.flatnonzero(homes)
    place = np.full(len(homes), -1, np.int64)
    place[atoms] = np.arange(len(atoms))
    both = homes[problem.tail] & homes[problem.head]
    pairs = [np.stack([place[problem.tail[both]], place[problem.head[both]]], axis=1)]
    empty = ~homes[problem.tail] & ~homes[problem.head]
    cluster = label_components(len(homes), problem.tail[empty], problem.head[empty])
    one = homes[problem.tail] != homes[problem.head]
    inner = np.where(homes[problem.tail[one]], problem.tail[one], problem.head[one])
    outer = np.where(homes[problem.tail[one]], problem.head[one], problem.tail[one])
    touch = np.unique(np.stack([cluster[outer], place[inner]], axis=1), axis=0)
    starts = np.flatnonzero(np.diff(touch[:, 0], prepend=-1))
    for members in np.split(touch[:, 1], starts[1:]):
        a, b = np.triu_indices(len(members), 1)
        pairs.append(np.stack([members[a], members[b]], axis=1))
    edges = np.concatenate(pairs)
    cut = make_problem(
        problem.units[atoms],
        problem.kind[atoms],
        edges,
        np.zeros(len(edges)),
        lower=_spread(problem, problem.rule.lower),
        upper=_spread(problem, problem.rule.upper),
        area=problem.area[atoms],
        max_area=problem.max_area if np.isfinite(problem.max_area) else None,
        mixed=problem.rule.mixed,
    )
    component = label_components(len(atoms), cut.tail, cut.head)
    return _Ground(cut.cut_region(np.arange(len(atoms))), cut.make_terms(), atoms, cut.units, component)


def _spread(problem: Problem, bounds: IntArray) -> IntArray:
    """Bounds of the kinds with households, back in an array indexed by kind."""
    out = np.ones(int(problem.kind.max(initial=0)) + 1, np.int64)
    out[problem.rule.kinds] = bounds
    return out


def _prove_components(
    base: _Ground, problem: Problem, ill: BoolArray, proved: BoolArray
) -> list[Certificate]:
    """Components whose households out of bounds are what the lemma says they must be."""
    found = []
    out = np.bincount(base.component, np.where(ill, base.households, 0)).astype(np.int64)
    order = np.argsort(base.component, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(base.component))))
    for c in np.flatnonzero(out):
        core = order[starts[c] : starts[c + 1]]
        bound = problem.rule.floor_households(base.ground.homes[core].sum(axis=0))
        if bound == out[c]:
            proved[core] = True
            found.append(Certificate("arithmetic", tuple(core.tolist()), int(bound)))
    return found


def _prove_atoms(base: _Ground, ill: BoolArray, proved: BoolArray) -> list[Certificate]:
    """Atoms out of bounds that no legal part can hold, each by itself."""
    found = []
    for v in np.flatnonzero(ill & ~proved).tolist():
        alone = _is_indivisible(base, v)
        if alone or lacks_reach(base.ground, base.terms, v, REACH) or _has_no_group(base, v):
            proved[v] = True
            found.append(Certificate("indivisible" if alone else "structure", (v,), int(base.households[v])))
    return found


def _is_indivisible(base: _Ground, v: int) -> bool:
    """Whether an atom alone is above every bound."""
    rule, homes = base.terms.rule, base.ground.homes[v]
    if base.ground.area[v] > base.terms.price[7]:
        return True
    if rule[0, 0] == 0:
        return int(homes @ rule[1:, 0]) > int(rule[0, 1])
    # an atom has one kind, so its chief kind's bound is the one that holds
    return int(homes.sum()) > int(rule[1 + int(homes.argmax()), 3]) and (
        rule[0, 0] == 1 or int(homes.sum()) > int(rule[1:, 3].max())
    )


def _has_no_group(base: _Ground, v: int) -> bool:
    """Whether all groups through an atom were visited and none is legal."""
    _, ptr, whole = list_groups(base.ground, base.terms, np.array([v], np.int64), True, STEPS, 1)
    return bool(whole) and len(ptr) == 1


def _prove_core(base: _Ground, core: IntArray, steps: int) -> int | None:
    """Prove how many households of a core lie out of bounds at least; None beyond the budget."""
    atoms, ptr, whole = list_groups(base.ground, base.terms, core, True, steps, 40 * COLUMNS)
    if not whole or len(ptr) > COLUMNS:
        return None
    member = np.zeros(len(base.households), np.bool_)
    member[core] = True
    gain = np.where(member, base.households, 0)
    return int(gain.sum()) - pack_groups(base.ground, atoms, ptr, gain, NODES)


@dataclass
class _Cover:
    """Which core each atom lies in: -1 none, -2 proved for good, else the window that may grow further."""

    owner: IntArray
    windows: dict[int, Certificate]

    def settle(self, core: IntArray, bound: int) -> None:
        """Make a core a window in the place of those it swallows."""
        for old in np.unique(self.owner[core]).tolist():
            self.windows.pop(old, None)
        name = int(core[0])
        self.owner[core] = name
        self.windows[name] = Certificate("exact", tuple(core.tolist()), bound)

    def widen(self, atoms: IntArray) -> IntArray:
        """Add the windows that a core touches, whole, and leave out what is proved for good."""
        touched = np.unique(self.owner[atoms])
        wide = np.isin(self.owner, touched[touched >= 0])
        wide[atoms] = True
        return np.flatnonzero(wide & (self.owner != -2))


def _prove_windows(base: _Ground, labels: IntArray, ill: BoolArray, proved: BoolArray) -> list[Certificate]:
    """Grow a window of whole parts around each part out of bounds until its loss is proved least."""
    cover = _Cover(np.where(proved, -2, -1).astype(np.int64), {})
    for part in np.unique(labels[ill & ~proved]).tolist():
        mine = np.flatnonzero(labels == part)
        if not (cover.owner[mine] == -1).any():
            continue
        core = cover.widen(mine)
        for _ in range(RINGS):
            if _try_core(base, core, ill, cover):
                break
            wider = cover.widen(_grow_core(base, labels, core))
            if len(wider) == len(core) or len(wider) > CORE:
                break
            core = wider
    for c in np.unique(base.component[ill & (cover.owner == -1)]).tolist():
        core = cover.widen(np.flatnonzero(base.component == c))
        if len(core) <= WHOLE:
            _try_core(base, core, ill, cover)
    return list(cover.windows.values())


def _try_core(base: _Ground, core: IntArray, ill: BoolArray, cover: _Cover) -> bool:
    """Make a core a window if its loss is proved to be the least."""
    bound = _prove_core(base, core, STEPS)
    if bound is None or bound != int(base.households[core[ill[core]]].sum()):
        return False
    cover.settle(core, bound)
    return True


def _grow_core(base: _Ground, labels: IntArray, core: IntArray) -> IntArray:
    """Add the parts beside a core."""
    near = [base.ground.near[base.ground.indptr[v] : base.ground.indptr[v + 1]] for v in core]
    beside = np.unique(np.concatenate([labels[core], labels[np.concatenate(near)]]))
    return np.flatnonzero(np.isin(labels, beside))
