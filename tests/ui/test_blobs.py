"""What the browser fetches beside the socket: addresses not to be guessed, each with one content for good."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from starlette.applications import Starlette

from gridplan.ui.blobs import BLOB_ROUTES, BlobShelf, offer_blob


def _get(path: str, accept: str = "gzip", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask the routes for a path, as a server would."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"accept-encoding", accept.encode())],
    }
    asyncio.run(Starlette(routes=BLOB_ROUTES)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("base", ["", "some/where"])
def test_a_blob_is_served_packed_and_kept_for_good(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setattr("streamlit.get_option", lambda _: base)
    content = b"content" * 100
    path = offer_blob("digest", content)
    assert path.startswith(f"/{base}/gridplan-map/" if base else "/gridplan-map/")
    status, headers, packed = _get(path)
    assert (status, gzip.decompress(packed)) == (200, content)
    assert headers["content-encoding"] == "gzip"
    assert {"private", "immutable"} <= set(headers["cache-control"].replace(",", "").split())
    status, headers, plain = _get(path, "identity")
    assert (status, plain) == (200, content)
    assert "content-encoding" not in headers


def test_an_address_cannot_be_guessed() -> None:
    digest = "0" * 64
    names = {BlobShelf().put(digest, b"x") for _ in range(3)}
    assert len(names) == 3, "each process has a secret of its own"
    assert all(digest not in name and len(name) == 64 for name in names)
    status, headers, _ = _get(f"/gridplan-map/{digest}")
    assert status == 404
    assert headers["cache-control"] == "no-store"


def test_only_what_lies_there_is_answered() -> None:
    path = offer_blob("another", b"content")
    status, headers, _ = _get(path, method="HEAD")
    assert status == 200
    assert int(headers["content-length"]) > 0
    assert _get(path, method="POST")[0] == 405
    for wrong in (
        "/gridplan-map/..",
        "/gridplan-map/",
        f"{path}x",
        "/gridplan-map/../../etc/passwd",
    ):
        assert _get(wrong)[0] == 404


def test_the_shelf_is_bounded_and_what_is_asked_for_stays() -> None:
    content = [f"{n:04d}".encode() * 300 for n in range(20)]
    shelf = BlobShelf(most_bytes=6 * len(gzip.compress(content[0], 6)))
    names = []
    for n, blob in enumerate(content):
        names.append(shelf.put(str(n), blob))
        assert shelf.answer(names[0], packed=False).body == content[0]
    gone = [n for n, name in enumerate(names) if shelf.answer(name, packed=True).status_code == 404]
    assert 12 <= len(gone) < 19
    assert 0 not in gone
    assert 19 not in gone
    assert shelf.put(str(gone[0]), content[gone[0]]) == names[gone[0]], "offered anew at the same address"
    assert shelf.answer(names[gone[0]], packed=False).body == content[gone[0]]
