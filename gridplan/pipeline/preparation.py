"""What stands before anything is drawn: clean layers, atoms, their graph and what they stand in."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial.distance import cdist

from gridplan.arrays import FloatArray
from gridplan.atoms import Atoms, build_atoms
from gridplan.atoms.contiguity import build_graph
from gridplan.atoms.overlay import place_atoms
from gridplan.clean import clean_layers
from gridplan.crs import to_metres
from gridplan.graph import AtomGraph, Setting
from gridplan.io import read_layers
from gridplan.pipeline.inputs import LayerInputs
from gridplan.pipeline.stopwatch import Stopwatch
from gridplan.plan.succession import Standing
from gridplan.schema import CleanLayers, Layers, join_issues
from gridplan.scheme import Scheme

__all__ = ["build_setting", "lay_ground", "measure_distances", "place_existing", "read_and_clean"]


def read_and_clean(inputs: LayerInputs, scheme: Scheme, watch: Stopwatch) -> tuple[Layers, CleanLayers]:
    """Read the layers of a district, bring them into metres and make them fit for planning."""
    with watch.enter("read"):
        layers = to_metres(read_layers(**inputs))
    with watch.enter("clean"):
        clean = clean_layers(layers, scheme)
    return layers, clean


def lay_ground(clean: CleanLayers, scheme: Scheme, workers: int, watch: Stopwatch) -> tuple[Atoms, AtomGraph]:
    """Cut the ground into atoms, and find which of them hang together."""
    with watch.enter("atoms"):
        atoms = build_atoms(
            clean.buildings,
            clean.barriers,
            clean.district,
            scheme.atoms,
            compounds=clean.compounds,
            workers=workers,
        )
    with watch.enter("contiguity"):
        graph = build_graph(atoms.frame, clean.barriers)
    return atoms, graph


def place_existing(clean: CleanLayers, frame: gpd.GeoDataFrame) -> tuple[dict[str, Standing], pd.DataFrame]:
    """Find the old area of every level that each atom lies in.

    Parameters
    ----------
    clean
        With ``existing``.
    frame
        The atoms.

    Returns
    -------
    standing, issues
        The old areas by level as the atoms see them; buildings across their borders and outside of them.
    """
    people, ground = frame["population"].to_numpy(dtype=np.int64), frame["area_m2"].to_numpy(dtype=np.float64)
    standing: dict[str, Standing] = {}
    issues = []
    for level, areas in clean.existing.items():
        by_code = areas.sort_values("code", ignore_index=True)
        place, outside = place_atoms(frame, by_code, clean.buildings)
        codes, types, grounds = (by_code[name].to_numpy(dtype=object) for name in ("code", "type", "ground"))
        standing[level] = Standing(codes, types, grounds, place, people, ground)
        issues.append(outside)
    return standing, join_issues(*issues)


def build_setting(frame: gpd.GeoDataFrame, standing: Mapping[str, Standing]) -> Setting:
    """Turn what the atoms stand in into arrays; ground is urban unless an old area says that it is rural.

    Parameters
    ----------
    frame
        The atoms.
    standing
        The areas that stood before, by level.
    """
    rural = np.zeros(len(frame), dtype=bool)
    for areas in standing.values():
        rural |= (areas.place >= 0) & (areas.grounds[areas.place] == "rural")
    compound = frame["compound"].to_numpy(dtype=object)
    return Setting(
        block=frame["block"].to_numpy(dtype=np.int64),
        population=frame["population"].to_numpy(dtype=np.int64),
        dwellings=frame["dwellings"].to_numpy(dtype=np.int64),
        compound=np.where(compound != "", pd.factorize(compound, sort=True)[0], -1).astype(np.int64),
        existing={level: areas.place for level, areas in standing.items()},
        urban=~rural,
    )


def measure_distances(xy: FloatArray, services: gpd.GeoDataFrame | None) -> FloatArray | None:
    """Measure the distance from each atom to each service place, as the crow flies.

    Parameters
    ----------
    xy
        A point in each atom [m], shape (n, 2).
    services
        Points, or None.

    Returns
    -------
    ndarray, shape (n, places), or None
        [m]
    """
    if services is None or services.empty:
        return None
    return np.asarray(cdist(xy, shapely.get_coordinates(services.geometry.to_numpy())), dtype=np.float64)
