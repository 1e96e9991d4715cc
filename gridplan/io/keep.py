"""Keep what took long to make: beside the temporary files, under the digest of what it was made from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gridplan.errors import WriteError

__all__ = ["digest_sources", "find_keep"]

#: Rooms that only show a plan: what they say changes nothing in it.
_SHOWS = ("access", "cli", "onemap", "risk", "ui")


def digest_sources(files: Iterable[Path], *words: str) -> str:
    """Return the digest of some files, of words, and of gridplan's own source text.

    Parameters
    ----------
    files
        What something is made from, in an order that is always the same.
    *words
        What else decides it.

    Returns
    -------
    str
        16 hexadecimal digits. A changed line of gridplan changes them, so that nothing that another version
        made is ever taken for its own.
    """
    digest = hashlib.sha256("\n".join(words).encode())
    package = Path(__file__).resolve().parents[1]
    own = [*package.rglob("*.py"), *package.rglob("presets/*.toml")]
    making = [path for path in own if path.relative_to(package).parts[0] not in _SHOWS]
    for path in (*files, *sorted(making, key=lambda path: path.as_posix())):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def find_keep(name: str, digest: str) -> Path:
    """Return the file under which something is kept, whether it is there yet or not.

    Parameters
    ----------
    name
        Name of the file.
    digest
        Result of :func:`digest_sources`.

    Returns
    -------
    Path
        In a folder of this user alone, which is made where it is not there. What another digest left in it
        is removed.

    Raises
    ------
    WriteError
        If there is no such folder to be had.
    """
    user = hashlib.sha256(str(Path.home()).encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"gridplan-{user}" / digest
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if hasattr(os, "getuid") and folder.parent.stat().st_uid != os.getuid():
            raise PermissionError(str(folder.parent))
        for old in folder.parent.iterdir():
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise WriteError("write_failed", path=str(folder), fault=str(error)) from error
    return folder / name
