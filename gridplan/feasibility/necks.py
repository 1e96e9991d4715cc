"""Necks: atoms that alone tie a part of the ground to the rest, and what must pass through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from gridplan.arrays import BoolArray, IntArray

__all__ = ["Tree", "grow_tree"]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A depth-first tree over the atoms of all pieces.

    Parameters
    ----------
    order
        Atoms in the order of their visit; what hangs below an atom is one stretch of it, shape (n,).
    place
        Where each atom stands in ``order``, shape (n,).
    size
        Atoms below and at each atom, shape (n,).
    parent
        -1 at a root, shape (n,).
    cut_off
        Whether what hangs at and below an atom is tied to the rest by its parent alone, shape (n,).
    """

    order: IntArray
    place: IntArray
    size: IntArray
    parent: IntArray
    cut_off: BoolArray

    def list_below(self, atom: int) -> IntArray:
        """List an atom and everything that hangs below it."""
        start = int(self.place[atom])
        return self.order[start : start + int(self.size[atom])]

    def sum_below(self, values: IntArray) -> IntArray:
        """Sum values over everything at and below each atom, shape (n, K) in and out."""
        ahead = np.zeros((len(values) + 1, values.shape[1]), dtype=np.int64)
        np.cumsum(values[self.order], axis=0, out=ahead[1:])
        return np.asarray(ahead[self.place + self.size] - ahead[self.place], dtype=np.int64)


@njit(cache=True, nogil=True)
def _visit(indptr: IntArray, near: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Tarjan's lowpoints without recursion: order, place, parent and the earliest place reached back to."""
    n = len(indptr) - 1
    order, place = np.empty(n, np.int64), np.full(n, -1, np.int64)
    parent, low = np.full(n, -1, np.int64), np.empty(n, np.int64)
    at, stack = indptr[:-1].copy(), np.empty(n, np.int64)
    done = 0
    for root in range(n):
        if place[root] >= 0:
            continue
        stack[0], top = root, 1
        place[root] = low[root] = done
        order[done] = root
        done += 1
        while top > 0:
            v = stack[top - 1]
            if at[v] < indptr[v + 1]:
                u = near[at[v]]
                at[v] += 1
                if place[u] < 0:
                    parent[u] = v
                    place[u] = low[u] = done
                    order[done] = u
                    done += 1
                    stack[top] = u
                    top += 1
                elif u != parent[v] and place[u] < low[v]:
                    low[v] = place[u]
            else:
                top -= 1
                if parent[v] >= 0 and low[v] < low[parent[v]]:
                    low[parent[v]] = low[v]
    return order, place, parent, low


@njit(cache=True, nogil=True)
def _size_up(order: IntArray, parent: IntArray) -> IntArray:
    size = np.ones(len(order), np.int64)
    for i in range(len(order) - 1, -1, -1):
        if parent[order[i]] >= 0:
            size[parent[order[i]]] += size[order[i]]
    return size


def grow_tree(indptr: IntArray, near: IntArray) -> Tree:
    """Walk all pieces depth first and mark what a single atom ties to the rest.

    Parameters
    ----------
    indptr, near
        Neighbours of each atom in rows, as in a CSR matrix without doubles.
    """
    order, place, parent, low = _visit(indptr, near)
    child = parent >= 0
    cut_off = np.zeros(len(order), dtype=bool)
    cut_off[child] = low[child] >= place[parent[child]]
    return Tree(order, place, _size_up(order, parent), parent, cut_off)
