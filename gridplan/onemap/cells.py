"""Which counts of people are told: of areas, of compounds and of care classes, judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.plan import Plan
from gridplan.privacy import MIN_CELL, Ties, hide_cells
from gridplan.report.compounds import tabulate_compounds

__all__ = ["ATTACHED_CARE", "PEOPLE_COLUMNS", "Hidden", "hide_counts", "in_column"]

#: The role of attached counts by care class.
ATTACHED_CARE = "care"
#: Columns that count people, hidden together: who knows one of them knows the others roughly.
PEOPLE_COLUMNS = ("households", "population")

# the level of the whole, and the compounds as a level across the others
_WHOLE, _COMPOUND = "", "compound"

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """The counts of a plan with those NA that are not told.

    Parameters
    ----------
    areas
        Described areas of all levels.
    compounds
        The register.
    care
        ``level, code, care_class, households``; None where nobody attached such.
    totals
        Households, people and estimated households of the whole, those that are told.
    """

    areas: Mapping[str, gpd.GeoDataFrame]
    compounds: pd.DataFrame
    care: pd.DataFrame | None
    totals: Mapping[str, int]


def in_column(level: str) -> str:
    """Return the column of the areas of a coarser level that areas lie in."""
    return f"in_{level}"


def hide_counts(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame]) -> Hidden:
    """Hide the counts of people that are too small to be told, and those that would give them away.

    Parameters
    ----------
    plan
        The plan.
    areas
        Its described areas by level.

    Returns
    -------
    Hidden
    """
    atoms = pd.DataFrame(plan.atoms.drop(columns="geometry"))
    levels = [level for level in areas if level in atoms]
    register = tabulate_compounds(plan)
    ties = Ties(len(PEOPLE_COLUMNS))
    pieces, cells = _tie_areas(ties, atoms, levels, with_compounds=len(register) > 0)
    care = _tie_care(ties, plan.attached.get(ATTACHED_CARE), pieces[[*levels, "households"]], cells)
    hidden = hide_cells(ties.make_cells())
    frames = {}
    for level, frame in areas.items():
        mask = _look_up(hidden, cells.get(level), frame)
        told = frame.reset_index(drop=True).assign(buildings=frame["buildings"].astype("Int64").to_numpy())
        frames[level] = told.assign(**{name: _blank(frame[name], mask) for name in PEOPLE_COLUMNS})
    mask = _look_up(hidden, cells.get(_COMPOUND), register.rename(columns={"name": "code"}))
    for name in (*PEOPLE_COLUMNS, "dwellings"):
        register[name] = _blank(register[name], mask)
    if care is not None:
        care = care.assign(households=_blank(care["households"], hidden[care["cell"]])).drop(columns="cell")
    return Hidden(frames, register, care, _sum_whole(atoms, bool(hidden[cells[_WHOLE]].any())))


def _tie_areas(
    ties: Ties, atoms: pd.DataFrame, levels: list[str], *, with_compounds: bool
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Add the areas of all levels, the compounds across them, and the whole."""
    named = atoms[[*levels, _COMPOUND] if with_compounds else levels].fillna("").astype(str).astype(object)
    counted = atoms[list(PEOPLE_COLUMNS)].groupby([named[name] for name in named]).sum().reset_index()
    pieces = counted[list(named)]
    # where a small count lies between a compound and an area, the compound rather than the area is hidden;
    # what lies outside of all compounds nobody is told
    printed = {_COMPOUND: np.unique(pieces[_COMPOUND]) != ""} if with_compounds else {}
    ranks = dict.fromkeys([_WHOLE, *levels], 1)
    pieces = pieces.assign(**{_WHOLE: ""})[[_WHOLE, *named]]
    counts = counted[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.int64)
    return counted, ties.add_levels(pieces, counts, ranks=ranks, printed=printed)


