"""The limits of areas (四至): side by side what a border follows, as values first and in words at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.arrays import BoolArray, IntArray
from gridplan.borders.trace import GROUNDS, SIDES
from gridplan.i18n import has_text, t

__all__ = [
    "FOLLOWED",
    "SHORT_M",
    "absorb_short",
    "format_limits",
    "format_sides",
    "label_stretches",
    "list_limits",
    "name_line",
    "name_streets",
    "number_runs",
]

#: What a stretch of a border may follow.
FOLLOWED = ("street", "unnamed", "rim", "inner")

#: Stretches below this are not named, only counted [m]: the widest gap between two carriageways of one
#: street in the shared cities (``BarrierRules.thin_m``), so that crossings and medians are no stretch.
SHORT_M = 20.0
# ... nor below this share of a small area's own ring, so that all of a yard's sides are named
_SHORT_SHARE = 0.05
# A neighbour or a sort of ground is named when it makes up this share of a stretch (or is its largest);
# neighbours also from SHORT_M on
_NAMED_SHARE = 0.25
# Lengths are given in steps of 5 m, and gaps from one step on: nobody paces more exactly.
_STEP_M = 5


def name_streets(streets: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.object_], BoolArray]:
    """Name lines: by their own name, else by the key of the words for their class or rank.

    Parameters
    ----------
    streets
        With ``name, street_class, rank``.

    Returns
    -------
    words, named
        Name or key of a text, and whether it is a name.
    """
    names = streets["name"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    classes = streets["street_class"].fillna("").astype(str).to_numpy(dtype=object)
    ranks = pd.to_numeric(streets["rank"], errors="coerce").fillna(2).to_numpy(dtype=np.int64)
    by_rank = {1: "borders.unnamed_main", 3: "borders.unnamed.service"}
    keys = [
        key if has_text(key := f"borders.unnamed.{cls}", "en") else by_rank.get(rank, "borders.unnamed")
        for cls, rank in zip(classes, ranks, strict=True)
    ]
    named = np.asarray(names != "", dtype=bool)
    return np.where(named, names, np.array([*keys, ""], dtype=object)[:-1]), named


def label_stretches(
    borders: pd.DataFrame, streets: gpd.GeoDataFrame
) -> tuple[IntArray, npt.NDArray[np.object_], IntArray]:
    """Find what each stretch follows.

    Parameters
    ----------
    borders
        Result of :func:`gridplan.borders.trace.trace_borders`.
    streets
        The lines that it was traced on.

    Returns
    -------
    follows, word, same
        Index into :data:`FOLLOWED`, name or key of a text ("" off the streets), and a number that
        is equal where both are.
    """
    words, named = name_streets(streets)
    line = borders["street"].to_numpy()
    on = line >= 0
    word = np.full(len(borders), "", dtype=object)
    word[on] = words[line[on]]
    rim = borders["rim"].to_numpy(dtype=bool)
    follows = np.where(rim, FOLLOWED.index("rim"), FOLLOWED.index("inner"))
    follows[on] = np.where(named[line[on]], FOLLOWED.index("street"), FOLLOWED.index("unnamed"))
    return follows, word, pd.factorize(word)[0] * len(FOLLOWED) + follows


def list_limits(borders: pd.DataFrame, streets: gpd.GeoDataFrame, places: Sequence[str] = ()) -> pd.DataFrame:
    """List what the borders of areas follow, in the order of a walk.

    Parameters
    ----------
    borders
        Result of :func:`gridplan.borders.trace.trace_borders`.
    streets
        The lines that it was traced on.
    places
        What stands on each of the atoms: name of the building or of the compound, "" for none; or any mark
        that :func:`format_limits` is given the word of.

    Returns
    -------
    DataFrame
        One row per stretch that is named: ``code, ring, part, hole, side, follows`` (of :data:`FOLLOWED`),
        ``word`` (name, or key of a text), ``length`` [m] with the short stretches that it takes in,
        ``gap_unnamed, gap_inner, gap_other`` (of these: along streets without a name, off the streets, along
        other lines), ``neighbours`` (tuple of the rows of the areas across, in order; off the streets and in
        holes), ``grounds`` (tuple of indices into :data:`~gridplan.borders.trace.GROUNDS`),
        ``inside``, ``across`` (tuples of names of what stands along it on either hand). The lengths of an
        area add up to its perimeter.

    Notes
    -----
    The table holds values, no sentences: what a reader may not see is replaced in ``places`` and in the names
    of the areas, before :func:`format_limits` puts words to it.
    """
    follows, word, same = label_stretches(borders, streets)
    run = number_runs(borders["ring"].to_numpy(), borders["side"].to_numpy(), same)
    first = np.flatnonzero(np.diff(run, prepend=-1))
    length = np.bincount(run, borders["length"].to_numpy(), minlength=len(first))
    runs = borders.iloc[first][["code", "ring", "part", "hole", "side"]].reset_index(drop=True)
    runs = runs.assign(same=same[first], follows=follows[first], word=word[first], length=length)
    named, owner = absorb_short(runs)
    table = _sum_stretches(runs, owner, named)
    off = follows == FOLLOWED.index("inner")
    hole = borders["hole"].to_numpy(dtype=bool)
    across = borders.assign(stretch=owner[run], off=off)
    table["neighbours"] = _pick_main(across[off | hole], "neighbour", len(table))
    table["grounds"] = _pick_main(across[off], "ground", len(table))
    numbers, names = pd.factorize(np.array([*places, ""], dtype=object))
    numbers[np.isin(numbers, np.flatnonzero(names == ""))] = -1
    for hand in ("inside", "across"):
        seen = across[off].assign(**{hand: numbers[across.loc[off, hand]] if len(places) else -1})
        table[hand] = [tuple(names[list(rows)]) for rows in _pick_main(seen, hand, len(table))]
    return table


def number_runs(*keys: IntArray) -> IntArray:
    """Give the runs of rows that are alike in every key a number."""
    new = np.zeros(len(keys[0]), dtype=bool)
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.cumsum(new)


def _choose_named(runs: pd.DataFrame) -> BoolArray:
    """Choose the stretches that are named: the long ones, the longest of each side, one of each ring."""
    length = runs["length"]
    around = length.groupby(runs["ring"]).transform("sum")
    short = np.minimum(SHORT_M, _SHORT_SHARE * around)
    side = length.groupby([runs["ring"], runs["side"]])
    longest = _first_largest(runs, ["ring", "side"]) & (side.transform("sum") >= short).to_numpy()
    named: BoolArray = (length >= short).to_numpy() | longest | _first_largest(runs, ["ring"])
    return named


def _first_largest(runs: pd.DataFrame, keys: list[str]) -> BoolArray:
    chosen = np.zeros(len(runs), dtype=bool)
    chosen[runs.groupby(keys, sort=False)["length"].idxmax().to_numpy()] = True
    return chosen


def absorb_short(runs: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Let short runs be part of the long ones beside them.

    Parameters
    ----------
    runs
        In the order of a walk, with ``ring, side, same`` (what is followed) and ``length`` [m].

    Returns
    -------
    named, owner
        Rows of the runs that are named, and for each run the number of the named stretch that it is part of.
        A short run goes with the one before it, at the start of a ring with the first; what is named twice
        in a row along one side is one stretch.
    """
    named = _choose_named(runs)
    at = np.arange(len(runs))
    start = np.flatnonzero(np.diff(runs["ring"].to_numpy(), prepend=-1))
    size = np.diff(np.append(start, len(runs)))
    first = np.repeat(np.minimum.reduceat(np.where(named, at, len(runs)), start), size)
    before = np.maximum(np.maximum.accumulate(np.where(named, at, -1)), first)
    chosen = np.flatnonzero(named)
    number = number_runs(*(runs[key].to_numpy()[chosen] for key in ("ring", "side", "same")))
    return chosen, number[np.searchsorted(chosen, before)]


