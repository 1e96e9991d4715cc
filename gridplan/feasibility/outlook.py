"""What is known of a plan before it is drawn: frozen values, keys and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gridplan.arrays import IntArray

__all__ = ["LevelOutlook", "Obstacle", "Outlook", "Reckoning", "Remedy"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out for ground that cannot be legal as it stands.

    Parameters
    ----------
    action
        ``cross``: one stretch of a street may be spanned. ``carry``: open land may hold an area together.
        ``lower``: a street gets a lesser rank along its whole length. ``split``: a building is cut into
        smaller pieces. ``accept``: the ground stays as it is, with the reason on record.
    streets
        Streets that are spanned or lowered, () for none.
    beside
        Pieces (in the numbers of the obstacle's scope) that come to it.
    blocks
        Block of each of those pieces, for telling where they lie.
    metres
        Length of the border that is opened [m].
    at
        A point on that border [m, projected CRS], () where it has several stretches.
    land, land_m2
        Atoms of open land that are made to carry, and their area [m2].
    held
        What hangs together afterwards, in what the level counts.
    fewest, most
        Areas that this can be divided into.
    gained
        How much less is out of bounds at least, in what the level counts.
    left
        How much of the ground concerned still is.
    things
        How many things are changed: stretches, pieces of land, buildings.
    """

    action: str
    streets: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    metres: float = 0.0
    at: tuple[float, ...] = ()
    land: tuple[int, ...] = ()
    land_m2: float = 0.0
    held: int = 0
    fewest: int = 0
    most: int = 0
    gained: int = 0
    left: int = 0
    things: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """Ground that cannot be legal.

    Parameters
    ----------
    level
        Level id.
    scope
        ``ground``: no area may reach beyond it, so that it is out of bounds in every plan. ``block``: a block
        that cannot be legal alone; areas will have to reach over a lane. ``existing``: an area of today.
    cause
        ``building``, ``pocket``, ``lemma``, ``density`` or ``choke`` (see
        :class:`gridplan.feasibility.cores.Core`).
    piece, block
        Number of the piece in its scope, and the block that holds most of it.
    atoms
        Atoms concerned that hold something, ascending.
    held, households, people
        What the level counts of them, their households and people.
    kinds
        Kinds of them that are bounded.
    area_m2
        Ground of these atoms [m2].
    xy
        The middle of these atoms [m, projected CRS].
    fewest, most
        Legal areas that they could be divided into by the bounds; none where ``fewest > most``.
    lost
        What is out of bounds at least, in what the level counts.
    around
        Streets that it borders on longest, two at most.
    values
        Further numbers of the argument by name.
    ways
        Ways out, the best first; ``accept`` comes last.
    """

    level: str
    scope: str
    cause: str
    piece: int
    block: int
    atoms: IntArray
    held: int
    households: int
    people: int
    kinds: tuple[str, ...]
    area_m2: float
    xy: tuple[float, float]
    fewest: int
    most: int
    lost: int
    around: tuple[int, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)
    ways: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One sum that rules, counts and ground must satisfy together.

    Parameters
    ----------
    key
        Which sum; the words are under ``feasibility.reckoning.<key>``.
    level, other
        Levels concerned, ``other`` "" for none.
    verdict
        ``holds``, ``tight`` (true on part of the ground only) or ``impossible``.
    values
        The numbers of the sum by name.
    """

    key: str
    level: str
    other: str
    verdict: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class LevelOutlook:
    """What a level can come to.

    Parameters
    ----------
    level
        Level id.
    hard
        Whether what is out of bounds breaks the rules or is only warned of.
    held
        What the level counts, in all.
    piece
        Piece of each atom, -1 for ground that holds nothing together, shape (n,).
    pieces
        Numbers of the pieces that hold something, ascending, shape (p,).
    piece_held, piece_fewest, piece_most, piece_lost
        What they hold, into how many legal areas they can be divided, and what is out of bounds at least,
        shape (p,).
    scope
        What is looked at one by one besides: "block", or "existing" where areas of today are redrawn, or "".
    zones, zones_alone
        How many of these hold something, and how many can be legal without reaching beyond them.
    """

    level: str
    hard: bool
    held: int
    piece: IntArray
    pieces: IntArray
    piece_held: IntArray
    piece_fewest: IntArray
    piece_most: IntArray
    piece_lost: IntArray
    scope: str = ""
    zones: int = 0
    zones_alone: int = 0

    @property
    def fewest(self) -> int:
        """Areas that the level has at least: one where a piece cannot be legal."""
        return int(np.where(self.piece_fewest > self.piece_most, 1, self.piece_fewest).sum())

    @property
    def most(self) -> int:
        """Areas that the level can have at most with no more than one out of bounds in a piece."""
        return int((self.piece_most + (self.piece_fewest > self.piece_most)).sum())

    @property
    def lost(self) -> int:
        """What is out of bounds in every plan, at least."""
        return int(self.piece_lost.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What can be said of all plans of a ground under a scheme.

    Parameters
    ----------
    levels
        One value per level that is solved for.
    obstacles
        Ground that cannot be legal, by level, scope and what is concerned, the largest first.
    reckonings
        Sums between levels, counts and ground; what is impossible first.
    """

    levels: tuple[LevelOutlook, ...]
    obstacles: tuple[Obstacle, ...]
    reckonings: tuple[Reckoning, ...]

    @property
    def possible(self) -> bool:
        """Whether nothing speaks against a plan that is legal on every level."""
        soft = {one.level for one in self.levels if not one.hard}
        barred = any(one.scope == "ground" and one.level not in soft for one in self.obstacles)
        wrong = any(one.verdict == "impossible" and one.level not in soft for one in self.reckonings)
        return not barred and not wrong
