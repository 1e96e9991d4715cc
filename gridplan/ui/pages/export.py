"""Exports: any map in any format, a set of pictures, all tables in one workbook."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.catalogue import MapKind, MapOrder, find_map
from gridplan.onemap.compounds import find_outline_level
from gridplan.onemap.maps import list_orders, make_view
from gridplan.onemap.view import Imprint
from gridplan.ui.boxes import choose_one
from gridplan.ui.choices import choose_level, name_level, suggest_level
from gridplan.ui.exports import WORKBOOK, make_file, name_file, show_files, sign_map
from gridplan.ui.frame import label_place
from gridplan.ui.products import is_in_set, label_map, pack_pictures, tabulate_plan
from gridplan.ui.state import OpenedPlan
from gridplan.ui.views import show_view
from gridplan.ui.within import ask_within

__all__ = ["show_export"]


def show_export(opened: OpenedPlan, lang: str) -> None:
    """Show the page of a plan in a language ("zh" or "en")."""
    _show_body(opened, lang)


@st.fragment
def _show_body(opened: OpenedPlan, lang: str) -> None:
    shown = opened.shown
    orders = list_orders(shown)
    left, right = st.columns((5, 8), gap="medium")
    with left:
        st.subheader(t("ui.export.one", lang))
        names = {order: label_map(order, lang) for order in orders}
        order = choose_one(t("ui.export.map", lang), names, key="export-map", lang=lang)
        level, within = _ask_place(opened, order, lang)
        title = _make_title(opened, order, level, lang)
        imprint = sign_map(shown, title, lang, roles=_find(order).roles)
        make = partial(make_view, shown, replace(order, level=level, within=within), lang, imprint=imprint)
        show_files(shown, make, None, lang, key="one", title=title)
        _offer_sets(opened, orders, level, lang)
    with right:
        printed = (imprint.review_number, imprint.stamp)
        show_view(opened, lang, make, order.name, order.rule, level, within, *printed, key="export-preview")


def _find(order: MapOrder) -> MapKind:
    """Return the map of an order that was offered."""
    kind = find_map(order.name)
    assert kind is not None, order
    return kind


def _ask_place(opened: OpenedPlan, order: MapOrder, lang: str) -> tuple[str, str]:
    """Ask for the level of the areas, and for the area that they lie in."""
    shown = opened.shown
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if _find(order).page == "compounds":
            level = find_outline_level(shown)
            return level, ask_within(shown, level, lang, page="export", itself=True)
        level = choose_level(shown, shown.levels, suggest_level(shown, shown.levels), lang, page="export")
        return level, ask_within(shown, level, lang, page="export")


def _make_title(opened: OpenedPlan, order: MapOrder, level: str, lang: str) -> str:
    parts = [label_place(opened, lang), label_map(order, lang)]
    if _find(order).page != "compounds":
        parts.append(name_level(opened.shown, level, lang))
    return " · ".join(parts)


def _offer_sets(opened: OpenedPlan, orders: tuple[MapOrder, ...], level: str, lang: str) -> None:
    """Offer all pictures in one file, and all tables in one workbook."""
    shown = opened.shown
    st.subheader(t("ui.export.sets", lang))
    signed = {order: sign_map(shown, "", lang, roles=_find(order).roles) for order in orders}
    chosen = tuple(order for order in orders if is_in_set(order))
    place = label_place(opened, lang)

    def sign(order: MapOrder) -> Imprint:
        return replace(signed[order], title=_make_title(opened, order, level, lang))

    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("ui.export.pictures", lang, count=len(chosen)),
            partial(pack_pictures, shown, chosen, level, lang, sign),
            file_name=f"{name_file(place, shown)}.zip",
            mime="application/zip",
            key="export-pictures",
            on_click="ignore",
            icon=":material/photo_library:",
        )
        st.download_button(
            t("ui.export.workbook", lang),
            partial(make_file, shown, None, partial(tabulate_plan, shown, level, lang), WORKBOOK),
            file_name=f"{name_file(place, shown)}.xlsx",
            mime=WORKBOOK.mime,
            key="export-workbook",
            on_click="ignore",
            icon=":material/table:",
        )
    st.caption(t("ui.export.sets_note", lang))
