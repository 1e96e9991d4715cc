"""What kind of building it is, where the data does not say."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gridplan.arrays import BoolArray, FloatArray
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import DwellingRules

__all__ = [
    "AMONG_HOUSES",
    "Surroundings",
    "assume_floors",
    "find_kinds",
    "find_surroundings",
]


#: ``use`` of a building with homes whose kind is not given (the word that reading maps such words onto).
_HOMES = "residential"
#: Land where nobody is assumed to live unless the building says so.
_NO_HOMES = (
    "industrial|commercial|retail|school|kindergarten|college|university|education|hospital|railway|military|"
    "cemetery|religious|port|depot|landfill|quarry|construction|brownfield|greenhouse|farmland|farmyard|forest|"
    "park|garden|pitch|stadium|sports|recreation|golf|marina|playground|garages|"
    "工业|商业|商务|学校|教育|医疗|医院|仓储|物流|交通|铁路|公园|绿地|体育|军事|行政|办公|市政|公用|农|林"
)
#: Land where homes are assumed.
_FOR_HOMES = "residential|housing|住宅|居住|村庄|宅基地"
#: From this share of houses among the known homes nearby a building stands among houses.
AMONG_HOUSES = 0.8
#: How far to look for neighbours whose floors and kind are known [m], how many, and how few will not do.
_REACH_M = 250.0
_NEIGHBOURS = 5
_ENOUGH = 3
#: From this share of counted homes on a table is taken to count them all.
_MOSTLY = 0.5
#: A shed stands this near to the house it belongs to [m].
_YARD_M = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What the ground and the neighbours say about each building.

    Parameters
    ----------
    for_homes, no_homes
        The land use around it is for homes, or for something else.
    floors
        Median floors of the nearest buildings with known floors, else of all; NaN where too few do.
    house_share
        Share of houses among the nearest buildings known to be homes, NaN where too few are near.
    in_yard
        A larger building known to be a house stands within a yard's width.
    """

    for_homes: BoolArray
    no_homes: BoolArray
    floors: FloatArray
    house_share: FloatArray
    in_yard: BoolArray


def assume_floors(buildings: gpd.GeoDataFrame, rules: DwellingRules) -> FloatArray:
    """Return the floors given, else the height in whole floors, else NaN."""
    floors = buildings["floors"].to_numpy(dtype=np.float64)
    height = buildings["height"].to_numpy(dtype=np.float64)
    by_height = np.maximum(np.round(height / rules.floor_height_m), 1.0)
    by_height[~(height > 0)] = np.nan
    assumed: FloatArray = np.where(floors >= 1, floors, by_height)
    return assumed


def find_surroundings(
    buildings: gpd.GeoDataFrame, landuse: gpd.GeoDataFrame | None, rules: DwellingRules
) -> Surroundings:
    """Look at land use and neighbours of every building.

    Parameters
    ----------
    buildings
        Separated footprints in metres.
    landuse
        Polygons with ``use``; where several cover a place the smallest counts.
    rules
        Sizes of a house.
    """
    geometry = buildings.geometry.to_numpy()
    inside = shapely.point_on_surface(geometry)
    xy = shapely.get_coordinates(inside)
    area = shapely.area(geometry)
    floors = assume_floors(buildings, rules)
    kind = buildings["kind"].fillna("").to_numpy(dtype=object)
    homes = (buildings["use"].fillna("") == _HOMES).to_numpy() | np.isin(kind, ("apartment", "selfbuilt"))
    low = ~(floors > rules.house_floors) & (area <= rules.house_m2)
    house = (kind == "selfbuilt") | (homes & (kind != "apartment") & low)
    for_homes, no_homes = _look_up_land(inside, landuse)
    known = np.isfinite(floors) & (area >= rules.outbuilding_m2)
    near = _near_value(xy, known, floors, np.median)
    town = float(np.median(floors[known])) if known.sum() >= _NEIGHBOURS else np.nan
    in_yard = np.zeros(len(xy), dtype=bool)
    houses = np.flatnonzero(house)
    if len(houses):
        tree = shapely.STRtree(geometry[houses])
        undecided = np.flatnonzero((kind == "") & ~homes & (area <= rules.house_m2))
        small, near_house = tree.query(geometry[undecided], predicate="dwithin", distance=_YARD_M)
        larger = area[houses[near_house]] > area[undecided[small]]
        in_yard[undecided[small[larger]]] = True
    return Surroundings(
        for_homes,
        no_homes,
        np.where(np.isnan(near), town, near),
        _near_value(xy, homes, house.astype(np.float64), np.mean),
        in_yard,
    )


