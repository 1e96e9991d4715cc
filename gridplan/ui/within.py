"""A part of the place to look at: an area of one of the coarser levels, or everything."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.shown import Shown
from gridplan.ui.boxes import choose_one

__all__ = ["ask_within"]


def ask_within(shown: Shown, levels: Sequence[str], lang: str, *, page: str) -> str:
    """Let an area be chosen that everything shown lies in.

    Parameters
    ----------
    shown
        What may be seen.
    levels
        The levels of these areas; none for no choice.
    lang
        "zh" or "en".
    page
        The page, which keeps a choice of its own.

    Returns
    -------
    str
        Its code, "" for everything.
    """
    names = {"": t("ui.within.everywhere", lang)}
    for level in levels:
        frame, kind = shown.areas[level], shown.scheme[level].name[lang]
        for code, name in zip(frame["code"].astype(str), frame["name"].astype(str), strict=True):
            names[code] = f"{kind} {code}" if name in ("", code) else f"{name} ({code})"
    if len(names) == 1:
        return ""
    with st.container(key="within", width="content"):
        return choose_one(t("ui.within.label", lang), names, key=f"{page}-within", lang=lang)
