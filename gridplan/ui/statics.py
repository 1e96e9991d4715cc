"""Streamlit's own files answered from memory: packed once, not opened from disk for each visitor again."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MOST_BYTES", "KeptFiles"]

#: Bytes that are kept; Streamlit's own files are 30 MB, of which a visit asks for five.
MOST_BYTES = 64 * 1024 * 1024

# the first visitor waits while a file is packed: more than this saves a twentieth and takes thrice as long
_LEVEL = 4
_PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class _Kept:
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class KeptFiles:
    """Middleware that keeps whole answers whose address is that of their content.

    Twenty visitors at once would wait for more than a thousand files to be opened and read in pieces.

    Parameters
    ----------
    app
        What is served.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, bool], _Kept] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and keep what comes back."""
        if scope["type"] != "http" or scope["method"] != "GET" or "/static/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        if "range" in asked:
            await self._app(scope, receive, send)
            return
        name = (scope["path"], "gzip" in asked.get("accept-encoding", ""))
        if name not in self._kept:
            await self._app(scope, receive, _Keeper(self, name, send))
            return
        kept = self._kept[name]
        await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
        await send({"type": "http.response.body", "body": kept.body})

    def keep(self, name: tuple[str, bool], headers: MutableHeaders, body: bytes) -> None:
        """Keep an answer, packed where that is worth it and the browser can unpack it."""
        packs = (
            headers.get("content-type", "").startswith(_PACKED_TYPES) and "content-encoding" not in headers
        )
        if packs:
            headers["vary"] = "Accept-Encoding"
            if name[1]:
                body = gzip.compress(body, compresslevel=_LEVEL, mtime=0)
                headers["content-encoding"] = "gzip"
                headers["content-length"] = str(len(body))
        # visitors who come together have asked for the same file before it was kept
        if name not in self._kept and self._bytes + len(body) <= MOST_BYTES:
            self._kept[name] = _Kept(tuple(headers.raw), body)
            self._bytes += len(body)


class _Keeper:
    """Passes an answer on, and hands it over to be kept when it is complete."""

    def __init__(self, files: KeptFiles, name: tuple[str, bool], send: Send) -> None:
        self._files, self._name, self._send = files, name, send
        self._headers: MutableHeaders | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(raw=list(message["headers"]))
            policy = headers.get("cache-control", "")
            if "immutable" in policy and "private" not in policy:
                self._headers = headers
        elif message["type"] == "http.response.body" and self._headers is not None:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._files.keep(self._name, self._headers, b"".join(self._parts))
        await self._send(message)
