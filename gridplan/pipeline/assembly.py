"""The plan put together from what the rooms hand over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.arrays import FloatArray
from gridplan.compare.crosswalk import classify_changes
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

__all__ = ["assemble_plan", "list_slivers"]


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
        f"old_{level}": np.where(areas.place >= 0, areas.codes[areas.place], "")
        for level, areas in standing.items()
    }
    columns = {**old, **{level.id: codes[level.id] for level in scheme.levels}}
    atoms = frame.assign(**{name: pd.array(cells, dtype="str") for name, cells in columns.items()})
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


def _list_areas(atoms: gpd.GeoDataFrame, level: str, parent: str) -> pd.DataFrame:
    """List the areas of a level with parent and kind; the check decides on their status."""
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
        chiefs = pd.Series(inhabited, index=per_kind.index, dtype=object).reindex(codes)
        kinds = chiefs.where(chiefs.notna(), kinds).to_list()
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
        (level, proof.kind, json.dumps(sorted(proof.core)), int(proof.bound), "{}")
        for level, proofs in solved.certificates.items()
        for proof in proofs
    ]
    table = pd.DataFrame(rows, columns=list(CERTIFICATE_COLUMNS[1:]))
    table.insert(0, "certificate_id", np.arange(len(table)))
    return table


def _list_alternatives(solved: LevelsResult) -> pd.DataFrame:
    """List the plans that there were to choose from; the one that stands is marked."""
    rows = [
        (level, plan.key, place == 0, *(getattr(plan, name) for name in ALTERNATIVE_COLUMNS[3:]))
        for level, found in solved.alternatives.items()
        for place, plan in enumerate(found)
    ]
    return pd.DataFrame(rows, columns=list(ALTERNATIVE_COLUMNS))


def list_slivers(solved: LevelsResult) -> pd.DataFrame:
    """List each sliver between barriers that joined a neighbouring face.

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
