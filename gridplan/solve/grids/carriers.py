"""Homes and the ground that carries them together: what the solver may join, and what it may not."""

from __future__ import annotations

import numpy as np

from gridplan.arrays import IntArray
from gridplan.graph import AtomGraph, Borders, sum_borders

__all__ = ["find_passages", "gather_homes"]


def find_passages(graph: AtomGraph, never_cross: tuple[int, ...], min_border_m: float) -> Borders:
    """Select the borders across which an area of a level holds together.

    Parameters
    ----------
    graph
        The atoms.
    never_cross
        Barrier ranks that bar.
    min_border_m
        Shortest shared border that connects [m].
    """
    open_ = ~np.isin(graph.border_rank, never_cross)
    length = graph.border_length[open_]
    on_lane = np.where(graph.border_rank[open_] > 0, length, 0.0)
    borders = sum_borders(np.arange(len(graph)), graph.edges[open_], length, on_lane)
    long = borders.length >= min_border_m
    return Borders(borders.pairs[long], borders.length[long], borders.street[long])


def gather_homes(graph: AtomGraph, passage: Borders, carry_land_m2: float) -> IntArray:
    """Give every small atom without households to the home that it lies nearest to.

    A shed goes with its house. Atoms spread from the homes in rounds over the longest borders,
    those that cross no lane first, so that the result does not depend on the order of the rows.

    Parameters
    ----------
    graph
        The atoms.
    passage
        Borders that may be spanned.
    carry_land_m2
        Larger atoms without households are ground of their own and are never joined here [m2].

    Returns
    -------
    ndarray of int64, shape (n,)
        The home atom that each atom goes with; -1 for ground without a home.
    """
    home = np.where(graph.households > 0, np.arange(len(graph)), -1)
    waiting = (home < 0) & (graph.area <= carry_land_m2)
    i, j = passage.pairs.T
    heads, tails = np.concatenate([i, j]), np.concatenate([j, i])
    length = np.tile(passage.length, 2)
    inside = np.tile(passage.street < passage.length / 2, 2)
    wanted = waiting[tails]
    heads, tails, length, inside = heads[wanted], tails[wanted], length[wanted], inside[wanted]
    while True:
        reach = (home[heads] >= 0) & waiting[tails]
        if not reach.any():
            return home
        h, t = heads[reach], tails[reach]
        best_first = np.lexsort((home[h], -length[reach], ~inside[reach], t))
        t_sorted = t[best_first]
        first = np.r_[True, t_sorted[1:] != t_sorted[:-1]]
        home[t_sorted[first]] = home[h[best_first][first]]
        waiting[t_sorted[first]] = False
