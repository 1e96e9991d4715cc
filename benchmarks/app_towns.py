"""The plans that the app is measured on: the county of xiao-Shangnan, with 100,000 footprints too."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely

from gridplan import make_plan, write_plan

__all__ = ["crowd_plan", "find_county", "split_boxes"]

MAKER = Path(__file__).resolve().parents[1] / "data" / "make_town.py"


def find_county(folder: Path) -> Path:
    """Return a plan of the county (10 towns, 126 communities, about 3,350 grids), made once in a folder."""
    path = folder / "county_plan.gpkg"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    town = folder / "county_town.gpkg"
    subprocess.run([sys.executable, str(MAKER), "xiao_shangnan_county", str(town)], check=True)
    plan = make_plan(
        buildings=f"{town}#buildings",
        streets=f"{town}#streets",
        boundary=f"{town}#boundary",
        barriers=f"{town}#limits",
        landuse=f"{town}#landuse",
        compounds=f"{town}#compounds",
        services=f"{town}#services",
        existing={"community": f"{town}#villages", "town": f"{town}#towns"},
        scheme="shangnan-county",
    )
    return write_plan(plan, path)


def crowd_plan(plan: Path, count: int, path: Path) -> Path:
    """Copy a plan with a number of footprints: each one cut into as many boxes as that takes.

    Nothing but what is drawn on zooming in is changed: the areas and their figures stay.
    """
    if path.is_file():
        return path
    buildings = gpd.read_file(plan, layer="buildings")
    boxes, origin = split_boxes(buildings.geometry.to_numpy(), count)
    crowded = buildings.iloc[origin].assign(geometry=boxes).reset_index(drop=True)
    crowded["building_id"] = [f"box{number:06d}" for number in range(len(crowded))]
    draft = path.with_suffix(".draft.gpkg")
    shutil.copyfile(plan, draft)
    pyogrio.write_dataframe(crowded, draft, layer="buildings", driver="GPKG")
    draft.replace(path)
    return path


def split_boxes(
    shapes: npt.NDArray[np.object_], count: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Cut the frames of footprints into small boxes, as many as are asked for.

    Returns
    -------
    boxes
        The boxes, shape (count,).
    origin
        Row of the footprint that each comes from.
    """
    parts = max(1, int(np.ceil(count / len(shapes))))
    across = int(np.ceil(np.sqrt(parts)))
    origin = np.repeat(np.arange(len(shapes)), across**2)
    step = np.tile(np.arange(across**2), len(shapes))
    west, south, east, north = shapely.bounds(shapes[origin]).T
    width, height = (east - west) / across, (north - south) / across
    x, y = west + width * (step % across), south + height * (step // across)
    boxes = shapely.box(x, y, x + 0.8 * width, y + 0.8 * height)
    # spread the choice over the whole district
    chosen = np.linspace(0, len(boxes) - 1, min(count, len(boxes))).astype(np.int64)
    return boxes[chosen], origin[chosen]
