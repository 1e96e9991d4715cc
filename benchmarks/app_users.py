"""Many users at once: what one visitor's browser sent is played again by as many clients as are asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from benchmarks.browsing import settle

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

__all__ = ["Crowd", "Recorder", "Step", "play_crowd"]

# a visitor looks at what came before asking for more [s]
_THINK_S = (1.0, 3.0)
_PATIENCE_S = 60.0
_GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a visitor did: what the browser asked for over the socket and otherwise."""

    name: str
    messages: tuple[bytes, ...]
    urls: tuple[str, ...]


@dataclass  # without slots: Playwright hangs marks on whatever listens
class Recorder:
    """Writes down what a page asks for, step by step."""

    steps: list[Step] = field(default_factory=list)
    socket_url: str = ""
    _messages: list[bytes] = field(default_factory=list)
    _urls: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("websocket", self._follow_socket)
        page.on("request", lambda request: self._urls.append(request.url))

    def record(self, page: Page, name: str, act: Callable[[], object]) -> None:
        """Do something on the page and keep what it asked for as a step."""
        self._messages.clear()
        self._urls.clear()
        act()
        settle(page, still_ms=600)
        # what came before is kept by the browser: its address is that of its content
        kept = {url for step in self.steps for url in step.urls}
        asked = [url for url in self._urls if url.startswith("http") and url not in kept]
        self.steps.append(Step(name, tuple(self._messages), tuple(asked)))

    def _follow_socket(self, socket_: WebSocket) -> None:
        self.socket_url = socket_.url
        socket_.on("framesent", self._note)

    def _note(self, payload: str | bytes) -> None:
        content = payload.encode() if isinstance(payload, str) else payload
        if BackMsg.FromString(content).WhichOneof("type") == "rerun_script":
            self._messages.append(content)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the users saw: seconds per step, and what went wrong."""

    seconds: dict[str, list[float]]
    faults: list[str]


def play_crowd(steps: Sequence[Step], socket_url: str, users: int) -> Crowd:
    """Let a number of users do the same steps at once, each thinking between two of them.

    Parameters
    ----------
    steps
        What was recorded.
    socket_url
        Address of the server's socket.
    users
        How many; all come in the same second.

    Returns
    -------
    Crowd
        ``seconds`` from asking to the last byte: the script has run and every file has come.
    """
    seconds: dict[str, list[float]] = {step.name: [] for step in steps}
    faults: list[str] = []
    lock = threading.Lock()

    def visit(user: int) -> None:
        chance = np.random.default_rng(user)
        time.sleep(float(chance.uniform(0.0, 1.0)))
        try:
            with _open_socket(socket_url) as socket_:
                for step in steps:
                    start = time.perf_counter()
                    wrong = _play_step(socket_, urlsplit(socket_url).netloc, step)
                    gone = time.perf_counter() - start
                    with lock:
                        seconds[step.name].append(gone)
                        faults.extend(f"{step.name}: {word}" for word in wrong)
                    time.sleep(float(chance.uniform(*_THINK_S)))
        except (OSError, HTTPException, WebSocketException) as fault:
            with lock:
                faults.append(f"user {user}: {fault!r}")

    with ThreadPoolExecutor(users) as pool:
        list(pool.map(visit, range(users)))
    return Crowd(seconds, faults)


def _open_socket(url: str) -> ClientConnection:
    origin = "http" + url.removeprefix("ws").split("/_stcore")[0]
    return connect(
        url,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(origin),
        max_size=_GIBIBYTE,
        open_timeout=_PATIENCE_S,
    )


def _play_step(socket_: ClientConnection, host: str, step: Step) -> list[str]:
    """Ask for what a step asked for and return what went wrong."""
    wrong: list[str] = []
    for message in step.messages:
        socket_.send(message)
        wrong += _await_end(socket_)
    # one connection a step: the server ends one that is idle for some seconds
    with closing(HTTPConnection(host, timeout=_PATIENCE_S)) as files:
        for url in step.urls:
            path = urlsplit(url).path
            files.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = files.getresponse()
            answer.read()
            if answer.status >= 400:
                wrong.append(f"{answer.status} {path}")
    return wrong


def _await_end(socket_: ClientConnection) -> list[str]:
    """Read until the script has run; tell the exceptions that it showed."""
    wrong = []
    while True:
        content = socket_.recv(timeout=_PATIENCE_S)
        message = ForwardMsg.FromString(content if isinstance(content, bytes) else content.encode())
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            wrong.append(message.delta.new_element.exception.message)
        if kind == "script_finished":
            return wrong
