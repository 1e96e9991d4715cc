"""One picture of the map as a value: the browser, the file of its own and the poster all draw from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from gridplan.arrays import BoolArray, FloatArray, IntArray, ShapeArray

__all__ = [
    "PATTERNS",
    "AreaLayer",
    "Ground",
    "HeatLayer",
    "Imprint",
    "LineLayer",
    "MapView",
    "PointLayer",
    "Swatch",
]

#: Fills that show classes without colour: grey print and colour-blind eyes.
PATTERNS = ("", "lines", "cross", "dots", "grid")


@dataclass(frozen=True, slots=True)
class Swatch:
    """A class of a legend.

    Parameters
    ----------
    label
        What it is called, in the language of the view; "" for a class that is not in the legend.
    colour
        "#rrggbb".
    letter
        A sign that stands beside the colour, "" for none.
    pattern
        One of :data:`PATTERNS`.
    """

    label: str
    colour: str
    letter: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AreaLayer:
    """The areas of one level, coloured by class.

    Parameters
    ----------
    level
        Id of the level.
    shapes
        Polygons in the plan's coordinate system, index ``code``.
    classes
        Index into ``legend`` per area, -1 for none (drawn as ground without a class), shape (n,).
    legend
        The classes, the first drawn at the top of the legend.
    legend_title
        What the colour means, with its unit.
    labels
        What is written on an area where there is room.
    lines
        What is said of an area that is pointed at, line by line.
    bordered
        Whether every area has a border of its own; without one its pieces look like one area.
    """

    level: str
    shapes: gpd.GeoDataFrame
    classes: IntArray
    legend: tuple[Swatch, ...]
    legend_title: str
    labels: Sequence[str]
    lines: Sequence[Sequence[str]]
    bordered: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class LineLayer:
    """Lines of one kind, such as the borders that are new.

    Parameters
    ----------
    label
        What they are called.
    shapes
        Lines in the plan's coordinate system, shape (n,).
    colour
        "#rrggbb".
    width
        Width on the screen [pt].
    dashed
        Whether they are drawn in dashes.
    """

    label: str
    shapes: ShapeArray
    colour: str
    width: float
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PointLayer:
    """Things at a place; later rows are drawn above earlier ones.

    Parameters
    ----------
    id
        Name of the layer ("enterprises").
    title
        What it is called.
    xy
        Places in the plan's coordinate system [m], shape (n, 2).
    classes
        Index into ``legend`` per point, shape (n,).
    legend
        The classes.
    lines
        What is said of a point that is pointed at, line by line.
    shape
        "circle", "square", "diamond" or "triangle".
    heights
        Drawing order over all layers, low first (a red thing of one layer lies above a blue one of another),
        shape (n,); None for the order of the layers.
    codes
        What a point is known by when it is chosen; None for its row.
    """

    id: str
    title: str
    xy: FloatArray
    classes: IntArray
    legend: tuple[Swatch, ...]
    lines: Sequence[Sequence[str]]
    shape: str = "circle"
    heights: IntArray | None = None
    codes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class HeatLayer:
    """How thickly things lie.

    Parameters
    ----------
    title
        What it is called, with the radius in it.
    xy
        Places in the plan's coordinate system [m], shape (n, 2).
    weight
        Weight of each, above 0, shape (n,).
    radius_m
        Radius of the kernel on the ground [m].
    """

    title: str
    xy: FloatArray
    weight: FloatArray
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What lies under every picture of a plan.

    Parameters
    ----------
    district
        The ground that is divided; its coordinate system is that of ``streets``.
    streets
        Lines with ``rank`` (1-3) and ``name``.
    buildings
        Footprints, index ``building_id``; only their outlines are shown.
    homes
        Whether people live in each building, shape (n,); None where this is not shown.
    labels
        What the legend calls the parts of the ground that are drawn: ``outline`` (border of the level above),
        ``rank1``, ``rank2``, ``rank3`` (streets), ``home``, ``building``; empty for a legend without them.
    """

    district: BaseGeometry
    streets: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    homes: BoolArray | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What must stand on a map that leaves the house.

    Parameters
    ----------
    title
        What the map shows, of which place.
    source
        Where the data come from.
    date
        Date of the data as given, "" for not known.
    review_number
        The review number (审图号) that the planner was given, "" for none; never made up.
    stamp
        What is stamped on it ("内部工作用图"), "" for none.
    """

    title: str
    source: str
    date: str
    review_number: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MapView:
    """One picture of the map. Everything in it may be shown to its audience.

    Parameters
    ----------
    lang
        Language of all words in it, "zh" or "en".
    imprint
        Title, source, date, stamp.
    ground
        What lies under it.
    areas
        The coloured areas.
    outlines
        Borders of the level above, drawn bold; index ``code``. None for none.
    outline_labels
        What is written large on the areas of the level above, before all other labels; empty for nothing.
    lines
        Further lines, the last one above.
    figures
        Label and value of what stands at the head of the legend.
    points
        Layers of things, the last one above.
    heat
        How thickly things lie.
    """

    lang: str
    imprint: Imprint
    ground: Ground
    areas: AreaLayer
    outlines: gpd.GeoDataFrame | None = None
    outline_labels: Sequence[str] = ()
    lines: tuple[LineLayer, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    points: tuple[PointLayer, ...] = field(default=())
    heat: HeatLayer | None = None
