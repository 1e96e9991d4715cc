"""The law of levels that go on from areas that stood before: nobody is lost, no code changes its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.check.findings import Finding, count_fault, with_ok
from gridplan.check.reading import LevelReading, Reading, read_numbers, read_texts
from gridplan.check.succession import OldAreas, find_urban, match_by_people

__all__ = ["check_changed"]

#: A code of the statistics bureau: 9 digits of province, prefecture, county and township, then 3 of the
#: committee (docs/sources.md, statistical codes).
STATCODE = re.compile(r"(?P<town>\d{9})(?P<number>\d{3})")
#: Numbers of residents' committees, and of the units like them that go on where these are used up.
URBAN_NUMBERS = (*range(1, 200), *range(400, 600))


@dataclass(frozen=True, slots=True, eq=False)
class _Claims:
    """What the codes say.

    Parameters
    ----------
    by_code
        Old area whose code each new one has, -1 for none, shape (k,).
    by_people
        Old area that each of the others continues by its people, among those whose code is not in use.
    kept, best
        People who stay by this, and the most that could by any choice of codes.
    """

    by_code: IntArray
    by_people: IntArray
    kept: int
    best: int


def check_changed(reading: Reading) -> list[Finding]:
    """Check levels that go on from areas that stood before.

    Every person of the old areas is in the new ones; an old code stands for an area that continues the old
    one, by as many people as can be; a village that became a community left its series; new codes come
    after all that were used.
    """
    rows: list[Finding] = []
    for level in reading.levels:
        if level.id in reading.plan.existing:
            rows += _check_level(reading, level)
    return rows


def _check_level(reading: Reading, level: LevelReading) -> list[Finding]:
    name = level.id
    column = f"old_{name}"
    if column not in reading.plan.atoms:
        return [Finding("violation", name, reason="old_missing", values={"column": column})]
    standing, strange = _stand(reading, name)
    faults = count_fault("old_unknown", strange, name)
    claims = _read_claims(standing, level)
    faults += _check_claims(standing, level, claims) + _check_appended(standing, level, claims)
    if claims.kept < claims.best:
        values = {"people": claims.best - claims.kept}
        faults.append(Finding("violation", name, "", claims.kept, claims.best, "codes_move_people", values))
    lived = int(reading.population[standing.place >= 0].sum())
    held = int(reading.population[(standing.place >= 0) & (level.labels >= 0)].sum())
    if held != lived:
        faults.append(
            Finding("violation", name, "", held, lived, "people_left_out", {"people": lived - held})
        )
    values = {"moved": lived - claims.kept, "people": lived, "areas": len(standing.codes)}
    rows = with_ok(name, faults, checked=len(level.codes))
    return [*rows, Finding("ok", name, "", lived - claims.kept, np.nan, "people_moved", values)]


def _stand(reading: Reading, level: str) -> tuple[OldAreas, list[str]]:
    """Read the old areas; also codes that the atoms name and the table of old areas does not."""
    table = reading.plan.existing[level]
    table = table[~table.index.duplicated()].sort_index(kind="stable")
    old = reading.plan.atoms[f"old_{level}"].fillna("").astype(str)
    place = pd.Index(table.index.astype(str)).get_indexer(pd.Index(old)).astype(np.int64)
    strange = sorted(set(old[(place < 0) & (old != "").to_numpy()]))
    # the column, not the polygon: the codes were given by it
    ground = read_numbers(reading.plan.atoms["area_m2"], 0.0)
    types, grounds = read_texts(table["type"]), read_texts(table["ground"])
    codes = table.index.astype(str).to_numpy(dtype=object)
    return OldAreas(codes, types, grounds, place, reading.population, ground), strange


def _read_claims(standing: OldAreas, level: LevelReading) -> _Claims:
    """Take the codes at their word, and match what is left by people."""
    by_code = pd.Index(standing.codes).get_indexer(pd.Index(level.codes.astype(str))).astype(np.int64)
    taken = np.zeros(len(standing.codes) + 1, dtype=bool)
    taken[by_code] = True
    taken[-1] = False
    free_old = np.where(taken[standing.place], -1, standing.place)
    free_new = np.where((level.labels >= 0) & (by_code[level.labels] < 0), level.labels, -1)
    by_people = np.full(len(level.codes), -1, dtype=np.int64)
    matched = match_by_people(free_old, free_new, standing.people, standing.ground_m2)
    by_people[: len(matched)] = matched
    best = match_by_people(standing.place, level.labels, standing.people, standing.ground_m2)
    return _Claims(
        by_code,
        by_people,
        _count_kept(standing, level, np.where(by_code >= 0, by_code, by_people)),
        _count_kept(standing, level, best),
    )


def _count_kept(standing: OldAreas, level: LevelReading, continues: IntArray) -> int:
    """Count the people whose new area continues their old one."""
    held = (level.labels >= 0) & (standing.place >= 0)
    stays = held & (np.append(continues, -1)[level.labels] == standing.place)
    return int(standing.people[stays].sum())


def _check_claims(standing: OldAreas, level: LevelReading, claims: _Claims) -> list[Finding]:
    """Check the codes of areas that continue an old one, or say that they do."""
    name = level.id
    urban = find_urban(standing, level.labels) if len(level.codes) else np.zeros(0, dtype=bool)
    faults = []
    for area, code in enumerate(level.codes.astype(str).tolist()):
        by_code, by_people = int(claims.by_code[area]), int(claims.by_people[area])
        source = by_code if by_code >= 0 else by_people
        if source < 0:
            continue
        old = str(standing.codes[source])
        converts = bool(level.rules.redraw and urban[area] and standing.types[source] == "village")
        series = STATCODE.fullmatch(old) is not None
        shared = (level.labels == area) & (standing.place == source)
        reason = ""
        if by_code >= 0 and not shared.any():
            reason = "code_reused"
        elif by_code >= 0 and converts and series:
            reason = "series_kept"
        elif by_code < 0 and not (converts and series) and standing.people[shared].any():
            reason = "code_not_kept"
        elif by_code < 0 and converts and series and not _in_series(code):
            reason = "series_kept"
        if reason:
            faults.append(Finding("violation", name, code, reason=reason, values={"old": old}))
    return faults


def _in_series(code: str) -> bool:
    found = STATCODE.fullmatch(code)
    return found is not None and int(found["number"]) in URBAN_NUMBERS


def _find_series(code: str) -> tuple[str, int] | None:
    """Return the township of a statistical code and which series of 200 numbers it belongs to."""
    found = STATCODE.fullmatch(code)
    return (found["town"], int(found["number"]) // 200) if found else None


def _check_appended(standing: OldAreas, level: LevelReading, claims: _Claims) -> list[Finding]:
    """Warn of new codes that fill a hole in a series instead of coming after it."""
    last: dict[tuple[str, int], str] = {}
    for code in standing.codes.astype(str).tolist():
        if series := _find_series(code):
            last[series] = max(code, last.get(series, code))
    fresh = level.codes[claims.by_code < 0].astype(str).tolist()
    early = [code for code in fresh if (series := _find_series(code)) and code < last.get(series, code)]
    return count_fault("codes_not_appended", early, level.id, "warning")
