"""Errors of gridplan are known by their key; what they say depends on the language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gridplan.errors import GridplanError

__all__ = ["raises"]


@contextmanager
def raises(kind: type[GridplanError], key: str) -> Iterator[pytest.ExceptionInfo[GridplanError]]:
    """Expect an error with a key."""
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.value.key == key
