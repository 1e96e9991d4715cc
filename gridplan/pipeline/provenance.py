"""Where a plan comes from: its inputs, its rules and how it was made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd

from gridplan.plan import FORMAT_VERSION
from gridplan.schema import ATTACHED_COLUMNS, CleanLayers, Layers, Source
from gridplan.scheme import Scheme
from gridplan.solve.levels import LevelsResult

__all__ = ["ATTACHABLE", "describe_inputs", "describe_lists", "describe_run"]

#: What :func:`gridplan.attach_things` takes: things that are placed into areas, and compounds.
ATTACHABLE = (*ATTACHED_COLUMNS, "compounds")


def describe_inputs(layers: Layers, clean: CleanLayers) -> dict[str, str]:
    """Describe what came in, so that a reader can account for all of it.

    Parameters
    ----------
    layers, clean
        The layers as read, and as they are planned on.

    Returns
    -------
    dict
        Texts by key of the table ``provenance``; ``inputs`` is a JSON list of the sources.
    """
    sources = [_describe_source(source) for source in layers.sources]
    given = layers.buildings["households"]
    refused = layers.issues[(layers.issues["layer"] == "buildings") & (layers.issues["action"] == "dropped")]
    return {
        "inputs": json.dumps(sources, ensure_ascii=False, sort_keys=True),
        "buildings_in": str(len(layers.buildings) + refused["id"].nunique()),
        "streets_in": str(len(layers.streets)),
        "households_in": str(int(given.sum())),
        "households_unknown_in": str(int(given.isna().sum())),
        "buildings_planned": str(len(clean.buildings)),
        "district": _name_district(layers.boundary),
    }


def describe_lists(attached: str, sources: Sequence[Source], date: str) -> str:
    """Describe what is attached to a plan.

    Parameters
    ----------
    attached
        What the provenance says of it so far: a JSON list, "" for nothing.
    sources
        Where a list came from; what was said of its role before goes.
    date
        Day that it is of.
    """
    roles = {source.role for source in sources}
    kept = [entry for entry in json.loads(attached or "[]") if entry["role"] not in roles]
    lists = [*kept, *({**_describe_source(source), "date": date} for source in sources)]
    lists.sort(key=lambda entry: ATTACHABLE.index(entry["role"]))
    return json.dumps(lists, ensure_ascii=False, sort_keys=True)


def _describe_source(source: Source) -> dict[str, object]:
    return {
        "role": source.role,
        "file": Path(source.path).name,
        "layer": source.layer,
        "sha256": source.sha256,
        "rows": source.rows,
        "crs": source.crs,
        "columns": dict(source.columns),
    }


def _name_district(boundary: gpd.GeoDataFrame | None) -> str:
    """Name the district by its outline, "" where that has no name or several."""
    names = [] if boundary is None else boundary["name"].dropna().astype(str).str.strip().unique().tolist()
    return names[0] if len(names) == 1 else ""


def describe_run(scheme: Scheme, seed: int, solved: LevelsResult) -> dict[str, str]:
    """Describe by which rules and how a plan was made."""
    return {
        "format_version": FORMAT_VERSION,
        "gridplan_version": version("gridplan"),
        "scheme": scheme.id,
        "scheme_version": scheme.version,
        "scheme_toml": scheme.text,
        "scheme_sha256": scheme.digest,
        "seed": str(seed),
        "search": "time_limit" if solved.timed_out else "complete",
    }
