"""Layers and tables of a page as one GeoPackage."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gridplan.io.write import fix_stamp, write_layer

__all__ = ["pack_layers"]


def pack_layers(layers: Mapping[str, pd.DataFrame]) -> bytes:
    """Pack layers as a GeoPackage.

    Parameters
    ----------
    layers
        By name, with geometry or without; what is NA becomes NULL.

    Returns
    -------
    bytes
        Equal layers give equal bytes.
    """
    # SQLite writes files only
    with tempfile.TemporaryDirectory() as folder, fix_stamp():
        path = Path(folder) / "layers.gpkg"
        for name, frame in layers.items():
            write_layer(frame, path, name)
        return path.read_bytes()