def _sum_stretches(runs: pd.DataFrame, owner: IntArray, chosen: IntArray) -> pd.DataFrame:
    first = chosen[np.unique(owner[chosen], return_index=True)[1]]
    columns = ["code", "ring", "part", "hole", "side", "follows", "word"]
    table = runs.iloc[first][columns].reset_index(drop=True)
    follows, length = runs["follows"].to_numpy(), runs["length"].to_numpy()
    strange = runs["same"].to_numpy() != runs["same"].to_numpy()[first][owner]
    unnamed, inner = FOLLOWED.index("unnamed"), FOLLOWED.index("inner")
    k = len(table)
    sums = {
        "length": np.ones(len(runs), dtype=bool),
        "gap_unnamed": strange & (follows == unnamed),
        "gap_inner": strange & (follows == inner),
        "gap_other": strange & (follows != unnamed) & (follows != inner),
    }
    table = table.assign(
        **{name: np.bincount(owner[rows], length[rows], minlength=k) for name, rows in sums.items()}
    )
    table["follows"] = np.array(FOLLOWED, dtype=object)[table["follows"].to_numpy()]
    return table


def _pick_main(table: pd.DataFrame, name: str, k: int) -> list[tuple[int, ...]]:
    """Pick the values that make up most of each stretch, in the order in which they are met."""
    sums = table.groupby(["stretch", "hole", name], sort=False)["length"].sum().reset_index()
    group = sums.groupby("stretch")["length"]
    long = sums["length"] >= _NAMED_SHARE * group.transform("sum")
    if name == "neighbour":
        long |= (sums["length"] >= SHORT_M) | sums["hole"]
    else:  # that a border runs through a building is always said
        long |= (sums[name] == GROUNDS.index("building")) & (sums["length"] >= 1)
    keep = sums[(long | (sums["length"] == group.transform("max"))) & (sums[name] >= 0)]
    picked: list[tuple[int, ...]] = [()] * k
    for stretch, values in keep.groupby("stretch", sort=False)[name]:
        picked[int(stretch)] = tuple(int(value) for value in values)
    return picked


