"""Ratings and hazards as pictures of plain HTML: letters and patterns beside the colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

import numpy as np
import pandas as pd
import streamlit as st

from gridplan.i18n import t
from gridplan.onemap.numbers import format_count
from gridplan.onemap.risk.swatches import label_rating, swatch_ratings
from gridplan.risk import RATINGS, Funnel, format_share

__all__ = ["count_ratings", "dress_ratings", "name_rated", "show_funnel", "show_ratings"]

# what became of hazards: key, colour
_STAGES = (("found", "#0f5e6e"), ("on_site", "#3d8f7d"), ("fixed_later", "#8db8a6"),
           ("fixed_unspecified", "#b9c7c0"), ("open", "#c0182b"), ("unreported", "#8a8f98"))  # fmt: skip


def dress_ratings() -> None:
    """Add the style of these pictures to the page."""
    style = resources.files("gridplan.ui").joinpath("assets", "risk.css").read_text(encoding="utf-8")
    st.html(f"<style>{style}</style>")


def count_ratings(tables: Sequence[pd.DataFrame]) -> list[int]:
    """Count things by rating, red first, those without one last."""
    ratings = pd.concat([table["rating"] for table in tables]) if tables else pd.Series(dtype="str")
    return [int((ratings == rating).sum()) for rating in (*RATINGS, "")]


def name_rated(roles: Sequence[str], lang: str) -> str:
    """Name what is counted by rating: the layers that it is of."""
    names = [t(f"ui.risk.count.{role}", lang) for role in roles]
    return t("ui.risk.by_rating", lang, things=names)


def show_ratings(counts: Sequence[int], label: str, lang: str) -> None:
    """Show how many things there are of each rating.

    Parameters
    ----------
    counts
        Result of :func:`count_ratings`.
    label
        What is counted.
    lang
        "zh" or "en".
    """
    total = sum(counts)
    tiles = []
    swatches = swatch_ratings(np.array(counts, dtype=np.int64), lang)
    for rating, count, swatch in zip((*RATINGS, ""), counts, swatches, strict=False):
        if not rating and not count:
            continue
        look = f"gp-{swatch.pattern}" if rating else "gp-plain"
        ground = f' style="background-color:{swatch.colour}"' if rating else ""
        share = format_share(count, total)
        tiles.append(
            f'<li><span class="gp-letter {look}"{ground}>{escape(swatch.letter)}</span>'
            f"<div><b>{format_count(count, lang)}</b><i>{share}</i>"
            f"<small>{escape(label_rating(rating, lang))}</small></div></li>"
        )
    named = f'<p class="gp-rated">{escape(label)}</p>'
    st.html(f'{named}<ul class="gp-ratings" aria-label="{escape(label)}">{"".join(tiles)}</ul>')


def show_funnel(funnel: Funnel, lang: str) -> None:
    """Show what became of hazards: found, fixed on site, fixed later, open, not reported, with shares."""
    rows = []
    for stage, colour in _STAGES:
        count = int(getattr(funnel, stage))
        if stage in ("fixed_unspecified", "unreported") and not count:
            continue
        width = 100 * count / funnel.found if funnel.found else 0.0
        share = format_share(count, funnel.found)
        none = "" if count else " gp-none"
        rows.append(
            f"<dt>{escape(t(f'ui.risk.stage.{stage}', lang))}</dt>"
            f'<dd class="gp-track" aria-hidden="true"><div class="gp-bar{none}" '
            f'style="width:{width:.4f}%;background:{colour}"></div></dd>'
            f'<dd class="gp-count">{count:,}</dd><dd class="gp-share">{share}</dd>'
        )
    head = (
        f'<div class="gp-big-share"><b>{escape(funnel.share or "–")}</b>'
        f"<span>{escape(t('ui.risk.on_site_share', lang))}</span></div>"
    )
    st.html(f'{head}<dl class="gp-funnel">{"".join(rows)}</dl>')
    if funnel.unspecified:
        st.caption(t("ui.risk.unspecified", lang, count=funnel.unspecified))
