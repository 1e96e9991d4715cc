"""QGIS styles that travel in the plan file (table ``layer_styles``), so that it opens readable.

Areas are filled by their households, labelled by code; violations get a red outline and exempt areas a
hatch. Things with a rating have its colour, and each rating its own shape. The XML is what QGIS 3 writes for
rule-based symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from gridplan.arrays import IntArray
from gridplan.kinds import KINDS

__all__ = ["style_areas", "style_table"]

#: Five steps of one hue (ColorBrewer "YlGnBu", light end), readable under black labels and in grey print.
_STEPS = ("255,255,217", "219,241,213", "161,218,180", "107,190,200", "78,150,190")
_NO_HOMES = "236,236,236"
_KIND_FILL = dict(zip(KINDS, ("166,206,227", "253,205,150", "190,174,212", "236,236,236"), strict=True))
#: Colour and shape of things by their rating as given; grey where there is none.
_RATINGS = {
    "blue": ("43,131,186", "circle"),
    "yellow": ("242,200,15", "square"),
    "orange": ("245,130,32", "diamond"),
    "red": ("215,25,28", "triangle"),
}
_UNRATED = ("150,150,150", "circle")
_RANK_WIDTH = {1: "0.9", 2: "0.45", 3: "0.2"}

#: When the styles were "last saved"; a fixed date keeps equal plans equal files.
_SAVED = pd.Timestamp("2000-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule: which rows, which symbol, what the legend says."""

    where: str
    label: str
    kind: str
    layers: tuple[tuple[str, Mapping[str, str]], ...]


def style_table(levels: Mapping[str, IntArray], things: Mapping[str, bool] | None = None) -> pd.DataFrame:
    """Make the ``layer_styles`` table of a plan file.

    Parameters
    ----------
    levels
        Households of each area, by level id.
    things
        Layers of points, and whether their things have a rating (``level``).
    """
    qml = {level: style_areas(households) for level, households in levels.items()}
    qml["atoms"] = _write_qml([_fill_rule("", "", "255,255,255,0", "150,150,150", "0.1")], "")
    qml["buildings"] = _write_qml(
        [
            _fill_rule(f"\"kind\" = '{kind}'", kind, fill, "90,90,90", "0.1")
            for kind, fill in _KIND_FILL.items()
        ],
        "",
    )
    qml["streets"] = _write_qml(
        [
            _Rule(f'"rank" = {rank}', str(rank), "line", (("SimpleLine", _line("70,70,70", width)),))
            for rank, width in _RANK_WIDTH.items()
        ],
        "",
    )
    qml["district"] = _write_qml([_fill_rule("", "", "255,255,255,0", "20,20,20", "0.8")], "")
    qml |= {layer: _style_points(rated) for layer, rated in (things or {}).items()}
    names = list(qml)
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": names,
            "f_geometry_column": "geom",
            "styleName": "gridplan",
            "styleQML": [qml[name] for name in names],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "gridplan",
            "owner": "",
            "ui": "",
            "update_time": _SAVED,
        }
    )


def style_areas(households: IntArray) -> str:
    """Write the style of a level's layer.

    Parameters
    ----------
    households
        Of each area; the steps of colour are their quintiles.

    Returns
    -------
    str
        QML.
    """
    homes = np.sort(households[households > 0])
    rules = [_fill_rule('"households" = 0', "0", _NO_HOMES, "120,120,120", "0.2")]
    if len(homes):
        edges = np.unique(np.quantile(homes, np.linspace(0, 1, len(_STEPS) + 1), method="nearest"))
        lows = [int(homes[0]), *(int(edge) + 1 for edge in edges[1:-1])]
        highs = [int(edge) for edge in edges[1:]] or [int(homes[-1])]
        for low, high, fill in zip(lows, highs, _STEPS, strict=False):
            where = f'"households" >= {low} AND "households" <= {high}'
            rules.append(_fill_rule(where, f"{low} - {high}", fill, "120,120,120", "0.2"))
    hatch = {"angle": "45", "distance": "2", "line_width": "0.2", "color": "60,60,60,255"}
    rules.append(_Rule("\"status\" = 'exempt'", "exempt", "fill", (("LinePatternFill", hatch),)))
    rules.append(_fill_rule("\"status\" = 'violation'", "violation", "255,255,255,0", "215,25,28", "0.9"))
    return _write_qml(rules, "code")


def _style_points(rated: bool) -> str:
    """Write the style of a layer of points, by rating where its things have one."""
    if not rated:
        return _write_qml([_point_rule("", "", "60,60,60", "square")], "name")
    rules = [_point_rule("\"level\" = ''", "-", *_UNRATED)]
    rules += [_point_rule(f"\"level\" = '{level}'", level, *look) for level, look in _RATINGS.items()]
    return _write_qml(rules, "")


def _point_rule(where: str, label: str, fill: str, shape: str) -> _Rule:
    options = {
        "name": shape,
        "color": f"{fill},255",
        "outline_color": "255,255,255,255",
        "outline_width": "0.15",
        "size": "2.2",
        "size_unit": "MM",
    }
    return _Rule(where, label, "marker", (("SimpleMarker", options),))


def _fill_rule(where: str, label: str, fill: str, outline: str, width: str) -> _Rule:
    options = {
        "color": fill if fill.count(",") == 3 else f"{fill},255",
        "style": "no" if fill.endswith(",0") and fill.count(",") == 3 else "solid",
        "outline_color": f"{outline},255",
        "outline_style": "solid",
        "outline_width": width,
        "outline_width_unit": "MM",
    }
    return _Rule(where, label, "fill", (("SimpleFill", options),))


def _line(colour: str, width: str) -> dict[str, str]:
    return {
        "line_color": f"{colour},255",
        "line_style": "solid",
        "line_width": width,
        "line_width_unit": "MM",
    }


def _write_qml(rules: Sequence[_Rule], label_field: str) -> str:
    root = ET.Element(
        "qgis", version="3.28.0", styleCategories="Symbology|Labeling", labelsEnabled="01"[bool(label_field)]
    )
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0")
    table = ET.SubElement(renderer, "rules", key="{gridplan}")
    symbols = ET.SubElement(renderer, "symbols")
    for at, rule in enumerate(rules):
        attributes = {"key": f"{{rule-{at}}}", "symbol": str(at), "label": rule.label}
        ET.SubElement(table, "rule", attributes | ({"filter": rule.where} if rule.where else {}))
        symbol = ET.SubElement(symbols, "symbol", type=rule.kind, name=str(at), alpha="1")
        for name, options in rule.layers:
            layer = ET.SubElement(
                symbol, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"}
            )
            _add_options(layer, options)
    if label_field:
        _add_labels(root, label_field)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _add_options(parent: ET.Element, options: Mapping[str, str]) -> None:
    table = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(table, "Option", type="QString", name=name, value=value)


def _add_labels(root: ET.Element, field: str) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings, "text-style", fieldName=field, fontSize="8", fontSizeUnit="Point", textColor="20,20,20,255"
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
    )
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", centroidWhole="1")
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="0", scaleVisibility="0")
