"""The map as one file of its own: it opens from a disk or a stick, and asks nobody for anything."""

from __future__ import annotations

import base64
import html
import json

from gridplan.i18n import t
from gridplan.onemap.browser.bundle import read_asset, read_script, read_style
from gridplan.onemap.browser.encode import EncodedView, encode_view
from gridplan.onemap.view import MapView

__all__ = ["PAGE_BYTES", "write_page"]

#: Largest page [bytes]: it is still sent by mail and opened on an old machine.
PAGE_BYTES = 5_000_000

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<header>
<h1>{title}</h1>
{note}</header>
<main><div class="gridplan-map" id="gridplan-map"><noscript><p>{no_script}</p></noscript></div></main>
<script type="application/json" id="gridplan-data">{data}</script>
<script type="module">
{script}
</script>
</body>
</html>
"""


def write_page(view: MapView) -> str:
    """Write a picture of the map as one HTML page.

    Parameters
    ----------
    view
        The picture; what it holds may be shown to its audience. Tiles are never part of it.

    Returns
    -------
    str
        The page, at most :data:`PAGE_BYTES` where the buildings alone can bring it there: they are left out
        then, and the page says so.
    """
    encoded = encode_view(view)
    page = _fill_page(view, encoded, with_buildings=True)
    if len(page.encode()) > PAGE_BYTES and encoded.config["buildings"]:
        page = _fill_page(view, encoded, with_buildings=False)
    return page


def _fill_page(view: MapView, encoded: EncodedView, *, with_buildings: bool) -> str:
    config = dict(encoded.config)
    left_out = "" if with_buildings else str(config["buildings"])
    note = ""
    if left_out:
        text = t("onemap.page.no_buildings", view.lang, count=config["building_count"])
        note = f"<p>{html.escape(text)}</p>\n"
        config["buildings"] = None
    blobs = {
        digest: base64.b64encode(blob).decode("ascii")
        for digest, blob in encoded.blobs.items()
        if digest != left_out
    }
    data = json.dumps({"config": config, "blobs": blobs}, ensure_ascii=False, separators=(",", ":"))
    return _PAGE.format(
        lang="zh-Hans" if view.lang == "zh" else view.lang,
        title=html.escape(view.imprint.title),
        style=read_style() + read_asset("page.css"),
        note=note,
        no_script=html.escape(t("onemap.page.no_script", view.lang)),
        # "<" cannot end the element that way, nor open a comment
        data=data.replace("<", "\\u003c"),
        script=_quote_script(read_script("standalone.js")),
    )


def _quote_script(script: str) -> str:
    """Keep a script from ending its element, and Leaflet from telling an address: its prefix is not shown."""
    return script.replace("</script", "<\\/script").replace("https://leafletjs.com", "leafletjs.com")
