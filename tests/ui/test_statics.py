"""Streamlit's own files from memory."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gridplan.ui import statics
from gridplan.ui.statics import KeptFiles

SCRIPT = "let words = 'one map';\n" * 500


Get = Callable[..., tuple[int, dict[str, str], str]]


def _serve(lasting: bool = True) -> tuple[Get, list[str]]:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        headers = {"Cache-Control": "public, immutable"} if lasting else {}
        if request.url.path.endswith("none.js"):
            return PlainTextResponse("", status_code=404, headers=headers)
        return PlainTextResponse(SCRIPT, headers=headers)

    routes = [Route("/static/{name:path}", answer), Route("/page", answer)]
    app = Starlette(routes=routes, middleware=[Middleware(KeptFiles)])

    def get(path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        messages: list[dict] = []

        async def receive() -> dict:
            return {"type": "http.request"}

        async def send(message: dict) -> None:
            messages.append(message)

        told = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": told}
        asyncio.run(app(scope, receive, send))
        answered = {name.decode(): text.decode() for name, text in messages[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if answered.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return messages[0]["status"], answered, body.decode()

    return get, asked


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_lasting_file_is_fetched_once_and_is_the_same_for_all(encoding: str) -> None:
    get, asked = _serve()
    answers = [get("/static/a.js", accept_encoding=encoding) for _ in range(3)]
    assert [text for _, _, text in answers] == [SCRIPT] * 3
    assert len(asked) == 1
    headers = answers[2][1]
    assert headers.get("content-encoding", "identity") == encoding
    assert (headers["cache-control"], headers["vary"]) == ("public, immutable", "Accept-Encoding")


def test_what_may_change_or_is_not_there_or_is_asked_for_in_part_is_not_kept() -> None:
    get, asked = _serve(lasting=False)
    assert [get("/static/a.js")[2] for _ in range(2)] == [SCRIPT] * 2
    get_lasting, asked_lasting = _serve()
    assert [get_lasting("/static/none.js")[0] for _ in range(2)] == [404] * 2
    for _ in range(2):
        get_lasting("/static/a.js", range="bytes=0-9")
        get_lasting("/page")
    assert (len(asked), len(asked_lasting)) == (2, 6)


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics, "MOST_BYTES", len(SCRIPT) + 1)
    get, asked = _serve()
    for name in ("a.js", "b.js", "a.js", "b.js"):
        assert get(f"/static/{name}")[2] == SCRIPT
    assert asked == ["/static/a.js", "/static/b.js", "/static/b.js"]


def test_what_is_for_one_visitor_is_not_kept() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return PlainTextResponse(SCRIPT, headers={"Cache-Control": "private, immutable"})

    app = KeptFiles(Starlette(routes=[Route("/x/static/map", answer)]))
    for _ in range(2):
        asyncio.run(_ask(app, "/x/static/map"))
    assert len(asked) == 2


def test_a_file_that_many_ask_for_at_once_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics, "MOST_BYTES", 2 * len(SCRIPT) + 1)
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(request.url.path)
        await asyncio.sleep(0.01)
        return PlainTextResponse(SCRIPT, headers={"Cache-Control": "public, immutable"})

    app = KeptFiles(Starlette(routes=[Route("/static/{name}", answer)]))

    async def ask_at_once() -> None:
        await asyncio.gather(*(_ask(app, "/static/a.js") for _ in range(5)))
        for _ in range(2):
            await _ask(app, "/static/b.js")

    asyncio.run(ask_at_once())
    assert asked.count("/static/a.js") == 5
    assert asked.count("/static/b.js") == 1, "there is room for two files"


async def _ask(app: KeptFiles, path: str) -> None:
    async def receive() -> dict:
        return {"type": "http.request"}

    async def send(message: dict) -> None:
        del message

    await app(
        {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}, receive, send
    )
