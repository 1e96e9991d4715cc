"""What OSMnx 2 returns, built from a packaged town: no network and no OSMnx."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

TOWN = Path(__file__).resolve().parents[1] / "data" / "xiao_cheng.gpkg"
BUILDING = {
    "居民楼": "apartments",
    "自建房": "house",
    "厂房": "industrial",
    "学校": "school",
    "医院": "hospital",
}
HIGHWAY = {
    "主干路": "primary",
    "次干路": "secondary",
    "支路": "tertiary",
    "巷道": ["residential", "living_street"],  # ways that were made one edge keep the words of both
    "小区路": "service",
    "步道": "footway",
}


def read_corner(layer: str, share: float = 1.0) -> gpd.GeoDataFrame:
    """Read what of a layer of the town lies in its south-west corner, a share of its width and height."""
    frame = gpd.read_file(TOWN, layer=layer)
    west, south, east, north = gpd.read_file(TOWN, layer="boundary").total_bounds
    corner = shapely.box(west, south, west + share * (east - west), south + share * (north - south))
    return frame[frame.within(corner)].reset_index(drop=True)


def make_features(share: float = 1.0) -> gpd.GeoDataFrame:
    """Make what ``features_from_place(place, {"building": True})`` gives of the town's buildings."""
    town = read_corner("buildings", share)
    n = len(town)
    element = np.where(np.arange(n) % 20 == 7, "relation", "way")
    index = pd.MultiIndex.from_arrays([element, 100_000 + np.arange(n)], names=["element", "id"])
    tags = {
        "geometry": town.geometry.to_numpy(),
        "building": town["类型"].map(BUILDING).fillna("yes").to_numpy(dtype=object),
        "building:levels": town["层数"].astype("Int64").astype("str").to_numpy(dtype=object),
        "building:flats": town["户数"]
        .astype(object)
        .where(town["户数"].notna(), np.nan)
        .to_numpy(dtype=object),
        "name": town["名称"].astype(object).where(town["名称"].notna(), np.nan).to_numpy(dtype=object),
        "source": [["survey", "Bing"] if at % 50 == 0 else np.nan for at in range(n)],
        "type": np.where(element == "relation", "multipolygon", None),
        "addr:street": np.full(n, np.nan),
    }
    frame = gpd.GeoDataFrame(tags, index=index, geometry="geometry", crs=town.crs).to_crs(4326)
    door = gpd.GeoDataFrame(
        {"building": ["entrance"]},
        index=pd.MultiIndex.from_tuples([("node", 7)], names=["element", "id"]),
        geometry=[frame.geometry.iloc[0].centroid],
        crs=4326,
    )
    return pd.concat([door, frame])


def make_edges(share: float = 1.0) -> gpd.GeoDataFrame:
    """Make what ``graph_to_gdfs(graph, nodes=False)`` gives of the streets: both directions of each."""
    town = read_corner("streets", share).explode(ignore_index=True)
    lines = town.geometry.to_crs(4326).to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    node = np.unique(ends.round(7), axis=0, return_inverse=True)[1].reshape(2, -1)
    words = town["道路等级"].map(HIGHWAY)
    edges = pd.DataFrame(
        {"u": node[0], "v": node[1], "geometry": lines, "highway": words, "name": town["名称"]}
    )
    edges["osmid"] = [[at, at + 1] if isinstance(word, list) else at // 3 for at, word in enumerate(words)]
    back = edges.assign(u=edges["v"], v=edges["u"], geometry=shapely.reverse(lines))
    back["highway"] = [word[::-1] if isinstance(word, list) else word for word in words]
    both = pd.concat([edges.assign(reversed=False), back.assign(reversed=True)], ignore_index=True)
    both["key"] = both.groupby(["u", "v"]).cumcount()
    both = both.set_index(["u", "v", "key"]).sort_index()
    both = both.assign(oneway=False, lanes=np.nan, tunnel=np.nan, length=1.0)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=4326)
