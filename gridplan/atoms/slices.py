"""Slices: a large building as several atoms, by stairwell or, failing that, by nominal floor band."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, IntArray, ShapeArray
from gridplan.atoms.cutting import cut_polygons, find_axes
from gridplan.schema import issue_rows, join_issues
from gridplan.scheme import AtomRules

__all__ = ["Units", "count_slices", "cut_slices", "share_out"]


@dataclass(frozen=True, slots=True)
class Units:
    """What gets a cell of its own: whole buildings and slices, ordered by building and slice.

    Parameters
    ----------
    polygons
        Footprints or strips of them.
    building
        Row of the building, ascending.
    number
        0 for a whole building, 1..k for slices.
    households, population
        Whole numbers that add up to the building's.
    band
        True where the slice is a nominal floor band.
    """

    polygons: ShapeArray
    building: IntArray
    number: IntArray
    households: IntArray
    population: IntArray
    band: BoolArray


def share_out(total: IntArray, group: IntArray, weight: IntArray) -> IntArray:
    """Share whole numbers out to the members of groups by weight, so that they add up exactly.

    Parameters
    ----------
    total
        What each group has, shape (groups,).
    group
        Group of each member, ascending, shape (n,).
    weight
        Weight of each member, shape (n,), not all 0 in a group that has something.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    upto = np.cumsum(weight)
    first = np.searchsorted(group, np.arange(len(total)))
    before = np.concatenate([[0], upto])[first]
    whole = np.bincount(group, weight, minlength=len(total)).astype(np.int64)
    mine = upto - before[group]
    high = total[group] * mine // np.maximum(whole[group], 1)
    low = total[group] * (mine - weight) // np.maximum(whole[group], 1)
    share: IntArray = high - low
    return share


def count_slices(buildings: gpd.GeoDataFrame, options: AtomRules) -> tuple[IntArray, BoolArray]:
    """Decide into how many slices each building is cut, and whether they are floor bands.

    Stairwells that are given count; several bands are made of each if they are too few. Else their
    number is estimated from households and floors, with ``landing_flats`` flats to a landing, as long
    as the footprint is long enough to hold them; else as many floor bands as the households need.

    Returns
    -------
    count, band : ndarray, shape (n,)
    """
    households = buildings["households"].to_numpy(np.int64)
    needed = -(-households // options.slice_households)
    count = np.ones(len(buildings), dtype=np.int64)
    band = np.zeros(len(buildings), dtype=bool)
    large = np.flatnonzero(needed > 1)
    if len(large) == 0:
        return count, band
    need = needed[large]
    length = find_axes(buildings.geometry.values[large])[2][:, 0]
    fit = np.maximum(np.floor(length / options.strip_m).astype(np.int64), 1)
    floors = buildings["floors"].to_numpy(float)[large]
    guess = np.ceil(
        households[large] / (np.maximum(np.nan_to_num(floors, nan=np.inf), 1) * options.landing_flats)
    )
    stairs = np.clip(np.maximum(guess.astype(np.int64), need), 1, np.maximum(fit, need))
    given = buildings["stairwells"].to_numpy(float)[large]
    known = given >= 1
    stairs = np.where(known, np.nan_to_num(given, nan=1).astype(np.int64), stairs)
    split = np.where(known, -(-need // np.maximum(stairs, 1)), 1)
    count[large] = np.minimum(stairs * split, households[large])
    band[large] = np.where(known, split > 1, need > fit)
    return count, band


def cut_slices(buildings: gpd.GeoDataFrame, options: AtomRules) -> tuple[Units, pd.DataFrame]:
    """Cut buildings above the limit into slices.

    Parameters
    ----------
    buildings
        Sorted by id, local coordinates.
    options
        ``slice_households``, ``strip_m``, ``landing_flats``.

    Returns
    -------
    Units
    DataFrame
        Issues, one row per building that was sliced.
    """
    count, band = count_slices(buildings, options)
    parts, row, load = cut_polygons(buildings.geometry.to_numpy(), count)
    order = np.arange(len(parts))
    sliced = np.bincount(row, minlength=len(buildings)) > 1
    first = np.searchsorted(row, np.arange(len(buildings)))
    number = np.where(sliced[row], order - first[row] + 1, 0)
    households = share_out(buildings["households"].to_numpy(np.int64), row, load)
    people = share_out(buildings["population"].to_numpy(np.int64), row, np.where(sliced[row], households, 1))
    units = Units(parts, row, number, households, people, band[row] & sliced[row])
    cut = np.flatnonzero(sliced)
    short = np.bincount(row, minlength=len(buildings)) < count
    issues = [
        issue_rows("buildings", buildings.index[rows], code, action, value[rows].astype(float))
        for rows, code, action, value in (
            (cut[~band[cut]], "building_cut_by_stairwell", "split", count),
            (cut[band[cut]], "building_cut_by_floor_band", "split", count),
            (np.flatnonzero(short), "slice_not_cut", "noted", buildings["households"].to_numpy()),
        )
    ]
    return units, join_issues(*issues)
