"""The tables that pass between the rooms: their columns, and the frozen values that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from shapely.geometry.base import BaseGeometry

__all__ = [
    "ALTERNATIVE_COLUMNS",
    "ATOM_COLUMNS",
    "ATTACHED_COLUMNS",
    "CERTIFICATE_COLUMNS",
    "FINDING_COLUMNS",
    "ISSUE_COLUMNS",
    "PLACED_COLUMNS",
    "CleanLayers",
    "Layers",
    "Source",
    "Things",
    "empty_issues",
    "issue_rows",
    "join_issues",
]

#: What was wrong in the input and what was done about it, one row per thing.
ISSUE_COLUMNS = ("layer", "id", "code", "action", "value", "detail")
#: Judged facts about a plan.
FINDING_COLUMNS = ("key", "version", "level", "code", "value", "bound", "verdict", "reason")
#: Claims that nothing better exists, checkable without the solver; ``atoms`` is a JSON list.
CERTIFICATE_COLUMNS = ("certificate_id", "level", "kind", "atoms", "bound", "params")
#: Plans of a level that is redrawn, to choose from: areas, those within bounds, what is counted in the
#: others, people moved, mean compactness by moment of inertia (A^2 / 2 pi I; that of areas is 4 pi A / P^2),
#: longest straight line to the service place of one's area [m].
ALTERNATIVE_COLUMNS = (
    "level", "key", "chosen", "areas", "legal", "outside", "moved",
    "inertia_compactness", "farthest_straight_m",
)  # fmt: skip
#: Columns of the atoms besides the geometry; one column per level follows in a plan.
ATOM_COLUMNS = (
    "building_id",
    "slice",
    "slice_kind",
    "kind",
    "households",
    "population",
    "households_source",
    "dwellings",
    "compound",
    "ground",
    "block",
    "lane_block",
    "area_m2",
    "footprint_m2",
)
#: What things of a plan are known by, by role. ``level`` is "red", "orange", "yellow", "blue" or "" where it
#: is not given; ``likelihood``, ``exposure``, ``consequence`` are those of LEC, ``severity`` that of
#: likelihood x severity (NaN where it is not known); dates are "YYYY-MM-DD" or ""; ``on_site`` (fixed on
#: site) and ``is_fixed`` (what the list says of the fixing in words, where no date says it) are nullable
#: truth values; ``care`` counts households of an area by ``care_class``: "steady" (放心户), "attention"
#: (关心户), "contact" (连心户).
_RISK = ("level", "likelihood", "exposure", "consequence", "severity")
ATTACHED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "enterprises": ("id", "name", "kind", *_RISK, "date"),
    "risk_points": ("id", "enterprise", "name", "kind", *_RISK, "date"),
    "hazards": ("id", "enterprise", "kind", "level", "found", "on_site", "fixed", "is_fixed"),
    "services": ("id", "name", "kind", "area_m2"),
    "staff": ("id", "post"),
    "care": ("care_class", "households"),
}
#: How a thing was placed: ``building_id`` ("" for none) and ``placed`` ("point", "building", "code",
#: "enterprise", or "" for not placed); one column per level follows with the area's code, "" for not known.
PLACED_COLUMNS = ("building_id", "placed")


def issue_rows(
    layer: str,
    ids: Iterable[object],
    code: str,
    action: str,
    value: npt.ArrayLike = np.nan,
    detail: str | Iterable[str] = "",
) -> pd.DataFrame:
    """Make rows of the issues table.

    Parameters
    ----------
    layer
        The layer that the ids belong to.
    ids
        One id per row.
    code
        What was wrong; the texts are under ``issue.<code>``.
    action
        dropped, repaired, estimated, assigned, split, merged, asked or noted.
    value
        A number per row or for all (metres, m2, households), NaN for none.
    detail
        More words per row or for all (other ids).
    """
    names = [str(name) for name in ids]
    n = len(names)
    details = [detail] * n if isinstance(detail, str) else list(detail)
    values = np.broadcast_to(np.asarray(value, dtype=np.float64), (n,))
    return pd.DataFrame(
        {
            "layer": pd.array([layer] * n, dtype="str"),
            "id": pd.array(names, dtype="str"),
            "code": pd.array([code] * n, dtype="str"),
            "action": pd.array([action] * n, dtype="str"),
            "value": values,
            "detail": pd.array(details, dtype="str"),
        },
        columns=list(ISSUE_COLUMNS),
    )


def empty_issues() -> pd.DataFrame:
    """Return an issues table without rows."""
    return issue_rows("", [], "", "")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a layer came from.

    Parameters
    ----------
    role
        "buildings", "streets", ...
    path, layer
        The file and the layer in it.
    sha256
        Digest of the file.
    rows
        How many rows the layer has.
    crs
        Its coordinate system as read or inferred.
    encoding
        Text encoding, "" where the format fixes it.
    columns
        Which column was taken for which field.
    """

    role: str
    path: str
    layer: str
    sha256: str
    rows: int
    crs: str
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layers:
    """The input as read: all frames in one coordinate system, nothing repaired yet.

    Parameters
    ----------
    buildings
        ``building_id, name, use, kind, households, population, floors, height, stairwells``, and where they
        are given ``dwellings, compound, compound_type``; unknown is NA.
    streets
        ``street_id, name, street_class, layer, tunnel, bridge, rank``.
    barriers
        ``barrier_id, barrier_class, name, rank``: rivers, railways (lines or polygons).
    landuse, compounds, boundary
        Optional polygons with ``use`` or ``name``.
    services
        Optional points with ``service_id, name, kind, area_m2, house, area``: the places that people of an
        area go to.
    existing
        Areas that stand already by level id, "" where their level is not known yet: ``code, name, level,
        parent, type, ground``; unknown is NA.
    sources
        One entry per layer read.
    issues
        What reading had to mend.
    """

    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame | None = None
    landuse: gpd.GeoDataFrame | None = None
    compounds: gpd.GeoDataFrame | None = None
    boundary: gpd.GeoDataFrame | None = None
    services: gpd.GeoDataFrame | None = None
    existing: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    issues: pd.DataFrame = field(default_factory=empty_issues)


