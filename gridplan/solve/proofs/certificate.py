"""What a certificate claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Certificate"]


@dataclass(frozen=True)
class Certificate:
    """A claim that can be checked without the solver.

    In any plan whose parts are connected along the given edges (and within the area cap), at least
    ``bound`` households of the atoms ``core`` lie in parts out of bounds. Cores of one labelling's
    certificates are disjoint, so that bounds add up.

    Attributes
    ----------
    kind
        ``arithmetic``: the core is closed (a component) and its total does not divide into legal parts;
        ``indivisible``: one atom above every bound; ``structure``: no connected legal group holds any
        atom of the core; ``exact``: disjoint legal groups cannot cover more of the core.
    core
        Atoms, ascending.
    bound
        Households.
    """

    kind: Literal["arithmetic", "indivisible", "structure", "exact"]
    core: tuple[int, ...]
    bound: int
