"""Small grounds made by hand, and what is possible on them by trying everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplan.feasibility.cores import Load
from gridplan.graph import AtomGraph, Setting
from gridplan.scheme import Level, load_preset

SCHEME = load_preset("gridplan")
GRID = SCHEME["grid"]


def lay_row(households, *, kind=0, area=100.0, ranks=(), blocks=None, buildings=None):
    """Atoms in a row; ``ranks`` of the borders between them, 0 by default."""
    n = len(households)
    rank = np.zeros(n - 1, dtype=np.int8)
    rank[: len(ranks)] = ranks
    steps = np.r_[0, np.cumsum(rank > 0)] if blocks is None else blocks
    return make_ground(
        households,
        np.stack([np.arange(n - 1), np.arange(1, n)], axis=1),
        rank=rank,
        kind=kind,
        area=area,
        blocks=steps,
        buildings=buildings,
    )


def make_ground(households, edges, *, rank=0, kind=0, area=100.0, blocks=0, buildings=None):
    """Return the graph and the setting of atoms with borders of 20 m."""
    households, edges = np.asarray(households, dtype=np.int64), np.asarray(edges).reshape(-1, 2)
    n, m = len(households), len(edges)
    order = np.lexsort(edges.T[::-1])
    rank = np.broadcast_to(np.asarray(rank, dtype=np.int8), m)[order]
    graph = AtomGraph(
        households=households,
        kind=np.where(households > 0, np.broadcast_to(kind, n), 3).astype(np.int8),
        area=np.broadcast_to(np.asarray(area, dtype=float), n).copy(),
        xy=np.stack([np.arange(n), np.zeros(n)], axis=1) * 10.0,
        building=np.where(households > 0, np.arange(n), -1) if buildings is None else np.asarray(buildings),
        edges=edges[order].astype(np.int32),
        border_length=np.full(m, 20.0),
        border_rank=rank,
    )
    setting = Setting(
        block=np.broadcast_to(np.asarray(blocks, dtype=np.int64), n).copy(),
        population=households * 3,
        dwellings=households,
        compound=np.full(n, -1),
        existing={},
        urban=np.ones(n, dtype=bool),
    )
    return graph, setting


def with_levels(*levels: Level):
    """Return the scheme with other levels."""
    return replace(SCHEME, levels=levels)


def list_legal_areas(load: Load, pairs, carries) -> list[int]:
    """List every legal area as the bits of its atoms."""
    n = len(load.area)
    near = [0] * n
    for a, b in pairs.tolist():
        near[a] |= 1 << b
        near[b] |= 1 << a
    carrying = sum(1 << v for v in range(n) if carries[v])
    return [
        mask
        for mask in range(1, 1 << n)
        if mask & ~carrying == 0
        and _hangs_together(mask, near)
        and _is_legal(load, [v for v in range(n) if mask >> v & 1])
    ]


def find_most_held(legal: list[int], held) -> int:
    """Try every choice of disjoint legal areas: the most that they hold."""
    n = len(held)
    best = [0] * (1 << n)
    by_low: dict[int, list[tuple[int, int]]] = {}
    for mask in legal:
        worth = sum(int(held[v]) for v in range(n) if mask >> v & 1)
        by_low.setdefault(mask & -mask, []).append((mask, worth))
    for mask in range(1, 1 << n):
        low = mask & -mask
        best[mask] = max(
            [best[mask ^ low]]
            + [worth + best[mask ^ group] for group, worth in by_low.get(low, ()) if group & ~mask == 0]
        )
    return best[-1]


def _hangs_together(mask: int, near: list[int]) -> bool:
    found = reached = mask & -mask
    while found:
        low = found & -found
        found ^= low
        fresh = near[low.bit_length() - 1] & mask & ~reached
        reached |= fresh
        found |= fresh
    return reached == mask


def _is_legal(load: Load, atoms: list[int]) -> bool:
    bounds, sums = load.bounds, load.bounds.loads[atoms].sum(axis=0)
    total = int(sums.sum())
    if not total or load.area[atoms].sum() > load.max_area or load.people[atoms].sum() > load.max_people:
        return False
    if bounds.rule.mixed == "weighted":
        return bool(
            (sums / bounds.rule.upper).sum() <= 1 + 1e-9
            and (sums / np.maximum(bounds.rule.lower, 1e-9)).sum() >= 1 - 1e-9
        )
    chief = int(sums.argmax())
    if bounds.rule.mixed == "forbid" and (sums > 0).sum() > 1:
        return False
    return bool(bounds.rule.lower[chief] <= total <= bounds.rule.upper[chief])
