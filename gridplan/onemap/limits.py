"""The limits of areas in words (四至), without what their reader may not see."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from gridplan.i18n import LANGUAGES, t
from gridplan.plan import Plan
from gridplan.privacy import Audience

__all__ = ["cut_limits"]

#: Lengths are no codes.
_LENGTH = r"[0-9][0-9,]*\s?(?:米|m\b)"
_HEAD = 4


def cut_limits(frame: gpd.GeoDataFrame, plan: Plan, level: str, audience: Audience) -> gpd.GeoDataFrame:
    """Call what an audience may not see by a common word in the limits of areas.

    Off the streets a limit is told by the areas on either hand and by the houses along it.

    Parameters
    ----------
    frame
        The areas that are seen of a level.
    plan
        The plan.
    level
        The level.
    audience
        Who looks at it: a worker sees no other area and no house or compound outside of the own one, the
        public no house.

    Returns
    -------
    GeoDataFrame
        ``borders_*`` with "a house" and "another area" in the place of their names; streets and what is seen
        keep theirs.
    """
    if audience.name == "office":
        return frame
    names = plan.buildings.get("name", pd.Series(index=plan.buildings.index, dtype="str"))
    houses = names.fillna("").astype(str).str.strip()
    areas = plan.areas[level]
    compounds = plan.atoms["compound"].fillna("").astype(str)
    kept = set(plan.streets["name"].dropna().astype(str))
    if audience.name == "worker":
        own = plan.atoms[level] == audience.code
        mine = houses.index.isin(plan.atoms.loc[own, "building_id"].dropna())
        kept |= {*houses[mine], *compounds[own], audience.code}
        unseen = {*houses[~mine], *compounds[~own]}
        areas = areas.drop(index=audience.code, errors="ignore")
        others = {*areas.index.astype(str), *areas["name"].fillna("").astype(str)}
    else:
        kept |= {*areas.index.astype(str), *areas["name"].fillna("").astype(str), *compounds}
        unseen, others = set(houses), set()
    words = dict.fromkeys(others, "onemap.other_area") | dict.fromkeys(unseen, "onemap.some_house")
    columns = {}
    for lang in LANGUAGES:
        told = {word: t(key, lang) for word, key in words.items()}
        columns[f"borders_{lang}"] = _replace(frame[f"borders_{lang}"], told, kept, t("borders.and", lang))
    return frame.assign(**columns)


def _replace(texts: pd.Series, words: Mapping[str, str], kept: Collection[str], joint: str) -> list[str]:
    """Put other words in the place of some, the longest first; words that are kept hold no other ones."""
    lines = [str(text) for text in texts]
    found = _find_words(words, lines) - set(kept)
    if not found:
        return lines
    known = sorted(found | _find_words(kept, lines), key=lambda word: (-len(word), word))
    pattern = re.compile("|".join([_LENGTH, *(re.escape(word) for word in known)]))
    # several of the same word side by side are one
    common = [
        (re.compile(f"{re.escape(word)}(?:{re.escape(joint + word)})+"), word) for word in set(words.values())
    ]

    def exchange(match: re.Match[str]) -> str:
        return words[match[0]] if match[0] in found else match[0]

    for at, line in enumerate(lines):
        told = pattern.sub(exchange, line)
        for repeated, word in common:
            told = repeated.sub(word, told)
        lines[at] = told
    return lines


def _find_words(words: Collection[str], lines: Sequence[str]) -> set[str]:
    """Return the words that stand in any of the lines."""
    whole = "\n".join(lines)
    # few of many thousand names begin with letters that stand in the text at all
    heads = {whole[at : at + size] for size in range(1, _HEAD + 1) for at in range(len(whole))}
    return {word for word in words if word and word[:_HEAD] in heads and word in whole}
