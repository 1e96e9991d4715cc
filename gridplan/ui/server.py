"""The server round the pages: where their script is, and the plan opened before the first visitor comes."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from gridplan.errors import GridplanError
from gridplan.i18n import choose_language
from gridplan.ui.blobs import BLOB_ROUTES
from gridplan.ui.router import PAGE_PARAMETER, list_paths

__all__ = ["ROUTES", "START", "open_early"]

#: The script that Streamlit runs for every session.
START = Path(__file__).with_name("script") / "start.py"


def _go_by_parameter(request: Request) -> Response:
    """Send a link to a page to the root with the page as a parameter; the script goes to the page from there.

    At an address below the root Streamlit looks for its server below that address first, in vain.
    """
    url = request.url.include_query_params(**{PAGE_PARAMETER: request.url.path.strip("/")})
    return RedirectResponse(url.replace(path="/"))


#: What the server answers besides Streamlit's own: maps, and links to pages.
ROUTES = [*BLOB_ROUTES, *(Route(f"/{path}", _go_by_parameter) for path in list_paths())]


@asynccontextmanager
async def open_early(_app: App) -> AsyncIterator[None]:
    """Open the server's plan beside the start, so that the first visitor does not wait for it."""
    threading.Thread(target=_open, daemon=True).start()
    yield


def _open() -> None:
    from gridplan.ui.pages.overview import prepare_overview
    from gridplan.ui.state import open_server_plan

    try:
        prepare_overview(open_server_plan().opened, choose_language())
    except GridplanError:
        return  # the page tells it, in the visitor's language
    # what the other pages compute with takes seconds to import
    for module in ("gridplan.ui.pages.population", "gridplan.ui.pages.risk", "esda"):
        import_module(module)
