"""What a page gives away as files: its map, its tables, its layers; for the app and the command line."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.errors import InputError
from gridplan.io import pack_layers, pack_tables
from gridplan.onemap.browser.page import write_page
from gridplan.onemap.pictures import SCREEN_SIZE, Size, render_poster
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import AreaLayer, MapView, PointLayer

__all__ = ["EXPORT_KINDS", "export_layers", "export_view"]

#: What can be made of a page: the map as one web page, as a picture, as a sheet to print; its tables as a
#: workbook; its areas and things for a GIS.
EXPORT_KINDS = ("html", "png", "pdf", "xlsx", "gpkg")


def export_view(
    shown: Shown,
    view: MapView | None,
    tables: Mapping[str, pd.DataFrame],
    kind: str,
    *,
    size: Size = SCREEN_SIZE,
) -> bytes:
    """Make the file of a page.

    Parameters
    ----------
    shown
        What may be seen; the layers are taken from it.
    view
        The map of the page; None for a page without one.
    tables
        The tables of the page by title, headings in the language of the page.
    kind
        One of :data:`EXPORT_KINDS`.
    size
        Of a picture or a sheet: width and height [px], or "A4", "A3".

    Returns
    -------
    bytes
        Equal pages give equal bytes. Nothing is in them that ``shown`` does not hold.

    Raises
    ------
    InputError
        ``export_unknown`` for another kind, ``export_no_map`` for a page without a map, and what
        :func:`gridplan.onemap.pictures.render_poster` raises.
    """
    if kind not in EXPORT_KINDS:
        raise InputError("export_unknown", kind=kind, known=", ".join(EXPORT_KINDS))
    if kind == "xlsx":
        return pack_tables(tables)
    if view is None:
        raise InputError("export_no_map", kind=kind)
    if kind == "html":
        return write_page(view).encode("utf-8")
    if kind == "gpkg":
        return pack_layers(export_layers(shown, view))
    return render_poster(view, kind, size=size)


def export_layers(shown: Shown, view: MapView) -> dict[str, gpd.GeoDataFrame]:
    """Turn a map into layers for a GIS.

    Parameters
    ----------
    shown
        What may be seen.
    view
        The map.

    Returns
    -------
    dict of GeoDataFrame
        The areas under the id of their level: what is known of them, with ``class`` and ``colour`` of the
        map; withheld counts are NULL. The layers of things by their id: ``class``, ``letter``,
        ``colour`` and ``description``, what the map says of them line by line.
    """
    crs = view.ground.streets.crs
    layers = {view.areas.level: _list_areas(shown, view.areas).set_crs(crs, allow_override=True)}
    for points in view.points:
        layers[points.id] = _list_points(points).set_crs(crs, allow_override=True)
    return layers


def _list_areas(shown: Shown, layer: AreaLayer) -> gpd.GeoDataFrame:
    classes = _name_classes(layer)
    frame = layer.shapes[["geometry"]].assign(**classes)
    known = shown.areas.get(layer.level)
    if known is None:
        return frame.reset_index(names="code")
    columns = pd.DataFrame(known.drop(columns="geometry")).set_index("code").reindex(frame.index)
    return gpd.GeoDataFrame(columns.join(frame).rename_axis("code").reset_index(), geometry="geometry")


def _list_points(layer: PointLayer) -> gpd.GeoDataFrame:
    texts = ["\n".join(lines) for lines in layer.lines]
    table = {**_name_classes(layer), "description": pd.array(texts, dtype="str")}
    return gpd.GeoDataFrame(table, geometry=list(shapely.points(layer.xy)))


def _name_classes(layer: AreaLayer | PointLayer) -> dict[str, object]:
    """Name the class of each area or thing; "" for none."""
    kept = np.where(layer.classes < 0, len(layer.legend), layer.classes)
    columns = {
        "class": [swatch.label for swatch in layer.legend],
        "letter": [swatch.letter for swatch in layer.legend],
        "colour": [swatch.colour for swatch in layer.legend],
    }
    return {
        name: pd.array(np.array([*words, ""], dtype=object)[kept], dtype="str")
        for name, words in columns.items()
    }
