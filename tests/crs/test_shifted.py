"""GCJ-02 and BD-09: published values, and that a shift can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raising import raises

from gridplan.crs import SYSTEMS, from_wgs84, to_wgs84
from gridplan.errors import CRSError

# the values that the sample of wandergis/coordtransform prints, to a tenth of a millimetre
NEAR = 1e-9


def test_published_values() -> None:
    place = [[116.404, 39.915]]
    assert from_wgs84(place, "gcj02")[0] == pytest.approx([116.41024449916938, 39.91640428150164], abs=NEAR)
    gcj = to_wgs84(place, "gcj02")
    assert from_wgs84(gcj, "bd09")[0] == pytest.approx([116.41036949371029, 39.92133699351022], abs=NEAR)


@given(
    st.lists(st.tuples(st.floats(73.5, 135.0), st.floats(3.5, 53.5)), min_size=1, max_size=20),
    st.sampled_from(SYSTEMS),
)
def test_a_shift_is_undone(places: list[tuple[float, float]], system: str) -> None:
    true = np.array(places)
    there = from_wgs84(true, system)
    assert np.abs(to_wgs84(there, system) - true).max() < NEAR
    # no more than one and a half kilometres: Baidu adds up to 1 km to the 700 m of GCJ-02
    assert np.abs(there - true).max() < 0.03


def test_every_point_is_asked_for_itself() -> None:
    both = from_wgs84([[2.35, 48.85], [116.404, 39.915]], "gcj02")
    assert both[0].tolist() == [2.35, 48.85]
    assert both[1, 0] != 116.404


def test_another_system_is_refused() -> None:
    with raises(CRSError, "crs_not_known"):
        to_wgs84([[116.0, 39.0]], "mars")
