"""Words from outside on a page: shown as they are, never read as Markdown."""

from __future__ import annotations

import re

import streamlit as st

from gridplan.errors import GridplanError
from gridplan.i18n import has_text, t, translate_error

__all__ = ["escape_markdown", "show_error"]

# every sign that Markdown, its formulas ($) or Streamlit's own colours and icons (:) could begin with
_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!$~:<>|&^=\"'@/])")


def escape_markdown(text: str) -> str:
    """Return Markdown that shows a text as it is: the name of an area may hold any sign."""
    return _SIGNS.sub(r"\\\1", text)


def show_error(error: GridplanError, lang: str) -> None:
    """Show an error; files, layers and columns are called by the names that they came with.

    Where the sentence for the command line names its options, the app has a sentence of its own.
    """
    own = f"ui.error.{error.key}"
    sentence = t(own, lang, **error.values) if has_text(own, lang) else translate_error(error, lang)
    st.error(escape_markdown(sentence))
