"""The map of a page: geometry is fetched by the browser beside the socket, clicks come back through it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from gridplan.onemap.browser.bundle import read_asset, read_script, read_style
from gridplan.onemap.browser.encode import EncodedView, encode_view
from gridplan.onemap.view import MapView
from gridplan.ui.blobs import offer_blob

__all__ = ["Pick", "read_pick", "show_map"]

# A map fills what is left of the window below the head of a page, down to where it would be too small.
_STYLE = """.gridplan-map {
  height: clamp(420px, calc(100vh - 22rem), 1100px);
  border: 1px solid #d7dfe3;
  border-radius: 6px;
  overflow: hidden;
}"""


@dataclass(frozen=True, slots=True)
class Pick:
    """What was clicked.

    Parameters
    ----------
    kind
        "area" or "point".
    level
        Level of the area, or id of the layer.
    code
        Code of the area, or what the point is known by in its layer.
    nonce
        Another number at each click.
    """

    kind: str
    level: str
    code: str
    nonce: int


def show_map(
    view: MapView | EncodedView,
    *,
    key: str,
    focus: tuple[str, str] | None = None,
    chosen: str = "",
) -> None:
    """Show a map; what is clicked on it is read by :func:`read_pick`.

    Parameters
    ----------
    view
        The picture, best encoded and kept by the caller: encoding a county takes a second.
    key
        Key of the widget; maps that follow each other under one key keep where the viewer has zoomed to
        as long as they show the same ground.
    focus
        Level and code of an area to zoom to and to mark, once when it is another than before.
    chosen
        Code of an area to mark, "" for none.
    """
    encoded = view if isinstance(view, EncodedView) else encode_view(view)
    component = st.components.v2.component(
        "gridplan.one_map",
        html='<div class="gridplan-map"></div>',
        css=_STYLE,
        js=read_asset("load.js"),
        isolate_styles=False,
    )
    component(
        data={
            "key": encoded.key,
            "config": encoded.config,
            "chosen": chosen,
            "focus": focus,
            "urls": {digest: offer_blob(digest, blob) for digest, blob in encoded.blobs.items()},
            "script": _offer_text(read_script("mount.js"), "text/javascript"),
            "style": _offer_text(read_style(), "text/css"),
        },
        key=key,
        on_pick_change=_take_note,
        on_lost_change=_take_note,
    )


def read_pick(key: str) -> Pick | None:
    """Return what was last clicked on the map of a key, also before it is shown again; None for nothing."""
    state = st.session_state.get(key)
    pick = state.get("pick") if isinstance(state, Mapping) else None
    if not isinstance(pick, Mapping) or pick.get("kind") not in {"area", "point"}:
        return None
    return Pick(str(pick["kind"]), str(pick["level"]), str(pick["code"]), int(pick["nonce"]))


def _take_note() -> None:
    """Do nothing: the run that follows reads what was clicked, or offers again what was lost."""


def _offer_text(text: str, media_type: str) -> str:
    return offer_blob(_digest_text(text), text.encode(), media_type)


@lru_cache(maxsize=4)
def _digest_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
