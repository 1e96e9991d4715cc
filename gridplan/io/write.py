"""Write a plan as one GeoPackage that QGIS opens styled (the contract ``plan.gpkg`` of DESIGN.md)."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridplan.errors import InputError, WriteError
from gridplan.io.atomic import replace_files
from gridplan.io.styles import style_table
from gridplan.plan import FORMAT_VERSION, Plan
from gridplan.schema import (
    ALTERNATIVE_COLUMNS,
    ATOM_COLUMNS,
    ATTACHED_COLUMNS,
    CERTIFICATE_COLUMNS,
    FINDING_COLUMNS,
    ISSUE_COLUMNS,
)

__all__ = [
    "AREA_KEYS",
    "EXISTING_COLUMNS",
    "GROUND_LAYERS",
    "TABLE_TYPES",
    "build_layer",
    "fix_stamp",
    "write_layer",
    "write_plan",
]

#: Layers that every plan has besides those of its levels.
GROUND_LAYERS = ("atoms", "buildings", "streets", "district")

#: What a level's layer holds of ``Plan.areas`` besides the described columns.
AREA_KEYS: Mapping[str, str] = {"certificate_id": "int64", "reason_key": "str", "reason_values": "str"}

#: Types of the tables without geometry.
TABLE_TYPES: Mapping[str, Mapping[str, str]] = {
    "certificates": dict(
        zip(CERTIFICATE_COLUMNS, ("int64", "str", "str", "str", "int64", "str"), strict=True)
    ),
    "findings": dict(
        zip(FINDING_COLUMNS, ("str", "int64", "str", "str", "float64", "float64", "str", "str"), strict=True)
    ),
    "issues": dict(zip(ISSUE_COLUMNS, ("str", "str", "str", "str", "float64", "str"), strict=True)),
}

#: Columns of the table of areas that stood before.
EXISTING_COLUMNS = ("level", "code", "name", "type", "ground")

#: Types of the plans to choose from, a table that only a redraw has.
ALTERNATIVE_TYPES: Mapping[str, str] = dict(
    zip(
        ALTERNATIVE_COLUMNS,
        ("str", "str", "bool", "int64", "int64", "int64", "int64", "float64", "float64"),
        strict=True,
    )
)

#: The date that GDAL stamps on layers; a fixed one keeps equal plans equal files.
_STAMP = "2000-01-01T00:00:00.000Z"


def write_plan(plan: Plan, path: str | os.PathLike[str], areas: Mapping[str, gpd.GeoDataFrame]) -> Path:
    """Write a plan to a GeoPackage.

    Parameters
    ----------
    plan
        The plan.
    path
        The ``.gpkg`` file; what stood there before is replaced only when the new file is whole.
    areas
        The described areas by level id (:func:`gridplan.report.describe_plan`), with ``code``.

    Returns
    -------
    Path
        The file. Equal plans give equal files, byte by byte.

    Raises
    ------
    WriteError
        If the areas do not fit the plan, or the file cannot be written; nothing is left behind.
    """
    target = Path(path)
    lacking = [level for level in plan.areas if level not in areas]
    if lacking:
        raise WriteError("areas_missing", path=str(target), levels=", ".join(lacking))
    with replace_files(target.absolute().parent) as folder, fix_stamp():
        part = folder / target.name
        for name in (*plan.areas, *GROUND_LAYERS):
            layer = build_layer(plan, name, areas.get(name))
            write_layer(layer if layer.index.name is None else layer.reset_index(), part, name)
        for name, types in TABLE_TYPES.items():
            table: pd.DataFrame = getattr(plan, name)
            write_layer(table[list(types)].astype(dict(types)), part, name)
        if len(plan.alternatives):
            write_layer(plan.alternatives.astype(dict(ALTERNATIVE_TYPES)), part, "alternatives")
        if plan.existing:
            write_layer(_existing(plan), part, "existing")
        for role in (role for role in ATTACHED_COLUMNS if role in plan.attached):
            write_layer(build_layer(plan, role), part, role)
        write_layer(_provenance(plan), part, "provenance")
        homes = {level: areas[level]["households"].to_numpy(dtype=np.int64) for level in plan.areas}
        points = {
            role: "level" in table
            for role, table in plan.attached.items()
            if isinstance(table, gpd.GeoDataFrame)
        }
        write_layer(style_table(homes, points), part, "layer_styles")
    return target


def write_layer(
    frame: pd.DataFrame, path: Path, layer: str, *, driver: str = "GPKG", **options: object
) -> None:
    """Add a layer or a table to a file.

    Parameters
    ----------
    frame
        With geometry or without.
    path, layer, driver
        Where it goes.
    **options
        Layer creation options of GDAL, and ``encoding``.
    """
    if isinstance(frame, gpd.GeoDataFrame):
        kind, promote = _shape_type(frame)
        options |= {"geometry_type": kind, "promote_to_multi": promote}
    with warnings.catch_warnings():
        # GDAL warns of coordinate systems and names that it adapts to the format
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, layer=layer, driver=driver, use_arrow=True, **options)


def _shape_type(frame: gpd.GeoDataFrame) -> tuple[str, bool]:
    """Return the geometry type that holds all shapes of a frame, and whether single ones must be promoted."""
    found = set(shapely.get_type_id(frame.geometry.to_numpy()).tolist())
    for single, multi, name in ((3, 6, "Polygon"), (1, 5, "LineString"), (0, 4, "Point")):
        if found == {single}:
            return name, False
        if found and found <= {single, multi}:
            return f"Multi{name}", True
    return "Unknown", False


def build_layer(plan: Plan, name: str, described: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Build one layer of plan.gpkg.

    Parameters
    ----------
    plan
        The plan.
    name
        A level of the plan, one of :data:`GROUND_LAYERS`, or a role of ``plan.attached``.
    described
        The described areas of the level; needed for levels only.

    Returns
    -------
    DataFrame
        All columns of the layer; index ``code`` for areas, ``atom_id`` for atoms, ``building_id`` for
        buildings, else the row. With geometry but for attached things that have no place of their own.

    Raises
    ------
    InputError
        ``layer_unknown`` if the plan has no such layer.
    """
    if name in plan.areas and described is not None:
        return _build_level(plan, name, described)
    if name == "atoms":
        return _build_atoms(plan)
    if name == "buildings":
        return plan.buildings.rename_axis("building_id")
    if name == "streets":
        return plan.streets.reset_index(drop=True)
    if name == "district":
        return gpd.GeoDataFrame({"name": [""]}, geometry=[plan.district], crs=plan.crs)
    if name in plan.attached:
        return plan.attached[name].reset_index(drop=True)
    raise InputError("layer_unknown", layer=name, known=[*plan.areas, *GROUND_LAYERS, *plan.attached])


