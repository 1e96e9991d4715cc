"""Tables on a page: translated headings, and no more rows sent than are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

__all__ = ["LONG_TABLE", "choose_row", "show_rows"]

#: From this many rows on the browser asks for rows as they are looked at.
LONG_TABLE = 1000
# stands where there is nothing, or it is withheld
_NOTHING = "–"
# height of a heading and of a row on most screens [px]
_ROW_PX = 35


def show_rows(
    rows: pd.DataFrame,
    heads: Mapping[str, str],
    *,
    alt: str,
    key: str,
    height: int = 420,
    widths: Mapping[str, int] | None = None,
) -> None:
    """Show rows; a long table is sent piece by piece as it is looked at.

    Parameters
    ----------
    rows
        The table.
    heads
        Heading by column, in the order of the columns to be shown.
    alt
        What the table is, for those who do not see it.
    key
        Key of the widget.
    height
        Greatest height [px].
    widths
        Width by column [px], where the cells are not to decide.
    """
    st.dataframe(
        rows[list(heads)],
        hide_index=True,
        height=_fit(rows, height),
        column_config=_dress(rows, heads, widths or {}),
        lazy=len(rows) > LONG_TABLE,
        placeholder=_NOTHING,
        alt=alt,
        key=key,
    )


def choose_row(
    rows: pd.DataFrame,
    heads: Mapping[str, str],
    *,
    alt: str,
    key: str,
    height: int = 420,
    widths: Mapping[str, int] | None = None,
) -> int | None:
    """Show rows of which one can be chosen, the first :data:`LONG_TABLE` of them, and return its place.

    The parameters are those of :func:`show_rows`. A choice goes when other rows come: at the same place there
    may be another one now.

    Returns
    -------
    int or None
        Place in ``rows``.
    """
    first = rows[list(heads)].head(LONG_TABLE)
    with st.container(key=key):
        state = st.dataframe(
            first,
            hide_index=True,
            height=_fit(rows, height),
            column_config=_dress(rows, heads, widths or {}),
            placeholder=_NOTHING,
            alt=alt,
            key=f"{key}-{_hash_rows(first)}",
            on_select="rerun",
            selection_mode="single-row",
        )
    chosen: list[int] = state["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None


def _hash_rows(rows: pd.DataFrame) -> int:
    """Return a hash of rows in their order."""
    return int(pd.util.hash_pandas_object(rows.astype("str").reset_index(drop=True)).sum())


def _fit(rows: pd.DataFrame, height: int) -> int | Literal["content"]:
    """Return the height of a table: a short one is as high as its rows, which only the browser knows."""
    return "content" if _ROW_PX * (len(rows) + 1) <= height else height


def _dress(rows: pd.DataFrame, heads: Mapping[str, str], widths: Mapping[str, int]) -> dict[str, Any]:
    return {
        column: st.column_config.NumberColumn(head, format="localized", width=widths.get(column))
        if pd.api.types.is_numeric_dtype(rows[column]) and not pd.api.types.is_bool_dtype(rows[column])
        else st.column_config.Column(head, width=widths.get(column))
        for column, head in heads.items()
    }
