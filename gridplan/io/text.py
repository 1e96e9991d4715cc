"""Write a file of text that was not there before."""

from __future__ import annotations

from pathlib import Path

from gridplan.errors import InputError
from gridplan.io.atomic import replace_files

__all__ = ["write_text"]


def write_text(text: str, path: str | Path) -> Path:
    """Write text as UTF-8 to a new file.

    Parameters
    ----------
    text
        The file's content.
    path
        A file that does not exist yet.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        ``scheme_file_exists`` if there is such a file: what a planner has changed is never replaced.
    WriteError
        If it cannot be written.
    """
    target = Path(path)
    if target.exists():
        raise InputError("scheme_file_exists", path=str(target))
    with replace_files(target.absolute().parent) as folder:
        (folder / target.name).write_text(text, encoding="utf-8", newline="\n")
    return target
