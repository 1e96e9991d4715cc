"""Cells as people write them: numbers with units, full-width digits, yes and no, blanks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray, FloatArray

__all__ = ["Numbers", "clean_text", "parse_coordinates", "parse_flags", "parse_numbers"]

_BLANK = frozenset(
    {"", "-", "--", "/", "\\", "—", "——", "无", "不详", "未知", "null", "none", "nan", "<na>", "n/a", "na"}
)
_ABOUT = r"(?:约|大约|近|将近|~|≈|ca\.?|circa|about)"
_UNIT = r"(?:户|住户|套|人|口|层|楼|米|公尺|个|栋|幢|单元|间|梯|m|f|levels?|floors?|households?|flats?)"
_NUMBER = re.compile(
    rf"^(?P<about>{_ABOUT})?\s*(?P<number>[-+]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d*)?(?:e[-+]?\d+)?)"
    rf"\s*{_UNIT}?\s*(?P<some>左右|余|多|以上|\+)?\s*{_UNIT}?$"
)
_COORDINATE = re.compile(
    r"(?:东经|北纬|[en])?\s*(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*(?:°|度|米|m)?\s*[en]?"
)
_YES = frozenset({"yes", "true", "1", "t", "y", "是", "有", "oui", "culvert", "covered", "building_passage"})
_NO = frozenset({"no", "false", "0", "f", "n", "否", "non"})


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers and what had to be made of its text.

    Parameters
    ----------
    values
        float64, NaN where nothing is known.
    approximate
        Where the text says "about".
    unreadable
        Where there is text that is no number, a negative or an infinite number.
    """

    values: FloatArray
    approximate: BoolArray
    unreadable: BoolArray


def parse_numbers(column: pd.Series) -> Numbers:
    """Read a column of counts or measures, which are never negative.

    Parameters
    ----------
    column
        Numbers, or text such as "3户", "约20", "１２", "1,200" or a blank.

    Returns
    -------
    Numbers
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        about = np.zeros(len(values), dtype=bool)
        wrong = np.isinf(values) | (values < 0)
    else:
        codes, texts = pd.factorize(column, use_na_sentinel=True)
        read = [_parse_number(str(text)) for text in np.asarray(texts, dtype=object)]
        # the last entry serves code -1, which stands for a blank
        table = np.array([*(value for value, _, _ in read), np.nan], dtype=np.float64)
        values = table[codes]
        about = np.array([*(flag for _, flag, _ in read), False], dtype=bool)[codes]
        wrong = np.array([*(flag for _, _, flag in read), False], dtype=bool)[codes]
    values[wrong] = np.nan
    return Numbers(values, about & ~wrong, wrong)


def _parse_number(text: str) -> tuple[float, bool, bool]:
    """Return the number, whether it is approximate, and whether the text is not one."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in _BLANK:
        return np.nan, False, False
    match = _NUMBER.match(plain)
    if not match:
        return np.nan, False, True
    value = float(match["number"].replace(",", ""))
    about = bool(match["about"] or match["some"])
    return value, about, not (np.isfinite(value) and value >= 0)


def parse_coordinates(column: pd.Series) -> tuple[FloatArray, BoolArray]:
    """Read a column of degrees or metres: numbers, or text such as "121.5", "１２１．５", "东经121.5°".

    Returns
    -------
    values, unreadable
        NaN where nothing is known; where there is text that is no such number.
    """
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return values, np.zeros(len(values), dtype=bool)
    codes, texts = pd.factorize(column, use_na_sentinel=True)
    plain = [unicodedata.normalize("NFKC", str(text)).strip().casefold() for text in texts]
    matches = [None if text in _BLANK else _COORDINATE.fullmatch(text) for text in plain]
    table = np.array([*(float(match["number"]) if match else np.nan for match in matches), np.nan])
    wrong = [match is None and text not in _BLANK for match, text in zip(matches, plain, strict=True)]
    return table[codes], np.array([*wrong, False], dtype=bool)[codes]


def clean_text(column: pd.Series) -> pd.Series:
    """Return a column as text without outer blanks; blank words become missing.

    Whole numbers that were stored as floats lose their ".0", so that an id is the same text whatever
    type its column has.
    """
    if pd.api.types.is_float_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        whole = np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**63)
        texts = column.astype(object)
        texts[whole] = values[whole].astype(np.int64)
        column = texts
    text = column.astype("str").str.strip()
    return text.mask(text.str.lower().isin(_BLANK))


def parse_flags(column: pd.Series) -> BoolArray:
    """Read a column of yes and no; any other word than a no is a yes, a blank is a no."""
    if pd.api.types.is_bool_dtype(column):
        return np.asarray(column.fillna(False), dtype=bool)
    text = clean_text(column).str.casefold()
    return np.asarray((text.notna() & ~text.isin(_NO)) | text.isin(_YES), dtype=bool)
