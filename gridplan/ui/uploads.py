"""Files that a visitor uploads: kept in a folder of the session, under their own names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from gridplan.errors import GridplanError, InputError

__all__ = ["VECTOR_TYPES", "Upload", "keep_files", "strip_folder"]

#: Endings of vector files that may be uploaded; a shapefile with its parts, or zipped.
VECTOR_TYPES = (
    "gpkg", "zip", "geojson", "json", "parquet", "fgb", "kml", "gml", "shp", "shx", "dbf", "prj", "cpg",
    "pbf", "osm",
)  # fmt: skip

# a name has 255 bytes on most file systems, 143 on an encrypted one
_MOST_BYTES, _MOST_ENDING = 140, 10


class Upload(Protocol):
    """An uploaded file."""

    name: str

    def getvalue(self) -> bytes:
        """Return its content."""
        ...


def keep_files(uploads: Sequence[Upload], folder: Path) -> str:
    """Write uploaded files of one layer into a folder and return the one to be read.

    Parameters
    ----------
    uploads
        One file, or the parts of a shapefile.
    folder
        Made when it is not there.

    Returns
    -------
    str
        The file, or the ``.shp`` among its parts.

    Raises
    ------
    InputError
        ``upload_several`` if several files are not the parts of one shapefile: none would be read but the
        first.
    """
    # a name from outside must not lead out of the folder, nor be read as file#layer
    names = [Path(upload.name.replace("\\", "/")).name for upload in uploads]
    shapes = {Path(name).stem for name in names if Path(name).suffix.lower() == ".shp"}
    if len(names) > 1 and (len(shapes) != 1 or {Path(name).stem for name in names} != shapes):
        raise InputError("upload_several", files=names)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for upload, name in zip(uploads, names, strict=True):
        path = folder / (_shorten(re.sub(r"[^\w.\- ()]", "_", name).lstrip(".")) or "file")
        path.write_bytes(upload.getvalue())
        paths.append(path)
    return str(next((path for path in paths if path.suffix.lower() == ".shp"), paths[0]))


def _shorten(name: str) -> str:
    """Cut a name to what a file system takes; its ending stays."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _MOST_ENDING:
        stem, ending = name, ""
    room = _MOST_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", errors="ignore") + (dot + ending if ending else "")


def strip_folder(error: GridplanError, folder: str) -> GridplanError:
    """Take a folder of the server out of what an error names: the visitor knows the file by its name."""
    return error.rename(folder + os.sep, "")
