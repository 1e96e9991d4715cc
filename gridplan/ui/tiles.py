"""The base map of the server: one setting, read when a picture is made. None where nothing is set."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from gridplan.errors import InputError
from gridplan.onemap.browser.tiles import Tiles, parse_tiles

__all__ = ["TILES_VARIABLE", "read_tiles"]

#: Environment variable that names the file of the setting; without it ``tiles.toml`` in the folder where the
#: app was started, where there is one.
TILES_VARIABLE = "GRIDPLAN_TILES"
_FILE = "tiles.toml"


def read_tiles() -> Tiles | None:
    """Read the setting of the base map, see :func:`gridplan.onemap.browser.tiles.parse_tiles`.

    Raises
    ------
    InputError
        ``file_missing`` where the variable names no file, else what is wrong in it.
    """
    named = os.environ.get(TILES_VARIABLE, "")
    path = Path(named or _FILE)
    if not path.is_file():
        if named:
            raise InputError("file_missing", path=named)
        return None
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int) -> Tiles | None:
    del stamp  # a changed file is read again
    try:
        # Windows' editor may begin the file with a mark
        return parse_tiles(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise InputError("tiles_broken", reason=f"UTF-8: {fault.reason}") from None
