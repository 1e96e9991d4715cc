"""Open a plan file as it stands: whatever its cells say, so that the check can judge them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from gridplan.errors import InputError
from gridplan.io.source import require_file
from gridplan.io.write import AREA_KEYS, EXISTING_COLUMNS, TABLE_TYPES
from gridplan.plan import FORMAT_VERSION, Plan
from gridplan.schema import ALTERNATIVE_COLUMNS, ATOM_COLUMNS, ATTACHED_COLUMNS, PLACED_COLUMNS
from gridplan.scheme import parse_scheme

__all__ = ["open_plan"]

_NEEDED = ("atoms", "buildings", "streets", "district", "provenance", *TABLE_TYPES)
_AREA_COLUMNS = ("name", "parent", "kind", "status", "certificate", *AREA_KEYS)
_STREET_COLUMNS = ("street_id", "name", "street_class", "rank")
#: Versions of the file that are read too, and columns that had other names in them.
_OLDER = ("1",)
_RENAMED = {"compactness": "inertia_compactness", "farthest_m": "farthest_straight_m"}
#: Columns of the atoms that plans of the first release do not have.
_LATER = {"dwellings": "", "compound": "", "ground": "urban"}
#: Columns of attached things that plans written before they were known do not have.
_LATER_THINGS = frozenset({"is_fixed"})
#: Columns of attached things that are truth values or NA, and those that are numbers; the others are texts.
_TRUTHS = frozenset({"on_site", "is_fixed"})
_NUMBERS = frozenset({"likelihood", "exposure", "consequence", "severity", "area_m2", "households"})
_READ_FAULTS = (
    DataLayerError,
    DataSourceError,
    FeatureError,
    GeometryError,
    RuntimeError,
    ValueError,
    OSError,
)


def open_plan(path: str | os.PathLike[str]) -> Plan:
    """Open a plan that was written by :func:`gridplan.io.write_plan`.

    Parameters
    ----------
    path
        The GeoPackage.

    Returns
    -------
    Plan
        With the level layers as written in ``polygons``. Values are not corrected; a level whose layer
        or column is gone is missing here too.

    Raises
    ------
    InputError
        If the file is missing, damaged, no plan, or of another version of the format.
    SchemeError
        If the scheme that travels with the plan cannot be read.

    Examples
    --------
    >>> plan = gridplan.open_plan("plan.gpkg")
    >>> plan
    <Plan gridplan: ... atoms, ... subgrid, ... grid>
    """
    file = Path(path)
    require_file(file)
    layers = _list_layers(file)
    lacking = [name for name in _NEEDED if name not in layers]
    if lacking:
        raise InputError("plan_not_one", path=str(file), lacking=", ".join(lacking))
    provenance = _read_provenance(file)
    scheme = parse_scheme(provenance["scheme_toml"], where=str(file))
    atoms = _read_atoms(file)
    buildings = _read(file, "buildings", ("building_id", "kind", "households", "population"))
    polygons = {lv.id: _read_level(file, lv.id) for lv in scheme.levels if lv.id in layers}
    tables = {name: _read(file, name, tuple(types)) for name, types in TABLE_TYPES.items()}
    return Plan(
        scheme=scheme,
        atoms=atoms,
        buildings=buildings.set_index("building_id"),
        streets=_read(file, "streets", _STREET_COLUMNS),
        district=shapely.union_all(_read(file, "district", ()).geometry.to_numpy()),
        areas={level: _list_areas(layer) for level, layer in polygons.items()},
        certificates=tables["certificates"],
        issues=tables["issues"],
        provenance=provenance,
        alternatives=_read_alternatives(file if "alternatives" in layers else None),
        existing=_read_existing(file) if "existing" in layers else {},
        attached=_read_attached(file, layers),
        findings=tables["findings"],
        polygons=polygons,
    )


def _list_layers(path: Path) -> set[str]:
    try:
        return {str(name) for name, _ in pyogrio.list_layers(path)}
    except _READ_FAULTS as error:
        raise InputError("plan_not_gpkg", path=str(path)) from error


def _read(path: Path, layer: str, needed: tuple[str, ...]) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        # GDAL warns of cells that were changed to another type; the check judges what is left of them
        warnings.simplefilter("ignore")
        try:
            frame = pyogrio.read_dataframe(path, layer=layer, use_arrow=True, on_invalid="ignore")
        except _READ_FAULTS as error:
            fault = (str(error).strip().splitlines() or [""])[0][:200]
            raise InputError("file_damaged", path=str(path), fault=fault) from error
    lacking = [name for name in needed if name not in frame.columns]
    if lacking:
        raise InputError("plan_columns_missing", path=str(path), layer=layer, columns=", ".join(lacking))
    texts = [
        name for name in frame.columns if name != "geometry" and pd.api.types.is_string_dtype(frame[name])
    ]
    frame[texts] = frame[texts].astype("str")
    return frame


def _read_provenance(path: Path) -> Mapping[str, str]:
    table = _read(path, "provenance", ("key", "value"))
    facts = dict(zip(table["key"].fillna(""), table["value"].fillna(""), strict=True))
    lacking = [key for key in ("format_version", "scheme_toml") if key not in facts]
    if lacking:
        raise InputError("plan_not_one", path=str(path), lacking=", ".join(lacking))
    if facts["format_version"] not in (FORMAT_VERSION, *_OLDER):
        newer = facts["format_version"].isdigit() and int(facts["format_version"]) > int(FORMAT_VERSION)
        key = "plan_too_new" if newer else "plan_too_old"
        raise InputError(key, path=str(path), version=facts["format_version"], known=FORMAT_VERSION)
    return facts


def _read_atoms(path: Path) -> gpd.GeoDataFrame:
    atoms = _read(path, "atoms", ("atom_id", *(name for name in ATOM_COLUMNS if name not in _LATER)))
    for name, usual in _LATER.items():
        if name not in atoms:
            atoms[name] = atoms["households"] if name == "dwellings" else usual
    return atoms.sort_values("atom_id", kind="stable").set_index("atom_id")


def _read_alternatives(path: Path | None) -> pd.DataFrame:
    if path is None:
        return pd.DataFrame(columns=list(ALTERNATIVE_COLUMNS))
    table = pd.DataFrame(_read(path, "alternatives", ALTERNATIVE_COLUMNS[:-2]))
    table = table.rename(columns=_RENAMED)
    if lacking := [name for name in ALTERNATIVE_COLUMNS if name not in table]:
        raise InputError(
            "plan_columns_missing", path=str(path), layer="alternatives", columns=", ".join(lacking)
        )
    return table[list(ALTERNATIVE_COLUMNS)]


def _read_existing(path: Path) -> dict[str, pd.DataFrame]:
    """Read the areas that stood before, by level."""
    table = pd.DataFrame(_read(path, "existing", EXISTING_COLUMNS)).fillna("")
    rows = table.groupby("level", sort=False)
    return {str(level): areas.drop(columns="level").set_index("code") for level, areas in rows}


def _read_attached(path: Path, layers: set[str]) -> dict[str, pd.DataFrame]:
    """Read the things of all roles; a layer of the planner's own that bears such a name is let be."""
    attached = {}
    for role in (role for role in ATTACHED_COLUMNS if role in layers):
        needed = {*ATTACHED_COLUMNS[role], *PLACED_COLUMNS} - _LATER_THINGS
        if needed <= set(pyogrio.read_info(path, layer=role)["fields"]):
            attached[role] = _read_things(path, role)
    return attached


