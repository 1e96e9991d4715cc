"""Where is it? The areas around a point, of a building, of the code of a house, and of an area's name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.arrays import BoolArray, FloatArray, IntArray, TextArray
from gridplan.errors import InputError
from gridplan.plan import Plan
from gridplan.plan.codes import DEFAULT_HOUSE, code_houses

__all__ = ["Directory", "build_directory"]


#: A point this near to the district counts as in it [m]: coordinates are written to the centimetre.
_TOUCH_M = 0.011
#: Signs after which the number of a flat follows the id of its building.
_SIGNS = "-_/#—. "
#: Parts of a house code that say where in a building it is, above the stairwell.
_INNER = ("floor", "room")


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Everything that a thing can be found by.

    Parameters
    ----------
    levels
        The levels of the plan, coarse to fine.
    atoms
        Polygons of the atoms in their order.
    atom_codes
        Codes of the areas that each atom lies in, shape (atoms, levels).
    atom_building
        Building of each atom, "" for land.
    buildings
        Ids of the buildings.
    building_codes
        Codes of the areas that hold a whole building, "" where it lies in several, shape (buildings, levels).
    spots
        A point inside of each building.
    district
        The ground that is divided.
    areas
        Row of ``area_codes`` by code or name of an area; -1 where a name stands for several.
    area_codes
        Codes of the areas that hold a whole area, "" where it lies in several, shape (areas, levels).
    houses
        Row of the building, or of the atom (``-2 - atom``), by the code of a building or stairwell.
    tail
        How many characters at the end of a house code are floor and room; 0 where the format does not end
        with them.
    """

    levels: tuple[str, ...]
    atoms: gpd.GeoSeries
    atom_codes: TextArray
    atom_building: TextArray
    buildings: pd.Index
    building_codes: TextArray
    spots: TextArray
    district: shapely.Geometry
    areas: Mapping[str, int]
    area_codes: TextArray
    houses: Mapping[str, int]
    tail: int

    def find_atoms(self, xy: FloatArray) -> IntArray:
        """Return the atom that contains each point, -1 for none; on a border the first one.

        Parameters
        ----------
        xy
            Points in the plan's coordinate system [m], NaN for none, shape (n, 2).
        """
        found = np.full(len(xy), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(xy).all(axis=1))
        tree = shapely.STRtree(self.atoms.to_numpy())
        points = shapely.points(xy[known])
        row, atom = tree.query(points, predicate="intersects")
        missed = np.setdiff1d(np.arange(len(known)), row)
        near, nearest = tree.query_nearest(points[missed], max_distance=_TOUCH_M, all_matches=True)
        row, atom = np.append(row, missed[near]), np.append(atom, nearest)
        order = np.lexsort((atom, row))
        first = np.r_[True, np.diff(row[order]) > 0] if len(row) else np.zeros(0, dtype=bool)
        found[known[row[order][first]]] = atom[order][first]
        return found

    def measure_outside(self, xy: FloatArray) -> FloatArray:
        """Return how far each point is from the district [m], 0 inside, NaN for no point."""
        far = np.full(len(xy), np.nan)
        known = np.isfinite(xy).all(axis=1)
        shapely.prepare(self.district)
        far[known] = shapely.distance(self.district, shapely.points(xy[known]))
        return far

    def find_houses(self, texts: pd.Series) -> tuple[IntArray, IntArray]:
        """Find buildings by their id, or by the code of a house or flat in them.

        Returns
        -------
        building, atom
            Rows, -1 for none; the atom is known where the code names a stairwell that is one of its own.
        """
        codes, words = pd.factorize(texts)
        # one look into a dictionary is a hundred times quicker than one into an index
        rows = {str(name): row for row, name in enumerate(self.buildings)}
        place = [self._find_house(str(word), rows) for word in words]
        building = np.array([*(row for row, _ in place), -1], dtype=np.int64)[codes]
        return building, np.array([*(slot for _, slot in place), -1], dtype=np.int64)[codes]

    def _find_house(self, text: str, rows: Mapping[str, int]) -> tuple[int, int]:
        for shorter in _shorten(text):
            if shorter in rows:
                return rows[shorter], -1
        stems = [text, text[: -self.tail] + "0" * self.tail] if len(text) > self.tail > 0 else [text]
        for stem in stems:
            at = self.houses.get(stem, -1)
            if at < -1:
                atom = -2 - at
                return rows.get(self.atom_building[atom], -1), atom
            if at >= 0:
                return at, -1
        return -1, -1

    def find_areas(self, texts: pd.Series) -> tuple[IntArray, BoolArray]:
        """Find areas by code or name: rows of ``area_codes``, -1 for none; and which names are of several."""
        codes, words = pd.factorize(texts)
        place = np.array([*(self.areas.get(_plain(str(word)), -2) for word in words), -2], dtype=np.int64)
        found = place[codes]
        return np.maximum(found, -1), found == -1


