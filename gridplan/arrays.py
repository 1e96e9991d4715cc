"""The array types that every room speaks in, and what is done to labels alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FloatArray", "IntArray", "ShapeArray", "TextArray"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
#: Geometries of shapely.
ShapeArray = npt.NDArray[np.object_]
#: Texts as Python strings.
TextArray = npt.NDArray[np.object_]
