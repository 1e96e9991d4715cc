"""Words of lists of things: columns about persons, ratings, classes of care, yes and no, dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd

from gridplan.io.columns import normalise_name
from gridplan.io.hazard_status import read_status
from gridplan.io.values import clean_text
from gridplan.io.vocabulary import load_vocabulary

__all__ = [
    "find_personal",
    "is_identity",
    "is_note",
    "is_total",
    "parse_care",
    "parse_dates",
    "parse_ratings",
    "parse_status",
    "parse_yes_no",
]

_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ t].*)?")
# days since 1899-12-30, as Excel counts them: those of 2000 to 2099, which no other date is written like
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SERIALS = (36_526, 73_050)
_EXCEL_BEGINS = date(1899, 12, 30)


def find_personal(names: list[str]) -> list[str]:
    """Return the columns about persons, by their names."""
    personal = load_vocabulary().personal
    return [name for name in names if personal.search(unicodedata.normalize("NFKC", name).casefold())]


def is_identity(texts: pd.Series) -> np.ndarray:
    """Return which texts are numbers of identity cards or mobile telephones."""
    return np.asarray(texts.str.fullmatch(load_vocabulary().identity).fillna(False), dtype=bool)


def _map_words(column: pd.Series, read: Callable[[str], str | None]) -> tuple[pd.Series, np.ndarray]:
    """Map each word of a column once: what was made of it ("" for a blank), and which are unknown."""
    codes, uniques = pd.factorize(clean_text(column), use_na_sentinel=True)
    made = [read(unicodedata.normalize("NFKC", str(word)).strip().casefold()) for word in uniques]
    words = np.array([*(word or "" for word in made), ""], dtype=object)[codes]
    unknown = np.array([*(word is None for word in made), False], dtype=bool)[codes]
    return pd.Series(words, index=column.index, dtype="str"), unknown


def parse_ratings(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read ratings: 红橙黄蓝, 重大/较大/一般/低, 一级 to 四级, Ⅰ to Ⅳ, red to blue.

    Returns
    -------
    levels, unknown
        "red", "orange", "yellow", "blue" or "" for a blank; and which words were not understood.
    """
    return _map_words(column, _read_rating)


def _read_rating(text: str) -> str | None:
    colours = {level for sign, level in load_vocabulary().colours.items() if sign in text}
    if colours:
        return colours.pop() if len(colours) == 1 else None
    if match := re.fullmatch(r"([1-4])级(?:风险|隐患)?", text):
        return tuple(load_vocabulary().colours.values())[int(match[1]) - 1]
    plain = re.sub(r"风险|隐患|安全|等级|[级色类()\s]|level|risk", "", text)
    return load_vocabulary().ratings.get(plain)


def parse_care(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read classes of care: 放心户 "steady", 关心户 "attention", 连心户 "contact"; "" for a blank."""
    return _map_words(column, lambda text: load_vocabulary().care.get(text.removesuffix("户").strip()))


def parse_yes_no(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read yes and no as a nullable truth value; and which words were not understood."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("boolean"), np.zeros(len(column), dtype=bool)
    yes, no = load_vocabulary().yes, load_vocabulary().no
    words, unknown = _map_words(column, lambda text: "yes" if text in yes else ("no" if text in no else None))
    answers = pd.Series(pd.NA, index=column.index, dtype="boolean")
    answers[words == "yes"], answers[words == "no"] = True, False
    return answers, unknown


def parse_status(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read what became of hazards: 已整改, 未整改, 整改中, 现场整改, 已销号, "closed", yes and no.

    Returns
    -------
    words, unknown
        Of :data:`gridplan.io.hazard_status.STATUSES`, "" for a blank; and which words were not understood.
    """
    return _map_words(column, read_status)


def parse_dates(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read dates: times, 2025-07-01, 2025/7/1, 20250701, 2025年7月1日, and days as Excel counts them (45839).

    Returns
    -------
    dates, unknown
        "YYYY-MM-DD" or "" for a blank; and which texts are no date.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.dt.strftime("%Y-%m-%d").fillna("")
        return days.astype("str"), np.zeros(len(column), dtype=bool)
    return _map_words(column, _read_date)


def _read_date(text: str) -> str | None:
    if serial := _SERIAL.fullmatch(text):
        days = int(serial[1])
        known = _SERIALS[0] <= days <= _SERIALS[1]
        return (_EXCEL_BEGINS + timedelta(days)).isoformat() if known else None
    match = _DATE.fullmatch(text)
    if not match:
        return None
    day = "-".join((match[1], (match[2] or match[4]).zfill(2), (match[3] or match[5]).zfill(2)))
    return None if pd.isna(pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")) else day


def is_note(texts: pd.Series) -> np.ndarray:
    """Return which texts are what stands below a table: who filled it in, who looked at it, a remark."""
    return np.asarray(texts.str.match(load_vocabulary().note).fillna(False), dtype=bool)


def is_total(texts: pd.Series) -> np.ndarray:
    """Return which texts head a row of sums."""
    found = np.array(texts.str.contains("计|total|sum", case=False).fillna(False), dtype=bool)
    plain = texts[found].map(normalise_name)
    found[found] = plain.isin({"合计", "总计", "小计", "共计", "total", "sum", "subtotal"})
    return found
