"""Angles that come out the same to the last bit on every processor.

Equal cuts of a piece of ground are frequent: a piece with two right angles has two smallest rectangles of one
area, and the last bit of a direction decides between them. numpy computes sine and arc tangent by other
instructions where a processor has AVX-512, and these differ in that bit. Computed in extended precision and
rounded once, both agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["arctan2", "cos", "sin"]

Floats = npt.NDArray[np.float64]


def sin(angle: npt.ArrayLike) -> Floats:
    """Return the sine of angles [rad]."""
    return np.asarray(np.sin(np.asarray(angle, dtype=np.longdouble)), dtype=np.float64)


def cos(angle: npt.ArrayLike) -> Floats:
    """Return the cosine of angles [rad]."""
    return np.asarray(np.cos(np.asarray(angle, dtype=np.longdouble)), dtype=np.float64)


def arctan2(y: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """Return the direction of steps [rad], from -pi to pi."""
    turned = np.arctan2(np.asarray(y, dtype=np.longdouble), np.asarray(x, dtype=np.longdouble))
    return np.asarray(turned, dtype=np.float64)
