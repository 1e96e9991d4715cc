"""Codes: unique, nested, west to east then north to south, whatever the order of the rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridplan.plan.codes import code_areas, order_codes
from gridplan.scheme import load_preset


def test_rows_run_west_to_east_then_to_the_south():
    x, y = np.meshgrid(np.arange(3) * 100.0, np.arange(2) * 100.0)
    xy = np.stack([x.ravel(), y.ravel()], axis=1)
    # labels 0 1 2 are the southern row, 3 4 5 the northern one
    assert order_codes(xy, np.arange(6)).tolist() == [3, 4, 5, 0, 1, 2]


@given(hnp.arrays(float, (12, 2), elements=st.floats(0, 5000, width=32)), st.randoms(use_true_random=False))
def test_codes_nest_and_do_not_depend_on_labels_or_row_order(xy, random):
    subgrid = np.arange(12) // 4
    grid = np.arange(12) // 2
    scheme = load_preset("gridplan")
    codes = code_areas({"subgrid": subgrid, "grid": grid}, xy, scheme)
    assert all(g.startswith(s + "-") for g, s in zip(codes["grid"], codes["subgrid"], strict=True))
    assert len(set(codes["grid"])) == 6
    assert len(set(codes["subgrid"])) == 3
    order = np.array(random.sample(range(12), 12))
    names = np.array(random.sample(range(6), 6))
    again = code_areas({"subgrid": subgrid[order], "grid": names[grid[order]]}, xy[order], scheme)
    means = {tuple(np.round(xy[grid == g].mean(axis=0), 3)) for g in range(6)}
    if len(means) == 6:  # areas on one and the same spot have no order
        assert again["grid"].tolist() == codes["grid"][order].tolist()
