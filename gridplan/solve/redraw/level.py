"""Redraw a level of communities: legal, connected, over whole blocks, with as few people moved as can be.

The same question is asked with several prices on moving people. What comes of it is a choice of plans,
from the old areas as they stand to the best shape; none of them is worse than another in everything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gridplan.arrays import BoolArray, IntArray
from gridplan.errors import InputError
from gridplan.graph import AtomGraph, Setting, take_ground
from gridplan.scheme import Level, Scheme
from gridplan.solve.deadline import Deadline, set_deadline
from gridplan.solve.redraw.ground import (
    RedrawRequest,
    find_majority,
    keep_old,
    make_question,
    read_request,
    spread_over,
)
from gridplan.solve.redraw.pieces import gather_pieces, refine_pieces
from gridplan.solve.redraw.plans import Alternative, make_alternative, rank_plans
from gridplan.solve.redraw.search import (
    LARGE,
    RedrawEffort,
    choose_redraw_effort,
    improve_draft,
    search_drafts,
    start_anew,
    start_from_old,
)
from gridplan.solve.redraw.task import Aim, Draft, Task, find_ill

__all__ = ["AIMS", "Alternative", "redraw_level"]


#: What each alternative weighs. Moving a block of 100 people across a border changes that border by some
#: 100 m: at 100 m a person no border buys anybody, at 2 m a straighter border may move a house or two, at
#: 0 nobody is asked.
AIMS = {"fewest": Aim(100.0), "balanced": Aim(2.0), "shape": Aim(0.0)}
#: How often pieces around areas out of bounds are broken down: once for each step from blocks to buildings.
BREAKS = 4


def redraw_level(
    graph: AtomGraph,
    setting: Setting,
    level: Level,
    scheme: Scheme,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    service_m: npt.ArrayLike | None = None,
) -> tuple[Alternative, ...]:
    """Draw a level anew, over whole blocks and near to its old areas.

    Parameters
    ----------
    graph
        The atoms, without borders that no area of the level reaches across.
    setting
        Blocks, people, compounds, and the old areas under ``existing[level.id]`` if there are any.
    level
        Bounds by people, dwellings or households; count; ranks never crossed.
    scheme
        Its finest level of households says which blocks a grid has to span: these stay together.
    seed
        The same input and seed give the same result.
    time_limit
        Seconds after which the best so far is returned. None = none; only without it is the result the same
        on every machine.
    service_m
        Way from each atom to each service place [m], shape (n, places), inf where there is none.

    Returns
    -------
    tuple of Alternative
        The first is recommended: most people within bounds, then fewest moved. The others go from least
        moved to best shape; none is a copy of another or worse in everything.

    Raises
    ------
    InputError
        If ``service_m`` has the wrong shape.
    """
    n = len(graph)
    ways = None if service_m is None else np.asarray(service_m, dtype=np.float64)
    if ways is not None and (ways.ndim != 2 or len(ways) != n):
        raise InputError("partition_input", faults=[f"service_m: shape {ways.shape}, ({n}, places) wanted"])
    if n == 0:
        none = np.zeros(0, dtype=np.int64)
        return (Alternative("shape", none, none, 0, 0, 0, np.nan, np.nan, (), 0),)
    # the order of the points, so that the result does not depend on the order of the rows
    order = np.lexsort((graph.xy[:, 1], graph.xy[:, 0]))
    request = read_request(
        *take_ground(graph, setting, order), level, scheme, None if ways is None else ways[order]
    )
    found = _choose_plans(request, seed, set_deadline(time_limit))
    back = np.empty(n, dtype=np.int64)
    back[order] = np.arange(n)
    return tuple(
        replace(
            one,
            labels=one.labels[back],
            certificates=tuple(
                replace(c, core=tuple(sorted(order[list(c.core)].tolist()))) for c in one.certificates
            ),
        )
        for one in found
    )


def _choose_plans(request: RedrawRequest, seed: int, deadline: Deadline) -> tuple[Alternative, ...]:
    """Draw all alternatives and put the recommended one first."""
    drawn = (request.old >= 0).any()
    pieces = gather_pieces(
        request.grain,
        request.loads[request.solid],
        request.rule,
        request.graph.area[request.solid],
        request.level.max_area_m2,
    )
    effort = choose_redraw_effort(int(pieces.max()) + 1, deadline)
    first = "fewest" if drawn else "shape"
    task, best = _draw_first(request, pieces, first, effort, seed)
    for _ in range(BREAKS):
        trouble = _find_trouble(task, best.labels)
        if not trouble.any() or deadline.is_over():
            break
        finer = refine_pieces(request.grain, pieces, trouble)
        if finer.max() == pieces.max():
            break
        _, rep = np.unique(finer, return_index=True)
        start = best.labels[pieces[rep]]
        fresh_task = make_question(request, finer)
        fresh = improve_draft(fresh_task.weigh(AIMS[first]), start, effort, seed)
        pieces = finer
        task, best = fresh_task, fresh
    drafts = {first: best}
    if drawn:
        drafts |= _draw_others(task, best, effort, seed)
    plans = [
        make_alternative(request, key, spread_over(request, draft.labels[pieces]))
        for key, draft in drafts.items()
    ]
    if drawn:
        plans.insert(0, make_alternative(request, "keep", keep_old(request)))
    return rank_plans(plans)


def _draw_first(
    request: RedrawRequest, pieces: IntArray, key: str, effort: RedrawEffort, seed: int
) -> tuple[Task, Draft]:
    task = make_question(request, pieces)
    weighed = task.weigh(AIMS[key])
    if key == "fewest":
        start = start_from_old(weighed, *find_majority(request, pieces))
        melts = (False, True) if len(start) <= LARGE else (False,)
        return task, search_drafts(weighed, [start], effort, seed, melts)
    return task, search_drafts(weighed, [start_anew(weighed, seed)], effort, seed)


def _draw_others(task: Task, fewest: Draft, effort: RedrawEffort, seed: int) -> dict[str, Draft]:
    """Draw the alternatives that move more people for the sake of shape, with half the effort each."""
    effort = replace(effort, tries=effort.tries / 2.0)
    shaped = task.weigh(AIMS["shape"])
    shape = search_drafts(shaped, [start_anew(shaped, seed)], effort, seed)
    balanced = search_drafts(task.weigh(AIMS["balanced"]), [fewest.labels], effort, seed, (False,))
    # where a border counts too, the search gets past plans that stop it where only people count
    again = improve_draft(task.weigh(AIMS["fewest"]), balanced.labels, effort, seed + 1, False)
    fewest = min((fewest, again), key=lambda one: one.price)
    return {"fewest": fewest, "balanced": balanced, "shape": shape}


def _find_trouble(task: Task, labels: IntArray) -> BoolArray:
    """Mark the pieces of areas out of bounds and of the areas around them."""
    ill = find_ill(task, labels)
    row = np.repeat(np.arange(len(labels)), np.diff(task.ground.indptr))
    around = ill.copy()
    around[labels[task.ground.near[ill[labels[row]]]]] = True
    return np.asarray(around[labels])
