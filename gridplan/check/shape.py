"""Figures that no law bounds and planners look at: borders on streets, empty land, compactness."""

from __future__ import annotations

import numpy as np

from gridplan.check.cover import outline_segments
from gridplan.check.findings import Finding, name_ids
from gridplan.check.reading import LevelReading, Reading

__all__ = ["measure_shape"]


def measure_shape(reading: Reading) -> list[Finding]:
    """Measure each level."""
    measures = (_share_on_streets, _count_empty, _take_compactness)
    return [measure(reading, level) for level in reading.levels if len(level.codes) for measure in measures]


def _share_on_streets(reading: Reading, level: LevelReading) -> Finding:
    """Share of the length of borders between areas that lies on streets of any rank."""
    borders = reading.borders
    between = level.labels[borders.pairs[:, 0]] != level.labels[borders.pairs[:, 1]]
    length = float(borders.length[between].sum())
    on_streets = float(borders.length[between & (borders.rank > 0)].sum())
    share = on_streets / length if length else np.nan
    values = {"share": share if length else None, "length_m": round(length, 1)}
    return Finding("ok", level.id, "", share, np.nan, "share_on_streets", values)


def _count_empty(reading: Reading, level: LevelReading) -> Finding:
    """Areas with households of which more than half is large land without any."""
    large = (reading.households == 0) & (reading.area > reading.plan.scheme.atoms.carry_land_m2)
    empty = level.sum_by_area(np.where(large, reading.area, 0.0))
    whole = level.sum_by_area(reading.area)
    homes = level.count_by_area(reading.households)
    mostly = level.codes[(homes > 0) & (empty > whole / 2)]
    inhabited = int((homes > 0).sum())
    values = name_ids(mostly.tolist()) | {"areas": inhabited}
    return Finding(
        "warning" if len(mostly) else "ok", level.id, "", len(mostly), inhabited, "mostly_empty", values
    )


def _take_compactness(reading: Reading, level: LevelReading) -> Finding:
    """Median over areas of 4 pi area / perimeter2 (Polsby-Popper): 1 for a circle, 0.785 for a square."""
    outline = outline_segments(reading, level)
    perimeter = np.bincount(outline.owner, outline.length, minlength=len(level.codes))
    compact = 4 * np.pi * level.sum_by_area(reading.area) / np.maximum(perimeter, 1e-9) ** 2
    middle = float(np.median(compact))
    return Finding("ok", level.id, "", middle, np.nan, "compactness", {"median": round(middle, 4)})
