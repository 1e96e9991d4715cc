"""Values of the room: what the caller may choose, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

__all__ = ["AtomOptions", "Atoms"]


@dataclass(frozen=True, slots=True)
class AtomOptions:
    """How the ground is cut into atoms.

    Parameters
    ----------
    slice_households
        A building with more households is cut into slices of at most so many. Default 30: with slices of
        30 every kind of grid can be filled (bench/REALGROUND.md, table of slices: 0 % of the households
        of wangjing and nantes_centre out of bounds, against 0.22 % and 0.10 % with slices of 40 of
        buildings above 80).
    reach_m
        Land farther than this from every dwelling or institution of its block is an atom of its own.
        Default 50 m (DESIGN.md section 6, land without households).
    shed_reach_m
        The same for buildings of kind ``empty``, which are seldom the middle of a yard. Default 10 m,
        chosen on the maps of vologda: a shed in a field must not claim the field.
    land_min_m2
        A smaller piece of open land stays with the cells around it, and a smaller face of the streets
        without any building (median, slip lane, traffic island) is joined to a neighbouring block.
        Default 1,000 m2 (REALGROUND, streets and maps).
    land_max_m2
        Open land is cut by straight lines until no piece is larger. Default 100,000 m2: half of the
        0.2 km2 that a sub-grid may have in the preset ``gridplan``.
    lane_block_m2
        Barriers of rank 3 cut the ground only inside blocks larger than this. Default 200,000 m2, the
        cap of a sub-grid (REALGROUND, sub-grids: "service roads become lanes inside over-cap blocks only").
    strip_m
        A slice narrower than this along the building is no stairwell, but a nominal floor band.
        Default 10 m, about the width of a stairwell with a flat on either side.
    landing_flats
        Flats on one landing of a stairwell, for estimating stairwells from floors. Default 4, the most
        that one stairwell commonly serves in slab blocks.
    tile_buildings
        Buildings worked on at a time; bounds the memory, never changes the result. Default 4,000.
    """

    slice_households: int = 30
    reach_m: float = 50.0
    shed_reach_m: float = 10.0
    land_min_m2: float = 1_000.0
    land_max_m2: float = 100_000.0
    lane_block_m2: float = 200_000.0
    strip_m: float = 10.0
    landing_flats: int = 4
    tile_buildings: int = 4_000


@dataclass(frozen=True, slots=True)
class Atoms:
    """The atoms of a district, which cover it exactly, and what was done to the input.

    Parameters
    ----------
    frame
        One row per atom, index ``atom_id`` 0..n-1, blocks west to east then north to south and atoms
        likewise within a block; see :func:`gridplan.atoms.build_atoms` for the columns.
    issues
        One row per thing dropped, moved or estimated: ``layer, id, code, action, value``.
    """

    frame: gpd.GeoDataFrame
    issues: pd.DataFrame
