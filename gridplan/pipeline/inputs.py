"""What a plan is made from, as the keyword arguments of :func:`gridplan.make_plan`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeAlias, TypedDict

from gridplan.io.frames import LayerOrLayers
from gridplan.scheme import Scheme

__all__ = ["Inputs", "LayerInputs", "SchemeLike"]

#: A scheme, the name of a packaged one, or the path of a file.
SchemeLike: TypeAlias = Scheme | str | os.PathLike[str]


class LayerInputs(TypedDict, total=False):
    """The layers of one district and how to read them: arguments of :func:`gridplan.read_layers`."""

    buildings: LayerOrLayers | None
    streets: LayerOrLayers | None
    boundary: LayerOrLayers | None
    barriers: LayerOrLayers | None
    landuse: LayerOrLayers | None
    compounds: LayerOrLayers | None
    services: LayerOrLayers | None
    existing: Mapping[str, LayerOrLayers] | None
    columns: Mapping[str, Mapping[str, str]] | None
    crs: object
    place: str | None


class Inputs(LayerInputs, total=False):
    """The layers and their day: ``make_plan(**inputs)``; what is not there is not given."""

    date: str
