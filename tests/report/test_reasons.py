"""What is said of an area out of bounds: what is out of bounds first, then why nothing better exists."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gridplan.io import load_scheme
from gridplan.report.reasons import _choose_keys

LEVEL = replace(load_scheme("gridplan")["grid"], max_area_m2=1000.0)


@pytest.mark.parametrize(
    ("households", "area_m2", "keys"),
    [
        (60, 900.0, ["reason.households_out"]),
        (60, 1000.0, ["reason.households_out"]),
        (60, 1001.0, ["reason.area_over"]),
        (50, 1001.0, ["reason.area_over"]),
        (80, 1001.0, ["reason.area_over"]),
        (81, 1001.0, ["reason.households_out", "reason.area_over"]),
        (49, 1001.0, ["reason.households_out", "reason.area_over"]),
        (49, 900.0, ["reason.households_out"]),
        (0, 1001.0, ["reason.area_over"]),
    ],
)
@pytest.mark.parametrize("certificate", ["", "structure"])
def test_every_bound_that_is_broken_is_named(
    households: int, area_m2: float, keys: list[str], certificate: str
) -> None:
    area = pd.Series(
        {"kind": "apartment", "households": households, "area_m2": area_m2, "certificate": certificate}
    )
    assert list(_choose_keys(LEVEL, area)) == [*keys, f"reason.{certificate or 'unproven'}"]
