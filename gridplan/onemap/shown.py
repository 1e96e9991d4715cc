"""A plan cut down to what its audience may see: pages and files of the one map show nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gridplan.onemap.view import Ground
from gridplan.privacy import Audience
from gridplan.scheme import Level, Scheme

__all__ = ["Shown"]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What may leave the planner's machine.

    Parameters
    ----------
    name
        Name of the plan (its file without the ending).
    audience
        Who looks at it.
    scheme
        The rules of the plan.
    levels
        The levels that the audience sees, coarse to fine.
    areas
        Described areas of these levels (``gridplan.report.AREA_COLUMNS``; ``reason_*`` never tell a small
        count), RangeIndex, in the order of the codes. ``households``, ``population`` and ``buildings``
        are nullable: NA is a small count that is not told. A parent equals the sum of its children
        wherever all of them are told.
    attached
        Things by role as in ``Plan.attached``, only those that the audience may see one by one. ``care`` is
        counted per area with small cells NA.
    ground
        Streets, footprints and the district.
    compounds
        The register of compounds as it may be shown (``gridplan.report.tabulate_compounds``).
    findings, issues
        What the check found and what was wrong in the data; empty for the public.
    provenance
        Text by key: date and source of the data, scheme, versions.
    """

    name: str
    audience: Audience
    scheme: Scheme
    levels: tuple[str, ...]
    areas: Mapping[str, gpd.GeoDataFrame]
    attached: Mapping[str, pd.DataFrame]
    ground: Ground
    compounds: pd.DataFrame
    findings: pd.DataFrame
    issues: pd.DataFrame
    provenance: Mapping[str, str]

    @property
    def finest(self) -> Level:
        """The finest level that is seen."""
        return self.scheme[self.levels[-1]]
