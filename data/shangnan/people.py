"""Households and people of the main town: whole numbers that add up to what each old area has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ground.fill import FLAT, HOUSE, Building
from ground.sums import share_out

Ints = npt.NDArray[np.int64]

# flats that somebody lives in
LIVED_IN = (0.84, 1.0)


def count_households(buildings: list[Building], total: int, rng: np.random.Generator) -> Ints:
    """Share an area's households out: most flats are lived in, the rest live in houses by their room.

    Parameters
    ----------
    buildings
        All buildings of the area.
    total
        Its households.
    rng
        How full each building is.
    """
    use = np.array([b.use for b in buildings])
    room = np.array([b.room for b in buildings])
    flats, houses = use == FLAT, use == HOUSE
    households = np.zeros(len(buildings), dtype=np.int64)
    lived_in = rng.uniform(*LIVED_IN, len(buildings))
    households[flats] = np.maximum(1, np.round(room[flats] * lived_in[flats])).astype(np.int64)
    # a large house takes in tenants, but not twice as many for being twice as large
    weight = np.sqrt(room[houses]) * rng.lognormal(0.0, 0.35, int(houses.sum()))
    households[houses] = share_out(total - int(households.sum()), weight, least=1)
    return households


def count_people(households: Ints, total: int, rng: np.random.Generator) -> Ints:
    """Share an area's people out over its households, at least one each."""
    people = np.zeros(len(households), dtype=np.int64)
    homes = np.flatnonzero(households > 0)
    weight = households[homes] * rng.lognormal(0.0, 0.12, len(homes))
    more = share_out(total - int(households.sum()), weight)
    people[homes] = households[homes] + more
    return people
