"""Enterprises, their risk points and the hazards found in them: made up, but counted as published."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

ENTERPRISES, RISK_POINTS, HAZARDS, FIXED_ON_SITE = 3177, 402, 95_714, 95_198
#: Of those not fixed on site: fixed later; the rest are open.
FIXED_LATER = 431
#: Enterprises whose level has to be worked out from L, E and C.
BY_SCORE, ALSO_SCORE = 486, 171

LEVELS = ("红", "橙", "黄", "蓝")
LEVEL_SHARE = (0.021, 0.084, 0.286, 0.609)
#: D = L x E x C from which a level begins (LEC method, four levels).
SCORE_FROM = {"红": 320.0, "橙": 160.0, "黄": 70.0, "蓝": 0.0}
L_VALUES, E_VALUES, C_VALUES = (10, 6, 3, 1, 0.5, 0.2), (10, 6, 3, 2, 1, 0.5), (100, 40, 15, 7, 3, 1)

#: Trades by where the enterprise sits, the usual ones first.
TRADES = {
    "厂房": (
        "五金加工", "电子制造", "塑胶制品", "机械设备", "印刷包装", "家具木业", "纺织服装", "化工涂装",
        "食品加工", "仓储物流",
    ),
    "商业": ("批发零售", "餐饮", "住宿", "文化娱乐"),
    "自建房": ("批发零售", "餐饮", "维修服务", "废品回收", "住宿"),
    "居民楼": ("批发零售", "餐饮", "教育培训"),
}  # fmt: skip
DANGER = {
    "化工涂装": 4.0,
    "家具木业": 2.5,
    "五金加工": 1.8,
    "塑胶制品": 1.8,
    "纺织服装": 1.4,
    "仓储物流": 1.4,
    "废品回收": 2.5,
}
POINT_KINDS = ("火灾", "粉尘涉爆", "有限空间", "危险化学品", "特种设备", "机械伤害", "用电安全")
FIRST_DAY, DAYS = np.datetime64("2025-07-01"), 365

Ints = npt.NDArray[np.int64]


class Enterprises(NamedTuple):
    """Enterprises: the building each sits in, its columns, and its true level, 0 (红) to 3 (蓝)."""

    building: Ints
    columns: dict[str, object]
    level: Ints


def draw_enterprises(uses: list[str], room: npt.NDArray[np.float64], rng: np.random.Generator) -> Enterprises:
    """Draw enterprises into buildings by use and floor space.

    Parameters
    ----------
    uses, room
        Use and floor space [m2] of each building.
    rng
        Draws everything.
    """
    pull = {"厂房": 1.0, "商业": 0.9, "自建房": 0.12, "居民楼": 0.008}
    weight = np.array([pull.get(use, 0.0) for use in uses]) * room
    building = np.sort(rng.choice(len(uses), size=ENTERPRISES, p=weight / weight.sum()))
    trades = [str(rng.choice(TRADES[uses[b]], p=_fall(len(TRADES[uses[b]])))) for b in building]
    danger = np.array([DANGER.get(trade, 1.0) for trade in trades]) * rng.lognormal(0, 0.8, ENTERPRISES)
    ranks = np.argsort(np.argsort(-danger, kind="stable"), kind="stable")
    level = np.searchsorted(np.cumsum(LEVEL_SHARE) * ENTERPRISES, ranks, side="right").clip(0, 3)
    scored = rng.choice(ENTERPRISES, size=BY_SCORE + ALSO_SCORE, replace=False)
    scores = {int(i): _draw_score(LEVELS[level[i]], rng) for i in scored}
    unnamed = set(scored[:BY_SCORE].tolist())
    columns: dict[str, object] = {
        "编号": [code_enterprise(number) for number in range(ENTERPRISES)],
        "名称": [f"企业{number:04d}" for number in range(1, ENTERPRISES + 1)],
        "行业": trades,
        "风险等级": [None if i in unnamed else LEVELS[level[i]] for i in range(ENTERPRISES)],
    }
    for place, letter in enumerate("LEC"):
        columns[letter] = [scores[i][place] if i in scores else None for i in range(ENTERPRISES)]
    return Enterprises(building, columns, level.astype(np.int64))


def code_enterprise(number: int) -> str:
    """Return the code of an enterprise from its place in the list."""
    return f"QY{number + 1:04d}"


def _fall(n: int) -> npt.NDArray[np.float64]:
    """Return shares that fall off along a list."""
    share = 1.0 / (np.arange(n) + 2.5)
    fallen: npt.NDArray[np.float64] = share / share.sum()
    return fallen


def _draw_score(level: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw L, E and C of the LEC method whose product lies in the range of a level."""
    low = SCORE_FROM[level]
    high = {"红": 1200.0, "橙": 320.0, "黄": 160.0, "蓝": 70.0}[level]
    fits = [(a, b, c) for a in L_VALUES for b in E_VALUES for c in C_VALUES if low <= a * b * c < high]
    a, b, c = fits[int(rng.integers(len(fits)))]
    return float(a), float(b), float(c)


def draw_points(enterprises: Enterprises, rng: np.random.Generator) -> tuple[Ints, dict[str, object]]:
    """Draw risk points: most enterprises have none, those of high risk have one or several.

    Returns
    -------
    owner, columns
        The enterprise of each point, and its columns.
    """
    pull = np.array([9.0, 4.0, 0.35, 0.03])[enterprises.level]
    owner = np.sort(rng.choice(len(pull), size=RISK_POINTS, p=pull / pull.sum()))
    columns: dict[str, object] = {
        "编号": [f"FX{number:03d}" for number in range(1, RISK_POINTS + 1)],
        "企业编号": [code_enterprise(int(i)) for i in owner],
        "风险类型": [str(rng.choice(POINT_KINDS)) for _ in owner],
        "风险等级": [LEVELS[min(3, int(enterprises.level[i]) + int(rng.random() < 0.3))] for i in owner],
    }
    return owner, columns


def draw_hazards(enterprises: Enterprises, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the hazards found in a year, by day.

    Returns
    -------
    DataFrame
        ``编号, 企业编号, 发现日期, 现场整改, 整改日期``; what was fixed on site has the day it was found,
        what is still open has none.
    """
    pull = np.array([3.0, 2.2, 1.4, 0.8])[enterprises.level] * rng.lognormal(0, 0.6, len(enterprises.level))
    owner = rng.choice(len(pull), size=HAZARDS, p=pull / pull.sum())
    day = np.sort(rng.integers(0, DAYS, HAZARDS))
    on_site = np.ones(HAZARDS, dtype=bool)
    late = rng.choice(HAZARDS, size=HAZARDS - FIXED_ON_SITE, replace=False)
    on_site[late] = False
    found = (FIRST_DAY + day.astype("timedelta64[D]")).astype("datetime64[ms]")
    fixed = found.copy()
    fixed[late[:FIXED_LATER]] += rng.integers(1, 45, FIXED_LATER).astype("timedelta64[D]")
    fixed[late[FIXED_LATER:]] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "编号": [f"YH{number:05d}" for number in range(1, HAZARDS + 1)],
            "企业编号": [code_enterprise(int(i)) for i in owner],
            "发现日期": found,
            "现场整改": on_site,
            "整改日期": fixed,
        }
    )
