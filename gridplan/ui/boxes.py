"""Select boxes whose choice stays when the language, and with it their words, change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

__all__ = ["choose_one", "choose_some"]

T = TypeVar("T")


def choose_one(label: str, names: Mapping[T, str], *, key: str, lang: str) -> T:
    """Show a box to choose one item, the first unless another was chosen before.

    Parameters
    ----------
    label
        What is chosen, in words.
    names
        Words by what they stand for.
    key
        Key of the box and of the choice.
    lang
        Language of the words: a box that is kept from one language to the other keeps its old words.
    """
    kept = f"kept-{key}"
    if st.session_state.get(kept) not in names:
        st.session_state[kept] = next(iter(names))
    own = f"{key}-{lang}"
    st.session_state[own] = st.session_state[kept]
    with st.container(key=key):
        st.selectbox(
            label,
            list(names),
            format_func=names.__getitem__,
            key=own,
            on_change=_keep,
            args=(kept, own),
        )
    chosen: T = st.session_state[kept]
    return chosen


def choose_some(
    label: str, names: Mapping[T, str], *, key: str, lang: str, placeholder: str
) -> tuple[T, ...]:
    """Show a box to choose several items; choosing none stands for all of them.

    Parameters
    ----------
    label, names, key, lang
        As in :func:`choose_one`.
    placeholder
        What stands there where none is chosen.
    """
    kept, own = f"kept-{key}", f"{key}-{lang}"
    before: list[T] = st.session_state.get(kept) or []
    st.session_state[kept] = st.session_state[own] = [choice for choice in before if choice in names]
    with st.container(key=key):
        st.multiselect(
            label,
            list(names),
            format_func=names.__getitem__,
            placeholder=placeholder,
            key=own,
            on_change=_keep,
            args=(kept, own),
        )
    return tuple(st.session_state[kept])


def _keep(kept: str, own: str) -> None:
    """Keep what was chosen in a box under a key that does not change with the language."""
    st.session_state[kept] = st.session_state[own]
