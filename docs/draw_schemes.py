"""Draw the small pictures of docs/schemes.md: ``python docs/draw_schemes.py [SCHEME ...]``.

Each is the finest level of a plan of an invented town, in a few calm colours, with the borders of the level
above.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

import gridplan
from gridplan.onemap.colours import PALETTE, colour_areas

ROOT = Path(__file__).resolve().parents[1]
DATA, PICTURES = ROOT / "data", ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 420, 300


def name_layers(town: str, existing: dict[str, str] | None = None) -> dict[str, object]:
    """Name the layers of a town as the arguments of make_plan."""
    file = DATA / f"{town}.gpkg"
    layers = {role: f"{file}#{role}" for role in ("buildings", "streets", "boundary", "compounds")}
    return {**layers, "existing": {level: f"{file}#{layer}" for level, layer in (existing or {}).items()}}


def plan_scheme(scheme: str, folder: Path) -> gridplan.Plan:
    """Plan the town that suits a scheme."""
    if scheme in {"matian", "rongxian", "yinzhou"}:
        return gridplan.make_plan(**name_layers("xiao_matian", {"community": "communities"}), scheme=scheme)
    if scheme == "shangnan":
        return gridplan.make_plan(**name_layers("xiao_shangnan", {"community": "existing"}), scheme=scheme)
    if scheme == "shangnan-county":
        county = folder / "county.gpkg"
        maker = [sys.executable, str(DATA / "make_town.py"), "xiao_shangnan_county", str(county)]
        subprocess.run(maker, check=True, cwd=ROOT)
        layers = {role: f"{county}#{role}" for role in ("buildings", "streets", "boundary", "compounds")}
        existing = {"town": f"{county}#towns", "community": f"{county}#villages"}
        limits = f"{county}#limits"
        return gridplan.make_plan(**layers, barriers=limits, existing=existing, scheme=scheme)
    layers = name_layers("xiao_cheng")
    if scheme == "wuhou-micro":
        grids = gridplan.make_plan(**layers, scheme="standard-300")
        layers["existing"] = {"grid": gridplan.dissolve_level(grids, "grid").reset_index()}
    return gridplan.make_plan(**layers, scheme=scheme)


def draw_plan(plan: gridplan.Plan) -> bytes:
    """Draw the finest level as a picture of few colours."""
    level = plan.scheme.levels[-1]
    shapes = gridplan.dissolve_level(plan, level.id)
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=200)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    colours = colour_areas(shapes)
    shapes.plot(
        ax=axes, color=[PALETTE[i % len(PALETTE)] for i in colours], edgecolor="#5d6168", linewidth=0.3
    )
    above = level.parent or (level.within[0] if level.within else "")
    coarse = gridplan.dissolve_level(plan, above) if above else gpd.GeoDataFrame(geometry=[plan.district])
    coarse.boundary.plot(ax=axes, color="#23272e", linewidth=1.0)
    axes.set_axis_off()
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def main() -> None:
    """Draw the schemes that are named, or all."""
    mpl.use("Agg")
    wanted = sys.argv[1:] or [
        scheme if isinstance(scheme, str) else scheme.id for scheme in gridplan.list_schemes()
    ]
    for scheme in wanted:
        with tempfile.TemporaryDirectory() as folder:
            picture = Image.open(io.BytesIO(draw_plan(plan_scheme(scheme, Path(folder)))))
        small = picture.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        target = PICTURES / f"scheme-{scheme}.png"
        small.quantize(24).save(target, optimize=True)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
