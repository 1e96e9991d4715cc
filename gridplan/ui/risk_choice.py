"""What a visitor of the risk page asks for, and the things that this leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from gridplan.onemap.picking import find_level
from gridplan.onemap.risk import THING_ROLES, ThingFilter, count_undated, rate_things, select_things
from gridplan.onemap.shown import Shown

__all__ = ["RiskChoice", "RiskThings", "choose_things"]


@dataclass(frozen=True, slots=True)
class RiskChoice:
    """What is asked for; hashable, so that what was made for it can be kept.

    Parameters
    ----------
    level
        Level of the areas.
    rule
        What they are coloured by.
    within
        Code of an area that holds them, "" for all.
    layers
        Roles that are drawn and counted.
    kinds
        Kinds of enterprises and risk points wanted, none for all.
    ratings
        Ratings wanted ("" for things without one), none for all.
    since, until
        First and last day "YYYY-MM-DD", "" for open.
    heat
        Whether the heat map is shown.
    """

    level: str
    rule: str
    within: str = ""
    layers: tuple[str, ...] = THING_ROLES
    kinds: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    heat: bool = False

    @property
    def narrows(self) -> bool:
        """Whether some things are left out."""
        return bool(self.within or self.kinds or self.ratings or self.since or self.until)


@dataclass(frozen=True, slots=True, eq=False)
class RiskThings:
    """The things that a choice leaves.

    Parameters
    ----------
    things
        Rated things by role: the layers that are on.
    hazards
        Hazards found in the same area, time and enterprises.
    undated
        Things and hazards that are left out only because no date is known of them.
    """

    things: Mapping[str, pd.DataFrame]
    hazards: pd.DataFrame
    undated: int


def choose_things(shown: Shown, choice: RiskChoice) -> RiskThings:
    """Narrow enterprises, risk points and hazards down.

    A kind of enterprise keeps the risk points and hazards of its enterprises too; a kind of risk point
    keeps those risk points. Hazards have no rating of their own as a rule: the filter by rating leaves
    them alone.

    Parameters
    ----------
    shown
        What may be seen.
    choice
        What is asked for.

    Returns
    -------
    RiskThings
    """
    area = (find_level(shown, choice.within, choice.level), choice.within) if choice.within else None
    rated = _rate(shown)
    of_kind = {role: _keep_kinds(rated[role], rated["enterprises"], choice.kinds) for role in rated}
    of_any_rating = ThingFilter(since=choice.since, until=choice.until, area=area)
    wanted = replace(of_any_rating, ratings=choice.ratings or None)
    filters = {**dict.fromkeys(choice.layers, wanted), "hazards": of_any_rating}
    kept = {role: select_things(of_kind[role], filters[role]) for role in filters}
    undated = sum(count_undated(of_kind[role], filters[role]) for role in filters)
    return RiskThings({role: kept[role] for role in choice.layers}, kept["hazards"], undated)


@lru_cache(maxsize=4)
def _rate(shown: Shown) -> Mapping[str, pd.DataFrame]:
    """Rate everything once: there may be 95,000 hazards."""
    return {role: rate_things(shown, role) for role in (*THING_ROLES, "hazards")}


def _keep_kinds(table: pd.DataFrame, enterprises: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    if not kinds:
        return table
    kept = table["kind"].fillna("").isin(kinds)
    if "enterprise" in table.columns:
        owners = enterprises.loc[enterprises["kind"].fillna("").isin(kinds), "id"]
        kept |= table["enterprise"].isin(owners)
    return table[kept.to_numpy(dtype=bool)]
