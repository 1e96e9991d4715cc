"""A start at a wanted count: a region is halved again and again along spanning trees."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.solve.kernels.terms import Ground, draw

__all__ = ["grow_tree", "halve", "sum_cuts"]


@njit(cache=True, nogil=True)
def find_root(root: IntArray, v: int) -> int:
    """Find the head of v's set, halving the path."""
    while root[v] != v:
        root[v] = root[root[v]]
        v = root[v]
    return v


@njit(cache=True, nogil=True)
def sort_roughly(key: FloatArray) -> IntArray:
    """Order keys by as many even steps as there are keys; within a step as they stand.

    A tree drawn at random does not ask for more, and sorting took half of the time of :func:`grow_tree`.
    """
    m = len(key)
    low, high = np.inf, -np.inf
    for t in range(m):
        low, high = min(low, key[t]), max(high, key[t])
    scale = (m - 1) / (high - low) if high > low else 0.0
    step, start, order = np.empty(m, np.int64), np.zeros(m + 1, np.int64), np.empty(m, np.int64)
    for t in range(m):
        step[t] = int((key[t] - low) * scale)
        start[step[t] + 1] += 1
    for i in range(m):
        start[i + 1] += start[i]
    for t in range(m):
        order[start[step[t]]] = t
        start[step[t]] += 1
    return order


