"""What comes out of the room."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

__all__ = ["Atoms"]


@dataclass(frozen=True, slots=True)
class Atoms:
    """The atoms of a district, which cover it exactly, and what was done to the input.

    Parameters
    ----------
    frame
        One row per atom, index ``atom_id`` 0..n-1, blocks west to east then north to south and atoms
        likewise within a block; see :func:`gridplan.atoms.build_atoms` for the columns.
    issues
        One row per thing dropped, cut or given to a neighbour; columns as in
        :func:`gridplan.schema.issue_rows`.
    """

    frame: gpd.GeoDataFrame
    issues: pd.DataFrame
