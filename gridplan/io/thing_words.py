"""Words of lists of things: names of their columns, ratings, classes of care, yes and no, dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from gridplan.io.columns import ALIASES, PLACES, normalise_name
from gridplan.io.hazard_status import read_status
from gridplan.io.values import clean_text

__all__ = [
    "THING_ALIASES",
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

_ANY_ID = ("编号", "id", "标识码", "osm_id", "full_id", "uuid", "序号", "fid")
_ANY_NAME = ("名称", "name", "mc", "name:zh")
_RISK: Mapping[str, tuple[str, ...]] = {
    "level": (
        "level", "风险等级", "风险级别", "风险分级", "风险等级颜色", "等级", "级别", "risk_level", "rating",
        "风险", "risk",
    ),
    "likelihood": ("likelihood", "l", "l值", "可能性", "事故可能性", "发生可能性", "可能性l"),
    "exposure": ("exposure", "e", "e值", "暴露频率", "暴露频繁程度", "暴露"),
    "consequence": ("consequence", "c", "c值", "后果", "事故后果", "后果c"),
    "severity": ("severity", "s", "s值", "严重性", "严重程度", "后果严重性"),
}  # fmt: skip
_OWNER = (
    "enterprise", "enterprise_id", "企业编号", "企业编码", "企业代码", "单位编号", "所属企业", "企业名称",
    "单位名称", "企业", "统一社会信用代码",
)  # fmt: skip

#: Names of the columns by role and field, the preferred one first; compared without case, width and signs.
THING_ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "enterprises": {
        "id": ("enterprise_id", "企业编号", "企业编码", "企业代码", "单位编号", *_ANY_ID),
        "credit": ("统一社会信用代码", "社会信用代码", "信用代码", "credit_code", "uscc"),
        "name": ("企业名称", "单位名称", "商户名称", "店铺名称", *_ANY_NAME),
        "kind": (
            "kind", "行业", "行业类别", "行业类型", "行业名称", "企业类型", "类别", "类型", "industry",
            "trade", "category", "type", "amenity", "shop", "office", "craft", "tourism", "leisure",
            "healthcare", "industrial", "man_made",
        ),
        **_RISK,
        "date": ("date", "日期", "评估日期", "评级日期", "检查日期", "更新日期", "登记日期"),
        **PLACES,
    },
    "risk_points": {
        "id": ("risk_point_id", "风险点编号", "点位编号", *_ANY_ID),
        "enterprise": _OWNER,
        "name": ("风险点名称", "风险点", "点位名称", *_ANY_NAME),
        "kind": ("kind", "风险类型", "风险类别", "事故类型", "类型", "类别", "category", "type"),
        **_RISK,
        "date": ("date", "日期", "辨识日期", "评估日期", "更新日期"),
        **PLACES,
    },
    "hazards": {
        "id": ("hazard_id", "隐患编号", *_ANY_ID),
        "enterprise": _OWNER,
        "kind": ("kind", "隐患类型", "隐患类别", "类型", "类别", "category", "type"),
        "level": ("level", "隐患等级", "隐患级别", "等级", "级别"),
        "found": (
            "found", "发现日期", "发现时间", "排查日期", "排查时间", "检查日期", "上报日期", "上报时间",
        ),
        "on_site": (
            "on_site", "现场整改", "是否现场整改", "当场整改", "立行立改", "是否立行立改", "整改方式",
        ),
        "fixed": (
            "fixed", "整改日期", "整改完成日期", "整改时间", "整改完成时间", "完成日期", "办结日期",
            "销号日期",
        ),
        "is_fixed": (
            "is_fixed", "整改状态", "整改情况", "是否整改", "是否已整改", "是否完成整改", "整改完成情况",
            "整改结果", "治理状态", "销号状态", "是否销号", "办理状态", "处理状态", "隐患状态", "状态",
            "status", "state",
        ),
        **PLACES,
    },
    "services": {**ALIASES["services"], **PLACES},
    "staff": {
        "id": ("staff_id", "person_id", "工号", "人员编号", "网格员编号", *_ANY_ID),
        "post": ("post", "岗位", "岗位名称", "职务", "职位", "岗", "role", "position", "job"),
        **PLACES,
    },
    "care": {
        "care_class": (
            "care_class", "三户类型", "户类型", "关爱类别", "类别", "分类", "类型", "三户", "class", "type",
        ),
        "households": ("households", "户数", "数量", "count"),
        **PLACES,
    },
    "compounds": {
        "id": ("compound_id", "小区编号", *_ANY_ID),
        "name": ("小区名称", "小区名", "小区", "院落名称", "楼盘名称", "xqmc", *_ANY_NAME),
        "type": (
            "compound_type", "小区类型", "小区类别", "小区性质", "院落类型", "类型", "类别", "性质", "type",
        ),
        **PLACES,
    },
}  # fmt: skip

# columns about persons: their names, numbers and telephones
_PERSONAL = re.compile(
    r"姓名|法人|法定代表|负责人|联系人|联络人|户主|业主|经营者|电话|手机|联系方式|身份证|证件|出生|生日|性别|年龄|民族"
    r"|微信|邮箱|住址|家庭|phone|mobile|tel$|email|contact|owner|legal_?person|birth|gender|identity|id_?card"
)
_IDENTITY = re.compile(
    r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]|(?:\+?86)?1[3-9]\d{9}"
)

# a colour decides; else one of the words, longer ones before those that they contain
_COLOURS = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}
_RATINGS = {
    "red": "red", "orange": "orange", "yellow": "yellow", "blue": "blue", "特别重大": "red", "重大": "red",
    "较大": "orange", "一般": "yellow", "较低": "blue", "低": "blue", "一": "red", "二": "orange",
    "三": "yellow", "四": "blue", "i": "red", "ii": "orange", "iii": "yellow", "iv": "blue", "major": "red",
    "larger": "orange", "high": "red", "medium": "orange", "general": "yellow", "low": "blue",
    "considerable": "orange", "moderate": "yellow", "a": "red",
    "b": "orange", "c": "yellow", "d": "blue",
}  # fmt: skip
_CARE = {
    "放心": "steady", "关心": "attention", "连心": "contact", "steady": "steady", "attention": "attention",
    "contact": "contact",
}  # fmt: skip
_YES = {
    "是", "有", "已", "y", "yes", "true", "t", "1", "现场整改", "当场整改", "立行立改", "立查立改", "√", "✓",
}  # fmt: skip
_NO = {
    "否", "没有", "未", "n", "no", "false", "f", "0", "限期整改", "后续整改", "未整改", "×", "✗",
}  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ t].*)?")
# days since 1899-12-30, as Excel counts them: those of 2000 to 2099, which no other date is written like
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SERIALS = (36_526, 73_050)
_EXCEL_BEGINS = date(1899, 12, 30)


_NOTE = re.compile(
    r"(?:填[表报写]|制表|审[核批签]|复核|校核|经办|负责|联系|主管|单位)(?:人|单位|日期|时间|领导|电话|负责人|\(盖章\))*\s*:"
    r"|(?:备注|说明|注)\s*\d*\s*:"
)


def find_personal(names: list[str]) -> list[str]:
    """Return the columns that tell of persons by their name."""
    return [name for name in names if _PERSONAL.search(unicodedata.normalize("NFKC", name).casefold())]


def is_identity(texts: pd.Series) -> np.ndarray:
    """Tell which texts are numbers of identity cards or mobile telephones."""
    return np.asarray(texts.str.fullmatch(_IDENTITY).fillna(False), dtype=bool)


def _map_words(column: pd.Series, read: Callable[[str], str | None]) -> tuple[pd.Series, np.ndarray]:
    """Map each word of a column once: what was made of it ("" for a blank), and which are unknown."""
    codes, uniques = pd.factorize(clean_text(column), use_na_sentinel=True)
    made = [read(unicodedata.normalize("NFKC", str(word)).strip().casefold()) for word in uniques]
    words = np.array([*(one or "" for one in made), ""], dtype=object)[codes]
    unknown = np.array([*(one is None for one in made), False], dtype=bool)[codes]
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
    colours = {level for sign, level in _COLOURS.items() if sign in text}
    if colours:
        return colours.pop() if len(colours) == 1 else None
    if match := re.fullmatch(r"([1-4])级(?:风险|隐患)?", text):
        return tuple(_COLOURS.values())[int(match[1]) - 1]
    plain = re.sub(r"风险|隐患|安全|等级|[级色类()\s]|level|risk", "", text)
    return _RATINGS.get(plain)


def parse_care(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read classes of care: 放心户 "steady", 关心户 "attention", 连心户 "contact"; "" for a blank."""
    return _map_words(column, lambda text: _CARE.get(text.removesuffix("户").strip()))


