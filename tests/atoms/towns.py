"""Small towns and the laws that every set of atoms keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.atoms import Atoms, build_atoms

CRS = "EPSG:32650"


@dataclass(frozen=True)
class Town:
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    district: shapely.Geometry

    def build(self, **kwargs: object) -> Atoms:
        return build_atoms(self.buildings, self.barriers, self.district, **kwargs)

    def shift(self, x: float, y: float) -> Town:
        def move(g: shapely.Geometry) -> shapely.Geometry:
            return shapely.transform(g, lambda xy: xy + np.array([x, y]))

        frames = [
            f.set_geometry(gpd.GeoSeries(move(f.geometry.to_numpy()), index=f.index, crs=CRS))
            for f in (self.buildings, self.barriers)
        ]
        return Town(*frames, move(self.district))


def make_town(
    footprints: Sequence[shapely.Polygon],
    streets: Sequence[tuple[int, Sequence[tuple[float, float]]]] = (),
    district: shapely.Geometry | None = None,
    **columns: Sequence[object],
) -> Town:
    n = len(footprints)
    table = {
        "kind": ["selfbuilt"] * n,
        "households": np.ones(n, dtype=np.int64),
        "population": np.full(n, 3, dtype=np.int64),
        "households_source": ["given"] * n,
        "floors": np.full(n, np.nan),
        "stairwells": np.full(n, np.nan),
    } | columns
    index = pd.Index([f"b{i:03d}" for i in range(n)], name="building_id", dtype=object)
    buildings = gpd.GeoDataFrame(table, index=index, geometry=list(footprints), crs=CRS)
    lines = [shapely.LineString(xy) for _, xy in streets]
    barriers = gpd.GeoDataFrame(
        {
            "rank": np.array([rank for rank, _ in streets], dtype=np.int8),
            "street_id": [f"s{i}" for i in range(len(lines))],
            "name": [""] * len(lines),
        },
        geometry=lines,
        crs=CRS,
    )
    return Town(buildings, barriers, district or shapely.box(0, 0, 200, 100))


def check_laws(town: Town, atoms: Atoms) -> None:
    frame = atoms.frame
    cells = frame.geometry.to_numpy()
    assert (shapely.get_type_id(cells) == 3).all()
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(town.district.area, rel=1e-6)
    assert shapely.union_all(cells).symmetric_difference(town.district).area <= 1e-6 * town.district.area
    assert list(frame.index) == list(range(len(frame)))
    dropped = set(atoms.issues.query("action == 'dropped'")["id"])
    kept = town.buildings.drop(index=list(dropped))
    for column in ("households", "population"):
        assert frame.groupby("building_id")[column].sum().to_dict() == kept[column].to_dict()
        assert frame.loc[frame["building_id"].isna(), column].sum() == 0
    own = frame[frame["building_id"].notna()]
    held = shapely.area(
        shapely.intersection(
            own.geometry.to_numpy(), town.buildings.geometry.loc[own["building_id"]].to_numpy()
        )
    )
    inside = shapely.intersection(kept.geometry.to_numpy(), town.district)
    lost = (
        shapely.area(inside)
        - pd.Series(held).groupby(own["building_id"].to_numpy()).sum().reindex(kept.index).to_numpy()
    )
    assert (lost <= 0.01 * shapely.area(inside) + 0.01).all()
