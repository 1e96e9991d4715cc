"""The frame of every page: the style, the tools at the top, the place and the date of its data."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import streamlit as st

from gridplan.i18n import t
from gridplan.ui.language import offer_languages
from gridplan.ui.state import OpenedPlan

__all__ = ["dress_app", "find_icon", "find_limit", "label_place", "show_head", "show_tools"]

_ASSETS = Path(__file__).with_name("assets")


def dress_app(lang: str) -> None:
    """Apply the app's style, and translate what Streamlit has in English only."""
    texts = {"upload": t("ui.frame.upload", lang), "refused": t("ui.frame.refused", lang, size=find_limit())}
    words = "".join(f"--gp-{name}: {json.dumps(word, ensure_ascii=False)};" for name, word in texts.items())
    st.html(f"<style>{(_ASSETS / 'app.css').read_text(encoding='utf-8')}:root {{ {words} }}</style>")


def find_limit() -> int:
    """Return the size of the largest file that may be uploaded [MB]."""
    return int(st.get_option("server.maxUploadSize"))


def find_icon() -> str:
    """Return the file of the tab's icon."""
    return str(_ASSETS / "icon.svg")


def show_tools(lang: str, opener: st.Page | None) -> None:
    """Show the tools in the bar at the top: the language, and the link to other data."""
    with st.container(
        key="tools", horizontal=True, gap="small", vertical_alignment="center", width="content"
    ):
        if opener is not None:
            st.page_link(opener, label=t("ui.frame.open", lang))
        offer_languages(lang)


def show_head(opened: OpenedPlan, title: str, lang: str) -> None:
    """Show the head of a page: the place, the date of its data, and the audience."""
    shown = opened.shown
    facts = [shown.scheme.name[lang], t(f"ui.audience.{shown.audience.name}", lang, code=shown.audience.code)]
    date = shown.provenance.get("data_date", "")
    facts.insert(0, t("ui.frame.date", lang, date=date) if date else t("ui.frame.no_date", lang))
    place = escape(label_place(opened, lang))
    line = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    if opened.synthetic:
        line = f'<span class="gp-note">{escape(t("ui.frame.synthetic", lang))}</span>{line}'
    st.html(f'<header class="gp-head"><h1>{place}<em>{escape(title)}</em></h1><p>{line}</p></header>')


def label_place(opened: OpenedPlan, lang: str) -> str:
    """Name the place of a plan."""
    return t("ui.frame.demo", lang) if opened.synthetic else opened.shown.place