def _build_level(plan: Plan, level: str, described: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    layer = described.set_index("code") if "code" in described.columns else described
    keys = plan.areas[level].reindex(layer.index)
    columns = {
        name: pd.array(keys[name].fillna(-1 if kind == "int64" else "").to_numpy(), dtype=kind)
        for name, kind in AREA_KEYS.items()
    }
    return layer.drop(columns=list(AREA_KEYS), errors="ignore").assign(**columns)


def _build_atoms(plan: Plan) -> gpd.GeoDataFrame:
    levels = [level for level in plan.areas if level in plan.atoms.columns]
    old = [name for level in plan.existing if (name := f"old_{level}") in plan.atoms.columns]
    return plan.atoms[[*ATOM_COLUMNS, *levels, *old, "geometry"]].rename_axis("atom_id")


def _existing(plan: Plan) -> pd.DataFrame:
    """Put the areas that stood before into one table."""
    tables = [table.reset_index(names="code").assign(level=level) for level, table in plan.existing.items()]
    return pd.concat(tables, ignore_index=True)[list(EXISTING_COLUMNS)].astype("str")


def _provenance(plan: Plan) -> pd.DataFrame:
    facts = {**plan.provenance, "format_version": FORMAT_VERSION, "scheme_toml": plan.scheme.text}
    return pd.DataFrame({"key": sorted(facts), "value": [str(facts[key]) for key in sorted(facts)]}).astype(
        "str"
    )


@contextmanager
def fix_stamp() -> Iterator[None]:
    """Let GDAL stamp a fixed date, and leave its settings as they were."""
    wanted = {"OGR_CURRENT_DATE": _STAMP, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
