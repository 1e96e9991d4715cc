"""Inputs as they really arrive, and worse: a small town whose files were spoilt in one way each.

``make_hostile_cases(directory, rng, n)`` writes ``n`` cases. Each must end in a plan or in a
``GridplanError`` that says what is wrong, never in a traceback; ``Case.outcome`` says which one.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

CRS = "EPSG:4547"
ORIGIN = (503_000.0, 2_520_000.0)
BLOCK = 90.0

Paths = dict[str, str]
Mutation = Callable[["Town"], Paths]


@dataclass(frozen=True)
class Case:
    """One spoilt input.

    Parameters
    ----------
    name
        Which mutation, and its number.
    paths
        What to give to ``read_layers`` by keyword (file paths, ``crs``).
    args
        The same for ``gridplan plan``.
    outcome
        "plan" (can be planned on), "refused", or "either".
    """

    name: str
    paths: Paths
    args: tuple[str, ...]
    outcome: str


@dataclass
class Town:
    """A good town in frames, a folder to write in, and chance."""

    folder: Path
    rng: np.random.Generator
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame

    def write(self, *, suffix: str = ".gpkg", **options: object) -> Paths:
        """Write both frames as they now stand."""
        paths = {}
        for role in ("buildings", "streets"):
            path = self.folder / f"{role}{suffix}"
            pyogrio.write_dataframe(getattr(self, role), path, **options)
            paths[role] = str(path)
        return paths

    def some(self, share: float = 0.2) -> np.ndarray:
        """Draw some rows of the buildings."""
        n = len(self.buildings)
        return np.sort(self.rng.choice(n, max(1, int(n * share)), replace=False))

    def set_shapes(self, role: str, shapes: np.ndarray) -> None:
        frame = getattr(self, role)
        setattr(self, role, frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)))

    def move(self, role: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
        self.set_shapes(role, shapely.transform(getattr(self, role).geometry.to_numpy(), change))


def build_town(folder: Path, rng: np.random.Generator) -> Town:
    """Draw a town of some 4 x 3 blocks with twelve buildings each."""
    nx, ny = int(rng.integers(3, 6)), int(rng.integers(2, 5))
    x0, y0 = ORIGIN
    lines = [
        shapely.LineString([(x0 + i * BLOCK, y0), (x0 + i * BLOCK, y0 + ny * BLOCK)]) for i in range(nx + 1)
    ]
    lines += [
        shapely.LineString([(x0, y0 + j * BLOCK), (x0 + nx * BLOCK, y0 + j * BLOCK)]) for j in range(ny + 1)
    ]
    rim = [i in (0, nx) for i in range(nx + 1)] + [j in (0, ny) for j in range(ny + 1)]
    streets = gpd.GeoDataFrame(
        {
            "编号": [f"R{n}" for n in range(len(lines))],
            "道路名称": [f"第{n}路" for n in range(len(lines))],
            "道路等级": ["主干道" if outer else "巷道" for outer in rim],
        },
        geometry=lines,
        crs=CRS,
    )
    i, j, a, b = (one.ravel() for one in np.meshgrid(range(nx), range(ny), range(4), range(3), indexing="ij"))
    left, low = x0 + i * BLOCK + 8 + a * 20, y0 + j * BLOCK + 8 + b * 27
    homes = rng.integers(2, 25, len(left))
    buildings = gpd.GeoDataFrame(
        {
            "编号": [f"B{n:03d}" for n in range(len(left))],
            "名称": [f"{n}号楼" for n in range(len(left))],
            "类型": np.where(homes > 4, "居民楼", "自建房"),
            "户数": homes,
            "层数": rng.integers(1, 8, len(left)),
        },
        geometry=shapely.box(
            left, low, left + rng.uniform(9, 16, len(left)), low + rng.uniform(9, 20, len(left))
        ),
        crs=CRS,
    )
    return Town(folder, rng, buildings, streets)


# files


def _file_missing(town: Town) -> Paths:
    paths = town.write()
    lost = str(town.rng.choice(["buildings", "streets"]))
    return paths | {lost: str(town.folder / "nowhere.gpkg")}


def _file_empty(town: Town) -> Paths:
    paths = town.write()
    Path(paths["buildings"]).write_bytes(b"")
    return paths


def _not_a_vector_file(town: Town) -> Paths:
    path = (
        town.folder
        / f"buildings{town.rng.choice(['.gpkg', '.shp', '.geojson', '.docx', '.osm', '.parquet'])}"
    )
    path.write_bytes(town.rng.bytes(4000))
    if path.suffix == ".shp":
        for suffix in (".shx", ".dbf"):
            path.with_suffix(suffix).write_bytes(town.rng.bytes(400))
    return town.write() | {"buildings": str(path)}


def _truncated(town: Town) -> Paths:
    suffix = str(town.rng.choice([".gpkg", ".shp", ".geojson", ".fgb", ".gml"]))
    paths = town.write(suffix=suffix)
    role = str(town.rng.choice(["buildings", "streets"]))
    path = Path(paths[role])
    if suffix == ".shp":
        path = path.with_suffix(str(town.rng.choice([".shp", ".dbf", ".shx"])))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * town.rng.uniform(0.2, 0.9))])
    return paths


def _truncated_parquet(town: Town) -> Paths:
    path = town.folder / "buildings.parquet"
    town.buildings.to_parquet(path)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * town.rng.uniform(0.1, 0.95))])
    return town.write() | {"buildings": str(path)}


def _shapefile_part_missing(town: Town) -> Paths:
    paths = town.write(suffix=".shp")
    Path(paths["buildings"]).with_suffix(str(town.rng.choice([".dbf", ".shx"]))).unlink()
    return paths


def _folder_for_file(town: Town) -> Paths:
    return town.write() | {"streets": str(town.folder)}


def _layer_missing(town: Town) -> Paths:
    paths = town.write()
    return paths | {"buildings": f"{paths['buildings']}#nolayer"}


def _layer_unclear(town: Town) -> Paths:
    path = town.folder / "all.gpkg"
    for name in ("one", "two"):
        pyogrio.write_dataframe(town.buildings, path, layer=name)
    return town.write() | {"buildings": str(path)}


def _table_without_shapes(town: Town) -> Paths:
    path = town.folder / "ledger.gpkg"
    pyogrio.write_dataframe(pd.DataFrame(town.buildings.drop(columns="geometry")), path)
    return town.write() | {"buildings": str(path)}


def _plain_parquet(town: Town) -> Paths:
    path = town.folder / "plain.parquet"
    pd.DataFrame(town.buildings.drop(columns="geometry")).to_parquet(path)
    return town.write() | {"buildings": str(path)}


def _another_format(town: Town) -> Paths:
    return town.write(suffix=str(town.rng.choice([".geojson", ".fgb", ".gml"])))


def _geoparquet(town: Town) -> Paths:
    paths = {}
    for role in ("buildings", "streets"):
        path = town.folder / f"{role}.parquet"
        getattr(town, role).to_parquet(path)
        paths[role] = str(path)
    return paths


def _odd_path(town: Town) -> Paths:
    folder = town.folder / "我 的 数据#1 (终版)"
    folder.mkdir()
    return {role: shutil.move(path, folder / Path(path).name) for role, path in town.write().items()}


# text and columns


def _gbk_without_cpg(town: Town) -> Paths:
    paths = town.write(suffix=".shp", encoding="GBK")
    for path in paths.values():
        Path(path).with_suffix(".cpg").unlink(missing_ok=True)
    return paths


def _wrong_cpg(town: Town) -> Paths:
    paths = town.write(suffix=".shp", encoding="GBK")
    for path in paths.values():
        Path(path).with_suffix(".cpg").write_text(
            str(town.rng.choice(["UTF-8", "no such thing", "ISO-8859-1"]))
        )
    return paths


def _names_cut_in_a_character(town: Town) -> Paths:
    town.buildings = town.buildings.rename(columns={"户数": "家庭住户数量", "层数": "楼层总数"})
    return town.write(suffix=".shp", encoding="UTF-8")


def _no_columns(town: Town) -> Paths:
    town.buildings = town.buildings[["geometry"]]
    town.streets = town.streets[["geometry"]]
    return town.write()


def _columns_missing(town: Town) -> Paths:
    lost = town.rng.choice(town.buildings.columns[:-1], 2, replace=False)
    town.buildings = town.buildings.drop(columns=list(lost))
    return town.write()


def _text_for_numbers(town: Town) -> Paths:
    words = np.array(
        ["约20", "3户", "１２", "1,200", "", "不详", "abc", "20-30", "-5", "十二", "1e3", "∞", "NaN"]
    )
    town.buildings["户数"] = town.rng.choice(words, len(town.buildings))
    return town.write()


def _only_text_for_numbers(town: Town) -> Paths:
    town.buildings["户数"] = "很多"
    return town.write()


def _absurd_numbers(town: Town) -> Paths:
    values = town.buildings["户数"].astype(float)
    values.iloc[town.some()] = town.rng.choice([-1, 3.7, np.nan, np.inf, 1e6])
    town.buildings["户数"] = values
    return town.write()


def _no_households(town: Town) -> Paths:
    town.buildings["户数"] = None if town.rng.random() < 0.5 else 0
    return town.write()


def _one_giant(town: Town) -> Paths:
    town.buildings.loc[town.some(0.01), "户数"] = int(town.rng.integers(200, 3000))
    return town.write()


def _ids_repeated(town: Town) -> Paths:
    town.buildings.loc[town.some(0.5), "编号"] = "B000"
    return town.write()


def _ids_as_floats(town: Town) -> Paths:
    town.buildings["编号"] = 1e15 + np.arange(len(town.buildings)) * 0.5
    return town.write()


def _ids_missing(town: Town) -> Paths:
    town.buildings.loc[town.some(), "编号"] = None
    return town.write()


def _words_unknown(town: Town) -> Paths:
    town.buildings["类型"] = town.rng.choice(["???", "甲类", "", "x" * 5000, "1"], len(town.buildings))
    town.streets["道路等级"] = town.rng.choice(["甲", "", "99", "ZZ"], len(town.streets))
    return town.write()


def _texts_that_bite(town: Town) -> Paths:
    texts = ["=1+1", "'; DROP TABLE atoms;--", "a\nb", "𬭎㛃", "😀", "<b>x</b>", "\\", '"', "{name}", "%s"]
    town.buildings["名称"] = town.rng.choice(texts, len(town.buildings))
    town.streets["道路名称"] = town.rng.choice(texts, len(town.streets))
    return town.write()


def _columns_with_our_names(town: Town) -> Paths:
    for name in ("grid", "subgrid", "code", "atom_id", "block", "kind", "building_id"):
        town.buildings[name] = "x"
    return town.write()


# coordinates and systems


def _nan_coordinates(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy().copy()
    chosen = town.some() if town.rng.random() < 0.6 else np.arange(len(shapes))
    bad = town.rng.choice([np.nan, np.inf, -np.inf])
    # the third corner of each ring of five points
    spoil = lambda xy: np.where((np.arange(len(xy)) % 5 == 2)[:, None], bad, xy)  # noqa: E731
    shapes[chosen] = shapely.transform(shapes[chosen], spoil)
    town.set_shapes("buildings", shapes)
    return _geoparquet(town) if town.rng.random() < 0.5 else town.write()


def _far_strays(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy().copy()
    away = float(town.rng.choice([-ORIGIN[1], 1e6, 1e12, 1e300]))
    shapes[:1] = shapely.transform(shapes[:1], lambda xy: xy + away)
    town.set_shapes("buildings", shapes)
    return town.write()


def _crs_missing_metres(town: Town) -> Paths:
    for role in ("buildings", "streets"):
        setattr(town, role, getattr(town, role).set_crs(None, allow_override=True))
    return town.write(suffix=".shp")


def _crs_missing_but_given(town: Town) -> Paths:
    return _crs_missing_metres(town) | {"crs": CRS}


def _crs_missing_one_layer(town: Town) -> Paths:
    paths = town.write(suffix=".shp")
    Path(paths["streets"]).with_suffix(".prj").unlink()
    return paths


def _crs_missing_degrees(town: Town) -> Paths:
    for role in ("buildings", "streets"):
        frame = getattr(town, role).to_crs(4326)
        setattr(town, role, frame.set_crs(None, allow_override=True))
    if town.rng.random() < 0.5:
        for role in ("buildings", "streets"):
            town.move(role, lambda xy: xy[:, ::-1])
    return town.write(suffix=".shp")


def _crs_missing_zone_prefix(town: Town) -> Paths:
    for role in ("buildings", "streets"):
        setattr(town, role, getattr(town, role).set_crs(None, allow_override=True))
        town.move(role, lambda xy: xy + np.array([38_000_000, 0]))
    if town.rng.random() < 0.5:
        for role in ("buildings", "streets"):
            town.move(role, lambda xy: xy[:, ::-1])
    return town.write(suffix=".shp")


def _crs_wrong(town: Town) -> Paths:
    wrong = int(town.rng.choice([4326, 4490, 32630, 2154]))
    for role in ("buildings", "streets"):
        setattr(town, role, getattr(town, role).set_crs(wrong, allow_override=True))
    return town.write()


def _crs_other(town: Town) -> Paths:
    town.streets = town.streets.to_crs(int(town.rng.choice([4326, 3857, 4526, 32649, 2435])))
    return town.write()


def _crs_web_mercator(town: Town) -> Paths:
    town.buildings, town.streets = town.buildings.to_crs(3857), town.streets.to_crs(3857)
    return town.write()


def _crs_nonsense(town: Town) -> Paths:
    return town.write() | {"crs": "EPSG:999999"}


def _crs_local(town: Town) -> Paths:
    for role in ("buildings", "streets"):
        setattr(town, role, getattr(town, role).set_crs(None, allow_override=True))
        town.move(role, lambda xy: xy - np.array(ORIGIN))
    return town.write(suffix=".shp")


def _crs_local_given(town: Town) -> Paths:
    return _crs_local(town) | {"crs": "local"}


def _layers_apart(town: Town) -> Paths:
    town.move("streets", lambda xy: xy + 50_000)
    return town.write()


# shapes and counts


def _open_lines_for_buildings(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy()
    opened = np.array([shapely.LineString(shapely.get_coordinates(one)[:-1]) for one in shapes])
    town.set_shapes("buildings", opened)
    return town.write()


def _outlines_for_buildings(town: Town) -> Paths:
    town.set_shapes("buildings", shapely.boundary(town.buildings.geometry.to_numpy()))
    return town.write()


def _points_for_buildings(town: Town) -> Paths:
    town.set_shapes("buildings", shapely.centroid(town.buildings.geometry.to_numpy()))
    return town.write()


def _layers_swapped(town: Town) -> Paths:
    paths = town.write()
    return {"buildings": paths["streets"], "streets": paths["buildings"]}


def _mixed_shapes(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy().copy()
    chosen = town.some(0.3)
    shapes[chosen[::2]] = shapely.centroid(shapes[chosen[::2]])
    shapes[chosen[1::2]] = [
        shapely.GeometryCollection([one, shapely.Point(0, 0)]) for one in shapes[chosen[1::2]]
    ]
    town.set_shapes("buildings", shapes)
    return town.write(geometry_type="Unknown")


def _shapes_missing(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy().copy()
    shapes[town.some(0.3 if town.rng.random() < 0.7 else 1.0)] = None
    town.set_shapes("buildings", shapes)
    return town.write()


def _broken_polygons(town: Town) -> Paths:
    shapes = town.buildings.geometry.to_numpy().copy()
    chosen = town.some(0.4)
    order = [0, 2, 1, 3, 0] if town.rng.random() < 0.5 else [0, 1, 1, 0, 0]
    shapes[chosen] = [shapely.Polygon(shapely.get_coordinates(one)[order]) for one in shapes[chosen]]
    town.set_shapes("buildings", shapes)
    return town.write()


def _heights_in_shapes(town: Town) -> Paths:
    z = float(town.rng.choice([3.0, 1e6]))
    for role in ("buildings", "streets"):
        town.set_shapes(role, shapely.force_3d(getattr(town, role).geometry.to_numpy(), z))
    return town.write()


def _footprints_doubled(town: Town) -> Paths:
    copies = int(town.rng.integers(2, 5))
    town.buildings = pd.concat([town.buildings] * copies, ignore_index=True)
    return town.write()


def _all_in_one_place(town: Town) -> Paths:
    town.set_shapes("buildings", np.repeat(town.buildings.geometry.to_numpy()[:1], len(town.buildings)))
    return town.write()


def _buildings_across_streets(town: Town) -> Paths:
    grown = shapely.buffer(
        town.buildings.geometry.to_numpy(), float(town.rng.uniform(2, 15)), join_style="mitre"
    )
    town.set_shapes("buildings", grown)
    return town.write()


def _no_buildings(town: Town) -> Paths:
    town.buildings = town.buildings.iloc[:0]
    return town.write(geometry_type="Polygon")


def _few_buildings(town: Town) -> Paths:
    town.buildings = town.buildings.iloc[: int(town.rng.integers(1, 4))]
    return town.write()


def _no_streets(town: Town) -> Paths:
    town.streets = town.streets.iloc[:0]
    return town.write(geometry_type="Unknown")


def _few_streets(town: Town) -> Paths:
    town.streets = town.streets.iloc[: int(town.rng.integers(1, 4))]
    return town.write()


def _points_as_streets(town: Town) -> Paths:
    shapes = town.streets.geometry.to_numpy().copy()
    shapes[:2] = [shapely.LineString([p, p]) for p in shapely.get_coordinates(shapes)[:2]]
    town.set_shapes("streets", shapes)
    return town.write()


def _boundary(town: Town, shape: shapely.Geometry) -> Paths:
    path = town.folder / "boundary.geojson"
    outline = gpd.GeoDataFrame(geometry=[shape], crs=CRS).to_crs(4326)
    path.write_text(json.dumps(outline.to_geo_dict()), encoding="utf-8")
    return town.write() | {"boundary": str(path)}


def _boundary_good(town: Town) -> Paths:
    return _boundary(town, shapely.box(*town.streets.total_bounds).buffer(5))


def _boundary_line(town: Town) -> Paths:
    return _boundary(town, shapely.LineString([ORIGIN, (ORIGIN[0] + 100, ORIGIN[1] + 1)]))


def _boundary_elsewhere(town: Town) -> Paths:
    return _boundary(town, shapely.box(ORIGIN[0] + 90_000, ORIGIN[1], ORIGIN[0] + 91_000, ORIGIN[1] + 900))


def _boundary_tiny(town: Town) -> Paths:
    x, y = shapely.get_coordinates(town.buildings.geometry.to_numpy()[0])[0]
    return _boundary(town, shapely.box(x - 2, y - 2, x + 2, y + 2))


def _header_lies(town: Town) -> Paths:
    paths = town.write(suffix=".shp")
    table = Path(paths["buildings"]).with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[4:8] = struct.pack("<I", int(town.rng.integers(10**6, 10**9)))
    table.write_bytes(bytes(raw))
    return paths


MUTATIONS: tuple[tuple[Mutation, str], ...] = (
    (_file_missing, "refused"),
    (_file_empty, "refused"),
    (_not_a_vector_file, "refused"),
    (_truncated, "refused"),
    (_truncated_parquet, "refused"),
    (_shapefile_part_missing, "refused"),
    (_folder_for_file, "refused"),
    (_layer_missing, "refused"),
    (_layer_unclear, "refused"),
    (_table_without_shapes, "refused"),
    (_plain_parquet, "refused"),
    (_another_format, "plan"),
    (_geoparquet, "plan"),
    (_odd_path, "plan"),
    (_gbk_without_cpg, "plan"),
    (_wrong_cpg, "plan"),
    (_names_cut_in_a_character, "plan"),
    (_no_columns, "plan"),
    (_columns_missing, "plan"),
    (_text_for_numbers, "plan"),
    (_only_text_for_numbers, "plan"),
    (_absurd_numbers, "plan"),
    (_no_households, "plan"),
    (_one_giant, "plan"),
    (_ids_repeated, "plan"),
    (_ids_as_floats, "plan"),
    (_ids_missing, "plan"),
    (_words_unknown, "plan"),
    (_texts_that_bite, "plan"),
    (_columns_with_our_names, "plan"),
    (_nan_coordinates, "either"),
    (_far_strays, "either"),
    (_crs_missing_metres, "refused"),
    (_crs_missing_but_given, "plan"),
    (_crs_missing_one_layer, "plan"),
    (_crs_missing_degrees, "plan"),
    (_crs_missing_zone_prefix, "plan"),
    (_crs_wrong, "either"),
    (_crs_other, "plan"),
    (_crs_web_mercator, "plan"),
    (_crs_nonsense, "refused"),
    (_crs_local, "refused"),
    (_crs_local_given, "plan"),
    (_layers_apart, "refused"),
    (_open_lines_for_buildings, "refused"),
    (_outlines_for_buildings, "plan"),
    (_points_for_buildings, "refused"),
    (_layers_swapped, "refused"),
    (_mixed_shapes, "plan"),
    (_shapes_missing, "either"),
    (_broken_polygons, "plan"),
    (_heights_in_shapes, "plan"),
    (_footprints_doubled, "plan"),
    (_all_in_one_place, "either"),
    (_buildings_across_streets, "plan"),
    (_no_buildings, "refused"),
    (_few_buildings, "either"),
    (_no_streets, "refused"),
    (_few_streets, "either"),
    (_points_as_streets, "plan"),
    (_boundary_good, "plan"),
    (_boundary_line, "refused"),
    (_boundary_elsewhere, "refused"),
    (_boundary_tiny, "either"),
    (_header_lies, "refused"),
)


def make_hostile_cases(directory: Path, rng: np.random.Generator, n: int) -> list[Case]:
    """Write spoilt inputs.

    Parameters
    ----------
    directory
        An empty folder; each case gets a folder of its own.
    rng
        Chance; the same state gives the same cases.
    n
        How many. Every mutation comes once before one comes again with other chances.
    """
    cases = []
    for at in range(n):
        mutate, outcome = MUTATIONS[at % len(MUTATIONS)]
        name = f"{at:03d}{mutate.__name__}"
        folder = directory / name
        folder.mkdir(parents=True)
        paths = mutate(build_town(folder, rng))
        args = tuple(word for role, path in paths.items() for word in (f"--{role}", str(path)))
        cases.append(Case(name, {role: str(path) for role, path in paths.items()}, args, outcome))
    return cases
