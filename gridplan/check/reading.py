"""The plan as written, turned once into the arrays that all checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray
from gridplan.check.borders import BorderTable, measure_borders
from gridplan.check.carriers import Carriers, find_carriers
from gridplan.check.findings import Finding, with_ok
from gridplan.check.proofs import Proof, read_claims, verify_claims
from gridplan.check.rule import BoundedLoads, make_load_rule
from gridplan.kinds import KINDS
from gridplan.plan import Plan
from gridplan.scheme import Level

__all__ = ["LevelReading", "Reading", "read_numbers", "read_plan", "read_texts"]


@dataclass(frozen=True, slots=True)
class LevelReading:
    """One level as the codes of the atoms give it.

    Parameters
    ----------
    rules
        The level in the scheme.
    codes
        The codes that atoms hold, sorted, shape (k,).
    labels
        Position of each atom's code in ``codes``, -1 where an atom has none, shape (n,).
    """

    rules: Level
    codes: npt.NDArray[np.object_]
    labels: IntArray

    @property
    def id(self) -> str:
        """Id of the level."""
        return self.rules.id

    def sum_by_area(self, values: npt.ArrayLike) -> FloatArray:
        """Sum a value of the atoms by area, shape (k,)."""
        held = self.labels >= 0
        sums = np.zeros(len(self.codes))
        np.add.at(sums, self.labels[held], np.asarray(values, dtype=np.float64)[held])
        return sums

    def count_by_area(self, values: IntArray) -> IntArray:
        """Sum whole numbers of the atoms by area, exactly, shape (k,)."""
        sums = np.zeros(len(self.codes), dtype=np.int64)
        held = self.labels >= 0
        np.add.at(sums, self.labels[held], values[held])
        return sums


@dataclass(frozen=True)
class Reading:
    """A plan with its arrays.

    Parameters
    ----------
    plan
        The plan as opened.
    levels
        The levels of the scheme for which the atoms have a column, parents before children.
    polygons
        Level layers as written; a level may be missing.
    geometry
        The atoms' polygons, shape (n,).
    households, population
        Whole numbers per atom, 0 where the file has nothing (``gaps`` counts those), shape (n,).
    kind
        Index into ``KINDS``, -1 for another word, shape (n,).
    area
        Area of the polygons, not of the column [m2], shape (n,).
    building
        Building id of each atom, "" for land, shape (n,).
    dwellings
        Whole numbers per atom, shape (n,).
    ground
        Class of ground of each atom, shape (n,).
    gaps
        Atoms without a whole number of households or of population.
    """

    plan: Plan
    levels: tuple[LevelReading, ...]
    polygons: Mapping[str, gpd.GeoDataFrame]
    geometry: npt.NDArray[np.object_]
    households: IntArray
    population: IntArray
    kind: IntArray
    area: FloatArray
    building: npt.NDArray[np.object_]
    dwellings: IntArray
    ground: npt.NDArray[np.object_]
    gaps: IntArray

    @cached_property
    def borders(self) -> BorderTable:
        """The shared borders of the atoms, measured from their polygons."""
        streets = self.plan.streets
        ranks = read_numbers(streets["rank"], 0).astype(np.int64)
        barring = (ranks >= 1) & (ranks <= 3)
        lines = streets.geometry.to_numpy()[barring]
        blocks = None
        if "block" in self.plan.atoms.columns:
            number = read_numbers(self.plan.atoms["block"], -1).astype(np.int64)
            blocks = number - number.min(initial=0)
        houses = np.where(self.building != "", pd.factorize(self.building)[0], -1)
        return measure_borders(self.geometry, lines, ranks[barring], blocks, houses)

    def passable_pairs(self, level: Level) -> IntArray:
        """Pairs of atoms that an area of the level may join, shape (p, 2)."""
        barring = level.never_cross if level.make == "bounded" else ()
        free = ~np.isin(self.borders.rank, barring)
        pairs = self.borders.join_pairs(free, len(self.geometry), level.min_border_m)
        fenced = np.ones(len(pairs), dtype=bool)
        for fence in self.find_fences(level):
            fenced &= fence[pairs[:, 0]] == fence[pairs[:, 1]]
        return pairs[fenced]

    def find_fences(self, level: Level) -> list[IntArray]:
        """Return the labels that no area of the level spans: areas that stood first, classes of ground."""
        above = (self.find_level(fence.id) for fence in self.plan.scheme.find_fences(level.id))
        fences = [level.labels for level in above if level is not None]
        if level.applies_to:
            fences.append(self.applies(level).astype(np.int64))
        return fences

    def applies(self, level: Level) -> BoolArray:
        """Mark the atoms on ground that the level applies to, shape (n,)."""
        if not level.applies_to:
            return np.ones(len(self.ground), dtype=bool)
        return np.asarray(self.ground == level.applies_to, dtype=bool)

    def make_rule(self, level: Level) -> BoundedLoads:
        """Build the household rule of a level over the atoms."""
        counted = {"population": self.population, "dwellings": self.dwellings}
        return make_load_rule(
            level, counted.get(level.measure, self.households), self.kind, self.applies(level)
        )

    @cached_property
    def proofs(self) -> dict[str, tuple[Carriers | None, list[Proof]]]:
        """All certificates, proved again, by level; the graph is built only where there are any."""
        proved: dict[str, tuple[Carriers | None, list[Proof]]] = {}
        for level in self.levels:
            rules = level.rules
            claims = read_claims(self.plan.certificates, rules.id, len(self.geometry))
            carriers = None
            if claims:
                carriers = find_carriers(
                    rules,
                    self.make_rule(rules),
                    self.passable_pairs(rules),
                    households=self.households,
                    kind=self.kind,
                    area=self.area,
                    carry_land_m2=self.plan.scheme.atoms.carry_land_m2,
                )
            proved[rules.id] = (carriers, [] if carriers is None else verify_claims(carriers, claims))
        return proved

    def check_levels(self, check: Callable[[LevelReading], list[Finding]]) -> list[Finding]:
        """Check level by level; a level without violations gets the row that says so."""
        rows: list[Finding] = []
        for level in self.levels:
            rows += with_ok(level.id, check(level), checked=len(level.codes))
        return rows

    def with_plan(self, plan: Plan) -> Reading:
        """Read a plan that differs in its tables only: the ground and the proofs stay as they were read."""
        fresh = replace(self, plan=plan)
        fresh.__dict__.update(
            {name: self.__dict__[name] for name in ("borders", "proofs") if name in self.__dict__}
        )
        return fresh

    def find_level(self, level_id: str) -> LevelReading | None:
        """Return a level by its id, None where the atoms have no column for it."""
        return next((level for level in self.levels if level.id == level_id), None)


def read_plan(plan: Plan, level_polygons: Mapping[str, gpd.GeoDataFrame] | None = None) -> Reading:
    """Turn a plan into arrays.

    Parameters
    ----------
    plan
        As opened from its file, or just made.
    level_polygons
        Level layers to be checked against the atoms; default: ``plan.polygons``.
    """
    atoms = plan.atoms
    geometry = atoms.geometry.to_numpy()
    households, no_households = _take_whole(atoms["households"])
    population, no_population = _take_whole(atoms["population"])
    dwellings, _ = _take_whole(atoms["dwellings"])
    kinds = pd.Index(KINDS).get_indexer(atoms["kind"].to_numpy(dtype=object))
    return Reading(
        plan=plan,
        levels=tuple(read_level(atoms[lv.id], lv) for lv in plan.scheme.levels if lv.id in atoms.columns),
        polygons=plan.polygons if level_polygons is None else level_polygons,
        geometry=geometry,
        households=households,
        population=population,
        kind=kinds.astype(np.int64),
        area=np.nan_to_num(shapely.area(geometry)),
        building=read_texts(atoms["building_id"]),
        dwellings=dwellings,
        ground=read_texts(atoms["ground"]),
        gaps=np.flatnonzero(no_households | no_population),
    )


def read_level(column: pd.Series, level: Level) -> LevelReading:
    """Give each code of a level a number, and each atom the number of its code."""
    text = read_texts(column)
    codes, labels = np.unique(text.astype(str), return_inverse=True)
    labels = labels.astype(np.int64)
    if len(codes) and codes[0] == "":
        codes, labels = codes[1:], labels - 1
    return LevelReading(level, codes.astype(object), labels)


def read_texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """Read the texts of a column, "" where there is none."""
    values = column.to_numpy(dtype=object, copy=True)
    values[pd.isna(values)] = ""
    return np.asarray([value if type(value) is str else str(value) for value in values], dtype=object)


def read_numbers(column: pd.Series, unknown: float = np.nan) -> FloatArray:
    """Read the numbers of a column, ``unknown`` where there is none."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(numbers), unknown, numbers)


def _take_whole(column: pd.Series) -> tuple[IntArray, BoolArray]:
    """Whole numbers >= 0 of a column, 0 where there is none, and where that is."""
    values = read_numbers(column)
    with np.errstate(invalid="ignore"):
        broken = ~((values >= 0) & (values == np.floor(values)))
    return np.where(broken, 0, values).astype(np.int64), broken
