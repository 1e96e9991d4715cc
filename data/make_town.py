"""Write the synthetic towns again: the same content on every machine.

Usage: ``python data/make_town.py [TOWN [OUT.gpkg]]``. Without a town, all those stored in data/ are
written; a town that is not stored there needs a path.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pyogrio

from matian.assemble import list_care, list_hazards
from matian.assemble import list_layers as list_matian
from shangnan.assemble import draw_town as draw_shangnan
from shangnan.assemble import list_layers as list_shangnan
from shangnan.county import list_county
from town.assemble import draw_town

HERE = Path(__file__).resolve().parent

Layers = Mapping[str, gpd.GeoDataFrame]

#: What draws the layers of each town.
TOWNS: dict[str, Callable[[], Layers]] = {
    "xiao_cheng": draw_town,
    "xiao_shangnan": lambda: list_shangnan(draw_shangnan()),
    "xiao_shangnan_county": list_county,
    "xiao_matian": list_matian,
}
#: The towns stored beside this file.
STORED = ("xiao_cheng", "xiao_shangnan", "xiao_matian")
HAZARDS = HERE / "xiao_matian_hazards.parquet"
CARE = HERE / "xiao_matian_care.parquet"


def write_town(path: Path, town: str = "xiao_cheng") -> None:
    """Draw a town and put its layers into one GeoPackage, replacing the file in one move."""
    # GDAL would stamp the time of writing into the file
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        for name, frame in TOWNS[town]().items():
            pyogrio.write_dataframe(
                frame, draft, layer=name, driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"}
            )
        draft.replace(path)


def write_hazards(path: Path) -> None:
    """Write the hazards of xiao-Matian: 95,714 rows without geometry."""
    list_hazards().to_parquet(path, index=False, compression="zstd", version="2.6")


def write_care(path: Path) -> None:
    """Write the households of xiao-Matian by building and class of care."""
    list_care().to_parquet(path, index=False, compression="zstd", version="2.6")


def main(arguments: list[str]) -> None:
    """Write the town that is asked for, or all stored ones."""
    if not arguments:
        for town in STORED:
            write_town(HERE / f"{town}.gpkg", town)
        write_hazards(HAZARDS)
        write_care(CARE)
        return
    town, *path = arguments
    if town not in TOWNS or len(path) > 1 or (town not in STORED and not path):
        raise SystemExit(f"{__doc__}\nTowns: {', '.join(TOWNS)}")
    write_town(Path(path[0]) if path else HERE / f"{town}.gpkg", town)


if __name__ == "__main__":
    main(sys.argv[1:])
