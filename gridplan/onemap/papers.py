"""The tables that go with a plan, cut down to what may be seen: register, findings, issues, provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray
from gridplan.check import read_reason
from gridplan.kinds import KINDS
from gridplan.plan import Plan
from gridplan.privacy import MIN_CELL, Audience, is_few, withhold_counts

__all__ = [
    "DATE_KEY",
    "blank_findings",
    "blank_issues",
    "blank_reasons",
    "cut_compounds",
    "cut_provenance",
    "judge_areas",
]

#: Key of the provenance that holds the date of the data, as the planner gave it.
DATE_KEY = "data_date"

#: Issues whose value counts the households or people of one building.
_COUNTS_PEOPLE = frozenset(
    (
        "building_in_no_area", "building_outside_district", "footprint_covered_by_others", "guess_too_large",
        "households_from_dwellings", "households_from_floor_area", "households_from_people",
        "households_without_dwellings", "kind_against_households", "people_without_households",
        "population_estimated", "slice_not_cut",
    )
)  # fmt: skip
#: The law of the check that judges areas against the bounds of their level.
_BOUNDED = "bounded"
#: Faults whose value is ground, not people.
_OF_GROUND = ("over_cap", "land_over_cap")
#: The values of a finding's reason that count people.
_PEOPLE_VALUES = ("households", "counted", *KINDS, "proved", "claimed", "people", "moved", "population")
#: Faults of the check whose value and bound both count people.
_OF_SUMS = ("sum_differs_households", "sum_differs_population")
#: The columns of the areas that say why nothing better exists.
_REASONS = ("reason_zh", "reason_en")
#: Keys of the provenance that are shown to nobody.
_NEVER_SHOWN = ("scheme_toml", "households_in")
#: What everybody may know of where a plan comes from.
_PUBLIC_KEYS = (
    "scheme",
    "scheme_version",
    "gridplan_version",
    "inputs",
    "source",
    "created",
    "district",
    DATE_KEY,
)


def judge_areas(findings: pd.DataFrame, areas: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Put beside each area what the check found against its bounds.

    Parameters
    ----------
    findings
        The ``FINDING_COLUMNS``.
    areas
        Areas by level, hidden counts NA.

    Returns
    -------
    dict of GeoDataFrame
        With ``fault`` (message key, "" for none), ``verdict``, ``value`` and ``bound``; no value of an area
        whose counts are hidden.
    """
    faults = findings[(findings["key"] == _BOUNDED) & ~findings["verdict"].isin(["ok"])]
    faults = faults[faults["code"].fillna("") != ""].drop_duplicates(["level", "code"])
    keys = [str(read_reason(reason)[0]) for reason in faults["reason"]]
    faults = faults.assign(fault=pd.array(keys, dtype="str"), verdict=faults["verdict"].astype("str"))
    judged = {}
    for level, frame in areas.items():
        own = faults[faults["level"] == level].set_index("code").reindex(frame["code"])
        hidden = frame["households"].isna().to_numpy() & ~own["fault"].isin(_OF_GROUND).to_numpy()
        judged[level] = frame.assign(
            fault=own["fault"].fillna("").astype(str).to_numpy(),
            verdict=own["verdict"].fillna("ok").astype(str).to_numpy(),
            value=np.where(hidden, np.nan, own["value"].astype(np.float64)),
            bound=own["bound"].to_numpy(dtype=np.float64),
        )
    return judged


