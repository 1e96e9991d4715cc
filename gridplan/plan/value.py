"""A plan: atoms with one code per level. Labels, not polygons; the polygons are dissolved from the atoms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.plan.rooms import open_room
from gridplan.schema import ALTERNATIVE_COLUMNS, FINDING_COLUMNS
from gridplan.scheme import Scheme

if TYPE_CHECKING:
    import folium
    from matplotlib.axes import Axes

__all__ = ["FORMAT_VERSION", "Plan", "dissolve_atoms", "dissolve_level"]

#: Version of the plan.gpkg contract (DESIGN.md section 4).
FORMAT_VERSION = "2"


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

    Examples
    --------
    >>> plan = gridplan.open_plan("plan.gpkg")
    >>> plan.levels
    ('subgrid', 'grid')
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
    _described: dict[str, gpd.GeoDataFrame] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def crs(self) -> pyproj.CRS:
        """The projected coordinate system [m]."""
        crs: pyproj.CRS = self.atoms.crs
        return crs

    @property
    def levels(self) -> tuple[str, ...]:
        """Ids of the levels, coarse to fine."""
        return tuple(level.id for level in self.scheme.levels if level.id in self.areas)

    def to_geodataframe(self, layer: str) -> gpd.GeoDataFrame:
        """Return a layer as plan.gpkg holds it, with all of its columns.

        Parameters
        ----------
        layer
            A level of the plan, "atoms", "buildings", "streets", "district", or a role of ``attached``.

        Returns
        -------
        GeoDataFrame
            In the plan's coordinate system [m]; index ``code`` for a level, ``atom_id`` for atoms and
            ``building_id`` for buildings. Attached things without a place of their own come as a DataFrame.

        Raises
        ------
        InputError
            ``layer_unknown`` if the plan has no such layer.

        Examples
        --------
        >>> import gridplan
        >>> plan = gridplan.make_plan("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
        >>> plan.to_geodataframe("grid")[["households", "status"]].shape
        (194, 2)
        """
        described = self._describe(layer) if layer in self.areas else None
        return open_room("io.write").build_layer(self, layer, described)

    def _describe(self, level: str) -> gpd.GeoDataFrame:
        """Describe the areas of a level; the words for their borders take long, so they are kept."""
        if level not in self._described:
            self._described[level] = open_room("report").describe_areas(self, level)
        return self._described[level]

    def save(self, path: str | Path) -> Path:
        """Write the plan as one GeoPackage (:func:`gridplan.write_plan`).

        Parameters
        ----------
        path
            A ``.gpkg`` file, replaced only when the new one is whole.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        WriteError
            If it cannot be written; nothing is left behind.
        """
        written: Path = open_room("io.write").write_plan(
            self, path, {level: self._describe(level) for level in self.areas}
        )
        return written

    def check(self) -> pd.DataFrame:
        """Check every rule again, with none of the code that made the plan (:func:`gridplan.check_plan`).

        Returns
        -------
        DataFrame
            Columns ``law, version, verdict, level, ...`` of the findings: per law and level one row ``ok``,
            or one row per thing that is out of order. ``findings`` holds those of the day the plan was made.
        """
        findings: pd.DataFrame = open_room("check").check_plan(self)
        return findings

    def summary(self) -> pd.DataFrame:
        """Sum the plan up, level by level.

        Returns
        -------
        DataFrame
            Index ``level``, coarse to fine: ``areas``, those of them ``without_residents``, ``legal`` (of
            those with residents), ``exempt`` (out of bounds with a proof that nothing better exists),
            ``unproven`` (out of bounds without one), ``households``, ``population``, ``area_km2``, and
            ``households_median`` of areas with residents.
        """
        table: pd.DataFrame = open_room("report.tables").summarise_levels(self)
        return table

    def explore(
        self,
        level: str | None = None,
        column: str | None = None,
        *,
        m: folium.Map | None = None,
        **options: Any,
    ) -> folium.Map:
        """Draw a level on a folium map that needs no network (:func:`gridplan.onemap.notebook.explore_plan`).

        Parameters
        ----------
        level, column, m
            The level (the finest by default), what its areas are coloured by (their status by default), and a
            map to draw on, so that it can be chained with ``GeoDataFrame.explore(m=...)``.
        **options
            ``tiles, tooltip, popup, legend, audience, lang``, and the styles of ``GeoDataFrame.explore``.

        Returns
        -------
        folium.Map
        """
        drawn: folium.Map = open_room("onemap.notebook").explore_plan(self, level, column, m=m, **options)
        return drawn

    def plot(
        self, level: str | None = None, column: str | None = None, *, ax: Axes | None = None, **options: Any
    ) -> Axes:
        """Draw a level on matplotlib axes (:func:`gridplan.onemap.notebook.plot_plan`).

        Parameters
        ----------
        level, column, ax
            The level (the finest by default), what its areas are coloured by (their status by default), and
            axes to draw on.
        **options
            ``legend, audience, lang``, and the styles of ``GeoDataFrame.plot``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        axes: Axes = open_room("onemap.notebook").plot_plan(self, level, column, ax=ax, **options)
        return axes

    def _repr_html_(self) -> str:
        """Show a card with the figures and a small map in a notebook."""
        card: str = open_room("onemap.notebook").draw_card(self)
        return card

    def __repr__(self) -> str:
        """Name the scheme, the size and the areas per level."""
        counts = ", ".join(f"{len(table)} {level}" for level, table in self.areas.items())
        return f"<Plan {self.scheme.id}: {len(self.atoms)} atoms, {counts}>"


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

    Examples
    --------
    >>> shapes = gridplan.dissolve_level(plan, "subgrid")
    >>> bool(abs(shapes.area.sum() - plan.district.area) < 0.01)
    True
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