def build_directory(plan: Plan, *, houses: bool = True) -> Directory:
    """Build the directory of a plan.

    Parameters
    ----------
    plan
        The plan; levels whose layer is gone are left out.
    houses
        Whether the codes of houses are needed: they take a second for 10,000 buildings.
    """
    levels = tuple(lv.id for lv in plan.scheme.levels if lv.id in plan.areas and lv.id in plan.atoms)
    codes = np.empty((len(plan.atoms), len(levels)), dtype=object)
    for place, level in enumerate(levels):
        codes[:, place] = plan.atoms[level].fillna("").astype("str").to_numpy(dtype=object)
    built = plan.atoms["building_id"].fillna("").astype("str").to_numpy(dtype=object)
    buildings = pd.Index(plan.buildings.index.astype("str"))
    owner = np.where(built == "", -1, buildings.get_indexer(built)).astype(np.int64)
    areas, area_codes = _list_areas(plan, levels, codes)
    coded, tail = _list_houses(plan, buildings) if houses else ({}, 0)
    return Directory(
        levels=levels,
        atoms=plan.atoms.geometry,
        atom_codes=codes,
        atom_building=built,
        buildings=buildings,
        building_codes=_share_codes(owner, codes, len(buildings)),
        spots=shapely.point_on_surface(plan.buildings.geometry.to_numpy()),
        district=plan.district,
        areas=areas,
        area_codes=area_codes,
        houses=coded,
        tail=tail,
    )


def _share_codes(group: IntArray, codes: TextArray, n: int) -> TextArray:
    """Return the codes that all atoms of a group have in common, "" where they differ.

    Parameters
    ----------
    group
        Group 0..n-1 of each atom, -1 for none.
    codes
        Codes per atom and level.
    n
        Number of groups.
    """
    shared = np.full((n, codes.shape[1]), "", dtype=object)
    kept = group >= 0
    for level in range(codes.shape[1]):
        label, words = pd.factorize(codes[kept, level], sort=True)
        low, high = np.full(n, len(words)), np.full(n, -1)
        np.minimum.at(low, group[kept], label)
        np.maximum.at(high, group[kept], label)
        same = (low == high) & (high >= 0)
        shared[same, level] = np.asarray(words, dtype=object)[low[same]]
    return shared


def _list_areas(plan: Plan, levels: tuple[str, ...], codes: TextArray) -> tuple[dict[str, int], TextArray]:
    """List the areas of all levels by code and name; codes win over names, coarse levels over fine ones."""
    by_code: dict[str, int] = {}
    by_name: dict[str, int] = {}
    tables, start = [], 0
    for place, level in enumerate(levels):
        index = pd.Index(plan.areas[level].index.astype("str"))
        group = index.get_indexer(codes[:, place]).astype(np.int64)
        tables.append(_share_codes(group, codes, len(index)))
        names = plan.areas[level]["name"].fillna("").astype("str")
        for row, (code, name) in enumerate(zip(index, names, strict=True), start):
            by_code.setdefault(_plain(code), row)
            if name and name != code:
                # one area may bear its name on several levels, several areas may not share one
                known = by_name.setdefault(_plain(name), row)
                by_name[_plain(name)] = known if known == row or _holds(tables, known, code) else -1
        start += len(index)
    return by_name | by_code, np.concatenate(tables) if tables else np.zeros((0, 0), dtype=object)


def _holds(tables: list[TextArray], row: int, code: str) -> bool:
    """Tell whether an area listed before lies in that of a code: its atoms all have that code."""
    at = 0
    for table in tables:
        if row < at + len(table):
            return row >= 0 and code in table[row - at]
        at += len(table)
    return False


def _list_houses(plan: Plan, buildings: pd.Index) -> tuple[dict[str, int], int]:
    """List buildings and stairwells by their code, and how long the part within them is."""
    try:
        table = code_houses(plan)
    except InputError:
        return {}, 0  # numbers that do not fit the format: there are no codes to look up
    atom = pd.Series(
        np.arange(len(plan.atoms)),
        index=pd.MultiIndex.from_arrays(
            [plan.atoms["building_id"].astype("str"), plan.atoms["slice"].astype(np.int64)]
        ),
    )
    at = buildings.get_indexer(table["building_id"])
    own = atom[~atom.index.duplicated()].reindex(
        pd.MultiIndex.from_arrays([table["building_id"], table["slice"].astype(np.int64)])
    )
    rows = np.where(table["stair"] > 0, -2 - own.fillna(-1).to_numpy(dtype=np.int64), at)
    coded = {str(code): int(row) for code, row in zip(table["code"], rows, strict=True) if row != -1}
    return coded, _measure_tail(plan.scheme.codes.house or DEFAULT_HOUSE)


def _measure_tail(form: str) -> int:
    """Return how many characters at the end of a format are floor and room, 0 where it does not end so."""
    length, ended = 0, False
    for literal, name, spec, _ in Formatter().parse(form):
        if name in _INNER:
            width = len(format(0, spec or ""))
            length += width + (len(literal) if ended else 0)
            ended = True
        elif name is not None and ended:
            return 0
    return length


def _shorten(text: str) -> Iterator[str]:
    """Give a text, and what is left of it before its last sign, and so on: B12-3-401, B12-3, B12."""
    shorter = text
    while shorter:
        yield shorter
        cut = max(shorter.rfind(sign) for sign in _SIGNS)
        shorter = shorter[:cut] if cut > 0 else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
