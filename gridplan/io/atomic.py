"""Write files whole or not at all: beside their place first, then moved there in one step."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from gridplan.errors import WriteError

__all__ = ["replace_files", "write_whole"]

_WRITE_FAULTS = (
    DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, pa.ArrowException, RuntimeError,
)  # fmt: skip


@contextmanager
def replace_files(folder: Path) -> Iterator[Path]:
    """Give a folder to write in; when all went well its files are moved into their place.

    Parameters
    ----------
    folder
        Where the files belong. It must exist.

    Yields
    ------
    Path
        An empty folder beside them, on the same disk. It is gone afterwards, whatever happened.

    Raises
    ------
    WriteError
        If a file cannot be written or moved; the files that stood there before are untouched.
    """
    if not folder.is_dir():
        raise WriteError("write_folder_missing", path=str(folder))
    try:
        beside = Path(tempfile.mkdtemp(prefix=".gridplan-", dir=folder))
    except OSError as error:
        # the folder is what the user knows, not the name that was to be in it
        raise _name_fault(OSError(error.errno, error.strerror, str(folder)), folder) from error
    try:
        yield beside
        written = sorted(beside.iterdir())
        for part in written:
            _flush(part)
        for part in written:
            part.replace(folder / part.name)
        _flush_folder(folder)
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise _name_fault(error, folder) from error
    except _WRITE_FAULTS as error:
        fault = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise WriteError("write_failed", path=str(folder), fault=fault) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_whole(path: str | Path, content: bytes) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path
        Where; the folder must exist.
    content
        What.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WriteError
        If it cannot be written; what stood there before is untouched.
    """
    target = Path(path)
    with replace_files(target.absolute().parent) as beside:
        (beside / target.name).write_bytes(content)
    return target


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    # the move itself has to reach the disk; Windows cannot open folders and does not need it
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name_fault(error: OSError, folder: Path) -> WriteError:
    path = str(error.filename2 or error.filename or folder)
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return WriteError("disk_full", path=path)
    if isinstance(error, PermissionError):
        return WriteError("write_not_allowed", path=path)
    return WriteError("write_failed", path=path, fault=error.strerror or type(error).__name__)
