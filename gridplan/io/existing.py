"""Areas that stand already: old communities, villages, grids, with their codes and their type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from gridplan.io.tables import Reading

__all__ = ["build_existing", "describe_words"]

#: Parts of the words for a committee, judged in this order (村改社区 is a community already).
_TYPES = (
    ("residents", r"社区|居委|居民|^residents?$|residents' committee|^community$|^urban$"),
    ("village", r"村|^villages?$|village committee|^rural$"),
)
#: Words for the ground and the statistics classes of urban and rural ground (docs/sources.md): 111 主城区,
#: 112 城乡结合区, 121 镇中心区; 122 镇乡结合区, 123 特殊区域, 210 乡中心区, 220 村庄.
_GROUNDS = (
    ("urban", r"^1(11|12|21)$|主城|城区|城镇|城市|镇区|镇中心|城乡结合|^urban$|^town$"),
    ("rural", r"^(122|123|210|220)$|乡村|农村|村庄|乡中心|镇乡结合|特殊区域|^rural$"),
)


def build_existing(reading: Reading) -> gpd.GeoDataFrame:
    """Make the table of areas that stand already; a code that is not told stays missing.

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
    for field, parts in (("type", _TYPES), ("ground", _GROUNDS)):
        words = reading.text(field)
        told, known = describe_words(words, parts)
        reading.ask_words(words[~known], f"area_{field}_unknown")
        table[field] = told
    return reading.finish(table, "polygon")


def describe_words(words: pd.Series, parts: Sequence[tuple[str, str]]) -> tuple[pd.Series, pd.Series]:
    """Map words by the first of several patterns that they hold.

    Parameters
    ----------
    words
        Text, missing where nothing is told.
    parts
        Meaning and pattern.

    Returns
    -------
    told, known
        The meaning or missing, and whether the word was understood (a blank counts as understood).
    """
    table: Mapping[str, str | None] = {
        str(word): next((told for told, part in parts if re.search(part, _plain(str(word)))), None)
        for word in words.dropna().unique()
    }
    told = words.map(table).astype("str")
    return told, told.notna() | words.isna()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
