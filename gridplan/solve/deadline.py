"""When a search has to come to an end."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

__all__ = ["Deadline", "set_deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which to stop.

    Parameters
    ----------
    moment
        ``time.monotonic()`` at which to stop; infinite for never.
    """

    moment: float = math.inf

    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.moment < math.inf and time.monotonic() >= self.moment

    def seconds_left(self) -> float | None:
        """Tell the seconds left, None for any; never nothing, since a search must give some answer."""
        return None if math.isinf(self.moment) else max(self.moment - time.monotonic(), 0.01)


def set_deadline(time_limit: float | None) -> Deadline:
    """Return the moment ``time_limit`` seconds from now; None = never."""
    return Deadline() if time_limit is None else Deadline(time.monotonic() + time_limit)
