"""Codes of areas: numbered west to east then north to south, nested in the parent's code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gridplan.plan import order_codes
from gridplan.scheme import Scheme

__all__ = ["code_areas"]

IntArray = npt.NDArray[np.int64]

#: Used where a scheme gives no format for a level.
DEFAULT_FORMAT = "{parent}{seq:03d}"


def code_areas(
    labels: Mapping[str, IntArray], xy: npt.NDArray[np.float64], scheme: Scheme
) -> dict[str, npt.NDArray[np.str_]]:
    """Give every area of every level its code.

    Parameters
    ----------
    labels
        Area 0..k-1 of each atom by level id.
    xy
        A point in each atom [m], shape (n, 2).
    scheme
        Formats by level id with the fields ``parent`` and ``seq``.

    Returns
    -------
    dict of ndarray of str, shape (n,)
        The code of each atom's area by level id.

    Notes
    -----
    The number counts the areas of one parent in the order of :func:`gridplan.plan.order_codes`,
    taken over the parent's own atoms.
    """
    codes: dict[str, npt.NDArray[np.str_]] = {}
    for level in scheme.levels:
        own = labels[level.id]
        parent_of_atom = codes.get(level.parent, np.full(len(own), ""))
        form = scheme.codes.formats.get(level.id, DEFAULT_FORMAT)
        names = np.empty(int(own.max(initial=-1)) + 1, dtype=object)
        order = np.argsort(parent_of_atom, kind="stable")
        parents, starts = np.unique(parent_of_atom[order], return_index=True)
        for parent, atoms in zip(parents, np.split(order, starts[1:]), strict=True):
            members, local = np.unique(own[atoms], return_inverse=True)
            seq = order_codes(xy[atoms], local)
            names[members] = [form.format(parent=parent, seq=int(number) + 1) for number in seq]
        codes[level.id] = names[own].astype(str)
    return codes
