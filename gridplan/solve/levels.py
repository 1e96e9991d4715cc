"""Every level of a scheme: what stands first, then from the finest up.

Given areas, faces of the barriers and areas bounded by people stand before the levels below them are
drawn, and these stay inside. Among the others an area of a level is a union of its children: nesting
holds by construction, and a coarser level can never be drawn so that its children become impossible.
Streets stay the borders of the coarser level because the finer one crosses a lane only where its bounds
demand it (see :mod:`gridplan.solve.grids.zones`), and because whole blocks are the pieces that are put
together wherever they fit below the cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.errors import SchemeError
from gridplan.graph import AtomGraph, Setting, fence_graph, find_components, take_ground
from gridplan.graph.faces import find_faces
from gridplan.scheme import Level, Scheme
from gridplan.solve.fences import cross_labels
from gridplan.solve.grids.counted import reach_count, share_ground
from gridplan.solve.grids.ground import merge_by_area, prove_oversize
from gridplan.solve.grids.homes import solve_homes
from gridplan.solve.proofs.certify import Certificate
from gridplan.solve.redraw import Alternative, redraw_level

__all__ = ["LevelsResult", "solve_levels"]


@dataclass(frozen=True, slots=True)
class LevelsResult:
    """Labels per level, and what is proved about them.

    Parameters
    ----------
    labels
        Area 0..k-1 of each atom by level id.
    certificates
        Claims about atoms by level id.
    alternatives
        Plans to choose from by level id, for levels that are redrawn; the one that stands comes first.
    slivers
        Atoms and areas [m2] of the slivers that faces were merged from, by level id.
    timed_out
        Whether the time limit ended the search.
    """

    labels: Mapping[str, IntArray]
    certificates: Mapping[str, tuple[Certificate, ...]]
    alternatives: Mapping[str, tuple[Alternative, ...]]
    slivers: Mapping[str, tuple[IntArray, FloatArray]]
    timed_out: bool


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The levels as far as they stand."""

    graph: AtomGraph
    setting: Setting
    scheme: Scheme
    seed: int
    workers: int
    time_limit: float | None
    choice: str
    service_m: FloatArray | None
    labels: dict[str, IntArray] = field(default_factory=dict)
    certificates: dict[str, tuple[Certificate, ...]] = field(default_factory=dict)
    alternatives: dict[str, tuple[Alternative, ...]] = field(default_factory=dict)
    slivers: dict[str, tuple[IntArray, FloatArray]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    def find_fence(self, level: Level) -> IntArray:
        """Label the areas that the level must not reach across, by class of ground where that matters."""
        walls = [self.labels[one.id] for one in self.scheme.find_fences(level.id)]
        if level.applies_to:
            walls.append(self.setting.urban.astype(np.int64))
        return cross_labels(len(self.graph), walls)


def solve_levels(
    graph: AtomGraph,
    setting: Setting,
    scheme: Scheme,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    choice: str = "",
    service_m: FloatArray | None = None,
) -> LevelsResult:
    """Divide the ground on every level of a scheme.

    Parameters
    ----------
    graph
        The atoms.
    setting
        Their blocks, people, compounds and old areas.
    scheme
        Levels from coarse to fine.
    seed, workers, time_limit
        As in :func:`gridplan.solve.partition.partition`.
    choice
        Key of the alternative to take where a level is redrawn; "" for the recommended one.

    service_m
        Way from each atom to each service place [m], shape (n, places); None where none are known.

    Raises
    ------
    SchemeError
        If a level bounds something that cannot be solved for, or there is no such alternative.
    """
    drawing = _Drawing(graph, setting, scheme, seed, workers, time_limit, choice, service_m)
    first = [level for level in scheme.levels if scheme.is_drawn_first(level)]
    for level in first:
        _draw(drawing, level)
    for level in reversed(scheme.levels):
        if level not in first:
            _draw(drawing, level)
    return LevelsResult(
        drawing.labels, drawing.certificates, drawing.alternatives, drawing.slivers, bool(drawing.late)
    )


def _draw(drawing: _Drawing, level: Level) -> None:
    """Draw one level on the ground that it applies to; elsewhere what stands above it stays."""
    n = len(drawing.graph)
    fence = drawing.find_fence(level)
    chosen = np.full(n, True)
    if level.applies_to:
        chosen = drawing.setting.urban == (level.applies_to == "urban")
    labels = np.full(n, -1, dtype=np.int64)
    drawing.certificates[level.id] = ()
    if chosen.any():
        labels[chosen] = _draw_part(drawing, level, fence, chosen)
    if not chosen.all():
        labels[~chosen] = int(labels.max()) + 1 + _draw_elsewhere(drawing, level, fence, ~chosen)
    drawing.labels[level.id] = _number(labels)


def _draw_part(drawing: _Drawing, level: Level, fence: IntArray, chosen: BoolArray) -> IntArray:
    """Draw a level on some of the ground and keep what is proved of it."""
    graph, setting = drawing.graph, drawing.setting
    if not chosen.all():
        graph, setting = take_ground(graph, setting, np.flatnonzero(chosen))
    graph = fence_graph(graph, fence[chosen])
    atoms = np.flatnonzero(chosen)
    if level.make == "given":
        return _take_given(graph, setting, level)
    if level.make == "faces":
        faces = find_faces(graph, level)
        drawing.slivers[level.id] = (atoms[faces.merged], faces.merged_m2)
        return faces.labels
    if drawing.scheme.is_drawn_first(level):
        return _redraw(drawing, graph, setting, level, atoms)
    if level.measure == "area":
        children = [one.id for one in drawing.scheme.levels if one.parent == level.id]
        finer = cross_labels(len(graph), [drawing.labels[child][chosen] for child in children])
        finer = finer if children else np.arange(len(graph), dtype=np.int64)
        labels = merge_by_area(graph, setting.block, finer, level, seed=drawing.seed)
        _keep_proofs(drawing, level, prove_oversize(graph, labels, level), atoms)
        return labels
    return _draw_homes(drawing, graph, setting, level, atoms)


def _draw_homes(
    drawing: _Drawing, graph: AtomGraph, setting: Setting, level: Level, atoms: IntArray
) -> IntArray:
    """Draw the finest level: by its bounds, by its count, or by both."""
    precinct = _find_precincts(setting)
    if not level.bounds:
        single = np.arange(len(graph), dtype=np.int64)
        return share_ground(graph, single, graph.households, level, level.count, seed=drawing.seed)
    done = solve_homes(
        graph,
        precinct,
        level,
        drawing.scheme,
        seed=drawing.seed,
        workers=drawing.workers,
        time_limit=drawing.time_limit,
    )
    _keep_proofs(drawing, level, done.certificates, atoms)
    if done.timed_out:
        drawing.late.add(level.id)
    if not level.count:
        return done.labels
    labels, late = reach_count(
        graph,
        precinct,
        level,
        drawing.scheme,
        done.labels,
        seed=drawing.seed,
        workers=drawing.workers,
        time_limit=drawing.time_limit,
    )
    if late:
        drawing.late.add(level.id)
    return labels


def _redraw(drawing: _Drawing, graph: AtomGraph, setting: Setting, level: Level, atoms: IntArray) -> IntArray:
    """Draw a level over whole blocks before its children, and keep the other plans to choose from."""
    ways = None if drawing.service_m is None else drawing.service_m[atoms]
    found = redraw_level(
        graph,
        setting,
        level,
        drawing.scheme,
        seed=drawing.seed,
        time_limit=drawing.time_limit,
        service_m=ways,
    )
    wanted = [one for one in found if one.key == drawing.choice] if drawing.choice else list(found[:1])
    if not wanted:
        known = ", ".join(one.key for one in found)
        raise SchemeError("alternative_unknown", level=level.id, choice=drawing.choice, known=known)
    drawing.alternatives[level.id] = (*wanted, *(one for one in found if one is not wanted[0]))
    _keep_proofs(drawing, level, wanted[0].certificates, atoms)
    return wanted[0].labels


def _draw_elsewhere(drawing: _Drawing, level: Level, fence: IntArray, chosen: BoolArray) -> IntArray:
    """Draw the ground that a level does not apply to: old areas, a mere count, or what stands above."""
    graph, setting = take_ground(drawing.graph, drawing.setting, np.flatnonzero(chosen))
    graph = fence_graph(graph, fence[chosen])
    if level.count_elsewhere:
        single = np.arange(len(graph), dtype=np.int64)
        return share_ground(graph, single, graph.households, level, level.count_elsewhere, seed=drawing.seed)
    if level.id in setting.existing:
        return _take_given(graph, setting, level)
    return _number(fence[chosen])


def _take_given(graph: AtomGraph, setting: Setting, level: Level) -> IntArray:
    """Take the areas of an existing layer; ground in none of them is an area for itself (管理真空)."""
    if level.id not in setting.existing:
        raise SchemeError("existing_missing", level=level.id)
    labels = setting.existing[level.id].copy()
    nobody = labels < 0
    if nobody.any():
        inside = nobody[graph.edges].all(axis=1)
        holes = find_components(len(graph), graph.edges[inside])
        labels[nobody] = int(labels.max(initial=-1)) + 1 + holes[nobody]
    return _number(labels)


def _keep_proofs(drawing: _Drawing, level: Level, proofs: tuple[Certificate, ...], atoms: IntArray) -> None:
    """Keep claims about a part of the ground as claims about its atoms."""
    drawing.certificates[level.id] += tuple(
        replace(one, core=tuple(atoms[np.asarray(one.core, dtype=np.int64)].tolist())) for one in proofs
    )


def _find_precincts(setting: Setting) -> IntArray:
    """Label the compounds, and the blocks without their compounds: a grid is first sought inside of one."""
    blocks = int(setting.block.max(initial=-1)) + 1
    return _number(np.where(setting.compound >= 0, blocks + setting.compound, setting.block))


def _number(labels: IntArray) -> IntArray:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
