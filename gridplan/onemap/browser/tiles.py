"""A base map of web tiles under the map: only what the office has set.

Without a setting no tile is asked for. A preset is a form of address that the office fills with its own key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from gridplan.errors import InputError

__all__ = ["TILE_PRESETS", "Tiles", "parse_tiles"]

# Tianditu's WMTS in web Mercator; t0-t7 are its hosts, tk is the key (docs/sources.md).
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)

# Baidu's tiles are not here: BD-09 has a grid of its own, which no shift lays onto web Mercator
_SYSTEMS = ("wgs84", "cgcs2000", "gcj02")
_PLACES = ("{x}", "{y}", "{z}")
_EXAMPLE = "http://10.0.0.8/tiles/{z}/{x}/{y}.png"
# the matrix set "c" of Tianditu, in degrees: as one of its addresses says it
_IN_DEGREES = re.compile(r"tilematrixset=c(?![0-9a-z])|_c/wmts", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Where tiles come from.

    Parameters
    ----------
    urls
        Addresses with {x}, {y}, {z}, {key} and {s}, the lowest layer first.
    key
        Key that the service asks for, put in place of {key}.
    crs
        "wgs84", "cgcs2000" (the same to a tile) or "gcj02": the map is shifted to lie on such tiles.
    max_zoom
        Finest zoom that the service has; finer ones show its tiles enlarged.
    attribution
        What the service wants to be credited with.
    subdomains
        What {s} stands for, one sign each.
    zoom_offset
        Added to the zoom that is asked for.
    tms
        Whether rows are counted from the south.
    """

    urls: tuple[str, ...]
    key: str = ""
    crs: str = "wgs84"
    max_zoom: int = 18
    attribution: str = ""
    subdomains: str = "0"
    zoom_offset: int = 0
    tms: bool = False

    @property
    def system(self) -> str:
        """One of ``gridplan.crs.SYSTEMS``: the map is shifted to it."""
        return "wgs84" if self.crs == "cgcs2000" else self.crs

    def to_config(self) -> dict[str, object]:
        """Return what the browser needs, the key filled in."""
        return {
            "urls": [url.replace("{key}", self.key) for url in self.urls],
            "max_zoom": self.max_zoom,
            "attribution": self.attribution,
            "subdomains": self.subdomains,
            "zoom_offset": self.zoom_offset,
            "tms": self.tms,
        }


def _tianditu(*layers: str) -> Tiles:
    urls = tuple(_TIANDITU.format(layer=layer) for layer in layers)
    return Tiles(urls, crs="cgcs2000", max_zoom=18, attribution="天地图", subdomains="01234567")


#: Services by name: Tianditu's map and images, each with its names.
TILE_PRESETS = {"tianditu-vec": _tianditu("vec", "cva"), "tianditu-img": _tianditu("img", "cia")}


def parse_tiles(text: str) -> Tiles | None:
    """Read the setting of the base map.

    Parameters
    ----------
    text
        TOML with ``preset`` or ``url`` (one or a list), and any field of :class:`Tiles`; empty for none.

    Returns
    -------
    Tiles or None

    Raises
    ------
    InputError
        ``tiles_broken``, ``tiles_unknown``, ``tiles_value``, ``tiles_degrees`` or ``tiles_key_missing``.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError("tiles_broken", reason=str(fault)) from None
    if not given:
        return None
    preset = given.pop("preset", None)
    url = given.pop("url", None)
    known = {field.name: field.default for field in fields(Tiles) if field.name != "urls"}
    unknown = sorted(set(given) - set(known))
    if unknown or (preset is None) == (url is None) or preset not in [None, *TILE_PRESETS]:
        wrong = unknown[0] if unknown else str(preset or url)
        raise InputError("tiles_unknown", word=wrong, presets=sorted(TILE_PRESETS), fields=sorted(known))
    _check_values(given, known)
    start = TILE_PRESETS[preset] if preset else Tiles(_check_urls(url))
    tiles = replace(start, **given)
    if not tiles.key and any("{key}" in address for address in tiles.urls):
        raise InputError("tiles_key_missing", preset=str(preset or url))
    return tiles


def _check_values(given: Mapping[str, object], known: Mapping[str, object]) -> None:
    """Refuse what a field cannot be: a number in quotes, a key without them, a system that tiles have not."""
    for name, value in given.items():
        if type(value) is not type(known[name]) or (name == "crs" and value not in _SYSTEMS):
            example = ", ".join(_SYSTEMS) if name == "crs" else f"{name} = {_write(known[name])}"
            raise InputError("tiles_value", field=name, word=_write(value), example=example)


def _check_urls(url: object) -> tuple[str, ...]:
    """Return the addresses of an own service; each must say where row, column and zoom stand."""
    given = url if isinstance(url, list) and url else [url]
    urls = tuple(
        address for address in given if isinstance(address, str) and all(sign in address for sign in _PLACES)
    )
    if len(urls) < len(given):
        raise InputError("tiles_value", field="url", word=_write(url), example=_EXAMPLE)
    for address in urls:
        if _IN_DEGREES.search(address):
            raise InputError("tiles_degrees", url=address)
    return urls


def _write(value: object) -> str:
    """Write a value as TOML does."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
