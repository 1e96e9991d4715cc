"""Atoms as arrays: a graph with its borders, what the atoms stand in, faces between barriers."""

from gridplan.graph.atoms import (
    AtomGraph,
    Borders,
    Setting,
    fence_graph,
    find_components,
    kind_codes,
    sum_borders,
    take_ground,
)

__all__ = [
    "AtomGraph",
    "Borders",
    "Setting",
    "fence_graph",
    "find_components",
    "kind_codes",
    "sum_borders",
    "take_ground",
]
