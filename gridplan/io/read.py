"""Read the input layers: any vector file that GDAL knows, GeoParquet, OpenStreetMap files or a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import geopandas as gpd
import pandas as pd

from gridplan.crs import describe_crs, parse_crs, reproject
from gridplan.errors import InputError
from gridplan.io.existing import build_existing
from gridplan.io.frames import FRAME, Layer, LayerOrLayers, list_layers, take_frame
from gridplan.io.georef import locate_layers, require_overlap
from gridplan.io.osm import read_osm
from gridplan.io.place import read_place
from gridplan.io.source import CONTAINERS, RawLayer, is_osm, read_source, split_layer
from gridplan.io.tables import BUILDERS, LayerReading, make_unique
from gridplan.io.vocabulary import load_vocabulary
from gridplan.schema import Layers, Source, issue_rows, join_issues

__all__ = ["read_layers"]

Columns = Mapping[str, Mapping[str, str]]
Given: TypeAlias = LayerOrLayers | None

#: Roles that an OpenStreetMap file serves without being asked.
_OSM_EXTRAS = ("barriers", "landuse")


def read_layers(  # noqa: PLR0913 -- a front door, one keyword per layer
    buildings: Given = None,
    streets: Given = None,
    boundary: Given = None,
    barriers: Given = None,
    landuse: Given = None,
    compounds: Given = None,
    services: Given = None,
    existing: Mapping[str, LayerOrLayers] | None = None,
    *,
    columns: Columns | None = None,
    crs: object = None,
    place: str | None = None,
) -> Layers:
    """Read the layers of a district.

    Parameters
    ----------
    buildings, streets
        Footprints and centre lines: a GeoDataFrame (also as OSMnx returns it), a file that GDAL reads,
        ``file.gpkg#layer``, GeoParquet, ``.osm`` or ``.osm.pbf``, or a list of these. Streets may be left
        out where the buildings' file holds them too.
    boundary, barriers, landuse, compounds, services
        Optional layers: the district, rivers and railways, land use, residential compounds, service places.
        An OpenStreetMap file gives barriers and land use by itself.
    existing
        Areas that stand already (old communities, villages) by level id; "" where the scheme or a
        column of the layer says which.
    columns
        Columns by role and field for names that are not understood (``gridplan/io/vocabulary.toml``); ""
        says that there is none.
    crs
        Coordinate system of layers that have none or a wrong one; "local" for plain metres.
    place
        Name of a place to fetch from OpenStreetMap for every layer that is not given.

    Returns
    -------
    Layers
        Each frame in the system of its source; what was mended is in ``issues``.

    Raises
    ------
    InputError
        If a layer cannot be read or used: the message names file, layer, column and what to do.
    CRSError
        If a coordinate system is missing and not certain.

    Examples
    --------
    >>> layers = gridplan.read_layers("data/xiao_cheng.gpkg#buildings", "data/xiao_cheng.gpkg#streets")
    >>> len(layers.buildings), len(layers.streets)
    (779, 433)
    """
    columns = columns or {}
    for role in columns:
        if role not in load_vocabulary().layers:
            raise InputError("role_unknown", role=role, known=", ".join(load_vocabulary().layers))
    given = {
        role: list_layers(spec, role)
        for role, spec in (
            ("buildings", buildings),
            ("streets", streets),
            ("boundary", boundary),
            ("barriers", barriers),
            ("landuse", landuse),
            ("compounds", compounds),
            ("services", services),
        )
    }
    if not isinstance(existing, (Mapping, type(None))):
        raise InputError("existing_type", given=type(existing).__name__)
    raws = _read_all(given, columns, place)
    standing = _read_existing(existing or {}, columns)
    given_crs = None if crs is None else parse_crs(crs)
    located = locate_layers([*raws, *(raw for _, raw in standing)], given_crs)
    frames, sources, issues = _make_tables(located[: len(raws)], columns)
    parts: dict[str, list[gpd.GeoDataFrame]] = {}
    for (level, _), raw in zip(standing, located[len(raws) :], strict=True):
        sources.append(_describe_source(raw))
        reading = LayerReading(raw, frozenset(columns.get("existing", {})))
        parts.setdefault(level, []).append(build_existing(reading))
        issues += reading.issues
    areas = {level: _join_parts(several) for level, several in parts.items()}
    apart = [(role, frames[role]) for role in ("buildings", "streets", "boundary") if role in frames]
    require_overlap([*apart, *(("existing", frame) for frame in areas.values())])
    return Layers(**frames, existing=areas, sources=tuple(sources), issues=join_issues(*issues))


def _read_all(given: Mapping[str, list[Layer]], columns: Columns, place: str | None) -> list[RawLayer]:
    """Read every layer once, as far as it is given or comes with another one."""
    wanted = dict(given)
    if not wanted["buildings"] and not place:
        raise InputError("no_buildings_given")
    if not wanted["streets"] and not place:
        wanted["streets"] = _streets_beside(wanted["buildings"])
    extracts: dict[str, dict[str, RawLayer]] = {}
    raws: list[RawLayer] = []
    for role, specs in wanted.items():
        for spec in specs:
            if isinstance(spec, gpd.GeoDataFrame):
                raws.append(take_frame(spec, role, columns.get(role, {})))
                continue
            path, layer = split_layer(spec)
            if not is_osm(path) or layer:
                raws.append(read_source(spec, role, columns.get(role, {})))
                continue
            key = str(path.absolute())
            if key not in extracts:
                extracts[key] = read_osm(path, columns)
            if role not in extracts[key]:
                raise InputError("osm_role", path=str(path), role=role, known=", ".join(extracts[key]))
            raws.append(extracts[key][role])
    fetched = [read_place(place, columns)] if place else []
    raws += [
        raw
        for found in fetched
        for role, raw in found.items()
        if not wanted[role] and role not in _OSM_EXTRAS
    ]
    raws += [
        found[role]
        for found in (*extracts.values(), *fetched)
        for role in _OSM_EXTRAS
        if not wanted[role] and len(found[role].frame)
    ]
    return raws


def _read_existing(existing: Mapping[str, LayerOrLayers], columns: Columns) -> list[tuple[str, RawLayer]]:
    """Read the areas that stand already; a layer without any is refused, because it was asked for."""
    asked = columns.get("existing", {})
    raws = []
    for level, given in sorted(existing.items()):
        for spec in list_layers(given, "existing"):
            if isinstance(spec, gpd.GeoDataFrame):
                raw = take_frame(spec, "existing", asked)
            else:
                path, layer = split_layer(spec)
                if is_osm(path) and not layer:
                    raise InputError("osm_role", path=str(path), role="existing", known=", ".join(BUILDERS))
                raw = read_source(spec, "existing", asked)
            if not len(raw.frame):
                raise InputError("no_existing", path=raw.where)
            raws.append((level, raw))
    return raws


def _streets_beside(specs: list[Layer]) -> list[Layer]:
    """Look for the streets in the buildings' own file."""
    beside = [split_layer(spec)[0] for spec in specs if not isinstance(spec, gpd.GeoDataFrame)]
    inside: list[Layer] = [path for path in beside if path.suffix.lower() in CONTAINERS]
    if not inside:
        raise InputError("no_streets_given", path=str(beside[0]) if beside else FRAME)
    return inside


