"""A level of a plan for other programs: GeoJSON, GeoParquet, shapefile, CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.crs import WGS84, reproject
from gridplan.errors import InputError, WriteError
from gridplan.io.atomic import replace_files
from gridplan.io.write import write_layer
from gridplan.plan import Plan

__all__ = ["FORMATS", "disarm", "drop_ending", "export_plan"]

#: Field names of a shapefile (at most 10 ASCII characters) with their meaning.
_SHAPE_FIELDS: Mapping[str, tuple[str, str, str]] = {
    "code": ("code", "编码", "code of the area"),
    "name": ("name", "名称", "name"),
    "parent": ("parent", "上级编码", "code of the area above"),
    "kind": ("kind", "类型", "apartment, selfbuilt, mixed, exclusive or empty"),
    "households": ("households", "户数", "households"),
    "population": ("population", "人口", "people"),
    "buildings": ("buildings", "建筑数", "buildings"),
    "area_m2": ("area_m2", "面积（平方米）", "area [m2]"),
    "perimeter_m": ("perim_m", "周长（米）", "perimeter [m]"),
    "compactness": ("compact", "紧凑度", "4 pi A / P^2"),
    "border_m": ("border_m", "内部边界长（米）", "border towards other areas [m]"),
    "street_border_m": ("street_m", "沿街边界长（米）", "the part of it along streets [m]"),
    "status": ("status", "状态", "ok, exempt or violation"),
    "certificate": ("certific", "豁免证明", "proof of an exemption"),
    "reason_zh": ("reason_zh", "原因（中文）", "reason, in Chinese"),
    "reason_en": ("reason_en", "原因（英文）", "reason, in English"),
    "borders_zh": ("borders_zh", "四至（中文）", "borders by side, in Chinese"),
    "borders_en": ("borders_en", "四至（英文）", "borders by side, in English"),
}

#: Longest text of a DBF table [bytes].
_DBF_TEXT_BYTES = 254
#: Stands for a character that GBK does not have.
_NOT_IN_GBK = "〓"
#: Language driver byte of a DBF table in GBK.
_GBK_DRIVER = 0x4D
#: What makes spreadsheet programs take a cell for a formula.
_FORMULA = re.compile(r"^[=+\-@\t\r]")
#: What makes the last part of a name an ending.
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]*")


def export_plan(
    plan: Plan, path: str | Path, fmt: str, areas: Mapping[str, gpd.GeoDataFrame]
) -> tuple[Path, ...]:
    """Write levels of a plan in another format.

    Parameters
    ----------
    plan
        The plan; its coordinate system is kept but in GeoJSON, which is WGS84 (RFC 7946).
    path
        A file for one level; several levels get ``-<level>`` added to its stem. In a folder the files
        are named by their level.
    fmt
        One of :data:`FORMATS`.
    areas
        The described areas of the levels to write (:func:`gridplan.report.describe_plan`).

    Returns
    -------
    tuple of Path
        The files, one per level.

    Raises
    ------
    InputError
        If the format is unknown.
    WriteError
        If a file cannot be written; then none is left behind.

    Examples
    --------
    >>> files = gridplan.export_plan(plan, "grids.geojson", "geojson", {"grid": plan.to_geodataframe("grid")})
    >>> [file.name for file in files]
    ['grids.geojson']
    """
    if fmt not in FORMATS:
        raise InputError("format_unknown", format=fmt, known=", ".join(FORMATS))
    suffix, write = FORMATS[fmt]
    target = Path(path)
    inside = target.is_dir()
    folder = (target if inside else target.parent).absolute()
    name = drop_ending(target.name)
    stems = {level: level if inside else name if len(areas) == 1 else f"{name}-{level}" for level in areas}
    with replace_files(folder) as beside:
        for level, frame in areas.items():
            ready = frame if "code" in frame.columns else frame.reset_index(names="code")
            write(ready.set_crs(plan.crs, allow_override=True), beside / f"{stems[level]}{suffix}")
    shown = target if inside else target.parent
    return tuple(shown / f"{stem}{suffix}" for stem in stems.values())


def drop_ending(name: str) -> str:
    """Drop the ending of a name of a file; the ``.2`` of ``v1.2`` and the day of ``2026.06.30`` are none."""
    stem = Path(name).stem
    return stem if _ENDING.fullmatch(name.removeprefix(stem)) else name


def _write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    if frame.crs.is_engineering:
        raise WriteError("export_local_plane", path=str(path.name))
    moved = reproject(frame, WGS84)
    # the standard wants outer rings counter-clockwise, which GDAL leaves undone when it is fed by Arrow
    turned = shapely.orient_polygons(moved.geometry.to_numpy(), exterior_cw=False)
    ready = moved.set_geometry(gpd.GeoSeries(turned, index=moved.index, crs=WGS84))
    write_layer(ready, path, path.stem, driver="GeoJSON", RFC7946="YES", WRITE_NAME="NO")


def _write_parquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False, compression="zstd")


def _write_csv(frame: gpd.GeoDataFrame, path: Path) -> None:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    _text_columns(table, disarm)
    # the mark at the start lets spreadsheet programs see that it is UTF-8
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _write_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    names = _short_names([str(name) for name in frame.columns if name != "geometry"])
    table = frame.rename(columns=names)
    cut = _text_columns(table, _as_gbk_bytes)
    write_layer(table, path, path.stem, driver="ESRI Shapefile", encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("GBK", encoding="ascii")
    with path.with_suffix(".dbf").open("rb+") as file:
        # GDAL stamps the day of writing; the first of 2000 keeps equal plans equal files
        file.seek(1)
        file.write(bytes((100, 1, 1)))
        file.seek(29)
        file.write(bytes((_GBK_DRIVER,)))
    _write_dictionary(names, cut, path.with_name(f"{path.stem}_字段说明.csv"))


def _short_names(columns: list[str]) -> dict[str, str]:
    """Give every column an ASCII name of at most 10 characters, each a different one."""
    names: dict[str, str] = {}
    for at, column in enumerate(columns):
        plain = re.sub(r"\W", "", column.encode("ascii", "ignore").decode())[:10] or f"field{at}"
        short = _SHAPE_FIELDS[column][0] if column in _SHAPE_FIELDS else plain
        names[column] = short if short not in names.values() else f"{short[:7]}{at:03d}"
    return names


def _text_columns(table: pd.DataFrame, change: Callable[[str], str]) -> dict[str, int]:
    """Change every text cell in place and count per column the texts that became shorter."""
    shorter: dict[str, int] = {}
    for name in table.columns:
        if name != "geometry" and pd.api.types.is_string_dtype(table[name]):
            codes, uniques = pd.factorize(table[name], use_na_sentinel=True)
            changed = [change(str(text)) for text in uniques]
            table[name] = pd.array(np.array([*changed, None], dtype=object)[codes], dtype="str")
            over = np.array(
                [len(_encode(str(text))) > _DBF_TEXT_BYTES for text in uniques] + [False], dtype=bool
            )
            shorter[str(name)] = int(over[codes].sum())
    return shorter


def disarm(text: str) -> str:
    """Mark a text that a spreadsheet program would take for a formula as text."""
    return f"'{text}" if _FORMULA.match(text) else text


def _encode(text: str) -> bytes:
    return b"".join(_encode_sign(sign) for sign in text)


def _encode_sign(character: str) -> bytes:
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return _NOT_IN_GBK.encode("gbk")


def _as_gbk_bytes(text: str) -> str:
    """Return the GBK bytes of a text as Latin-1, cut between characters to what a DBF cell holds."""
    raw = _encode(text)
    if len(raw) > _DBF_TEXT_BYTES:
        raw = raw[:_DBF_TEXT_BYTES].decode("gbk", errors="ignore").encode("gbk")
    return raw.decode("latin-1")


def _write_dictionary(names: Mapping[str, str], cut: Mapping[str, int], path: Path) -> None:
    rows = [
        (
            short,
            column,
            *(_SHAPE_FIELDS[column][1:] if column in _SHAPE_FIELDS else ("", "")),
            cut.get(short, 0),
        )
        for column, short in names.items()
    ]
    head = ["字段 field", "全名 full name", "含义", "meaning", "截断的文字数 texts cut"]
    pd.DataFrame(rows, columns=head).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


#: Formats by name: the suffix of the file and what writes it.
FORMATS: Mapping[str, tuple[str, Callable[[gpd.GeoDataFrame, Path], None]]] = {
    "geojson": (".geojson", _write_geojson),
    "geoparquet": (".parquet", _write_parquet),
    "shapefile": (".shp", _write_shapefile),
    "csv": (".csv", _write_csv),
}
