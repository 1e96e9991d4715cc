"""The shifted longitudes and latitudes of Chinese web maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu).

Own arithmetic on arrays, because no package fits (looked at in November 2026): ``prcoords`` and
``eviltransform`` have stood still since 2019 and 2018 and work point by point; ``pybind11_coordtransform``
works on arrays, but asks the first point only whether it lies in China, undoes a shift in one step (3 m
off), and knows no BD-09 for arrays. The formulas and their constants are those that all of them share.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.arrays import FloatArray

__all__ = ["SHIFTED", "shift", "unshift"]


#: The systems that are known here.
SHIFTED = ("gcj02", "bd09")

# the ellipsoid of Krasovsky 1940, on which the shift in metres is turned into degrees
_AXIS_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
# outside of this box nothing is shifted: west, east, south, north [degrees]
_BOX = (72.004, 137.8347, 0.8293, 55.8271)
# what BD-09 adds to GCJ-02 [degrees]
_BAIDU = (0.0065, 0.006)
# one step brings what is left of the shift down by a factor of a hundred and more: 8 reach the last digit
_STEPS = 8


def shift(lonlat: npt.ArrayLike, system: str) -> FloatArray:
    """Turn true places into those of a shifted system.

    Parameters
    ----------
    lonlat
        Longitudes and latitudes of WGS 84 [degrees], shape (n, 2).
    system
        One of :data:`SHIFTED`.

    Returns
    -------
    ndarray, shape (n, 2)
        As the web maps draw them; outside of the box around China unchanged under GCJ-02.
    """
    true = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    moved = true + _offset(true)
    if system == "gcj02":
        return moved
    if system == "bd09":
        return _turn(moved)
    raise ValueError(system)


def unshift(lonlat: npt.ArrayLike, system: str) -> FloatArray:
    """Turn places of a shifted system into true ones: the inverse of :func:`shift`.

    Parameters
    ----------
    lonlat
        Longitudes and latitudes of the shifted system [degrees], shape (n, 2).
    system
        One of :data:`SHIFTED`.

    Returns
    -------
    ndarray, shape (n, 2)
        WGS 84, found step by step until ``shift`` gives the input again (below a millimetre).
    """
    given = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    true = given.copy()
    for _ in range(_STEPS):
        true += given - shift(true, system)
    return true


def _offset(lonlat: FloatArray) -> FloatArray:
    """Return what GCJ-02 adds to true places [degrees]."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    short = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    radians = np.radians(lat)
    bulge = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    along_meridian = _AXIS_M * (1.0 - _ECCENTRICITY_2) / bulge**1.5
    along_parallel = _AXIS_M / np.sqrt(bulge) * np.cos(radians)
    added = np.stack([np.degrees(east / along_parallel), np.degrees(north / along_meridian)], axis=1)
    west, far_east, south, far_north = _BOX
    inside = (lon >= west) & (lon <= far_east) & (lat >= south) & (lat <= far_north)
    return np.where(inside[:, None], added, 0.0)


def _turn(lonlat: FloatArray) -> FloatArray:
    """Turn GCJ-02 into BD-09."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    wave = np.pi * 3000.0 / 180.0
    far = np.hypot(lon, lat) + 0.00002 * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * wave)
    return np.stack([far * np.cos(angle) + _BAIDU[0], far * np.sin(angle) + _BAIDU[1]], axis=1)
