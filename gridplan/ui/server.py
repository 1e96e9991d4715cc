"""The server round the pages: where their script is, and the plan opened before the first visitor comes."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from gridplan.errors import GridplanError
from gridplan.i18n import choose_language
from gridplan.ui.blobs import BLOB_ROUTES
from gridplan.ui.making import end_jobs
from gridplan.ui.router import PAGE_PARAMETER, list_paths
from gridplan.ui.statics import KeptFiles

__all__ = ["MIDDLEWARE", "ROUTES", "START", "open_early"]

#: The script that Streamlit runs for every session.
START = Path(__file__).with_name("script") / "start.py"


def _go_by_parameter(request: Request) -> Response:
    """Send a link to a page to the root with the page as a parameter; the script goes to the page from there.

    At an address below the root Streamlit looks for its server below that address first, in vain.
    """
    url = request.url.include_query_params(**{PAGE_PARAMETER: request.url.path.strip("/")})
    # no host: behind another server the visitor knows this one by another name
    return RedirectResponse(f"/?{url.query}")


#: What the server answers besides Streamlit's own: maps, and links to pages.
ROUTES = [*BLOB_ROUTES, *(Route(f"/{path}", _go_by_parameter) for path in list_paths())]

#: What every request passes.
MIDDLEWARE = [Middleware(KeptFiles)]


@asynccontextmanager
async def open_early(_app: App) -> AsyncIterator[None]:
    """Open the server's plan beside the start: the first visitor does not wait. Tidy up at the end."""
    _answer_at_once(asyncio.get_running_loop())
    threading.Thread(target=_open, daemon=True).start()
    try:
        yield
    finally:
        end_jobs()


def _answer_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Let answers leave when they are written.

    asyncio sees to that for sockets that it opens itself. The one that Streamlit hands over holds the second
    part of each answer back until the first is acknowledged: 40 ms for each of sixty files.
    """
    create = loop.create_server

    async def create_server(*args: Any, **settings: Any) -> asyncio.Server:
        listening = settings.get("sock")
        if listening is not None and listening.family != getattr(socket, "AF_UNIX", None):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create(*args, **settings)

    loop.create_server = create_server  # type: ignore[method-assign]


def _open() -> None:
    from gridplan.ui.pages.overview import prepare_overview
    from gridplan.ui.state import open_server_plan

    try:
        prepare_overview(open_server_plan().opened, choose_language())
    except GridplanError:
        return  # the page says it, in the visitor's language
    # what the other pages compute with takes seconds to import
    for module in ("gridplan.ui.pages.population", "gridplan.ui.pages.risk", "esda"):
        import_module(module)
    # Streamlit collects garbage after every run of a page; what stays as long as the server does need not be
    # looked at each time (for a county that is two thirds of what a click costs)
    gc.collect()
    gc.freeze()