@dataclass(frozen=True, slots=True)
class CleanLayers:
    """The input made fit for planning, in one projected coordinate system in metres.

    Parameters
    ----------
    buildings
        Index ``building_id``; ``name, kind, kind_source, use, households, households_source,
        population, population_source, dwellings, dwellings_source, floors, height, stairwells,
        compound, compound_type``; single valid polygons that do not overlap. ``compound`` is a unique
        name, None outside of compounds; ``compound_type`` is property, old, resettled, unit or None.
    barriers
        Noded lines with ``street_id, name, street_class, rank`` (1-3).
    district
        The ground to be divided.
    existing
        Areas that stand already by level id, disjoint; RangeIndex, ``code`` (unique, never ""), ``name``,
        ``type`` ("residents" 居委会, "village" 村委会 or ""), ``ground`` ("urban", "rural" or "").
    crs
        Projected, in metres.
    issues
        Every repair, drop and estimate.
    compounds
        Optional polygons.
    services
        Optional points.
    """

    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    district: BaseGeometry
    crs: pyproj.CRS
    issues: pd.DataFrame
    compounds: gpd.GeoDataFrame | None = None
    services: gpd.GeoDataFrame | None = None
    existing: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """A list of things as read, before they are placed into areas.

    Parameters
    ----------
    role
        A key of :data:`ATTACHED_COLUMNS`, or "compounds".
    frame
        ``id``, the columns of the role, and where each is said to be: ``x, y`` (in the plan's coordinate
        system [m], NaN where it is not given), ``house`` (building id or code of a house), ``area`` (code or
        name of an area), "" where it is not given, and ``lon, lat`` (as given where no system came with
        them, else NaN).
        Compounds have ``id, name, type`` and, where they are drawn, ``outline`` (polygons).
    source
        The file.
    date
        What day the list is of, "YYYY-MM-DD".
    issues
        What had to be made of it.
    """

    role: str
    frame: pd.DataFrame
    source: Source
    date: str
    issues: pd.DataFrame


def join_issues(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put issues tables one below the other."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty_issues()
