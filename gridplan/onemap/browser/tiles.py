"""A base map of web tiles under the map: only what the office has set.

Without a setting no tile is asked for. A preset is a form of address that the office fills with its own key.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace

from gridplan.crs import SYSTEMS
from gridplan.errors import InputError

__all__ = ["TILE_PRESETS", "Tiles", "parse_tiles"]

# Tianditu's WMTS in web Mercator; t0-t7 are its hosts, tk is the key (study domain.md, B.8).
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)


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
        What the service wants told.
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
        """One of ``gridplan.crs.SYSTEMS``."""
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
        ``tiles_broken``, ``tiles_unknown`` or ``tiles_key_missing``.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError("tiles_broken", reason=str(fault)) from None
    if not told:
        return None
    preset = told.pop("preset", None)
    url = told.pop("url", None)
    known = {one.name for one in fields(Tiles)} - {"urls"}
    unknown = sorted(set(told) - known)
    if unknown or (preset is None) == (url is None) or preset not in {None, *TILE_PRESETS}:
        wrong = unknown[0] if unknown else str(preset or url)
        raise InputError("tiles_unknown", word=wrong, presets=sorted(TILE_PRESETS), fields=sorted(known))
    start = TILE_PRESETS[preset] if preset else Tiles((url,) if isinstance(url, str) else tuple(url or ()))
    tiles = replace(start, **told)
    if tiles.system not in SYSTEMS:
        raise InputError("tiles_unknown", word=tiles.crs, presets=sorted(TILE_PRESETS), fields=sorted(known))
    if not tiles.key and any("{key}" in address for address in tiles.urls):
        raise InputError("tiles_key_missing", preset=str(preset or url))
    return tiles