def _read_things(path: Path, role: str) -> pd.DataFrame:
    """Read the things of a role; texts are never missing, and without points there is a plain table."""
    table = _read(path, role, ())
    if isinstance(table, gpd.GeoDataFrame):
        shapes = np.where(shapely.is_missing(table.geometry), shapely.Point(), table.geometry)
        table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    for place, name in enumerate(ATTACHED_COLUMNS[role]):
        if name in _LATER_THINGS and name not in table:
            table.insert(place, name, pd.NA)
    for name in table.columns.drop("geometry", errors="ignore"):
        if name in _TRUTHS:
            table[name] = table[name].astype("boolean")
        elif name not in _NUMBERS:
            table[name] = table[name].fillna("").astype("str")
    return table


def _read_level(path: Path, level: str) -> gpd.GeoDataFrame:
    layer = _read(path, level, ("code",))
    shapes = layer.geometry.to_numpy()
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return layer.set_geometry(gpd.GeoSeries(np.asarray(shapes), index=layer.index, crs=layer.crs))


def _list_areas(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(index=pd.Index(layer["code"].fillna("").astype("str"), name="code"))
    for name in _AREA_COLUMNS:
        column = layer[name].to_numpy() if name in layer.columns else None
        if AREA_KEYS.get(name) == "int64":
            numbers = pd.to_numeric(pd.Series(column, index=table.index, dtype=object), errors="coerce")
            table[name] = numbers.fillna(-1).astype("int64")
        else:
            table[name] = pd.Series(column, index=table.index, dtype="str").fillna("")
    return table
