"""The server round the pages: where their script is, and the plan opened before the first visitor comes."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from streamlit.starlette import App

from gridplan.errors import GridplanError

__all__ = ["START", "open_early"]

#: The script that Streamlit runs for every session.
START = Path(__file__).with_name("script") / "start.py"


@asynccontextmanager
async def open_early(_app: App) -> AsyncIterator[None]:
    """Open the server's plan beside the start, so that the first visitor does not wait for it."""
    threading.Thread(target=_open, daemon=True).start()
    yield


def _open() -> None:
    from gridplan.ui.state import open_server_plan

    try:
        open_server_plan()
    except GridplanError:
        return  # the page tells it, in the visitor's language
