"""The question put to the solver: checked arrays, prices, and the ground of any region of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.errors import InputError
from gridplan.graph.bounds import MODES, LoadRule, Mixed, make_rule
from gridplan.solve.kernels.terms import (
    AREA,
    BALANCE,
    CAP,
    GAP,
    HOME,
    MIX,
    PART,
    PRICES,
    TARGET,
    Ground,
    Terms,
)

__all__ = ["Problem", "Weights", "label_components", "make_problem"]


@dataclass(frozen=True)
class Weights:
    """Prices of the objective, all in metres of border.

    Attributes
    ----------
    household
        Per household out of bounds. 10,000: no border on any measured city (docs/sources.md: some 100 m a
        part) can buy one household, so that bounds come first.
    part
        Per part. 100, the price under which the exact optima of docs/sources.md were computed.
    lane_discount
        What a metre of lane counts as a border. 0.5, as in the measurements of docs/sources.md.
    building_cut
        Per cut of a building. 400, chosen on real ground (docs/sources.md: 28 of 172 buildings cut,
        27 had to be).
    mixing
        Per household that is not of its part's chief kind. 5: mixing ten households weighs as much as
        half a part; chosen here, no measurement stands behind it.
    balance
        Per squared relative deviation from the even load, used only when a count is asked for. 1,050 gives
        village5k a load CV of 0.043 at 270 parts and 0.047 at 287, where METIS at ufactor 80 has 0.044 and
        0.052 (best cut of 5 calls, benchmarks/solver.py even).
    area
        Per squared hectare of a part, used only when areas are given. 0.25: a part at the 0.2 km2 cap
        of the matian scheme (20 ha) pays what a part costs, one of 0.6 ha a tenth of a metre.
    """

    household: float = 10_000.0
    part: float = 100.0
    lane_discount: float = 0.5
    building_cut: float = 400.0
    mixing: float = 5.0
    balance: float = 1_050.0
    area: float = 0.25


@dataclass(frozen=True)
class Problem:
    """Checked input.

    Attributes
    ----------
    rule
        Legality.
    units, kind
        Households and kind of each atom, shape (n,).
    homes
        Households by kind of the rule, shape (n, K).
    area
        Area of each atom [m2]; zeros where none was given.
    max_area
        Hard cap of a part's area [m2]; inf = none.
    tail, head, cut
        Borders, each once, ``tail < head``, ordered, and what it costs to cut them [m].
    indptr, near, cost
        The same borders in compressed rows, both ways.
    load, limit
        What parts are filled with and may hold at most: weighted households, or area in m2 where the
        area cap asks for more parts than the households do.
    weights
        Prices.
    """

    rule: LoadRule
    units: IntArray
    kind: IntArray
    homes: IntArray
    area: FloatArray
    max_area: float
    tail: IntArray
    head: IntArray
    cut: FloatArray
    indptr: IntArray
    near: IntArray
    cost: FloatArray
    load: IntArray
    limit: int
    weights: Weights

    def make_terms(self, target: float = 0.0) -> Terms:
        """Give rule and prices to the kernels; ``target`` is the even load, 0 = none asked for."""
        rule = np.zeros((1 + len(self.rule.kinds), 4), np.int64)
        rule[0] = (MODES[self.rule.mixed], self.rule.cap, self.rule.need, self.limit)
        rule[1:, 0], rule[1:, 1] = self.rule.upper_weight, self.rule.lower_weight
        rule[1:, 2], rule[1:, 3] = self.rule.lower, self.rule.upper
        price = np.zeros(PRICES)
        price[HOME], price[PART], price[MIX] = self.weights.household, self.weights.part, self.weights.mixing
        # next to the bounds: a nudge of at most one household's price toward the nearest one
        price[GAP] = self.weights.household / 10.0
        price[BALANCE], price[TARGET] = (self.weights.balance, target) if target > 0 else (0.0, 0.0)
        price[AREA], price[CAP] = self.weights.area, self.max_area
        return Terms(rule, price)

    def reorder(self, order: IntArray) -> Problem:
        """Give the same problem with atom ``order[i]`` in place i."""
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        a, b = place[self.tail], place[self.head]
        tail, head = np.minimum(a, b), np.maximum(a, b)
        by_atom = np.lexsort((head, tail))
        indptr, near, cost = _compress(len(order), tail[by_atom], head[by_atom], self.cut[by_atom])
        return replace(
            self,
            units=self.units[order],
            kind=self.kind[order],
            homes=np.ascontiguousarray(self.homes[order]),
            area=self.area[order],
            tail=tail[by_atom],
            head=head[by_atom],
            cut=self.cut[by_atom],
            indptr=indptr,
            near=near,
            cost=cost,
            load=self.load[order],
        )

    def cut_region(self, atoms: IntArray, fixed: BoolArray | None = None) -> Ground:
        """Give the ground of some atoms (ascending), with the borders among them only."""
        n = len(self.units)
        place = np.full(n, -1, np.int64)
        place[atoms] = np.arange(len(atoms))
        width = self.indptr[atoms + 1] - self.indptr[atoms]
        ends = np.repeat(self.indptr[atoms + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
        near = place[self.near[ends]]
        inside = near >= 0
        row = np.repeat(np.arange(len(atoms)), width)[inside]
        indptr = np.zeros(len(atoms) + 1, np.int64)
        np.cumsum(np.bincount(row, minlength=len(atoms)), out=indptr[1:])
        held = np.zeros(len(atoms), np.int64) if fixed is None else fixed[atoms].astype(np.int64)
        return Ground(
            indptr,
            near[inside],
            self.cost[ends][inside],
            np.ascontiguousarray(self.homes[atoms]),
            self.load[atoms],
            self.area[atoms],
            held,
        )


def label_components(n: int, tail: IntArray, head: IntArray) -> IntArray:
    """Label connected components by their first atom, shape (n,)."""
    graph = coo_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    return renumber(labels)


def renumber(labels: npt.NDArray[Any]) -> IntArray:
    """Renumber labels 0.. in the order of their first atom."""
    _, first, back = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[back]


def _as_numbers(name: str, values: object, n: int | None, kind: type, faults: list[str]) -> npt.NDArray[Any]:
    """Read one argument as a vector of integers or floats; note what is wrong with it."""
    raw = np.asarray(values)
    if raw.size == 0:
        raw = raw.astype(kind).reshape(-1)
    if raw.ndim != 1 or (n is not None and len(raw) != n):
        faults.append(f"{name}: shape {raw.shape}")
        return np.zeros(n or 0, kind)
    if raw.dtype.kind not in "iufb" or not np.isfinite(raw.astype(np.float64)).all():
        faults.append(f"{name}: not finite numbers")
        return np.zeros(len(raw), kind)
    if kind is np.int64 and raw.dtype.kind == "f" and not (raw == np.round(raw)).all():
        faults.append(f"{name}: not whole numbers")
    return np.ascontiguousarray(raw.astype(kind))


def _check_bounds(
    units: IntArray, kind: IntArray, lower: IntArray, upper: IntArray, faults: list[str]
) -> None:
    """Note negative counts, kinds without bounds and bounds that contradict each other."""
    if (units < 0).any():
        faults.append(f"units: {int((units < 0).sum())} below 0")
    if len(lower) != len(upper):
        faults.append(f"lower, upper: {len(lower)} and {len(upper)} kinds")
        return
    if len(kind) and (kind.min() < 0 or kind.max() >= len(lower)):
        faults.append(f"kind: outside 0..{len(lower) - 1}")
        return
    used = np.unique(kind[units > 0])
    if (lower[used] < 0).any() or (upper[used] < 1).any() or (lower[used] > upper[used]).any():
        faults.append("lower, upper: want 0 <= lower <= upper, upper >= 1")


def _merge_edges(
    n: int, edges: object, border_length: object, lane: object, faults: list[str]
) -> tuple[IntArray, IntArray, FloatArray, BoolArray]:
    """Read the borders; loops are refused. Gives tail, head, length, lane as they stand in the input."""
    pairs = np.asarray(edges)
    pairs = pairs.reshape(-1, 2) if pairs.size == 0 else pairs
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        faults.append(f"edges: shape {pairs.shape}")
        pairs = np.zeros((0, 2), np.int64)
    pairs = pairs.astype(np.int64)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= n):
        faults.append(f"edges: outside 0..{n - 1}")
        pairs = pairs[:0]
    if (pairs[:, 0] == pairs[:, 1]).any():
        faults.append(f"edges: {int((pairs[:, 0] == pairs[:, 1]).sum())} from an atom to itself")
    length = _as_numbers(
        "border_length", border_length, len(np.asarray(edges).reshape(-1, 2)), np.float64, faults
    )
    if (length < 0).any():
        faults.append(f"border_length: {int((length < 0).sum())} below 0")
    on_lane = (
        np.zeros(len(length)) if lane is None else _as_numbers("lane", lane, len(length), np.float64, faults)
    )
    return pairs.min(axis=1), pairs.max(axis=1), length, on_lane != 0


def _price_cuts(
    tail: IntArray,
    head: IntArray,
    length: FloatArray,
    lane: BoolArray,
    building: IntArray | None,
    weights: Weights,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Price each border once: its metres, lanes at a discount, and the price of cutting a building.

    A building of s atoms has s - 1 cuts; its price is spread over the borders inside it, so that a chain
    of stairwells pays it once for each cut whatever the number of borders.
    """
    order = np.lexsort((head, tail))
    tail, head = tail[order], head[order]
    cost = length[order] * np.where(lane[order], weights.lane_discount, 1.0)
    new = np.ones(len(tail), np.bool_)
    new[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    group = np.cumsum(new) - 1
    cost = np.bincount(group, cost, minlength=int(new.sum())).astype(np.float64)
    tail, head = tail[new], head[new]
    if building is not None and len(tail):
        ids = np.unique(building, return_inverse=True)[1]
        inside = (ids[tail] == ids[head]) & (building[tail] >= 0)
        borders = np.bincount(ids[tail[inside]], minlength=ids.max() + 1)
        cuts = np.bincount(ids) - 1
        share = weights.building_cut * cuts / np.maximum(borders, 1)
        cost = cost + np.where(inside, share[ids[tail]], 0.0)
    return tail, head, cost


def make_problem(  # noqa: PLR0913 - the keyword options of the front door
    units: object,
    kind: object,
    edges: object,
    border_length: object,
    *,
    lower: object,
    upper: object,
    lane: object = None,
    area: object = None,
    max_area: float | None = None,
    building: object = None,
    weights: Weights | None = None,
    mixed: Mixed = "weighted",
) -> Problem:
    """Check the input once and bring it into the solver's arrays.

    Parameters are those of :func:`gridplan.solve.partition`.

    Raises
    ------
    InputError
        With all faults at once in ``values["faults"]``.
    """
    weights = Weights() if weights is None else weights
    faults: list[str] = []
    homes = _as_numbers("units", units, None, np.int64, faults)
    n = len(homes)
    kinds = _as_numbers("kind", kind, n, np.int64, faults)
    low = _as_numbers("lower", lower, None, np.int64, faults)
    high = _as_numbers("upper", upper, None, np.int64, faults)
    _check_bounds(homes, kinds, low, high, faults)
    tail, head, length, on_lane = _merge_edges(n, edges, border_length, lane, faults)
    ground_area = np.zeros(n) if area is None else _as_numbers("area", area, n, np.float64, faults)
    if (ground_area < 0).any():
        faults.append(f"area: {int((ground_area < 0).sum())} below 0")
    if max_area is not None and (area is None or not max_area > 0):
        faults.append("max_area: wants areas and a value above 0")
    owner = None if building is None else _as_numbers("building", building, n, np.int64, faults)
    if mixed not in MODES:
        faults.append(f"mixed: {mixed!r} is none of {sorted(MODES)}")
    faults += [f"weights.{f.name}: below 0" for f in fields(weights) if not getattr(weights, f.name) >= 0]
    if faults:
        raise InputError("partition_input", faults=faults)
    rule = make_rule(homes, kinds, low, high, mixed)
    tail, head, cost = _price_cuts(tail, head, length, on_lane, owner, weights)
    indptr, near, both = _compress(n, tail, head, cost)
    split = rule.split_homes(homes, kinds)
    cap = np.inf if max_area is None else float(max_area)
    load, limit = _choose_load(rule, split, ground_area, cap)
    return Problem(
        rule,
        homes,
        kinds,
        split,
        ground_area,
        cap,
        tail,
        head,
        cost,
        indptr,
        near,
        both,
        load,
        limit,
        weights,
    )


def _compress(
    n: int, tail: IntArray, head: IntArray, cost: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Bring borders into compressed rows, both ways."""
    rows, near = np.r_[tail, head], np.r_[head, tail]
    order = np.lexsort((near, rows))
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=indptr[1:])
    return indptr, near[order], np.r_[cost, cost][order]


def _choose_load(rule: LoadRule, homes: IntArray, area: FloatArray, max_area: float) -> tuple[IntArray, int]:
    """Choose what parts are filled with: households, or land where the area cap binds harder."""
    if rule.mixed == "weighted":
        load, limit = homes @ rule.upper_weight, rule.cap
    else:
        load, limit = homes.sum(axis=1), int(max(rule.upper, default=1))
    if np.isfinite(max_area) and area.sum() / max_area > load.sum() / limit:
        return np.ceil(area).astype(np.int64), max(1, int(max_area))
    return load.astype(np.int64), limit
