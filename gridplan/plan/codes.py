"""Codes of areas and houses: west to east then north to south at first, append-only ever after."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from string import Formatter

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import FloatArray, IntArray
from gridplan.errors import InputError, SchemeError
from gridplan.plan.succession import Standing, Succession, trace_succession
from gridplan.plan.value import Plan
from gridplan.scheme import Level, Scheme

__all__ = [
    "LIKE_UNITS",
    "RESIDENTS",
    "VILLAGES",
    "code_areas",
    "code_house",
    "code_houses",
    "is_statcode",
    "order_codes",
]

TextArray = npt.NDArray[np.str_]

#: Used where a scheme gives no format for a level.
DEFAULT_FORMAT = "{parent}{seq:03d}"
#: The same for houses: community 12, building 5, stairwell 2, floor 2, room 2 (docs/sources.md, house codes).
DEFAULT_HOUSE = "{parent}{building:05d}{stair:02d}{floor:02d}{room:02d}"

#: The last three digits of a 12-digit code of the statistics bureau: residents' committees and villages, and
#: units like them where a series is full (docs/sources.md, statistical codes).
RESIDENTS, VILLAGES, LIKE_UNITS = range(1, 200), range(200, 400), range(400, 600)
_STATCODE = re.compile(r"\d{12}")
#: Digits that a redraw keeps: province, prefecture, county, township.
STEM_DIGITS = 9


def is_statcode(code: str) -> bool:
    """Tell whether a code is one of 12 digits: province, prefecture, county, township, village."""
    return _STATCODE.fullmatch(code) is not None


def code_areas(
    labels: Mapping[str, IntArray],
    xy: FloatArray,
    scheme: Scheme,
    standing: Mapping[str, Standing] | None = None,
    used: Collection[str] = (),
) -> dict[str, TextArray]:
    """Give every area of every level its code.

    Parameters
    ----------
    labels
        Area 0..k-1 of each atom by level id.
    xy
        A point in each atom [m], shape (n, 2).
    scheme
        Formats by level id with the fields ``parent`` (code of the area of ``[codes] within``, else of the
        level's parent), ``seq`` (number in it), ``part`` (the same, but 0 where it is not divided) and
        ``statcode`` (12-digit code of the area's community).
    standing
        Areas that stood before by level id. An area that continues one keeps its code; a village that became
        a community goes on in the residents' series; new areas are numbered after the highest number that
        was ever used.
    used
        Further codes that were used once and must not come back.

    Returns
    -------
    dict of ndarray of str, shape (n,)
        The code of each atom's area by level id.

    Raises
    ------
    SchemeError
        ``code_statcode_missing`` where a format asks for a 12-digit code and there is none;
        ``codes_exhausted`` where a series is full; ``code_not_unique`` where a format gives two areas one.

    Notes
    -----
    Numbers count the areas of one parent in the order of :func:`order_codes`, taken over the
    parent's own atoms.
    """
    codes: dict[str, TextArray] = {}
    waiting = list(scheme.levels)
    while waiting:
        level = next((one for one in waiting if _find_frame(one, scheme) in {"", *codes}), waiting[0])
        waiting.remove(level)
        own = labels[level.id]
        before = (standing or {}).get(level.id)
        if before is None:
            names = _number_areas(level, own, xy, scheme, codes)
        else:
            names = _append_codes(level, own, xy, before, used)
        if len(set(names)) < len(names):
            twice = sorted({str(one) for one in names if (names == one).sum() > 1})
            raise SchemeError("code_not_unique", level=level.id, codes=", ".join(twice[:5]))
        codes[level.id] = names[own].astype(str)
    return {level.id: codes[level.id] for level in scheme.levels}


def _find_frame(level: Level, scheme: Scheme) -> str:
    """Return the level inside whose areas the numbers count."""
    return scheme.codes.within.get(level.id, level.parent)


def _number_areas(
    level: Level, own: IntArray, xy: FloatArray, scheme: Scheme, codes: Mapping[str, TextArray]
) -> npt.NDArray[np.object_]:
    """Give the areas of a level new numbers inside each of their parents."""
    frame = _find_frame(level, scheme)
    parent_of_atom = codes.get(frame, np.full(len(own), ""))
    form = scheme.codes.formats.get(level.id, DEFAULT_FORMAT)
    fields = {field for _, field, _, _ in Formatter().parse(form) if field}
    statcode_of_atom = _find_statcodes(level, codes) if "statcode" in fields else parent_of_atom
    names = np.empty(int(own.max(initial=-1)) + 1, dtype=object)
    order = np.argsort(parent_of_atom, kind="stable")
    parents, starts = np.unique(parent_of_atom[order], return_index=True)
    for parent, atoms in zip(parents, np.split(order, starts[1:]), strict=True):
        members, first, local = np.unique(own[atoms], return_index=True, return_inverse=True)
        seq = order_codes(xy[atoms], local) + 1
        part = seq if len(members) > 1 else np.zeros(1, dtype=np.int64)
        statcodes = statcode_of_atom[atoms[first]]
        names[members] = [
            form.format(parent=parent, statcode=statcode, seq=int(number), part=int(piece))
            for statcode, number, piece in zip(statcodes, seq, part, strict=True)
        ]
    return names


def _find_statcodes(level: Level, codes: Mapping[str, TextArray]) -> TextArray:
    """Find the 12-digit code that each atom lies in: of the nearest level that has such codes throughout."""
    for labels in reversed(list(codes.values())):
        if all(is_statcode(str(code)) for code in np.unique(labels)):
            return labels
    raise SchemeError("code_statcode_missing", level=level.id)


def _append_codes(
    level: Level, own: IntArray, xy: FloatArray, before: Standing, used: Collection[str]
) -> npt.NDArray[np.object_]:
    """Let areas keep the codes that they continue, and number the others after all that were ever used."""
    fate = trace_succession(before, own, redrawn=level.redraw)
    names = np.empty(len(fate.continues), dtype=object)
    stays = fate.continues >= 0
    moves = fate.converted & np.array(
        [one >= 0 and is_statcode(str(before.codes[one])) for one in fate.continues], dtype=bool
    )
    stays &= ~moves
    names[stays] = before.codes[fate.continues[stays]]
    taken = {str(code) for code in (*before.codes, *used)}
    rank = order_codes(xy, own)
    for area in np.argsort(rank)[~stays[np.argsort(rank)]].tolist():
        names[area] = _next_code(_stem_code(area, fate, before), str(fate.types[area]), taken, level.id)
        taken.add(names[area])
    return names


def _stem_code(area: int, fate: Succession, before: Standing) -> str:
    """Return the old code that a new one is named after: that of the people's old area, else the first."""
    source = fate.continues[area] if fate.continues[area] >= 0 else fate.origin[area]
    return str(before.codes[max(int(source), 0)])


def _next_code(like: str, kind: str, taken: Collection[str], level: str) -> str:
    """Return the code after the highest that was ever used in the series of one like it."""
    if not is_statcode(like):
        stem = like.rstrip("0123456789")
        width = len(like) - len(stem) or 3
        numbers = [int(code[len(stem) :]) for code in taken if re.fullmatch(re.escape(stem) + r"\d+", code)]
        return f"{stem}{max(numbers, default=0) + 1:0{width}d}"
    stem = like[:STEM_DIGITS]
    numbers = [int(code[STEM_DIGITS:]) for code in taken if is_statcode(code) and code.startswith(stem)]
    village = kind == "village" or (kind == "" and int(like[STEM_DIGITS:]) in VILLAGES)
    for series in (VILLAGES if village else RESIDENTS, LIKE_UNITS):
        highest = max((one for one in numbers if one in series), default=series.start - 1)
        if highest + 1 in series:
            return f"{stem}{highest + 1:03d}"
    raise SchemeError("codes_exhausted", level=level, stem=stem)


def code_houses(plan: Plan, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give the buildings of every community and the stairwells of every building their numbers.

    Parameters
    ----------
    plan
        A plan with codes. The community is the finest area whose codes have 12 digits, else the coarsest.
    earlier
        A table that this function gave before: buildings that it knows keep their number, others are
        numbered after the highest that was ever given in their community.

    Returns
    -------
    DataFrame
        ``parent, building, building_id, slice, stair, floors, code, retired``, sorted. ``stair`` is 0 where a
        building is not divided by stairwells (floor bands share its code); ``floors`` is -1 where it is not
        known; ``code`` names the building or stairwell (floor and room 0), see :func:`code_house` for a
        dwelling. Buildings of the earlier table that are gone stay as ``retired`` rows, so that their numbers
        never come back.

    Notes
    -----
    At first issue buildings count west to east, then north to south in their community.
    """
    atoms = plan.atoms[plan.atoms["building_id"].notna()]
    columns = {level.id: plan.atoms[level.id].to_numpy(dtype=str) for level in plan.scheme.levels}
    coded = [name for name, labels in columns.items() if all(map(is_statcode, np.unique(labels).tolist()))]
    parent = coded[-1] if coded else plan.scheme.levels[0].id
    table = pd.DataFrame(
        {
            "parent": atoms[parent].astype(str).to_numpy(),
            "building_id": atoms["building_id"].astype(str).to_numpy(),
            "slice": atoms["slice"].to_numpy(dtype=np.int64),
            "stairwell": (atoms["slice_kind"] == "stairwell").to_numpy(),
        }
    ).sort_values(["parent", "building_id", "slice"], ignore_index=True)
    turn = table.groupby(["parent", "building_id"]).cumcount() + 1
    table["stair"] = np.where(table["stairwell"], turn, 0)
    homes = table.drop_duplicates(["parent", "building_id"])[["parent", "building_id"]]
    numbers = _number_houses(homes, plan, earlier)
    table = table.merge(numbers, on=["parent", "building_id"])
    floors_of = plan.buildings["floors"] if "floors" in plan.buildings else pd.Series(dtype=np.float64)
    floors = table["building_id"].map(floors_of).to_numpy(dtype=np.float64, na_value=np.nan)
    table["floors"] = np.where(np.isfinite(floors), np.rint(floors), -1).astype(np.int64)
    table["retired"] = False
    gone = _find_gone(earlier, homes)
    table = pd.concat([table, gone], ignore_index=True) if len(gone) else table
    form = plan.scheme.codes.house or DEFAULT_HOUSE
    rows = zip(table["parent"], table["building"], table["stair"], strict=True)
    table["code"] = [code_house(form, parent=p, building=int(b), stair=int(st)) for p, b, st in rows]
    wanted = ["parent", "building", "building_id", "slice", "stair", "floors", "code", "retired"]
    return table.sort_values(["parent", "building", "slice"], kind="stable", ignore_index=True)[wanted]


def _number_houses(homes: pd.DataFrame, plan: Plan, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Give each building of a community its number: the earlier one, else one after all that were given."""
    middle = plan.buildings.geometry.centroid
    at = plan.buildings.index.astype(str).get_indexer(homes["building_id"])
    xy = np.stack([middle.x.to_numpy(), middle.y.to_numpy()], axis=1)[at]
    table = homes.reset_index(drop=True).assign(building=0, highest=0)
    if earlier is not None:
        given = earlier.drop_duplicates(["parent", "building_id"])
        known = given.set_index(["parent", "building_id"])["building"]
        table["building"] = known.reindex(pd.MultiIndex.from_frame(homes)).fillna(0).to_numpy(dtype=np.int64)
        table["highest"] = (
            table["parent"].map(given.groupby("parent")["building"].max()).fillna(0).astype(int)
        )
    fresh = np.flatnonzero(table["building"] == 0)
    for rows in table.iloc[fresh].groupby("parent").indices.values():
        mine = fresh[rows]
        rank = order_codes(xy[mine], np.arange(len(mine))) + 1
        table.loc[mine, "building"] = table["highest"].to_numpy()[mine] + rank
    return table[["parent", "building_id", "building"]]


def _find_gone(earlier: pd.DataFrame | None, homes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of an earlier table whose building is not there any more."""
    if earlier is None:
        return pd.DataFrame()
    there = pd.MultiIndex.from_frame(homes)
    gone = ~pd.MultiIndex.from_frame(earlier[["parent", "building_id"]]).isin(there)
    return earlier[gone].assign(retired=True)


def code_house(
    form: str, *, parent: str, building: int, stair: int = 0, floor: int = 0, room: int = 0
) -> str:
    """Write the code of a building, a stairwell, a floor or a dwelling.

    Parameters
    ----------
    form
        ``Scheme.codes.house``.
    parent
        Code of the community.
    building, stair, floor, room
        Numbers; 0 for the whole. A floor below the ground counts down from the last number of its field: with
        two digits -1 is 99.

    Raises
    ------
    InputError
        ``house_code_part`` if a number does not fit its field, because codes of unlike length are not unique.
    """
    parts = {"building": building, "stair": stair, "floor": floor, "room": room}
    written = {}
    for _, field, spec, _ in Formatter().parse(form):
        if field in parts:
            width = len(format(0, spec or ""))
            below = field == "floor" and floor < 0
            number = parts[field] + 10**width if below else parts[field]
            if number < below or len(str(number)) > width > 1:
                raise InputError("house_code_part", part=field, value=parts[field], width=width)
            written[field] = number
    return form.format(parent=parent, **written)


def order_codes(xy: FloatArray, labels: IntArray) -> IntArray:
    """Put areas in order west to east, then north to south.

    The order is that of the Chinese unit-grid standards: rows run from the west to the east, and the
    next row lies further south. An area's place is the mean of its points, the height of a row is
    the root of the mean area of ground per label, so that neighbours side by side fall into one row.

    Parameters
    ----------
    xy
        A point per atom [m], shape (n, 2).
    labels
        Area 0..k-1 of each atom, shape (n,).

    Returns
    -------
    ndarray of int64, shape (k,)
        Rank 0..k-1 of each area.
    """
    k = int(labels.max()) + 1
    count = np.maximum(np.bincount(labels, minlength=k), 1)
    x, y = (np.bincount(labels, xy[:, axis], minlength=k) / count for axis in (0, 1))
    extent = np.ptp(xy, axis=0) + 1.0
    rows = np.floor((y.max() - y) / np.sqrt(extent.prod() / k)).astype(np.int64)
    rank = np.empty(k, dtype=np.int64)
    rank[np.lexsort((y, x, rows))] = np.arange(k)
    return rank
