"""A plan against the areas that stood before: these are restored, checked and compared."""

from __future__ import annotations

from collections.abc import Sequence

from gridplan.check import record_findings
from gridplan.compare.comparison import Comparison, compare_plans, restore_plan
from gridplan.compare.crosswalk import list_levels
from gridplan.errors import InputError
from gridplan.plan import Plan

__all__ = ["compare_with_existing"]


def compare_with_existing(plan: Plan, levels: Sequence[str] | None = None) -> dict[str, Comparison]:
    """Compare a plan with the areas that it was made from.

    Parameters
    ----------
    plan
        A plan made with areas that stood before.
    levels
        Ids of levels; default: all that had such areas.

    Returns
    -------
    dict of Comparison
        By level id, as :func:`gridplan.compare_plans` gives it; the old areas are checked against the rules
        of today, so that their statuses can be compared.

    Raises
    ------
    InputError
        ``compare_nothing_before`` if the plan was made from no areas, ``level_without_existing`` for a level
        that had none.

    Examples
    --------
    >>> gridplan.compare_with_existing(plan)["community"].figures["population_moved"]  # doctest: +SKIP
    """
    chosen = list_levels(plan) if levels is None else levels
    if not chosen:
        raise InputError("compare_nothing_before")
    compared: dict[str, Comparison] = {}
    for level in chosen:
        compared |= compare_plans(record_findings(restore_plan(plan, level)), plan)
    return compared
