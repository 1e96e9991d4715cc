"""Levels with a count that is asked for: as many areas as the scheme says, evenly loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from gridplan.arrays import FloatArray, IntArray
from gridplan.graph import AtomGraph, Borders, find_components, sum_borders
from gridplan.graph.bounds import Mixed
from gridplan.scheme import Level, Scheme
from gridplan.solve.deadline import Deadline, set_deadline
from gridplan.solve.grids.carriers import find_passages, gather_homes
from gridplan.solve.grids.homes import Homes, collect_homes
from gridplan.solve.grids.land import settle_land
from gridplan.solve.kernels.shares import share_count
from gridplan.solve.partition import Weights, partition

__all__ = ["Pieces", "gather_pieces", "reach_count", "share_ground"]


#: How often a count that a part of the ground did not reach is shared out anew over the others.
ROUNDS = 6
#: How often neighbouring parts are joined where the count is not reached.
JOINS = 6
#: Where no bounds are given, a load this far from the mean counts as out of bounds: far enough that
#: contiguity can be kept, near enough that nobody looks after twice as many homes as another.
UNEVEN = 0.3


@dataclass(frozen=True, slots=True)
class _Search:
    homes: Homes
    seed: int
    workers: int
    deadline: Deadline


def reach_count(
    graph: AtomGraph,
    blocks: IntArray,
    level: Level,
    scheme: Scheme,
    labels: IntArray,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
) -> tuple[IntArray, bool]:
    """Bring a legal level to the count that it asks for, with even loads and without a new violation.

    Parameters
    ----------
    graph, blocks
        The atoms without borders that no area of the level reaches across, and their blocks.
    level
        ``count`` and bounds.
    scheme
        Rules for land.
    labels
        Areas as :func:`gridplan.solve.grids.homes.solve_homes` leaves them, shape (n,).
    seed, workers, time_limit
        As in :func:`gridplan.solve.partition.partition`.

    Returns
    -------
    tuple of ndarray of int64, shape (n,), and bool
        The areas, and whether the time was up before the search came to its end. Where the bounds leave no
        room for the count, the nearest count; every area that is legal stays so when the time is up. Land
        without households is not counted: it has areas of its own.
    """
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    home = gather_homes(graph, passage, scheme.atoms.carry_land_m2)
    homes = collect_homes(graph, blocks, home, passage, level)
    if not len(homes.atoms):
        return labels, False
    search = _Search(homes, seed, workers, set_deadline(time_limit))
    areas = _reach_count_of_homes(search, labels[homes.atoms], level.count)
    where = np.full(len(graph), -1, dtype=np.int64)
    where[homes.atoms] = np.arange(len(homes.atoms))
    fresh = np.full(len(graph), -1, dtype=np.int64)
    fresh[home >= 0] = areas[where[home[home >= 0]]]
    return settle_land(graph, blocks, passage, fresh, level, scheme.atoms), search.deadline.is_over()


def _reach_count_of_homes(search: _Search, labels: IntArray, count: int) -> IntArray:
    """Share the count over blocks and compounds that are legal alone, then over neighbours together."""
    homes = search.homes
    spans = np.unique(np.stack([labels, int(labels.max()) + 1 + homes.block], axis=1), axis=0)
    part = find_components(int(spans.max()) + 1, spans)[labels].astype(np.int64)
    for _ in range(JOINS):
        part = np.unique(part, return_inverse=True)[1].astype(np.int64)
        labels = _share_over_parts(search, labels, part, count)
        lack = count - int(labels.max()) - 1
        joined = _join_parts(homes, part, lack)
        if lack == 0 or np.array_equal(joined, part) or search.deadline.is_over():
            break
        part = joined
    return labels


def _join_parts(homes: Homes, part: IntArray, lack: int) -> IntArray:
    """Join neighbouring parts that together hold more areas (or need fewer) than each for itself.

    What two parts lose by rounding is whole again in their union; enough pairs are joined to make up for
    what is lacking, those with the longest common border first.
    """
    sums = _sum_parts(homes, part)
    borders = sum_borders(part, homes.borders.pairs, homes.borders.length, homes.borders.street)
    a, b = borders.pairs.T
    both = _limit_count(homes, sums[a] + sums[b])
    least, most = _limit_count(homes, sums)
    gain = both[1] - most[a] - most[b] if lack > 0 else least[a] + least[b] - both[0]
    target = np.arange(len(sums))
    free = np.ones(len(sums), dtype=bool)
    wanted = 2 * abs(lack)
    for row in np.lexsort((-borders.length, -gain)).tolist():
        if gain[row] <= 0 or wanted <= 0:
            break
        one, other = int(a[row]), int(b[row])
        if free[one] and free[other]:
            target[other] = one
            free[[one, other]] = False
            wanted -= int(gain[row])
    return np.asarray(target[part], dtype=np.int64)


def _sum_parts(homes: Homes, part: IntArray) -> IntArray:
    """Sum the homes of each part by kind, shape (p, K)."""
    split = homes.rule.split_homes(homes.units, homes.kind)
    sums = np.zeros((int(part.max()) + 1, split.shape[1]), dtype=np.int64)
    np.add.at(sums, part, split)
    return sums


def _limit_count(homes: Homes, sums: IntArray) -> tuple[IntArray, IntArray]:
    """Give the fewest and the most legal areas that parts can be divided into, by the lemma."""
    rule = homes.rule
    return -(-(sums @ rule.upper_weight) // rule.cap), sums @ rule.lower_weight // rule.need


def _share_over_parts(search: _Search, labels: IntArray, part: IntArray, count: int) -> IntArray:
    """Share the count over parts of the ground and divide each of these anew."""
    homes = search.homes
    sums = _sum_parts(homes, part)
    parts = len(sums)
    held = np.bincount(np.unique(np.stack([part, labels], axis=1), axis=0)[:, 0], minlength=parts)
    settled = np.bincount(part, homes.find_illegal(labels), minlength=parts) > 0
    load = sums @ homes.rule.upper_weight
    least, most = (np.where(settled, held, limit) for limit in _limit_count(homes, sums))
    best = labels.copy()
    for _ in range(ROUNDS):
        # what is out of bounds keeps its areas and takes no share
        wanted = held.copy()
        wanted[~settled] = share_count(
            load[~settled], least[~settled], most[~settled], count - int(held[settled].sum())
        )
        failed = False
        for one in np.flatnonzero(~settled & (wanted != held)).tolist():
            if search.deadline.is_over():
                break
            chosen = np.flatnonzero(part == one)
            fresh = _divide_evenly(search, chosen, int(wanted[one]))
            trial = best.copy()
            trial[chosen] = int(best.max()) + 1 + fresh
            if homes.find_illegal(trial)[chosen].any() or fresh.max() + 1 != wanted[one]:
                # that many do not fit here: hold on to what is legal and let others make up for it
                step = np.sign(held[one] - wanted[one])
                least[one], most[one] = sorted((int(held[one]), int(wanted[one] + step)))
                failed = True
                continue
            best, held[one] = trial, wanted[one]
        if not failed:
            break
    return np.unique(best, return_inverse=True)[1].astype(np.int64)


def _divide_evenly(search: _Search, chosen: IntArray, count: int) -> IntArray:
    """Divide some homes into a number of areas with even loads, whole buildings as far as they fit."""
    homes = search.homes
    local = np.full(len(homes.atoms), -1, dtype=np.int64)
    local[chosen] = np.arange(len(chosen))
    borders = sum_borders(local, homes.borders.pairs, homes.borders.length, homes.borders.street)
    lower, upper = homes.level.bound_arrays()
    done = partition(
        homes.units[chosen],
        homes.kind[chosen],
        borders.pairs,
        borders.length,
        lower=lower,
        upper=np.maximum(upper, 1),
        lane=borders.street >= borders.length / 2,
        area=homes.area[chosen],
        max_area=homes.level.max_area_m2 or None,
        xy=homes.xy[chosen],
        building=homes.building[chosen],
        target_parts=count,
        weights=Weights(**homes.level.weights),
        mixed=cast(Mixed, homes.level.mixed),
        seed=search.seed,
        workers=search.workers,
        time_limit=search.deadline.seconds_left(),
    )
    return done.labels.astype(np.int64)


def share_ground(
    graph: AtomGraph,
    pieces: IntArray,
    loads: IntArray,
    level: Level,
    count: int,
    *,
    cap_m2: float = 0.0,
    seed: int = 0,
) -> IntArray:
    """Divide the ground into a number of areas with even loads, whatever lies on it.

    Parameters
    ----------
    graph
        The atoms without borders that no area of the level reaches across.
    pieces
        Atoms that stay together, 0..p-1, shape (n,).
    loads
        What is to be shared evenly, whole numbers, shape (n,).
    level
        Ranks never crossed, prices.
    count
        How many areas there shall be.
    cap_m2
        Area cap [m2], 0 for none.
    seed
        As in :func:`gridplan.solve.partition.partition`.

    Returns
    -------
    ndarray of int64, shape (n,)
        Parts of the ground that hang together with nothing to share are areas beside the count.
    """
    passage = find_passages(graph, level.never_cross, level.min_border_m)
    ground = gather_pieces(graph, pieces, loads, passage)
    part = find_components(len(ground.load), ground.borders.pairs).astype(np.int64)
    held = np.bincount(part, ground.load)
    least = (held > 0).astype(np.int64)
    if cap_m2:
        below_cap = np.maximum(least, np.ceil(np.bincount(part, ground.size) / cap_m2).astype(np.int64))
        # a count that is smaller goes before the cap, which a mean may still keep
        least = below_cap if below_cap.sum() <= count else least
    # a piece that holds nothing would be an area for itself that nobody counts
    most = np.bincount(part, ground.load > 0).astype(np.int64)
    divided: dict[int, IntArray] = {}
    for _ in range(ROUNDS):
        short = False
        for one, share in enumerate(share_count(held, least, most, count).tolist()):
            chosen = np.flatnonzero(part == one)
            if one not in divided or int(divided[one].max()) + 1 != max(share, 1):
                divided[one] = _divide_ground(ground, chosen, share, level, cap_m2, seed)
            reached = len(np.unique(divided[one][ground.load[chosen] > 0]))
            if reached < share:
                most[one], short = reached, True
        if not short:
            break
    labels = np.full(len(part), -1, dtype=np.int64)
    for one, own in divided.items():
        labels[part == one] = int(labels.max(initial=-1)) + 1 + own
    return labels[pieces]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of ground with what they hold.

    Parameters
    ----------
    load
        What is to be shared, shape (p,).
    size
        Ground [m2], shape (p,).
    centre
        Centre of the ground [m], shape (p, 2).
    borders
        Borders between pieces that an area may span.
    """

    load: IntArray
    size: FloatArray
    centre: FloatArray
    borders: Borders

    def pick(self, chosen: IntArray) -> Pieces:
        """Take some of the pieces, with the borders between them."""
        local = np.full(len(self.load), -1, dtype=np.int64)
        local[chosen] = np.arange(len(chosen))
        inner = sum_borders(local, self.borders.pairs, self.borders.length, self.borders.street)
        return Pieces(self.load[chosen], self.size[chosen], self.centre[chosen], inner)


