"""The streets and the river of the main town, on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from shapely import Polygon

from ground.sheet import Point, Sheet
from shangnan.drawing import NODES
from town.streets import smooth_line

SHEET = Sheet(NODES)
RIVER_M = 58.0
# from the edge of town to the middle of the river, and how far it is drawn beyond
DIKE_M, UPSTREAM_M, DOWNSTREAM_M = (24.0, -92.0), (-430.0, 110.0), (470.0, 15.0)


def draw_river(upstream: Sequence[Point] = (), downstream: Sequence[Point] = ()) -> Polygon:
    """Return the water: it follows the town's southern edge behind a dike and runs on both ways."""
    side = np.linspace(0, SHEET.sides[0], 8)
    bank = SHEET.place_points(np.column_stack([side, np.zeros_like(side)]))
    points = np.vstack([bank[0] + UPSTREAM_M, bank + DIKE_M, bank[-1] + DOWNSTREAM_M])
    line = smooth_line([*upstream, *((float(x), float(y)) for x, y in points), *downstream])
    return line.buffer(RIVER_M / 2).simplify(0.5)
