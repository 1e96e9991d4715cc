"""The question of a redraw on pieces: what is counted, what is moved, and what a plan costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import Borders
from gridplan.graph.bounds import MODES, LoadRule
from gridplan.solve.kernels.terms import BALANCE, CAP, GAP, HOME, PRICES, TARGET, Ground, Layout, Terms
from gridplan.solve.partition.search import tally_layout
from gridplan.solve.redraw.moves import Areas, Matter, measure_areas

__all__ = [
    "Aim",
    "Draft",
    "Task",
    "cut_task",
    "find_ill",
    "make_draft",
    "make_layout",
    "make_task",
    "match_old",
    "price_draft",
]


#: A metre of border on a street counts half, as in :class:`gridplan.solve.problem.Weights`.
STREET_DISCOUNT = 0.5
#: Per person out of bounds [m of border]: above any price of moving that person (:class:`Aim`).
OUTSIDE = 10_000.0
#: Per squared relative deviation from the even load where a count is asked for [m]: being 10 % off costs
#: 100 m, about what moving one block across a border of a community saves.
EVEN = 10_000.0
#: How much more a person too many or too few weighs than a person moved while bounds are still a slope.
#: Above 1 mending pays where one person has to move for it. Chosen with the charge below on 17 random towns
#: at two levels of effort; no setting was best at both.
SLOPE = 1.5
#: Per person in an area out of bounds meanwhile, in persons moved.
CHARGE = 0.3
#: What a person moved is then taken to cost at least [m of border], where nobody asks for it.
LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Aim:
    """What an alternative weighs.

    Parameters
    ----------
    moved
        Per person moved [m of border].
    shape
        Per metre of the ring that is spread as far as the area. With 1 a shape twice as spread out as a disc
        pays as much as a border twice as long.
    """

    moved: float
    shape: float = 1.0


@dataclass(frozen=True)
class Task:
    """Pieces and what is asked of areas made of them.

    Attributes
    ----------
    ground
        Pieces and the price of the borders between them.
    rule, max_area, count
        Bounds, area cap [m2] (inf for none) and how many areas there must be (0 for any number).
    target
        Load that areas are balanced to, 0 for none.
    matter
        Moments and people by old area; its prices are those of the aim.
    olds
        Number of old areas.
    """

    ground: Ground
    rule: LoadRule
    max_area: float
    count: int
    target: float
    matter: Matter
    olds: int

    def make_terms(self, soft: bool) -> Terms:
        """Give rule and prices to the kernels; ``soft``: bounds as a slope that leads back inside."""
        rule = np.zeros((1 + len(self.rule.kinds), 4), np.int64)
        limit = self.rule.cap if self.rule.mixed == "weighted" else int(max(self.rule.upper, default=1))
        rule[0] = (MODES[self.rule.mixed], self.rule.cap, self.rule.need, limit)
        rule[1:, 0], rule[1:, 1] = self.rule.upper_weight, self.rule.lower_weight
        rule[1:, 2], rule[1:, 3] = self.rule.lower, self.rule.upper
        price = np.zeros(PRICES)
        moved = max(float(self.matter.price[0]), LEAST)
        price[GAP] = SLOPE * moved * float(max(self.rule.upper, default=1))
        price[HOME] = CHARGE * moved if soft else OUTSIDE
        price[CAP] = self.max_area
        if self.target > 0:
            price[BALANCE], price[TARGET] = EVEN, self.target
        return Terms(rule, price)

    def weigh(self, aim: Aim) -> Task:
        """Give the same question with the prices of another aim."""
        price = np.array([aim.moved, aim.shape])
        return replace(self, matter=self.matter._replace(price=price))


@dataclass(frozen=True)
class Draft:
    """A plan on pieces.

    Attributes
    ----------
    labels
        Area 0..k-1 of each piece, shape (n,).
    anchor
        Old area that each area continues, -1 for none, shape (k,).
    price
        Price with the bounds as a wall [m of border].
    """

    labels: IntArray
    anchor: IntArray
    price: float


def make_task(
    loads: IntArray,
    rule: LoadRule,
    borders: Borders,
    moments: FloatArray,
    stay: tuple[IntArray, IntArray, IntArray],
    *,
    max_area: float = 0.0,
    count: int = 0,
) -> Task:
    """Put the question.

    Parameters
    ----------
    loads, rule
        What is counted of each piece by kind, shape (n, K), and the bounds.
    borders
        Borders between pieces that an area may span, pairs i < j.
    moments
        Area [m2], first moments in x and y, and second moment about the origin of each piece, shape (n, 4).
    stay
        Rows (piece, old area, people), sorted; people outside every old area are left out.
    max_area, count
        Area cap [m2] and number of areas, 0 for none.
    """
    n = len(loads)
    i, j = borders.pairs.T
    cost = borders.length - STREET_DISCOUNT * borders.street
    rows, near = np.r_[i, j], np.r_[j, i]
    order = np.lexsort((near, rows))
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=indptr[1:])
    load = loads @ rule.upper_weight if rule.mixed == "weighted" else loads.sum(axis=1)
    ground = Ground(
        indptr,
        near[order].astype(np.int64),
        np.r_[cost, cost][order].astype(np.float64),
        np.ascontiguousarray(loads),
        load.astype(np.int64),
        np.ascontiguousarray(moments[:, 0]),
        np.zeros(n, np.int64),
    )
    piece, old, people = stay
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(piece, minlength=n), out=ptr[1:])
    matter = Matter(np.ascontiguousarray(moments), ptr, old, people, np.array([0.0, 1.0]))
    olds = int(old.max(initial=-1)) + 1
    target = float(load.sum()) / count if count else 0.0
    return Task(ground, rule, max_area or np.inf, count, target, matter, olds)


def cut_task(task: Task, nodes: IntArray) -> Task:
    """Cut out some pieces (ascending) with the borders among them."""
    ground, matter = task.ground, task.matter
    n = len(ground.load)
    place = np.full(n, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    ends, row = _list_rows(ground.indptr, nodes)
    near = place[ground.near[ends]]
    inside = near >= 0
    indptr = np.zeros(len(nodes) + 1, np.int64)
    np.cumsum(np.bincount(row[inside], minlength=len(nodes)), out=indptr[1:])
    part = Ground(
        indptr,
        near[inside],
        ground.cut[ends][inside],
        np.ascontiguousarray(ground.homes[nodes]),
        ground.load[nodes],
        ground.area[nodes],
        ground.fixed[nodes],
    )
    held, row = _list_rows(matter.ptr, nodes)
    ptr = np.zeros(len(nodes) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(nodes)), out=ptr[1:])
    mine = Matter(
        np.ascontiguousarray(matter.moment[nodes]), ptr, matter.old[held], matter.people[held], matter.price
    )
    return replace(task, ground=part, matter=mine)


def _list_rows(ptr: IntArray, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """List the entries of some compressed rows, and the row of each."""
    width = ptr[nodes + 1] - ptr[nodes]
    ends = np.repeat(ptr[nodes + 1] - np.cumsum(width), width) + np.arange(int(width.sum()))
    return ends, np.repeat(np.arange(len(nodes)), width)


def match_old(area: IntArray, old: IntArray, people: IntArray, k: int) -> IntArray:
    """Let areas continue old ones so that the most people stay, each old area at most once.

    Parameters
    ----------
    area, old, people
        Rows of people by new and old area.
    k
        Number of new areas.

    Returns
    -------
    ndarray of int64, shape (k,)
        -1 where nobody of an old area would stay.
    """
    anchor = np.full(k, -1, np.int64)
    names, column = np.unique(old, return_inverse=True)
    stay = np.zeros((k, len(names)), np.int64)
    np.add.at(stay, (area, column.reshape(-1)), people)
    rows, chosen = linear_sum_assignment(-stay)
    some = stay[rows, chosen] > 0
    anchor[rows[some]] = names[chosen[some]]
    return anchor


def assign_anchors(task: Task, labels: IntArray, allowed: BoolArray) -> IntArray:
    """Do the same for areas of pieces; ``allowed`` (olds,) are the old areas that may be continued."""
    matter = task.matter
    held = allowed[matter.old]
    owner = np.repeat(labels, np.diff(matter.ptr))[held]
    return match_old(owner, matter.old[held], matter.people[held], int(labels.max(initial=-1)) + 1)


def make_layout(task: Task, labels: IntArray, anchor: IntArray) -> tuple[Layout, Areas]:
    """Sum up areas for the kernels."""
    layout = tally_layout(task.ground, labels)
    moment = np.zeros((len(layout.size), 4))
    np.add.at(moment, labels, task.matter.moment)
    return layout, Areas(moment, anchor)


def find_ill(task: Task, labels: IntArray) -> BoolArray:
    """Mark the areas out of bounds, shape (k,)."""
    layout = tally_layout(task.ground, labels)
    return np.asarray(~task.rule.is_legal(layout.homes) | (layout.area > task.max_area))


def price_draft(task: Task, labels: IntArray, anchor: IntArray) -> float:
    """Price a plan with the bounds as a wall [m of border]."""
    layout, areas = make_layout(task, labels, anchor)
    return float(measure_areas(task.ground, task.make_terms(False), layout, task.matter, areas))


def make_draft(task: Task, labels: IntArray, allowed: BoolArray) -> Draft:
    """Let the areas of a labelling continue old ones and price them."""
    labels = np.unique(labels, return_inverse=True)[1].reshape(-1).astype(np.int64)
    anchor = assign_anchors(task, labels, allowed)
    return Draft(labels, anchor, price_draft(task, labels, anchor))
