"""Packing of groups: what cannot be covered is proved without a long search."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.solve.kernels.packing import _call_highs


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("left", [0, 1])
def test_what_does_not_fit_in_groups_of_one_size_is_left_over(size: int, left: int) -> None:
    # every run of so many neighbours on a ring is a group
    n = 8 * size + left
    groups = (np.arange(n)[:, None] + np.arange(size)) % n
    ptr = np.arange(0, n * size + 1, size)
    gain = np.full(n, 29.0 * size)
    assert _call_highs(n, groups.ravel(), ptr, gain, 1) == pytest.approx(29 * 8 * size)
