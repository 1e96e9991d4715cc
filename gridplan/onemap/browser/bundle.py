"""The map's own script and style, put together from the files in ``assets``: there is no build step."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

__all__ = ["read_asset", "read_script", "read_style"]

# in this order: what stands above is used below
_SCRIPTS = ("decode.js", "paint.js", "sheet.js", "layers.js", "panel.js", "map.js")


def read_asset(name: str) -> str:
    """Read a file of ``gridplan/onemap/browser/assets``."""
    return resources.files("gridplan.onemap.browser").joinpath("assets", name).read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def read_script(entry: str) -> str:
    """Return Leaflet, the map, and what starts it as one module.

    Parameters
    ----------
    entry
        "mount.js" in the app, "standalone.js" in a file of its own.
    """
    # no source map is served, and the module asks for nothing
    leaflet = re.sub(r"//# sourceMappingURL=\S*", "", read_asset("vendor/leaflet.js"))
    own = [read_asset(name) for name in (*_SCRIPTS, entry)]
    return "\n".join([leaflet, "const L = globalThis.L;", *own])


@lru_cache(maxsize=1)
def read_style() -> str:
    """Return the styles of Leaflet and of the map, without the pictures of controls that are not used."""
    leaflet = re.sub(r"(?s)/\*.*?\*/|[\w-]+:\s*url\([^)]*\);", "", read_asset("vendor/leaflet.css"))
    return "\n".join([leaflet, read_asset("onemap.css")])