def _tie_care(
    ties: Ties, care: pd.DataFrame | None, pieces: pd.DataFrame, areas: Mapping[str, pd.Series]
) -> pd.DataFrame | None:
    """Add the care classes of each area: beside each other they are its households."""
    if care is None:
        return None
    tables = []
    levels = [level for level in pieces if level != "households"]
    for level in levels:
        codes = care[level].astype(object)
        told = care.assign(code=codes)[areas[level].index.get_indexer(codes) >= 0]
        told = told.groupby(["code", "care_class"])["households"].sum().reset_index()
        told = told.assign(level=level, cell=ties.add_cells(_single(told["households"])))
        tables.append(told)
        sums = told.groupby("code")["households"].sum()
        # where the classes do not count every household, those left over are a class that nobody is told
        left = pieces.groupby(level)["households"].sum().reindex(sums.index) - sums
        rest = ties.add_cells(_single(left.clip(lower=0)), printed=False)
        at = sums.index.get_indexer(told["code"])
        sound = np.flatnonzero(left >= 0)
        whole = np.isin(at, sound)
        ties.add_sums(
            areas[level][sums.index].to_numpy(),
            np.concatenate([told["cell"].to_numpy()[whole], rest[sound]]),
            np.concatenate([at[whole], sound]),
            (True, False),
        )
    for coarse, fine in _find_nested(pieces, levels):
        _tie_classes(ties, tables[levels.index(coarse)], tables[levels.index(fine)], pieces)
    return pd.concat(tables, ignore_index=True)[["level", "code", "care_class", "households", "cell"]]


def _tie_classes(ties: Ties, above: pd.DataFrame, below: pd.DataFrame, pieces: pd.DataFrame) -> None:
    """Add the sums of each class of an area over the areas inside it."""
    if above.empty or below.empty:
        return
    coarse, fine = above["level"].iloc[0], below["level"].iloc[0]
    inside = pieces.drop_duplicates(fine).set_index(fine)[coarse]
    keys = pd.MultiIndex.from_arrays([inside[below["code"]].to_numpy(), below["care_class"].to_numpy()])
    at = pd.MultiIndex.from_frame(above[["code", "care_class"]]).get_indexer(keys)
    held = at >= 0
    sums = np.bincount(at[held], below["households"].to_numpy()[held], minlength=len(above))
    left = above["households"].to_numpy() - sums
    rest = ties.add_cells(_single(left.clip(0)), printed=False)
    sound = np.flatnonzero(left >= 0)
    held &= np.isin(at, sound)
    ties.add_sums(
        above["cell"].to_numpy(),
        np.concatenate([below["cell"].to_numpy()[held], rest[sound]]),
        np.concatenate([at[held], sound]),
        (True, False),
    )


def _single(households: npt.ArrayLike) -> IntArray:
    """Return counts of households beside no counts of people."""
    counts = np.asarray(households, dtype=np.int64)
    return np.stack([counts, np.zeros_like(counts)], axis=1)


def _find_nested(pieces: pd.DataFrame, levels: Sequence[str]) -> list[tuple[str, str]]:
    """List the pairs of a coarser and a finer level of which the one holds the other's areas whole."""
    return [
        (coarse, fine)
        for at, coarse in enumerate(levels)
        for fine in levels[at + 1 :]
        if not pieces[[fine, coarse]].drop_duplicates()[fine].duplicated().any()
    ]


def _look_up(hidden: BoolArray, cells: pd.Series | None, frame: pd.DataFrame) -> BoolArray:
    """Return which rows are hidden; a small count that no atom knows of is hidden as well."""
    counts = frame[list(PEOPLE_COLUMNS)].to_numpy()
    mask = np.asarray(((counts > 0) & (counts < MIN_CELL)).any(axis=1))
    if cells is not None:
        at = cells.index.get_indexer(frame["code"].astype(str))
        mask |= (at >= 0) & hidden[cells.to_numpy()[at]]
    return mask


def _blank(column: pd.Series, hidden: BoolArray) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(column.to_numpy(dtype=np.int64), hidden.copy())


def _sum_whole(atoms: pd.DataFrame, hidden: bool) -> dict[str, int]:
    """Sum up the whole plan, and the households that were estimated."""
    guessed = atoms["households_source"].astype(str).str.startswith("estimated")
    sums = {} if hidden else {name: int(atoms[name].sum()) for name in PEOPLE_COLUMNS}
    sums["estimated"] = int(atoms.loc[guessed, "households"].sum())
    return {name: count for name, count in sums.items() if not 0 < count < MIN_CELL}
