"""Walking routes summed up by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.access.routes import Routes

__all__ = ["REACHES_M", "ROUTE_COLUMNS", "summarise_routes"]


#: Distances that people walk to what they need daily [m]: those of the ten-minute and of the fifteen-minute
#: community life circle (GB 50180-2018, 2.0.4 and 2.0.5: 500 m and 800-1,000 m on foot).
REACHES_M = (500.0, 1000.0)

#: Columns of the summary.
ROUTE_COLUMNS = (
    "households", "population", "place", "longest_walk_m", "median_walk_m", "door_to_street_m",
    *(f"within_{reach:.0f}_m" for reach in REACHES_M), "without_route", "own_share",
)  # fmt: skip


def summarise_routes(
    routes: Routes, households: npt.ArrayLike, population: npt.ArrayLike, codes: Sequence[str]
) -> pd.DataFrame:
    """Sum walking routes up by area.

    Parameters
    ----------
    routes
        One per home.
    households, population
        Households and people of each home, shape (n,).
    codes
        The area that each home lies in.

    Returns
    -------
    DataFrame
        Index ``code``, sorted; :data:`ROUTE_COLUMNS`: ``households`` and ``population`` (of homes);
        ``place``: row of the place that serves most of its households, -1 for none; ``longest_walk_m``: the
        longest distance of any home, and ``door_to_street_m``: the straight part of it up to the street;
        ``median_walk_m``: half of the households with a route have a shorter one; ``within_<reach>_m``:
        people within :data:`REACHES_M`; ``without_route``: households without a route to any place, which
        count in none of the other figures; ``own_share``: share of the households with a route that go to a
        place in their own area. NaN where nobody has a route.
    """
    homes = pd.DataFrame(
        {
            "code": pd.array(list(codes), dtype="str"),
            "households": np.asarray(households, dtype=np.int64),
            "population": np.asarray(population, dtype=np.int64),
            "metres": routes.metres,
            "straight": routes.straight,
            "place": routes.place,
            "own": routes.own,
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
        longest_walk_m=last["metres"],
        median_walk_m=_find_medians(gone),
        door_to_street_m=last["straight"],
        without_route=lost,
        own_share=own / by_code["households"].sum(),
        **reached,
    )
    whole = {"place": -1, "without_route": 0, **dict.fromkeys(reached, 0)}
    return table.fillna(whole).astype(dict.fromkeys(whole, np.int64))[list(ROUTE_COLUMNS)]


def _find_medians(homes: pd.DataFrame) -> pd.Series:
    """Return by area the distance that half of the households stay within; rows sorted by both."""
    upto = homes.groupby("code")["households"].cumsum()
    half = homes.groupby("code")["households"].transform("sum") / 2
    return homes[upto >= half].drop_duplicates("code").set_index("code")["metres"]
