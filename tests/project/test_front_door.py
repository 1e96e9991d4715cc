"""Every name of the front door opens, and none that is not there."""

import pytest

import gridplan


@pytest.mark.parametrize("name", gridplan.__all__)
def test_every_name_opens(name):
    assert getattr(gridplan, name).__name__ == name


def test_no_other_name_opens():
    assert set(gridplan.__all__) == set(gridplan._ROOMS)
    with pytest.raises(AttributeError, match="paint_it_black"):
        gridplan.paint_it_black  # noqa: B018
