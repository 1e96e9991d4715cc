"""Say in which coordinate system each layer is, or ask: nothing is guessed that is not certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyproj

from gridplan import crs as crs_rules
from gridplan.errors import CRSError, InputError
from gridplan.io.source import RawLayer
from gridplan.schema import issue_rows

__all__ = ["locate_layers", "require_overlap"]

Bounds = tuple[float, float, float, float]


def locate_layers(raws: Sequence[RawLayer], wished: pyproj.CRS | None) -> list[RawLayer]:
    """Give every layer a coordinate system.

    Parameters
    ----------
    raws
        Layers with the system that came with them, if any.
    wished
        The caller's system for layers that have none, or one that cannot be.

    Returns
    -------
    list of RawLayer
        In the same order; whatever was inferred, swapped or taken from another layer is in their issues.

    Raises
    ------
    CRSError
        If a layer's system is missing and not certain, or contradicts its coordinates.
    """
    done = [_locate(raw, wished) for raw in raws]
    known = [raw for raw in done if raw.declared is not None]
    return [raw if raw.declared is not None else _borrow(raw, known) for raw in done]


def _locate(raw: RawLayer, wished: pyproj.CRS | None) -> RawLayer:
    bounds = crs_rules.find_bounds(raw.frame)
    if not np.isfinite(bounds).all():
        return replace(raw, declared=raw.declared or wished or crs_rules.WGS84)
    declared = raw.declared
    if declared is not None:
        swapped = crs_rules.is_swapped(bounds, declared)
        if swapped or crs_rules.fits_crs(bounds, declared):
            return _settle(raw, declared, swapped, "")
    note = "crs_missing" if declared is None else "crs_contradicted"
    if wished is not None:
        swapped = crs_rules.is_swapped(bounds, wished)
        if not swapped and not crs_rules.fits_crs(bounds, wished):
            raise _misfit(raw, wished, bounds)
        return _settle(raw, wished, swapped, note)
    guess = crs_rules.infer_crs(bounds)
    if guess.crs is not None:
        return _settle(raw, guess.crs, guess.swapped, note)
    if declared is not None:
        raise _misfit(raw, declared, bounds)
    return raw


def _settle(raw: RawLayer, crs: pyproj.CRS, swapped: bool, note: str) -> RawLayer:
    frame = raw.frame.set_crs(crs, allow_override=True)
    name, rows = crs_rules.describe_crs(crs), float(len(frame))
    issues = list(raw.issues)
    if note:
        issues.append(issue_rows(raw.role, ["*"], note, "estimated", rows, name))
    if swapped:
        frame = crs_rules.swap_axes(frame)
        issues.append(issue_rows(raw.role, ["*"], "axes_swapped", "repaired", rows, name))
    return replace(raw, frame=frame, declared=crs, issues=tuple(issues))


def _borrow(raw: RawLayer, known: Sequence[RawLayer]) -> RawLayer:
    """Take the system of a layer whose coordinates lie in the same place, else ask."""
    bounds = crs_rules.find_bounds(raw.frame)
    for other in known:
        if _meet(bounds, crs_rules.find_bounds(other.frame)) and other.declared is not None:
            return _settle(raw, other.declared, False, "crs_borrowed")
    reason = crs_rules.infer_crs(bounds).reason
    key = {"zone_unknown": "crs_zone_unknown", "mercator_or_zone6": "crs_two_ways"}.get(reason, "crs_unknown")
    raise CRSError(key, layer=raw.role, path=raw.where, bounds=_format_bounds(bounds))


def _misfit(raw: RawLayer, crs: pyproj.CRS, bounds: Bounds) -> CRSError:
    return CRSError(
        "crs_misfit",
        layer=raw.role,
        path=raw.where,
        crs=crs_rules.describe_crs(crs),
        bounds=_format_bounds(bounds),
    )


def require_overlap(frames: Sequence[tuple[str, gpd.GeoDataFrame]]) -> None:
    """Refuse layers that do not lie where the buildings lie.

    Parameters
    ----------
    frames
        Role and frame, the buildings first.

    Raises
    ------
    InputError
        If a layer lies farther from the buildings than the larger of the two is wide.
    """
    boxes = [
        (role, crs_rules.bounds_degrees(crs_rules.find_bounds(frame), pyproj.CRS(frame.crs)))
        for role, frame in frames
        if len(frame)
    ]
    for role, box in boxes[1:]:
        if np.isfinite(box).all() and not _meet(boxes[0][1], box):
            raise InputError(
                "layers_apart",
                layer=role,
                bounds=_format_bounds(box),
                other=boxes[0][0],
                other_bounds=_format_bounds(boxes[0][1]),
            )


def _meet(a: Bounds, b: Bounds) -> bool:
    """Tell whether two boxes meet, or lie no farther apart than the larger one is wide."""
    near = max(max(box[2] - box[0], box[3] - box[1]) for box in (a, b))
    return bool(a[0] - near <= b[2] and b[0] - near <= a[2] and a[1] - near <= b[3] and b[1] - near <= a[3])


def _format_bounds(bounds: Bounds) -> str:
    digits = 5 if max(abs(number) for number in bounds) <= 400 else 0
    return ", ".join(f"{number:.{digits}f}" for number in bounds)
