"""Real ground, through the real cleaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

import gridplan
from gridplan.atoms import build_atoms


@pytest.mark.parametrize(
    "name",
    [
        "beijing_wangjing",
        "karhula",
        pytest.param("nantes_centre", marks=pytest.mark.slow),
        pytest.param("monaco", marks=pytest.mark.slow),
        pytest.param("vologda", marks=pytest.mark.slow),
    ],
)
def test_real_city_is_covered_exactly(city: Callable[[str], Path], name: str) -> None:
    source = city(name)
    scheme = gridplan.load_scheme("gridplan")
    layers = gridplan.read_layers(buildings=f"{source}#buildings", streets=f"{source}#streets")
    clean = gridplan.clean_layers(gridplan.to_metres(layers), scheme)
    atoms = build_atoms(clean.buildings, clean.barriers, clean.district, scheme.atoms)
    cells = atoms.frame.geometry.to_numpy()
    assert shapely.coverage_is_valid(cells)
    assert (shapely.get_type_id(cells) == 3).all()
    assert shapely.area(cells).sum() == pytest.approx(clean.district.area, rel=1e-6)
    dropped = atoms.issues.query("action == 'dropped'")
    assert atoms.frame["households"].sum() + dropped["value"].sum() == clean.buildings["households"].sum()
    own = atoms.frame[atoms.frame["building_id"].notna()]
    footprints = clean.buildings.geometry.loc[own["building_id"]].to_numpy()
    held = shapely.area(shapely.intersection(own.geometry.to_numpy(), footprints))
    ids, row = np.unique(own["building_id"].to_numpy(str), return_inverse=True)
    wanted = shapely.area(shapely.intersection(clean.buildings.geometry.loc[ids].to_numpy(), clean.district))
    assert (np.bincount(row, held) >= 0.99 * wanted - 0.01).all()


@pytest.mark.slow
def test_two_workers_draw_what_one_draws(city: Callable[[str], Path]) -> None:
    source = city("nantes_centre")
    scheme = gridplan.load_scheme("gridplan")
    layers = gridplan.read_layers(buildings=f"{source}#buildings", streets=f"{source}#streets")
    clean = gridplan.clean_layers(gridplan.to_metres(layers), scheme)
    one, two = (
        build_atoms(clean.buildings, clean.barriers, clean.district, scheme.atoms, workers=workers)
        for workers in (1, 2)
    )
    assert (one.frame.geometry.to_wkb() == two.frame.geometry.to_wkb()).all()
    assert one.issues.equals(two.issues)
