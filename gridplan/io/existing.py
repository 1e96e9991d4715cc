"""Areas that stand already: old communities, villages, grids, with their codes and their type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from gridplan.io.tables import LayerReading
from gridplan.io.vocabulary import load_vocabulary

__all__ = ["build_existing", "describe_words"]


def build_existing(reading: LayerReading) -> gpd.GeoDataFrame:
    """Make the table of areas that stand already; a code that is not given stays missing.

    Parameters
    ----------
    reading
        The layer.

    Returns
    -------
    GeoDataFrame
        ``code, name, level, parent, type, ground, geometry``.
    """
    table: dict[str, object] = {"code": reading.text("id")}
    table |= {name: reading.text(name) for name in ("name", "level", "parent")}
    for field, parts in (("type", "committees"), ("ground", "grounds")):
        words = reading.text(field)
        meanings, known = describe_words(words, load_vocabulary().patterns[parts])
        reading.ask_words(words[~known], f"area_{field}_unknown")
        table[field] = meanings
    return reading.finish(table, "polygon")


def describe_words(words: pd.Series, parts: Sequence[tuple[str, str]]) -> tuple[pd.Series, pd.Series]:
    """Map words by the first of several patterns that they hold.

    Parameters
    ----------
    words
        Text, missing where nothing is given.
    parts
        Meaning and pattern.

    Returns
    -------
    meanings, known
        The meaning or missing, and whether the word was understood (a blank counts as understood).
    """
    table: Mapping[str, str | None] = {
        str(word): next((meaning for meaning, part in parts if re.search(part, _plain(str(word)))), None)
        for word in words.dropna().unique()
    }
    meanings = words.map(table).astype("str")
    return meanings, meanings.notna() | words.isna()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
