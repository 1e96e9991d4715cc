"""Which counts of people are published: of areas and of compounds, decided together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, IntArray
from gridplan.plan import Plan
from gridplan.privacy import Ties, hide_cells, is_few, withhold_counts
from gridplan.report.compounds import tabulate_compounds

__all__ = ["PEOPLE_COLUMNS", "Hidden", "hide_counts", "in_column", "split_decided"]

#: Columns that count people, hidden together: who knows one of them knows the others roughly.
PEOPLE_COLUMNS = ("households", "population")

# the level of the whole, and the compounds as a level across the others
_WHOLE, _COMPOUND = "", "compound"


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """The counts of a plan with those NA that are withheld.

    Parameters
    ----------
    areas
        Described areas of all levels.
    compounds
        The register.
    secret
        By level, "" for the whole, which areas are withheld: Series of bool, index code.
    totals
        Households, people and estimated households of the whole, those that are published.
    """

    areas: Mapping[str, gpd.GeoDataFrame]
    compounds: pd.DataFrame
    secret: Mapping[str, pd.Series]
    totals: Mapping[str, int]


def in_column(level: str) -> str:
    """Return the column of the areas of a coarser level that areas lie in."""
    return f"in_{level}"


def hide_counts(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame]) -> Hidden:
    """Hide the counts of people that are too small to be published, and those that would give them away.

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
    hidden, cells = _hide_areas(atoms, levels)
    secret = {level: pd.Series(hidden[own], index=own.index) for level, own in cells.items()}
    frames = {}
    for level, frame in areas.items():
        mask = _look_up(hidden, cells.get(level), frame)
        counted = frame.reset_index(drop=True).assign(buildings=frame["buildings"].astype("Int64").to_numpy())
        frames[level] = counted.assign(
            **{name: withhold_counts(frame[name], mask) for name in PEOPLE_COLUMNS}
        )
    if len(register):
        hidden, cells = _hide_areas(atoms, levels, secret)
        mask = _look_up(hidden, cells[_COMPOUND], register.rename(columns={"name": "code"}))
        for name in (*PEOPLE_COLUMNS, "dwellings"):
            register[name] = withhold_counts(register[name], mask)
    return Hidden(frames, register, secret, _sum_whole(atoms, bool(secret[_WHOLE].any())))


def _hide_areas(
    atoms: pd.DataFrame, levels: list[str], secret: Mapping[str, pd.Series] | None = None
) -> tuple[BoolArray, dict[str, pd.Series]]:
    """Hide areas of all levels and the whole; those decided on, the compounds that lie across them.

    Compounds may be attached to a plan later on: areas are decided without them, and stay so.
    """
    names = levels if secret is None else [*levels, _COMPOUND]
    named = atoms[names].fillna("").astype(str).astype(object)
    counted = atoms[list(PEOPLE_COLUMNS)].groupby([named[name] for name in named]).sum().reset_index()
    pieces = counted[names].assign(**{_WHOLE: ""})[[_WHOLE, *names]]
    counts = counted[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.int64)
    # what lies outside of all compounds is published to nobody
    printed = {} if secret is None else {_COMPOUND: np.unique(pieces[_COMPOUND]) != ""}
    ties = Ties(len(PEOPLE_COLUMNS))
    cells = ties.add_levels(pieces, counts, printed=printed)
    published, withheld = split_decided(cells, secret or {})
    return hide_cells(ties.make_cells(), published=published, withheld=withheld), cells


def split_decided(
    cells: Mapping[str, pd.Series], secret: Mapping[str, pd.Series]
) -> tuple[IntArray, IntArray]:
    """Split the cells of areas by what was decided of them: published, or withheld.

    Parameters
    ----------
    cells
        Numbers of the cells by level, index code (:meth:`gridplan.privacy.Ties.add_levels`).
    secret
        By level which areas are withheld (:attr:`Hidden.secret`).

    Returns
    -------
    published, withheld
        Numbers of cells.
    """
    none = np.empty(0, dtype=np.int64)
    numbers = np.concatenate([none, *(cells[level].to_numpy() for level in secret)])
    known = (withheld.reindex(cells[level].index).to_numpy(bool) for level, withheld in secret.items())
    kept = np.concatenate([none.astype(bool), *known])
    return numbers[~kept], numbers[kept]


def _look_up(hidden: BoolArray, cells: pd.Series | None, frame: pd.DataFrame) -> BoolArray:
    """Return which rows are hidden; a small count that no atom knows of is hidden as well."""
    counts = frame[list(PEOPLE_COLUMNS)].to_numpy()
    mask = np.asarray(is_few(counts).any(axis=1))
    if cells is not None:
        at = cells.index.get_indexer(frame["code"].astype(str))
        mask |= (at >= 0) & hidden[cells.to_numpy()[at]]
    return mask


def _sum_whole(atoms: pd.DataFrame, hidden: bool) -> dict[str, int]:
    """Sum up the whole plan, and the households that were estimated."""
    if hidden:
        return {}
    guessed = atoms["households_source"].astype(str).str.startswith("estimated")
    sums = {name: int(atoms[name].sum()) for name in PEOPLE_COLUMNS}
    parts = atoms["households"].groupby(guessed).sum()
    if not is_few(parts.to_numpy()).any():
        # the few that were counted would be the rest of those that were not
        sums["estimated"] = int(parts.get(True, 0))
    return sums
