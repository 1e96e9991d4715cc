"""Answers of a server of OpenStreetMap for an invented town, in the shape that OSMnx asks for.

Xiao Cheng stands where it says it does (114° E), with the tags that mappers use; nothing was fetched.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import geopandas as gpd
import shapely

TOWN = Path(__file__).resolve().parents[2] / "data" / "xiao_cheng.gpkg"
_BUILDINGS = {
    "居民楼": "apartments",
    "自建房": "house",
    "学校": "school",
    "医院": "hospital",
    "厂房": "industrial",
}
_STREETS = {
    "主干路": "primary", "次干路": "secondary", "支路": "tertiary",
    "巷道": "residential", "小区路": "service", "步道": "footway",
}  # fmt: skip

#: What Overpass says where nobody has to wait.
_STATUS = """Connected as: 1
Current time: 2026-01-01T00:00:00Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
"""

Answer = list[dict[str, Any]] | dict[str, Any]


class _Ways:
    """Ways that share the nodes at equal places."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[float, float], int] = {}
        self.ways: list[dict[str, Any]] = []

    def add(self, line: shapely.LineString, tags: dict[str, str]) -> None:
        places = [(round(x, 7), round(y, 7)) for x, y in line.coords]
        ids = [self.nodes.setdefault(place, 1_000 + len(self.nodes)) for place in places]
        self.ways.append({"type": "way", "id": 1 + len(self.ways), "nodes": ids, "tags": tags})

    def answer(self) -> Answer:
        nodes = [{"type": "node", "id": key, "lon": x, "lat": y} for (x, y), key in self.nodes.items()]
        return {"version": 0.6, "elements": [*nodes, *self.ways]}


def _read(layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(TOWN, layer=layer).to_crs(4326)


def answer_buildings() -> Answer:
    made = _Ways()
    for row in _read("buildings").itertuples():
        tags = {"building": _BUILDINGS.get(row.类型, "yes"), "building:levels": str(row.层数)}
        made.add(row.geometry.exterior, tags if row.名称 is None else {**tags, "name": str(row.名称)})
    return made.answer()


def answer_streets() -> Answer:
    made = _Ways()
    for row in _read("streets").itertuples():
        tags = {"highway": _STREETS[row.道路等级]}
        made.add(row.geometry, {**tags, "name": row.名称} if isinstance(row.名称, str) else tags)
    return made.answer()


def answer_place() -> Answer:
    shape = _read("boundary").geometry.iloc[0]
    west, south, east, north = shape.bounds
    found = {
        **{"place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": str(south), "lon": str(west)},
        **{"importance": 0.5, "class": "boundary", "type": "administrative", "addresstype": "suburb"},
        **{"place_rank": 20, "name": "小城", "display_name": "小城"},
        "boundingbox": [str(south), str(north), str(west), str(east)],
        "geojson": shapely.geometry.mapping(shape),
    }
    return [found]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/status"):
            self._write(_STATUS, "text/plain")
        else:
            self._send(answer_place())

    def do_POST(self) -> None:
        asked = unquote_plus(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._send(answer_streets() if '"highway"' in asked else answer_buildings())

    def _send(self, answer: Answer) -> None:
        self._write(json.dumps(answer), "application/json")

    def _write(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def serve_town() -> Iterator[str]:
    """Answer as Nominatim and Overpass on this machine; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