def blank_reasons(plan: Plan, areas: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Blank the reasons that would give away what is hidden.

    A reason gives the households of its area and those of the homes that hang together round it. It is kept
    only where these are enough to be published, no area of theirs is hidden, and none of their areas of the
    finest level has a few homes among them or beside them: the published areas would leave these over.

    Parameters
    ----------
    plan
        The plan, with its certificates.
    areas
        Areas by level, hidden counts NA.

    Returns
    -------
    dict of GeoDataFrame
    """
    secret = _mark_hidden_atoms(plan, areas)
    homes = plan.atoms["households"].to_numpy()
    finest, whole = np.unique(plan.atoms[list(areas)[-1]].to_numpy(dtype=str), return_inverse=True)
    total = np.bincount(whole, homes, minlength=len(finest))
    unsafe = set()
    for number, text in zip(plan.certificates["certificate_id"], plan.certificates["atoms"], strict=True):
        atoms = np.asarray(json.loads(str(text)), dtype=np.int64)
        held = np.bincount(whole[atoms], homes[atoms], minlength=len(finest))
        few = (is_few(held) | is_few(total - held)) & (held > 0)
        if secret[atoms].any() or few.any():
            unsafe.add(int(number))
    kept = {}
    for level, frame in areas.items():
        numbers = plan.areas[level]["certificate_id"].reindex(frame["code"]).fillna(-1).astype(np.int64)
        keep = ~(frame["households"].isna().to_numpy() | numbers.isin(unsafe).to_numpy())
        kept[level] = frame.assign(**{name: frame[name].where(keep, "") for name in _REASONS})
    return kept


def _mark_hidden_atoms(plan: Plan, areas: Mapping[str, pd.DataFrame]) -> BoolArray:
    """Mark the atoms that lie in an area whose counts are hidden."""
    marked = np.zeros(len(plan.atoms), dtype=bool)
    for level, frame in areas.items():
        codes = frame.loc[frame["households"].isna(), "code"]
        if len(codes):
            marked |= plan.atoms[level].isin(codes).to_numpy()
    return marked


def blank_findings(findings: pd.DataFrame, areas: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Blank what findings say of areas whose counts are hidden.

    Parameters
    ----------
    findings
        The ``FINDING_COLUMNS``.
    areas
        Areas of all levels, hidden counts NA.

    Returns
    -------
    DataFrame
        As many rows; where counts are hidden ``value`` is NaN and ``reason`` holds no number of people.
    """
    small = {
        (level, code) for level, frame in areas.items() for code in frame["code"][frame["households"].isna()]
    }
    places = zip(findings["level"].astype(str), findings["code"].astype(str), strict=True)
    odd = np.fromiter((place in small for place in places), dtype=bool, count=len(findings))
    given = findings["reason"].astype(str)
    reasons = [_blank_reason(reason, bool(hide)) for reason, hide in zip(given, odd, strict=True)]
    # a whole that is published beside few of its people gives these away
    few = (given != reasons).to_numpy() & (findings["key"] != _BOUNDED).to_numpy()
    counts = np.array(
        [read_reason(reason)[0] in _OF_SUMS if reason else False for reason in given], dtype=bool
    )
    # new arrays: where nothing changes pandas gives a view of the findings with all their values
    bound = np.where(few | (odd & counts), np.nan, findings["bound"].to_numpy(dtype=np.float64))
    value = np.where(few | odd, np.nan, findings["value"].to_numpy(dtype=np.float64))
    return findings.assign(value=value, bound=bound, reason=reasons).reset_index(drop=True)


def _blank_reason(reason: str, hide: bool) -> str:
    """Take small numbers of people out of a reason, or all of them."""
    message = json.loads(reason) if reason else {}
    values = message.get("values", {})
    people = [name for name in _PEOPLE_VALUES if isinstance(values.get(name), int)]
    small = [name for name in people if 0 < values[name] < MIN_CELL]
    if (
        isinstance(values.get("moved"), int)
        and 0 < int(values.get("people") or 0) - values["moved"] < MIN_CELL
    ):
        # those who stay are the few
        small.append("moved")
    if not hide and not small:
        return reason
    # the households of one kind follow from those of the other
    gone = people if hide or set(small) & set(KINDS) else small
    return json.dumps(
        {**message, "values": {**values, **dict.fromkeys(gone)}}, ensure_ascii=False, sort_keys=True
    )


def blank_issues(issues: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Blank the small counts of people in the issues.

    Parameters
    ----------
    issues
        The ``ISSUE_COLUMNS``.
    plan
        The plan, which holds the houses.

    Returns
    -------
    DataFrame
        As many rows; ``value`` is NaN where it counts fewer than ``MIN_CELL`` people or households, or
        those of a house in the plan: together with its area they would give away the few beside it.
    """
    people = issues["code"].isin(_COUNTS_PEOPLE).to_numpy()
    value = issues["value"].to_numpy(dtype=np.float64)
    houses = pd.Index(plan.atoms.loc[plan.atoms["households"] > 0, "building_id"].dropna().unique())
    # an index of ids: Series.isin takes a hundred times as long on text
    blank = people & (is_few(value) | (houses.get_indexer(issues["id"]) >= 0))
    return issues.assign(value=np.where(blank, np.nan, value)).reset_index(drop=True)


def cut_compounds(
    register: pd.DataFrame, plan: Plan, levels: tuple[str, ...], audience: Audience
) -> pd.DataFrame:
    """Cut the register of compounds down to the levels and the area that are seen.

    Parameters
    ----------
    register
        The register with small counts NA.
    plan
        The plan.
    levels
        The levels seen.
    audience
        Who looks at it; a worker sees the compounds of the own area, counted where they lie in it whole.

    Returns
    -------
    DataFrame
    """
    seen = register.drop(columns=[level for level in plan.areas if level not in levels], errors="ignore")
    cut = [
        ", ".join(level for level in text.split(", ") if level in levels) for text in seen["cut"].astype(str)
    ]
    seen = seen.assign(cut=cut)
    if audience.name != "worker":
        return seen.reset_index(drop=True)
    codes = seen[levels[0]].astype(str)
    inside = np.array([audience.code in text.split(", ") for text in codes], dtype=bool)
    whole = (codes == audience.code).to_numpy()
    counts = ["buildings", "households", "population", "dwellings"]
    for name in counts:
        seen[name] = withhold_counts(seen[name].fillna(0), ~whole | seen[name].isna().to_numpy())
    return seen.assign(**{levels[0]: audience.code}, cut="")[inside].reset_index(drop=True)


def cut_provenance(plan: Plan, audience: Audience) -> dict[str, str]:
    """Return where a plan comes from, as far as its audience may know it.

    Parameters
    ----------
    plan
        The plan.
    audience
        Who looks at it.

    Returns
    -------
    dict of str
        Without the text of the scheme, and without how many households came in: beside those that were
        estimated they would give away a few that were counted.
    """
    kept = {key: str(text) for key, text in plan.provenance.items() if key not in _NEVER_SHOWN}
    if audience.name == "office":
        return kept
    return {key: text for key, text in kept.items() if key in _PUBLIC_KEYS}