def _make_tables(
    raws: Sequence[RawLayer], columns: Columns
) -> tuple[dict[str, gpd.GeoDataFrame], list[Source], list[pd.DataFrame]]:
    """Build the table of every role from its layers."""
    frames: dict[str, gpd.GeoDataFrame] = {}
    sources: list[Source] = []
    issues: list[pd.DataFrame] = []
    for role, (build, id_column) in BUILDERS.items():
        parts = []
        for raw in (raw for raw in raws if raw.role == role):
            sources.append(_describe_source(raw))
            if not len(raw.frame):
                if role in ("buildings", "streets", "boundary"):
                    raise InputError(f"no_{role}", path=raw.where)
                issues += [*raw.issues, issue_rows(role, ["*"], "layer_empty", "noted", detail=raw.where)]
                continue
            reading = LayerReading(raw, frozenset(columns.get(role, {})))
            parts.append(build(reading))
            issues += reading.issues
        if not parts:
            continue
        frames[role], repeated = make_unique(_join_parts(parts), id_column, role)
        issues.append(repeated)
    return frames, sources, issues


def _join_parts(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put tables of one role one below the other, in the coordinate system of the first."""
    crs = parts[0].crs
    joined = pd.concat([reproject(part, crs) for part in parts], ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)


def _describe_source(raw: RawLayer) -> Source:
    columns = {field: "+".join(names) for field, names in raw.columns.items()}
    return Source(
        raw.role,
        raw.path,
        raw.layer,
        raw.sha256,
        len(raw.frame),
        describe_crs(raw.declared),
        raw.encoding,
        columns,
    )
