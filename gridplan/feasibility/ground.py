"""The ground of a level: what an area may hold together, and the closed pieces that this leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.graph import AtomGraph, Setting, fence_graph, find_components, sum_borders
from gridplan.graph.faces import find_faces
from gridplan.scheme import Level, Scheme

__all__ = ["Closed", "LevelGround", "lay_grounds", "list_capped"]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """Borders that no area of a level spans, though ground that carries homes lies on either side.

    Parameters
    ----------
    pairs
        Atoms on either side, shape (c, 2).
    street
        Street that the border lies on, -1 where it is none or not known, shape (c,).
    length
        Metres, shape (c,).
    """

    pairs: IntArray
    street: IntArray
    length: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LevelGround:
    """What the areas of one level may hold together.

    Parameters
    ----------
    level
        The level.
    drawn
        Atoms on which the level is drawn at all (``applies_to``), shape (n,).
    carries
        Atoms that hold an area together, shape (n,): where homes are joined, those with households and
        small ones without.
    pairs
        Atoms side by side that an area may span, shape (p, 2).
    piece
        What hangs together, numbered by its first atom, -1 for atoms that carry nothing, shape (n,).
    whole
        The same with open land that carries nothing and on all ground: what finer levels lie in, shape (n,).
    fence
        What stands above the level and is not reached across, shape (n,).
    closed
        Borders that are never spanned.
    cornered
        Atoms whose piece touches others over borders that are too short to connect, shape (n,).
    """

    level: Level
    drawn: BoolArray
    carries: BoolArray
    pairs: IntArray
    piece: IntArray
    whole: IntArray
    fence: IntArray
    closed: Closed
    cornered: BoolArray


def lay_grounds(
    graph: AtomGraph, setting: Setting, scheme: Scheme, border_street: IntArray | None = None
) -> dict[str, LevelGround]:
    """Lay the ground of every level, parents before children.

    Parameters
    ----------
    graph, setting, scheme
        The atoms and the rules.
    border_street
        Street that each row of ``graph.edges`` lies on, -1 for none, shape (m,).
    """
    street = np.full(len(graph.edges), -1, np.int64) if border_street is None else border_street
    grounds: dict[str, LevelGround] = {}
    fences: dict[str, IntArray] = {}
    for level in scheme.levels:
        above = [fences[name] for name in (level.parent, *level.within) if name]
        fence = _number(np.stack(above, axis=1)) if above else np.zeros(len(graph), dtype=np.int64)
        grounds[level.id] = ground = _lay_ground(graph, setting, scheme, level, fence, street)
        # a finer area lies in one coarser area, which lies in one piece of the coarser level's ground
        fences[level.id] = _number(np.stack([_find_own(graph, setting, ground, fence), ground.whole], axis=1))
    return grounds


def _find_own(graph: AtomGraph, setting: Setting, ground: LevelGround, fence: IntArray) -> IntArray:
    """Label what is known of a level's areas before it is drawn: faces, areas of today, else nothing."""
    level, old = ground.level, setting.existing.get(ground.level.id)
    own = np.zeros(len(graph), dtype=np.int64)
    if level.make == "faces":
        own = find_faces(fence_graph(graph, fence), level).labels
    elif level.make == "given" and old is not None:
        own = old
    if level.applies_to and old is not None and not level.count_elsewhere:
        own = np.where(ground.drawn, own, int(own.max(initial=0)) + 2 + old)
    return own


def list_capped(scheme: Scheme, level: Level) -> list[Level]:
    """List a level and those it nests in that cap the area of each of their areas.

    Parameters
    ----------
    scheme
        The rules.
    level
        The level.
    """
    found, waiting = [], [level.id]
    while waiting:
        one = scheme[waiting.pop()]
        found.append(one)
        waiting += [name for name in (one.parent, *one.within) if name]
    return [one for one in found if one.make == "bounded" and one.statistic == "each" and one.max_area_m2]


def _number(rows: IntArray) -> IntArray:
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _lay_ground(
    graph: AtomGraph, setting: Setting, scheme: Scheme, level: Level, fence: IntArray, street: IntArray
) -> LevelGround:
    drawn = np.ones(len(graph), dtype=bool)
    if level.applies_to:
        drawn = setting.urban == (level.applies_to == "urban")
    carries = drawn
    if level.joins_homes:
        carries = drawn & ((graph.households > 0) | (graph.area <= scheme.atoms.carry_land_m2))
    edges = graph.edges.astype(np.int64)
    barring = level.never_cross if level.make == "bounded" else ()
    spanned = ~np.isin(graph.border_rank, barring) & (fence[edges[:, 0]] == fence[edges[:, 1]])
    inside = spanned & (drawn[edges[:, 0]] == drawn[edges[:, 1]])
    whole_pairs = _select_long(graph, inside, level.min_border_m)
    pairs = whole_pairs[carries[whole_pairs].all(axis=1)]
    piece = find_components(len(graph), pairs).astype(np.int64)
    shut = ~spanned & carries[edges].all(axis=1) & (graph.border_length >= level.min_border_m)
    shut &= piece[edges[:, 0]] != piece[edges[:, 1]]
    short = inside & carries[edges].all(axis=1) & (piece[edges[:, 0]] != piece[edges[:, 1]])
    return LevelGround(
        level=level,
        drawn=drawn,
        carries=carries,
        pairs=pairs,
        piece=np.where(carries, piece, -1),
        whole=find_components(len(graph), whole_pairs).astype(np.int64),
        fence=fence,
        closed=Closed(edges[shut], street[shut], graph.border_length[shut]),
        cornered=np.isin(piece, piece[edges[short].ravel()]),
    )


def _select_long(graph: AtomGraph, rows: BoolArray, min_border_m: float) -> IntArray:
    length = graph.border_length[rows]
    borders = sum_borders(np.arange(len(graph)), graph.edges[rows], length, length)
    return borders.pairs[borders.length >= min_border_m]