def find_kinds(
    buildings: gpd.GeoDataFrame, around: Surroundings, rules: DwellingRules
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_], pd.DataFrame]:
    """Find the kind of every building.

    Parameters
    ----------
    buildings
        ``kind`` is taken where given; ``use`` "residential" means homes of an unspecified kind.
    around
        Result of :func:`find_surroundings`.
    rules
        Sizes of houses and sheds.

    Returns
    -------
    kind, source, issues
        One of ``kinds.KINDS``; "given" or "rule".

    Notes
    -----
    In this order: (1) the kind given; (2) homes known to be there (use, households, people or
    dwellings): a house has at most ``house_dwellings`` dwellings and ``house_floors`` floors, or if the
    dwellings are unknown a footprint of at most ``house_m2``; everything else is an apartment building.
    With neither dwellings nor floors known, neighbours of more floors make it an apartment building.
    (3) Counted as without homes, left out of a table that counts the homes of most buildings known to
    have any, or on land that is not for homes: exclusive, and empty below the size of a house or shed.
    (4) Unknown: a shed is below ``outbuilding_m2`` or stands in the yard of a larger house; else it is
    judged by size like a home, but a large one among houses is an institution until somebody says what
    it is (asked).
    """
    area = shapely.area(buildings.geometry.to_numpy())
    floors = assume_floors(buildings, rules)
    households = _numbers(buildings["households"])
    people = _numbers(buildings["population"])
    given = buildings["kind"].notna().to_numpy()
    flats = _numbers(buildings["dwellings"])
    homes = (buildings["use"].fillna("") == _HOMES).to_numpy() | (households > 0) | (people > 0) | (flats > 0)
    nobody = ~homes & ((households == 0) | (people == 0))
    living = np.where(np.isnan(households), people / rules.household_size, households)
    dwellings = np.where(np.isnan(flats), living, flats)
    tall = np.where(np.isnan(floors), around.floors, floors) > rules.house_floors
    counted = dwellings > 0
    house = np.where(
        counted,
        (np.round(dwellings) <= rules.house_dwellings) & ~(floors > rules.house_floors),
        (area <= rules.house_m2) & ~tall,
    )
    uncounted = ~homes & ~nobody & _counts_homes(buildings)
    shed = (area < rules.outbuilding_m2) | (around.in_yard & (area <= rules.house_m2))
    odd = ~house & ~around.for_homes & (around.house_share >= AMONG_HOUSES) & ~(floors > rules.house_floors)
    big = area > rules.house_m2
    rules_in_order = (
        (homes & house, "selfbuilt"),
        (homes, "apartment"),
        ((nobody | uncounted) & big, "exclusive"),
        (nobody | uncounted, "empty"),
        (around.no_homes & (area >= rules.outbuilding_m2), "exclusive"),
        (around.no_homes | shed, "empty"),
        (odd, "exclusive"),
        (house, "selfbuilt"),
    )
    by_rules = np.select([where for where, _ in rules_in_order], [k for _, k in rules_in_order], "apartment")
    kind = np.where(given, buildings["kind"].fillna("").to_numpy(dtype=object), by_rules).astype(object)
    asked = ~given & ~homes & ~nobody & ~uncounted & ~around.no_homes & ~shed & odd
    ids = buildings["building_id"].to_numpy(dtype=object)
    by_rule = ~given & ~asked
    issues = join_issues(
        issue_rows(
            "buildings", ids[by_rule], "kind_by_rule", "estimated", area[by_rule].round(1), kind[by_rule]
        ),
        issue_rows("buildings", ids[asked], "use_unknown_large", "asked", np.round(area[asked], 1)),
    )
    return kind, np.where(given, "given", "rule").astype(object), issues


def _counts_homes(buildings: gpd.GeoDataFrame) -> bool:
    """Return whether the table counts households or people for most buildings known to have homes.

    In such a table a building of unknown use without a count is no home left to be guessed: in
    nantes_centre guessing them would add 15,000 households to the 39,108 that the tax files know.
    """
    counted = (buildings["households"].notna() | buildings["population"].notna()).to_numpy()
    housed = (buildings["use"].fillna("") == _HOMES) | buildings["kind"].isin(("apartment", "selfbuilt"))
    homes = housed.to_numpy() | (_numbers(buildings["households"]) > 0)
    return bool(counted[homes].sum() > _MOSTLY * homes.sum())


def _numbers(column: pd.Series) -> FloatArray:
    """Return counts as floats with NaN for the unknown."""
    values: FloatArray = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _look_up_land(
    points: npt.NDArray[np.object_], landuse: gpd.GeoDataFrame | None
) -> tuple[BoolArray, BoolArray]:
    """Find by land use which places are for homes, and which for something else."""
    nothing = np.zeros(len(points), dtype=bool)
    if landuse is None or not len(landuse):
        return nothing, nothing.copy()
    use = landuse["use"].fillna("").astype(str).str.casefold()
    decides = use.str.contains(_FOR_HOMES) | use.str.contains(_NO_HOMES)
    shapes, use = landuse.geometry.to_numpy()[decides], use[decides]
    building, land = shapely.STRtree(shapes).query(points, predicate="intersects")
    pairs = pd.DataFrame(
        {"building": building, "area": shapely.area(shapes)[land], "use": use.to_numpy()[land]}
    )
    first = pairs.sort_values(["building", "area", "use"]).drop_duplicates("building")
    homes = nothing.copy()
    homes[first["building"].to_numpy()] = first["use"].str.contains(_FOR_HOMES).to_numpy(dtype=bool)
    other_land = nothing.copy()
    other_land[first["building"].to_numpy()] = True
    return homes, other_land & ~homes


def _near_value(xy: FloatArray, known: BoolArray, values: FloatArray, summary: object) -> FloatArray:
    """Summarise a value over the nearest buildings with a known one, the building itself left out."""
    found = np.full(len(xy), np.nan)
    if known.sum() < _ENOUGH + 1:
        return found
    sources = np.flatnonzero(known)
    count = min(_NEIGHBOURS + 1, len(sources))
    far, near = cKDTree(xy[sources]).query(xy, k=count, distance_upper_bound=_REACH_M)
    usable = np.isfinite(far)
    near = np.where(usable, near, 0)
    usable &= sources[near] != np.arange(len(xy))[:, None]
    usable[:, -1] &= ~(usable.sum(axis=1) > _NEIGHBOURS)
    table = np.where(usable, values[sources[near]], np.nan)
    enough = usable.sum(axis=1) >= _ENOUGH
    reduce = np.nanmedian if summary is np.median else np.nanmean
    found[enough] = reduce(table[enough], axis=1)
    return found
