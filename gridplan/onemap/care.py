"""Which counts of households by care class are published."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.onemap.cells import PEOPLE_COLUMNS, split_decided
from gridplan.plan import Plan
from gridplan.privacy import Ties, hide_cells, withhold_counts

__all__ = ["ATTACHED_CARE", "hide_care"]

#: The role of attached counts by care class.
ATTACHED_CARE = "care"

# between a class and a code; between the codes in the place of one that is not known
_JOINT, _UNKNOWN = "\x1f", "\x1e"


def hide_care(plan: Plan, secret: Mapping[str, pd.Series]) -> pd.DataFrame | None:
    """Hide the counts of care classes that are too small to be published, and those that would give one away.

    Which areas are published was decided without the classes and stays so: a map that was made before they
    were attached and one that was made after must not give more away together.

    Parameters
    ----------
    plan
        The plan.
    secret
        By level which areas are withheld (:class:`gridplan.onemap.cells.Hidden`).

    Returns
    -------
    DataFrame
        ``level, code, care_class, households``, the last NA where it is withheld; None where nobody
        attached such counts.
    """
    care = plan.attached.get(ATTACHED_CARE)
    if care is None:
        return None
    levels = [level for level in secret if level]
    named = {"": "", **{level: plan.atoms[level].fillna("").astype(str) for level in levels}}
    pieces = pd.DataFrame(named, index=plan.atoms.index)
    ties = Ties(len(PEOPLE_COLUMNS))
    counts = plan.atoms[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.int64)
    areas = ties.add_levels(pieces, counts, printed={})
    known = pd.DataFrame(
        {
            level: care[level].astype(str).where(areas[level].index.get_indexer(care[level]) >= 0, "")
            for level in levels
        }
    )
    classes = _tie_classes(ties, care, known)
    tables = [_list_classes(care, known[level], level, classes[level]) for level in levels]
    for level, table in zip(levels, tables, strict=True):
        _tie_to_areas(ties, table, areas[level], pieces[level], counts[:, 0])
    published, withheld = split_decided(areas, secret)
    hidden = hide_cells(ties.make_cells(), published=published, withheld=withheld)
    rows = pd.concat(tables, ignore_index=True)
    households = withhold_counts(rows["households"], hidden[rows["cell"]])
    return rows.assign(households=households)[["level", "code", "care_class", "households"]]


def _tie_classes(ties: Ties, care: pd.DataFrame, known: pd.DataFrame) -> dict[str, pd.Series]:
    """Add each class of each area, and the sums of a class over the areas inside and across another."""
    pieces, printed = {}, {}
    above = np.full(len(care), _UNKNOWN, dtype=object)
    for level in known:
        codes = known[level].to_numpy(dtype=object)
        # households of which only a coarser area is known lie somewhere in that one
        pieces[level] = (
            care["care_class"].to_numpy(dtype=object) + _JOINT + np.where(codes == "", above, codes)
        )
        printed[level] = np.array([_UNKNOWN not in key for key in np.unique(pieces[level].astype(str))])
        above = above + codes + _UNKNOWN
    return ties.add_levels(pd.DataFrame(pieces), _single(care["households"]), printed=printed)


def _list_classes(care: pd.DataFrame, codes: pd.Series, level: str, cells: pd.Series) -> pd.DataFrame:
    """List the classes of the areas of a level with their cells."""
    rows = care.assign(code=codes.astype(object))[(codes != "").to_numpy()]
    table = rows.groupby(["code", "care_class"])["households"].sum().reset_index()
    keys = table["care_class"].astype(str) + _JOINT + table["code"].astype(str)
    return table.assign(level=level, cell=cells.reindex(keys).to_numpy(dtype=np.int64))


def _tie_to_areas(
    ties: Ties, table: pd.DataFrame, areas: pd.Series, codes: pd.Series, households: IntArray
) -> None:
    """Add the sums of all classes of an area: beside each other they are its households."""
    sums = table.groupby("code")["households"].sum()
    # where the classes do not count every household, those left over are a class that is published to nobody
    left = pd.Series(households).groupby(codes.to_numpy()).sum().reindex(sums.index) - sums
    rest = ties.add_cells(_single(left.clip(lower=0)), printed=False)
    at = sums.index.get_indexer(table["code"])
    sound = np.flatnonzero(left >= 0)
    whole = np.isin(at, sound)
    ties.add_sums(
        areas[sums.index].to_numpy(),
        np.concatenate([table["cell"].to_numpy()[whole], rest[sound]]),
        np.concatenate([at[whole], sound]),
        (True, False),
    )


def _single(households: npt.ArrayLike) -> IntArray:
    """Return counts of households with a second column of zeros for people."""
    counts = np.asarray(households, dtype=np.int64)
    return np.stack([counts, np.zeros_like(counts)], axis=1)
