"""Atoms and their graph beside momepy's enclosed tessellation, on the same footprints, one core each.

``python -m benchmarks.geometry [--city nantes_centre]``
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import momepy
import numba
import shapely

from benchmarks.tiling import find_city
from gridplan import build_atoms, build_graph, clean_layers, load_scheme, read_layers, to_metres
from gridplan.schema import CleanLayers


def main() -> None:
    """Measure both on one city and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--city", default="nantes_centre")
    source = find_city(parser.parse_args().city)
    if source is None:
        sys.exit("the real data belong in ../shared/data, or in GRIDPLAN_SHARED")
    numba.set_num_threads(1)
    scheme = load_scheme("gridplan")
    layers = read_layers(buildings=f"{source}#buildings", streets=f"{source}#streets")
    clean = clean_layers(to_metres(layers), scheme)

    def draw_atoms() -> gpd.GeoDataFrame:
        atoms = build_atoms(clean.buildings, clean.barriers, clean.district, scheme.atoms, workers=1)
        build_graph(atoms.frame, clean.barriers)
        return atoms.frame

    draw_atoms()  # compiles and warms up; the peer has nothing to compile
    own = _time(draw_atoms)
    footprints, enclosures = clean.buildings[["geometry"]].reset_index(drop=True), _draw_enclosures(clean)
    peer = _time(lambda: momepy.enclosed_tessellation(footprints, enclosures, n_jobs=1))
    print(f"{source.stem}: {len(clean.buildings):,} buildings\n")
    print("| | seconds | processor seconds | ms a building | pieces | exact cover |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for name, (frame, wall, spent) in (
        ("gridplan: atoms, slices, land and graph", own),
        ("momepy.enclosed_tessellation alone", peer),
    ):
        each = 1000 * spent / len(clean.buildings)
        exact = "yes" if shapely.coverage_is_valid(frame.geometry.values) else "no"
        print(f"| {name} | {wall:.1f} | {spent:.1f} | {each:.2f} | {len(frame):,} | {exact} |")
    print(f"\n{peer[2] / own[2]:.1f} times as fast by processor time, {peer[1] / own[1]:.1f} by the clock")


def _draw_enclosures(clean: CleanLayers) -> gpd.GeoSeries:
    """Return the ground between the same barriers; made before the clock starts."""
    lines = [*clean.barriers.geometry.values, shapely.boundary(clean.district)]
    faces = shapely.polygonize(shapely.get_parts(shapely.node(shapely.union_all(lines))))
    return gpd.GeoSeries(list(shapely.get_parts(faces)), crs=clean.buildings.crs)


def _time(draw: Callable[[], gpd.GeoDataFrame]) -> tuple[gpd.GeoDataFrame, float, float]:
    """Return what is drawn, the wall seconds and the processor seconds that it took."""
    wall, spent = time.perf_counter(), time.process_time()
    frame = draw()
    return frame, time.perf_counter() - wall, time.process_time() - spent


if __name__ == "__main__":
    main()
