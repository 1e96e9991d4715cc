"""From what the rooms hand over to the values of the next: the setting of the atoms, and the plan itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial.distance import cdist

from gridplan.arrays import FloatArray
from gridplan.atoms.overlay import place_atoms
from gridplan.compare.crosswalk import classify_changes
from gridplan.graph import Setting
from gridplan.plan import Plan
from gridplan.plan.codes import code_areas
from gridplan.plan.succession import Standing
from gridplan.schema import (
    ALTERNATIVE_COLUMNS,
    CERTIFICATE_COLUMNS,
    CleanLayers,
    issue_rows,
    join_issues,
)
from gridplan.scheme import Scheme
from gridplan.solve.levels import LevelsResult

__all__ = ["assemble_plan", "measure_ways", "place_existing", "read_setting", "tell_slivers"]


def assemble_plan(
    clean: CleanLayers,
    frame: gpd.GeoDataFrame,
    xy: FloatArray,
    solved: LevelsResult,
    scheme: Scheme,
    standing: Mapping[str, Standing],
) -> Plan:
    """Put codes on the atoms and list the areas.

    Parameters
    ----------
    clean, frame
        The clean layers and the atoms, with their class of ground.
    xy
        A point in each atom [m], shape (n, 2).
    solved
        Labels, certificates and alternatives by level.
    scheme
        The rules.
    standing
        The areas that stood before, by level.
    """
    codes = code_areas(solved.labels, xy, scheme, standing)
    old = {
        f"old_{name}": np.where(one.place >= 0, one.codes[one.place], "") for name, one in standing.items()
    }
    columns = {**old, **{level.id: codes[level.id] for level in scheme.levels}}
    atoms = frame.assign(**{name: pd.array(told, dtype="str") for name, told in columns.items()})
    existing = {
        level: pd.DataFrame(table.drop(columns="geometry")).set_index("code").sort_index()
        for level, table in clean.existing.items()
    }
    areas = {level.id: _list_areas(atoms, level.id, level.parent) for level in scheme.levels}
    plan = Plan(
        scheme=scheme,
        atoms=atoms,
        buildings=clean.buildings,
        streets=clean.barriers,
        district=clean.district,
        areas=areas,
        certificates=_list_certificates(solved),
        issues=clean.issues,
        provenance={},
        existing=existing,
        alternatives=_list_alternatives(solved),
    )
    return replace(plan, areas=_name_areas(plan))


def _name_areas(plan: Plan) -> dict[str, pd.DataFrame]:
    """Let areas that go on from old ones keep their names; the others are called by their code."""
    areas = dict(plan.areas)
    for level in plan.existing:
        kept = classify_changes(plan, level)["name"].reindex(areas[level].index).fillna("")
        areas[level] = areas[level].assign(name=kept.where(kept != "", areas[level]["name"]))
    return areas


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
        place, told = place_atoms(frame, by_code, clean.buildings)
        codes, types, grounds = (by_code[name].to_numpy(dtype=object) for name in ("code", "type", "ground"))
        standing[level] = Standing(codes, types, grounds, place, people, ground)
        issues.append(told)
    return standing, join_issues(*issues)


def read_setting(frame: gpd.GeoDataFrame, standing: Mapping[str, Standing]) -> Setting:
    """Turn what the atoms stand in into arrays; ground is urban unless an old area says that it is rural.

    Parameters
    ----------
    frame
        The atoms.
    standing
        The areas that stood before, by level.
    """
    rural = np.zeros(len(frame), dtype=bool)
    for one in standing.values():
        rural |= (one.place >= 0) & (one.grounds[one.place] == "rural")
    compound = frame["compound"].to_numpy(dtype=object)
    return Setting(
        block=frame["block"].to_numpy(dtype=np.int64),
        population=frame["population"].to_numpy(dtype=np.int64),
        dwellings=frame["dwellings"].to_numpy(dtype=np.int64),
        compound=np.where(compound != "", pd.factorize(compound, sort=True)[0], -1).astype(np.int64),
        existing={level: one.place for level, one in standing.items()},
        urban=~rural,
    )


def measure_ways(xy: FloatArray, services: gpd.GeoDataFrame | None) -> FloatArray | None:
    """Measure the way from each atom to each service place, as the crow flies.

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


def _list_areas(atoms: gpd.GeoDataFrame, level: str, parent: str) -> pd.DataFrame:
    """List the areas of a level with parent and kind; their status is the check's to tell."""
    columns = [level, "kind", "households"] + ([parent] if parent else [])
    table = pd.DataFrame({name: atoms[name].to_numpy() for name in columns})
    homes = table[table["households"] > 0]
    per_kind = homes.groupby([level, "kind"])["households"].sum().unstack(fill_value=0)
    institutions = set(table.loc[table["kind"] == "exclusive", level])
    codes = np.sort(table[level].unique())
    kinds = ["exclusive" if code in institutions else "empty" for code in codes]
    if len(homes):
        counts = per_kind.to_numpy()
        chief = per_kind.columns.to_numpy(dtype=object)[counts.argmax(axis=1)]
        inhabited = np.where((counts > 0).sum(axis=1) > 1, "mixed", chief)
        told = pd.Series(inhabited, index=per_kind.index, dtype=object).reindex(codes)
        kinds = told.where(told.notna(), kinds).to_list()
    parents = table.drop_duplicates(level).set_index(level)[parent].loc[codes] if parent else ""
    return pd.DataFrame(
        {
            "name": codes,
            "parent": np.asarray(parents, dtype=object) if parent else "",
            "kind": kinds,
            "status": "ok",
            "certificate": "",
            "certificate_id": -1,
            "reason_key": "",
            "reason_values": "{}",
        },
        index=pd.Index(codes, name="code"),
    )


def _list_certificates(solved: LevelsResult) -> pd.DataFrame:
    rows = [
        (level, one.kind, json.dumps(sorted(one.core)), int(one.bound), "{}")
        for level, proofs in solved.certificates.items()
        for one in proofs
    ]
    table = pd.DataFrame(rows, columns=list(CERTIFICATE_COLUMNS[1:]))
    table.insert(0, "certificate_id", np.arange(len(table)))
    return table


def _list_alternatives(solved: LevelsResult) -> pd.DataFrame:
    """List the plans that there were to choose from; the one that stands is marked."""
    rows = [
        (
            level,
            one.key,
            place == 0,
            one.areas,
            one.legal,
            one.outside,
            one.moved,
            one.compactness,
            one.farthest_m,
        )
        for level, found in solved.alternatives.items()
        for place, one in enumerate(found)
    ]
    return pd.DataFrame(rows, columns=list(ALTERNATIVE_COLUMNS))


def tell_slivers(solved: LevelsResult) -> pd.DataFrame:
    """Tell of each sliver between barriers that joined a neighbouring face.

    Parameters
    ----------
    solved
        With ``slivers`` by level.
    """
    rows = [
        issue_rows("atoms", atoms, "face_sliver", "merged", area, detail=level)
        for level, (atoms, area) in solved.slivers.items()
    ]
    return join_issues(*rows)
