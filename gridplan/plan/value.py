"""A plan: atoms with one code per level. Labels, not polygons; the polygons are dissolved from the atoms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.schema import ALTERNATIVE_COLUMNS, FINDING_COLUMNS
from gridplan.scheme import Scheme

__all__ = ["FORMAT_VERSION", "Plan", "dissolve_atoms", "dissolve_level"]

#: Version of the plan.gpkg contract (DESIGN.md section 4).
FORMAT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Plan:
    """Atoms assigned to areas on every level of a scheme.

    Parameters
    ----------
    scheme
        The rules that the plan was made by.
    atoms
        The ``ATOM_COLUMNS``, polygons that cover the district exactly, and one column of area codes
        per level; index ``atom_id`` 0..n-1.
    buildings, streets
        The cleaned buildings and the noded barriers with their ``rank``.
    district
        The ground that is divided.
    areas
        Per level one row per area, index ``code``: ``name, parent, kind, status, certificate,
        certificate_id, reason_key, reason_values``.
    certificates
        The ``CERTIFICATE_COLUMNS``.
    issues
        The ``ISSUE_COLUMNS``.
    provenance
        Text by key: versions, digests of inputs and scheme, seed, counts of what came in.
    existing
        Areas that stood before by level id: index ``code``; ``name, type, ground``. Where a level has such,
        the atoms have the column ``old_<level id>``: the code of the old area, "" for none.
    alternatives
        The ``ALTERNATIVE_COLUMNS``: the plans of the levels that were redrawn; one of each level is chosen.
    attached
        Things placed into the areas by role: the ``ATTACHED_COLUMNS`` of the role, the ``PLACED_COLUMNS``
        and one column of area codes per level; RangeIndex. Those with a place of their own are points in
        the plan's coordinate system (an empty point where the place is not known).
    findings
        The ``FINDING_COLUMNS`` of the last check.
    polygons
        The level layers as read from a file, to be judged against the atoms; empty for a plan just made.
    timings
        Seconds and peak memory [MiB] per room of the run that made it.
    """

    scheme: Scheme
    atoms: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    district: BaseGeometry
    areas: Mapping[str, pd.DataFrame]
    certificates: pd.DataFrame
    issues: pd.DataFrame
    provenance: Mapping[str, str]
    existing: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    alternatives: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(ALTERNATIVE_COLUMNS))
    )
    attached: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FINDING_COLUMNS)))
    polygons: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    timings: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def crs(self) -> pyproj.CRS:
        """The projected coordinate system [m]."""
        crs: pyproj.CRS = self.atoms.crs
        return crs

    def __repr__(self) -> str:
        """Tell the scheme, the size and the areas per level."""
        told = ", ".join(f"{len(table)} {level}" for level, table in self.areas.items())
        return f"<Plan {self.scheme.id}: {len(self.atoms)} atoms, {told}>"


def dissolve_level(plan: Plan, level_id: str) -> gpd.GeoDataFrame:
    """Dissolve the atoms of a plan into the areas of one level.

    Parameters
    ----------
    plan
        Its atoms are an exact coverage, so that shared borders cancel without overlay.
    level_id
        The level.

    Returns
    -------
    GeoDataFrame
        One row per area, index ``code`` in sorted order, geometry only.
    """
    return dissolve_atoms(plan.atoms, plan.atoms[level_id])


def dissolve_atoms(atoms: gpd.GeoDataFrame, codes_of_atoms: pd.Series) -> gpd.GeoDataFrame:
    """Dissolve atoms that have the same code.

    Parameters
    ----------
    atoms
        Atoms of a plan, or some of them: an exact coverage.
    codes_of_atoms
        A code per atom, such as its compound.

    Returns
    -------
    GeoDataFrame
        One row per code, index ``code`` in sorted order, geometry only.
    """
    codes, labels = np.unique(codes_of_atoms.to_numpy(dtype=str), return_inverse=True)
    order = np.argsort(labels, kind="stable")
    shapes = atoms.geometry.to_numpy()[order]
    starts = np.searchsorted(labels[order], np.arange(len(codes) + 1))
    areas = [shapely.coverage_union_all(shapes[a:b]) for a, b in pairwise(starts)]
    # a union of one piece comes back as a collection of one: hand out the polygon itself
    flat = np.array(areas, dtype=object)
    single = shapely.get_num_geometries(flat) == 1
    flat[single] = shapely.get_geometry(flat[single], 0)
    index = pd.Index(codes, name="code")
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(flat, index=index, crs=atoms.crs))
