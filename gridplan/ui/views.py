"""Maps on a page: each picture is made and encoded once for all sessions that ask for it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridplan.onemap.browser.encode import EncodedView, encode_view
from gridplan.onemap.view import MapView
from gridplan.ui.choices import is_fresh
from gridplan.ui.maps import Pick, read_pick, show_map
from gridplan.ui.state import OpenedPlan
from gridplan.ui.tiles import read_tiles

__all__ = ["encode_once", "show_view", "take_pick"]

# pages x levels x measures x languages of one plan, and some places zoomed to
_KEPT = 128


def take_pick(key: str) -> Pick | None:
    """Return what was clicked just now on the map of a key, None in all other runs.

    To be asked before the map is shown: what is marked on it then is what was clicked, not what was before.
    """
    pick = read_pick(key)
    return pick if pick is not None and is_fresh(f"{key}-pick", pick.nonce) else None


def show_view(
    opened: OpenedPlan,
    lang: str,
    make: Callable[[], MapView],
    *parameters: object,
    key: str,
    chosen: str = "",
    focus: tuple[str, str] | None = None,
) -> None:
    """Show a map.

    Parameters
    ----------
    opened
        The plan that is looked at.
    lang
        "zh" or "en".
    make
        Makes the view; not called where the same was asked for before.
    parameters
        All that the view depends on besides plan and language: texts, numbers, dates, tuples of them.
    key
        Key of the widget, another one for another kind of map.
    chosen
        Code of an area to mark, "" for none.
    focus
        Level and code of an area to zoom to and to mark, once when it is another than before.
    """
    encoded = encode_once(opened, lang, make, *parameters, key=key)
    show_map(encoded, key=key, chosen=chosen, focus=focus)


def encode_once(
    opened: OpenedPlan, lang: str, make: Callable[[], MapView], *parameters: object, key: str
) -> EncodedView:
    """Encode a map, or give it as it was encoded before; the parameters are those of :func:`show_view`."""
    return _encode(opened.key, lang, key, parameters, make)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _encode(
    plan: str, lang: str, key: str, parameters: tuple[object, ...], _make: Callable[[], MapView]
) -> EncodedView:
    del plan, lang, key, parameters  # what the picture is kept by
    return encode_view(_make(), read_tiles())
