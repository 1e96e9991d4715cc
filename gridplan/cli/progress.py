"""A progress bar that appears only where somebody watches and only when it takes long."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from tqdm import tqdm

from gridplan.i18n import t

__all__ = ["RoomBar"]

# A run shorter than this shows no bar [s] (DESIGN.md section 4).
_PATIENCE_S = 2.0
_TICK_S = 0.5


class RoomBar:
    """One bar over the rooms of a run, on stderr.

    Parameters
    ----------
    rooms
        The rooms in their order.
    lang
        "zh" or "en".
    quiet
        Show nothing.
    """

    def __init__(self, rooms: Sequence[str], lang: str, *, quiet: bool = False) -> None:
        self._rooms, self._lang = tuple(rooms), lang
        self._shown = not quiet and sys.stderr.isatty()
        self._stop = threading.Event()
        self._bar: tqdm | None = None
        self._state = (0.0, "")
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> RoomBar:
        """Start the clock."""
        if self._shown:
            self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._stop.set()
        if self._shown:
            self._ticker.join()
        if self._bar is not None:
            self._bar.close()

    def __call__(self, room: str, fraction: float) -> None:
        """Note that a part of a room is done, 0 to 1."""
        place = self._rooms.index(room) if room in self._rooms else len(self._rooms) - 1
        self._state = (place + fraction, room)

    def _tick(self) -> None:
        # a room may take a minute without a word: the clock must go on all the same
        self._stop.wait(_PATIENCE_S)
        while not self._stop.is_set():
            if self._bar is None:
                self._bar = tqdm(
                    total=len(self._rooms),
                    leave=False,
                    file=sys.stderr,
                    bar_format="{desc} {bar:30} {elapsed}",
                )
            done, room = self._state
            self._bar.n = done
            self._bar.set_description_str(t(f"room.{room}", self._lang) if room else "", refresh=True)
            self._stop.wait(_TICK_S)
