"""Files that a visitor uploads: kept in a folder of the session, under their own names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from gridplan.errors import GridplanError

__all__ = ["VECTOR_TYPES", "Upload", "keep_files", "strip_folder"]

#: Endings of vector files that may be uploaded; a shapefile with its parts, or zipped.
VECTOR_TYPES = (
    "gpkg", "zip", "geojson", "json", "parquet", "fgb", "kml", "gml", "shp", "shx", "dbf", "prj", "cpg",
    "pbf", "osm",
)  # fmt: skip


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
        The ``.shp`` among several files, else the first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for upload in uploads:
        # a name from outside must not lead out of the folder, nor be read as file#layer
        name = re.sub(r"[^\w.\- ()]", "_", Path(upload.name.replace("\\", "/")).name).lstrip(".")
        path = folder / (name or "file")
        path.write_bytes(upload.getvalue())
        paths.append(path)
    return str(next((path for path in paths if path.suffix.lower() == ".shp"), paths[0]))


def strip_folder(error: GridplanError, folder: str) -> GridplanError:
    """Take a folder of the server out of what an error names: the visitor knows the file by its name."""

    def strip(value: object) -> object:
        if isinstance(value, (list, tuple)):
            return [strip(one) for one in value]
        return value.replace(folder + os.sep, "") if isinstance(value, str) else value

    return GridplanError(error.key, **{name: strip(value) for name, value in error.values.items()})
