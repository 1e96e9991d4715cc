"""Words of other vocabularies, mapped onto the kinds, the street classes and the barrier classes."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from gridplan.io.vocabulary import Vocabulary, load_vocabulary

__all__ = ["RESIDENTIAL", "barrier_classes", "compound_types", "kinds_of_words", "street_classes"]

#: The word for a building with homes of a kind that is not given; cleaning decides by rule.
RESIDENTIAL = "residential"


def kinds_of_words(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Map the words for a building onto the kinds.

    Parameters
    ----------
    words
        Text, missing where nothing is given.

    Returns
    -------
    kinds, known
        One of ``kinds.KINDS``, :data:`RESIDENTIAL` (homes of an unknown kind) or missing; and whether the
        word was understood (a blank counts as understood).
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    found = [_map_kind(str(word), load_vocabulary()) for word in uniques]
    kinds = pd.Series([*(kind or None for kind in found), None], dtype=object).iloc[codes]
    known = pd.Series([*(kind is not None for kind in found), True], dtype=bool).iloc[codes]
    return kinds.set_axis(words.index).astype("str"), known.set_axis(words.index)


def _map_kind(text: str, words: Vocabulary) -> str | None:
    """Return a kind, "residential", "" for a word that says nothing, or None for an unknown word."""
    plain = _plain(text)
    for part in re.split(r"[;；]", plain):
        word = part.strip()
        if (kind := words.kinds.get(word, words.kinds.get(word.replace(" ", "_")))) is not None:
            return kind
    hits = [kind for kind, pattern in words.patterns["kinds"] if re.search(pattern, plain)]
    if RESIDENTIAL in hits and "exclusive" in hits and not re.search("非住宅|非居住", plain):
        return RESIDENTIAL
    return hits[0] if hits else None


def street_classes(words: pd.Series, importance: pd.Series | None = None) -> tuple[pd.Series, pd.Series]:
    """Map the words for a street onto the classes of OpenStreetMap.

    Parameters
    ----------
    words
        Text, missing where nothing is given.
    importance
        The IMPORTANCE column of BD TOPO; it decides for every NATURE that is a street for cars.

    Returns
    -------
    classes, known
        A ``highway=*`` word or missing, and whether the word was understood.
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    found = [_map_street(_plain(str(word))) for word in uniques]
    classes = pd.Series([*found, None], dtype=object).iloc[codes].set_axis(words.index)
    if importance is not None:
        ranked = pd.to_numeric(importance, errors="coerce").map(load_vocabulary().importance)
        classes = classes.where(classes.notna(), ranked)
    known = classes.notna() | words.isna()
    return classes.astype("str"), known


def _map_street(word: str) -> str | None:
    first = word.split(";", maxsplit=1)[0].strip().replace(" ", "_")
    if first in load_vocabulary().street_classes:
        return first
    return _find_part(word, "streets")


def barrier_classes(words: pd.Series, default: str) -> pd.Series:
    """Map the words for a barrier onto rail, river, canal, coastline, stream, water or other.

    Parameters
    ----------
    words
        Text, missing where nothing is given.
    default
        The word of the layer's own name, used where a row has none.
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    fallback = _map_barrier(default)
    found = [_map_barrier(_plain(str(word))) for word in uniques]
    return pd.Series([*found, fallback], dtype=object).iloc[codes].set_axis(words.index).astype("str")


def _map_barrier(word: str) -> str:
    return _find_part(word.casefold(), "barriers") or "other"


def compound_types(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Map the words for a compound onto its types.

    Parameters
    ----------
    words
        Text, missing where nothing is given.

    Returns
    -------
    types, known
        "property" (物业小区), "old" (老旧院落), "resettled" (拆迁安置), "unit" (单位宿舍) or missing; and
        whether the word was understood (a blank counts as understood).
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    found = [_find_part(_plain(str(word)), "compounds") for word in uniques]
    types = pd.Series([*(kind or None for kind in found), None], dtype=object).iloc[codes]
    known = pd.Series([*(kind is not None for kind in found), True], dtype=bool).iloc[codes]
    return types.set_axis(words.index).astype("str"), known.set_axis(words.index)


def _find_part(word: str, name: str) -> str | None:
    """Return what a word means by the first pattern that fits, "" for nothing; None for an unknown word."""
    patterns = load_vocabulary().patterns[name]
    return next((meaning for meaning, pattern in patterns if re.search(pattern, word)), None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
