"""A plan being made for one session: its process, how far it is, how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from gridplan.errors import GridplanError, InputError
from gridplan.pipeline import ROOMS
from gridplan.ui.uploads import strip_folder

__all__ = ["STEPS", "Job", "end_jobs"]

#: The steps of the progress that is shown, in order.
STEPS = (*ROOMS, "write")

# the search of one plan fills a processor: more at once would only make all of them late
_MOST_AT_ONCE = 2
_places = threading.BoundedSemaphore(_MOST_AT_ONCE)
# a browser that has lost its connection comes back within this time, or its session is over [s]: as long as
# Streamlit keeps the session itself
_GRACE_S = 120.0
_kept: set[Job] = set()


def end_jobs() -> None:
    """Stop all jobs when the server ends, so that no process and no file is left."""
    for job in list(_kept):
        job.cancel()


class Job:
    """A plan that is being made in a process of its own.

    Parameters
    ----------
    inputs
        Arguments of :func:`gridplan.make_plan`, files as texts.
    scheme
        Name or file of the scheme.
    folder
        Where the inputs lie and the plan is written; it goes when the job does.
    name
        What the plan is to be called.

    Raises
    ------
    InputError
        ``making_busy`` when as many plans are being made already as the machine can bear.
    """

    def __init__(
        self, inputs: Mapping[str, object], scheme: str, folder: tempfile.TemporaryDirectory[str], name: str
    ) -> None:
        if not _places.acquire(blocking=False):
            folder.cleanup()
            raise InputError("making_busy", most=_MOST_AT_ONCE)
        self.name = name
        self.folder = folder
        self.out = Path(folder.name) / "plan.gpkg"
        self.begun: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.error: GridplanError | None = None
        self._cancelled = False
        self._leaving: threading.Timer | None = None
        self._dropped = False
        request = Path(folder.name) / "request.json"
        asked = {"inputs": inputs, "scheme": scheme, "out": str(self.out)}
        request.write_text(json.dumps(asked), encoding="utf-8")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gridplan.ui.worker", str(request)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                cwd=Path(__file__).parents[2],  # where the package is found also in a clone
            )
        except OSError:
            folder.cleanup()
            _places.release()
            raise
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        _kept.add(self)

    @property
    def running(self) -> bool:
        """Whether the job is still running."""
        return self._listener.is_alive()

    def seconds(self, step: str) -> float | None:
        """Return how long a step has taken so far [s], None where it has not begun."""
        if step not in self.begun:
            return None
        return self.ended.get(step, time.monotonic()) - self.begun[step]

    def cancel(self) -> None:
        """Stop the job, wait for its end, and delete its files."""
        self._cancelled = True
        self._process.terminate()
        self._listener.join()
        self.drop()

    def drop(self) -> None:
        """Delete the files of a job that has ended."""
        self._dropped = True
        self.attend()
        _kept.discard(self)
        self.folder.cleanup()

    def leave(self) -> None:
        """Note that the browser is gone: unless it comes back soon, the job is stopped."""
        self.attend()
        if self._dropped:
            return
        self._leaving = threading.Timer(_GRACE_S, self.cancel)
        self._leaving.daemon = True
        self._leaving.start()

    def attend(self) -> None:
        """Note that the browser is there: the job goes on."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _listen(self) -> None:
        """Follow what the process reports until it ends."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        # what a library says on its way out must be read as well, else a full pipe stops the process
        faults: list[str] = []
        drain = threading.Thread(target=faults.extend, args=(self._process.stderr,))
        drain.start()
        try:
            with self._process:
                for line in self._process.stdout:
                    self._note(line)
                drain.join()
            if self._process.returncode and not self._cancelled and self.error is None:
                fault = GridplanError("making_failed", fault=faults[-1].strip() if faults else "")
                self.error = strip_folder(fault, self.folder.name)
        finally:
            _places.release()

    def _note(self, line: str) -> None:
        try:
            report = json.loads(line)
        except ValueError:  # a library's own print
            return
        if "error" in report:
            self.error = strip_folder(GridplanError(report["error"], **report["values"]), self.folder.name)
        elif report["part"]:
            self.ended[report["room"]] = time.monotonic()
        else:
            self.begun[report["room"]] = time.monotonic()
