"""Which counts of people are told: of areas, of compounds and of care classes, judged together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.plan import Plan
from gridplan.privacy import MIN_CELL
from gridplan.report.compounds import tabulate_compounds

__all__ = ["ATTACHED_CARE", "PEOPLE_COLUMNS", "Hidden", "hide_cells", "in_column"]

#: The role of attached counts by care class.
ATTACHED_CARE = "care"
#: Columns that count people, hidden together: who knows one of them knows the others roughly.
PEOPLE_COLUMNS = ("households", "population")

BoolArray = npt.NDArray[np.bool_]


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


def hide_cells(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame]) -> Hidden:
    """Hide the counts that are too small to be told.

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
    frames = {}
    for level, frame in areas.items():
        hidden = _is_small(frame)
        told = frame.reset_index(drop=True).assign(
            **{name: _blank(frame[name], hidden) for name in PEOPLE_COLUMNS},
            buildings=frame["buildings"].astype("Int64").to_numpy(),
        )
        for name in ("reason_zh", "reason_en"):
            told[name] = told[name].where(~hidden, "")
        frames[level] = told
    register = tabulate_compounds(plan)
    hidden = _is_small(register)
    for name in (*PEOPLE_COLUMNS, "dwellings"):
        register[name] = _blank(register[name], hidden)
    return Hidden(frames, register, _count_care(plan), _sum_whole(plan))


def _is_small(frame: pd.DataFrame) -> BoolArray:
    counts = frame[list(PEOPLE_COLUMNS)].to_numpy()
    return np.asarray(((counts > 0) & (counts < MIN_CELL)).any(axis=1))


def _blank(column: pd.Series, hidden: BoolArray) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(column.to_numpy(dtype=np.int64), hidden.copy())


def _sum_whole(plan: Plan) -> dict[str, int]:
    """Sum up the whole plan, and the households that were estimated."""
    guessed = plan.atoms["households_source"].astype(str).str.startswith("estimated")
    sums = {name: int(plan.atoms[name].sum()) for name in PEOPLE_COLUMNS}
    sums["estimated"] = int(plan.atoms.loc[guessed, "households"].sum())
    return {name: count for name, count in sums.items() if not 0 < count < MIN_CELL}


def _count_care(plan: Plan) -> pd.DataFrame | None:
    care = plan.attached.get(ATTACHED_CARE)
    if care is None:
        return None
    tables = []
    for level in plan.areas:
        sums = care[care[level] != ""].groupby([level, "care_class"])["households"].sum().reset_index()
        tables.append(sums.rename(columns={level: "code"}).assign(level=level))
    told = pd.concat(tables, ignore_index=True)[["level", "code", "care_class", "households"]]
    small = (told["households"] > 0) & (told["households"] < MIN_CELL)
    return told.assign(households=_blank(told["households"], small.to_numpy()))
