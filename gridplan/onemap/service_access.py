"""What is worked out from the plan and shown only in sums or as ground: distances, compounds."""

from __future__ import annotations

from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.access import REACHES_M, Routes, build_network, find_routes, summarise_routes
from gridplan.arrays import BoolArray, IntArray
from gridplan.plan import Plan, dissolve_atoms
from gridplan.privacy import round_counts, round_parts

__all__ = ["SERVICES", "ServiceAccess", "has_services", "shape_compounds"]

#: The role of the places that people of an area go to.
SERVICES = "services"
#: The level whose areas have a service place of their own; the top level where a scheme has no such.
_SERVED_LEVEL = "community"


def has_services(plan: Plan) -> bool:
    """Return whether a plan has service places with a place on the map."""
    places = plan.attached.get(SERVICES)
    return places is not None and "geometry" in places and bool(_is_placed(places).any())


def _is_placed(places: pd.DataFrame) -> BoolArray:
    shapes = places["geometry"].to_numpy(dtype=object)
    placed: BoolArray = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return placed


class ServiceAccess:
    """Walking distances from homes to service places in sums; worked out when they are first asked for.

    A home goes to the nearest place of its own community (the top level where a scheme has none); where that
    has no place, or none that streets lead to, to the nearest of all: people are served where they belong.
    Homes are the atoms with households, at a point inside. Counts of people are given in tens: exact ones, of
    areas inside each other, would give away the few that walk far.

    Parameters
    ----------
    plan
        With service places (:func:`has_services`).
    levels
        The levels that are shown.
    own_area
        Level and code of the only area that is shown, None for all.
    """

    def __init__(self, plan: Plan, levels: tuple[str, ...], own_area: tuple[str, str] | None) -> None:
        self._plan, self._levels, self._own_area = plan, levels, own_area

    def by_level(self, level: str) -> pd.DataFrame:
        """Sum the distances up by the areas of a level that is shown.

        Returns
        -------
        DataFrame
            Index ``code``: ``place`` (a row of :attr:`places`, -1 for none), ``farthest_m, median_m,
            straight_m`` as in :func:`gridplan.access.summarise_routes`; ``share_<reach>_m``: people
            within reach in tens, as a share of all [%]; ``without_route``: households in tens, NA for a few.
        """
        if level not in self._levels:
            raise KeyError(level)
        sums = self._sum_up(self._homes[level])
        table = sums[["place", "farthest_m", "median_m", "straight_m"]].copy()
        for reach in REACHES_M:
            near = round_parts(sums[f"within_{reach:.0f}_m"].to_numpy(), sums["population"].to_numpy())
            table[f"share_{reach:.0f}_m"] = 100 * near / sums["population"].where(sums["population"] > 0)
        table["without_route"] = round_counts(sums["without_route"].to_numpy())
        return table

    def by_place(self) -> pd.DataFrame:
        """Sum the distances up by the place that serves.

        Returns
        -------
        DataFrame
            Index as :attr:`places`: ``households`` and ``population`` in tens, NA for a few; ``farthest_m``
            and ``median_m``.
        """
        served = pd.Series(self._routes.place.astype(str), index=self._homes.index)
        rows = self.places.index
        sums = self._sum_up(served).reindex(rows.astype(str)).set_axis(rows)
        counts = sums[["households", "population"]].fillna(0).astype(np.int64)
        rounded = counts.apply(lambda column: round_counts(column.to_numpy()))
        # who knows one of the two knows the other roughly
        rounded[rounded.isna().any(axis=1)] = pd.NA
        return rounded.join(sums[["farthest_m", "median_m"]])

    @property
    def places(self) -> gpd.GeoDataFrame:
        """The service places with a place on the map, RangeIndex."""
        places = self._plan.attached[SERVICES]
        return places[_is_placed(places)].reset_index(drop=True)

    def _sum_up(self, codes: pd.Series) -> pd.DataFrame:
        homes = self._homes
        return summarise_routes(
            self._routes, homes["households"].to_numpy(), homes["population"].to_numpy(), codes.astype(str)
        )

    @cached_property
    def _homes(self) -> gpd.GeoDataFrame:
        atoms = self._plan.atoms
        mine = atoms["households"] > 0
        if self._own_area is not None:
            mine &= atoms[self._own_area[0]] == self._own_area[1]
        return atoms[mine]

    @cached_property
    def _routes(self) -> Routes:
        served = _SERVED_LEVEL if _SERVED_LEVEL in self._plan.areas else next(iter(self._plan.areas))
        places = self.places
        codes = {code: number for number, code in enumerate(sorted(self._plan.areas[served].index))}
        homes, spots = (
            shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy()))
            for frame in (self._homes, places)
        )
        return find_routes(
            build_network(self._plan.streets),
            homes,
            spots,
            home_area=_number(self._homes[served], codes),
            place_area=_number(places[served], codes),
        )


def _number(column: pd.Series, codes: dict[str, int]) -> IntArray:
    """Return the number of each area, -1 for none."""
    return np.array([codes.get(str(code), -1) for code in column], dtype=np.int64)


def shape_compounds(plan: Plan, names: pd.Series, own_area: tuple[str, str] | None) -> gpd.GeoDataFrame:
    """Put the ground of compounds together.

    Parameters
    ----------
    plan
        The plan.
    names
        The compounds that are wanted.
    own_area
        Level and code of the only area that is shown: no other ground is given. None for all.

    Returns
    -------
    GeoDataFrame
        Index ``name``, in the order of the names.
    """
    atoms = plan.atoms[plan.atoms["compound"].isin(names)]
    if own_area is not None:
        atoms = atoms[atoms[own_area[0]] == own_area[1]]
    ground = dissolve_atoms(atoms, atoms["compound"])
    return ground.reindex(pd.Index(names.astype(str), name="name")).dropna(subset="geometry")