def gather_pieces(graph: AtomGraph, pieces: IntArray, loads: IntArray, passage: Borders) -> Pieces:
    """Sum up what the pieces of the ground hold.

    Parameters
    ----------
    graph
        The atoms.
    pieces
        Piece of each atom, 0..p-1, shape (n,).
    loads
        What each atom holds, whole numbers, shape (n,).
    passage
        Borders between atoms that an area may span.
    """
    k = int(pieces.max(initial=-1)) + 1
    size = np.bincount(pieces, graph.area, minlength=k).astype(np.float64)
    centre = [np.bincount(pieces, graph.area * graph.xy[:, a], minlength=k) / size for a in (0, 1)]
    load = np.zeros(k, dtype=np.int64)
    np.add.at(load, pieces, loads)
    borders = sum_borders(pieces, passage.pairs, passage.length, passage.street)
    return Pieces(load, size, np.stack(centre, axis=1), borders)


def _divide_ground(
    ground: Pieces, chosen: IntArray, count: int, level: Level, cap_m2: float, seed: int
) -> IntArray:
    if count <= 1:
        return np.zeros(len(chosen), dtype=np.int64)
    part = ground.pick(chosen)
    mean = part.load.sum() / count
    done = partition(
        part.load,
        np.zeros(len(chosen), dtype=np.int64),
        part.borders.pairs,
        part.borders.length,
        lower=[max(1, int(mean * (1 - UNEVEN)))],
        upper=[max(1, int(np.ceil(mean * (1 + UNEVEN))))],
        lane=part.borders.street >= part.borders.length / 2,
        area=part.size,
        max_area=cap_m2 or None,
        xy=part.centre,
        target_parts=count,
        weights=Weights(**level.weights),
        seed=seed,
    )
    return done.labels.astype(np.int64)
