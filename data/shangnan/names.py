"""Names of estates: made up of common words, none of a real place."""

from __future__ import annotations

import numpy as np

from shangnan.blocks import Plot
from shangnan.drawing import SEED
from shangnan.uses import SLABS, TOWERS

FIRST = [
    "清河", "北苑", "锦绣", "丹桂", "翠屏", "云岭", "安康里", "福源", "金水", "秀山",
    "松涛", "兰亭", "紫荆", "景和", "嘉禾", "吉祥", "阳光", "东升", "御景", "怡馨",
]  # fmt: skip
OWNERS = [
    "教育局", "粮食局", "水利局", "农机厂", "食品厂", "供销社",
    "林业站", "县医院", "邮政局", "建材厂", "运输公司", "酒厂",
]  # fmt: skip


def name_estates(plots: list[Plot]) -> list[Plot]:
    """Give every estate a name whose ending tells its type; towers are new, the rest is mixed."""
    rng = np.random.default_rng([SEED, 4])
    words = {
        "": [f"{first}{end}" for end in ("花园", "小区", "苑", "新村", "家园") for first in FIRST],
        "家属院": [f"{owner}家属院" for owner in OWNERS],
        "院": [f"{first}巷老院" for first in FIRST],
        "安置区": [f"{first}安置区" for first in FIRST],
    }
    named = []
    for plot in plots:
        name = plot.name
        if plot.use in (SLABS, TOWERS):
            kind = str(rng.choice(list(words), p=[0.58, 0.14, 0.14, 0.14])) if plot.use == SLABS else ""
            name = words[kind].pop(0)
        named.append(plot._replace(name=name))
    return named
