"""Households by class of care: made up; most need none, some are asked after, a few are visited often."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: 放心户 need nothing, 关心户 are asked after, 连心户 have somebody of their own.
CLASSES = {"放心户": 0.905, "关心户": 0.08, "连心户": 0.015}


def draw_care(buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Share the households of each building out to the classes of care.

    Parameters
    ----------
    buildings
        ``编号`` and ``户数``, missing where nobody lives.
    rng
        Draws everything.

    Returns
    -------
    DataFrame
        ``楼栋编号, 类别, 户数``: a row per building and class that it has.
    """
    homes = buildings[buildings["户数"].notna()]
    counts = rng.multinomial(homes["户数"].to_numpy(dtype=np.int64), list(CLASSES.values()))
    table = pd.DataFrame(
        {
            "楼栋编号": np.repeat(homes["编号"].to_numpy(dtype=object), len(CLASSES)),
            "类别": np.tile(np.array(list(CLASSES), dtype=object), len(homes)),
            "户数": counts.ravel().astype(np.int32),
        }
    )
    return table[table["户数"] > 0].reset_index(drop=True)
