"""A part of the place to look at: an area of one of the coarser levels, or everything."""

from __future__ import annotations

import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.picking import find_lineage
from gridplan.onemap.shown import Shown
from gridplan.ui.boxes import choose_one

__all__ = ["ask_within"]


def ask_within(shown: Shown, level: str, lang: str, *, page: str, itself: bool = False) -> str:
    """Let an area be chosen that everything shown lies in: one of the levels that hold these areas whole.

    Parameters
    ----------
    shown
        What may be seen.
    level
        Level of the areas that are shown.
    lang
        "zh" or "en".
    page
        The page, which keeps a choice of its own.
    itself
        Whether an area of the level itself may be chosen too.

    Returns
    -------
    str
        Its code, "" for everything.
    """
    names = {"": t("ui.within.everywhere", lang)}
    for holding in (*reversed(find_lineage(shown, level)), *((level,) if itself else ())):
        frame, kind = shown.areas[holding], shown.scheme[holding].name[lang]
        for code, name in zip(frame["code"].astype(str), frame["name"].astype(str), strict=True):
            names[code] = f"{kind} {code}" if name in ("", code) else f"{name} ({code})"
    if len(names) == 1:
        return ""
    with st.container(key="within", width="content"):
        return choose_one(t("ui.within.label", lang), names, key=f"{page}-within", lang=lang)
