"""Ways of homes summed up by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.access.ways import Ways

__all__ = ["REACHES_M", "WAY_COLUMNS", "summarise_ways"]


#: Ways that people walk to what they need daily [m]: those of the ten-minute and of the fifteen-minute
#: community life circle (GB 50180-2018, 2.0.4 and 2.0.5: 500 m and 800-1,000 m on foot).
REACHES_M = (500.0, 1000.0)

#: Columns of the summary.
WAY_COLUMNS = (
    "households", "population", "place", "farthest_m", "median_m", "straight_m",
    *(f"within_{reach:.0f}_m" for reach in REACHES_M), "without_way", "own_share",
)  # fmt: skip


def summarise_ways(
    ways: Ways, households: npt.ArrayLike, population: npt.ArrayLike, codes: Sequence[str]
) -> pd.DataFrame:
    """Sum ways up by area.

    Parameters
    ----------
    ways
        One per home.
    households, population
        Households and people of each home, shape (n,).
    codes
        The area that each home lies in.

    Returns
    -------
    DataFrame
        Index ``code``, sorted; :data:`WAY_COLUMNS`: ``households`` and ``population`` (of homes);
        ``place``: row of the place that serves most of its households, -1 for none; ``farthest_m``: the
        farthest way of any home, and ``straight_m``: the straight part of it up to the street;
        ``median_m``: half of the households with a way have a shorter one; ``within_<reach>_m``:
        people within :data:`REACHES_M`; ``without_way``: households without a way to any place, which
        count in none of the other figures; ``own_share``: share of the households with a way that go to a
        place in their own area. NaN where nobody has a way.
    """
    homes = pd.DataFrame(
        {
            "code": pd.array(list(codes), dtype="str"),
            "households": np.asarray(households, dtype=np.int64),
            "population": np.asarray(population, dtype=np.int64),
            "metres": ways.metres,
            "straight": ways.straight,
            "place": ways.place,
            "own": ways.own,
        }
    )
    homes = homes[homes["households"] > 0]
    sums = homes.groupby("code", sort=True)[["households", "population"]].sum()
    lost = homes[homes["metres"].isna()].groupby("code")["households"].sum()
    gone = homes[homes["metres"].notna()].sort_values(["code", "metres", "straight"], kind="stable")
    by_code = gone.groupby("code", sort=True)
    last = by_code[["metres", "straight"]].last()
    reached = {
        f"within_{reach:.0f}_m": gone[gone["metres"] <= reach].groupby("code")["population"].sum()
        for reach in REACHES_M
    }
    served = gone.groupby(["code", "place"])["households"].sum().reset_index()
    chief = served.sort_values(["code", "households", "place"], ascending=[True, False, True])
    own = (gone["households"] * gone["own"]).groupby(gone["code"]).sum()
    table = sums.assign(
        place=chief.drop_duplicates("code").set_index("code")["place"],
        farthest_m=last["metres"],
        median_m=_find_medians(gone),
        straight_m=last["straight"],
        without_way=lost,
        own_share=own / by_code["households"].sum(),
        **reached,
    )
    whole = {"place": -1, "without_way": 0, **dict.fromkeys(reached, 0)}
    return table.fillna(whole).astype(dict.fromkeys(whole, np.int64))[list(WAY_COLUMNS)]


def _find_medians(homes: pd.DataFrame) -> pd.Series:
    """Return the way by area that half of the households do not go beyond; rows sorted by area and way."""
    upto = homes.groupby("code")["households"].cumsum()
    half = homes.groupby("code")["households"].transform("sum") / 2
    return homes[upto >= half].drop_duplicates("code").set_index("code")["metres"]
