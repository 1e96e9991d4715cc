"""Households, people, dwellings per building: given, estimated by rules, or none; never mixed silently."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import FloatArray, IntArray
from gridplan.clean.kinds import AMONG_HOUSES, Surroundings, assume_floors
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import DwellingRules

__all__ = ["Counts", "count_households", "spread_people"]

_HOMES = ("apartment", "selfbuilt")


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Households, people and dwellings of every building.

    Parameters
    ----------
    kind, kind_source
        As given, but a footprint whose estimate is too large to be taken is ``exclusive`` by ``rule``.
    households, population, dwellings
        Whole numbers.
    households_source, population_source, dwellings_source
        "given", "estimated" or "none".
    issues
        One row per estimate and per question.
    """

    kind: npt.NDArray[np.object_]
    kind_source: npt.NDArray[np.object_]
    households: IntArray
    households_source: npt.NDArray[np.object_]
    population: IntArray
    population_source: npt.NDArray[np.object_]
    dwellings: IntArray
    dwellings_source: npt.NDArray[np.object_]
    issues: pd.DataFrame


def count_households(
    buildings: gpd.GeoDataFrame,
    kind: npt.NDArray[np.object_],
    kind_source: npt.NDArray[np.object_],
    around: Surroundings,
    rules: DwellingRules,
) -> Counts:
    """Count households and people.

    Parameters
    ----------
    buildings
        ``households``, ``population`` and ``dwellings`` are taken where given, zero included.
    kind, kind_source
        Result of ``find_kinds``.
    around
        Floors of the neighbours, for apartment buildings whose own are not given.
    rules
        Household size, floor area of a dwelling, floors by kind, the limit of a guess.

    Notes
    -----
    Households not given are (1) people over household size, at least 1 where there are people; (2) the
    dwellings given, as if all were lived in; (3) in apartment buildings floor area over
    ``dwelling_m2``, floors being given, by height, the neighbours' or the town's median, or the scheme's
    (those of houses where the neighbours are houses); (4) in houses the same with at most
    ``house_dwellings`` in up to ``house_floors`` floors, and 1 where floors are unknown, so that a
    guess is not built on a guess. A guess from floor area above ``guess_limit`` in one footprint is
    asked: the building is exclusive without households until somebody says. Kinds ``exclusive`` and
    ``empty`` hold none but those given. People not given are households times household size, rounded
    so that the sum is right to one person. Dwellings not given are the households: whether flats stand
    empty is not known.
    """
    given = _numbers(buildings["households"])
    people = _numbers(buildings["population"])
    flats = _numbers(buildings["dwellings"])
    area = shapely.area(buildings.geometry.to_numpy())
    floors = assume_floors(buildings, rules)
    lives = np.isin(kind, _HOMES)
    apartment = kind == "apartment"
    per_home = np.where(apartment, rules.dwelling_m2["apartment"], rules.dwelling_m2["selfbuilt"])
    among_houses = around.house_share >= AMONG_HOUSES
    default = np.where(among_houses, rules.floors["selfbuilt"], rules.floors["apartment"])
    near = np.where(np.isnan(around.floors), default, around.floors)
    assumed = np.where(np.isnan(floors), near, floors)
    guess = np.maximum(np.round(area * assumed / per_home), 1)
    low = ~apartment & ~(floors > rules.house_floors)
    guess[low] = np.minimum(guess[low], rules.house_dwellings)
    guess[low & np.isnan(floors)] = 1
    from_people = np.where(people > 0, np.maximum(np.round(people / rules.household_size), 1), people)
    from_people[~lives & (people == 0)] = np.nan
    flats_lived_in = np.where(~lives & (flats == 0), np.nan, flats)
    guess = np.where(lives, guess, np.nan)
    estimate = np.where(np.isnan(people), np.where(np.isnan(flats), guess, flats_lived_in), from_people)
    asked = np.isnan(given) & np.isnan(people) & np.isnan(flats) & (guess > rules.guess_limit)
    estimate[asked] = np.nan
    known = ~np.isnan(given)
    estimated = ~known & ~np.isnan(estimate)
    households = np.nan_to_num(np.where(known, given, estimate)).astype(np.int64)
    source = np.select([known, estimated], ["given", "estimated"], "none").astype(object)
    kind, kind_source = kind.copy(), kind_source.copy()
    kind[asked] = "exclusive"
    kind_source[asked] = "rule"
    population, population_source = spread_people(households, people, rules.household_size)
    ids = buildings["building_id"].to_numpy(dtype=object)
    by_people = estimated & ~np.isnan(people)
    by_flats = estimated & np.isnan(people) & ~np.isnan(flats)
    by_area = estimated & np.isnan(people) & np.isnan(flats)
    counted = population_source == "estimated"
    contradicts = (known & (given == 0) & (people > 0)) | (known & (given > 0) & (people == 0))
    dwellings = np.where(np.isnan(flats), households, np.nan_to_num(flats)).astype(np.int64)
    flats_source = np.select([~np.isnan(flats), source != "none"], ["given", "estimated"], "none")
    homeless = (flats == 0) & (households > 0)
    issues = join_issues(
        issue_rows(
            "buildings", ids[by_flats], "households_from_dwellings", "estimated", households[by_flats]
        ),
        issue_rows("buildings", ids[homeless], "households_without_dwellings", "noted", households[homeless]),
        issue_rows("buildings", ids[by_people], "households_from_people", "estimated", households[by_people]),
        issue_rows("buildings", ids[by_area], "households_from_floor_area", "estimated", households[by_area]),
        issue_rows("buildings", ids[asked], "guess_too_large", "asked", guess[asked]),
        issue_rows("buildings", ids[counted], "population_estimated", "estimated", population[counted]),
        issue_rows("buildings", ids[contradicts], "people_without_households", "noted", people[contradicts]),
    )
    return Counts(
        kind,
        kind_source,
        households,
        source,
        population,
        population_source,
        dwellings,
        flats_source.astype(object),
        issues,
    )


def spread_people(
    households: IntArray, people: FloatArray, household_size: float
) -> tuple[IntArray, npt.NDArray[np.object_]]:
    """Fill in the people not given as households times household size.

    The running sum is rounded, not each building, so that whole numbers add up: the total is off by
    less than one person, each building by less than one.
    """
    known = ~np.isnan(people)
    total = np.floor(np.cumsum(np.where(known, 0, households)) * household_size + 0.5)
    estimate = np.diff(total, prepend=0.0)
    population = np.where(known, np.nan_to_num(people), estimate).astype(np.int64)
    source = np.select([known, households > 0], ["given", "estimated"], "none").astype(object)
    return population, source


def _numbers(column: pd.Series) -> FloatArray:
    """Return counts as floats with NaN for the unknown."""
    values: FloatArray = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return values