def format_sides(
    limits: pd.DataFrame,
    areas: Sequence[str],
    codes: Iterable[str],
    lang: str,
    *,
    places: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Put the limits of areas into words side by side (四至), with the clock from the north-eastern corner.

    Parameters
    ----------
    limits
        Result of :func:`list_limits`.
    areas
        What each area is called, in the order of the traced areas. Areas that a reader may not see have a
        common name ("another area"); neighbours of one name side by side are named once.
    codes
        The areas wanted, in their order.
    lang
        "zh" or "en".
    places
        Words for marks that stand in the place of names, such as those of hidden buildings.

    Returns
    -------
    DataFrame of str, index ``code``
        :data:`~gridplan.borders.trace.SIDES`: what the border follows, in order; lengths are given where
        there is no name to look for. ``more``: parts that lie apart, and areas that are enclosed.
    """
    texts: dict[str, dict[str, str]] = {}
    wanted = list(codes)
    rows = _name_places(limits[limits["code"].isin(wanted)], places or {}).to_dict("records")
    for (code, part), walk in groupby(rows, key=lambda row: (row["code"], row["part"])):
        stretches = list(walk)
        sides = _format_rim([row for row in stretches if not row["hole"]], areas, lang)
        text = texts.setdefault(str(code), {**sides, "more": ""})
        more = [text["more"]] if text["more"] else []
        if part:
            more.append(t("borders.part", lang, number=part + 1, sides=_join_sides(sides, lang)))
        if enclosed := _name_enclosed(stretches, areas):
            more.append(t("borders.enclosed", lang, areas=enclosed))
        if any(row["follows"] == "rim" for row in stretches if row["hole"]):
            more.append(t("borders.hollow", lang))
        text["more"] = t("borders.next", lang).join(more)
    table = pd.DataFrame.from_dict(texts, orient="index", columns=[*SIDES, "more"], dtype="str")
    return table.reindex(wanted).fillna("").rename_axis("code")


def _name_places(limits: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Put words in the place of marks."""
    if not words:
        return limits
    return limits.assign(
        **{
            hand: [tuple(words.get(name, name) for name in names) for names in limits[hand]]
            for hand in ("inside", "across")
        }
    )


def format_limits(
    limits: pd.DataFrame,
    areas: Sequence[str],
    codes: Iterable[str],
    lang: str,
    *,
    places: Mapping[str, str] | None = None,
) -> pd.Series:
    """Put the limits of areas into one text each; the parameters are those of :func:`format_sides`.

    Examples
    --------
    >>> traced = trace_borders(shapes, plan.streets, plan.district, plan.atoms)  # doctest: +SKIP
    >>> limits = list_limits(traced, plan.streets, ["*house*"] * len(plan.atoms))  # doctest: +SKIP
    >>> format_limits(limits, names, shapes.index, "en", places={"*house*": "a house"})  # doctest: +SKIP
    """
    table = format_sides(limits, areas, codes, lang, places=places)
    texts = [
        t("borders.next", lang).join([_join_sides(row, lang), *([row["more"]] if row["more"] else [])])
        if row["east"]
        else ""
        for row in table.to_dict("records")
    ]
    return pd.Series(texts, index=table.index, dtype="str")


def _join_sides(sides: Mapping[str, str], lang: str) -> str:
    return t("borders.next", lang).join(t(f"borders.{side}", lang, names=sides[side]) for side in SIDES)


def name_line(follows: str, word: str, lang: str) -> str:
    """Name what is followed: one of :data:`FOLLOWED` with its name or the key of its text."""
    if follows == "inner":
        return t("borders.inner", lang, grounds=t("borders.ground.unknown", lang))
    return word if follows == "street" else t(word or "borders.rim", lang)


def _format_rim(rim: list[Mapping[str, object]], areas: Sequence[str], lang: str) -> dict[str, str]:
    """Put the four sides of one part into words; a side that is only a tip is the lines that meet there."""
    names = [_name_line(row, lang) for row in rim]
    sides: dict[str, str] = {}
    for side, word in enumerate(SIDES):
        own = [at for at, row in enumerate(rim) if row["side"] == side]
        if own:
            stretches = (_format_stretch(rim[at], names[at], areas, lang) for at in own)
            sides[word] = t("borders.then", lang).join(stretches)
        else:
            after = next((at for at, row in enumerate(rim) if row["side"] > side), 0)  # type: ignore[operator]
            first, second = names[after - 1], names[after]
            same = first == second
            sides[word] = first if same else t("borders.tip", lang, one=first, other=second)
    return sides


def _name_line(row: Mapping[str, object], lang: str) -> str:
    """Name the line of a stretch, without what lies across."""
    if row["follows"] != "inner":
        return name_line(str(row["follows"]), str(row["word"]), lang)
    grounds: tuple[int, ...] = row["grounds"]  # type: ignore[assignment]
    words = [t(f"borders.ground.{GROUNDS[ground] or 'unknown'}", lang) for ground in grounds]
    return t("borders.inner", lang, grounds=t("borders.ground.and", lang).join(words))


def _format_stretch(row: Mapping[str, object], name: str, areas: Sequence[str], lang: str) -> str:
    """Add to a line's name who lives across and its length where it has no name, and what lies between."""
    notes = []
    across: tuple[int, ...] = row["neighbours"]  # type: ignore[assignment]
    if row["follows"] == "inner" and across:
        name = t("borders.shared", lang, line=name, areas=_name_once(across, areas))
    if row["follows"] == "inner":
        notes += _format_places(row, lang)
    if row["follows"] in ("unnamed", "inner"):
        notes.append(t("borders.about", lang, metres=_round_length(row["length"])))
    gaps = [
        t(f"borders.{gap}", lang, metres=_round_length(row[gap]))
        for gap in ("gap_unnamed", "gap_inner", "gap_other")
        if row[gap] >= _STEP_M  # type: ignore[operator]
    ]
    if gaps:
        notes.append(t("borders.between", lang, gaps=gaps))
    return t("borders.noted", lang, name=name, notes=t("borders.comma", lang).join(notes)) if notes else name


def _name_once(across: Iterable[int], areas: Sequence[str]) -> list[str]:
    """Name neighbours in their order, those of one name once."""
    return list(dict.fromkeys(areas[row] for row in across))


def _format_places(row: Mapping[str, object], lang: str) -> list[str]:
    """List what a line off the streets runs through, along and past."""
    inside: tuple[str, ...] = row["inside"]  # type: ignore[assignment]
    across: tuple[str, ...] = row["across"]  # type: ignore[assignment]
    cuts = GROUNDS.index("building") in row["grounds"]  # type: ignore[operator]
    through = [name for name in inside if cuts and name in across]
    seen = {
        "through": through,
        "inside": [name for name in inside if name not in through],
        "across": [name for name in across if name not in inside],
    }
    return [t(f"borders.{hand}", lang, places=names) for hand, names in seen.items() if names]


def _round_length(metres: object) -> int:
    return max(_STEP_M, round(float(metres) / _STEP_M) * _STEP_M)  # type: ignore[arg-type]


def _name_enclosed(stretches: list[Mapping[str, object]], areas: Sequence[str]) -> list[str]:
    """Name the areas that lie in the holes of a part."""
    inside: dict[str, None] = {}
    for row in stretches:
        across: tuple[int, ...] = row["neighbours"]  # type: ignore[assignment]
        inside |= dict.fromkeys(_name_once(across, areas)) if row["hole"] else {}
    return list(inside)
