"""How far people walk to the service places: measured at the gate, shown in sums only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.access import REACHES_M, Routes, build_network, find_routes, summarise_routes
from gridplan.arrays import IntArray
from gridplan.onemap.places import is_placed
from gridplan.plan import Plan
from gridplan.privacy import round_counts, round_parts, withhold_counts

__all__ = ["DISTANCE_COLUMNS", "SERVICES", "SERVICE_COLUMNS", "ServiceAccess", "measure_access"]

#: The role of the places that people of an area go to.
SERVICES = "services"
#: Columns of the distances of areas.
DISTANCE_COLUMNS = (
    "code", "name", "households", "place", "longest_walk_m", "median_walk_m", "door_to_street_m",
    *(f"share_{reach:.0f}_m" for reach in REACHES_M), "without_route",
)  # fmt: skip
#: Columns of the service places with whom they serve.
SERVICE_COLUMNS = (
    "id",
    "name",
    "kind",
    "area_m2",
    "households",
    "population",
    "longest_walk_m",
    "median_walk_m",
)


@dataclass(frozen=True, slots=True, eq=False)
class ServiceAccess:
    """How far people walk to the service places, as far as an audience may see it.

    Counts of people are in tens: exact ones, of areas inside each other, would give away the few that walk
    far. Distances are along the streets, in whole metres.

    Parameters
    ----------
    distances
        By level the :data:`DISTANCE_COLUMNS`, one row per area with homes in the order of the codes:
        ``place`` is the name of the place that serves most of the area's households, "" for one that is not
        shown by itself; ``longest_walk_m``, ``median_walk_m`` (half of the households walk no farther) and
        ``door_to_street_m``, the straight part of the longest walk from the door to the street [m];
        ``share_<reach>_m`` the percentage of all people within reach (those without a route are not), whole
        per cent; ``without_route`` the households from which
        no street leads to a place, in tens. NA where it is withheld or nobody has a route.
    services
        The :data:`SERVICE_COLUMNS`, one row per place that is shown, in the order of the file: ``area_m2`` is
        the floor area (NaN for not known); ``households`` and ``population`` are those that go there, in
        tens, NA where withheld; ``longest_walk_m`` and ``median_walk_m`` [m].
    """

    distances: Mapping[str, pd.DataFrame]
    services: pd.DataFrame


def measure_access(
    plan: Plan,
    areas: Mapping[str, pd.DataFrame],
    places: pd.DataFrame | None,
    own_area: tuple[str, str] | None,
) -> ServiceAccess | None:
    """Measure how far people walk to the service places.

    A home goes to the nearest place of its own community (the top level where a scheme has none); where that
    has no place, or none that streets lead to, to the nearest of all: people are served where they belong.
    Homes are the atoms with households, at a point inside.

    Parameters
    ----------
    plan
        The plan.
    areas
        The areas that are shown by level, hidden counts NA.
    places
        The service places that are shown individually.
    own_area
        Level and code of the only area that is shown, None for all.

    Returns
    -------
    ServiceAccess or None
        None where the plan has no service place with a place on the map.
    """
    all_places = plan.attached.get(SERVICES)
    if all_places is None or places is None:
        return None
    all_places = all_places[is_placed(all_places)].reset_index(drop=True)
    if all_places.empty:
        return None
    homes = plan.atoms[plan.atoms["households"] > 0]
    if own_area is not None:
        homes = homes[homes[own_area[0]] == own_area[1]]
    routes = _find_routes(plan, homes, all_places)
    seen = all_places["id"].isin(places["id"]).to_numpy()
    names = np.append(all_places["name"].fillna("").astype(str).where(seen, "").to_numpy(dtype=object), "")
    distances = {
        level: _sum_by_area(frame, _sum_up(routes, homes, homes[level]), names)
        for level, frame in areas.items()
    }
    secret = own_area is not None and bool(areas[own_area[0]]["households"].isna().any())
    services = _sum_by_place(all_places, routes, homes, secret)
    return ServiceAccess(distances, services[seen].reset_index(drop=True))


def _find_routes(plan: Plan, homes: gpd.GeoDataFrame, places: pd.DataFrame) -> Routes:
    """Find the route of each home to the place that serves it."""
    served = plan.scheme.pick_serving(plan.areas)
    codes = {code: number for number, code in enumerate(sorted(plan.areas[served].index))}
    points = (
        shapely.get_coordinates(shapely.point_on_surface(frame["geometry"].to_numpy()))
        for frame in (homes, places)
    )
    return find_routes(
        build_network(plan.streets),
        *points,
        home_area=_number(homes[served], codes),
        place_area=_number(places[served], codes),
    )


def _number(column: pd.Series, codes: dict[str, int]) -> IntArray:
    """Return the number of each area, -1 for none."""
    return np.array([codes.get(str(code), -1) for code in column], dtype=np.int64)


def _sum_up(routes: Routes, homes: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    return summarise_routes(
        routes, homes["households"].to_numpy(), homes["population"].to_numpy(), codes.astype(str)
    )


def _sum_by_area(areas: pd.DataFrame, sums: pd.DataFrame, names: npt.NDArray[np.object_]) -> pd.DataFrame:
    """Make the distances of the areas of a level; ``names`` of the places, "" for the row -1."""
    own = pd.DataFrame(areas).set_index("code")[["name", "households"]]
    sums = sums.loc[sums.index.isin(own.index)]
    own = own.loc[sums.index]
    hidden = own["households"].isna().to_numpy()
    people = sums["population"].to_numpy()
    shares = {}
    for reach in REACHES_M:
        near = round_parts(sums[f"within_{reach:.0f}_m"].to_numpy(), people)
        share = 100 * near / np.where((people > 0) & ~hidden, people, np.nan)
        shares[f"share_{reach:.0f}_m"] = share.round()
    lost = round_counts(sums["without_route"].to_numpy())
    table = own.assign(
        place=names[sums["place"].to_numpy()],
        **{name: sums[name].round() for name in ("longest_walk_m", "median_walk_m", "door_to_street_m")},
        **shares,
        without_route=withhold_counts(lost.fillna(0), hidden | lost.isna()),
    )
    return table.rename_axis("code").reset_index()[list(DISTANCE_COLUMNS)]


def _sum_by_place(places: pd.DataFrame, routes: Routes, homes: pd.DataFrame, secret: bool) -> pd.DataFrame:
    """Make the table of the places with whom they serve, all counts withheld where these are secret."""
    served = pd.Series(routes.place.astype(str), index=homes.index)
    sums = _sum_up(routes, homes, served).reindex(places.index.astype(str)).set_axis(places.index)
    columns = ["households", "population"]
    rounded = {name: round_counts(sums[name].fillna(0).to_numpy(dtype=np.int64)) for name in columns}
    # who knows one of the two knows the other roughly
    few = np.any([counts.isna() for counts in rounded.values()], axis=0) | secret
    return pd.DataFrame(places)[["id", "name", "kind", "area_m2"]].assign(
        **{name: withhold_counts(counts.fillna(0), few) for name, counts in rounded.items()},
        longest_walk_m=sums["longest_walk_m"].round(),
        median_walk_m=sums["median_walk_m"].round(),
    )
