"""Cleaning: makes the input fit for planning, and lists everything that was changed or guessed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.clean.barriers import clean_barriers, node_borders, select_lines
from gridplan.clean.compounds import infer_compounds, lower_lanes, name_compounds, place_buildings
from gridplan.clean.district import derive_district, take_boundary
from gridplan.clean.dwellings import count_households
from gridplan.clean.existing import clean_existing
from gridplan.clean.footprints import clip_footprints, name_buildings, repair_footprints
from gridplan.clean.kinds import find_kinds, find_surroundings
from gridplan.clean.overlaps import separate_footprints
from gridplan.crs import require_projected_metres
from gridplan.schema import CleanLayers, Layers, join_issues
from gridplan.scheme import DwellingRules, Scheme

__all__ = ["clean_layers"]

#: Buildings below this footprint do not make a sliver between carriageways a block [m2]: kiosks, shelters.
_HOUSE_IN_FACE_M2 = 30.0
_COLUMNS = (
    "name",
    "kind",
    "kind_source",
    "use",
    "households",
    "households_source",
    "population",
    "population_source",
    "dwellings",
    "dwellings_source",
    "floors",
    "height",
    "stairwells",
    "compound",
    "compound_type",
    "geometry",
)


def clean_layers(layers: Layers, scheme: Scheme) -> CleanLayers:
    """Make the input fit for planning.

    Parameters
    ----------
    layers
        Contract of ``schema.Layers``, all frames in one projected system in metres.
    scheme
        Ranks and reaches of borders, rules of dwellings.

    Returns
    -------
    CleanLayers
        Single valid footprints without overlaps, borders noded with each other and with the
        district's outline, and the issues of reading and cleaning. What came in is what is there
        plus the rows ``dropped`` and ``merged`` whose ``value`` is the households that went.

    Raises
    ------
    CRSError
        If a layer is not in metres.
    InputError
        If there is neither a boundary nor a building.

    Examples
    --------
    >>> layers = gridplan.read_layers("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> clean = gridplan.clean_layers(gridplan.to_metres(layers), gridplan.load_scheme("gridplan"))
    >>> clean.buildings["households_source"].value_counts().to_dict()
    {'given': 713, 'estimated': 39, 'none': 27}
    """
    for name in ("buildings", "streets", "barriers", "landuse", "compounds", "boundary", "services"):
        frame = getattr(layers, name)
        if frame is not None:
            require_projected_metres(frame, name)
    for frame in layers.existing.values():
        require_projected_metres(frame, "existing")
    buildings, named_issues = name_buildings(_fill_columns(layers.buildings))
    buildings, repair_issues = repair_footprints(buildings)
    buildings, overlap_issues = separate_footprints(buildings)
    lines, line_issues = select_lines(layers.streets, layers.barriers, scheme.barriers)
    net = node_borders(lines)
    district, district_issues = _find_district(layers, buildings, net.lines)
    buildings, clip_issues = clip_footprints(buildings, district)
    geometry = buildings.geometry.to_numpy()
    housed = shapely.point_on_surface(geometry[shapely.area(geometry) >= _HOUSE_IN_FACE_M2])
    barriers, district, barrier_issues = clean_barriers(net, lines, district, housed, scheme.barriers)
    barriers, compounds, compound_issues = _settle_compounds(layers, barriers)
    existing, barriers, district, area_issues = clean_existing(layers.existing, scheme, barriers, district)
    buildings, dwelling_issues = _describe(buildings, layers.landuse, compounds, scheme.dwellings)
    return CleanLayers(
        buildings=buildings,
        barriers=barriers,
        district=district,
        crs=layers.buildings.crs,
        issues=join_issues(
            layers.issues,
            named_issues,
            repair_issues,
            overlap_issues,
            district_issues,
            clip_issues,
            line_issues,
            barrier_issues,
            area_issues,
            compound_issues,
            dwelling_issues,
        ),
        compounds=compounds,
        services=layers.services,
        existing=existing,
    )


def _find_district(
    layers: Layers, buildings: gpd.GeoDataFrame, lines: npt.NDArray[np.object_]
) -> tuple[BaseGeometry, pd.DataFrame]:
    """Take the outline given, else derive one."""
    if layers.boundary is not None and len(layers.boundary):
        return take_boundary(layers.boundary)
    return derive_district(buildings.geometry.to_numpy(), lines)


def _fill_columns(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the columns that a table of buildings may go without."""
    missing = {
        "dwellings": pd.array([pd.NA] * len(buildings), dtype="Int64"),
        "compound": None,
        "compound_type": None,
    }
    return buildings.assign(**{name: default for name, default in missing.items() if name not in buildings})


def _settle_compounds(
    layers: Layers, barriers: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None, pd.DataFrame]:
    """Take the compounds given and lower the lanes behind their walls, else infer some from the land use."""
    if layers.compounds is None:
        return barriers, *infer_compounds(layers.landuse, barriers)
    compounds, named = name_compounds(layers.compounds)
    if compounds is None:
        return barriers, None, named
    ranked = layers.streets.loc[layers.streets["rank"].notna(), "street_id"].astype(str)
    barriers, lowered = lower_lanes(barriers, compounds, ranked)
    return barriers, compounds, join_issues(named, lowered)


def _describe(
    buildings: gpd.GeoDataFrame,
    landuse: gpd.GeoDataFrame | None,
    compounds: gpd.GeoDataFrame | None,
    rules: DwellingRules,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Find for every building its kind, households, people, dwellings and compound."""
    around = find_surroundings(buildings, landuse, rules)
    kind, kind_source, kind_issues = find_kinds(buildings, around, rules)
    counts = count_households(buildings, kind, kind_source, around, rules)
    compound, compound_type, compound_issues = place_buildings(buildings, compounds)
    frame = buildings.assign(
        kind=counts.kind,
        kind_source=counts.kind_source,
        households=counts.households,
        households_source=counts.households_source,
        population=counts.population,
        population_source=counts.population_source,
        dwellings=counts.dwellings,
        dwellings_source=counts.dwellings_source,
        compound=pd.Series(compound, index=buildings.index, dtype=object),
        compound_type=pd.Series(compound_type, index=buildings.index, dtype=object),
    )
    frame = frame.set_index("building_id")[list(_COLUMNS)]
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=buildings.crs), join_issues(
        kind_issues, counts.issues, compound_issues
    )