def parse_yes_no(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read yes and no as a nullable truth value; and which words were not understood."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("boolean"), np.zeros(len(column), dtype=bool)
    words, unknown = _map_words(
        column, lambda text: "yes" if text in _YES else ("no" if text in _NO else None)
    )
    told = pd.Series(pd.NA, index=column.index, dtype="boolean")
    told[words == "yes"], told[words == "no"] = True, False
    return told, unknown


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
        told = column.dt.strftime("%Y-%m-%d").fillna("")
        return told.astype("str"), np.zeros(len(column), dtype=bool)
    return _map_words(column, _read_date)


def _read_date(text: str) -> str | None:
    if serial := _SERIAL.fullmatch(text):
        days = int(serial[1])
        known = _SERIALS[0] <= days <= _SERIALS[1]
        return (_EXCEL_BEGINS + timedelta(days)).isoformat() if known else None
    match = _DATE.fullmatch(text)
    if not match:
        return None
    told = "-".join((match[1], (match[2] or match[4]).zfill(2), (match[3] or match[5]).zfill(2)))
    return None if pd.isna(pd.to_datetime(told, format="%Y-%m-%d", errors="coerce")) else told


def is_note(texts: pd.Series) -> np.ndarray:
    """Tell which texts are what stands below a table: who filled it in, who looked at it, a remark."""
    return np.asarray(texts.str.match(_NOTE).fillna(False), dtype=bool)


def is_total(texts: pd.Series) -> np.ndarray:
    """Tell which texts head a row of sums."""
    found = np.array(texts.str.contains("计|total|sum", case=False).fillna(False), dtype=bool)
    plain = texts[found].map(normalise_name)
    found[found] = plain.isin({"合计", "总计", "小计", "共计", "total", "sum", "subtotal"})
    return found
