"""What each room takes: seconds, and the most memory held so far."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress", "Stopwatch"]

#: Called with a room and 0.0 at its start, 1.0 at its end.
Progress = Callable[[str, float], None]


class Stopwatch:
    """Seconds and peak memory per room, reported as they are measured.

    Parameters
    ----------
    progress
        Called at the start and the end of each room.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.timings: dict[str, tuple[float, float]] = {}

    @contextmanager
    def enter(self, room: str) -> Iterator[None]:
        """Measure what is done inside; a room that fails has no time."""
        if self.progress is not None:
            self.progress(room, 0.0)
        start = time.perf_counter()
        yield
        self.timings[room] = (time.perf_counter() - start, _peak_memory_mib())
        if self.progress is not None:
            self.progress(room, 1.0)


def _peak_memory_mib() -> float:
    """Return the most memory that this process has held so far [MiB]; NaN where the system does not say."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)
