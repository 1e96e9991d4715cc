"""Exports: any map in any format, a set of pictures, all tables in one workbook."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.compounds import find_outline_level
from gridplan.onemap.view import Imprint
from gridplan.ui.boxes import choose_one
from gridplan.ui.choices import choose_level, name_level, suggest_level
from gridplan.ui.exports import WORKBOOK, make_file, name_file, show_files, sign_map
from gridplan.ui.frame import label_place
from gridplan.ui.products import Product, list_products, make_view, pack_pictures, tabulate_plan
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
    products = list_products(shown)
    left, right = st.columns((5, 8), gap="medium")
    with left:
        st.subheader(t("ui.export.one", lang))
        names = {product: product.label(lang) for product in products}
        product = choose_one(t("ui.export.map", lang), names, key="export-map", lang=lang)
        level, within = _ask_place(opened, product, lang)
        title = _make_title(opened, product, level, lang)
        imprint = sign_map(shown, title, lang, roles=product.roles)
        make = partial(make_view, shown, product, level, lang, imprint=imprint, within=within)
        show_files(shown, make, None, lang, key="one", title=title)
        _offer_sets(opened, products, level, lang)
    with right:
        printed = (imprint.review_number, imprint.stamp)
        show_view(
            opened, lang, make, product.page, product.what, level, within, *printed, key="export-preview"
        )


def _ask_place(opened: OpenedPlan, product: Product, lang: str) -> tuple[str, str]:
    """Ask for the level of the areas, and for the area that they lie in."""
    shown = opened.shown
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if product.page == "compounds":
            level = find_outline_level(shown)
            return level, ask_within(shown, level, lang, page="export", itself=True)
        level = choose_level(shown, shown.levels, suggest_level(shown, shown.levels), lang, page="export")
        return level, ask_within(shown, level, lang, page="export")


def _make_title(opened: OpenedPlan, product: Product, level: str, lang: str) -> str:
    parts = [label_place(opened, lang), product.label(lang)]
    if product.page != "compounds":
        parts.append(name_level(opened.shown, level, lang))
    return " · ".join(parts)


def _offer_sets(opened: OpenedPlan, products: tuple[Product, ...], level: str, lang: str) -> None:
    """Offer all pictures in one file, and all tables in one workbook."""
    shown = opened.shown
    st.subheader(t("ui.export.sets", lang))
    signed = {product: sign_map(shown, "", lang, roles=product.roles) for product in products}
    chosen = tuple(product for product in products if product.in_set)
    place = label_place(opened, lang)

    def sign(product: Product) -> Imprint:
        return replace(signed[product], title=_make_title(opened, product, level, lang))

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
