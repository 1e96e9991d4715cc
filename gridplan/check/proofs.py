"""Certificates, proved again from nothing but the written plan."""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.check.carriers import Carriers
from gridplan.check.groups import EXHAUSTED, FOUND, GroupSearch, collect_groups, find_group
from gridplan.check.rule import TOO_MANY

__all__ = ["PROOFS", "Claim", "Proof", "read_claims", "verify_claims"]


#: Groups looked at per atom of a `structure` claim before it counts as unproved.
STRUCTURE_BUDGET = 3_000_000
#: Groups looked at per `exact` claim; each legal one is a column of the packing.
EXACT_BUDGET = 3_000_000
#: Most legal groups handed to the packing.
PACKING_COLUMNS = 300_000
#: Nodes of the packing's branch and bound, so that a forged claim cannot hold up the check for hours.
PACKING_NODES = 5_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A certificate as written.

    Parameters
    ----------
    id
        Its number.
    kind
        The word of its kind.
    atoms
        Its core, ascending; None where the list cannot be read or names no such atoms.
    bound
        Households of the core that it says must lie out of bounds.
    """

    id: int
    kind: str
    atoms: IntArray | None
    bound: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict on a claim.

    Parameters
    ----------
    claim
        The claim.
    reason
        "" where it is proved, else why not (a key under ``reason.``).
    proved
        Households that were proved to lie out of bounds, at least.
    """

    claim: Claim
    reason: str
    proved: int


def read_claims(certificates: pd.DataFrame, level_id: str, n: int) -> list[Claim]:
    """Read the certificates of one level in the order of their numbers; ``n`` is the number of atoms."""
    rows = certificates[certificates["level"] == level_id].sort_values("certificate_id", kind="stable")
    return [
        Claim(int(number), str(kind), _read_core(text, n), int(bound))
        for number, kind, text, bound in zip(
            rows["certificate_id"], rows["kind"], rows["atoms"], rows["bound"], strict=True
        )
    ]


def _read_core(text: object, n: int) -> IntArray | None:
    try:
        listed = json.loads(text) if isinstance(text, str) else list(text)  # type: ignore[call-overload]
    except (ValueError, TypeError):
        return None
    whole = bool(listed) and all(type(atom) is int and 0 <= atom < n for atom in listed)
    if not whole or len(set(listed)) != len(listed):
        return None
    return np.sort(np.array(listed, dtype=np.int64))


def verify_claims(carriers: Carriers, claims: list[Claim]) -> list[Proof]:
    """Verify the claims of a level in their order; one that shares an atom with an earlier one is refused."""
    taken = np.zeros(len(carriers.dwelling), dtype=bool)
    proofs = []
    for claim in claims:
        proof = _verify_claim(carriers, claim, taken)
        proofs.append(proof)
        if claim.atoms is not None and not proof.reason:
            taken[claim.atoms] = True
    return proofs


def _verify_claim(carriers: Carriers, claim: Claim, taken: BoolArray) -> Proof:
    prove = PROOFS.get(claim.kind)
    if prove is None:
        return Proof(claim, "certificate_kind_unknown", 0)
    # land may be too large to be cut: a claim about nobody, and only of that kind
    land = claim.kind == "indivisible" and claim.bound == 0
    homes = claim.bound > 0 and claim.atoms is not None and bool(carriers.dwelling[claim.atoms].all())
    if claim.atoms is None or not (land or homes):
        return Proof(claim, "certificate_core_broken", 0)
    if taken[claim.atoms].any():
        return Proof(claim, "certificate_cores_overlap", 0)
    reason, proved = prove(carriers, claim.atoms)
    if not reason and proved < claim.bound:
        reason = "certificate_bound_too_high"
    return Proof(claim, reason, proved)


def prove_arithmetic(carriers: Carriers, core: IntArray) -> tuple[str, int]:
    """Prove by the lemma: the core is closed (no joinable dwelling beside it), and its sum does not fit."""
    search = carriers.search
    inside = np.zeros(len(search.area), dtype=bool)
    inside[core] = True
    near = np.concatenate([search.neighbours[search.starts[i] : search.starts[i + 1]] for i in core])
    if not inside[near].all():
        return "certificate_core_open", 0
    return "", search.rule.count_unplaceable(search.loads[core].sum(axis=0)) if search.rule.kinds else 0


def prove_indivisible(carriers: Carriers, core: IntArray) -> tuple[str, int]:
    """Each atom of the core is above a bound all by itself."""
    search = carriers.search
    # an atom alone can only be too much, never mixed
    alone = (search.rule.check(search.loads[core]) == TOO_MANY) | (search.area[core] > search.max_area)
    if not alone.all():
        return "certificate_core_divisible", int(carriers.households[core[alone]].sum())
    return "", int(carriers.households[core].sum())


def prove_structure(carriers: Carriers, core: IntArray) -> tuple[str, int]:
    """No connected legal group holds any atom of the core."""
    search = carriers.search
    proved = 0
    if not search.rule.kinds:
        return prove_indivisible(carriers, core)
    for atom in core:
        if not _lacks_reach(search, int(atom)):
            found = find_group(search, int(atom), STRUCTURE_BUDGET)
            if found == FOUND:
                return "certificate_group_exists", proved
            if found == EXHAUSTED:
                return "certificate_not_verifiable", proved
        proved += int(carriers.households[atom])
    return "", proved