@njit(cache=True, nogil=True)
def grow_tree(
    ground: Ground, atoms: IntArray, place: IntArray, noise: float, state: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Draw a spanning tree of a connected set of atoms, dear borders first.

    Parameters
    ----------
    ground
        The region.
    atoms
        The atoms of the set, shape (m,).
    place
        Shape (n,): place of each atom in ``atoms``; anything else for atoms outside.
    noise
        0 = the tree of the dearest borders, 1 = each border's cost times a uniform number.
    state
        Random state.

    Returns
    -------
    tuple
        Order from the root (places in ``atoms``), parent of each in that order (-1 = root), and for each
        atom of that order the border cost between its subtree and the rest of the set [m].
    """
    m = len(atoms)
    edges = 0
    for i in range(m):
        for e in range(ground.indptr[atoms[i]], ground.indptr[atoms[i] + 1]):
            j = place[ground.near[e]]
            if 0 <= j < i and atoms[j] == ground.near[e]:
                edges += 1
    a, b, w, key = np.empty(edges, np.int64), np.empty(edges, np.int64), np.empty(edges), np.empty(edges)
    t = 0
    for i in range(m):
        for e in range(ground.indptr[atoms[i]], ground.indptr[atoms[i] + 1]):
            j = place[ground.near[e]]
            if 0 <= j < i and atoms[j] == ground.near[e]:
                a[t], b[t], w[t] = i, j, ground.cut[e]
                key[t] = -(ground.cut[e] + 1e-9) * (1.0 - noise + noise * draw(state))
                t += 1
    root = np.arange(m)
    chosen = np.zeros(edges, np.bool_)
    degree = np.zeros(m + 1, np.int64)
    for t in sort_roughly(key):
        x, y = find_root(root, a[t]), find_root(root, b[t])
        if x != y:
            root[x] = y
            chosen[t] = True
            degree[a[t]] += 1
            degree[b[t]] += 1
    order, parent = order_tree(a, b, chosen, degree, int(draw(state) * m))
    return order, parent, sum_cuts(order, parent, a, b, w)


@njit(cache=True, nogil=True)
def order_tree(
    a: IntArray, b: IntArray, chosen: BoolArray, degree: IntArray, start: int
) -> tuple[IntArray, IntArray]:
    """Order a tree from its root: places, and the parent's position in that order."""
    m = len(degree) - 1
    first = np.zeros(m + 1, np.int64)
    for i in range(m):
        first[i + 1] = first[i] + degree[i]
    fill, ends = first[:-1].copy(), np.empty(first[m], np.int64)
    for t in range(len(a)):
        if chosen[t]:
            ends[fill[a[t]]] = b[t]
            fill[a[t]] += 1
            ends[fill[b[t]]] = a[t]
            fill[b[t]] += 1
    order, parent, met = np.empty(m, np.int64), np.full(m, -1, np.int64), np.zeros(m, np.bool_)
    order[0] = start
    met[start] = True
    tail = 1
    for head in range(m):
        v = order[head]
        for x in range(first[v], first[v + 1]):
            u = ends[x]
            if not met[u]:
                met[u] = True
                order[tail] = u
                parent[tail] = head
                tail += 1
    return order, parent


@njit(cache=True, nogil=True)
def head_paths(parent: IntArray) -> IntArray:
    """Head of the heavy path of each node, in the order of the tree: log2(m) of them to the root."""
    m = len(parent)
    size, heavy, head = np.ones(m, np.int64), np.full(m, -1, np.int64), np.arange(m)
    for i in range(m - 1, 0, -1):
        size[parent[i]] += size[i]
    for i in range(1, m):
        v = parent[i]
        if heavy[v] < 0 or size[i] > size[heavy[v]]:
            heavy[v] = i
    for i in range(1, m):
        if heavy[parent[i]] == i:
            head[i] = head[parent[i]]
    return head


@njit(cache=True, nogil=True)
def sum_cuts(order: IntArray, parent: IntArray, a: IntArray, b: IntArray, w: FloatArray) -> FloatArray:
    """Border cost between each subtree and the rest: added at both ends, taken off where they meet."""
    m = len(order)
    position, head = np.empty(m, np.int64), head_paths(parent)
    for i in range(m):
        position[order[i]] = i
    cost = np.zeros(m)
    for t in range(len(a)):
        x, y = position[a[t]], position[b[t]]
        cost[x] += w[t]
        cost[y] += w[t]
        while head[x] != head[y]:  # the order goes by depth, so the path with the later head is left
            if head[x] > head[y]:
                x = parent[head[x]]
            else:
                y = parent[head[y]]
        cost[min(x, y)] -= 2.0 * w[t]
    for i in range(m - 1, 0, -1):
        cost[parent[i]] += cost[i]
    return cost


@njit(cache=True, nogil=True)
def choose_halving(
    load: IntArray, order: IntArray, parent: IntArray, cost: FloatArray, parts: int
) -> tuple[int, int, float]:
    """Choose the tree border to cut so that both sides divide evenly: lower end, parts below, score."""
    m = len(order)
    below = load[order].copy()
    for i in range(m - 1, 0, -1):
        below[parent[i]] += below[i]
    total, share = below[0], below[0] / parts
    widest, even = 1e-9, min(4.0, 0.7 + parts / 100.0)
    for i in range(1, m):
        widest = max(widest, cost[i])
    best, best_parts, best_score = -1, 0, np.inf
    size = np.ones(m, np.int64)
    for i in range(m - 1, 0, -1):
        size[parent[i]] += size[i]
    for i in range(1, m):
        j = int(below[i] / share + 0.5) if total > 0 else (parts * size[i]) // m
        j = min(max(j, 1, parts - (m - size[i])), parts - 1, size[i])
        less = min(j, parts - j)
        off = abs(below[i] - j * share) / max(share, 1.0) / less
        # 8: an eighth of a part's load off weighs as much as the whole range of cut lengths
        # evenness keeps the recursion shallow: 0.7 for few parts, where the border counts, up to 4 for many,
        # where thin slices off one end would cost time as the square of the parts (village50k: 15 s, not 1)
        score = 8.0 * off + cost[i] / widest + even * (0.5 - less / parts)
        if score < best_score:
            best, best_parts, best_score = i, j, score
    return best, best_parts, best_score


@njit(cache=True, nogil=True)
def halve(
    ground: Ground, load: IntArray, parts: int, smallest: int, tries: int, state: IntArray
) -> tuple[IntArray, IntArray]:
    """Split a connected region evenly by repeated halving along the best of a few trees.

    Parameters
    ----------
    ground, load
        The region and what is shared out evenly, shape (n,).
    parts
        Number of parts in all.
    smallest
        Pieces of at most this number of parts are not halved any more (1 = down to single parts).
    tries
        Trees per halving.
    state
        Random state.

    Returns
    -------
    tuple
        Label of each atom's piece (n,), and parts due in each piece.
    """
    n = len(load)
    labels = np.zeros(n, np.int64)
    due = np.zeros(n + 1, np.int64)
    due[0] = parts
    pieces, next_piece = 1, 0
    place = np.full(n, -1, np.int64)
    # atoms of a piece stand together in `rows`, as in quicksort
    rows, start, stop = np.arange(n), np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    stop[0] = n
    while next_piece < pieces:
        size = stop[next_piece] - start[next_piece]
        if due[next_piece] <= smallest or size < 2:
            next_piece += 1
            continue
        atoms = rows[start[next_piece] : stop[next_piece]].copy()
        for i in range(size):
            place[atoms[i]] = i
        best_score, best, best_parts = np.inf, -1, 0
        best_order, best_parent = atoms, atoms
        for _ in range(tries):
            order, parent, cost = grow_tree(ground, atoms, place, 0.9, state)
            i, j, score = choose_halving(load[atoms], order, parent, cost, due[next_piece])
            if score < best_score:
                best_score, best, best_parts, best_order, best_parent = score, i, j, order, parent
        for i in range(size):
            place[atoms[i]] = -1
        if best < 0:
            next_piece += 1
            continue
        under = np.zeros(size, np.bool_)
        under[best] = True
        for i in range(best + 1, size):
            under[i] = under[best_parent[i]]
        front, back = start[next_piece], stop[next_piece]
        for i in range(size):
            v = atoms[best_order[i]]
            if under[i]:
                back -= 1
                rows[back] = v
                labels[v] = pieces
            else:
                rows[front] = v
                front += 1
        start[pieces], stop[pieces] = back, stop[next_piece]
        stop[next_piece] = back
        due[pieces] = best_parts
        due[next_piece] -= best_parts
        pieces += 1
    return labels, due[:pieces].copy()
