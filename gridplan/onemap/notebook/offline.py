"""Folium maps that ask no other host for anything: what they load stands in the page itself.

folium, branca and geopandas write links to four hosts into every page: Leaflet, jQuery, Bootstrap, icon
fonts, d3 for colour bars, jQuery UI for legends of categories. The links are replaced when a page is
rendered, so that whatever is added to the map later is covered too, and in that page only.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from importlib import resources
from typing import Protocol, cast

import folium
from branca.element import Figure

from gridplan.onemap.browser.bundle import read_asset

__all__ = ["keep_offline"]

_SCRIPT = re.compile(r"""<script\s+src=["']([^"']+)["']\s*>\s*</script>""")
_STYLE = re.compile(r"""<link\s+rel=["']stylesheet["']\s+href=["']([^"']+)["']\s*/?>""")
_PICTURE = re.compile(r"""url\(["']?(images/[^"')]+)["']?\)""")
_SOURCE_MAP = re.compile(r"//[#@] sourceMappingURL=\S*|/\*# sourceMappingURL=.*?\*/")

#: The vendored file that stands in for an address, by how the address ends in whatever version; "" for what
#: no element of a map needs: Bootstrap, and the letters of icon fonts (icon markers are pins without one).
_STAND_INS = {
    r"/leaflet(\.min)?\.js": "leaflet.js",
    r"/leaflet(\.min)?\.css": "leaflet.css",
    r"/jquery-[\d.]+(\.slim)?(\.min)?\.js": "jquery.min.js",
    r"/jquery-ui(\.min)?\.js": "jquery-ui.min.js",
    r"/d3(\.v3)?(\.min)?\.js": "d3.min.js",
    r"/leaflet\.awesome-markers(\.min)?\.js": "leaflet.awesome-markers.min.js",
    r"/leaflet\.awesome-markers(\.min)?\.css": "leaflet.awesome-markers.css",
    r"/bootstrap(\.bundle)?(\.min)?\.(js|css)": "",
    r"/bootstrap-glyphicons\.css": "",
    r"/fontawesome[^/]*/css/all(\.min)?\.css": "",
    r"/leaflet\.awesome\.rotate(\.min)?\.css": "",
}
#: Files that are left out of a page in which this word does not occur.
_ONLY_WITH = {"leaflet.awesome-markers": "AwesomeMarkers", "d3": "d3.", "jquery": "$("}

#: Leaflet looks for its pins beside its style sheet; there is none. Its name stands on the map, its flag not.
_SETTINGS = """L.Control.Attribution.mergeOptions({{prefix: "Leaflet"}});
delete L.Icon.Default.prototype._getIconUrl;
L.Icon.Default.mergeOptions({{iconUrl: "{icon}", iconRetinaUrl: "{retina}", shadowUrl: "{shadow}"}});"""


class _Template(Protocol):
    """What branca renders a figure by."""

    def render(self, **values: object) -> str:
        """Return the page."""


class _OfflineTemplate:
    """The template of a figure whose page holds what it would load."""

    def __init__(self, plain: _Template) -> None:
        self.plain = plain

    def render(self, **values: object) -> str:
        return _inline(self.plain.render(**values))


def keep_offline(m: folium.Map) -> folium.Map:
    """Let the page of a map hold the scripts and styles that it would load from other hosts.

    Parameters
    ----------
    m
        Any folium map. What is added to it later is covered too. Tiles and plugins that were asked for keep
        their addresses.

    Returns
    -------
    folium.Map
        The same map.

    Examples
    --------
    >>> import folium
    >>> page = keep_offline(folium.Map(tiles=None)).get_root().render()
    >>> "https://cdn" in page
    False
    """
    figure = cast(Figure, m.get_root())
    if not isinstance(figure._template, _OfflineTemplate):
        figure._template = _OfflineTemplate(figure._template)
    return m


def _inline(page: str) -> str:
    """Replace the links of a page that a vendored file stands in for."""
    body = _SCRIPT.sub("", page)

    def put(link: re.Match[str], tag: str) -> str:
        name = _find_stand_in(link[1])
        if name is None:
            return link[0]
        needed = next((word for start, word in _ONLY_WITH.items() if name.startswith(start)), "")
        return f"<{tag}>{_read_vendored(name)}</{tag}>" if name and needed in body else ""

    page = _SCRIPT.sub(lambda link: put(link, "script"), page)
    return _STYLE.sub(lambda link: put(link, "style"), page)


def _find_stand_in(address: str) -> str | None:
    """Return the vendored file for an address, "" where none is needed, None for an unknown address."""
    if "://" not in address:
        return None
    return next((name for end, name in _STAND_INS.items() if re.search(f"{end}$", address)), None)


@lru_cache(maxsize=16)
def _read_vendored(name: str) -> str:
    """Read a vendored script or style, its pictures written into it."""
    if name in ("leaflet.js", "leaflet.css"):
        text = read_asset(f"vendor/{name}")
    else:
        text = _open_vendored(name).decode("utf-8")
    text = _SOURCE_MAP.sub("", text)
    if name == "leaflet.js":
        pins = {"icon": "marker-icon", "retina": "marker-icon-2x", "shadow": "marker-shadow"}
        text += "\n" + _SETTINGS.format(**{key: _embed(f"images/{pin}.png") for key, pin in pins.items()})
    return _PICTURE.sub(lambda found: f'url("{_embed(found[1])}")', text)


def _embed(name: str) -> str:
    """Return a vendored picture as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(_open_vendored(name)).decode('ascii')}"


def _open_vendored(name: str) -> bytes:
    return resources.files("gridplan.onemap.notebook").joinpath("vendor", *name.split("/")).read_bytes()
