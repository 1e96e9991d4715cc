"""Maps on a page: each picture is made and encoded once for all sessions that ask for it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridplan.onemap.encode import EncodedView, encode_view
from gridplan.onemap.view import MapView
from gridplan.ui.maps import Pick, show_map
from gridplan.ui.state import OpenedPlan

__all__ = ["show_view"]

# pages x levels x measures x languages of one plan, and some places zoomed to
_KEPT = 128


def show_view(
    opened: OpenedPlan,
    lang: str,
    make: Callable[[], MapView],
    *parameters: object,
    key: str,
    chosen: str = "",
) -> Pick | None:
    """Show a map and return what was clicked on it.

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
        Code of the area that is marked and zoomed to, "" for none.
    """
    return show_map(_encode(opened.key, lang, key, parameters, make), key=key, chosen=chosen)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _encode(
    plan: str, lang: str, key: str, parameters: tuple[object, ...], _make: Callable[[], MapView]
) -> EncodedView:
    del plan, lang, key, parameters  # what the picture is kept by
    return encode_view(_make())
