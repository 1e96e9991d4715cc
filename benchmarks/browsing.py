"""The app behind a real browser that can reach this machine only: what its tests and its measuring share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Response, WebSocket

__all__ = ["FLAGS", "PAGES", "Watch", "find_browser", "serve", "serve_app", "settle"]

ROOT = Path(__file__).resolve().parents[1]
#: Every host but this machine is unknown to the browser: what it asks of others fails, and is seen.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
#: The pages by the last part of their address; the first is the one that opens.
PAGES = ("overview", "population", "risk", "compounds", "issues", "export")

_LOCAL = frozenset({"127.0.0.1", None})  # blob: and data: addresses have no host
_START_S = 120.0
# The script has run to its end, nothing is loading, every map is painted; and it stays so for a while, as one
# run may call for another.
_SETTLED = """(still_ms) => {
  const app = document.querySelector(".stApp");
  const busy = ["stAppSkeleton", "stSkeleton", "stSpinner"].map((id) => `[data-testid=${id}]`) +
    ",[data-stale=true]";
  const done = app && app.dataset.testScriptState === "notRunning" &&
    app.dataset.testConnectionState === "CONNECTED" && !document.querySelector(busy) &&
    document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]") &&
    !document.querySelector(".gridplan-map:not([data-ready])");
  if (!done) {
    window.__settled = 0;
    return false;
  }
  window.__settled = window.__settled || performance.now();
  return performance.now() - window.__settled >= still_ms;
}"""


def find_browser() -> str | None:
    """Return a Chromium: GRIDPLAN_BROWSER, the one that was tried by ``make test``, else the system's."""
    note = Path(sys.prefix) / ".browser"
    noted = note.read_text(encoding="utf-8").strip() if note.is_file() else ""
    usual = map(shutil.which, ("chromium", "google-chrome"))
    for path in (os.environ.get("GRIDPLAN_BROWSER"), noted, *usual):
        if path and Path(path).is_file():
            return path
    return None


@contextmanager
def serve(words: Sequence[str], *, environment: dict[str, str] | None = None) -> Iterator[tuple[str, Path]]:
    """Run a Streamlit server on a free port until the block ends.

    Parameters
    ----------
    words
        Arguments of Python; ``{port}`` in them becomes the port.
    environment
        Variables that the server sees besides those of this process.

    Yields
    ------
    str
        Its address.
    Path
        The file of what it writes.
    """
    port = _find_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, *(word.replace("{port}", str(port)) for word in words)]
        variables = {**os.environ, "STREAMLIT_SERVER_HEADLESS": "true", "PYTHONPATH": str(ROOT)}
        with (
            log.open("wb") as out,
            subprocess.Popen(
                command, env=variables | (environment or {}), stdout=out, stderr=subprocess.STDOUT
            ) as process,
        ):
            try:
                _await_health(port, process, log)
                yield f"http://127.0.0.1:{port}", log
            finally:
                _end_tree(process.pid)


@contextmanager
def serve_app(plan: Path | None, *, lang: str = "zh", audience: str = "office") -> Iterator[tuple[str, Path]]:
    """Run ``gridplan app`` on a plan, or on the one that opens where none is named."""
    named = [] if plan is None else [str(plan)]
    words = ["-m", "gridplan", "app", *named, "--port", "{port}", "--lang", lang]
    with serve(words, environment={"GRIDPLAN_AUDIENCE": audience}) as served:
        yield served


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server has stopped: {log.read_text(encoding='utf-8', errors='replace')}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _end_tree(pid: int) -> None:
    """End a process with the ones it started: ``gridplan app`` waits for a Streamlit of its own."""
    try:
        parent = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    family = [*parent.children(recursive=True), parent]
    for one in family:
        try:
            one.terminate()
        except psutil.NoSuchProcess:
            continue
    for late in psutil.wait_procs(family, timeout=5)[1]:
        late.kill()


@dataclass  # without slots: Playwright hangs marks on whatever listens
class Watch:
    """What a page asks for, gets and complains about.

    Parameters
    ----------
    asked
        Every address asked for, those of sockets too.
    faults
        Errors of the console and of the scripts, answers that are refusals.
    answers
        What came for the addresses.
    frames
        What came over the sockets, where ``keeps`` asks for it.
    socket_bytes
        How much came over them.
    """

    keeps: bool = False
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    socket_bytes: int = 0

    def follow(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("response", self._note_answer)
        page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        page.on("console", self._note_word)
        page.on("websocket", self._follow_socket)

    def tell_strangers(self) -> set[str]:
        """Return the addresses that are not of this machine."""
        return {url for url in self.asked if urlsplit(url).hostname not in _LOCAL}

    def read_bodies(self) -> dict[str, bytes]:
        """Return what came by address, unpacked, sockets aside."""
        return {answer.url: answer.body() for answer in self.answers if answer.status == 200}

    def _note_answer(self, response: Response) -> None:
        self.answers.append(response)
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _note_word(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.faults.append(f"console: {told.text}")

    def _follow_socket(self, socket_: WebSocket) -> None:
        self.asked.append(socket_.url)
        socket_.on("framereceived", self._note_frame)

    def _note_frame(self, payload: str | bytes) -> None:
        content = payload.encode() if isinstance(payload, str) else payload
        self.socket_bytes += len(content)
        if self.keeps:
            self.frames.append(content)


def settle(page: Page, *, still_ms: int = 250, timeout_s: float = 60.0) -> None:
    """Wait until the script has run, the maps are painted, and nothing more came for a while."""
    page.evaluate("() => { window.__settled = 0; }")
    page.wait_for_function(_SETTLED, arg=still_ms, timeout=timeout_s * 1000)
