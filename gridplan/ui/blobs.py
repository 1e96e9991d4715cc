"""What the browser fetches beside the socket: blobs of maps, and the map's own script and style.

An address is known to who was given it only: it is drawn from the content with a secret of this process. What
lies at an address never changes, so a browser asks for it once.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["BLOB_ROUTES", "MOST_BYTES", "BlobShelf", "offer_blob"]

#: Packed bytes that are kept; what was not asked for longest goes first and is offered again on the next run.
MOST_BYTES = 256 * 1024 * 1024

_FOLDER = "gridplan-map"
# a day: the address is that of the content, but it is another one when the server was restarted, and on a
# computer that many use nothing should lie longer than it is of use
_HEADERS = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class _Blob:
    packed: bytes
    media_type: str


class BlobShelf:
    """A store of packed blobs by name, limited in size.

    Parameters
    ----------
    most_bytes
        Packed bytes that are kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Blob] = OrderedDict()
        self._bytes = 0

    def put(self, digest: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Keep a blob and return its name.

        Parameters
        ----------
        digest
            Digest of the content, so that it need not be read to know it again.
        content
            The content.
        media_type
            What it is.
        """
        name = hmac.new(self._secret, f"{digest} {media_type}".encode(), hashlib.sha256).hexdigest()
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return name
        packed = gzip.compress(content, compresslevel=6, mtime=0)
        with self._lock:
            if name not in self._kept:
                self._kept[name] = _Blob(packed, media_type)
                self._bytes += len(packed)
            while self._bytes > self._most_bytes and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].packed)
        return name

    def answer(self, name: str, *, packed: bool) -> Response:
        """Answer a request for a name: packed where the browser can unpack it."""
        with self._lock:
            blob = self._kept.get(name)
            if blob is None:
                return Response(status_code=404, headers={"Cache-Control": "no-store"})
            self._kept.move_to_end(name)
        headers = {**_HEADERS, "Vary": "Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
            return Response(blob.packed, headers=headers, media_type=blob.media_type)
        return Response(gzip.decompress(blob.packed), headers=headers, media_type=blob.media_type)


_shelf = BlobShelf()


def offer_blob(digest: str, content: bytes, media_type: str = "application/octet-stream") -> str:
    """Offer a blob to the browser and return its path on this server.

    Parameters
    ----------
    digest
        Digest of the content.
    content
        The content.
    media_type
        What it is.
    """
    import streamlit as st

    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{f'/{base}' if base else ''}/{_FOLDER}/{_shelf.put(digest, content, media_type)}"


def _serve(request: Request) -> Response:
    takes = request.headers.get("accept-encoding", "")
    return _shelf.answer(request.path_params["name"], packed="gzip" in takes)


#: Routes of the server, for any ``server.baseUrlPath``: they are set up before that is known.
BLOB_ROUTES = [
    Route(f"/{_FOLDER}/{{name}}", _serve, methods=["GET"]),
    Route(f"/{{base:path}}/{_FOLDER}/{{name}}", _serve, methods=["GET"]),
]