def prove_exact(carriers: Carriers, core: IntArray) -> tuple[str, int]:
    """No packing of legal groups covers more of the core."""
    if not carriers.search.rule.kinds:
        return prove_indivisible(carriers, core)
    groups = collect_groups(carriers.search, core, EXACT_BUDGET)
    if groups is None or len(groups[0]) - 1 > PACKING_COLUMNS:
        return "certificate_not_verifiable", 0
    whole = int(carriers.households[core].sum())
    most = _pack_groups(*groups, core, carriers.households)
    return ("certificate_not_verifiable", 0) if most is None else ("", whole - most)


#: How each kind of certificate is proved.
PROOFS = {
    "arithmetic": prove_arithmetic,
    "indivisible": prove_indivisible,
    "structure": prove_structure,
    "exact": prove_exact,
}


def _lacks_reach(search: GroupSearch, atom: int) -> bool:
    """Whether all that a light enough group through an atom can reach is still too little.

    An atom can share a group only with atoms to which some path fits below the upper bound and the
    area cap; if even all of them together hold less than the lower bound, no group is legal. Where an
    area cap holds, the densest of them are filled in up to the cap, the last one in part.
    """
    rule = search.rule
    if rule.mixed == "majority":
        weight = gain = np.ones(len(rule.kinds), dtype=np.int64)
        cap, need = int(rule.upper.max()), int(rule.lower.min())
    else:
        weight, cap, gain, need = rule.upper_weight, rule.cap, rule.lower_weight, rule.need
    if int(search.loads[atom] @ weight) > cap or search.area[atom] > search.max_area:
        return True
    capped = bool(np.isfinite(search.max_area))
    within = _reach(search, atom, search.loads @ weight, cap)
    if capped:
        within &= _reach(search, atom, search.area, search.max_area)
    reached = np.array(sorted(within), dtype=np.int64)
    gains = (search.loads[reached] @ gain).astype(np.float64)
    if gains.sum() < need or not capped:
        return bool(gains.sum() < need)
    return _fill_densest(gains, search.area[reached], reached == atom, search.max_area) < need - 0.5


def _fill_densest(gains: FloatArray, area: FloatArray, own: BoolArray, cap: float) -> float:
    """Most that fits below an area cap with the own atom in and the last one cut, an upper bound."""
    room = cap - float(area[own].sum())
    others = np.flatnonzero(~own)
    order = others[np.argsort(-gains[others] / np.maximum(area[others], 1e-9), kind="stable")]
    before = np.concatenate([[0.0], np.cumsum(area[order])[:-1]]) if len(order) else np.zeros(0)
    share = np.clip((room - before) / np.maximum(area[order], 1e-9), 0.0, 1.0)
    return float(gains[own].sum() + gains[order] @ share)


def _reach(search: GroupSearch, atom: int, cost: FloatArray | IntArray, limit: float) -> set[int]:
    """Atoms to which a path exists whose atoms together cost no more than a limit."""
    best = {atom: float(cost[atom])}
    heap = [(float(cost[atom]), atom)]
    done: set[int] = set()
    while heap:
        spent, here = heapq.heappop(heap)
        if here in done:
            continue
        done.add(here)
        for other in search.neighbours[search.starts[here] : search.starts[here + 1]].tolist():
            total = spent + float(cost[other])
            if total <= limit and total < best.get(other, np.inf):
                best[other] = total
                heapq.heappush(heap, (total, other))
    return done


def _pack_groups(starts: IntArray, members: IntArray, core: IntArray, households: IntArray) -> int | None:
    """Most households of the core in disjoint groups; None where that could not be settled."""
    count = len(starts) - 1
    if not count:
        return 0
    group_of = np.repeat(np.arange(count), np.diff(starts))
    counted = np.isin(members, core)
    gain = np.bincount(group_of[counted], households[members[counted]], minlength=count)
    atoms, row = np.unique(members, return_inverse=True)
    ones = np.ones(len(members))
    cover = csr_array((ones, (row, group_of)), shape=(len(atoms), count))
    # rounding down all rows together: of an odd number of atoms that fit in pairs only, one is left over
    least = int(np.diff(starts).min())
    together = LinearConstraint((np.diff(starts) // least)[None, :], -np.inf, len(atoms) // least)
    found = milp(
        -gain,
        constraints=[LinearConstraint(cover, -np.inf, 1.0), together],
        bounds=Bounds(0, 1),
        integrality=np.ones(count),
        # without presolve: what HiGHS repairs after it, it prints on the standard output
        options={"node_limit": PACKING_NODES, "mip_rel_gap": 0.0, "presolve": False},
    )
    # the dual bound holds even where the search was cut short
    dual = found.mip_dual_bound
    return None if dual is None or not np.isfinite(dual) else int(np.floor(-dual + 1e-6))
