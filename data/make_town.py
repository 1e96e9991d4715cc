"""Write data/xiao_cheng.gpkg, the synthetic town, again: the same content on every machine."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio

from town.assemble import draw_town

OUT = Path(__file__).resolve().parent / "xiao_cheng.gpkg"


def write_town(path: Path) -> None:
    """Draw the town and put its layers into one GeoPackage, replacing the file in one move."""
    # GDAL would stamp the time of writing into the file
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        layers: dict[str, gpd.GeoDataFrame] = draw_town()
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                frame, draft, layer=name, driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"}
            )
        draft.replace(path)


if __name__ == "__main__":
    write_town(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
